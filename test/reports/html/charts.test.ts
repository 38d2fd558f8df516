import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barChart, heatMap, intervalChart, lineChart, page, table, timeline } from "../../../reports/html/index.ts";
import { charts, examplePage } from "../../browser/example-page.ts";

function series(count: number): { name: string; x: number[]; y: number[] }[] {
  return Array.from({ length: count }, (_, i) => ({ name: `s${i}`, x: [0], y: [1] }));
}

const nothingToSee = { title: "T", words: "W" };

describe("every chart", () => {
  it.each(Object.entries(charts))("%s: the same data gives the same bytes, without a number that is none", (_, chart) => {
    const { markup } = chart();
    expect(chart().markup === markup).toBe(true);
    expect(/NaN|undefined|Infinity|\[object|<img|<script|\son\w+=".{0,80}/.exec(markup)?.[0]).toBeUndefined();
  });

  it("is small, however many points there are", () => {
    const x = Float64Array.from({ length: 300_000 }, (_, i) => i * 1000);
    const y = x.map((_, i) => (i * 7919) % 1000);
    expect(lineChart({ ...nothingToSee, x: { kind: "elapsed" }, y: { unit: "W" }, series: [{ name: "a", x, y }] }).markup.length).toBeLessThan(60_000);
    const rows = Array.from({ length: 1000 }, (_, r) => ({ name: `h${r}`, values: Float64Array.from({ length: 2000 }, (_, i) => ((i + r) * 7919) % 100) }));
    expect(heatMap({ ...nothingToSee, unit: "%", columns: { kind: "elapsed", from: 0, step: 1000 }, rows }).markup.length).toBeLessThan(800_000);
    const lanes = Array.from({ length: 500 }, (_, l) => ({ name: `w${l}`, events: Array.from({ length: 400 }, (_, i) => ({ at: i * 1000, kind: 0, words: "moved" })) }));
    expect(timeline({ ...nothingToSee, x: { kind: "elapsed" }, from: 0, to: 400_000, kinds: [{ name: "move", tone: "plain" }], lanes }).markup.length).toBeLessThan(200_000);
  });
});

describe("what was left out is said", () => {
  it.each([
    { what: "columns and rows of a heat map", markup: () => heatMap({ ...nothingToSee, unit: "%", columns: { kind: "elapsed", from: 0, step: 1 }, rows: Array.from({ length: 250 }, (_, r) => ({ name: `h${r}`, values: new Float64Array(500) })) }), words: ["500 columns are drawn as 167: each shows the greatest of 3 neighbours.", "250 rows are drawn as 84: each shows the greatest of 3 neighbours, the first of which it names."] },
    { what: "bars", markup: () => barChart({ ...nothingToSee, unit: "W", categories: ["a", "b", "c"], rowsMax: 2, series: [{ name: "s", values: [1, 2, 3] }] }), words: ["1 more are not drawn."] },
    { what: "events outside the time", markup: () => timeline({ ...nothingToSee, x: { kind: "elapsed" }, from: 0, to: 10, kinds: [{ name: "k", tone: "plain" }], lanes: [{ name: "l", events: [{ at: 11, kind: 0, words: "late" }, { at: -5, until: 3, kind: 0, words: "early" }] }] }), words: ["1 events lie outside this time and are not drawn."] },
    { what: "rows of a table", markup: () => table({ title: "T", columns: [{ head: "a" }], rows: [["1"], ["2"], ["3"]], rowsMax: 1 }), words: ["2 more rows are not shown here; --csv has all."] },
    { what: "values that logarithms do not have", markup: () => lineChart({ ...nothingToSee, x: { kind: "elapsed" }, y: { unit: "W", scale: "log" }, series: [{ name: "s", x: [0, 1], y: [0, 10] }] }), words: ["Values of zero and below cannot be shown on this scale and stand at its foot."] },
    { what: "that there is nothing", markup: () => lineChart({ ...nothingToSee, x: { kind: "elapsed" }, y: { unit: "W" }, series: [{ name: "s", x: [0, 1], y: [Number.NaN, Number.NaN] }] }), words: [">no values<"] },
    { what: "values beyond the given range", markup: () => heatMap({ ...nothingToSee, unit: "W", range: [10, 20], columns: { kind: "names", names: ["a", "b"] }, rows: [{ name: "r", values: [5, 25] }] }), words: ["≤ 10", "≥ 20 W"] },
  ])("$what", ({ markup, words }) => {
    for (const text of words) expect(markup().markup).toContain(text);
  });
});

describe("a heat map", () => {
  it("shows the greatest of merged cells, and a limit that one of them passes", () => {
    const values = new Float64Array(480).fill(10);
    values[101] = 99;
    const { markup } = heatMap({ ...nothingToSee, unit: "%", limit: { name: "target", value: 85 }, columns: { kind: "elapsed", from: 0, step: 1000 }, rows: [{ name: "h", values }] });
    expect(markup).toMatch(/class="cell over"/);
    expect(markup).toContain("above target (85 %)");
  });

  it("leaves a cell without a value only where no neighbour has one", () => {
    const values = Float64Array.from({ length: 480 }, (_, i) => (i % 2 === 0 ? Number.NaN : 50));
    const { markup } = heatMap({ ...nothingToSee, unit: "%", columns: { kind: "elapsed", from: 0, step: 1000 }, rows: [{ name: "h", values }] });
    expect(markup).not.toContain("no value");
  });
});

describe("bars", () => {
  it("are as long as their values say, to the pixel, on both sides of zero", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 12 }), (values) => {
      const { markup } = barChart({ ...nothingToSee, unit: "W", categories: values.map((_, i) => `c${i}`), series: [{ name: "s", values }] });
      const bars = [...markup.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map(([, x, width]) => ({ x: Number(x), width: Number(width) }));
      expect(bars).toHaveLength(values.length);
      const longest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const width = bars.reduce((most, bar) => Math.max(most, bar.width), 0);
      values.forEach((value, i) => {
        if (longest > 0) expect(Math.abs((bars[i]?.width ?? 0) - Math.max(1, (Math.abs(value) / longest) * width))).toBeLessThan(0.25);
      });
    }), { seed: 16 });
  });
});

