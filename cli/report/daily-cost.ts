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

/** Below the least day by so many times what days differ, a cost is taken never to fall, and not to drift by itself. */
const rangesBelow = 4;

/**
 * Looks some days ahead, by what the days that are known tell; of few days their mean alone. Most of a bill is fixed:
 * forecasts of load allow for a drift of the whole level, which would be a band without any reason where days do not
 * differ, so that only what differs is forecast.
 */
export function withDaysAhead(daily: DailyCost, ahead: number, bandPermille: number): DailyCost {
  if (ahead <= 0 || daily.known.length < leastDays) return daily;
  const fixed = fixedPart(daily.known);
  const outlook = forecast({ startMs: daily.startMs, stepMs: dayMs, values: Float64Array.from(daily.known, (micros) => Number(micros - fixed)) }, { ahead, bandPermille });
  if (outlook.kind === "too-short") return daily;
  const at = (way: Float64Array, day: number): bigint => fixed + whole(way[day]);
  return { ...daily, ahead: Array.from({ length: ahead }, (_, day) => ({ low: at(outlook.low, day), middle: at(outlook.middle, day), high: at(outlook.high, day) })) };
}

/** What each day has cost at least, and a good deal less where days differ. */
function fixedPart(known: readonly bigint[]): bigint {
  const [least, most] = known.reduce(([a, b], micros) => [micros < a ? micros : a, micros > b ? micros : b] as const, [known[0] ?? 0n, known[0] ?? 0n] as const);
  const fixed = least - BigInt(rangesBelow) * (most - least);
  return fixed > 0n ? fixed : 0n;
}

function whole(value: number | undefined): bigint {
  return BigInt(Math.round(value ?? 0));
}
