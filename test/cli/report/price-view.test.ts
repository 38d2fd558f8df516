import { describe, expect, it } from "vitest";
import type { PriceAnswer } from "../../../cli/report/price-of-policy.ts";
import { priceMicros, pricePerMonth, priceWords } from "../../../cli/report/price-view.ts";

const plan = (microsPerHour: number, claim: PriceAnswer["claim"] = "optimal", placed = 3): PriceAnswer => ({ microsPerHour, placed, wanted: 3, moves: 0, claim });

describe("the price of a rule", () => {
  it.each([
    { of: "both plans proved", base: plan(300), answer: plan(200), micros: 100, words: "proved" },
    { of: "a plan without it that may not be the cheapest", base: plan(300), answer: plan(200, "best-found"), micros: 100, words: "at least" },
    { of: "a plan under all rules that may not be the cheapest", base: plan(300, "best-found"), answer: plan(200), micros: 100, words: "at most" },
    { of: "two plans that may not be the cheapest", base: plan(300, "best-found"), answer: plan(200, "best-found"), micros: 100, words: "as far as was found" },
    { of: "two proved plans of one cost", base: plan(300), answer: plan(300), micros: 0, words: "costs nothing (proved)" },
    { of: "two found plans of one cost", base: plan(300), answer: plan(300, "best-found"), micros: 0, words: "costs nothing, as far as was found" },
    { of: "a search that did worse with more freedom", base: plan(300, "best-found"), answer: plan(310, "best-found"), micros: null, words: "no cheaper placement without it was found" },
    { of: "more that have a place without it", base: plan(300, "optimal", 2), answer: plan(200), micros: null, words: "without it 1 more has a place" },
    { of: "no plan without it", base: plan(300), answer: null, micros: null, words: "no plan without it was accepted" },
  ])("with $of is told as what is known of it: $words", ({ base, answer, micros, words }) => {
    expect([priceMicros(base, answer), priceWords(base, answer)]).toEqual([micros, words]);
    expect(pricePerMonth(base, answer) === "-").toBe(micros === null);
  });
});
