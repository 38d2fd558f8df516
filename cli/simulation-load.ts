import { counted } from "../model/counted.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Fleet } from "../model/fleet.ts";
import type { WorkloadId } from "../model/ids.ts";
import { loadResources, sampleMax, spanMs, type LoadResource, type LoadSeries, type LoadSource, type LoadSubject, type LoadTrace, type ReadReport } from "../model/load.ts";
import { Random } from "../model/random.ts";
import { amountOf } from "../model/resource.ts";
import type { LoadGrowth, Moment, Simulation, SyntheticLoadPart, TraceLoad, UsualLoad } from "../model/simulation.ts";
import { didYouMean } from "../policies/index.ts";
import { readTrace } from "../scenarios/traces/index.ts";
import { grownTrace, JoinedLoad, sourceOf, swingTo, syntheticSource, usualLoads, type Grid, type Growth, type LoadShare, type SyntheticLoad, type Task } from "../simulator/index.ts";
import { problemIn } from "./simulation-problem.ts";

const weekMs = 604_800_000;
/** Times before 1973 count from the beginning of a trace, not from 1970. */
const datedMs = 100_000_000_000;

/** A trace that was read, its series named as the fleet names workloads. */
export interface ReadPart {
  readonly part: TraceLoad;
  readonly trace: LoadTrace;
  readonly report: ReadReport;
  readonly startMs: number;
  readonly endMs: number;
}

