import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount, formatCarbon, formatPower, formatUse } from "../../../cli/render/amount.ts";
import { useBar } from "../../../cli/render/bar.ts";
import { formatDuration, formatMeasured, formatOffset } from "../../../cli/render/duration.ts";
import { gridOf } from "../../../cli/render/grid.ts";
import { formatChange, formatDifference, formatMicros, formatPerHour, formatPerMonth } from "../../../cli/render/money.ts";
import { paintFor } from "../../../cli/render/paint.ts";
import { printable } from "../../../cli/render/printable.ts";
import { renderTable, type Column } from "../../../cli/render/table.ts";
import { fit, fitEnd, widthOf, wrap } from "../../../cli/render/text.ts";
import { renderVerification } from "../../../cli/render/verification.ts";
import type { ActionId } from "../../../model/ids.ts";

describe("money", () => {
  it.each([
    [0, "0.00"], [1, "0.000001"], [12_345_678, "12.345678"], [12_500_000, "12.50"], [-1_500_000, "-1.50"], [-1, "-0.000001"],
    [1_234_567_890_000, "1,234,567.89"], [Number.MAX_SAFE_INTEGER, "9,007,199,254.740991"],
  ])("shows %d micro-units as %s, exactly", (micros, shown) => expect(formatMicros(micros)).toBe(shown));

  it.each([
    [82_029_168, "82.03"], [7_188_228, "7.19"], [4999, "0.00"], [5000, "0.01"], [-4999, "0.00"], [-5000, "-0.01"], [-5001, "-0.01"], [15_000, "0.02"], [25_000, "0.03"], [-25_000, "-0.03"],
    [999_995_000, "1,000.00"], [9_007_199_254_740_991n, "9,007,199,254.74"],
  ])("rounds %d micro-units to %s hundredths, half away from zero", (micros, shown) => expect(formatMicros(micros, 2)).toBe(shown));

  it("is never further from the exact amount than half of the last decimal", () => {
    fc.assert(fc.property(fc.maxSafeInteger(), fc.integer({ min: 2, max: 6 }), (micros, decimals) => {
      const shown = BigInt(formatMicros(micros, decimals).replaceAll(/[,.]/g, "")) * 10n ** BigInt(6 - decimals);
      const apart = 2n * (shown - BigInt(micros));
      expect([apart <= 10n ** BigInt(6 - decimals), -apart <= 10n ** BigInt(6 - decimals)]).toEqual([true, true]);
    }), { seed: 74, numRuns: 500 });
  });

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

  it.each([
    [0, "0 s"], [31, "31 ms"], [450, "450 ms"], [999.6, "1 s"], [1000, "1.0 s"], [4053, "4.1 s"], [4049, "4.0 s"], [9949, "9.9 s"], [9950, "10 s"], [10_499, "10 s"], [10_500, "11 s"], [59_499, "59 s"], [59_500, "1 min"],
    [200_400, "3 min 20 s"], [3_600_000, "1 h"], [3_599_400, "59 min 59 s"], [5_429_000, "1 h 30 min"], [5_431_000, "1 h 31 min"],
  ])("%d ms that were measured are %s, to the nearest", (ms, words) => expect(formatMeasured(ms)).toBe(words));

  it.each([
    [0, "0 s"], [450, "450 ms"], [118_805_000, "1 d 9 h 5 s"], [120_758_000, "1 d 9 h 32 min 38 s"], [14_405_000, "4 h 5 s"], [86_400_000, "1 d"], [1500, "2 s"],
  ])("%d ms after the beginning is %s, to the second", (ms, words) => expect(formatOffset(ms)).toBe(words));
});