describe("a chart that would mislead is refused", () => {
  it.each([
    { what: "more lines than can be told apart", chart: () => lineChart({ ...nothingToSee, x: { kind: "utc" }, y: { unit: "" }, series: series(9) }) },
    { what: "time that goes back", chart: () => lineChart({ ...nothingToSee, x: { kind: "utc" }, y: { unit: "" }, series: [{ name: "s", x: [2, 1], y: [1, 1] }] }) },
    { what: "a value at infinity", chart: () => lineChart({ ...nothingToSee, x: { kind: "utc" }, y: { unit: "" }, series: [{ name: "s", x: [1], y: [Infinity] }] }) },
    { what: "an interval out of order", chart: () => intervalChart({ ...nothingToSee, x: { kind: "utc" }, rows: [{ name: "r", low: 3, middle: 2, high: 4 }] }) },
    { what: "a middle that is certain after a low that is not", chart: () => intervalChart({ ...nothingToSee, x: { kind: "utc" }, rows: [{ name: "r", low: null, middle: 2, high: 4 }] }) },
    { what: "bars without their names", chart: () => barChart({ ...nothingToSee, unit: "W", categories: ["a"], series: [{ name: "s", values: [1, 2] }] }) },
    { what: "an event of no kind", chart: () => timeline({ ...nothingToSee, x: { kind: "utc" }, from: 0, to: 1, kinds: [], lanes: [{ name: "l", events: [{ at: 0, kind: 0, words: "?" }] }] }) },
    { what: "a row that is too short", chart: () => table({ title: "T", columns: [{ head: "a" }, { head: "b" }], rows: [["1"]] }) },
  ])("$what", ({ chart }) => expect(chart).toThrow("broken invariant"));
});

describe("a page", () => {
  it("allows exactly its own style and script, and names nothing outside", () => {
    const html = examplePage();
    expect(examplePage() === html).toBe(true);
    const allowed = [...html.matchAll(/&#39;(sha256-[^&]+)&#39;/g)].map(([, hash]) => hash);
    const inside = [/<style>([\s\S]*?)<\/style>/, /<script>([\s\S]*?)<\/script>/].map((tag) => `sha256-${createHash("sha256").update(tag.exec(html)?.[1] ?? "").digest("base64")}`);
    expect(allowed).toEqual(inside);
    expect(html.includes("content=\"default-src &#39;none&#39;; ")).toBe(true);
    expect(/https?:|url\(|@import|<[^>]* (src|href|style)="(?!#).{0,80}/.exec(html)?.[0]).toBeUndefined();
  });

  it("of little has no contents and no footer", () => {
    const html = page({ title: "T", subtitle: "S", facts: [], sections: [] });
    expect(html).not.toMatch(/<nav|<footer|<dl/);
  });
});
