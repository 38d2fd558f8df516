import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgedDifference, type Verdict } from "../../../cli/study/compare.ts";
import { RunFiles } from "../../../cli/study/run-file.ts";
import type { RunFigures } from "../../../cli/study/measures.ts";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe("a difference", () => {
  it.each<[string, "less" | "more", number[], number[], Verdict]>([
    ["is better when there is surely less", "less", [10, 20, 30], [9, 19.1, 29], "better"],
    ["is worse when there is surely less of what should be more", "more", [10, 20, 30], [9, 19.1, 29], "worse"],
    ["is not shown when seeds disagree", "less", [10, 20, 30], [5, 25, 29], "no difference shown"],
    ["is none when every seed gives the same", "less", [10, 20], [10, 20], "same"],
    ["is sure when it is the same at every seed", "less", [10, 20], [11, 21], "worse"],
    ["is too small to show when it is zero as people read it", "less", [10, 20], [10.004, 20.004], "too small to show"],
    ["is shown when its last digit is", "less", [10, 20], [10.006, 20.006], "worse"],
    ["is not judged by one seed", "less", [10], [9], "one seed only"],
  ])("%s", (_, better, before, after, verdict) => {
    expect(judgedDifference({ better, scale: 1, decimals: 2 }, before, after).verdict).toBe(verdict);
  });

  it("changes its sign with its sides, and its verdict too", () => {
    const opposite: Readonly<Record<Verdict, Verdict>> = { better: "worse", worse: "better", same: "same", "too small to show": "too small to show", "no difference shown": "no difference shown", "one seed only": "one seed only" };
    const judged = { better: "less", scale: 1, decimals: 1 } as const;
    const pairs = fc.array(fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -1000, max: 1000 })), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(pairs, (both) => {
      const [before, after] = [both.map(([a]) => a), both.map(([, b]) => b)];
      const [there, back] = [judgedDifference(judged, before, after), judgedDifference(judged, after, before)];
      expect(back.verdict).toBe(opposite[there.verdict]);
      expect(back.mean).toBeCloseTo(-there.mean, 9);
    }), { seed: 1, numRuns: 300 });
  });
});

describe("a kept run", () => {
  const figures: RunFigures = { currency: "EUR", lengthMs: 1000, values: { costMicros: 5, runwayMs: null }, services: [], actionsFailed: 0, answersRefused: 0, samplesAtLimit: 0 };

  it("is read as it was, and not when any byte of it is missing or another", async () => {
    const files = new RunFiles(mkdtempSync(join(tmpdir(), "stowage-runs-")));
    await files.make();
    expect(await files.read("d")).toEqual({ kind: "missing" });
    await files.write("d", figures);
    expect(await files.read("d")).toEqual({ kind: "kept", figures });
    const text = readFileSync(files.fileOf("d"), "utf8");
    for (let length = 0; length < text.trimEnd().length; length += 7) {
      writeFileSync(files.fileOf("d"), text.slice(0, length));
      expect(await files.read("d")).toEqual({ kind: "damaged" });
    }
    writeFileSync(files.fileOf("d"), text.replace('"costMicros": 5', '"costMicros": 6'));
    expect(await files.read("d")).toEqual({ kind: "damaged" });
  });

  it("counts for its own inputs only", async () => {
    const files = new RunFiles(mkdtempSync(join(tmpdir(), "stowage-runs-")));
    await files.make();
    await files.write("d", figures);
    writeFileSync(files.fileOf("e"), readFileSync(files.fileOf("d")));
    expect(await files.read("e")).toEqual({ kind: "damaged" });
  });
});
