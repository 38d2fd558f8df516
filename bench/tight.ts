/**
 * Tight fleets, generated and planned: npx tsx bench/tight.ts [--seeds 60] [--from 1] [--every 1]
 * [--workers 2] [--limit 10] [--hosts N] [--mode repair] [--show]. Each seed has a size of its own, 100 to 1,000 hosts
 * unless --hosts says; --every 37 takes each 37th. Prints how many were solved (a target without a broken must) and
 * scheduled (all of it reached, verified) under the limit in seconds.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Mode } from "../model/plan.ts";
import { Random } from "../model/random.ts";
import { indexFleet } from "../model/snapshot.ts";
import { planScenario } from "../planner/index.ts";
import { compilePolicies, verifyPlan } from "../policies/index.ts";
import { generateScenario, parseScenarioText, type GenerateOptions } from "../scenarios/index.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "60" }, from: { type: "string", default: "1" }, every: { type: "string", default: "1" }, workers: { type: "string", default: "2" },
    limit: { type: "string", default: "10" }, hosts: { type: "string" }, mode: { type: "string", default: "repair" },
    show: { type: "boolean", default: false }, part: { type: "string" },
  },
});

interface Outcome {
  readonly seed: number;
  readonly hosts: number;
  readonly workloads: number;
  readonly policies: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly moves: number;
  readonly solved: boolean;
  readonly scheduled: boolean;
  /** Why it is not, in words; empty when it is. */
  readonly because: string;
}

function sizeOf(seed: number): GenerateOptions {
  const random = new Random(seed);
  const hosts = values.hosts === undefined ? random.between(100, 1000) : Number(values.hosts);
  return { seed, hosts, workloads: hosts * random.between(4, 16), policies: Math.ceil((hosts * random.between(50, 600)) / 1000), tight: true };
}

async function attempt(seed: number): Promise<Outcome> {
  const options = sizeOf(seed);
  const text = JSON.stringify(generateScenario(options));
  const began = { wall: performance.now(), cpu: process.cpuUsage() };
  const { scenario, diagnostics } = parseScenarioText(text, "tight.json");
  if (scenario === null) throw new Error(diagnostics.slice(0, 5).map(({ path, message }) => `${path}: ${message}`).join("\n"));
  const index = indexFleet(scenario.fleet);
  const compiled = await compilePolicies(scenario, index);
  const error = compiled.diagnostics.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new Error(`${error.path}: ${error.message}`);
  const plan = await planScenario({
    scenario, index, constraints: compiled.constraints, mode: values.mode as Mode, engine: "auto", seed: 1, timeMs: 60_000,
    clock: { nowMs: () => performance.now() }, stopped: () => false, startsAtMs: null,
  });
  const verified = verifyPlan({ index, constraints: compiled.constraints, plan, startsAtMs: null });
  const cpu = process.cpuUsage(began.cpu);
  const solved = plan.claim.kind !== "infeasible" && plan.claim.kind !== "incomplete";
  const kept = (plan.levels[0]?.after ?? 0) === 0 && plan.unplaced.length === 0;
  const scheduled = solved && kept && plan.unreached.length === 0 && verified.ok;
  return {
    seed, hosts: index.hosts.length, workloads: index.workloads.length, policies: scenario.policies.length,
    wallMs: performance.now() - began.wall, cpuMs: (cpu.user + cpu.system) / 1000, moves: plan.moves.length, solved, scheduled,
    because: scheduled ? "" : !verified.ok ? `refused: ${[...verified.problems, ...verified.violations.map(({ words }) => words)][0]}`
      : !solved ? `no target: ${plan.levels[0]?.after} broken musts, ${plan.unplaced.length} nowhere`
      : `no schedule: ${plan.unreached.length} stuck, e.g. ${plan.unreached[0]?.workload}: ${plan.unreached[0]?.because}`,
  };
}

/** The seeds of one part of so many, one JSON line each. */
async function runPart(part: number, parts: number): Promise<void> {
  for (let s = part; s < Number(values.seeds); s += parts) console.log(JSON.stringify(await attempt(Number(values.from) + s * Number(values.every))));
}

async function gather(part: number, into: (outcome: Outcome) => void): Promise<void> {
  const child = spawn(process.execPath, ["--import", "tsx", fileURLToPath(import.meta.url), ...process.argv.slice(2), "--part", String(part)], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  for await (const line of createInterface({ input: child.stdout })) into(JSON.parse(line) as Outcome);
  const [code] = await closed as [number | null];
  if (code !== 0) throw new Error(`part ${part} ended with ${code}`);
}

function quantile(sorted: readonly number[], permille: number): string {
  return `${((sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * permille) / 1000))] ?? 0) / 1000).toFixed(2)} s`;
}

function summary(outcomes: readonly Outcome[], limitMs: number): string {
  const of = (count: number): string => `${count} of ${outcomes.length} (${((100 * count) / outcomes.length).toFixed(1)} %)`;
  const times = (key: "wallMs" | "cpuMs"): string => {
    const sorted = outcomes.map((outcome) => outcome[key]).sort((a, b) => a - b);
    return `median ${quantile(sorted, 500)}, 95 % ${quantile(sorted, 950)}, worst ${quantile(sorted, 1000)}`;
  };
  return [
    `solved ${of(outcomes.filter(({ solved }) => solved).length)}, solved and scheduled ${of(outcomes.filter(({ scheduled }) => scheduled).length)}, ` +
      `in under ${limitMs / 1000} s ${of(outcomes.filter(({ scheduled, wallMs }) => scheduled && wallMs < limitMs).length)}`,
    `time ${times("wallMs")}; processor ${times("cpuMs")}`,
  ].join("\n");
}

if (values.part !== undefined) await runPart(Number(values.part), Number(values.workers));
else {
  const outcomes: Outcome[] = [];
  const take = (outcome: Outcome): void => {
    outcomes.push(outcome);
    const { seed, hosts, workloads, policies, wallMs, cpuMs, moves, scheduled, because } = outcome;
    if (values.show || !scheduled) console.log(`seed ${seed}: ${hosts} hosts, ${workloads} workloads, ${policies} policies, ${moves} moves, ${(wallMs / 1000).toFixed(2)} s (${(cpuMs / 1000).toFixed(2)} s of processor) ${scheduled ? "ok" : because}`);
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, (_, part) => gather(part, take)));
  console.log(summary(outcomes, 1000 * Number(values.limit)));
  process.exitCode = outcomes.every(({ scheduled }) => scheduled) ? 0 : 1;
}
