import type { Period } from "../cost/charge.ts";

/** A calendar month in UTC, and the part of it that a period covers. */
export interface BillingMonth {
  /** `2026-10`. */
  readonly name: string;
  readonly month: Period;
  readonly charged: Period;
}

/** The months that a period touches, in order. */
export function billingMonths({ startMs, endMs }: Period): readonly BillingMonth[] {
  const months: BillingMonth[] = [];
  for (let fromMs = startMs; fromMs < endMs;) {
    const month = monthAt(fromMs);
    months.push({ name: new Date(fromMs).toISOString().slice(0, "2026-10".length), month, charged: { startMs: fromMs, endMs: Math.min(endMs, month.endMs) } });
    fromMs = month.endMs;
  }
  return months;
}

export function isWhole({ month, charged }: BillingMonth): boolean {
  return charged.startMs === month.startMs && charged.endMs === month.endMs;
}

function monthAt(ms: number): Period {
  const at = new Date(ms);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  return { startMs: Date.UTC(year, month), endMs: Date.UTC(year, month + 1) };
}
