import { spanMs, type LoadTrace } from "../../model/load.ts";

/** Slots of one length, side by side: slot s is from `startMs + s * stepMs` on. */
export interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly slots: number;
}

/** The smallest grid over a trace whose slots begin at whole multiples of the step, so that days begin at midnight. */
export function gridOver(trace: LoadTrace, stepMs: number): Grid {
  const spans = trace.series.map(({ times }) => spanMs(times));
  if (spans.length === 0) return { startMs: 0, stepMs, slots: 0 };
  const first = spans.reduce((least, span) => Math.min(least, span.startMs), Number.POSITIVE_INFINITY);
  const last = spans.reduce((most, span) => Math.max(most, span.endMs), Number.NEGATIVE_INFINITY);
  const startMs = Math.floor(first / stepMs) * stepMs;
  return { startMs, stepMs, slots: Math.ceil((last - startMs) / stepMs) };
}
