import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { focusFile, focusFormats, rowsOfCsv, type FocusFormat } from "../../../cli/report/focus-files.ts";
import { chargeLines, csvCell, focusRows, focusVersions, type CostReport, type FocusRow, type FocusVersion } from "../../../reports/index.ts";
import { constraintsOf, costInput } from "../cost/random-cost.ts";
import { checkFocus } from "./checker/check.ts";
import { readCsv, readParquet, type Dataset } from "./checker/dataset.ts";
import { same } from "./checker/decimal.ts";
import { sumOf } from "./checker/table-rules.ts";
import { hostileNames, known, renamed, reservePolicies, settingsOf } from "./random-export.ts";

const folder = mkdtempSync(join(tmpdir(), "stowage-focus-"));
afterAll(() => rmSync(folder, { recursive: true }));

const randomExport = fc.record({ input: costInput, names: fc.shuffledSubarray(hostileNames), policies: reservePolicies });
type RandomExport = typeof randomExport extends fc.Arbitrary<infer Value> ? Value : never;

async function exported({ input, names, policies }: RandomExport, version: FocusVersion): Promise<{ readonly report: CostReport; readonly rows: readonly FocusRow[] }> {
  const { report, index } = renamed(chargeLines({ ...input, constraints: await constraintsOf(input.index, { policies }) }), input.index, names);
  return { report, rows: focusRows(report, settingsOf(index, version)) };
}

async function written(format: FocusFormat, version: FocusVersion, rows: readonly FocusRow[]): Promise<Dataset> {
  const file = join(folder, `out.${format}`);
  writeFileSync(file, focusFile(format, version, rows));
  return format === "csv" ? readCsv(file) : readParquet(file);
}

/** The lines of a report by whom they are charged to, as a file names them. */
function microsBy(report: CostReport, key: "host" | "workload" | "service" | "application", format: FocusFormat): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const line of report.lines) {
    const name = format === "csv" ? csvCell(line[key], "text") : line[key];
    sums.set(name ?? "", (sums.get(name ?? "") ?? 0n) + line.costMicros);
  }
  return sums;
}

function expectSums({ rows }: Dataset, column: string, micros: ReadonlyMap<string, bigint>): void {
  const wrong = [...micros].filter(([name, total]) => !same(sumOf(rows.filter((row) => (row.get(column) ?? "") === name), "BilledCost"), { digits: total, scale: 6 }));
  expect(wrong).toEqual([]);
}

describe("an export to FOCUS", () => {
  it.each(focusVersions.flatMap((version) => focusFormats.map((format) => ({ version, format }))))(
    "of a random fleet breaks no rule of $version as $format, and adds up to the bills", async ({ version, format }) => {
      await fc.assert(fc.asyncProperty(randomExport, async (random) => {
        const { report, rows } = await exported(random, version);
        const dataset = await written(format, version, rows);
        expect(checkFocus(dataset, known(version))).toEqual([]);
        expect(sumOf(dataset.rows, "BilledCost").digits * 10n ** 6n).toBe(report.totalMicros * 10n ** BigInt(sumOf(dataset.rows, "BilledCost").scale));
        for (const key of ["host", "workload", "service", "application"] as const) expectSums(dataset, `x_${key[0]?.toUpperCase() ?? ""}${key.slice(1)}`, microsBy(report, key, format));
      }), { seed: 61, numRuns: 25, endOnFailure: true });
    });

  it("is read back from CSV as it was written", async () => {
    await fc.assert(fc.asyncProperty(randomExport, async (random) => {
      const { rows } = await exported(random, "1.3");
      expect(rowsOfCsv(focusFile("csv", "1.3", rows), "1.3")).toEqual(rows);
    }), { seed: 62, numRuns: 20 });
  });
});
