import { indexFleet } from "../../model/snapshot.ts";
import { planScenario } from "../../planner/index.ts";
import { compilePolicies } from "../../policies/index.ts";
import { generateScenario, parseScenarioText } from "../../scenarios/index.ts";
import { simulate } from "../../simulator/index.ts";
import { dailyLoad } from "./load.ts";

/** A plan for a generated fleet, carried out in simulated time beside a day's load, under all its rules. */
export async function largePlan(hosts: number, workloads: number): Promise<readonly string[]> {
  const text = JSON.stringify(generateScenario({ seed: 1, hosts, workloads, policies: 60 }));
  const { scenario } = parseScenarioText(text, "generated.json");
  if (scenario === null) return ["the generated scenario is not sound"];
  const index = indexFleet(scenario.fleet);
  const { constraints } = await compilePolicies(scenario, index);
  const plan = await planScenario({
    scenario, index, constraints, mode: "optimise", engine: "search", seed: 1, timeMs: 600_000, iterations: 200_000,
    clock: { nowMs: () => performance.now() }, stopped: () => false, startsAtMs: null,
  });
  const lengthMs = Math.max(86_400_000, 2 * plan.makespanMs);
  const slots = Math.ceil(lengthMs / 300_000);
  const began = process.cpuUsage();
  const result = await simulate({ index, constraints, load: dailyLoad(index, 300_000, slots, 2_000_000), startMs: 0, lengthMs, hasDate: false, seed: 1, plan: { plan, atMs: 0 } });
  const seconds = process.cpuUsage(began).user / 1e6;
  const outcomes = new Map<string, number>();
  for (const { outcome, because } of result.actions) outcomes.set(`${outcome} ${because}`, (outcomes.get(`${outcome} ${because}`) ?? 0) + 1);
  const musts = result.breaches.filter(({ strength }) => strength === "must");
  return [
    `${hosts} hosts, ${workloads} workloads, ${constraints.length} rules, ${plan.actions.length} actions: ${seconds.toFixed(1)} s user; planned ${(plan.makespanMs / 60_000).toFixed(0)} min, took ${(result.plansMs / 60_000).toFixed(0)} min; ${musts.length} musts broken on the way`,
    ...[...outcomes].slice(0, 5).map(([what, count]) => `  ${count} actions ${what}`), ...musts.slice(0, 3).map(({ words }) => `  ${words}`),
  ];
}
