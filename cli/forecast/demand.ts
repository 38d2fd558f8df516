import type { LoadTrace } from "../../model/load.ts";
import { backTest, forecast, levelled, sumForecaster, useOfGroups, type BackTest, type Forecast, type Grid, type GroupUse, type LoadGroup, type TooShort } from "../../simulator/index.ts";
import type { GrowthOf } from "./growth.ts";

type GrowthAt = ReturnType<GrowthOf>;

const dayMs = 86_400_000;
/** The back-test looks so many days ahead, from so many instants of the past; from one where there is much to forecast. */
const testedDays = 7;
const testedOrigins = 4;

/** What something will ask for of a resource, and how such a forecast would have done before. */
export interface Demand {
  readonly name: string;
  readonly resource: string;
  readonly history: GroupUse;
  readonly forecast: Forecast | TooShort;
  /** Null: too little was measured to learn from a part and test on the rest. */
  readonly backTest: (BackTest & { readonly aheadMs: number }) | null;
}

export interface DemandOptions {
  readonly grid: Grid;
  readonly horizonMs: number;
  /** Kept from the end of the history to test on; null: as it is usual. */
  readonly heldMs: number | null;
  readonly bandPermille: number;
  /** Looks at the members of sums one by one, which takes a while for each of them. */
  readonly membersToo: boolean;
  /** Growth that the scenario plans. */
  readonly growthOf: GrowthOf;
}

/** The demand of each group for one resource; what is in several groups is read once. */
export function demandsOf(trace: LoadTrace, groups: readonly LoadGroup[], resource: string, options: DemandOptions): readonly (() => Demand)[] {
  const { grid, membersToo } = options;
  const inside = membersToo ? [...new Set(groups.flatMap(({ members }) => members))] : [];
  const alone = new Map(useOfGroups(trace, resource, grid, inside.map((i) => ({ name: "", members: [i] }))).map((use, n) => [inside[n], use]));
  const level = new Map([...alone].map(([i, use]) => [i, i === undefined ? use : levelled(use, options.growthOf([i], resource))]));
  return useOfGroups(trace, resource, grid, groups).map((history, g) => () => {
    const members = groups[g]?.members ?? [];
    const own = membersToo && members.length > 1 ? members.flatMap((i) => level.get(i) ?? []) : [];
    return demandOf(history, own, resource, options.growthOf(members, resource), options);
  });
}

/** Planned growth is known: the rest is learnt from a history without it, and it comes on top of what that gives. */
function demandOf(history: GroupUse, members: readonly GroupUse[], resource: string, growthAt: GrowthAt, { grid, horizonMs, heldMs, bandPermille, membersToo }: DemandOptions): Demand {
  const level = levelled(history, growthAt);
  return {
    name: history.name, resource, history,
    forecast: grown(forecast(level, { ahead: Math.max(1, Math.round(horizonMs / grid.stepMs)), bandPermille, members }), growthAt),
    backTest: heldMs === null ? tested(level, members, horizonMs, bandPermille / 1000, membersToo ? testedOrigins : 1) : testedOnHeld(level, members, heldMs, bandPermille / 1000),
  };
}

/** What was learnt at the size of now, as it grows ahead. */
function grown(found: Forecast | TooShort, growthAt: GrowthAt): Forecast | TooShort {
  if (found.kind === "too-short") return found;
  const by = Float64Array.from(found.middle, (_, slot) => growthAt(found.startMs + slot * found.stepMs));
  const times = (values: Float64Array): Float64Array => values.map((value, slot) => value * (by[slot] ?? 1));
  return { ...found, low: times(found.low), middle: times(found.middle), high: times(found.high) };
}

/** Learns from the first half and tests on the rest, as far ahead as half of that allows. */
function tested(history: GroupUse, members: readonly GroupUse[], horizonMs: number, band: number, origins: number): Demand["backTest"] {
  const day = Math.max(1, Math.round(dayMs / history.stepMs));
  const days = Math.floor(history.values.length / day);
  const learn = Math.max(4, Math.floor(days / 2));
  const aheadDays = Math.min(testedDays, Math.ceil(horizonMs / dayMs), Math.floor((days - learn) / 2));
  if (aheadDays < 1) return null;
  const every = Math.max(1, Math.floor((days - learn - aheadDays) / Math.max(1, origins - 1)));
  const values = history.values.subarray(0, days * day);
  const test = backTest({ ...history, values }, { learn: learn * day, ahead: aheadDays * day, every: every * day, band }, sumForecaster(members));
  return test.points === 0 ? null : { ...test, aheadMs: aheadDays * dayMs };
}

/** Learns from all but the end of the history, and looks ahead over the whole of that end once. */
function testedOnHeld(history: GroupUse, members: readonly GroupUse[], heldMs: number, band: number): Demand["backTest"] {
  const ahead = Math.max(1, Math.round(heldMs / history.stepMs));
  const test = backTest(history, { learn: history.values.length - ahead, ahead, every: ahead, band }, sumForecaster(members));
  return test.points === 0 ? null : { ...test, aheadMs: ahead * history.stepMs };
}
