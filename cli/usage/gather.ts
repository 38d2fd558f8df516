import type { Diagnostic } from "../../model/diagnostic.ts";
import { loadResources, type LoadResource, type LoadSeries, type TraceFormatName } from "../../model/load.ts";
import { defaultSimulation } from "../../model/simulation.ts";
import { readTrace, type ReadTraceOptions } from "../../scenarios/traces/index.ts";
import { hasErrors, type Ready } from "../prepare.ts";
import { historyOf, type SimulationOptions } from "../simulation-input.ts";
import { isDated, processorIn } from "../simulation-load.ts";
import { problemIn } from "../simulation-problem.ts";
import { UsageSpool } from "./spool.ts";

/** Load of a fleet, on slots in a scratch file: the numbers of the series of each workload, and of each host that was measured itself. */
export interface GatheredLoad {
  readonly spool: UsageSpool;
  readonly ofWorkload: ReadonlyMap<string, readonly number[]>;
  /** Applications that were measured inside their workloads. */
  readonly ofApplication: ReadonlyMap<string, readonly number[]>;
  readonly ofHost: ReadonlyMap<string, readonly number[]>;
  /** What they were measured of; of other resources their workloads are added up. */
  readonly hostResources: ReadonlySet<string>;
  readonly hasDate: boolean;
  /** Is this use of a workload what load says, and not what the scenario expects? */
  isTold(workload: string, resource: string): boolean;
}

export interface LoadFiles {
  readonly load: readonly string[] | undefined;
  readonly loadFormat: TraceFormatName | undefined;
  readonly hostLoad: readonly string[] | undefined;
  readonly simulation: SimulationOptions;
}

interface Gathering {
  readonly spool: UsageSpool;
  readonly ofWorkload: Map<string, number[]>;
  readonly ofApplication: Map<string, number[]>;
  readonly ofHost: Map<string, number[]>;
  readonly hostResources: Set<string>;
  /** Of each workload, the resources that load of the scenario's own tells of; nothing where a trace tells of all. */
  readonly told: Map<string, Set<string>>;
}

/** Reads all load once, file by file; null when there is none that can be used. The caller removes the spool. */
export async function gatherLoad(ready: Ready, files: LoadFiles, spool: UsageSpool): Promise<{ readonly load: GatheredLoad | null; readonly diagnostics: readonly Diagnostic[] }> {
  const into: Gathering = { spool, ofWorkload: new Map(), ofApplication: new Map(), ofHost: new Map(), hostResources: new Set(), told: new Map() };
  const diagnostics = [
    ...files.load === undefined ? await gatherOwn(ready, files.simulation, into) : await gatherTraces(ready, files.load, files.loadFormat, into),
    ...files.hostLoad === undefined ? [] : await gatherHosts(ready, files.hostLoad, into),
  ];
  if (into.ofWorkload.size === 0 && !hasErrors(diagnostics)) {
    diagnostics.push(problemIn("missing-key", "simulation.load", "there is no load of any workload to report on", "Name a trace with --load, or say under simulation.load what workloads use."));
  }
  if (hasErrors(diagnostics)) return { load: null, diagnostics };
  return { load: { ...into, hasDate: isDated(spool.grid().startMs), isTold: (workload, resource) => files.load !== undefined || (into.told.get(workload)?.has(resource) ?? false) }, diagnostics };
}

/** The load of the scenario's own section, made up or measured, as forecasts see it. */
async function gatherOwn(ready: Ready, options: SimulationOptions, into: Gathering): Promise<readonly Diagnostic[]> {
  const { made, diagnostics } = await historyOf(ready, options);
  if (made === null) return diagnostics;
  const tell = (workload: string, resources: readonly string[]): void => void into.told.set(workload, new Set([...into.told.get(workload) ?? [], ...resources]));
  for (const part of made.simulation.load) if (part.kind !== "trace") for (const workload of part.workloads) tell(workload, part.resources ?? [made.processor.name]);
  for (const { trace } of made.traces) for (const { subject } of trace.series) tell(subject.workload, trace.resources.map(({ name }) => name));
  for (const series of made.history.series) {
    if (into.told.has(series.subject.workload)) note(into.ofWorkload, series.subject.workload, into.spool.add(series, made.history.resources));
  }
  return diagnostics;
}

async function gatherTraces(ready: Ready, paths: readonly string[], format: TraceFormatName | undefined, into: Gathering): Promise<Diagnostic[]> {
  const known = new Set<string>(ready.scenario.fleet.workloads.map(({ id }) => id));
  const strange: string[] = [];
  const { diagnostics } = await readTrace(paths, {
    ...optionsFor(ready), ...format === undefined ? {} : { format },
    each: (series, resources) => {
      if (!known.has(series.subject.workload)) strange.push(series.subject.workload);
      else keep(series, resources, into);
    },
  });
  const all = [...diagnostics];
  if (strange.length > 0) {
    all.push(problemIn("unknown-reference", "--load", `the load of ${strange.length} workloads of the trace is left out, since the fleet does not have them: ${strange.slice(0, 5).join(", ")}`,
      "Name workloads as the fleet does.", into.ofWorkload.size > 0 ? "warning" : "error"));
  }
  return all;
}

function keep(series: LoadSeries, resources: readonly LoadResource[], { spool, ofWorkload, ofApplication }: Gathering): void {
  const row = spool.add(series, resources);
  note(ofWorkload, series.subject.workload, row);
  if (series.subject.application !== null) note(ofApplication, series.subject.application, row);
}

/** What was measured of hosts themselves: their names stand where those of workloads do. */
async function gatherHosts(ready: Ready, paths: readonly string[], into: Gathering): Promise<readonly Diagnostic[]> {
  const known = new Set<string>(ready.scenario.fleet.hosts.map(({ id }) => id));
  const of = into.spool.resources.map(({ name }) => name);
  const strange: string[] = [];
  const { diagnostics } = await readTrace(paths, {
    ...optionsFor(ready),
    each: (series, resources) => {
      if (!known.has(series.subject.workload)) {
        strange.push(series.subject.workload);
        return;
      }
      // The same resources in the same order as the workloads'.
      for (const { name } of resources) into.hostResources.add(name);
      const samples = of.map((name) => series.samples[resources.findIndex((resource) => resource.name === name)] ?? new Int32Array(series.samples[0]?.length ?? 0));
      note(into.ofHost, series.subject.workload, into.spool.add({ ...series, samples }, into.spool.resources));
    },
  });
  return strange.length === 0 ? diagnostics : [...diagnostics, problemIn("unknown-reference", "--host-load", `the fleet does not have the hosts ${strange.slice(0, 5).join(", ")}`, "Name hosts as the fleet does.", "warning")];
}

function optionsFor({ scenario: { fleet } }: Ready): ReadTraceOptions {
  const processor = processorIn(fleet);
  return {
    cpu: processor?.name === "cpuMHz" ? "cpuMHz" : "cpuMillicores",
    resources: fleet.resources.filter(({ name }) => !Object.hasOwn(loadResources, name)).map(({ name }) => ({ name, perUnit: 1 })),
  };
}

function note(numbers: Map<string, number[]>, name: string, row: number): void {
  const known = numbers.get(name);
  if (known === undefined) numbers.set(name, [row]);
  else known.push(row);
}

/** Slots of a report: those of the forecast where the load is the scenario's own, else those of the simulation. */
export function slotMsOf({ scenario }: Ready, isOwn: boolean): number {
  const simulation = scenario.simulation ?? defaultSimulation;
  return isOwn ? simulation.forecast.stepMs : simulation.stepMs;
}
