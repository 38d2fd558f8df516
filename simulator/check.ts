import type { Diagnostic, DiagnosticCode } from "../model/diagnostic.ts";
import { sampleMax } from "../model/load.ts";
import { amountOf } from "../model/resource.ts";
import type { Distribution, FailureProcess, FailureScope } from "../model/simulation.ts";
import { medianMs } from "./chance.ts";
import { hostsOf, scopeInWords } from "./failures.ts";
import type { PowerModel } from "./power.ts";
import { defaultSimulation, type SimulationInput } from "./simulation.ts";
import type { Task } from "./task.ts";

/** Everything that makes a simulation impossible, all at once; `simulate` presumes that there is nothing. */
export function checkSimulation(input: SimulationInput): readonly Diagnostic[] {
  const problems = new Problems();
  checkTime(input, problems);
  checkLoad(input, problems);
  input.failures?.forEach((failure, n) => {
    const path = `failures[${n}]`;
    problems.number(`${path}.atMs`, failure.atMs, 0, input.lengthMs);
    problems.number(`${path}.repairMs`, failure.repairMs, 1, Number.MAX_SAFE_INTEGER);
    checkScope(input, failure.scope, `${path}.scope`, problems);
  });
  input.processes?.forEach((process, n) => {
    const path = `processes[${n}]`;
    if (process.hosts !== "all") process.hosts.forEach((host, at) => problems.known(`${path}.hosts[${at}]`, "host", host, input.index.hostIndex.has(host)));
    if (process.kind === "drawn") {
      checkDistribution(process.lifetime, `${path}.lifetime`, problems);
      checkDistribution(process.repair, `${path}.repair`, problems);
    } else {
      process.turns.forEach(({ afterMs, repairMs }, at) => {
        problems.number(`${path}.turns[${at}].afterMs`, afterMs, 0, Number.MAX_SAFE_INTEGER);
        problems.number(`${path}.turns[${at}].repairMs`, repairMs, 1, Number.MAX_SAFE_INTEGER);
      });
    }
    checkCount(input, process, path, problems);
  });
  checkTasks(input, problems);
  checkCheckpoints(input, problems);
  for (const [host, model] of input.powerModels ?? []) {
    problems.known(`powerModels.${host}`, "host", host, input.index.hosts.some(({ id }) => id === host));
    checkPower(model, `powerModels.${host}`, problems);
  }
  checkSettings(input, problems);
  return problems.found;
}

function checkTime({ lengthMs, plan }: SimulationInput, problems: Problems): void {
  problems.number("lengthMs", lengthMs, 1, 1e14);
  if (plan !== undefined) problems.number("plan.atMs", plan.atMs, 0, lengthMs);
}

function checkLoad({ load, startMs, lengthMs, index }: SimulationInput, problems: Problems): void {
  if (load === null) return;
  const [begins, ends] = [load.startMs, load.startMs + load.slots * load.stepMs];
  if (startMs < begins || startMs + lengthMs > ends) {
    problems.add("out-of-range", "load", `the load is from ${begins} to ${ends} ms, the simulation from ${startMs} to ${startMs + lengthMs} ms`, "Simulate a part of that time, or give load that goes on for longer.");
  }
  const unknown = [...new Set(load.subjects.map(({ workload }) => workload))].filter((id) => !index.workloadIndex.has(id));
  if (unknown.length > 0) {
    problems.add("unknown-reference", "load.subjects", `the load is of ${unknown.length === 1 ? "a workload" : `${unknown.length} workloads`} that the fleet does not have: ${unknown.slice(0, 5).join(", ")}`, "Name workloads as the fleet does, or leave them out of the load.", "warning");
  }
}

function checkScope({ index }: SimulationInput, scope: FailureScope, path: string, problems: Problems): void {
  if (scope.kind === "link") {
    const known = index.fleet.links.some(({ a, b }) => (a === scope.a && b === scope.b) || (a === scope.b && b === scope.a));
    if (!known) problems.add("unknown-reference", path, `the fleet has no link between ${scope.a} and ${scope.b}`, "Name a link of the fleet.");
  } else if (hostsOf(scope, index).length === 0) {
    problems.add("unknown-reference", path, `${scopeInWords(scope)} is nothing that the fleet has`, "Name a host, or a domain that some host is in.");
  }
}

/** Failures that one process may be expected to bring; each is simulated, and the planner is asked after it. */
const failuresMax = 1_000_000;

