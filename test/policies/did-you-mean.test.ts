import { describe, expect, it } from "vitest";
import { didYouMean, nearestWord } from "../../policies/index.ts";

describe("the word that was probably meant", () => {
  it.each<[wrong: string, known: readonly string[], nearest: string | null]>([
    ["memoryMib", ["cpuMillicores", "memoryMiB"], "memoryMiB"],
    ["SPREAD", ["gather", "spread"], "spread"],
    ["sprea", ["spread", "spree"], "spread"], // both one letter away: the first of equals
    ["h9", ["h1", "h2"], "h1"],
    ["h9", ["host-1"], null],
    ["x", ["abc"], null],
    ["maintenence", ["addHosts", "maintenance"], "maintenance"],
    ["anything", [], null],
    ["", ["a"], "a"],
    [`web-1${"x".repeat(100_000)}`, ["web-1"], null],
  ])("%j among %j is %j", (wrong, known, nearest) => {
    expect(nearestWord(wrong, known)).toBe(nearest);
  });

  it("is put as a question, else what is known is told, else the way out alone", () => {
    expect(didYouMean("knd", ["id", "kind"])).toBe("Did you mean kind?");
    expect(didYouMean("nothing-like-it", ["id", "kind"])).toBe("Known are id, kind.");
    expect(didYouMean("nothing-like-it", ["id"], "Correct the test.")).toBe("Correct the test. Known is id.");
    expect(didYouMean("nothing-like-it", [], "Correct the test.")).toBe("Correct the test.");
    expect(didYouMean("nothing-like-it", [])).toBe("Remove it.");
    expect(didYouMean("nothing-like-it", Array.from({ length: 14 }, (_, i) => `k${i}`))).toMatch(/^Known are k0, .*, k11, and 2 more\.$/);
  });
});
