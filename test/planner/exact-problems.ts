import type { Fleet, Host, Workload } from "../../model/fleet.ts";
import type { HostId, SiteId, WorkloadId } from "../../model/ids.ts";
import type { Random } from "../../model/random.ts";
import { indexFleet, type FleetIndex } from "../../model/snapshot.ts";
import { compareScores, type Level, type Problem, type Score } from "../../planner/problem.ts";
import { scoreOf } from "../../planner/score.ts";
import type { Form } from "../../policies/form.ts";
import type { Objective } from "../../policies/objective.ts";

/** A fleet of bare hosts and workloads: the forms carry everything that matters, but for who is on and who comes first. */
export function bareIndex(hosts: readonly Pick<Host, "state" | "powerManaged">[], workloads: readonly Pick<Workload, "priority" | "desired">[]): FleetIndex {
  const site = "s" as SiteId;
  const fleet: Fleet = {
    currency: "EUR", resources: [], applications: [], services: [], links: [],
    sites: [{ id: site, kind: "internal", region: "r", electricityMicrosPerKWh: 0, carbonGramsPerKWh: 0, labels: {} }],
    hosts: hosts.map((given, h): Host => ({
      id: `h${h}` as HostId, site, domains: {}, capacity: {}, overcommitPermille: {}, reserve: {}, layers: {}, features: [],
      cpuVendor: "", cpuLevel: 0, securityLevel: 0, idlePowerWatts: 0, peakPowerWatts: 0, migrationMbps: 1000, bootMs: 0, shutdownMs: 0, labels: {},
      prices: { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 },
      ...given,
    })),
    workloads: workloads.map((given, w): Workload => ({
      id: `w${w}` as WorkloadId, layer: "process", layerVersion: "", requiredFeatures: [], applications: [], reservation: {}, expectedUse: {},
      dataMiB: 0, memoryChangeMiBPerSecond: 0, securityLevel: 0, offsiteBanned: false, replicaGroup: null, host: null, state: "new",
      liveMove: false, mayStop: true, startMs: 0, stopMs: 0, copyOf: null, labels: {}, ...given,
    })),
  };
  return indexFleet(fleet);
}

export const plainKinds = ["allow", "fill", "pack", "domains", "together", "exclusive", "near", "skew", "linear"] as const;

/** A random form of a kind, loose often enough that problems stay interesting. */
export function arbitraryForm(random: Random, kind: (typeof plainKinds)[number], hostCount: number, workloadCount: number): Form {
  const some = (permille: number): Int32Array => Int32Array.from(Array.from({ length: workloadCount }, (_, w) => w).filter(() => random.chance(permille)));
  const domainCount = random.between(1, 3);
  const domainOfHost = Int32Array.from({ length: hostCount }, () => (random.chance(150) ? -1 : random.below(domainCount)));
  const members = some(700);
  const sizes = Float64Array.from(members, () => random.between(0, 5) * (random.chance(200) ? 1 : 1024));
  switch (kind) {
    case "allow": return { kind, workload: random.below(workloadCount), allowed: Uint8Array.from({ length: hostCount }, () => Number(random.chance(700))) };
    case "fill":
      return { kind, members, sizes, hosts: Int32Array.from(Array.from({ length: hostCount }, (_, h) => h).filter(() => random.chance(500))), limit: random.between(0, 9) * 1024 };
    case "pack": return { kind, members, sizes, domainOfHost, limits: Float64Array.from({ length: domainCount }, () => random.between(random.chance(50) ? -1 : 0, 8) * 1024) };
    case "domains": {
      const atLeast = random.between(0, domainCount);
      return {
        kind, members, domainOfHost, domainCount, atLeast, atMost: random.between(Math.max(1, atLeast), domainCount + 1),
        alwaysUsed: random.chance(700) ? null : Uint8Array.from({ length: domainCount }, () => Number(random.chance(300))),
      };
    }
    case "together": return { kind, members: some(400), domainOfHost, domainCount };
    case "exclusive": return { kind, a: some(400), b: some(400), domainOfHost, domainCount };
    case "near": return { kind, members: some(400), near: some(400), domainOfHost, domainCount };
    case "skew": return { kind, members: some(500), domainOfHost, domainCount, atMost: random.between(0, 2) };
    case "linear": {
      const at = Float64Array.from({ length: hostCount * workloadCount }, () => random.between(-2, 6));
      const on = Float64Array.from({ length: hostCount }, () => random.between(-3, 6));
      return {
        kind, members, at: (w, h) => at[w * hostCount + h] ?? 0, on: (h) => on[h] ?? 0, base: random.between(-5, 5), limit: random.between(0, 15),
        hosts: random.chance(500) ? null : Uint8Array.from({ length: hostCount }, () => Number(random.chance(700))),
      };
    }
  }
}

function arbitraryObjective(random: Random, hostCount: number, workloadCount: number): Objective {
  if (random.chance(250)) {
    const ppm = Float64Array.from({ length: hostCount * workloadCount }, () => random.below(400_000));
    return {
      kind: "balance", name: "balance", unit: "ppm", hosts: Array.from({ length: hostCount }, (_, h) => h).filter(() => random.chance(800)),
      dimensions: [{ resource: "cpuMillicores", ppm: (w, h) => ppm[w * hostCount + h] ?? 0, targetPpm: random.below(500_000) }],
    };
  }
  const scale = random.pick([1, 3, 1_000, 720_000_003]);
  const at = Float64Array.from({ length: hostCount * workloadCount }, () => random.between(0, 9) * scale + (random.chance(300) ? random.below(7) : 0));
  const on = Float64Array.from({ length: hostCount }, () => random.between(0, 30) * scale);
  return { kind: "linear", name: "money", unit: "micros", at: (w, h) => at[w * hostCount + h] ?? 0, on: (h) => on[h] ?? 0 };
}