function checkCount({ lengthMs, index }: SimulationInput, process: FailureProcess, path: string, problems: Problems): void {
  const turnMs = process.kind === "drawn" ? medianMs(process.lifetime) + medianMs(process.repair)
    : process.repeat ? process.turns.reduce((sum, { afterMs, repairMs }) => sum + afterMs + repairMs, 0) / process.turns.length : Infinity;
  const expected = Math.round((process.hosts === "all" ? index.hosts.length : process.hosts.length) * lengthMs / turnMs);
  if (expected <= failuresMax) return;
  problems.add("out-of-range", path, `this is about ${expected.toLocaleString("en-US")} failures; at most ${failuresMax.toLocaleString("en-US")} can be simulated`, "Choose longer lifetimes or repairs, fewer hosts, or a shorter simulation.");
}

function checkDistribution(distribution: Distribution, path: string, problems: Problems): void {
  const longest = 1e15;
  switch (distribution.kind) {
    case "fixed": return problems.number(`${path}.ms`, distribution.ms, 1, longest);
    case "exponential": return problems.number(`${path}.meanMs`, distribution.meanMs, 1, longest);
    case "weibull":
      problems.number(`${path}.shape`, distribution.shape, 0.05, 1000, "any");
      return problems.number(`${path}.scaleMs`, distribution.scaleMs, 1, longest, "any");
    case "log-normal":
      problems.number(`${path}.medianMs`, distribution.medianMs, 1, longest, "any");
      return problems.number(`${path}.sigma`, distribution.sigma, 0, 10, "any");
  }
}

function checkTasks(input: SimulationInput, problems: Problems): void {
  const { index, processors, tasks = [] } = input;
  tasks.forEach((task, n) => {
    const path = `tasks[${n}]`;
    problems.number(`${path}.atMs`, task.atMs, 0, Number.MAX_SAFE_INTEGER);
    if (task.workload !== undefined) problems.known(`${path}.workload`, "workload", task.workload, index.workloadIndex.has(task.workload));
    else if (task.host === null) problems.add("missing-key", path, `task ${task.id} names neither a host nor a workload`, "Say where it runs.");
    else {
      const host = index.hosts[index.hostIndex.get(task.host) ?? -1];
      problems.known(`${path}.host`, "host", task.host, host !== undefined);
      const room = host === undefined ? Infinity : (processors?.get(host.id) ?? Math.floor(amountOf(host.capacity, "cpuMillicores") / 1000));
      if (task.processors > room) problems.add("out-of-range", `${path}.processors`, `task ${task.id} needs ${task.processors} processors at once, host ${task.host} has ${room}`, "Put it on a larger host, or give it fewer processors.");
    }
    checkStages(task, path, problems);
  });
}

/** Checkpoints of workloads that one simulation may bring. */
const checkpointsMax = 10_000_000;

function checkCheckpoints({ checkpoints = [], index, lengthMs }: SimulationInput, problems: Problems): void {
  checkpoints.forEach(({ workloads, intervalMs, durationMs, demand }, n) => {
    const path = `checkpoints[${n}]`;
    workloads.forEach((workload, at) => problems.known(`${path}.workloads[${at}]`, "workload", workload, index.workloadIndex.has(workload)));
    problems.number(`${path}.intervalMs`, intervalMs, 1, 1e14);
    problems.number(`${path}.durationMs`, durationMs, 1, 1e14);
    problems.number(`${path}.demand`, demand, 0, sampleMax);
    const expected = Math.round((workloads.length * lengthMs) / Math.max(1, intervalMs + durationMs));
    if (expected > checkpointsMax) problems.add("out-of-range", path, `this is about ${expected.toLocaleString("en-US")} checkpoints; at most ${checkpointsMax.toLocaleString("en-US")} can be simulated`, "Choose a longer interval, fewer workloads, or a shorter simulation.");
  });
}

