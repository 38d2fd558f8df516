import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { exportFocus, type FocusKept, type FocusWanted, type MonthOfRows } from "../../../cli/report/focus-export.ts";
import { billingMonths, chargeLines, focusRows, type BillingMonth, type CostInput, type CostReport } from "../../../reports/index.ts";
import { constraintsOf, costInput } from "../cost/random-cost.ts";
import { checkFocus } from "./checker/check.ts";
import { readCsv, type Dataset } from "./checker/dataset.ts";
import { same } from "./checker/decimal.ts";
import { sumOf } from "./checker/table-rules.ts";
import { known, renamed, settingsOf } from "./random-export.ts";

const root = mkdtempSync(join(tmpdir(), "stowage-focus-"));
afterAll(() => rmSync(root, { recursive: true }));
const folder = (): string => mkdtempSync(join(root, "out-"));

const [october, november, december] = billingMonths({ startMs: Date.UTC(2026, 9), endMs: Date.UTC(2027, 0) }) as [BillingMonth, BillingMonth, BillingMonth];

type SomeInput = Omit<CostInput, "constraints">;

/** One that costs something. */
function someInput(seed: number): SomeInput {
  const [input] = fc.sample(costInput.filter(({ course }) => course.on.length > 1 && course.stays.length > 1), { seed, numRuns: 1 });
  if (input === undefined) throw new Error("no sample");
  return input;
}

/** What a report of any period says, as if it had been of this month. */
async function billed(month: BillingMonth, input: SomeInput): Promise<MonthOfRows & { readonly cost: CostReport }> {
  const { report, index } = renamed(chargeLines({ ...input, constraints: await constraintsOf(input.index) }), input.index, ["=1+1"]);
  const cost = { ...report, period: month.charged };
  return { month, cost, rows: focusRows(cost, { ...settingsOf(index, "1.2"), billingPeriod: month.month }) };
}

function keep(into: string, months: readonly MonthOfRows[], rest: Partial<FocusWanted> = {}): Promise<FocusKept> {
  return exportFocus(months, { folder: into, version: "1.2", close: false, nowUtc: "2026-12-03T00:00:00.000Z", ...rest });
}

/** Every byte that a folder holds. */
function bytesIn(into: string): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(into).sort().map((name) => [name, readFileSync(join(into, name)).toString("base64")]));
}

function allRows(into: string): Dataset {
  const files = readdirSync(into).filter((name) => name.endsWith(".csv")).sort().map((name) => readCsv(join(into, name)));
  return { columns: files[0]?.columns ?? [], stored: null, rows: files.flatMap(({ rows }) => rows) };
}

/** What all files of a folder together say that was charged in a month. */
function chargedIn(into: string, { month }: BillingMonth) {
  return sumOf(allRows(into).rows.filter((row) => Date.parse(row.get("ChargePeriodStart") ?? "") === month.startMs), "BilledCost");
}

const isMicros = (sum: ReturnType<typeof sumOf>, micros: bigint): boolean => same(sum, { digits: micros, scale: 6 });

describe("a closed month", () => {
  it("is never written again but byte by byte the same, and what is known later is billed in the open month", async () => {
    await fc.assert(fc.asyncProperty(fc.array(costInput, { minLength: 4, maxLength: 4 }), async ([first, second, third, fourth]) => {
      if (first === undefined || second === undefined || third === undefined || fourth === undefined) return;
      const into = folder();
      await keep(into, [await billed(october, first)], { close: true });
      const closed = bytesIn(into);
      expect((await keep(into, [await billed(october, first)], { close: true })).months.map(({ state }) => state)).toEqual(["closed before"]);
      expect(bytesIn(into)).toEqual(closed);

      // More is known in November, and again in December; November is closed in between, with its corrections.
      const [known2, november2] = [await billed(october, second), await billed(november, third)];
      await keep(into, [known2, november2], { close: true });
      expect(bytesIn(into)).toMatchObject(Object.fromEntries(Object.entries(closed).filter(([name]) => name !== "focus-ledger.json")));
      expect(isMicros(chargedIn(into, october), known2.cost.totalMicros)).toBe(true);
      const [known3, corrected, december3] = [await billed(october, fourth), await billed(november, first), await billed(december, second)];
      await keep(into, [known3, corrected, december3]);
      for (const { month, cost } of [known3, corrected, december3]) expect([month.name, isMicros(chargedIn(into, month), cost.totalMicros)]).toEqual([month.name, true]);
      expect(checkFocus(allRows(into), known("1.2"))).toEqual([]);

      // The same again changes nothing: corrections are of what is closed, not of what was corrected before.
      const once = bytesIn(into);
      await keep(into, [known3, corrected, december3]);
      expect(bytesIn(into)).toEqual(once);
    }), { seed: 65, numRuns: 4, endOnFailure: true });
  });

  it("keeps corrections of months that are not looked at this time", async () => {
    const [a, b, c] = [66, 67, 68].map(someInput) as [SomeInput, SomeInput, SomeInput];
    const into = folder();
    await keep(into, [await billed(october, a), await billed(november, a)], { close: true });
    await keep(into, [await billed(october, b), await billed(november, a), await billed(december, c)]);
    await keep(into, [await billed(november, b), await billed(december, c)]);
    for (const [month, input] of [[october, b], [november, b], [december, c]] as const) expect(isMicros(chargedIn(into, month), (await billed(month, input)).cost.totalMicros)).toBe(true);
  });
});

