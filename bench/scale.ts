/**
 * From a generated fleet to a verified plan, in a process of its own so that its memory is its own.
 * npx tsx bench/scale.ts --hosts 100 --workloads 1000 --policies 60 [--seed 1] [--iterations N] [--stop SECONDS] [--change maintenance]
 * With --stop the planner is told to stop after so many seconds, as by Ctrl-C: what comes is the first valid plan.
 */
import { parseArgs } from "node:util";
import { indexFleet } from "../model/snapshot.ts";
import { planScenario } from "../planner/index.ts";
import { compilePolicies, verifyPlan } from "../policies/index.ts";
import { generateScenario, parseScenarioText } from "../scenarios/index.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "100" },
    workloads: { type: "string", default: "1000" },
    policies: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    iterations: { type: "string" },
    stop: { type: "string" },
    change: { type: "string" },
  },
});
const seed = Number(values.seed);
const text = JSON.stringify(generateScenario({ seed, hosts: Number(values.hosts), workloads: Number(values.workloads), policies: Number(values.policies), ...(values.change === "maintenance" ? { change: values.change } : {}) }));

const stopMs = values.stop === undefined ? Infinity : performance.now() + 1000 * Number(values.stop);
const marks: [string, number][] = [["", performance.now()]];
const mark = (name: string): void => void marks.push([name, performance.now()]);

const { scenario, diagnostics } = parseScenarioText(text, "generated.json");
if (scenario === null) throw new Error(diagnostics.slice(0, 5).map(({ path, message }) => `${path}: ${message}`).join("\n"));
mark("read");
const index = indexFleet(scenario.fleet);
const compiled = await compilePolicies(scenario, index);
const errors = compiled.diagnostics.filter(({ severity }) => severity === "error");
if (errors.length > 0) throw new Error(errors.slice(0, 5).map(({ path, message }) => `${path}: ${message}`).join("\n"));
mark("compile");
const plan = await planScenario({
  scenario, index, constraints: compiled.constraints, mode: "optimise", engine: "auto", seed, timeMs: 600_000,
  ...(values.iterations === undefined ? {} : { iterations: Number(values.iterations) }),
  clock: { nowMs: () => performance.now() }, stopped: () => performance.now() > stopMs, startsAtMs: null,
});
mark("plan and schedule");
const verified = verifyPlan({ index, constraints: compiled.constraints, plan, startsAtMs: null });
mark("verify");

const steps = marks.slice(1).map(([name, at], i) => `${name} ${((at - (marks[i]?.[1] ?? 0)) / 1000).toFixed(2)} s`);
const total = ((marks.at(-1)?.[1] ?? 0) - (marks[0]?.[1] ?? 0)) / 1000;
console.log(
  `${index.hosts.length} hosts, ${index.workloads.length} workloads, ${scenario.policies.length} policies, seed ${seed}: ${total.toFixed(2)} s ` +
  `(${steps.join(", ")}), peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB; ${plan.claim.kind}, ` +
  `${plan.placedCount} of ${plan.wantedCount} placed, ${plan.moves.length} moves, ${plan.actions.length} actions, ` +
  `${plan.hourlyCostBeforeMicros} -> ${plan.hourlyCostAfterMicros} micros an hour, ${verified.ok ? "verified" : "REFUSED"}`,
);
if (!verified.ok) {
  console.log(verified.problems.slice(0, 5).join("\n"), verified.violations.slice(0, 5).map(({ words }) => words).join("\n"));
  process.exitCode = 1;
}