function checkStages({ stages, checkpoints }: Task, path: string, problems: Problems): void {
  stages.forEach(({ durationMs, demand }, at) => {
    problems.number(`${path}.stages[${at}].durationMs`, durationMs, 0, 1e14);
    problems.number(`${path}.stages[${at}].demand`, demand, 0, sampleMax);
    if (durationMs * demand > Number.MAX_SAFE_INTEGER) problems.add("overflow", `${path}.stages[${at}]`, `${durationMs} ms at ${demand} is more work than can be counted exactly`, "Cut the stage into several.");
  });
  if (checkpoints === undefined) return;
  problems.number(`${path}.checkpoints.intervalMs`, checkpoints.intervalMs, 1, 1e14);
  problems.number(`${path}.checkpoints.durationMs`, checkpoints.durationMs, 1, 1e14);
  problems.number(`${path}.checkpoints.demand`, checkpoints.demand, 0, sampleMax);
  problems.number(`${path}.checkpoints.intervalPermille`, checkpoints.intervalPermille ?? 1000, 1, 1_000_000);
}

function checkPower(model: PowerModel, path: string, problems: Problems): void {
  if (model.kind !== "table") {
    problems.number(`${path}.idleMilliwatts`, model.idleMilliwatts, 0, 1e9);
    problems.number(`${path}.peakMilliwatts`, model.peakMilliwatts, model.idleMilliwatts, 1e9);
    return;
  }
  if (model.points.length === 0) problems.add("out-of-range", `${path}.points`, "a table of measured power has no points", "Give at least the power at no use and at full use.");
  const seen = new Set<number>();
  model.points.forEach(({ usePermille, milliwatts }, at) => {
    problems.number(`${path}.points[${at}].usePermille`, usePermille, 0, 1000);
    problems.number(`${path}.points[${at}].milliwatts`, milliwatts, 0, 1e9);
    if (seen.has(usePermille)) problems.add("contradiction", `${path}.points[${at}]`, `power at ${usePermille} permille is given twice`, "Keep one of the points.");
    seen.add(usePermille);
  });
}

function checkSettings({ settings, carbon, index }: SimulationInput, problems: Problems): void {
  const { moves, scaling, detectMs, decideMs, columns, happeningsMax } = { ...defaultSimulation, ...settings };
  const longest = 1e12;
  problems.number("settings.moves.pauseMs", moves.pauseMs, 0, longest);
  problems.number("settings.moves.roundsMax", moves.roundsMax, 1, 10_000);
  problems.number("settings.moves.longestPauseMs", moves.longestPauseMs, 0, longest);
  problems.number("settings.moves.processorMillicores", moves.processorMillicores, 0, 2_000_000);
  problems.number("settings.scaling.watchMs", scaling.watchMs, 1, longest);
  problems.number("settings.scaling.sustainMs", scaling.sustainMs, 0, longest);
  problems.number("settings.scaling.releasePermille", scaling.releasePermille, 0, 1000);
  problems.number("settings.scaling.releaseMs", scaling.releaseMs, 0, longest);
  problems.number("settings.detectMs", detectMs, 0, longest);
  problems.number("settings.decideMs", decideMs, 0, longest);
  problems.number("settings.columns", columns, 1, 10_000);
  problems.number("settings.happeningsMax", happeningsMax, 0, 10_000_000);
  carbon?.forEach(({ site, gramsPerKWh }, n) => {
    problems.known(`carbon[${n}].site`, "site", site, index.fleet.sites.some(({ id }) => id === site));
    if (gramsPerKWh.length === 0) problems.add("out-of-range", `carbon[${n}].gramsPerKWh`, `the series of site ${site} is empty`, "Give a number for each hour, the last of which goes on.");
    gramsPerKWh.forEach((grams, hour) => problems.number(`carbon[${n}].gramsPerKWh[${hour}]`, grams, 0, 1_000_000, "any"));
  });
}

/** Collects what is wrong, in the words of other inputs. */
class Problems {
  readonly found: Diagnostic[] = [];

  add(code: DiagnosticCode, path: string, message: string, advice: string, severity: Diagnostic["severity"] = "error"): void {
    this.found.push({ code, severity, file: null, line: null, column: null, path, message, advice });
  }

  number(path: string, value: number, least: number, most: number, kind: "whole" | "any" = "whole"): void {
    if (kind === "whole" && !Number.isInteger(value)) this.add("not-integer", path, `${path} is ${value}; it must be a whole number`, `Give a whole number from ${least} to ${most}.`);
    else if (!(value >= least && value <= most)) this.add("out-of-range", path, `${path} is ${value}; it must be from ${least} to ${most}`, `Give a number from ${least} to ${most}.`);
  }

  known(path: string, kind: string, id: string, isKnown: boolean): void {
    if (!isKnown) this.add("unknown-reference", path, `${kind} ${id} does not exist`, `Name a ${kind} of the fleet.`);
  }
}