export interface ReadParts {
  readonly traces: readonly ReadPart[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The resource that hosts rate their processors in; null when some say millicores and some MHz. */
export function processorIn({ hosts }: Fleet): LoadResource | null {
  const inMHz = hosts.filter(({ capacity }) => capacity["cpuMHz"] !== undefined).length;
  if (inMHz === 0) return loadResources.cpuMillicores;
  return hosts.every(({ capacity }) => capacity["cpuMHz"] !== undefined && capacity["cpuMillicores"] === undefined) ? loadResources.cpuMHz : null;
}

/** Reads every trace of a simulation. */
export async function readParts(fleet: Fleet, { load }: Simulation, processor: LoadResource): Promise<ReadParts> {
  const traces: ReadPart[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [n, part] of load.entries()) {
    if (part.kind !== "trace") continue;
    const reading = await readTrace(part.files, {
      cpu: processor.name === "cpuMHz" ? "cpuMHz" : "cpuMillicores", fill: part.fill, fullMillicores: part.fullMillicores, resources: ownResources(fleet),
      stepMs: part.stepMs, ...(part.format === null ? {} : { format: part.format }),
    });
    diagnostics.push(...reading.diagnostics);
    if (reading.trace === null) continue;
    const named = namedAsFleet(reading.trace, part, fleet, `simulation.load[${n}].trace`);
    diagnostics.push(...named.diagnostics);
    if (named.trace === null) continue;
    const spans = named.trace.series.map(({ times }) => spanMs(times));
    const [startMs, endMs] = [Math.min(...spans.map((span) => span.startMs)), Math.max(...spans.map((span) => span.endMs))];
    traces.push({ part, trace: named.trace, report: reading.report, startMs, endMs });
  }
  return { traces, diagnostics };
}

/** Resources of the fleet's own that a trace may have columns for. */
function ownResources({ resources }: Fleet): readonly LoadResource[] {
  return resources.filter(({ name }) => !Object.hasOwn(loadResources, name)).map(({ name }) => ({ name, perUnit: 1 }));
}

function namedAsFleet(trace: LoadTrace, { loadOf, factorPermille }: TraceLoad, fleet: Fleet, path: string): { readonly trace: LoadTrace | null; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const known = new Set<string>(fleet.workloads.map(({ id }) => id));
  const byName = new Map<string, LoadSeries[]>();
  for (const series of trace.series) byName.set(series.subject.workload, [...byName.get(series.subject.workload) ?? [], series]);
  const pairs = loadOf === null ? [...byName.keys()].filter((name) => known.has(name)).map((name) => [name, name] as const) : Object.entries(loadOf);
  const series = pairs.flatMap(([workload, name]) => {
    const found = byName.get(name);
    if (found === undefined) diagnostics.push(problemIn("unknown-reference", `${path}.loadOf.${workload}`, `the trace has no load of ${name}`, didYouMean(name, byName.keys())));
    return (found ?? []).map((one): LoadSeries => ({ ...one, subject: { workload: workload as WorkloadId, application: one.subject.application }, samples: one.samples.map((samples) => scaled(samples, factorPermille)) }));
  });
  // Without growing none can pass the limit, and a month of thousands of series is not looked through.
  const greatest = factorPermille <= 1000 ? 0 : [...byName.values()].flat().reduce((most, { samples }) => Math.max(most, ...samples.map(greatestOf)), 0) * factorPermille / 1000;
  if (greatest > sampleMax) {
    diagnostics.push(problemIn("overflow", `${path}.factorPermille`, `factorPermille is ${factorPermille}: that makes a sample of ${Math.round(greatest).toLocaleString("en-US")}, and at most ${sampleMax.toLocaleString("en-US")} can be counted (thousandths of a millicore, or of the resource's unit)`,
      "Choose a smaller factor, or split the workload."));
  }
  const strange = loadOf === null ? [...byName.keys()].filter((name) => !known.has(name)) : [];
  if (loadOf === null && pairs.length === 0) {
    diagnostics.push(problemIn("unknown-reference", path, `none of the ${byName.size} workloads of the trace is one of the fleet: ${strange.slice(0, 3).join(", ")}${strange.length > 3 ? " and others" : ""}`,
      "Say whose load counts for whom under loadOf, or make a fleet of the trace with `stowage generate --trace`."));
  } else if (strange.length > 0) {
    diagnostics.push(problemIn("unknown-reference", path, `the load of ${strange.length} of ${byName.size} workloads of the trace is left out, since the fleet does not have them: ${strange.slice(0, 5).join(", ")}`,
      "Name workloads as the fleet does, or say under loadOf whose load counts for whom.", "warning"));
  }
  return { trace: series.length === 0 ? null : { resources: trace.resources, series }, diagnostics };
}

function greatestOf(samples: Int32Array): number {
  return samples.reduce((most, sample) => Math.max(most, sample), 0);
}

function scaled(samples: Int32Array, permille: number): Int32Array {
  return permille === 1000 ? samples : samples.map((sample) => Math.min(sampleMax, Math.round((sample * permille) / 1000)));
}

/** Does the beginning of a trace say the date? */
export function isDated(ms: number): boolean {
  return ms >= datedMs;
}

/** The slot in which an instant lies. */
export function slotBefore(ms: number, stepMs: number): number {
  return Math.floor(ms / stepMs) * stepMs;
}

/** By how much a trace is moved in time when a simulation begins at a slot. */
export function shiftOf({ part, startMs }: Pick<ReadPart, "part" | "startMs">, slotMs: number): number {
  switch (part.begins) {
    case "as-dated": return 0;
    case "with-simulation": return slotMs - startMs;
    case "same-weekday": return Math.floor((slotMs - startMs) / weekMs) * weekMs;
  }
}

/** What load is put together from, beside the traces. */
export interface LoadPlan {
  readonly fleet: Fleet;
  /** Instances that services may call for: they ask for nothing of their own. */
  readonly spares: ReadonlySet<WorkloadId>;
  readonly simulation: Simulation;
  readonly processor: LoadResource;
  readonly traces: readonly ReadPart[];
  readonly grid: Grid;
  /** When the simulation begins: growth counts from there. */
  readonly startMs: number;
  readonly seed: number;
  /** What workloads ask for of which no load tells: rates, or amounts that are held too. */
  readonly constant: "rates" | "everything";
}

/** The load of all workloads, in the order of the fleet. */
export function joinedLoad(plan: LoadPlan): { readonly load: JoinedLoad; readonly diagnostics: readonly Diagnostic[] } {
  const { fleet, simulation, processor, traces, grid } = plan;
  const diagnostics: Diagnostic[] = [];
  const random = new Random(plan.seed);
  const shares = simulation.load.flatMap((part): readonly LoadShare[] => {
    const own = random.split().uint32();
    if (part.kind !== "trace") return [{ source: madeUp(part, plan, own, diagnostics), repeat: false }];
    const read = traces.find((each) => each.part === part);
    return read === undefined || part.times === "exact" ? [] : [traceShare(read, plan, diagnostics)];
  });
  const exact = new Set(traces.filter(({ part }) => part.times === "exact").flatMap(({ trace }) => trace.series.map(({ subject }) => subject.workload)));
  const resources = resourcesOf(plan, shares);
  const constants = resources.map((resource) => Int32Array.from(fleet.workloads, ({ id, expectedUse }) => {
    if (simulation.otherLoad === "none" || plan.spares.has(id) || (exact.has(id) && resource.name === processor.name)) return 0;
    const amount = amountOf(expectedUse, resource.name) * resource.perUnit;
    if (amount > sampleMax) diagnostics.push(problemIn("overflow", "simulation.resources", `workload ${id} is expected to use ${amountOf(expectedUse, resource.name)} ${resource.name}; at most ${Math.floor(sampleMax / resource.perUnit)} can be simulated`, "State a smaller expectedUse, or split the workload."));
    return Math.min(sampleMax, amount);
  }));
  const subjects = fleet.workloads.map(({ id }): LoadSubject => ({ workload: id, application: null }));
  return { load: new JoinedLoad(subjects, resources, grid, shares, constants), diagnostics };
}

/** Resources in a fixed order, the processor first. */
function resourcesOf({ fleet, simulation, processor, constant }: LoadPlan, shares: readonly LoadShare[]): readonly LoadResource[] {
  const known = new Map<string, LoadResource>(Object.entries(loadResources));
  for (const resource of ownResources(fleet)) known.set(resource.name, resource);
  const told = new Set(shares.flatMap(({ source }) => source.resources.map(({ name }) => name)));
  const isRate = (name: string): boolean => !name.endsWith("MiB") || constant === "everything";
  const used = (name: string): boolean => fleet.workloads.some(({ expectedUse }) => amountOf(expectedUse, name) > 0);
  const wanted = (name: string): boolean => name !== "cpuMillicores" && name !== "cpuMHz"
    && (simulation.resources === null ? told.has(name) || (isRate(name) && used(name)) : simulation.resources.includes(name));
  return [processor, ...[...known.values()].filter(({ name }) => wanted(name))];
}

function traceShare({ part, trace, ...span }: ReadPart, { grid, startMs, simulation }: LoadPlan, diagnostics: Diagnostic[]): LoadShare {
  const shiftMs = shiftOf({ part, startMs: span.startMs }, slotBefore(startMs, simulation.stepMs));
  const moved = { ...trace, series: trace.series.map((series) => ({ ...series, times: movedTimes(series.times, shiftMs) })) };
  const grown = part.growth === null ? { load: moved, samplesAtLimit: 0 } : grownTrace(moved, growthOf(part.growth, startMs));
  if (grown.samplesAtLimit > 0) diagnostics.push(problemIn("overflow", "simulation.load", `${counted(grown.samplesAtLimit, "sample")} of ${part.files.join(", ")} would grow beyond what can be counted, ${sampleMax.toLocaleString("en-US")} (thousandths of a millicore, or of the resource's unit)`, "Let it grow less, for a shorter time, or from later on; or split the workload."));
  const from = Math.floor((span.startMs + shiftMs - grid.startMs) / grid.stepMs);
  const to = Math.ceil((span.endMs + shiftMs - grid.startMs) / grid.stepMs);
  // Of a trace that repeats all is needed; of another one what the simulation sees.
  const [first, last] = part.repeat ? [from, to] : [Math.max(0, from), Math.max(0, from, Math.min(grid.slots, to))];
  return { source: sourceOf(grown.load, { startMs: grid.startMs + first * grid.stepMs, stepMs: grid.stepMs, slots: last - first }), repeat: part.repeat };
}

export function movedTimes(times: LoadSeries["times"], shiftMs: number): LoadSeries["times"] {
  return times.kind === "regular" ? { ...times, startMs: times.startMs + shiftMs } : { kind: "stepped", atMs: times.atMs.map((ms) => ms + shiftMs) };
}

function growthOf({ kind, permillePerMonth, from }: LoadGrowth, startMs: number): Growth {
  return { kind, permillePerMonth, fromMs: momentMs(from, startMs) };
}

/** A moment on the time of the load. */
export function momentMs(moment: Moment, startMs: number): number {
  return moment.kind === "after" ? startMs + moment.ms : Date.parse(moment.utc);
}

function madeUp(part: SyntheticLoadPart | UsualLoad, { fleet, simulation, processor, grid, startMs }: LoadPlan, seed: number, diagnostics: Diagnostic[]): LoadSource {
  const known: Readonly<Record<string, LoadResource>> = loadResources;
  const resources = (part.resources ?? [processor.name]).map((name) => known[name] ?? { name, perUnit: 1 });
  const chosen = new Set<string>(part.workloads);
  const workloads = fleet.workloads.filter(({ id }) => chosen.has(id)).map(({ id, expectedUse }) => ({
    subject: { workload: id, application: null }, means: resources.map(({ name }) => (amountOf(expectedUse, name) * part.usePermille) / 1000),
  }));
  const path = `simulation.load[${simulation.load.indexOf(part)}].${part.kind}`;
  const made = (loads: readonly SyntheticLoad[]): LoadSource => {
    diagnostics.push(...tooGreat(loads, resources, grid, path));
    return syntheticSource(loads, resources, grid, seed);
  };
  if (part.kind === "usual") return made(usualLoads(workloads, startMs, seed));
  const { kind: _kind, workloads: _workloads, resources: _resources, usePermille: _use, growth, ...shape } = part;
  const loads = workloads.map((workload): SyntheticLoad => ({ ...shape, ...workload, ...(growth === null ? {} : { growth: growthOf(growth, startMs) }) }));
  return made(loads);
}

/** Loads that would be cut at what can be counted: the first of each resource is named. */
function tooGreat(loads: readonly SyntheticLoad[], resources: readonly LoadResource[], grid: Grid, path: string): readonly Diagnostic[] {
  const endMs = grid.startMs + grid.slots * grid.stepMs;
  return resources.flatMap(({ name, perUnit }, r) => {
    const found = loads.flatMap((load) => {
      const most = swingTo(load, endMs)[r] ?? 0;
      return most * perUnit > sampleMax ? [{ workload: load.subject.workload, most: Math.round(most) }] : [];
    });
    const [first] = found;
    if (first === undefined) return [];
    const others = found.length === 1 ? "" : `, and so ${found.length === 2 ? "does another one" : `do ${found.length - 1} others`}`;
    return [problemIn("overflow", path, `workload ${first.workload} comes to ${first.most.toLocaleString("en-US")} ${name} at the height of a day${others}; at most ${Math.floor(sampleMax / perUnit).toLocaleString("en-US")} can be counted`,
      "Let it use or grow less (usePermille, growth, expectedUse), or split the workload.")];
  });
}

/** Traces that are replayed piece by piece: each workload has one task, whose stages are the pieces. */
export function exactTasks(traces: readonly ReadPart[], processor: LoadResource, startMs: number, slotMs: number): readonly Task[] {
  return traces.filter(({ part }) => part.times === "exact").flatMap((read) => {
    const shiftMs = shiftOf(read, slotMs) - startMs;
    const r = read.trace.resources.findIndex(({ name }) => name === processor.name);
    return read.trace.series.map((series) => taskOf(series, series.samples[r] ?? new Int32Array(), shiftMs));
  });
}

/** Pieces before the beginning are left out; the one in which the simulation begins is cut there. */
function taskOf({ subject, times }: LoadSeries, samples: Int32Array, shiftMs: number): Task {
  const begin = (piece: number): number => shiftMs + (times.kind === "regular" ? times.startMs + piece * times.stepMs : times.atMs[piece] ?? 0);
  const stages: { durationMs: number; demand: number }[] = [];
  samples.forEach((demand, piece) => {
    const durationMs = begin(piece + 1) - Math.max(0, begin(piece));
    if (durationMs > 0) stages.push({ durationMs, demand });
  });
  const name = subject.application === null ? subject.workload : `${subject.application} in ${subject.workload}`;
  return { id: `load of ${name}`, host: null, workload: subject.workload, atMs: Math.max(0, begin(0)), processors: 0, measure: "time", stages };
}
