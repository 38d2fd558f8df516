import type { ApplicationId, ServiceId, SiteId, WorkloadId } from "../../../model/ids.ts";
import type { PolicyDocument } from "../../../model/policy.ts";
import { Random } from "../../../model/random.ts";
import { currentInstant, settledInstant } from "../../../model/snapshot.ts";
import { given, policy, smallFleet, type Given, type HostSpec, type WorkloadSpec } from "./small-fleet.ts";

/** A small, tight fleet with rules of many kinds, and a target; the same for the same seed. */
export async function randomWorld(seed: number): Promise<{ readonly world: Given; readonly target: Int32Array }> {
  const random = new Random(seed);
  const hostNames = Array.from({ length: random.between(2, 5) }, (_, h) => `h${h + 1}`);
  const hosts = Object.fromEntries(hostNames.map((id, h): [string, HostSpec] => [id, {
    memoryMiB: random.between(4, 9) * 10, site: (random.chance(250) ? "s2" : "s1") as SiteId, domains: { rack: `r${h % 2}` },
    ...(random.chance(200) ? { powerManaged: true, state: random.chance(500) ? "off" : "on" } : {}),
    ...(random.chance(80) ? { state: "maintenance" } : {}), cpuLevel: random.between(1, 2), migrationMbps: random.between(100, 2000),
    prices: { onMicrosPerHour: 1000, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: random.below(5000), storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 },
  }]));
  const workloadNames = Array.from({ length: random.between(1, 8) }, (_, w) => `w${w + 1}`);
  const workloads: Record<string, WorkloadSpec> = {};
  for (const id of workloadNames) workloads[id] = randomWorkload(random, hostNames.filter((name) => hosts[name]?.state !== "off"), workloads);
  const service = {
    id: "shop" as ServiceId, title: "shop", applications: ["web", "db"] as ApplicationId[],
    startOrder: [{ application: "web" as ApplicationId, needs: "db" as ApplicationId }], redundancy: [], virtualAddress: null, scale: [], labels: {},
  };
  const applications = new Set(Object.values(workloads).flatMap((spec) => spec.applications ?? []));
  const fleet = smallFleet(hosts, workloads, { services: applications.size === 2 && random.chance(700) ? [service] : [] });
  const world = await given(fleet, policiesFor(random, workloadNames, hostNames));
  let target = randomTarget(random, world);
  for (let tries = 0; tries < 60 && isForbidden(world, target); tries++) target = randomTarget(random, world);
  return { world, target };
}

function randomTarget(random: Random, { index }: Given): Int32Array {
  const stay = random.between(200, 900);
  return Int32Array.from(index.workloads, ({ desired, host }) => {
    if (desired === "removed") return -1;
    return random.chance(stay) && host !== null ? (index.hostIndex.get(host) ?? -1) : random.below(index.hosts.length);
  });
}

/** Does a target break a must more than the fleet does now? Such a one is no target, but must not make a wrong plan. */
export function isForbidden({ index, constraints }: Given, target: Int32Array): boolean {
  const [now, then] = [currentInstant(index), settledInstant(index, target)];
  return constraints.some((rule) => {
    if (rule.strength !== "must") return false;
    const before = new Map(rule.check(now).map(({ key, amount }) => [key, amount]));
    return rule.check(then).some(({ key, amount }) => amount > (before.get(key) ?? 0));
  });
}

function randomWorkload(random: Random, hostNames: readonly string[], others: Readonly<Record<string, WorkloadSpec>>): WorkloadSpec {
  const isNew = random.chance(150) || hostNames.length === 0;
  const liveMove = random.chance(600);
  const sources = Object.entries(others).filter(([, { on }]) => on !== null && on !== undefined).map(([id]) => id);
  return {
    on: isNew ? null : random.pick(hostNames), memoryMiB: random.between(1, 4) * 10, dataMiB: random.below(3) * 500,
    liveMove, mayStop: random.chance(liveMove ? 300 : 800), memoryChangeMiBPerSecond: random.below(20),
    ...(!isNew && random.chance(100) ? { state: "stopped" } : {}),
    ...(random.chance(80) ? { desired: "stopped" } : random.chance(80) ? { desired: "removed" } : {}),
    ...(isNew && random.chance(500) && sources.length > 0 ? { copyOf: random.pick(sources) as WorkloadId } : {}),
    applications: random.chance(500) ? [(random.chance(500) ? "web" : "db") as ApplicationId] : [],
    reservation: { storageMiB: random.below(3) * 1000 },
  };
}

function policiesFor(random: Random, workloads: readonly string[], hosts: readonly string[]): readonly PolicyDocument[] {
  const some = (): string[] => workloads.filter(() => random.chance(500));
  const make: (() => PolicyDocument | null)[] = [
    () => group("spread", some(), {}),
    () => group("spread", some(), { key: "rack", atMost: 2 }),
    () => group("spread", some(), { key: "rack", atLeast: 2 }),
    () => group("gather", some(), { key: "rack" }, { holds: "at-end" }),
    () => group("gather", some(), { key: "site" }, { holds: "continuously" }),
    () => group("disruption-budget", some(), { min: 1 }),
    () => policy("budget", "disruption-budget", workloads, { maxDown: 2 }),
    () => policy("online", "max-online", null, { atMost: Math.max(1, hosts.length - 1) }, { hosts }),
    () => policy("rack-room", "capacity", null, { perDomain: "rack", resources: ["memoryMiB"], atMost: 150 }, { hosts }),
    () => policy("few", "max-workloads", null, { atMost: 4 }, { hosts }),
    () => policy("slow", "parallelism", null, { perHostIn: 1, total: 3 }),
    () => group("fence", some(), { hosts: { ids: hosts.slice(0, 3) } }),
    () => group("licence", some(), { atMost: 2 }),
    () => group("lonely", some().slice(0, 2), {}),
  ];
  const rare: (() => PolicyDocument | null)[] = [
    () => group("gather", some(), { key: "host" }, { holds: "continuously" }),
    () => pair(random, workloads, (some, others) => policy("near", "neighbourhood", some, { near: { ids: others }, key: "rack" }, { holds: "continuously" })),
    () => pair(random, workloads, (some, others) => policy("split", "split", some, { from: { ids: others } })),
    () => policy("spare", "failover", null, { hosts: 1 }, { hosts }),
    () => policy("calm", "change-limit", null, { moves: random.between(2, 5) }),
    () => group("among", some(), { groups: [{ ids: hosts.slice(0, 1) }, { ids: hosts.slice(1) }] }, { holds: random.chance(300) ? "continuously" : "at-end" }),
    () => policy("shut", "quarantine", null, {}, { hosts: hosts.slice(0, 1) }),
    () => policy("closed", "cordon", null, {}, { hosts: hosts.slice(-1) }),
  ];
  return [...make.filter(() => random.chance(200)), ...rare.filter(() => random.chance(70))].flatMap((each, i) => {
    const made = each();
    return made === null ? [] : [{ ...made, id: `${made.id}-${i}` as PolicyDocument["id"] }];
  });
}

/** Two groups that share nobody. */
function pair(random: Random, workloads: readonly string[], make: (some: readonly string[], others: readonly string[]) => PolicyDocument): PolicyDocument | null {
  const cut = random.between(1, Math.max(1, workloads.length - 1));
  return cut >= workloads.length ? null : make(workloads.slice(0, cut), workloads.slice(cut));
}

function group(entry: string, members: readonly string[], parameters: Record<string, unknown>, more: Partial<PolicyDocument> = {}): PolicyDocument | null {
  return members.length < 2 ? null : policy(entry, entry, members, parameters, more);
}

