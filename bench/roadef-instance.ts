/** One instance in a process of its own, so that its memory is its own: used by bench/roadef.ts. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { processorMs } from "../planner/flat/processor-time.ts";
import { ScoreOverflow } from "../planner/score.ts";
import { evaluate } from "./roadef/evaluate.ts";
import { SumTooLarge } from "./roadef/exact-sum.ts";
import { readInstance } from "./roadef/instance.ts";
import { lowerBound } from "./roadef/lower-bound.ts";
import { writeAssignment } from "./roadef/model.ts";
import { problemOf } from "./roadef/problem.ts";
import type { InstanceResult, Point } from "./roadef/result.ts";
import { FormatError } from "./roadef/scanner.ts";
import { solveInstance } from "./roadef/solve.ts";
import { faultsOf } from "./roadef/verify.ts";

/** Kept of the time for writing the solution. */
const reserveMs = 300;

const { values } = parseArgs({ options: {
  instances: { type: "string", default: "." }, name: { type: "string", default: "" }, solution: { type: "string", default: "" },
  time: { type: "string", default: "300" }, seed: { type: "string", default: "1" }, threads: { type: "string", default: "2" },
  clock: { type: "string", default: "wall" },
} });

const threads = Number(values.threads);
const measures = values.clock === "processor" ? "processor" : "wall";
/** Of one thread, before the search has begun. */
let readingMs = 0;
/** Since the start of the process: reading counts, as it did in the challenge. */
const nowMs = (): number => (measures === "wall" ? performance.now() : readingMs + (processorMs() - readingMs) / threads);


async function run(): Promise<InstanceResult> {
  const { model, original } = readInstance(values.instances, values.name);
  const before = evaluate(model, original, original);
  if (before.violations.length > 0) throw new FormatError([`the original assignment of ${values.name} breaks a constraint: ${before.violations[0]}`]);
  const trace: Point[] = [{ seconds: nowMs() / 1000, cost: before.cost.total }];
  const problem = problemOf(model, original);
  readingMs = processorMs();
  const { hostOf: placement, weighed, audited } = await solveInstance(problem, {
    seed: Number(values.seed), threads, measures, nowMs, timeMs: Math.max(0, 1000 * Number(values.time) - reserveMs - nowMs()),
    progress(cost) {
      if (cost < (trace.at(-1)?.cost ?? Infinity)) trace.push({ seconds: nowMs() / 1000, cost });
    },
  });
  if (values.solution !== "") writeFileSync(values.solution, writeAssignment(placement));
  const seconds = nowMs() / 1000;
  const after = evaluate(model, original, placement);
  const faults = faultsOf(problem, placement, after);
  if (after.cost.total !== trace.at(-1)?.cost) trace.push({ seconds, cost: after.cost.total });
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return {
    name: values.name, seed: Number(values.seed), machines: model.machineCount, processes: model.processCount, initial: before.cost.total,
    lowerBound: lowerBound(model), cost: after.cost, trace, seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: Math.round(maxRSS / 1024), weighed, audited, faults,
  };
}

try {
  process.stdout.write(JSON.stringify(await run()));
} catch (error) {
  const isForUsers = error instanceof FormatError || error instanceof SumTooLarge || error instanceof ScoreOverflow || (error instanceof Error && "code" in error);
  if (!isForUsers) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
