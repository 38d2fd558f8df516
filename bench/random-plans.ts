/**
 * Random small fleets, planned, scheduled and replayed by the verifier: every continuous rule at every instant.
 * npx tsx bench/random-plans.ts [--count 10000] [--seed 1]
 */
import { parseArgs } from "node:util";
import { indexFleet } from "../model/snapshot.ts";
import { planScenario } from "../planner/index.ts";
import { compilePolicies, verifyPlan } from "../policies/index.ts";
import { generateScenario, parseScenarioText } from "../scenarios/index.ts";
import { Random } from "../model/random.ts";

const { values } = parseArgs({ options: { count: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } } });
const count = Number(values.count);
const random = new Random(Number(values.seed));
const modes = ["optimise", "repair"] as const;
let [plans, withActions, actions, instants, refused] = [0, 0, 0, 0, 0];

for (let i = 0; i < count; i++) {
  const seed = random.uint32();
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
  plans++;
  if (plan.actions.length > 0) withActions++;
  actions += plan.actions.length;
  instants += verified.checkedInstants;
  if (!verified.ok) {
    refused++;
    console.log(`seed ${seed}: ${[...verified.problems, ...verified.violations.map(({ words }) => words)].slice(0, 3).join("; ")}`);
  }
}
console.log(`${plans} random plans, ${withActions} with actions, ${actions} actions, ${instants} instants checked, ${refused} refused`);
process.exitCode = refused === 0 ? 0 : 1;
