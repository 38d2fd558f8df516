import { describe, expect, it } from "vitest";
import { Random } from "../../../model/random.ts";
import { Recipes, type Recipe } from "../../../planner/flat/recipes.ts";

const afford = 100_000;
const screenings = 7;
const firstLong = 1 + screenings;
const firstReheat = firstLong + 3;

/** Rounds of one thread; `costs` says what each comes to, given what was best before. */
function rounds(seed: number, costs: (recipe: Recipe, round: number, before: number) => number, moveShare: number | null = null): readonly Recipe[] {
  const recipes = new Recipes(new Random(seed), 1, afford);
  let best = 1e9;
  return recipes.shares.map((_, round) => {
    const recipe = recipes.recipe(round, 0, moveShare);
    const cost = costs(recipe, round, best);
    recipes.learn(recipe, cost, best);
    best = Math.min(best, cost);
    return recipe;
  });
}

/** Where each round starts, by first letters. */
function startsOf(costs: Parameters<typeof rounds>[1]): string {
  return rounds(1, costs).map(({ startsAt }) => startsAt.charAt(0)).join("");
}

const seeds = Array.from({ length: 30 }, (_, seed) => seed);

describe("the choice of recipes", () => {
  it("spends all of the search, in short rounds, long ones and reheats", () => {
    for (const proposals of [0, 100, 2000, 20_000, 1e6, 1e9]) {
      const { shares } = new Recipes(new Random(1), 2, proposals);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(shares.every((share) => share > 0)).toBe(true);
    }
  });

  it("goes on with long rounds from home, or with reheats, while they earn, then it is the other's turn", () => {
    expect(startsOf((_, __, before) => before - 1)).toBe(`h${"h".repeat(screenings)}hhh${"b".repeat(10)}`);
    expect(startsOf((_, __, before) => before + 1)).toBe(`h${"h".repeat(screenings)}hbh${"b".repeat(10)}`);
    expect(startsOf(({ startsAt }, _, before) => (startsAt === "best" ? before - 1 : before + 1))).toBe(`h${"h".repeat(screenings)}hbb${"b".repeat(10)}`);
  });

  it("spends what screening leaves of much time on further long rounds", () => {
    const { shares } = new Recipes(new Random(1), 1, 1_000_000);
    expect(shares.slice(1, firstLong)).toEqual(Array.from({ length: screenings }, () => 0.01));
    expect(shares.slice(firstLong, firstLong + 6)).toEqual([0.12, 0.1, 0.08, 0.08, 0.08, expect.closeTo(0.45 / 12, 9)]);
  });

  it("varies what was best among all screened", () => {
    for (const seed of seeds) {
      const best = 1 + seed % screenings;
      const chosen = rounds(seed, (_, round) => (round === best ? 5e8 : 6e8 + round));
      expect(chosen[firstLong]?.heat).toEqual(chosen[best]?.heat);
    }
  });

  it("varies reheats that earn, each number by half as much again at most, and none whose variant earned nothing", () => {
    let variants = 0;
    for (const seed of seeds) {
      const chosen = rounds(seed, (_, round, before) => (round === firstReheat ? before - 1000 : before + 1));
      const earner = chosen[firstReheat] as Recipe;
      const those = chosen.filter(({ variantOf }) => variantOf !== undefined);
      expect(those.length).toBeLessThanOrEqual(1);
      for (const { variantOf, heat } of those) {
        variants++;
        expect(variantOf).toBe(earner.heat);
        for (const key of ["from", "to", "priceFrom", "priceTo", "sizePerTemperature"] as const) {
          expect(heat[key]).toBeGreaterThanOrEqual(earner.heat[key] / 1.5 - 1e-12);
          expect(heat[key]).toBeLessThanOrEqual(earner.heat[key] * 1.5 + 1e-12);
        }
      }
    }
    expect(variants).toBeGreaterThan(seeds.length / 2);
  });

  it("does not let the first that keeps every limit count for more than all others", () => {
    const recipes = new Recipes(new Random(1), 1, afford);
    const first = recipes.recipe(firstReheat, 0, null);
    recipes.learn(first, 10, Infinity);
    const second = recipes.recipe(firstReheat + 1, 0, null);
    recipes.learn(second, 5, 10);
    const later = Array.from({ length: 40 }, (_, i) => recipes.recipe(firstReheat + i % 4, 0, null).variantOf).filter((heat) => heat !== undefined);
    expect(new Set(later)).toEqual(new Set([second.heat]));
  });

  it("only saves moves where loads are settled", () => {
    for (const seed of seeds) {
      const chosen = rounds(seed, (_, __, before) => before - 1, 1e-4);
      expect(chosen.slice(0, firstReheat).every(({ startsAt, heat }) => startsAt === "best" && heat.from <= 1e-3)).toBe(true);
    }
  });
});
