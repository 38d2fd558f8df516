import { exact } from "./exact-sum.ts";
import type { RoadefModel } from "./model.ts";

/** What a placement costs, split as the challenge's statement splits it. */
export interface RoadefCost {
  readonly load: number;
  readonly balance: number;
  readonly process: number;
  readonly service: number;
  readonly machine: number;
  readonly total: number;
}

export interface Evaluation {
  /** Every broken rule in words; empty when the placement is allowed. */
  readonly violations: readonly string[];
  readonly cost: RoadefCost;
}

/**
 * Judges a placement by the challenge's statement alone: nothing here is shared with the planner, so that a mistake there
 * cannot hide here. Throws `SumTooLarge` where doubles would round.
 */
export function evaluate(model: RoadefModel, original: Int32Array, placement: Int32Array): Evaluation {
  const processesOf = listsBy(model.serviceOf, model.serviceCount);
  const usage = usageOf(model, listsBy(placement, model.machineCount));
  return {
    violations: [
      ...capacityViolations(model, original, placement, usage), ...conflictViolations(processesOf, placement),
      ...spreadViolations(model, processesOf, placement), ...dependencyViolations(model, processesOf, placement),
    ],
    cost: costOf(model, original, placement, usage),
  };
}

/** Positions of each value from 0 to `count` - 1. */
function listsBy(values: Int32Array, count: number): readonly (readonly number[])[] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  values.forEach((value, i) => lists[value]?.push(i));
  return lists;
}

/** By machine, what its processes need of each resource. */
function usageOf(model: RoadefModel, processesOn: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return processesOn.map((processes, m) => Array.from({ length: model.resourceCount }, (_, r) =>
    processes.reduce((sum, p) => exact(sum + needOf(model, p, r), `use of resource ${r} on machine ${m}`), 0)));
}

function needOf({ need, resourceCount }: RoadefModel, process: number, resource: number): number {
  return need[process * resourceCount + resource] ?? 0;
}

function capacityOf({ capacity, resourceCount }: RoadefModel, machine: number, resource: number): number {
  return capacity[machine * resourceCount + resource] ?? 0;
}

/** Capacity, and for transient resources what processes that left keep on their original machine. */
function capacityViolations(model: RoadefModel, original: Int32Array, placement: Int32Array, usage: readonly (readonly number[])[]): readonly string[] {
  const kept = usage.map((row) => [...row]);
  original.forEach((m, p) => {
    if (placement[p] === m) return;
    model.transient.forEach((transient, r) => {
      const row = kept[m];
      if (transient === 1 && row !== undefined) row[r] = (row[r] ?? 0) + needOf(model, p, r);
    });
  });
  return usage.flatMap((row, m) => row.flatMap((used, r) => {
    const limit = capacityOf(model, m, r);
    const whileMoving = kept[m]?.[r] ?? 0;
    if (used > limit) return [`capacity: machine ${m} holds ${used} of resource ${r}, its capacity is ${limit}`];
    return whileMoving <= limit ? [] : [`transient: machine ${m} holds ${whileMoving} of transient resource ${r} while processes move, its capacity is ${limit}`];
  }));
}

function conflictViolations(processesOf: readonly (readonly number[])[], placement: Int32Array): readonly string[] {
  return processesOf.flatMap((processes, s) => {
    const together = new Map<number, number[]>();
    for (const p of processes) together.set(placement[p] ?? -1, [...(together.get(placement[p] ?? -1) ?? []), p]);
    return [...together].flatMap(([m, sharing]) => (sharing.length < 2 ? [] : [`conflict: processes ${sharing.join(", ")} of service ${s} share machine ${m}`]));
  });
}

function spreadViolations({ location, spreadMin }: RoadefModel, processesOf: readonly (readonly number[])[], placement: Int32Array): readonly string[] {
  return processesOf.flatMap((processes, s) => {
    const used = new Set(processes.map((p) => location[placement[p] ?? -1])).size;
    const wanted = spreadMin[s] ?? 0;
    return used >= wanted ? [] : [`spread: service ${s} is in ${used} locations, at least ${wanted} are wanted`];
  });
}

