/**
 * How long one explanation takes once a fleet is loaded, and how long a minimal conflict.
 * npx tsx bench/explain.ts [--hosts 5000] [--workloads 50000] [--conflict-hosts 500] [--seed 1]
 */
import { parseArgs } from "node:util";
import { Random } from "../model/random.ts";
import type { Scenario } from "../model/scenario.ts";
import { currentHosts, indexFleet } from "../model/snapshot.ts";
import { buildProblem, explainer, findConflict } from "../planner/index.ts";
import { compilePolicies } from "../policies/index.ts";
import { generateScenario, parseScenarioText } from "../scenarios/index.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "5000" },
    workloads: { type: "string", default: "50000" },
    "conflict-hosts": { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
  },
});
const seed = Number(values.seed);

async function fleetOf(hosts: number, workloads: number): Promise<Scenario> {
  const document = generateScenario({ seed, hosts, workloads, policies: 60 });
  const { scenario, diagnostics } = parseScenarioText(JSON.stringify(document), "generated.json");
  if (scenario === null) throw new Error(diagnostics[0]?.message ?? "no scenario");
  return scenario;
}

async function explainAtScale(): Promise<void> {
  const scenario = await fleetOf(Number(values.hosts), Number(values.workloads));
  const index = indexFleet(scenario.fleet);
  const { constraints } = await compilePolicies(scenario, index);
  const problem = buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" });
  const loaded = performance.now();
  const questions = explainer(problem, currentHosts(index));
  const prepared = performance.now() - loaded;
  const random = new Random(seed);
  const times = Array.from({ length: 21 }, () => {
    const begin = performance.now();
    questions.explain(random.below(index.workloads.length));
    return performance.now() - begin;
  }).sort((a, b) => a - b);
  console.log(
    `explain, ${index.hosts.length} hosts, ${index.workloads.length} workloads: median ${times[10]?.toFixed(0)} ms, ` +
    `slowest ${times[20]?.toFixed(0)} ms of 21 (prepared once in ${prepared.toFixed(0)} ms)`,
  );
}

/** A conflict planted in a large fleet: a new workload that is fenced to hosts on which it has no room. */
async function conflictAtScale(): Promise<void> {
  const hosts = Number(values["conflict-hosts"]);
  const base = await fleetOf(hosts, hosts * 8);
  const biggest = Math.max(...base.fleet.hosts.map(({ capacity }) => capacity["memoryMiB"] ?? 0));
  const template = base.fleet.workloads[0];
  if (template === undefined) throw new Error("the generated fleet is empty");
  const giant = { ...template, id: "zz-giant" as typeof template.id, host: null, state: "new" as const, reservation: { ...template.reservation, memoryMiB: biggest + 1 } };
  const scenario = { ...base, fleet: { ...base.fleet, workloads: [...base.fleet.workloads, giant] } };
  const index = indexFleet(scenario.fleet);
  const { constraints } = await compilePolicies(scenario, index);
  const clock = { nowMs: () => performance.now() };
  const problem = buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "place" });
  const begin = performance.now();
  const conflict = await findConflict(problem, { seed, clock, stopped: () => false, timeMs: 30_000 });
  const seconds = ((performance.now() - begin) / 1000).toFixed(2);
  const elements = conflict?.elements.map((element) => (element.kind === "policy" ? element.policy : element.workload)).join(" + ");
  const certainty = conflict === null ? "none found" : [elements, conflict.proved ? "proved" : "not proved", conflict.minimal ? "minimal" : "not minimal"].join(", ");
  console.log(`conflict, ${hosts} hosts, ${index.workloads.length} workloads: ${seconds} s, ${certainty}`);
}

await explainAtScale();
if (values["conflict-hosts"] !== "0") await conflictAtScale();
process.exit();
