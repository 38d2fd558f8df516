/**
 * How many proposals one thread of the search over tables looks at in a second, in a round from home:
 * npx tsx bench/proposals.ts --instances DIR [--only b_1] [--proposals 8000000] [--repeats 5]. Seconds are those of the
 * processor. Not all proposals come to be weighed: some are refused before, because a host is out of reach or has somebody
 * whom a workload must be apart from.
 */
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Random } from "../model/random.ts";
import { Cooling, looksPerRound, type Heat } from "../planner/flat/cooling.ts";
import { flatten } from "../planner/flat/flatten.ts";
import { reachOf } from "../planner/flat/reach.ts";
import { instancesIn, readInstance } from "./roadef/instance.ts";
import { problemOf } from "./roadef/problem.ts";

const { values } = parseArgs({ options: {
  instances: { type: "string" }, only: { type: "string" }, proposals: { type: "string", default: "8000000" }, repeats: { type: "string", default: "5" },
} });
const folder = values.instances ?? "";
if (!existsSync(folder)) stop(`--instances is ${JSON.stringify(folder)}, which is no folder. Name one that holds model_NAME.txt and assignment_NAME.txt.`);
const proposals = wholeFrom1("proposals");
const repeats = wholeFrom1("repeats");
const known = instancesIn(folder);
const names = values.only?.split(",") ?? known;
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0 || names.length === 0) stop(`${folder} has no instance ${unknown.join(", ")}; it has ${known.join(", ") || "none"}.`);

function stop(why: string): never {
  console.error(why);
  process.exit(1);
}

function wholeFrom1(option: "proposals" | "repeats"): number {
  const number = Number(values[option]);
  return Number.isSafeInteger(number) && number >= 1 ? number : stop(`--${option} is ${values[option]}; it must be a whole number from 1.`);
}

const heat: Heat = {
  from: 0.05, to: 5e-6, priceFrom: 15, priceTo: 2000, groupPrice: 0.1, keptPrice: 0.8, sizePerTemperature: 30,
  mix: { swap: 150, peerSwap: 200, replace: 400, goHome: 50, comeHome: 60 },
};

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}, ${proposals} proposals, median of ${repeats}, millions a second`);
for (const name of names) {
  const { model, original } = readInstance(folder, name);
  const problem = flatten(problemOf(model, original));
  if (problem === null) stop(`${name} has no tables: its costs may add up beyond 2^53.`);
  const cooling = new Cooling(problem, reachOf(problem), new Random(1));
  const rates: number[] = [];
  let weighed = 0;
  // The first round is not counted: code is compiled in it.
  for (let repeat = 0; repeat <= repeats; repeat++) {
    cooling.begin(problem.home);
    const before = cooling.weighed;
    const startMicros = process.cpuUsage().user;
    for (let look = 0; look < looksPerRound; look++) cooling.step(heat, look / looksPerRound, proposals / looksPerRound);
    if (repeat > 0) rates.push(proposals / (process.cpuUsage().user - startMicros));
    weighed = (cooling.weighed - before) / proposals;
  }
  console.log(`${name}: ${median(rates).toFixed(2)} proposed (${Math.min(...rates).toFixed(2)} to ${Math.max(...rates).toFixed(2)}), ${(median(rates) * weighed).toFixed(2)} weighed`);
}
