import { assert, nat, property } from "fast-check";
import { expect, it } from "vitest";
import { durationOf, durationText } from "../../scenarios/duration.ts";
import { isDuration } from "../../scenarios/fields/common.ts";

it.each([
  ["90d", 7_776_000_000], ["1d12h", 129_600_000], ["30min", 1_800_000], ["300s", 300_000], ["250ms", 250], ["0s", 0], ["1h1ms", 3_600_001], ["120min", 7_200_000],
])("%s is %i ms", (text, ms) => {
  expect(isDuration(text)).toBe(true);
  expect(durationOf(text)).toBe(ms);
});

it.each(["", "5", "h", "1.5h", "-1h", "1 h", "1h2d", "99999d", "1m", "1w", "1h 2min"])("%j is no duration", (text) => {
  expect(isDuration(text)).toBe(false);
});

it("is the same again when it is written and read", () => {
  assert(property(nat(2_000_000_000), nat(400), (ms, factor) => {
    const text = durationText(ms * factor);
    expect(isDuration(text)).toBe(true);
    expect(durationOf(text)).toBe(ms * factor);
  }), { seed: 20_261_122, numRuns: 300 });
});
