import { unreachable } from "../../model/assert.ts";
import type { Host, Workload } from "../../model/fleet.ts";
import type { HostId, SiteId, WorkloadId } from "../../model/ids.ts";
import type { Random } from "../../model/random.ts";
import { standardResourceKinds } from "../../model/resource.ts";
import { indexFleet, type FleetIndex } from "../../model/snapshot.ts";
import type { Form } from "../../policies/form.ts";
import type { Objective } from "../../policies/objective.ts";
import type { Level, Problem } from "../../planner/problem.ts";

export interface ProblemShape {
  readonly hosts: number;
  readonly workloads: number;
  /** Forms besides capacity. */
  readonly musts: number;
  readonly shoulds: number;
  /** With a failover must over any one host. */
  readonly survive?: boolean;
  /** With sizes that count at home too, and with objectives of kinds `over`, `most-moved` and `presence`. */
  readonly homes?: boolean;
}

/** A problem of random forms and objectives: what engines see, without any policy behind it. */
export function randomProblem(random: Random, shape: ProblemShape): Problem {
  const index = randomIndex(random, shape);
  const current = Int32Array.from(index.workloads, () => (random.chance(700) ? random.below(shape.hosts) : -1));
  const musts = [...capacityForms(random, shape), ...forms(random, shape, shape.musts)];
  return {
    index,
    current,
    wanted: Int32Array.from(index.workloads.flatMap(({ desired }, w) => (desired === "removed" ? [] : [w]))),
    musts: shape.survive === true ? [...musts, failover(random, shape, musts)] : musts,
    shoulds: forms(random, shape, shape.shoulds).map((form) => ({ form, weight: random.between(1, 5) })),
    levels: randomLevels(random, shape, current),
    constraints: [],
  };
}

function randomIndex(random: Random, { hosts, workloads }: ProblemShape): FleetIndex {
  const site = { id: "site" as SiteId, kind: "internal" as const, region: "", electricityMicrosPerKWh: 0, carbonGramsPerKWh: 0, labels: {} };
  return indexFleet({
    currency: "EUR", resources: standardResourceKinds, sites: [site], applications: [], services: [], links: [],
    hosts: Array.from({ length: hosts }, (_, h): Host => ({
      id: `h${String(h).padStart(4, "0")}` as HostId, site: site.id, domains: {}, capacity: {}, overcommitPermille: {}, reserve: {}, layers: {},
      features: [], cpuVendor: "any", cpuLevel: 1, securityLevel: 0,
      state: random.pick(["on", "on", "on", "off"] as const), powerManaged: random.chance(700),
      idlePowerWatts: 0, peakPowerWatts: 0,
      prices: { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 },
      migrationMbps: 1000, bootMs: 0, shutdownMs: 0, labels: {},
    })),
    workloads: Array.from({ length: workloads }, (_, w): Workload => ({
      id: `w${String(w).padStart(5, "0")}` as WorkloadId, layer: "libvirt", layerVersion: "", requiredFeatures: [], applications: [],
      reservation: {}, expectedUse: {}, dataMiB: 0, memoryChangeMiBPerSecond: 0, securityLevel: 0, offsiteBanned: false, replicaGroup: null,
      priority: random.pick([0, 0, 1, 5]), host: null, state: "running", desired: random.chance(30) ? "removed" : "running",
      liveMove: true, mayStop: true, startMs: 0, stopMs: 0, copyOf: null, labels: {},
    })),
  });
}

/** Two resources on each host, tight enough to matter. */
function capacityForms(random: Random, shape: ProblemShape): Form[] {
  const { hosts, workloads } = shape;
  return [0, 1].flatMap(() => {
    const members = Int32Array.from({ length: workloads }, (_, w) => w);
    const sizes = Float64Array.from(members, () => random.between(0, 9));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const fair = Math.ceil((total / hosts) * 1.3) + 1;
    const kept = homes(random, members, shape);
    return Array.from({ length: hosts }, (_, h): Form => ({
      kind: "fill", members, sizes, hosts: Int32Array.of(h), limit: random.between(Math.floor(fair / 2), fair * 2), ...kept,
    }));
  });
}

/** Now and then a resource that counts on a home too. */
function homes(random: Random, members: Int32Array, { hosts, homes: asked }: ProblemShape): { readonly home?: Int32Array } {
  return asked !== true || random.chance(500) ? {} : { home: Int32Array.from(members, () => random.between(-1, hosts - 1)) };
}

const kinds = ["allow", "fill", "pack", "domains", "together", "exclusive", "near", "skew", "linear"] as const;

function forms(random: Random, shape: ProblemShape, count: number): Form[] {
  return Array.from({ length: count }, () => randomForm(random, shape, random.pick(kinds)));
}