describe("amounts", () => {
  it.each([
    [512, "MiB", "512 MiB"], [16_384, "MiB", "16 GiB"], [1_572_864, "MiB", "1.5 TiB"], [2500, "millicores", "2.5 cores"],
    [40, "millicores", "0.04 cores"], [950, "millicores", "0.95 cores"], [999, "millicores", "1 core"], [300, "millicores", "0.3 cores"], [0, "millicores", "0 cores"],
    [400, "Mbit/s", "400 Mbit/s"], [10_000, "Mbit/s", "10 Gbit/s"], [3, "GPUs", "3 GPUs"],
  ])("%d %s is %s", (amount, unit, words) => expect(formatAmount(amount, unit)).toBe(words));

  it.each([[0.04, "Mbit/s", "0 Mbit/s"], [0.26, "Mbit/s", "0.3 Mbit/s"], [9.96, "MB/s", "10 MB/s"], [12.6, "MB/s", "13 MB/s"], [44.4, "millicores", "0.04 cores"]])("%d %s that were used are %s", (amount, unit, words) => {
    expect(formatUse(amount, unit)).toBe(words);
  });

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

  it("cuts headings and wraps everything else, at spaces and joints where there are any", () => {
    expect(fit("abcdef", 4)).toBe("abc…");
    expect(fitEnd("scenarios/fleet.yaml", 11)).toBe("…fleet.yaml");
    expect(wrap("one two three", 9, "  ")).toBe("  one two\n  three");
    expect(wrap("a1 one two", 9, "- ", "    ")).toBe("- a1 one\n    two");
    expect(wrap("catalogue-of-things", 12, "")).toBe("catalogue-\nof-things");
    expect(wrap("\u001B[31mone two\u001B[39m", 3, "")).toBe("\u001B[31mone\ntwo\u001B[39m");
  });

  it("counts columns as a terminal does: none for colours, two for wide characters", () => {
    expect([widthOf("\u001B[31mweb\u001B[39m"), widthOf("支払い"), widthOf("é"), widthOf("e\u0301")]).toEqual([3, 6, 1, 1]);
    expect(renderTable([{ head: "title" }, { head: "n" }], [["支払い", "1"], ["web", "2"]])).toBe("  title   n\n  支払い  1\n  web     2");
  });

  const columns: readonly Column[] = [
    { head: "workload" }, { head: "layer", dropRank: 1 }, { head: "EUR/h", align: "right" }, { head: "reason", wraps: 12, below: true },
  ];
  const rows = [["orders-db-1-rehearsal", "libvirt", "-0.046824", "makes room for catalogue-1 and payment-2"], ["web-1", "podman", "0.20", "is new"]];
  it.each([
    [90, "  workload               layer        EUR/h  reason\n  orders-db-1-rehearsal  libvirt  -0.046824  makes room for catalogue-1 and payment-2"],
    [70, "  orders-db-1-rehearsal  libvirt  -0.046824  makes room for\n                                             catalogue-1 and payment-2"],
    [50, "  orders-db-1-rehearsal  libvirt  -0.046824\n      makes room for catalogue-1 and payment-2\n  web-1                  podman        0.20\n      is new"],
    [36, "  orders-db-1-rehearsal  -0.046824\n      makes room for catalogue-1 and\n      payment-2\n  web-1                       0.20\n      is new\n  (no room for layer; --json has\n  all)"],
    [26, "  orders-db-1-  -0.046824\n  rehearsal\n      makes room for"],
    [18, "  workload:\n      orders-db-\n      1-rehearsal\n    layer: libvirt\n    EUR/h:\n      -0.046824"],
  ])("fits %i columns and loses no value", (columnsMax, expected) => {
    const table = renderTable(columns, rows, columnsMax);
    expect(table).toContain(expected);
    expect(Math.max(...table.split("\n").map(widthOf))).toBeLessThanOrEqual(columnsMax);
  });

  it("fits every width from 12 on, whatever the cells are", () => {
    const cell = fc.oneof(fc.string({ unit: "grapheme", maxLength: 40 }), fc.constantFrom("+0.201550", "par-1 -> cloud-2", "makes room for catalogue-1, orders-db-2"))
      .map((text) => printable(text).replaceAll(/\s/g, " ").replaceAll("\u001B", ""));
    const tables = fc.record({ rows: fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 5 }), columnsMax: fc.integer({ min: 12, max: 100 }) });
    fc.assert(fc.property(tables, ({ rows: some, columnsMax }) => {
      const table = renderTable(columns, some, columnsMax);
      expect(Math.max(...table.split("\n").map(widthOf))).toBeLessThanOrEqual(columnsMax);
      if (!table.includes("no room for")) for (const [name] of some) expect(letters(table)).toContain(letters(name));
    }), { seed: 60, numRuns: 300 });
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

/** A text without what breaking it into lines may change. */
function letters(text: string): string {
  return text.replaceAll(/\s/g, "");
}

it("tells what a verified plan breaks on the way only as a warning beside the verdict", () => {
  const verification = {
    ok: true, violations: [], problems: [], shoulds: [], audits: [], checkedInstants: 1,
    onTheWay: [{ strength: "should", constraint: "c", policy: "no-down", title: "Shop stays up", atMs: 60_000, action: "a1" as ActionId, words: "down: app" }],
  } as const;
  const [verdict, , ...lines] = renderVerification(verification, [], { paint: paintFor(false), columns: 100 }).split("\n");
  expect([verdict, ...lines]).toEqual([
    "✓ every must holds at 1 instant", "Warnings: broken on the way, though not at the end",
    "  should no-down (Shop stays up), at 1 min, action a1: down: app", "",
  ]);
});
