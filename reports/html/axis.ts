import { assert } from "../../model/assert.ts";
import { timeTicks, type Tick } from "./calendar.ts";
import { amountText, numberText } from "./numbers.ts";
import { elapsedText, instantText } from "./time-text.ts";

/** Where time runs along: instants in milliseconds since 1970, shown in UTC, or milliseconds since the start. */
export type TimeAxis = { readonly kind: "utc" } | { readonly kind: "elapsed" };
export type NumberAxis = { readonly kind: "number"; readonly label: string; readonly unit: string; readonly scale?: "linear" | "log" };
export type XAxis = TimeAxis | NumberAxis;

/** From values to positions, and back in the page's own script. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly scale: "linear" | "log";
  readonly ticks: readonly Tick[];
  position(value: number): number;
}

/** Values from `low` to `high` between two positions. */
export interface Stretch {
  readonly low: number;
  readonly high: number;
  readonly from: number;
  readonly to: number;
}

/** An axis of any kind with about so many ticks. */
export function axisFor(kind: XAxis, stretch: Stretch, tickCount: number): Axis {
  if (kind.kind !== "number") return { ...placed(stretch, "linear"), ticks: timeTicks(kind.kind, stretch.low, stretch.high, tickCount) };
  return kind.scale === "log" ? logAxis(stretch) : { ...placed(stretch, "linear"), ticks: roundTicks(stretch.low, stretch.high, tickCount) };
}

/** An axis that begins and ends on round values. */
export function roundAxis({ low, high, from, to }: Stretch, tickCount: number): Axis {
  const [least, most] = low === high ? around(low) : [low, high];
  const step = roundStep((most - least) / tickCount);
  const stretch = { low: Math.floor(least / step + 1e-9) * step, high: Math.ceil(most / step - 1e-9) * step, from, to };
  return { ...placed(stretch, "linear"), ticks: roundTicks(stretch.low, stretch.high, tickCount, step) };
}

/** A logarithmic axis that begins and ends on powers of ten. */
export function roundLogAxis({ low, high, from, to }: Stretch): Axis {
  const least = 10 ** Math.floor(Math.log10(low) + 1e-9);
  return logAxis({ low: least, high: Math.max(10 * least, 10 ** Math.ceil(Math.log10(high) - 1e-9)), from, to });
}

/** Powers of ten, and twice and five times where there are few of them. Values must be above zero. */
function logAxis(stretch: Stretch): Axis {
  const { low, high } = stretch;
  assert(low > 0, `a logarithmic axis cannot begin at ${low}`);
  const [least, most] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.ceil((most - least) / 8);
  const factors = most - least <= 2 ? [1, 2, 5] : [1];
  const values = Array.from({ length: Math.floor((most - least) / every) + 1 }, (_, i) => 10 ** (least + i * every))
    .flatMap((power) => factors.map((factor) => factor * power)).filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  return { ...placed(stretch, "log"), ticks: values.map((at) => ({ at, words: numberText(at) })) };
}

function placed({ low, high, from, to }: Stretch, scale: "linear" | "log"): Omit<Axis, "ticks"> {
  const start = scale === "log" ? Math.log10(low) : low;
  const span = (scale === "log" ? Math.log10(high) : high) - start;
  const position = (value: number): number => {
    const along = span === 0 ? 0.5 : ((scale === "log" ? Math.log10(Math.max(value, low)) : value) - start) / span;
    return from + (to - from) * along;
  };
  return { low, high, scale, position };
}

function roundTicks(low: number, high: number, tickCount: number, known?: number): readonly Tick[] {
  const step = known ?? roundStep((high - low) / tickCount);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  const decimals = Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const at = (first + i) * step;
    return { at, words: numberText(at, decimals) };
  });
}

/** 1, 2 or 5 times a power of ten, at least `rough`. */
function roundStep(rough: number): number {
  // Nearer to zero than that there are no powers of ten to divide by.
  if (!(rough > 1e-300)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
}

/** A single value still gets an axis with room on both sides, or from zero. */
function around(value: number): readonly [low: number, high: number] {
  return value === 0 ? [0, 1] : value > 0 ? [0, value] : [value, 0];
}

/** A value on the axis, in words. */
export function xText(kind: XAxis, value: number): string {
  switch (kind.kind) {
    case "utc": return instantText(value);
    case "elapsed": return elapsedText(value);
    case "number": return amountText(value, kind.unit);
  }
}

/** What stands under the axis. */
export function xLabel(kind: XAxis): string {
  switch (kind.kind) {
    case "utc": return "time (UTC)";
    case "elapsed": return "time since the start";
    case "number": return kind.unit === "" ? kind.label : `${kind.label} (${kind.unit})`;
  }
}
