import { newLoadBlock, type LoadCursor, type LoadSource, type LoadTrace } from "../../model/load.ts";
import type { Grid } from "./grid.ts";
import { resample } from "./resample.ts";

/** A trace on a grid as a source. A series is 0 before its first and after its last sample. */
export function sourceOf(trace: LoadTrace, grid: Grid): LoadSource {
  const rows = trace.series.map((series) => resample(series, grid).samples);
  return {
    resources: trace.resources, subjects: trace.series.map(({ subject }) => subject),
    startMs: grid.startMs, stepMs: grid.stepMs, slots: grid.slots,
    open: (fromSlot): LoadCursor => {
      let slot = fromSlot;
      return {
        fill(block) {
          const filled = Math.max(0, Math.min(block.slots, grid.slots - slot));
          rows.forEach((samples, row) => samples.forEach((own, r) => block.samples[r]?.set(own.subarray(slot, slot + filled), row * block.slots)));
          slot += filled;
          return filled;
        },
      };
    },
  };
}

/** Everything that a source gives, in memory. */
export function traceOf(source: LoadSource): LoadTrace {
  const block = newLoadBlock(source, source.slots);
  source.open(0).fill(block);
  return {
    resources: source.resources,
    series: source.subjects.map((subject, row) => ({
      subject, times: { kind: "regular", startMs: source.startMs, stepMs: source.stepMs, count: source.slots },
      samples: block.samples.map((samples) => samples.slice(row * source.slots, (row + 1) * source.slots)),
      gaps: new Int32Array(0), provisioned: new Float64Array(source.resources.length).fill(-1),
    })),
  };
}
