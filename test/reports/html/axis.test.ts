import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisFor, roundAxis, roundLogAxis, xText } from "../../../reports/html/axis.ts";
import { numberText } from "../../../reports/html/numbers.ts";

const utc = (text: string): number => Date.parse(text);
const ticksOf = (kind: "utc" | "elapsed", low: number, high: number): readonly string[] =>
  axisFor({ kind }, { low, high, from: 0, to: 800 }, 9).ticks.map(({ words, under }) => (under === undefined ? words : `${words} ${under}`));

describe("ticks of time stand where people look for them", () => {
  it.each([
    { of: "an hour", low: "2026-11-22T09:55:00Z", high: "2026-11-22T10:55:00Z", ticks: ["10:00 22 Nov", "10:10", "10:20", "10:30", "10:40", "10:50"] },
    { of: "two days", low: "2026-11-22T21:00:00Z", high: "2026-11-24T20:00:00Z", ticks: ["00:00 23 Nov", "06:00", "12:00", "18:00", "00:00 24 Nov", "06:00", "12:00", "18:00"] },
    { of: "a week", low: "2026-12-28T00:00:00Z", high: "2027-01-03T00:00:00Z", ticks: ["28 Dec 2026", "29 Dec", "30 Dec", "31 Dec", "1 Jan 2027", "2 Jan", "3 Jan"] },
    { of: "a month, on Mondays", low: "2026-11-01T00:00:00Z", high: "2026-12-01T00:00:00Z", ticks: ["2 Nov 2026", "9 Nov", "16 Nov", "23 Nov", "30 Nov"] },
    { of: "half a year", low: "2026-11-22T00:00:00Z", high: "2027-05-22T00:00:00Z", ticks: ["Dec 2026", "Jan 2027", "Feb", "Mar", "Apr", "May"] },
    { of: "ten years", low: "2020-06-01T00:00:00Z", high: "2030-06-01T00:00:00Z", ticks: ["2022", "2024", "2026", "2028", "2030"] },
  ])("in $of", ({ low, high, ticks }) => expect(ticksOf("utc", utc(low), utc(high))).toEqual(ticks));

  it.each([
    { ms: 50_000, ticks: ["0", "10 s", "20 s", "30 s", "40 s", "50 s"] },
    { ms: 5 * 3_600_000, ticks: ["0", "1 h", "2 h", "3 h", "4 h", "5 h"] },
    { ms: 3 * 86_400_000, ticks: ["0", "12 h", "1 d", "1 d 12 h", "2 d", "2 d 12 h", "3 d"] },
  ])("and count from the start: $ms ms", ({ ms, ticks }) => expect(ticksOf("elapsed", 0, ms)).toEqual(ticks));
});

describe("axes of numbers", () => {
  it.each([
    { low: 0, high: 97, ticks: ["0", "20", "40", "60", "80", "100"] },
    { low: -0.3, high: 0.9, ticks: ["-0.4", "-0.2", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0"] },
    { low: 0, high: 1_234_567, ticks: ["0", "200,000", "400,000", "600,000", "800,000", "1,000,000", "1,200,000", "1,400,000"] },
    { low: 0, high: 0, ticks: ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"] },
  ])("from $low to $high are round", ({ low, high, ticks }) => {
    expect(roundAxis({ low, high, from: 0, to: 1 }, 8).ticks.map(({ words }) => words)).toEqual(ticks);
  });

  it.each([
    { low: 3, high: 4000, ticks: ["1", "10", "100", "1,000", "10,000"] }, { low: 20, high: 90, ticks: ["10", "20", "50", "100"] },
    { low: 0.001, high: 1e12, ticks: ["0.001", "0.1", "10", "1,000", "100,000", "10,000,000", "1,000,000,000", "100,000,000,000"] },
  ])("of logarithms from $low to $high are powers", ({ low, high, ticks }) => {
    expect(roundLogAxis({ low, high, from: 0, to: 1 }).ticks.map(({ words }) => words)).toEqual(ticks);
  });

  it("hold all values between their ends, ticks too, in their order", () => {
    const value = fc.double({ min: -1e12, max: 1e12, noNaN: true });
    const kind = fc.constantFrom({ kind: "number", label: "", unit: "" } as const, { kind: "utc" } as const, { kind: "elapsed" } as const);
    fc.assert(fc.property(value, value, kind, fc.integer({ min: 2, max: 12 }), (a, b, kind, count) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      fc.pre(high - low > Math.max(1e-9, Math.abs(high) * 1e-6, Math.abs(low) * 1e-6));
      for (const axis of [axisFor(kind, { low, high, from: 10, to: 500 }, count), roundAxis({ low, high, from: 10, to: 500 }, count)]) {
        const places = [low, ...axis.ticks.map(({ at }) => at), high].map((at) => axis.position(at));
        for (const place of places) {
          expect(place).toBeGreaterThanOrEqual(10 - 1e-3);
          expect(place).toBeLessThanOrEqual(500 + 1e-3);
        }
        expect(axis.ticks.map(({ at }) => at)).toEqual(axis.ticks.map(({ at }) => at).sort((x, y) => x - y));
        expect(axis.ticks.length).toBeLessThanOrEqual(count * 2 + 3);
      }
    }), { seed: 13, numRuns: 300 });
  });
});

describe("values in words", () => {
  it.each([
    { value: 0, text: "0" }, { value: -0.0000001, text: "0" }, { value: 12_345.678, text: "12,346" }, { value: 2.345_678, text: "2.35" }, { value: 0.00123, text: "0.00123" },
    { value: 100, text: "100" }, { value: -500, text: "-500" }, { value: 99.96, text: "100" }, { value: Number.NaN, text: "-" }, { value: 1e21, text: "1e+21" }, { value: 123_456_789_012_345_680, text: "1.235e+17" },
  ])("$value is $text", ({ value, text }) => expect(numberText(value)).toBe(text));

  it("decimals that were asked for stay", () => expect(numberText(2, 2)).toBe("2.00"));

  it.each([
    { kind: { kind: "utc" } as const, value: utc("2026-11-03T14:05:00Z"), text: "3 Nov 2026 14:05" },
    { kind: { kind: "utc" } as const, value: utc("2026-11-03T14:05:07Z"), text: "3 Nov 2026 14:05:07" },
    { kind: { kind: "elapsed" } as const, value: 93_600_000, text: "1 d 2 h" }, { kind: { kind: "elapsed" } as const, value: 3_599_999, text: "1 h" },
    { kind: { kind: "number", label: "load", unit: "cores" } as const, value: 2.5, text: "2.5 cores" },
  ])("$text", ({ kind, value, text }) => expect(xText(kind, value)).toBe(text));
});
