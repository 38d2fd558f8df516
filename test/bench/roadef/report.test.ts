import { describe, expect, it } from "vitest";
import { chartOf } from "../../../bench/roadef/chart.ts";
import { noReference, readReferences } from "../../../bench/roadef/reference.ts";
import { medians, rowOf, tableOf, totalScore } from "../../../bench/roadef/report.ts";
import { challengeScore, secondsToOnePercent, type InstanceResult } from "../../../bench/roadef/result.ts";

const result = (name: string, seed: number, total: number, more: Partial<InstanceResult> = {}): InstanceResult => ({
  name, seed, machines: 4, processes: 9, initial: 2000, lowerBound: 800, cost: { load: total, balance: 0, process: 0, service: 0, machine: 0, total },
  trace: [{ seconds: 0.5, cost: 2000 }, { seconds: 3, cost: 1009 }, { seconds: 40, cost: 1000 }], seconds: 60, cpuSeconds: 110, peakMiB: 120, weighed: 550e6, audited: 7, faults: [], ...more,
});

describe("references", () => {
  const references = readReferences("instance,initial_cost,winner_own_table,winner_in_final,best_finalist,winner_rerun\r\nx,2000,1010,1020,990,1005\ny,5,7,,,\n\nz,1,,,,\n");
  it("take the lowest of the winner's figures, and the best finalist's", () => {
    expect([...references]).toEqual([["x", { winner: 1005, bestFinalist: 990 }], ["y", { winner: 7, bestFinalist: null }], ["z", noReference]]);
  });
  it("are empty when the file is", () => expect(readReferences("").size).toBe(0));

  it("give the challenge's score, in all for those that have a best finalist", () => {
    expect(challengeScore(result("x", 1, 1000), 990)).toBe(0.5);
    expect(totalScore([result("x", 1, 1000), result("y", 1, 10), result("x", 2, 980)], references)).toBe(0.5 - 0.5);
    expect(totalScore([result("y", 1, 10)], references)).toBeNull();
  });

  it("stand in the row of a result, with what nobody knows left open", () => {
    expect(rowOf(result("x", 3, 1000), references.get("x") ?? noReference)).toEqual(
      ["x", "3", "1,000", "2,000", "800", "25.0000", "1,005", "990", "0.5000", "3.0", "60.0", "110.0", "120", "5.0", "7", "yes"]);
    expect(rowOf(result("z", 3, 329, { lowerBound: 0, faults: ["capacity"] }), noReference)).toEqual(
      ["z", "3", "329", "2,000", "0", "-", "-", "-", "-", "Infinity", "60.0", "110.0", "120", "5.0", "7", "NO"]);
  });
});

describe("results", () => {
  it("are within one per cent when the cost first is", () => {
    expect(secondsToOnePercent(result("x", 1, 1000))).toBe(3);
    expect(secondsToOnePercent(result("x", 1, 998))).toBe(40);
  });

  it("have the middle one by cost for a median, of two the worse", () => {
    const all = [result("x", 1, 1003), result("y", 1, 5), result("x", 2, 1001), result("x", 3, 1002), result("y", 2, 6)];
    expect(medians(all).map(({ name, seed }) => [name, seed])).toEqual([["x", 3], ["y", 2]]);
  });

  it("are a table whose columns stand under each other", () => {
    const lines = tableOf([result("x", 1, 1000), result("instance-with-a-name", 12, 123_456)], new Map()).split("\n");
    expect(lines).toHaveLength(3);
    expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
  });
});

function shown(svg: string, label: string): boolean {
  return svg.includes(`>${label}</text>`);
}

describe("the chart of a result", () => {
  it("has the curve, and lines for what is known", () => {
    const svg = chartOf(result("x", 1, 1000), { winner: 1005, bestFinalist: 990 });
    expect(["initial", "winner", "best finalist", "lower bound", "Cost above the lower bound", "time from the start of the process (s)"].map((label) => shown(svg, label))).toEqual(Array(6).fill(true));
    expect(svg.match(/class="line s0"/gu)).toHaveLength(2);
    expect(shown(chartOf(result("x", 1, 1000), noReference), "winner")).toBe(false);
  });

  it("stands alone: an SVG file with its style inside, and nothing from elsewhere", () => {
    const svg = chartOf(result("x", 1, 1000), noReference);
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" ')).toBe(true);
    expect(svg).toContain("<style>");
    expect(svg).not.toMatch(/href|src=|url\(|@import|prefers-color-scheme/u);
  });

  it("goes right and down, and stays inside the page", () => {
    const svg = chartOf(result("x", 1, 1000), noReference);
    for (const [, path = ""] of svg.matchAll(/<path d="([^"]+)" class="line s0"/gu)) {
      const xs = [...path.matchAll(/[MH]([\d.]+)/gu)].map(([, x]) => Number(x));
      const ys = [...path.matchAll(/(?:M[\d.]+ |V)([\d.]+)/gu)].map(([, y]) => Number(y));
      expect(xs.length).toBeGreaterThan(2);
      expect(xs).toEqual([...xs].sort((a, b) => a - b));
      expect(ys).toEqual([...ys].sort((a, b) => a - b));
      expect([...xs, ...ys].every((at) => at >= 0 && at <= 880)).toBe(true);
    }
  });

  it.each([
    ["a bound that is reached", result("x", 1, 800)],
    ["a bound of nothing", result("x", 1, 0, { lowerBound: 0 })],
    ["nothing gained", result("x", 1, 2000, { trace: [{ seconds: 0.1, cost: 2000 }] })],
    ["nothing to gain", result("x", 1, 800, { initial: 800, trace: [{ seconds: 0.1, cost: 800 }] })],
    ["no cost at all", result("x", 1, 0, { initial: 0, lowerBound: 0, trace: [{ seconds: 0.1, cost: 0 }] })],
    ["costs of ten digits", result("x", 1, 3_339_186_879, { initial: 7_644_173_180, lowerBound: 3_290_754_940 })],
  ])("has only numbers in it with %s", (_, given) => {
    expect(/NaN|Infinity|undefined/u.exec(chartOf(given, { winner: null, bestFinalist: given.cost.total }))?.[0]).toBeUndefined();
  });

  it("escapes what a name may hold", () => expect(chartOf(result("a<b&c", 1, 1000), noReference)).toContain("a&lt;b&amp;c"));
});
