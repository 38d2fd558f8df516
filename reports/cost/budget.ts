/** What each day has cost, and what coming days may: whole micro-units. */
export interface DailyCost {
  /** Midnight UTC of the first day. */
  readonly startMs: number;
  /** Of each day that is over. */
  readonly known: readonly bigint[];
  /** Of each day after that, in order; `low <= middle <= high`. */
  readonly ahead: readonly { readonly low: bigint; readonly middle: bigint; readonly high: bigint }[];
}

/** How a budget stands and where it goes. */
export interface BudgetOutlook {
  /** In days of the budget that are known. */
  readonly spentMicros: bigint;
  /** For days of the budget before the first that is known, at the usual cost of a day. */
  readonly assumedMicros: bigint;
  /** The middle of what is to be expected when the budget ends, and its band. */
  readonly expected: { readonly low: bigint; readonly middle: bigint; readonly high: bigint };
  /** The day on which it is spent: on the middle way, at the earliest and at the latest; null when that does not happen in its time. */
  readonly crossed: { readonly earliest: number | null; readonly middle: number | null; readonly latest: number | null };
}

const dayMs = 86_400_000;

/** What a day costs on average. */
export function usualDay({ known }: DailyCost): bigint {
  return known.length === 0 ? 0n : known.reduce((sum, micros) => sum + micros, 0n) / BigInt(known.length);
}

/** Adds up the days of a budget, known, assumed and expected. Days count for it when they begin in it. */
export function budgetOutlook(budget: { readonly micros: bigint; readonly fromMs: number; readonly toMs: number }, daily: DailyCost): BudgetOutlook {
  const usual = usualDay(daily);
  const ways = { low: 0n, middle: 0n, high: 0n };
  const crossed: { -readonly [Way in "earliest" | "middle" | "latest"]: number | null } = { earliest: null, middle: null, latest: null };
  const ends = { earliest: "high", middle: "middle", latest: "low" } as const;
  let [spentMicros, assumedMicros] = [0n, 0n];
  for (let dayAtMs = Math.ceil(budget.fromMs / dayMs) * dayMs; dayAtMs < budget.toMs; dayAtMs += dayMs) {
    const day = Math.round((dayAtMs - daily.startMs) / dayMs);
    const cost = costOfDay(day, daily, usual);
    if (day < 0) assumedMicros += usual;
    else if (day < daily.known.length) spentMicros += cost.middle;
    for (const way of ["low", "middle", "high"] as const) ways[way] += cost[way];
    for (const end of ["earliest", "middle", "latest"] as const) if (crossed[end] === null && ways[ends[end]] > budget.micros) crossed[end] = dayAtMs;
  }
  return { spentMicros, assumedMicros, expected: ways, crossed };
}

/** Before the first day that is known, and beyond the last that is looked at, a day costs what is usual. */
function costOfDay(day: number, { known, ahead }: DailyCost, usual: bigint): DailyCost["ahead"][number] {
  if (day < 0) return same(usual);
  const past = known[day];
  return past === undefined ? (ahead[day - known.length] ?? ahead.at(-1) ?? same(usual)) : same(past);
}

function same(micros: bigint): DailyCost["ahead"][number] {
  return { low: micros, middle: micros, high: micros };
}
