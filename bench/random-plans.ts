/**
 * Random small fleets, planned, scheduled and replayed by the verifier: every continuous rule at every instant.
 * npx tsx bench/random-plans.ts [--count 10000] [--seed 1] [--workers 2]
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { indexFleet } from "../model/snapshot.ts";
import { planScenario } from "../planner/index.ts";
import { compilePolicies, verifyPlan } from "../policies/index.ts";
import { generateScenario, parseScenarioText } from "../scenarios/index.ts";
import { Random } from "../model/random.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "10000" }, seed: { type: "string", default: "1" }, workers: { type: "string", default: "2" },
    /** Given to a worker: which of them it is. */
    part: { type: "string" },
  },
});
const count = Number(values.count);
const workers = Number(values.workers);
const modes = ["optimise", "repair"] as const;

/** What a worker found in its share of the plans. */
interface Tally {
  plans: number;
  withActions: number;
  actions: number;
  instants: number;
  refused: number;
}

/** Every plan has a seed of its own, so that which worker makes it does not matter. */
async function makePlans(part: number): Promise<Tally> {
  const tally: Tally = { plans: 0, withActions: 0, actions: 0, instants: 0, refused: 0 };
  const seeds = new Random(Number(values.seed));
  for (let i = 0; i < count; i++) {
    const seed = seeds.uint32();
    if (i % workers === part) await makePlan(seed, tally);
  }
  return tally;
}

async function makePlan(seed: number, tally: Tally): Promise<void> {
  const random = new Random(seed);
  const hosts = random.between(3, 12);
  const document = generateScenario({ seed, hosts, workloads: hosts * random.between(2, 6), policies: random.between(0, 12), tight: random.chance(300) });
  const { scenario } = parseScenarioText(JSON.stringify(document), "generated.json");
  if (scenario === null) throw new Error(`seed ${seed}: the generated scenario is refused`);
  const index = indexFleet(scenario.fleet);
  const { constraints } = await compilePolicies(scenario, index);
  const plan = await planScenario({
    scenario, index, constraints, mode: random.pick(modes), engine: "search", seed, timeMs: 60_000, iterations: 3000,
    clock: { nowMs: () => performance.now() }, stopped: () => false, startsAtMs: null,
  });
  const verified = verifyPlan({ index, constraints, plan, startsAtMs: null });
  tally.plans++;
  if (plan.actions.length > 0) tally.withActions++;
  tally.actions += plan.actions.length;
  tally.instants += verified.checkedInstants;
  if (verified.ok) return;
  tally.refused++;
  console.log(`seed ${seed}: ${[...verified.problems, ...verified.violations.map(({ words }) => words)].slice(0, 3).join("; ")}`);
}

function inWorker(part: number): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), "--part", String(part)]);
    worker.once("message", (tally) => resolve(tally as Tally));
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`worker ${part} ended with ${code}`)));
  });
}

if (values.part !== undefined) {
  const tally = await makePlans(Number(values.part));
  process.send?.(tally);
} else {
  const startMs = performance.now();
  const tallies = await Promise.all(Array.from({ length: workers }, (_, part) => inWorker(part)));
  const sum = (of: keyof Tally): number => tallies.reduce((total, tally) => total + tally[of], 0);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  console.log(`${sum("plans")} random plans, ${sum("withActions")} with actions, ${sum("actions")} actions, ${sum("instants")} instants checked, ${sum("refused")} refused, ${seconds} s with ${workers} workers`);
  process.exitCode = sum("refused") === 0 ? 0 : 1;
}
