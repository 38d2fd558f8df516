import { assert } from "../../model/assert.ts";
import { spanMs, type LoadSeries, type LoadTrace } from "../../model/load.ts";
import type { Grid } from "./grid.ts";
import { resample } from "./resample.ts";

/** Series that add up: those of a host, of a service, of a site, or one alone. Numbers into `trace.series`. */
export interface LoadGroup {
  readonly name: string;
  readonly members: readonly number[];
}

/** Use of a group over time, in units of the resource; NaN where too little of it was measured. */
export interface GroupUse {
  readonly name: string;
  readonly startMs: number;
  readonly stepMs: number;
  readonly values: Float64Array;
}

/** Each series by itself. */
export function eachAlone(trace: LoadTrace): readonly LoadGroup[] {
  return trace.series.map(({ subject }, i) => ({ name: subject.application ?? subject.workload, members: [i] }));
}

/** Series by what a name-giver says of them; those of which it says nothing are in no group. In order of first member. */
export function groupedBy(trace: LoadTrace, groupsOf: (series: LoadSeries) => readonly string[]): readonly LoadGroup[] {
  const members = new Map<string, number[]>();
  trace.series.forEach((series, i) => {
    for (const name of groupsOf(series)) {
      const known = members.get(name);
      if (known === undefined) members.set(name, [i]);
      else known.push(i);
    }
  });
  return [...members].map(([name, members]) => ({ name, members }));
}

/**
 * Use of each group on a grid. Where a member was not measured it counts with what stands in its gap; a slot in which
 * less than half of the members present were measured is unmeasured. A member counts from its first to its last sample.
 */
export function useOfGroups(trace: LoadTrace, resource: string, grid: Grid, groups: readonly LoadGroup[]): readonly GroupUse[] {
  const r = trace.resources.findIndex(({ name }) => name === resource);
  const perUnit = trace.resources[r]?.perUnit;
  assert(perUnit !== undefined, `the trace has no resource ${resource}`);
  const wanted = new Set(groups.flatMap(({ members }) => members));
  const members = new Map([...wanted].map((i) => [i, memberUse(trace.series[i], r, grid)]));
  return groups.map(({ name, members: numbers }) => {
    const sum = new Float64Array(grid.slots);
    const present = new Int32Array(grid.slots);
    const measured = new Int32Array(grid.slots);
    for (const i of numbers) members.get(i)?.addTo(sum, present, measured);
    const values = sum.map((fine, slot) => (2 * (measured[slot] ?? 0) >= (present[slot] ?? 0) && (present[slot] ?? 0) > 0 ? fine / perUnit : Number.NaN));
    return { name, startMs: grid.startMs, stepMs: grid.stepMs, values };
  });
}

interface MemberUse { addTo(sum: Float64Array, present: Int32Array, measured: Int32Array): void }

function memberUse(series: LoadSeries | undefined, r: number, grid: Grid): MemberUse {
  assert(series !== undefined, "a group has a member that is not in the trace");
  const { samples, measured } = resample({ ...series, samples: [series.samples[r] ?? new Int32Array(0)] }, grid);
  const { startMs, endMs } = spanMs(series.times);
  const first = Math.max(0, Math.floor((startMs - grid.startMs) / grid.stepMs));
  const last = Math.min(grid.slots, Math.ceil((endMs - grid.startMs) / grid.stepMs));
  return {
    addTo(sum, present, known) {
      for (let slot = first; slot < last; slot++) {
        sum[slot] = (sum[slot] ?? 0) + (samples[0]?.[slot] ?? 0);
        present[slot] = (present[slot] ?? 0) + 1;
        known[slot] = (known[slot] ?? 0) + (measured[slot] ?? 0);
      }
    },
  };
}