/** One random form of a kind. */
export function randomForm(random: Random, shape: ProblemShape, kind: (typeof kinds)[number]): Form {
  const { hosts, workloads } = shape;
  const domainCount = random.between(1, hosts);
  const domainOfHost = Int32Array.from({ length: hosts }, () => (random.chance(100) ? -1 : random.below(domainCount)));
  const members = subset(random, workloads);
  const sizes = Float64Array.from(members, () => random.between(0, 6));
  switch (kind) {
    case "allow":
      return { kind, workload: random.below(workloads), allowed: Uint8Array.from({ length: hosts }, () => Number(random.chance(600))) };
    case "fill":
      return { kind, members, sizes, hosts: subset(random, hosts), limit: random.between(0, 15), ...homes(random, members, shape) };
    case "pack":
      return { kind, members, sizes, domainOfHost, limits: Float64Array.from({ length: domainCount }, () => random.between(-1, 12)) };
    case "domains":
      return {
        kind, members, domainOfHost, domainCount, atLeast: random.between(0, 3), atMost: random.between(1, domainCount),
        alwaysUsed: random.chance(500) ? null : Uint8Array.from({ length: domainCount }, () => Number(random.chance(300))),
      };
    case "together": return { kind, members, domainOfHost, domainCount };
    case "exclusive": return { kind, a: members, b: subset(random, workloads), domainOfHost, domainCount };
    case "near": return { kind, members, near: subset(random, workloads), domainOfHost, domainCount };
    case "skew": return { kind, members, domainOfHost, domainCount, atMost: random.between(0, 2) };
    case "linear": {
      const values = table(random, workloads, hosts, -2, 6);
      const on = Array.from({ length: hosts }, () => random.between(0, 5));
      return {
        kind, members, at: (w, h) => values[w * hosts + h] ?? 0, base: random.between(-3, 3), limit: random.between(0, 20),
        hosts: random.chance(500) ? null : Uint8Array.from({ length: hosts }, () => Number(random.chance(600))), on: (h) => on[h] ?? 0,
      };
    }
  }
  return unreachable(kind);
}

function failover(random: Random, { hosts, workloads }: ProblemShape, keep: readonly Form[]): Form {
  return {
    kind: "survive", keep: () => keep, members: Int32Array.from({ length: workloads }, (_, w) => w).filter(() => random.chance(600)),
    losses: Array.from({ length: hosts }, (_, h) => Int32Array.of(h)), takers: new Uint8Array(hosts).fill(1),
  };
}

function subset(random: Random, count: number): Int32Array {
  const wanted = random.between(1, Math.min(count, 5));
  return Int32Array.from(random.shuffle(Array.from({ length: count }, (_, i) => i)).slice(0, wanted)).sort();
}

function table(random: Random, workloads: number, hosts: number, low: number, high: number): Int32Array {
  return Int32Array.from({ length: workloads * hosts }, () => random.between(low, high));
}

function single(objective: Objective): Level {
  return { name: objective.name, shouldsWeight: 0, terms: [{ objective, weight: 1 }] };
}

/** Shoulds, money, moving and balance, in the order that a scenario has without saying. */
function randomLevels(random: Random, shape: ProblemShape, current: Int32Array): Level[] {
  const { hosts, workloads } = shape;
  const charge = table(random, workloads, hosts, 0, 20);
  const on = Array.from({ length: hosts }, () => random.between(0, 60));
  const money: Objective = {
    kind: "linear", name: "money", unit: "micros", on: (h) => on[h] ?? 0,
    at: (w, h) => (charge[w * hosts + h] ?? 0) + ((current[w] ?? -1) >= 0 && current[w] !== h ? 5 : 0),
  };
  const moving: Objective = {
    kind: "linear", name: "moving", unit: "MiB", on: () => 0,
    at: (w, h) => ((current[w] ?? -1) >= 0 && current[w] !== h ? 1 + (w % 3) : 0),
  };
  const use = table(random, workloads, hosts, 0, 100);
  const balance: Objective = {
    kind: "balance", name: "balance", unit: "ppm", hosts: Array.from({ length: hosts }, (_, h) => h).filter(() => random.chance(900)),
    dimensions: [{ resource: "cpuMillicores", ppm: (w, h) => use[w * hosts + h] ?? 0, targetPpm: random.between(50, 200) }],
  };
  const shoulds: Level = { name: "shoulds", shouldsWeight: 1, terms: [] };
  if (shape.homes === true && random.chance(700)) {
    const [over, mostMoved] = [randomOver(random, shape), randomMostMoved(random, shape, current)];
    const all = [{ objective: over, weight: 10 }, { objective: mostMoved, weight: 7 }, { objective: moving, weight: 1 }, { objective: balance, weight: 1 }];
    const [isApart, presence] = [random.chance(500), { objective: randomPresence(random, shape), weight: 2 }];
    return isApart ? [single(mostMoved), single(over), { ...single(money), terms: [...single(money).terms, presence] }] : [{ name: "all", shouldsWeight: 2, terms: [...all, presence] }];
  }
  return random.pick<Level[]>([
    [shoulds, single(money), single(moving), single(balance)],
    [{ name: "money and shoulds", shouldsWeight: 10, terms: [{ objective: money, weight: 2 }, { objective: moving, weight: 3 }] }, single(balance)],
    [shoulds, single(moving), single(money)],
    [shoulds, single(balance)],
  ]);
}

function randomOver(random: Random, { hosts, workloads }: ProblemShape): Objective {
  return {
    kind: "over", name: "headroom", unit: "MiB", sizes: Float64Array.from({ length: workloads }, () => random.between(-4, 9)),
    limits: Float64Array.from({ length: hosts }, () => (random.chance(150) ? Infinity : random.between(-3, 15))),
  };
}

function randomPresence(random: Random, { hosts, workloads }: ProblemShape): Objective {
  return {
    kind: "presence", name: "licences", unit: "micros",
    groups: Array.from({ length: random.between(1, 3) }, () => ({
      members: Int32Array.from({ length: workloads }, (_, w) => w).filter(() => random.chance(400)), prices: Float64Array.from({ length: hosts }, () => random.between(0, 40)),
    })),
  };
}

function randomMostMoved(random: Random, { workloads }: ProblemShape, current: Int32Array): Objective {
  const groupCount = random.between(1, 4);
  return {
    kind: "most-moved", name: "most-moved", unit: "replicas", current, groupCount,
    groupOf: Int32Array.from({ length: workloads }, () => random.between(-1, groupCount - 1)),
  };
}
