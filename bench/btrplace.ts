/**
 * Plans BtrPlace instances: npm run bench:btrplace -- FILES [--time 60] [--out DIR] [--seed 1] [--stages].
 * FILES are .json or .json.gz, or folders of them. A line for each; with --out each plan is written as NAME.plan.json,
 * a list of { kind, vm, from, to, start, end } in seconds. Exit code 1 when a plan is not valid.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { InstanceFault } from "./btrplace/read.ts";
import { runInstance, type RunResult } from "./btrplace/run.ts";
import { durationsInWords } from "./btrplace/seconds.ts";

const help = `npm run bench:btrplace -- FILES [--time SECONDS] [--out DIR] [--seed N] [--stages]

Reads BtrPlace instances (.json, .json.gz, or folders of them), plans each with as few moves as possible, verifies it.
Durations: ${durationsInWords}.
The objective minimizeMTTR is the sum of the ends of all actions. "at once" is the same actions all started at 0.
The bound is the fewest moves that relieve every overloaded node and empty every node that must be off.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    time: { type: "string", default: "60" }, out: { type: "string" }, seed: { type: "string", default: "1" },
    stages: { type: "boolean", default: false }, help: { type: "boolean", default: false },
  },
});

function instancesIn(path: string): readonly string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path).filter((name) => /\.json(\.gz)?$/u.test(name)).sort().map((name) => join(path, name));
}

function seconds(ms: number | null): string {
  return ms === null ? "none" : `${(ms / 1000).toFixed(2)} s`;
}

function line({ nodes, vms, constraints, firstValidMs, verifiedMs, moves, fewestMoves, provedMoves, starts, span, atOnce, faults }: RunResult, cpuMs: number): string {
  return `${faults.length === 0 ? "ok  " : "FAIL"} ${nodes} nodes, ${vms} vms, ${constraints} constraints: first valid plan ${seconds(firstValidMs)}, ` +
    `verified ${seconds(verifiedMs)} (${seconds(cpuMs)} of processor), objective ${span.sumOfEnds}, ${moves} moves (bound ${fewestMoves}${provedMoves > fewestMoves ? `, proved ${provedMoves}` : ""}), ${starts} starts, ` +
    `makespan ${span.makespan} (at once ${atOnce.makespan}), sum of ends ${span.sumOfEnds} (at once ${atOnce.sumOfEnds})`;
}

async function runFile(file: string): Promise<boolean> {
  const name = basename(file).replace(/\.json(\.gz)?$/u, "");
  const stages: string[] = [];
  let last = performance.now();
  const stage = (of: string): void => {
    const now = performance.now();
    stages.push(`${of} ${seconds(now - last)}`);
    last = now;
  };
  const cpu = process.cpuUsage();
  try {
    const bytes = readFileSync(file);
    const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
    const result = await runInstance(name, text, { seed: Number(values.seed), timeMs: 1000 * Number(values.time), clock: { nowMs: () => performance.now() }, stage });
    const { user, system } = process.cpuUsage(cpu);
    console.log(`${name}: ${line(result, (user + system) / 1000)}`);
    for (const words of result.faults.slice(0, 5)) console.log(`     ${words}`);
    if (result.faults.length > 5) console.log(`     and ${result.faults.length - 5} more`);
    if (result.ignoredViews.length > 0) console.log(`     not used: view ${result.ignoredViews.join(", ")}`);
    if (values.out !== undefined) writeFileSync(join(values.out, `${name}.plan.json`), `${JSON.stringify(result.actions)}\n`);
    return result.faults.length === 0;
  } catch (error) {
    if (!(error instanceof InstanceFault || (error instanceof Error && "code" in error))) throw error;
    console.log(`${name}: FAIL ${error.message}`);
    return false;
  } finally {
    if (values.stages) console.log(`     ${stages.join(", ")}`);
  }
}

async function main(): Promise<number> {
  if (values.help || positionals.length === 0) {
    console.log(help);
    return values.help ? 0 : 1;
  }
  if (values.out !== undefined) mkdirSync(values.out, { recursive: true });
  console.log(`Durations: ${durationsInWords}.`);
  let failed = 0;
  for (const file of positionals.flatMap(instancesIn)) if (!(await runFile(file))) failed++;
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
