import type { RoadefModel } from "./model.ts";

/** A model in the challenge's own format. */
export function writeModel(model: RoadefModel): string {
  const { resourceCount, machineCount, serviceCount, processCount, balances, weights, dependencies: { offsets, targets } } = model;
  return [
    ...rows(resourceCount, (r) => [model.transient[r] ?? 0, model.loadWeight[r] ?? 0]),
    ...rows(machineCount, (m) => [
      model.neighbourhood[m] ?? 0, model.location[m] ?? 0,
      ...rowOf(model.capacity, m, resourceCount), ...rowOf(model.safety, m, resourceCount), ...rowOf(model.moveCost, m, machineCount),
    ]),
    ...rows(serviceCount, (s) => {
      const needed = targets.subarray(offsets[s], offsets[s + 1]);
      return [model.spreadMin[s] ?? 0, needed.length, ...needed];
    }),
    ...rows(processCount, (p) => [model.serviceOf[p] ?? 0, ...rowOf(model.need, p, resourceCount), model.processMoveCost[p] ?? 0]),
    String(balances.length), ...balances.map(({ a, b, target, weight }) => [a, b, target, weight].join(" ")),
    weights.process, weights.service, weights.machine, "",
  ].join("\n");
}

/** How many there are, then a line for each. */
function rows(count: number, row: (i: number) => readonly number[]): readonly string[] {
  return [String(count), ...Array.from({ length: count }, (_, i) => row(i).join(" "))];
}

function rowOf(table: Float64Array | Uint8Array | Uint32Array, row: number, length: number): Iterable<number> {
  return table.subarray(row * length, (row + 1) * length);
}
