import type { Diagnostic } from "../../model/diagnostic.ts";
import type { ApplicationId, WorkloadId } from "../../model/ids.ts";
import { pieceCount } from "../../model/load.ts";
import type { Scenario } from "../../model/scenario.ts";
import { defaultSimulation, type Simulation } from "../../model/simulation.ts";
import type { ApplicationUse, CostInput, Period } from "../../reports/index.ts";
import type { Ready } from "../prepare.ts";
import { gridFrom, timeFrame, type SimulationOptions, type TimeFrame } from "../simulation-input.ts";
import { joinedLoad, shiftOf, slotBefore, type ReadPart } from "../simulation-load.ts";
import { problemIn } from "../simulation-problem.ts";

/** The load of a cost report: what was used in the period, of what it is known, and by which applications. */
export interface CostLoad extends Pick<CostInput, "measured" | "applicationUse"> {
  readonly period: Period;
  readonly hasDate: boolean;
}

/** From when to when, where the command line says so. */
export interface Wanted {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Opens the load over the period that is wanted; that of the simulation when none is. */
export async function costLoad(ready: Ready, wanted: Wanted, options: SimulationOptions): Promise<{ readonly made: CostLoad | null; readonly diagnostics: readonly Diagnostic[] }> {
  const simulation = asMeasured(ready.scenario.simulation ?? defaultSimulation, wanted, options);
  const framed = await timeFrame({ ...ready.scenario, simulation }, { loadBegins: "as-dated", ...options });
  const frame = framed.made;
  if (frame === null) return { made: null, diagnostics: framed.diagnostics };
  const period = { startMs: wanted.fromMs ?? frame.startMs, endMs: wanted.toMs ?? Math.max(frame.startMs, wanted.fromMs ?? 0) + frame.lengthMs };
  if (period.endMs <= period.startMs) {
    return { made: null, diagnostics: [problemIn("out-of-range", "--to", `the period ends at ${new Date(period.endMs).toISOString()}, not after it begins at ${new Date(period.startMs).toISOString()}`, wanted.fromMs === null ? "Say --from as well; without it the period begins when the load or the simulation does." : "Let it end later, or exchange --from and --to; the end is not included.")] };
  }
  const opened = openLoad(ready.scenario, frame, period);
  const diagnostics = [...framed.diagnostics.filter(({ path }) => path !== "simulation.load"), ...opened.diagnostics, ...uncovered(frame, period), ...unpriced(ready.scenario)];
  return { made: { ...opened.load, period, hasDate: frame.hasDate || wanted.fromMs !== null }, diagnostics };
}

/** A trace of its own counts when it is dated, whatever the scenario simulates. */
function asMeasured(simulation: Simulation, { fromMs }: Wanted, { load }: SimulationOptions): Simulation {
  const own = simulation.load.some(({ kind }) => kind === "trace");
  if (load === undefined && !own) return fromMs === null ? simulation : { ...simulation, start: simulation.start ?? new Date(fromMs).toISOString() };
  return load === undefined ? simulation : { ...simulation, start: null, lengthMs: null };
}

function openLoad({ fleet }: Scenario, frame: TimeFrame, period: Period): { readonly load: Pick<CostLoad, "measured" | "applicationUse">; readonly diagnostics: readonly Diagnostic[] } {
  const { processor, startMs } = frame;
  const traces = frame.traces.map((read) => ({ ...read, part: { ...read.part, times: "slots" as const } }));
  const load = frame.simulation.load.map((part) => traces[frame.traces.findIndex((read) => read.part === part)]?.part ?? part);
  const simulation = { ...frame.simulation, load, otherLoad: "none" as const };
  const grid = gridFrom(period.startMs, period.endMs - period.startMs, simulation.stepMs);
  const joined = joinedLoad({ fleet, spares: new Set(), simulation, processor, traces, grid, startMs, seed: simulation.seed, constant: "everything" });
  const known = knownUse(simulation, traces, processor.name);
  const ids = fleet.workloads.map(({ id }) => id);
  return {
    load: {
      measured: { source: joined.load, has: (workload, resource) => known.get(resource)?.has(ids[workload] ?? ("" as never)) ?? false },
      applicationUse: usedByApplications(traces, slotBefore(startMs, simulation.stepMs), period, processor.name),
    },
    diagnostics: joined.diagnostics,
  };
}

/** Of each resource, the workloads whose use of it is told. */
function knownUse({ load }: Simulation, traces: readonly ReadPart[], processor: string): ReadonlyMap<string, ReadonlySet<WorkloadId>> {
  const known = new Map<string, Set<WorkloadId>>();
  const note = (resource: string, workloads: Iterable<WorkloadId>): void => {
    const set = known.get(resource) ?? new Set<WorkloadId>();
    known.set(resource, set);
    for (const workload of workloads) set.add(workload);
  };
  for (const part of load) if (part.kind !== "trace") for (const resource of part.resources ?? [processor]) note(resource, part.workloads);
  for (const { trace } of traces) for (const { name } of trace.resources) note(name, trace.series.map(({ subject }) => subject.workload));
  return known;
}

/** What was measured of the applications inside workloads: processor time in the period. */
function usedByApplications(traces: readonly ReadPart[], slotMs: number, period: Period, processor: string): ApplicationUse {
  const uses = new Map<WorkloadId, Map<ApplicationId, bigint>>();
  for (const read of traces) {
    const r = read.trace.resources.findIndex(({ name }) => name === processor);
    const shiftMs = shiftOf(read, slotMs);
    for (const { subject, times, samples } of read.trace.series) {
      const { application, workload } = subject;
      if (application === null) continue;
      const beginMs = (piece: number): number => shiftMs + (times.kind === "regular" ? times.startMs + piece * times.stepMs : times.atMs[piece] ?? 0);
      let sum = 0n;
      for (let piece = 0; piece < pieceCount(times); piece++) {
        const ms = Math.min(period.endMs, beginMs(piece + 1)) - Math.max(period.startMs, beginMs(piece));
        if (ms > 0) sum += BigInt(samples[r]?.[piece] ?? 0) * BigInt(Math.round(ms));
      }
      const own = uses.get(workload) ?? new Map<ApplicationId, bigint>();
      uses.set(workload, own.set(application, (own.get(application) ?? 0n) + sum));
    }
  }
  return uses;
}

/** Traces that tell nothing about a part of the period: there, what they tell of is taken to use nothing. */
function uncovered({ traces, startMs, simulation }: TimeFrame, period: Period): readonly Diagnostic[] {
  return traces.filter(({ part }) => !part.repeat).flatMap((read) => {
    const shiftMs = shiftOf(read, slotBefore(startMs, simulation.stepMs));
    const missing = Math.max(0, read.startMs + shiftMs - period.startMs) + Math.max(0, period.endMs - read.endMs - shiftMs);
    if (missing <= 0.001 * (period.endMs - period.startMs)) return [];
    return [problemIn("out-of-range", "simulation.load", `${read.part.files.join(", ")} has load from ${words(read.startMs + shiftMs)} to ${words(read.endMs + shiftMs)}, the period is from ${words(period.startMs)} to ${words(period.endMs)}; where it has none, its workloads use nothing and pay for what they reserve`, "Choose a period that the load covers.", "warning")];
  });
}

function words(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** Inventories have no prices, and a fleet may be empty: zeros that look like an answer are told as what they are. */
function unpriced({ fleet: { hosts, sites, licences = [] } }: Scenario): readonly Diagnostic[] {
  if (hosts.length === 0) return [problemIn("out-of-range", "hosts", "the fleet has no host, so nothing costs anything", "Name a file with hosts.", "warning")];
  const isPriced = hosts.some(({ prices }) => Object.values(prices).some((micros) => micros > 0)) || sites.some(({ electricityMicrosPerKWh }) => electricityMicrosPerKWh > 0) || licences.length > 0;
  return isPriced ? [] : [problemIn("missing-key", "hosts", `none of ${hosts.length} has a price, nor its site one of electricity, so everything costs 0`, "Lay a file with prices over it: hosts[].prices, or the change repriceHosts.", "warning")];
}
