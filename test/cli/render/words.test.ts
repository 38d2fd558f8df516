import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount, formatCarbon, formatPower } from "../../../cli/render/amount.ts";
import { useBar } from "../../../cli/render/bar.ts";
import { formatDuration } from "../../../cli/render/duration.ts";
import { gridOf } from "../../../cli/render/grid.ts";
import { formatChange, formatDifference, formatMicros, formatPerHour, formatPerMonth } from "../../../cli/render/money.ts";
import { paintFor } from "../../../cli/render/paint.ts";
import { printable } from "../../../cli/render/printable.ts";
import { fit, renderTable, wrap } from "../../../cli/render/table.ts";

describe("money", () => {
  it.each([
    [0, "0.00"], [1, "0.000001"], [12_345_678, "12.345678"], [12_500_000, "12.50"], [-1_500_000, "-1.50"], [-1, "-0.000001"],
    [1_234_567_890_000, "1,234,567.89"], [Number.MAX_SAFE_INTEGER, "9,007,199,254.740991"],
  ])("shows %d micro-units as %s, exactly", (micros, shown) => expect(formatMicros(micros)).toBe(shown));

  it("can be read back to the very same micro-units", () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (micros) => {
      const [whole = "", fraction = ""] = formatMicros(micros).replaceAll(",", "").split(".");
      expect(BigInt(`${whole}${fraction.padEnd(6, "0")}`)).toBe(BigInt(micros));
    }), { seed: 73, numRuns: 500 });
  });

  it("counts 730 hours in a month, beyond what doubles hold", () => {
    expect(formatPerHour(1_000_001, "EUR")).toBe("1.000001 EUR/h");
    expect(formatPerMonth(1_000_001, "EUR")).toBe("730.00073 EUR/month");
    expect(formatPerMonth(Number.MAX_SAFE_INTEGER, "EUR")).toBe("6,575,255,455,960.92343 EUR/month");
  });

  it.each([[1000, 812, "-18.8 %"], [1000, 1000, "0.0 %"], [3, 4, "+33.3 %"], [0, 5, ""], [2000, 1999, "-0.1 %"]])(
    "says that from %d to %d is %s", (before, after, words) => expect(formatChange(before, after)).toBe(words));

  it("always signs a difference", () => {
    expect([formatDifference(5_000_000), formatDifference(-5_000_000), formatDifference(0)]).toEqual(["+5.00", "-5.00", "0.00"]);
  });
});

describe("durations", () => {
  it.each([
    [0, "0 s"], [450, "450 ms"], [1000, "1 s"], [59_001, "1 min"], [200_000, "3 min 20 s"], [3_600_000, "1 h"], [3_599_500, "1 h"],
    [93_600_000, "1 d 2 h"], [5_400_000, "1 h 30 min"], [1500, "2 s"],
  ])("%d ms is %s", (ms, words) => expect(formatDuration(ms)).toBe(words));
});

describe("amounts", () => {
  it.each([
    [512, "MiB", "512 MiB"], [16_384, "MiB", "16 GiB"], [1_572_864, "MiB", "1.5 TiB"], [2500, "millicores", "2.5 cores"],
    [400, "Mbit/s", "400 Mbit/s"], [10_000, "Mbit/s", "10 Gbit/s"], [3, "GPUs", "3 GPUs"],
  ])("%d %s is %s", (amount, unit, words) => expect(formatAmount(amount, unit)).toBe(words));

  it("shows power and carbon in the unit that fits", () => {
    expect([formatPower(120_000), formatPower(2_500_000)]).toEqual(["120 W", "2.5 kW"]);
    expect([formatCarbon(36_000), formatCarbon(2_000_000)]).toEqual(["36 g CO2/h", "2 kg CO2/h"]);
  });
});

describe("bars and tables", () => {
  const plain = paintFor(false);
  it.each([
    [0, 100, "             0 %"], [50, 100, "█████       50 %"], [100, 100, "██████████ 100 %"], [150, 100, "██████████ 150 %"],
  ])("draws %d of %d", (part, whole, bar) => expect(useBar(part, whole, plain)).toBe(bar));

  it("lines columns up, without borders", () => {
    expect(renderTable([{ head: "host" }, { head: "runs", align: "right" }], [["h1", "5"], ["host-2", "12"]])).toBe("  host    runs\n  h1         5\n  host-2    12");
  });

  it("cuts what does not fit and wraps what may be long", () => {
    expect(fit("abcdef", 4)).toBe("abc…");
    expect(wrap("one two three", 9, "  ")).toBe("  one two\n  three");
  });

  it("neutralises texts that a spreadsheet would calculate, but not numbers", () => {
    const grid = gridOf<{ text: string; micros: number }>([
      { key: "text", head: "text", value: ({ text }) => text }, { key: "micros", head: "micros", value: ({ micros }) => micros },
    ], [{ text: "=1+1", micros: -5 }, { text: "+x", micros: 0 }, { text: "@a", micros: 1 }, { text: "-b", micros: 2 }, { text: "a,b", micros: 3 }]);
    expect(grid.csv()).toBe("text,micros\n'=1+1,-5\n'+x,0\n'@a,1\n'-b,2\n\"a,b\",3\n");
  });
});

describe("printable", () => {
  it("keeps colours and takes out what could move the cursor, ring or hide", () => {
    expect(printable("a\u001B[31mred\u001B[39m\n\tb")).toBe("a\u001B[31mred\u001B[39m\n\tb");
    expect(printable("x\u001B[2J\u0007\u0008\u001B]0;title\u0007\u202Ey\u009B1m")).toBe("x[2J]0;titley1m");
  });
});
