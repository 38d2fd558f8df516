import type { Forecaster } from "./back-test.ts";
import { fit, type Fitted } from "./fit.ts";
import type { History } from "./history.ts";

/** Members that are looked at one by one; of more, as many are taken evenly, and count for the others. */
const membersMax = 24;
/** How much alike the errors of two members are: 0.05 to 0.3 on public traces of virtual machines, see docs/forecast.md. */
const alike = 0.1;

type Bands = Pick<Fitted, "at">;

/**
 * A model of a sum that has the histories of its members too. A sum has one history, in which little that is rare has
 * happened; its members have many. So its band is at least as wide as theirs together would make it, each going its own
 * way but for a tenth that they have in common.
 */
export function fitSum(sum: History, members: readonly History[], aheadMax: number, band: number): Fitted {
  const own = fit(sum, aheadMax, band);
  const each = Math.max(1, members.length / membersMax);
  const taken = Array.from({ length: Math.min(members.length, membersMax) }, (_, i) => members[Math.floor(i * each)]);
  const takenModels = taken.flatMap((member) => (member !== undefined && member.values.some((value) => !Number.isNaN(value)) ? [modelOf(member, aheadMax, band)] : []));
  return { ...own, at: (ahead) => widened(own, takenModels, each, ahead) };
}

/** By the memory that a history lies in: what is in several sums is learnt once. */
const models = new WeakMap<ArrayBufferLike, Map<string, Fitted>>();

function modelOf(member: History, aheadMax: number, band: number): Fitted {
  const { values, startMs, stepMs } = member;
  const known = models.get(values.buffer) ?? new Map<string, Fitted>();
  models.set(values.buffer, known);
  const key = [values.byteOffset, values.length, startMs, stepMs, aheadMax, band].join(" ");
  const model = known.get(key) ?? fit(member, aheadMax, band);
  known.set(key, model);
  return model;
}

/** Forecasts a sum from what was known of it and of its members. */
export function sumForecaster(members: readonly History[]): Forecaster {
  return (known, ahead, band) => fitSum(known, members.map((member) => ({ ...member, values: member.values.subarray(0, known.values.length) })), ahead, band);
}

function widened(own: Bands, members: readonly Bands[], each: number, ahead: number): readonly [number, number, number] {
  const [low, middle, high] = own.at(ahead);
  const below = { sum: 0, squares: 0 };
  const above = { sum: 0, squares: 0 };
  for (const member of members) {
    const [from, centre, to] = member.at(ahead);
    if (Number.isNaN(from + to)) continue;
    add(below, centre - from, each);
    add(above, to - centre, each);
  }
  return [Math.max(0, Math.min(low, middle - together(below))), middle, Math.max(high, middle + together(above))];
}

function add(totals: { sum: number; squares: number }, width: number, each: number): void {
  totals.sum += each * width;
  totals.squares += each * width * width;
}

function together({ sum, squares }: { readonly sum: number; readonly squares: number }): number {
  return Math.sqrt(squares + alike * Math.max(0, sum * sum - squares));
}