function dependencyViolations({ neighbourhood, dependencies }: RoadefModel, processesOf: readonly (readonly number[])[], placement: Int32Array): readonly string[] {
  const neighbourhoodsOf = processesOf.map((processes) => new Set(processes.map((p) => neighbourhood[placement[p] ?? -1])));
  return processesOf.flatMap((processes, s) => {
    const needed = new Set(dependencies.targets.subarray(dependencies.offsets[s], dependencies.offsets[s + 1]));
    return [...needed].flatMap((other) => processes.flatMap((p) => {
      const where = neighbourhood[placement[p] ?? -1];
      return neighbourhoodsOf[other]?.has(where) === true ? []
        : [`dependency: process ${p} of service ${s} is on machine ${placement[p]} in neighbourhood ${where}, where service ${other} is not`];
    }));
  });
}

function costOf(model: RoadefModel, original: Int32Array, placement: Int32Array, usage: readonly (readonly number[])[]): RoadefCost {
  const cost = {
    load: loadCost(model, usage), balance: balanceCost(model, usage), process: processCost(model, original, placement),
    service: serviceCost(model, original, placement), machine: machineCost(model, original, placement),
  };
  const total = Object.values(cost).reduce((sum, part) => exact(sum + part, "total cost"), 0);
  return { ...cost, total };
}

function loadCost({ loadWeight, safety, resourceCount }: RoadefModel, usage: readonly (readonly number[])[]): number {
  let cost = 0;
  loadWeight.forEach((weight, r) => {
    usage.forEach((row, m) => {
      const above = Math.max(0, (row[r] ?? 0) - (safety[m * resourceCount + r] ?? 0));
      cost = exact(cost + exact(weight * above, `load cost of resource ${r} on machine ${m}`), "load cost");
    });
  });
  return cost;
}

function balanceCost(model: RoadefModel, usage: readonly (readonly number[])[]): number {
  let cost = 0;
  model.balances.forEach(({ a, b, target, weight }, i) => {
    usage.forEach((row, m) => {
      const [roomA, roomB] = [capacityOf(model, m, a) - (row[a] ?? 0), capacityOf(model, m, b) - (row[b] ?? 0)];
      const missing = Math.max(0, exact(exact(target * roomA, `balance ${i} on machine ${m}`) - roomB, `balance ${i} on machine ${m}`));
      cost = exact(cost + exact(weight * missing, `balance cost ${i} on machine ${m}`), "balance cost");
    });
  });
  return cost;
}

function processCost({ processMoveCost, weights }: RoadefModel, original: Int32Array, placement: Int32Array): number {
  const sum = original.reduce((total, from, p) => exact(total + (placement[p] === from ? 0 : (processMoveCost[p] ?? 0)), "sum of process moving costs"), 0);
  return exact(weights.process * sum, "process move cost");
}

/** The largest number of moved processes of one service. */
function serviceCost({ serviceOf, serviceCount, weights }: RoadefModel, original: Int32Array, placement: Int32Array): number {
  const moved = Array.from({ length: serviceCount }, () => 0);
  original.forEach((from, p) => {
    const s = serviceOf[p] ?? -1;
    if (placement[p] !== from) moved[s] = (moved[s] ?? 0) + 1;
  });
  return exact(weights.service * moved.reduce((most, count) => Math.max(most, count), 0), "service move cost");
}

/** From the original machine, whatever lies between; processes that stay count too, should their machine's own cost not be 0. */
function machineCost({ moveCost, machineCount, weights }: RoadefModel, original: Int32Array, placement: Int32Array): number {
  const sum = original.reduce((total, from, p) =>
    exact(total + (moveCost[from * machineCount + (placement[p] ?? -1)] ?? 0), "sum of machine moving costs"), 0);
  return exact(weights.machine * sum, "machine move cost");
}
