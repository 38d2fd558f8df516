import { exact } from "./exact-sum.ts";
import type { RoadefModel } from "./model.ts";

/** What no placement can cost less than: all machines merged into one, moves for nothing. */
export function lowerBound(model: RoadefModel): number {
  const { resourceCount, need, capacity, safety, loadWeight, balances } = model;
  const totalOf = (values: Float64Array, what: string): readonly number[] => Array.from({ length: resourceCount }, (_, r) => {
    let sum = 0;
    for (let i = r; i < values.length; i += resourceCount) sum = exact(sum + (values[i] ?? 0), `${what} of resource ${r} in all`);
    return sum;
  });
  const [needed, room, safe] = [totalOf(need, "need"), totalOf(capacity, "capacity"), totalOf(safety, "safety capacity")];
  const load = loadWeight.reduce((sum, weight, r) =>
    exact(sum + exact(weight * Math.max(0, (needed[r] ?? 0) - (safe[r] ?? 0)), `least load cost of resource ${r}`), "least load cost"), 0);
  const free = room.map((capacityInAll, r) => capacityInAll - (needed[r] ?? 0));
  return balances.reduce((sum, { a, b, target, weight }, i) => {
    const missing = Math.max(0, exact(target * (free[a] ?? 0), `balance ${i}`) - (free[b] ?? 0));
    return exact(sum + exact(weight * missing, `least balance cost ${i}`), "lower bound");
  }, load);
}
