import type { Random } from "../../model/random.ts";
import type { Balance, RoadefModel } from "./model.ts";

export interface InstanceShape {
  readonly machines: number;
  readonly resources: number;
  readonly services: number;
  /** Processes of a service at most; no more than machines. */
  readonly largest: number;
  readonly locations: number;
  readonly neighbourhoods: number;
  readonly balances: number;
  /** Processes that are elsewhere in the original placement, per thousand. */
  readonly movedPermille: number;
  /** Capacity above what both placements need, per thousand of it; a few units more when absent. */
  readonly roomPermille?: number;
}

/** An instance built backwards: first the answer, then what it needs, then an original placement that may go there. */
export interface GeneratedInstance {
  readonly model: RoadefModel;
  readonly original: Int32Array;
  /** Allowed, and above no safety capacity: it costs nothing but moves and balance. */
  readonly answer: Int32Array;
}

/** A random instance of a shape; the same random source gives the same one. */
export function generateInstance(random: Random, shape: InstanceShape): GeneratedInstance {
  const machines = Array.from({ length: shape.machines }, (_, m) => m);
  const placesOf = Array.from({ length: shape.services }, () => distinct(random, shape.machines, random.between(1, Math.min(shape.largest, shape.machines))));
  const serviceOf = Int32Array.from(placesOf.flatMap((places, s) => places.map(() => s)));
  const answer = Int32Array.from(placesOf.flat());
  const original = disturbed(random, shape, serviceOf, answer);
  const need = Float64Array.from({ length: answer.length * shape.resources }, () => random.between(0, 60));
  const transient = Uint8Array.from({ length: shape.resources }, () => Number(random.chance(300)));
  const location = Int32Array.from(machines, () => random.below(Math.min(shape.locations, shape.machines)));
  const neighbourhood = Int32Array.from(machines, () => random.below(Math.min(shape.neighbourhoods, shape.machines)));
  const moveCost = Uint8Array.from({ length: shape.machines ** 2 }, (_, pair) => (pair % (shape.machines + 1) === 0 ? 0 : random.below(3)));
  const placements = [answer, original];
  return {
    answer, original,
    model: {
      resourceCount: shape.resources, machineCount: shape.machines, serviceCount: shape.services, processCount: answer.length,
      transient, loadWeight: Float64Array.from(transient, () => random.between(0, 12)), neighbourhood, location, moveCost, serviceOf, need,
      ...roomFor(random, shape, { need, transient }, answer, original),
      spreadMin: leastLocations(placements, serviceOf, location, shape.services).map((least) => random.between(0, least)),
      dependencies: dependenciesOf(random, shape, placements, serviceOf, neighbourhood),
      processMoveCost: Float64Array.from(answer, () => random.between(0, 9)),
      balances: Array.from({ length: shape.balances }, (): Balance =>
        ({ a: random.below(shape.resources), b: random.below(shape.resources), target: random.between(0, 3), weight: random.between(0, 10) })),
      weights: { process: random.between(0, 3), service: random.between(0, 10), machine: random.between(0, 100) },
    },
  };
}

/** The answer with some processes elsewhere, no two of one service together. */
function disturbed(random: Random, { machines, movedPermille }: InstanceShape, serviceOf: Int32Array, answer: Int32Array): Int32Array {
  const taken = new Set(Array.from(serviceOf, (s, p) => s * machines + (answer[p] ?? 0)));
  return answer.map((home, p) => {
    const pair = (m: number): number => (serviceOf[p] ?? 0) * machines + m;
    const elsewhere = random.below(machines);
    if (!random.chance(movedPermille) || taken.has(pair(elsewhere))) return home;
    taken.delete(pair(home));
    taken.add(pair(elsewhere));
    return elsewhere;
  });
}

/** Safety for the answer, capacity for both placements and, where a resource is transient, for all going from one to the other at once. */
function roomFor(
  random: Random, { machines, resources, roomPermille = 0 }: InstanceShape, { need, transient }: Pick<RoadefModel, "need" | "transient">, answer: Int32Array, original: Int32Array,
): Pick<RoadefModel, "capacity" | "safety"> {
  const empty = (): Float64Array => new Float64Array(machines * resources);
  const [inAnswer, inOriginal, inBoth] = [empty(), empty(), empty()];
  answer.forEach((m, p) => {
    const before = original[p] ?? 0;
    for (let r = 0; r < resources; r++) {
      const size = need[p * resources + r] ?? 0;
      for (const [table, host] of [[inAnswer, m], [inOriginal, before], [inBoth, m]] as const) table[host * resources + r] = (table[host * resources + r] ?? 0) + size;
      if (before !== m) inBoth[before * resources + r] = (inBoth[before * resources + r] ?? 0) + size;
    }
  });
  const safety = inAnswer.map((used) => used + random.below(10));
  return {
    safety,
    capacity: safety.map((safe, cell) => {
      const most = transient[cell % resources] === 1 ? (inBoth[cell] ?? 0) : Math.max(inAnswer[cell] ?? 0, inOriginal[cell] ?? 0);
      return (random.chance(100) ? most : Math.max(safe, most)) + random.below(20) + Math.floor((most * roomPermille) / 1000);
    }),
  };
}

/** Different machines. */
function distinct(random: Random, machines: number, count: number): readonly number[] {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(random.below(machines));
  return [...drawn];
}

/** By service, the domains that its processes are in. */
function usedBy(placement: Int32Array, serviceOf: Int32Array, domainOf: Int32Array, services: number): readonly ReadonlySet<number>[] {
  const used = Array.from({ length: services }, () => new Set<number>());
  placement.forEach((m, p) => used[serviceOf[p] ?? -1]?.add(domainOf[m] ?? 0));
  return used;
}

function leastLocations(placements: readonly Int32Array[], serviceOf: Int32Array, location: Int32Array, services: number): Int32Array {
  const used = placements.map((placement) => usedBy(placement, serviceOf, location, services));
  return Int32Array.from({ length: services }, (_, s) => used.reduce((least, of) => Math.min(least, of[s]?.size ?? 0), Infinity));
}

/** Each service may depend on those that are wherever it is, in both placements. */
function dependenciesOf(
  random: Random, { services }: InstanceShape, placements: readonly Int32Array[], serviceOf: Int32Array, neighbourhood: Int32Array,
): RoadefModel["dependencies"] {
  const used = placements.map((placement) => usedBy(placement, serviceOf, neighbourhood, services));
  const offsets = new Int32Array(services + 1);
  const targets: number[] = [];
  for (let s = 0; s < services; s++) {
    const candidate = random.below(services);
    const isNear = used.every((of) => [...(of[s] ?? [])].every((domain) => of[candidate]?.has(domain) === true));
    if (isNear && random.chance(700)) targets.push(candidate);
    offsets[s + 1] = targets.length;
  }
  return { offsets, targets: Int32Array.from(targets) };
}
