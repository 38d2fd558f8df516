/** What was measured, on a regular grid, in units of the resource; NaN where nothing was. */
export interface History {
  readonly startMs: number;
  readonly stepMs: number;
  readonly values: Float64Array;
}

export const dayMs = 86_400_000;

/** Number of slots in a day, at least one. */
export function slotsPerDay({ stepMs }: Pick<History, "stepMs">): number {
  return Math.max(1, Math.round(dayMs / stepMs));
}

/** Stretches for which nothing was measured, as pairs [first, after last). */
export function holesOf({ values }: History): readonly (readonly [number, number])[] {
  const holes: [number, number][] = [];
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) return;
    const last = holes[holes.length - 1];
    if (last !== undefined && last[1] === i) last[1] = i + 1;
    else holes.push([i, i + 1]);
  });
  return holes;
}

/** The same history with longer slots: the mean of what was measured in each; NaN when less than half was. */
export function coarsened(history: History, stepMs: number): History {
  const each = Math.max(1, Math.round(stepMs / history.stepMs));
  const values = Float64Array.from({ length: Math.floor(history.values.length / each) }, (_, i) => {
    const slot = history.values.subarray(i * each, (i + 1) * each).filter((value) => !Number.isNaN(value));
    return 2 * slot.length >= each ? slot.reduce((sum, value) => sum + value, 0) / slot.length : Number.NaN;
  });
  return { startMs: history.startMs, stepMs: history.stepMs * each, values };
}

/** What a history would have been at the size that its load has grown to: `growthAt` is what it was multiplied with at an instant. */
export function levelled<Kind extends History>(history: Kind, growthAt?: (atMs: number) => number): Kind {
  if (growthAt === undefined) return history;
  return { ...history, values: history.values.map((value, slot) => value / (growthAt(history.startMs + slot * history.stepMs) || 1)) };
}
