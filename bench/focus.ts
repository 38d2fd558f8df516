import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { focusFile, focusFormats } from "../cli/report/focus-files.ts";
import { chargeLines, csvCell, focusRows, focusVersions, type CostReport, type FocusVersion } from "../reports/index.ts";
import { constraintsOf, costInput } from "../test/reports/cost/random-cost.ts";
import { checkFocus } from "../test/reports/focus/checker/check.ts";
import { readCsv, readParquet, type Dataset } from "../test/reports/focus/checker/dataset.ts";
import { same } from "../test/reports/focus/checker/decimal.ts";
import { sumOf } from "../test/reports/focus/checker/table-rules.ts";
import { hostileNames, known, renamed, reservePolicies, settingsOf } from "../test/reports/focus/random-export.ts";

/**
 * Random fleets, loads, methods and periods exported to FOCUS, each in one of its versions, as CSV and as Parquet, and
 * judged by the checker that the tests have: broken musts, and sums that are not those of the bills.
 *
 *   npm run bench:focus            a thousand fleets
 *   npm run bench:focus -- 100     a hundred
 */
const fleets = Number(process.argv[2] ?? "1000");
const seed = 9_000;
/** Made together, the first small and the last large. */
const atOnce = 50;

interface Totals {
  rows: number;
  broken: number;
  wrongSums: number;
}

const folder = mkdtempSync(join(tmpdir(), "stowage-bench-focus-"));
const totals: Totals = { rows: 0, broken: 0, wrongSums: 0 };
const begun = process.cpuUsage();
const randomExport = fc.record({ input: costInput, names: fc.shuffledSubarray(hostileNames), policies: reservePolicies });
for (let from = 0; from < fleets; from += atOnce) {
  const sample = fc.sample(randomExport, { seed: seed + from, numRuns: Math.min(atOnce, fleets - from) });
  for (const [turn, random] of sample.entries()) await judge(random, focusVersions[turn % focusVersions.length] ?? "1.2", `${seed + from}, ${turn}`);
}
rmSync(folder, { recursive: true });
const { user, system } = process.cpuUsage(begun);
console.log(`${fleets} fleets, ${totals.rows} rows, each as CSV and as Parquet: ${totals.broken} broken musts, ${totals.wrongSums} sums that are not those of the bills; ${((user + system) / 1e6).toFixed(1)} s of processor time`);
process.exitCode = totals.broken + totals.wrongSums === 0 ? 0 : 1;

/** Exports one and judges it in both formats. */
async function judge({ input, names, policies }: typeof randomExport extends fc.Arbitrary<infer Random> ? Random : never, version: FocusVersion, name: string): Promise<void> {
  const { report, index } = renamed(chargeLines({ ...input, constraints: await constraintsOf(input.index, { policies }) }), input.index, names);
  const rows = focusRows(report, settingsOf(index, version));
  totals.rows += rows.length;
  for (const format of focusFormats) {
    const file = join(folder, `out.${format}`);
    writeFileSync(file, focusFile(format, version, rows));
    const dataset = format === "csv" ? readCsv(file) : await readParquet(file);
    const findings = checkFocus(dataset, known(version));
    totals.broken += findings.length;
    if (findings[0] !== undefined) console.error(`${name}, ${version}, ${format}: ${JSON.stringify(findings[0])}`);
    totals.wrongSums += wrongSums(dataset, report, format === "csv");
  }
}

/** Hosts whose rows do not add up to their bill, to the last micro-unit. */
function wrongSums({ rows }: Dataset, { bills }: CostReport, isCsv: boolean): number {
  return bills.filter(({ host, totalMicros }) => {
    const name = isCsv ? csvCell(host, "text") : host;
    return !same(sumOf(rows.filter((row) => row.get("x_Host") === name), "BilledCost"), { digits: totalMicros, scale: 6 });
  }).length;
}
