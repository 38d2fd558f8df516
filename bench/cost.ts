/**
 * What a month of five-minute samples costs: a fleet of 5,000 workloads, its load as Parquet files, and the whole command
 * `report cost` in a process of its own, with its processor time and the most memory that it had.
 * npx tsx bench/cost.ts [--workloads 5000] [--hosts 500] [--days 30] [--folder DIR] [--made]
 * --folder: where the files go (and stay); --made: they are there already.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadResources } from "../model/load.ts";
import { amountOf } from "../model/resource.ts";
import { generateScenario, parseScenarioText } from "../scenarios/index.ts";
import { writeTraceParquet } from "../scenarios/traces/index.ts";
import { syntheticSource, traceOf, usualLoads } from "../simulator/index.ts";

const { values } = parseArgs({ options: {
  workloads: { type: "string", default: "5000" }, hosts: { type: "string", default: "500" }, days: { type: "string", default: "30" },
  folder: { type: "string" }, made: { type: "boolean", default: false },
} });
const [workloads, hosts, days] = [Number(values.workloads), Number(values.hosts), Number(values.days)];
const folder = values.folder ?? mkdtempSync(join(tmpdir(), "stowage-cost-"));
const [startMs, stepMs] = [Date.parse("2026-10-01T00:00:00Z"), 300_000];
/** Workloads in a file. */
const perFile = 100;

if (!values.made) await writeFleet();
const root = fileURLToPath(new URL("..", import.meta.url));
const command = ["report", "cost", join(folder, "fleet.json"), "--load", join(folder, "load"), "--by", "service", "--csv", join(folder, "tables")];
const { status, stdout, stderr } = spawnSync("/usr/bin/env", ["time", "-f", "%U %S %M", process.execPath, join(root, "dist/cli/main.js"), ...command], { encoding: "utf8", maxBuffer: 1 << 28 });
console.log(stdout.split("\n").slice(0, 12).join("\n"));
const [user = 0, system = 0, kib = 0] = (stderr.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
console.log(`${workloads} workloads on ${hosts} hosts, ${days} days of five minutes, ${(workloads * days * 288 * 2) / 1e6} million samples: ${(user + system).toFixed(1)} s CPU, ${Math.round(kib / 1024)} MiB (bar: 30 s, 1024 MiB)`);
if (values.folder === undefined) rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;

/** The fleet, and its load in files of some workloads each. */
async function writeFleet(): Promise<void> {
  mkdirSync(join(folder, "load"), { recursive: true });
  const document = { ...generateScenario({ seed: 1, hosts, workloads, policies: 20 }), simulation: undefined };
  const { scenario, diagnostics } = parseScenarioText(JSON.stringify(document), "fleet.json");
  if (scenario === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  writeFileSync(join(folder, "fleet.json"), JSON.stringify(document));
  const resources = [loadResources.cpuMillicores, loadResources.memoryMiB];
  const grid = { startMs, stepMs, slots: days * 288 };
  const loads = usualLoads(scenario.fleet.workloads.map(({ id, expectedUse }) => ({
    subject: { workload: id, application: null }, means: resources.map(({ name }) => 0.5 * amountOf(expectedUse, name)),
  })), startMs, 1);
  for (let from = 0; from < loads.length; from += perFile) {
    const part = syntheticSource(loads.slice(from, from + perFile), resources, grid, 1 + from);
    await writeTraceParquet(traceOf(part), join(folder, "load", `part-${String(from / perFile).padStart(3, "0")}.parquet`));
  }
}
