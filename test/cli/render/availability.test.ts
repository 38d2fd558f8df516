import { describe, expect, it } from "vitest";
import { partOfTime, percentWords } from "../../../cli/render/availability.ts";

const day = 86_400_000;

describe("a part of the time", () => {
  it.each([
    [day, day, "100.0000"], [day - 1, day, "99.9999"], [day - 72_576, day, "99.9160"], [999_999_999_999, 1e12, "99.9999"], [1, day, "0.0000"], [0, day, "0.0000"], [0, 0, "100.0000"],
  ])("is never said to be more than it was: %d of %d ms", (partMs, wholeMs, words) => {
    expect(percentWords(partOfTime(partMs, wholeMs))).toBe(words);
  });
});
