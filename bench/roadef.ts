/**
 * The ROADEF/EURO 2012 challenge: npm run bench:roadef -- --instances DIR [--time 300] [--seed 1] [--out DIR] [--only a1_1,b_1]
 * [--threads 2] [--clock wall|processor]. Each instance in a process of its own; several seeds as 1,2,3, with the medians below. With --out each
 * solution is written in the challenge's format, each run as a chart of cost over time, and all of it as results.json and
 * index.html. Exit code 1 when a solution is not valid.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chartOf } from "./roadef/chart.ts";
import { instancesIn } from "./roadef/instance.ts";
import { noReference, readReferences, type Reference } from "./roadef/reference.ts";
import { medians, tableOf, totalScore } from "./roadef/report.ts";
import type { InstanceResult } from "./roadef/result.ts";

const help = `npm run bench:roadef -- --instances DIR [--time 300] [--seed 1] [--out DIR] [--only a1_1,b_1] [--threads 2]
  [--clock wall|processor]

Reads model_NAME.txt and assignment_NAME.txt of each instance in DIR, and reference.csv where it is there.
The score is the challenge's: 100 x (cost - best finalist) / initial cost. "to 1 %" is when the cost first was within
1 % of the final one. Seconds count from the start of an instance's process. With --clock processor they are those of the processors that the
process has used, divided by its threads: for a machine that does other things beside.`;

function readOptions() {
  return parseArgs({ options: {
    instances: { type: "string" }, time: { type: "string", default: "300" }, seed: { type: "string", default: "1" }, out: { type: "string" },
    only: { type: "string" }, threads: { type: "string", default: String(Math.min(2, cpus().length)) }, clock: { type: "string", default: "wall" }, help: { type: "boolean", default: false },
  } }).values;
}

type Options = ReturnType<typeof readOptions>;

/** Runs one instance; null when it was refused, for the reason that its process has printed. */
async function runInstance(values: Options, folder: string, name: string, seed: number): Promise<InstanceResult | null> {
  const solution = join(values.out ?? tmpdir(), `solution_${name}_seed${seed}.txt`);
  const options = { instances: folder, name, time: values.time, seed: String(seed), threads: values.threads, clock: values.clock, ...(values.out === undefined ? {} : { solution }) };
  const child = spawn(process.execPath, ["--import", "tsx", fileURLToPath(new URL("roadef-instance.ts", import.meta.url)),
    ...Object.entries(options).flatMap(([option, value]) => [`--${option}`, value])], { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => { out += chunk; });
  const code = await new Promise<number | null>((resolve) => { child.on("close", resolve); });
  if (code !== 0) {
    console.log(`${name}, seed ${seed}: FAIL, the process ended with ${code ?? "a signal"}`);
    return null;
  }
  return JSON.parse(out) as InstanceResult;
}

/** The instances asked for; an unknown name is an error, since nobody would miss its row. */
function chosenIn(values: Options, folder: string): readonly string[] {
  if (!existsSync(folder)) throw new UsageError(`--instances names folder ${folder}, which does not exist. Name one that holds model_NAME.txt and assignment_NAME.txt.`);
  const all = instancesIn(folder);
  if (all.length === 0) throw new UsageError(`${folder} has no instance: no model_NAME.txt with an assignment_NAME.txt beside it.`);
  if (values.only === undefined) return all;
  const chosen = values.only.split(",").map((name) => name.trim());
  const unknown = chosen.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new UsageError(`${folder} has no instance ${unknown.join(", ")}; it has ${all.join(", ") || "none"}.`);
  return chosen;
}

class UsageError extends Error {}

function wholeNumbers(values: Options, option: "seed" | "time" | "threads", low: number): readonly number[] {
  const numbers = (option === "seed" ? values.seed.split(",") : [values[option]]).map(Number);
  if (numbers.every((number) => Number.isSafeInteger(number) && number >= low)) return numbers;
  throw new UsageError(`--${option} is ${values[option]}; it must be a whole number from ${low}.`);
}

function write(folder: string, results: readonly InstanceResult[], references: ReadonlyMap<string, Reference>): void {
  for (const result of results) {
    writeFileSync(join(folder, chartName(result)), chartOf(result, references.get(result.name) ?? noReference));
  }
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(results)}\n`);
  const figures = results.map((result) => `<figure><img src="${chartName(result)}" alt="cost over time of ${result.name}" width="760"></figure>`);
  writeFileSync(join(folder, "index.html"), [
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>ROADEF/EURO 2012: cost over time</title>",
    `<pre>${summaryOf(results, references)}</pre>`, ...figures, "</html>", "",
  ].join("\n"));
}

function chartName({ name, seed }: InstanceResult): string {
  return `cost_${name}_seed${seed}.svg`;
}

function summaryOf(results: readonly InstanceResult[], references: ReadonlyMap<string, Reference>): string {
  const middle = medians(results);
  const score = totalScore(middle, references);
  return [
    tableOf(results, references),
    ...(middle.length === results.length ? [] : ["", "Medians", tableOf(middle, references)]),
    ...(score === null ? [] : ["", `Challenge score of all: ${score.toFixed(4)}`]),
  ].join("\n");
}

async function main(): Promise<number> {
  const values = readOptions();
  if (values.help || values.instances === undefined) {
    console.log(help);
    return values.help ? 0 : 1;
  }
  wholeNumbers(values, "time", 1);
  wholeNumbers(values, "threads", 1);
  if (values.clock !== "wall" && values.clock !== "processor") throw new UsageError(`--clock is ${values.clock}; it must be wall or processor.`);
  const seeds = wholeNumbers(values, "seed", 0);
  const names = chosenIn(values, values.instances);
  const file = join(values.instances, "reference.csv");
  const references = existsSync(file) ? readReferences(readFileSync(file, "utf8")) : new Map<string, Reference>();
  if (values.out !== undefined) mkdirSync(values.out, { recursive: true });
  console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(1)}; ${values.time} s of ${values.clock} time, ${values.threads} threads`);
  const results: InstanceResult[] = [];
  let refused = 0;
  for (const name of names) {
    for (const seed of seeds) {
      const result = await runInstance(values, values.instances, name, seed);
      if (result === null) refused++;
      else {
        results.push(result);
        console.log(tableOf([result], references).split("\n").slice(results.length === 1 ? 0 : 1).join("\n"));
        for (const fault of result.faults) console.log(`     ${fault}`);
        if (values.out !== undefined) write(values.out, results, references);
      }
    }
  }
  console.log(`\n${summaryOf(results, references)}`);
  return refused === 0 && results.every(({ faults }) => faults.length === 0) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError || (error instanceof Error && "code" in error))) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