/** A small random problem; `forms` musts and shoulds, of all kinds over many seeds. */
export function arbitraryProblem(random: Random, size: { readonly hosts: number; readonly workloads: number; readonly forms: number }): Problem {
  const hostCount = random.between(1, size.hosts);
  const workloadCount = random.between(1, size.workloads);
  const index = bareIndex(
    Array.from({ length: hostCount }, () => ({ state: random.chance(800) ? "on" : random.pick(["off", "maintenance", "failed"] as const), powerManaged: random.chance(700) })),
    Array.from({ length: workloadCount }, () => ({ priority: random.chance(700) ? 0 : random.below(4), desired: random.chance(900) ? "running" as const : "removed" as const })),
  );
  const form = (): Form => arbitraryForm(random, random.pick(plainKinds), hostCount, workloadCount);
  const levels: Level[] = Array.from({ length: random.between(1, 3) }, (_, l) => ({
    name: `level ${l}`, shouldsWeight: random.chance(400) ? random.between(1, 3) : 0,
    terms: Array.from({ length: random.between(0, 2) }, () => ({ objective: arbitraryObjective(random, hostCount, workloadCount), weight: random.between(1, 3) })),
  }));
  const musts = Array.from({ length: random.between(0, size.forms) }, form);
  const shoulds = Array.from({ length: random.between(0, size.forms) }, () => ({ form: form(), weight: random.between(1, 5) }));
  const survive = (): Form => {
    const keep = musts.filter(({ kind }) => kind !== "survive" && !random.chance(100));
    const someHosts = (permille: number): number[] => Array.from({ length: hostCount }, (_, h) => h).filter(() => random.chance(permille));
    return {
      kind: "survive", losses: Array.from({ length: random.between(1, 3) }, () => Int32Array.from(someHosts(350))), keep: () => keep,
      takers: Uint8Array.from({ length: hostCount }, () => Number(random.chance(850))),
      members: Int32Array.from(Array.from({ length: workloadCount }, (_, w) => w).filter(() => random.chance(800))),
    };
  };
  if (random.chance(300)) musts.push(survive());
  if (random.chance(150)) shoulds.push({ form: survive(), weight: random.between(1, 5) });
  return {
    index, levels, constraints: [], musts, shoulds,
    current: Int32Array.from({ length: workloadCount }, () => random.between(-1, hostCount - 1)),
    wanted: Int32Array.from(index.workloads.keys()).filter((w) => index.workloads[w]?.desired !== "removed"),
  };
}

/** The best score of all placements there are, by looking at each. */
export function enumerate(problem: Problem, mayUse: (workload: number, host: number) => boolean = () => true): { readonly hostOf: Int32Array; readonly score: Score } {
  const hostOf = new Int32Array(problem.index.workloads.length).fill(-1);
  let best = { hostOf: hostOf.slice(), score: scoreOf(problem, hostOf) };
  const visit = (i: number): void => {
    const w = problem.wanted[i];
    if (w === undefined) {
      const score = scoreOf(problem, hostOf);
      if (compareScores(score, best.score) < 0) best = { hostOf: hostOf.slice(), score };
      return;
    }
    for (let h = -1; h < problem.index.hosts.length; h++) {
      if (h >= 0 && !mayUse(w, h)) continue;
      hostOf[w] = h;
      visit(i + 1);
    }
  };
  visit(0);
  return best;
}

/** The same with some sizes that count at home too, and objectives of the kinds `over`, `most-moved` and `presence` beside the others. */
export function withHomes(random: Random, problem: Problem): Problem {
  const [hostCount, workloadCount] = [problem.index.hosts.length, problem.index.workloads.length];
  const home = <Kept extends Form>(form: Kept): Kept => (form.kind !== "fill" || random.chance(300) ? form
    : { ...form, home: Int32Array.from(form.members, () => random.between(-1, hostCount - 1)) });
  const over: Objective = {
    kind: "over", name: "headroom", unit: "MiB", sizes: Float64Array.from({ length: workloadCount }, () => random.between(-300, 900)),
    limits: Float64Array.from({ length: hostCount }, () => (random.chance(200) ? Infinity : random.between(-200, 1500))),
  };
  const mostMoved: Objective = {
    kind: "most-moved", name: "most-moved", unit: "replicas", groupCount: 2, current: problem.current,
    groupOf: Int32Array.from({ length: workloadCount }, () => random.between(-1, 1)),
  };
  const terms = random.chance(500) ? [{ objective: over, weight: 3 }, { objective: mostMoved, weight: 500 }] : [{ objective: random.pick([over, mostMoved]), weight: 2 }];
  const changed = { ...problem, musts: problem.musts.map(home), shoulds: problem.shoulds.map(({ form, weight }) => ({ form: home(form), weight })) };
  const isFirst = random.chance(500);
  const presence: Objective = {
    kind: "presence", name: "licences", unit: "micros", groups: Array.from({ length: 2 }, () => ({
      members: Int32Array.from({ length: workloadCount }, (_, w) => w).filter(() => random.chance(500)), prices: Float64Array.from({ length: hostCount }, () => random.between(0, 900)),
    })),
  };
  const own: Level = { name: "homes", shouldsWeight: 0, terms: [...terms, { objective: presence, weight: 2 }] };
  return { ...changed, levels: isFirst ? [own, ...problem.levels] : [...problem.levels, own] };
}
