import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId, WorkloadId } from "../model/ids.ts";
import type { LoadResource, LoadSeries, LoadTrace, TraceFormatName } from "../model/load.ts";
import type { Scenario } from "../model/scenario.ts";
import { defaultSimulation, type PlannedFailure, type Simulation, type TraceLoad } from "../model/simulation.ts";
import { indexFleet } from "../model/snapshot.ts";
import { compilePolicies } from "../policies/index.ts";
import { checkSimulation, resample, scopeInWords, traceOf, withSpareInstances, type GivenFailure, type Grid, type JoinedLoad, type PowerModel, type SimulationInput, type Task } from "../simulator/index.ts";
import { hasErrors, type Ready } from "./prepare.ts";
import { plannerOf, type Answers } from "./replan.ts";
import { exactTasks, isDated, joinedLoad, momentMs, movedTimes, processorIn, readParts, shiftOf, slotBefore, type ReadPart } from "./simulation-load.ts";
import { carriedPlan, type CarriedPlan, type PlanSource } from "./simulation-plan.ts";
import { problemIn } from "./simulation-problem.ts";

/** What a command changes about the section `simulation` of its scenario. */
export interface SimulationOptions {
  readonly seed?: number;
  /** UTC instant. */
  readonly start?: string;
  readonly lengthMs?: number;
  /** Files, folders or archives that replace the load of the section. */
  readonly load?: readonly string[];
  readonly loadFormat?: TraceFormatName;
  readonly loadBegins?: TraceLoad["begins"];
  /** Failures beside those of the section. */
  readonly failures?: readonly PlannedFailure[];
  /** A plan to carry out, at its time after the beginning; null for none; that of the section when absent. */
  readonly plan?: PlanSource | null;
  /** Told each time the planner is asked. */
  readonly progress?: (asked: number) => void;
}

/** A scenario's time, as the options change it. */
export interface TimeFrame {
  readonly simulation: Simulation;
  readonly processor: LoadResource;
  readonly traces: readonly ReadPart[];
  /** On the time of the load; since 1970 UTC when there is a date. */
  readonly startMs: number;
  readonly lengthMs: number;
  readonly hasDate: boolean;
}

/** A simulation ready to run. */
export interface PreparedSimulation extends TimeFrame {
  readonly input: SimulationInput;
  /** The scenario with the instances that services may call for, as the input has it. */
  readonly scenario: Scenario;
  readonly load: JoinedLoad;
  readonly carried: CarriedPlan | null;
  /** Tasks of the scenario; behind them come the traces that are replayed piece by piece. */
  readonly ownTasks: number;
  /** Grows while it runs. */
  readonly answers: Answers;
}

