import type { WorkloadId } from "../../../model/ids.ts";
import { loadResources, type LoadSeries, type LoadTrace } from "../../../model/load.ts";

/** A series of cpuMHz, in fine units: pieces as `[from, to, value]` side by side; a value below 0 is a gap that holds its absolute. */
export function seriesOf(name: string, ...pieces: readonly (readonly [fromMs: number, toMs: number, value: number])[]): LoadSeries {
  return {
    subject: { workload: name as WorkloadId, application: null },
    times: { kind: "stepped", atMs: Float64Array.from([...pieces.map(([from]) => from), pieces[pieces.length - 1]?.[1] ?? 0]) },
    samples: [Int32Array.from(pieces, ([, , value]) => Math.abs(value))],
    gaps: Int32Array.from(pieces.flatMap(([, , value], i) => (value < 0 ? [i, i + 1] : []))),
    provisioned: Float64Array.of(-1),
  };
}

export function traceOfSeries(...series: readonly LoadSeries[]): LoadTrace {
  return { resources: [loadResources.cpuMHz], series };
}
