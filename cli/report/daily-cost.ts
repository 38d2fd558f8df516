import type { Budget, Finance } from "../../model/finance.ts";
import type { CostReport, DailyCost } from "../../reports/index.ts";
import { chargeLines, courseOf, nameIn } from "../../reports/index.ts";
import { forecast } from "../../simulator/index.ts";
import type { Ready } from "../prepare.ts";
import type { CostLoad } from "./cost-load.ts";
import { groupingOf } from "./cost-options.ts";

const dayMs = 86_400_000;
/** Days from which a course is learnt. Fewer give the mean alone. */
export const leastDays = 14;

export type About = Budget["about"];

/** What each whole day of a period has cost for each of some subjects; days of UTC. */
export function dailyCosts(ready: Ready, { period, measured, applicationUse }: CostLoad, finance: Finance, subjects: readonly About[], progress: (done: number, days: number) => void): readonly DailyCost[] {
  const { index, constraints } = ready;
  const startMs = Math.ceil(period.startMs / dayMs) * dayMs;
  const days = Math.max(0, Math.floor((period.endMs - startMs) / dayMs));
  const known: bigint[][] = subjects.map(() => []);
  for (let day = 0; day < days; day++) {
    progress(day, days);
    const own = { startMs: startMs + day * dayMs, endMs: startMs + (day + 1) * dayMs };
    const report = chargeLines({ index, constraints, finance, period: own, measured, applicationUse, course: courseOf(index, own) });
    subjects.forEach((subject, s) => known[s]?.push(costOf(report, subject)));
  }
  return known.map((ofSubject) => ({ startMs, known: ofSubject, ahead: [] }));
}

function costOf({ lines, totalMicros, finance }: CostReport, about: About): bigint {
  if (about === null) return totalMicros;
  const by = groupingOf({ kind: about.kind, label: null }, finance);
  return lines.reduce((sum, line) => (nameIn(line, by) === about.id ? sum + line.costMicros : sum), 0n);
}

/** Looks some days ahead, by what the days that are known tell; of few days their mean alone. */
export function withDaysAhead(daily: DailyCost, ahead: number, bandPermille: number): DailyCost {
  if (ahead <= 0 || daily.known.length < leastDays) return daily;
  const outlook = forecast({ startMs: daily.startMs, stepMs: dayMs, values: Float64Array.from(daily.known, Number) }, { ahead, bandPermille });
  if (outlook.kind === "too-short") return daily;
  return { ...daily, ahead: Array.from({ length: ahead }, (_, day) => ({ low: whole(outlook.low[day]), middle: whole(outlook.middle[day]), high: whole(outlook.high[day]) })) };
}

function whole(value: number | undefined): bigint {
  return BigInt(Math.round(value ?? 0));
}