interface Made<Thing> {
  readonly made: Thing | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** From a prepared scenario to what the simulator runs, with its load opened, or why not. */
export async function simulationInput(ready: Ready, options: SimulationOptions = {}): Promise<Made<PreparedSimulation>> {
  const { made, diagnostics } = await inputOf(ready, options);
  return { made, diagnostics: asGiven(diagnostics, options) };
}

/** What is wrong with load that an option names stands in no file. */
function asGiven(diagnostics: readonly Diagnostic[], { load }: SimulationOptions): readonly Diagnostic[] {
  if (load === undefined) return diagnostics;
  const place = /^simulation\.load(\[\d+\]\.trace)?/;
  return diagnostics.map((each) => ({ ...each, path: each.path.replace(place, "--load"), message: each.message.replace(place, "--load") }));
}

async function inputOf(ready: Ready, options: SimulationOptions): Promise<Made<PreparedSimulation>> {
  const { scenario } = ready;
  const framed = await timeFrame(scenario, options);
  if (framed.made === null) return { made: null, diagnostics: framed.diagnostics };
  const { simulation, processor, traces, startMs, lengthMs, hasDate } = framed.made;
  const diagnostics = [...framed.diagnostics];
  const planned = await carriedPlan(ready, options.plan, simulation.plan, startMs, hasDate);
  diagnostics.push(...planned.diagnostics);
  const fleet = withSpareInstances(scenario.fleet);
  const own = new Set(scenario.fleet.workloads.map(({ id }) => id));
  const spares = new Set(fleet.workloads.map(({ id }) => id).filter((id) => !own.has(id)));
  const index = indexFleet(fleet);
  const whole = { ...scenario, fleet, simulation };
  const { constraints } = await compilePolicies(whole, index, { lint: false });
  const grid = gridFrom(startMs, lengthMs, simulation.stepMs);
  const joined = joinedLoad({ fleet, spares, simulation, processor, traces, grid, startMs, seed: simulation.seed, constant: "rates" });
  diagnostics.push(...joined.diagnostics);
  const answers: Answers = { asked: 0, refused: 0, unplaced: 0 };
  const replan = plannerOf(whole, hasDate ? startMs : null, answers, options.progress);
  const ownTasks = tasksOf(simulation, processor, startMs);
  const failures = failuresIn(framed.made, options.failures ?? [], diagnostics);
  const input: SimulationInput = {
    index, constraints, load: joined.load, startMs, lengthMs, hasDate, seed: simulation.seed, failures, processes: simulation.breakdowns,
    tasks: [...ownTasks, ...exactTasks(traces, processor, startMs, grid.startMs)],
    checkpoints: simulation.checkpoints.map((plan) => ({ ...plan, demand: plan.demand * processor.perUnit })),
    processors: new Map(simulation.processors.flatMap(({ hosts, count }) => hosts.map((host) => [host, count] as const))),
    untilTasksAreDone: simulation.untilTasksAreDone, powerModels: powerModelsOf(whole), carbon: carbonOf(framed.made),
    setAside: new Set(simulation.recovery.setAside), settings: settingsOf(simulation),
    ...(replan === undefined ? {} : { replan }), ...(planned.carried === null ? {} : { plan: planned.carried }),
  };
  if (!hasErrors(diagnostics)) diagnostics.push(...checkSimulation(input).map(inSection));
  return { made: hasErrors(diagnostics) ? null : { ...framed.made, input, scenario: whole, load: joined.load, carried: planned.carried, ownTasks: ownTasks.length, answers }, diagnostics };
}

/** What a forecast learns from: what was measured, or what is made up before the beginning, on slots of the forecast. */
export interface LoadHistory extends TimeFrame {
  readonly history: LoadTrace;
}

/** The history of the load of every workload. It ends with the traces, or where the simulation begins when there are none. */
export async function historyOf(ready: Ready, options: SimulationOptions = {}): Promise<Made<LoadHistory>> {
  const framed = await timeFrame(ready.scenario, options);
  if (framed.made === null) return { made: null, diagnostics: asGiven(framed.diagnostics, options) };
  const { made, diagnostics } = historyFrom(ready, framed.made);
  const all = [...framed.diagnostics, ...diagnostics];
  return { made: hasErrors(all) ? null : made, diagnostics: asGiven(all, options) };
}

/** The same where the traces have been read. */
export function historyFrom({ scenario }: Ready, frame: TimeFrame): { readonly made: LoadHistory; readonly diagnostics: readonly Diagnostic[] } {
  const { simulation, processor, traces, startMs } = frame;
  const { stepMs, historyMs } = simulation.forecast;
  const own = slotBefore(startMs, simulation.stepMs);
  const spans = traces.map((read) => ({ from: read.startMs + shiftOf(read, own), to: read.endMs + shiftOf(read, own) }));
  const [fromMs, toMs] = spans.length === 0 ? [startMs - historyMs, startMs] : [Math.min(...spans.map(({ from }) => from)), Math.max(...spans.map(({ to }) => to))];
  const grid = gridFrom(fromMs, toMs - fromMs, stepMs);
  const inSlots = traces.map((read) => ({ ...read, part: { ...read.part, times: "slots" as const } }));
  const load = simulation.load.map((part) => inSlots[traces.findIndex((read) => read.part === part)]?.part ?? part);
  const joined = joinedLoad({
    fleet: scenario.fleet, spares: new Set(), simulation: { ...simulation, load }, processor, traces: inSlots, grid, startMs, seed: simulation.seed, constant: "everything",
  });
  const whole = traceOf(joined.load);
  const gaps = gapsOf(traces, own, grid);
  const series = whole.series.map((each) => ({ ...each, gaps: gaps.get(each.subject.workload) ?? each.gaps }));
  return { made: { simulation, processor, traces, startMs, lengthMs: frame.lengthMs, hasDate: frame.hasDate, history: { ...whole, series } }, diagnostics: joined.diagnostics };
}

/** The slots of a history: those of each of its series. */
export function gridOfHistory({ history, simulation, startMs }: LoadHistory): Grid {
  const [first] = history.series;
  const { stepMs } = simulation.forecast;
  return first?.times.kind === "regular" ? { startMs: first.times.startMs, stepMs: first.times.stepMs, slots: first.times.count } : { startMs, stepMs, slots: 0 };
}

/** Slots in which less than half was measured of any series of a workload. */
function gapsOf(traces: readonly ReadPart[], slotMs: number, grid: Grid): ReadonlyMap<string, Int32Array> {
  const measured = new Map<string, Uint8Array>();
  for (const read of traces) {
    const shiftMs = shiftOf(read, slotMs);
    for (const series of read.trace.series) {
      const own = resample(movedSeries(series, shiftMs), grid).measured;
      const known = measured.get(series.subject.workload);
      measured.set(series.subject.workload, known === undefined ? own : own.map((flag, slot) => flag & (known[slot] ?? 0)));
    }
  }
  return new Map([...measured].map(([workload, flags]) => [workload, holesIn(flags)]));
}

function movedSeries(series: LoadSeries, shiftMs: number): LoadSeries {
  return { ...series, times: movedTimes(series.times, shiftMs) };
}

function holesIn(measured: Uint8Array): Int32Array {
  const ends: number[] = [];
  measured.forEach((flag, slot) => {
    const inHole = ends.length % 2 === 1;
    if ((flag === 0) !== inHole) ends.push(slot);
  });
  if (ends.length % 2 === 1) ends.push(measured.length);
  return Int32Array.from(ends);
}

/** The whole slots over a time. */
export function gridFrom(startMs: number, lengthMs: number, stepMs: number): Grid {
  const first = Math.floor(startMs / stepMs);
  return { startMs: first * stepMs, stepMs, slots: Math.max(1, Math.ceil((startMs + lengthMs) / stepMs) - first) };
}

/** Reads the traces and finds out from when to when everything is. */
export async function timeFrame(scenario: Scenario, options: SimulationOptions): Promise<Made<TimeFrame>> {
  const simulation = withOptions(scenario.simulation ?? defaultSimulation, options);
  const processor = processorIn(scenario.fleet);
  if (processor === null) {
    return { made: null, diagnostics: [problemIn("unit-mismatch", "hosts", "some rate their processors in cpuMHz, others in cpuMillicores", "Rate all hosts in the same unit.")] };
  }
  const { traces, diagnostics } = await readParts(scenario.fleet, simulation, processor);
  if (hasErrors(diagnostics)) return { made: null, diagnostics };
  const { startMs, hasDate } = beginningOf(simulation, traces, scenario.asOf);
  const slotMs = slotBefore(startMs, simulation.stepMs);
  const endMs = Math.max(...traces.map((read) => read.endMs + shiftOf(read, slotMs)));
  const lengthMs = simulation.lengthMs ?? (traces.length === 0 ? 604_800_000 : endMs - startMs);
  if (lengthMs <= 0) {
    return { made: null, diagnostics: [...diagnostics, problemIn("out-of-range", "simulation.start", `the traces end at ${timeWords(endMs)}, before the simulation begins at ${timeWords(startMs)}`, "Begin earlier, or let the traces begin with-simulation.")] };
  }
  const all = [...diagnostics, ...uncovered(traces, slotMs, startMs, lengthMs)];
  return { made: hasErrors(all) ? null : { simulation, processor, traces, startMs, lengthMs, hasDate }, diagnostics: all };
}

function withOptions(simulation: Simulation, { seed, start, lengthMs, load, loadFormat, loadBegins }: SimulationOptions): Simulation {
  const begin = start ?? simulation.start;
  const trace = (files: readonly string[]): TraceLoad => ({
    kind: "trace", files, format: loadFormat ?? null, stepMs: null, fill: "hold", fullMillicores: 1000, loadOf: null,
    begins: loadBegins ?? (begin === null ? "as-dated" : "with-simulation"), repeat: false, times: "slots", factorPermille: 1000, growth: null,
  });
  return {
    ...simulation, start: begin, seed: seed ?? simulation.seed, lengthMs: lengthMs ?? simulation.lengthMs,
    load: load === undefined ? simulation.load : [trace(load)],
  };
}

/** When it begins: as said, with the first trace that is dated itself, or at the instant of the scenario. */
function beginningOf({ start }: Simulation, traces: readonly ReadPart[], asOf: string | null): Pick<TimeFrame, "startMs" | "hasDate"> {
  if (start !== null) return { startMs: Date.parse(start), hasDate: true };
  const begins = traces.filter(({ part }) => part.begins === "as-dated").map(({ startMs }) => startMs);
  if (begins.length > 0) return { startMs: Math.min(...begins), hasDate: isDated(Math.min(...begins)) };
  return asOf === null ? { startMs: 0, hasDate: false } : { startMs: Date.parse(asOf), hasDate: true };
}

/** Traces that tell nothing about a part of the time. */
function uncovered(traces: readonly ReadPart[], slotMs: number, startMs: number, lengthMs: number): readonly Diagnostic[] {
  return traces.filter(({ part }) => !part.repeat).flatMap((read) => {
    const [from, to] = [read.startMs + shiftOf(read, slotMs), read.endMs + shiftOf(read, slotMs)];
    const what = `${read.part.files.join(", ")} has load from ${timeWords(from)} to ${timeWords(to)}; the simulation is from ${timeWords(startMs)} to ${timeWords(startMs + lengthMs)}`;
    if (to <= startMs || from >= startMs + lengthMs) return [problemIn("out-of-range", "simulation.load", what, "Simulate another time, or let the trace begin with-simulation.")];
    const missing = Math.max(0, from - startMs) + Math.max(0, startMs + lengthMs - to);
    return missing <= Math.max(60_000, lengthMs / 1000) ? [] : [problemIn("out-of-range", "simulation.load", `${what}; where it has none its workloads ask for nothing`, "Simulate a part of that time, or let the trace repeat.", "warning")];
  });
}

function timeWords(ms: number): string {
  return isDated(ms) ? new Date(ms).toISOString().replace(".000Z", "Z") : `${ms / 1000} s`;
}

/** Failures inside the time; those outside are told and left out. */
function failuresIn({ simulation, startMs, lengthMs }: TimeFrame, more: readonly PlannedFailure[], diagnostics: Diagnostic[]): readonly GivenFailure[] {
  const within = ({ at }: PlannedFailure): boolean => momentMs(at, startMs) >= startMs && momentMs(at, startMs) <= startMs + lengthMs;
  for (const [path, failures] of [["simulation.failures", simulation.failures], ["--fail", more]] as const) {
    const outside = failures.filter((failure) => !within(failure));
    const [first] = outside;
    if (first === undefined) continue;
    const firstMs = momentMs(first.at, startMs);
    const what = `${scopeInWords(first.scope)} at ${timeWords(firstMs)}`;
    const span = `of the simulation, ${timeWords(startMs)} to ${timeWords(startMs + lengthMs)}`;
    diagnostics.push(problemIn("out-of-range", path, outside.length === 1
      ? `the failure of ${what} is ${firstMs < startMs ? "before the beginning" : "after the end"} ${span}; it does not happen`
      : `${outside.length} failures are outside ${span}, the first of ${what}; they do not happen`, "Simulate that time, or let it fail within it.", "warning"));
  }
  return [...simulation.failures, ...more].filter(within).map(({ at, scope, repairMs }) => ({ atMs: momentMs(at, startMs) - startMs, scope, repairMs }));
}

/** What the simulator calls its input, as the section calls it. */
function inSection(diagnostic: Diagnostic): Diagnostic {
  const path = diagnostic.path.replace(/^processes/, "breakdowns").replace(/^settings\.(moves|scaling)/, "$1").replace(/^settings/, "recovery");
  return path.startsWith("simulation.") ? diagnostic : { ...diagnostic, path: `simulation.${path}` };
}

function tasksOf({ tasks }: Simulation, { perUnit }: LoadResource, startMs: number): readonly Task[] {
  return tasks.map(({ id, place, at, processors, measure, stages, checkpoints }): Task => ({
    id, host: place.kind === "host" ? place.host : null, ...(place.kind === "workload" ? { workload: place.workload } : {}),
    atMs: momentMs(at, startMs) - startMs, processors, measure,
    stages: stages.map(({ durationMs, demand }) => ({ durationMs, demand: demand * perUnit })),
    ...(checkpoints === null ? {} : { checkpoints: { ...checkpoints, demand: checkpoints.demand * perUnit } }),
  }));
}

function powerModelsOf({ fleet, simulation }: Scenario): ReadonlyMap<string, PowerModel> {
  const hosts = new Map(fleet.hosts.map((host) => [host.id, host]));
  return new Map((simulation?.power ?? []).flatMap(({ hosts: ids, model }) => ids.map((id: HostId): readonly [string, PowerModel] => {
    if (model.kind === "table") return [id, model];
    const host = hosts.get(id);
    return [id, { kind: model.kind, idleMilliwatts: model.idleMilliwatts ?? 1000 * (host?.idlePowerWatts ?? 0), peakMilliwatts: model.peakMilliwatts ?? 1000 * (host?.peakPowerWatts ?? 0) }];
  })));
}

/** Series by the hour since the beginning, each hour by the hour of its own series in which it begins. */
function carbonOf({ simulation, startMs, lengthMs }: TimeFrame): NonNullable<SimulationInput["carbon"]> {
  const hourMs = 3_600_000;
  return simulation.carbon.map(({ site, from, gramsPerKWh, repeat }) => ({
    site, gramsPerKWh: Array.from({ length: Math.ceil(lengthMs / hourMs) }, (_, hour) => {
      const place = Math.floor((startMs + hour * hourMs - momentMs(from, startMs)) / hourMs);
      const count = gramsPerKWh.length;
      return gramsPerKWh[repeat ? ((place % count) + count) % count : Math.max(0, Math.min(count - 1, place))] ?? 0;
    }),
  }));
}

function lowestOf(limits: Simulation["sharing"]["limits"]): ReadonlyMap<WorkloadId, number> {
  const lowest = new Map<WorkloadId, number>();
  for (const { workloads, most } of limits) for (const id of workloads) lowest.set(id, Math.min(most, lowest.get(id) ?? Infinity));
  return lowest;
}

function settingsOf({ moves, scaling, recovery, sharing, failedHostsDrawPower, chartColumns, happeningsMax }: Simulation): NonNullable<SimulationInput["settings"]> {
  return {
    moves, scaling, limits: lowestOf(sharing.limits), detectMs: recovery.detectMs, decideMs: recovery.decideMs, failuresCancelPlans: recovery.planUnderWay === "cancel", failedDraws: failedHostsDrawPower, limitToReservation: sharing.limitToReservation,
    sharedBy: sharing.by, shareLoad: sharing.evenAmongInstances, columns: chartColumns, happeningsMax,
  };
}
