import { hoursPerMonth } from "../render/money.ts";
import { hundredths, money } from "./cost-view.ts";
import type { PriceAnswer } from "./price-of-policy.ts";

/** A rule, and the cheapest placement without it; null when there is none that the verifier accepts. */
export interface PriceRow {
  readonly id: string;
  readonly title: string;
  readonly answer: PriceAnswer | null;
}

export interface PriceReport {
  readonly scenario: string;
  readonly title: string;
  readonly currency: string;
  /** Under all rules. */
  readonly base: PriceAnswer;
  readonly rows: readonly PriceRow[];
  /** Without any of the rules; null when not asked for. */
  readonly together: PriceAnswer | null;
}

/**
 * What a rule costs in an hour: what could be saved without it. Null where both do not place the same, and where the
 * search found nothing cheaper without the rule: what is placed under it is a placement without it too.
 */
export function priceMicros(base: PriceAnswer, answer: PriceAnswer | null): number | null {
  if (answer === null || answer.placed !== base.placed || answer.microsPerHour > base.microsPerHour) return null;
  return base.microsPerHour - answer.microsPerHour;
}

/** The same for a month of 730 hours. */
export function pricePerMonth(base: PriceAnswer, answer: PriceAnswer | null): string {
  const micros = priceMicros(base, answer);
  return micros === null ? "-" : hundredths(BigInt(micros) * hoursPerMonth);
}

/** What is to be made of a price: is it proved, is it none, is something else better without the rule? */
export function priceWords(base: PriceAnswer, answer: PriceAnswer | null): string {
  if (answer === null) return "no plan without it was accepted";
  const more = answer.placed - base.placed;
  if (more !== 0) return `without it ${Math.abs(more)} ${more > 0 ? "more" : "fewer"} ${Math.abs(more) === 1 ? "has" : "have"} a place`;
  const [baseIsLeast, answerIsLeast] = [base.claim === "optimal", answer.claim === "optimal"];
  const proved = baseIsLeast && answerIsLeast;
  const price = base.microsPerHour - answer.microsPerHour;
  if (price === 0) return proved ? "costs nothing (proved)" : "costs nothing, as far as was found";
  if (price < 0) return "no cheaper placement without it was found";
  if (proved) return "proved";
  // A cheaper plan under all rules would lower the price, a cheaper one without this rule would raise it.
  return baseIsLeast ? "at least" : answerIsLeast ? "at most" : "as far as was found";
}

export function monthly(microsPerHour: number): string {
  return money(BigInt(microsPerHour) * hoursPerMonth);
}