describe("the folder of an export", () => {
  const [input, other] = [someInput(69), someInput(70)];
  const closedFolder = async (): Promise<string> => {
    const into = folder();
    await keep(into, [await billed(october, input)], { close: true });
    return into;
  };

  it("gets a missing file of a closed month back when what is known makes it again", async () => {
    const into = await closedFolder();
    const before = bytesIn(into);
    rmSync(join(into, "focus-2026-10.parquet"));
    await keep(into, [await billed(october, input)]);
    expect(bytesIn(into)).toEqual(before);
  });

  it.each<{ why: string; harm: (into: string) => void; months?: () => Promise<readonly MonthOfRows[]>; rest?: Partial<FocusWanted>; says: RegExp }>([
    { why: "a closed file was changed", harm: (into) => writeFileSync(join(into, "focus-2026-10.csv"), "x"), says: /focus-2026-10\.csv is not what it was when 2026-10 was closed/ },
    { why: "a closed file is missing and other things are known now", harm: (into) => rmSync(join(into, "focus-2026-10.csv")), months: async () => [await billed(october, other)], says: /is missing, and what is known now does not make it again/ },
    { why: "the ledger is damaged", harm: (into) => writeFileSync(join(into, "focus-ledger.json"), "{\"format\":"), says: /Ledger .* is damaged/ },
    { why: "the ledger names files elsewhere", harm: (into) => writeFileSync(join(into, "focus-ledger.json"), readFileSync(join(into, "focus-ledger.json"), "utf8").replace("focus-2026-10.csv", "../../etc/passwd")), says: /Ledger .* is damaged/ },
    { why: "another version is asked for", harm: () => undefined, rest: { version: "1.3" }, says: /closed in version 1\.2; version 1\.3 is asked for/ },
  ])("is left alone when $why", async ({ harm, months, rest, says }) => {
    const into = await closedFolder();
    harm(into);
    const before = bytesIn(into);
    const kept = await keep(into, months === undefined ? [await billed(november, input)] : await months(), rest);
    expect(kept.diagnostics.map(({ message }) => message).join("\n")).toMatch(says);
    expect(kept.months).toEqual([]);
    expect(bytesIn(into)).toEqual(before);
  });

  it("closes whole months only, and says which it does not", async () => {
    const into = folder();
    const part = { ...november, charged: { ...november.month, endMs: november.month.endMs - 1000 } };
    const kept = await keep(into, [await billed(october, input), await billed(part, input)], { close: true });
    expect(kept.months.map(({ month, state }) => [month, state])).toEqual([["2026-10", "closed"], ["2026-11", "open"]]);
    expect(kept.diagnostics.map(({ message }) => message)).toEqual(["2026-11 is not closed: only a part of it is asked for."]);
  });

  it("tells of corrections that no open month can take", async () => {
    const into = await closedFolder();
    const before = bytesIn(into);
    const kept = await keep(into, [await billed(october, other)]);
    expect(kept.diagnostics.map(({ message }) => message)).toEqual(["2026-10: closed, and what is known of it now is not what is billed."]);
    expect(bytesIn(into)).toEqual(before);

    // Once an open month has taken them, the closed one says what is known, whichever months are asked for.
    await keep(into, [await billed(october, other), await billed(november, input)]);
    const again = await keep(into, [await billed(october, other)]);
    expect([again.diagnostics, again.months.map(({ isComplete }) => isComplete)]).toEqual([[], [true]]);
  });
});
