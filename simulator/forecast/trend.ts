import { slotsPerDay, type History } from "./history.ts";
import { medianOf } from "./quantile.ts";

const leastDays = 7;
const week = 7;
/** With so many days only days of the same kind are compared, so that weekends are no noise. */
const daysOfSameKind = 4 * week;
/** How sure a trend must be: standard deviations of Kendall's statistic. Over its second half alone it may be less so. */
const leastSure = { inAll: 3, ofLate: 1 } as const;

/**
 * Change of the level per slot between two slots: the middle of the slopes between all pairs of days, which a few odd
 * days cannot turn. Zero when days go up and down as chance would have it, or of late no longer go the same way.
 */
export function slopeBetween(history: History, from: number, to: number): number {
  const day = slotsPerDay(history);
  const days = Math.floor((to - from) / day);
  if (days < leastDays) return 0;
  const levels = Array.from({ length: days }, (_, d) => medianOf(history.values.subarray(to - (days - d) * day, to - (days - d - 1) * day)));
  const apart = days >= daysOfSameKind ? week : 1;
  const { slopes, sureness } = pairs(levels, apart);
  const late = pairs(levels.slice(Math.floor(days / 2)), apart).sureness;
  const goesOn = Math.abs(sureness) >= leastSure.inAll && late * Math.sign(sureness) >= leastSure.ofLate;
  return goesOn ? medianOf(slopes) / day : 0;
}

/** Slopes between all pairs of days some days apart, and how much more go up than down, in standard deviations of chance. */
function pairs(levels: readonly number[], apart: number): { readonly slopes: readonly number[]; readonly sureness: number } {
  const slopes: number[] = [];
  let up = 0;
  for (let a = 0; a < levels.length; a++) {
    for (let b = a + apart; b < levels.length; b += apart) {
      const slope = ((levels[b] ?? Number.NaN) - (levels[a] ?? Number.NaN)) / (b - a);
      if (Number.isNaN(slope)) continue;
      slopes.push(slope);
      up += Math.sign(slope);
    }
  }
  const chance = Array.from({ length: apart }, (_, kind) => Math.ceil((levels.length - kind) / apart)).reduce((sum, days) => sum + (days * (days - 1) * (2 * days + 5)) / 18, 0);
  return { slopes, sureness: up / Math.sqrt(chance) };
}
