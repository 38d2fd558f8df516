import { describe, expect, it } from "vitest";
import { withDaysAhead } from "../../../cli/report/daily-cost.ts";
import { Random } from "../../../model/random.ts";
import { budgetOutlook, type DailyCost } from "../../../reports/index.ts";

const [knownDays, daysAhead, courses] = [31, 60, 30] as const;
const dayMs = 86_400_000;
const fixedMicros = 100_000_000;

/** Days that cost a fixed part and something that differs; what differs is in millionths of the currency. */
const kinds: readonly { readonly kind: string; readonly days: (count: number, random: Random) => readonly number[] }[] = [
  { kind: "noise", days: (count, random) => Array.from({ length: count }, () => noise(random)) },
  { kind: "weekends", days: (count, random) => Array.from({ length: count }, (_, day) => (day % 7 > 4 ? -8_000_000 : 0) + noise(random) / 2) },
  { kind: "a course that comes back to its middle", days: comesBack },
];

describe("days ahead", () => {
  it.each([1, 1_000, fixedMicros])("have no band where %i micro-units are paid every day", (micros) => {
    const { ahead } = withDaysAhead({ startMs: 0, known: Array.from({ length: knownDays }, () => BigInt(micros)), ahead: [] }, daysAhead, 900);
    expect(ahead).toHaveLength(daysAhead);
    expect(new Set(ahead.flatMap(({ low, middle, high }) => [low, middle, high]))).toEqual(new Set([BigInt(micros)]));
  });

  it.each(kinds)("hold what comes in nine of ten courses of $kind", ({ days }) => {
    let held = 0;
    for (let seed = 1; seed <= courses; seed++) {
      const all = days(knownDays + daysAhead, new Random(seed)).map((micros) => BigInt(Math.round(fixedMicros + micros)));
      const { expected } = ended(withDaysAhead({ startMs: 0, known: all.slice(0, knownDays), ahead: [] }, daysAhead, 900));
      const truth = all.reduce((sum, micros) => sum + micros, 0n);
      held += Number(expected.low <= truth && truth <= expected.high);
    }
    expect(held / courses).toBeGreaterThanOrEqual(0.9);
  });

  it("have a band as narrow as the days that are known", () => {
    const width = (part: number): number => {
      const known = Array.from({ length: knownDays }, (_, day) => BigInt(fixedMicros + part * (day % 3)));
      const { expected } = ended(withDaysAhead({ startMs: 0, known, ahead: [] }, daysAhead, 900));
      return Number(expected.high - expected.low);
    };
    expect(width(10_000)).toBeLessThan(width(100_000) / 5);
    expect(width(10_000)).toBeLessThan(0.001 * fixedMicros * (knownDays + daysAhead));
  });

  it("are the mean alone of few days", () => {
    expect(withDaysAhead({ startMs: 0, known: [1n, 2n, 3n], ahead: [] }, daysAhead, 900).ahead).toEqual([]);
  });
});

function ended(daily: DailyCost): ReturnType<typeof budgetOutlook> {
  return budgetOutlook({ micros: 2n ** 100n, fromMs: 0, toMs: (knownDays + daysAhead) * dayMs }, daily);
}

/** About normal, a hundredth of the fixed part wide. */
function noise(random: Random): number {
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += random.below(1_000_001) - 500_000;
  return sum;
}

function comesBack(count: number, random: Random): readonly number[] {
  let away = 0;
  return Array.from({ length: count }, () => (away = 0.9 * away + noise(random)));
}
