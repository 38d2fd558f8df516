import { spanMs, type LoadResource, type LoadSeries, type TraceFormatName } from "../../model/load.ts";
import { standardResourceKinds } from "../../model/resource.ts";
import { durationText } from "../duration.ts";
import type { ScenarioDocument } from "../schema.ts";

/** The hosts that a trace is put on, and where it lies. */
export interface TraceFleetOptions {
  readonly hosts: number;
  readonly processorsPerHost: number;
  /** Speed of a processor: the fleet is then rated in MHz; null: in cores. */
  readonly processorMHz: number | null;
  readonly memoryMiBPerHost: number;
  readonly idleWatts: number;
  readonly peakWatts: number;
  /** As the document will name them. */
  readonly files: readonly string[];
  readonly format: TraceFormatName | null;
  readonly fullMillicores: number;
  readonly name: string;
}

const dayMs = 86_400_000;

type Amounts = Record<string, number>;

const resourceUnits: Readonly<Record<string, string>> = { cpuMHz: "MHz", storageMBps: "MB/s" };

/**
 * A scenario of a trace alone: its workloads on hosts that are all alike, round robin in the order in which the trace
 * names them. Each reserves what the trace says is provisioned, or what it stays under for 95 % of the time, of what
 * the hosts have; of anything else that the trace measures there is always enough.
 */
export function traceScenario(series: readonly LoadSeries[], resources: readonly LoadResource[], options: TraceFleetOptions): ScenarioDocument {
  const processor = options.processorMHz === null ? "cpuMillicores" : "cpuMHz";
  const capacity: Amounts = { [processor]: options.processorsPerHost * (options.processorMHz ?? 1000), memoryMiB: options.memoryMiBPerHost };
  const reservations = new Map<string, Amounts>();
  for (const one of series) {
    const known = reservations.get(one.subject.workload) ?? {};
    resources.forEach(({ name, perUnit }, r) => {
      if (capacity[name] !== undefined) known[name] = (known[name] ?? 0) + Math.ceil(reservedFine(one, r) / perUnit);
    });
    reservations.set(one.subject.workload, known);
  }
  const hostIds = Array.from({ length: options.hosts }, (_, h) => `h${String(h + 1).padStart(String(options.hosts).length, "0")}`);
  const workloads = [...reservations].map(([id, reservation], w) => ({ id, layer: "libvirt", host: hostIds[w % hostIds.length] ?? "", reservation }));
  const standard = new Set<string>(standardResourceKinds.map(({ name }) => name));
  return {
    apiVersion: "stowage/v1",
    name: options.name,
    title: `${workloads.length} workloads of a trace on ${options.hosts} hosts`,
    description: "Made by stowage generate from a trace: workloads are on hosts in turn, in the order of the trace.",
    resources: resources.filter(({ name }) => !standard.has(name)).map(({ name }) => ({ name, unit: resourceUnits[name] ?? "units", whileMoving: "both" })),
    sites: [{ id: "home" }],
    hostTypes: {
      alike: {
        capacity, overcommitPermille: overcommit(workloads, capacity), layers: { libvirt: "10.0.0" }, idlePowerWatts: options.idleWatts, peakPowerWatts: options.peakWatts,
      },
    },
    hosts: hostIds.map((id) => ({ id, site: "home", type: "alike" })),
    workloads,
    simulation: {
      ...stepOf(series),
      load: [{ trace: {
        files: options.files, ...(options.format === null ? {} : { format: options.format }), ...(options.format === "planetlab" ? { fullMillicores: options.fullMillicores } : {}),
        // Pieces of any length lose nothing only when they are replayed as they are.
        times: series.some(({ times }) => times.kind === "stepped") && resources.length === 1 ? "exact" : "slots",
      } }],
    },
  };
}

/** Slots as short as the samples, where they divide the day. */
function stepOf(series: readonly LoadSeries[]): { readonly step?: string } {
  const stepMs = series.reduce((least, { times }) => (times.kind === "regular" ? Math.min(least, times.stepMs) : least), Infinity);
  return stepMs >= 1000 && dayMs % stepMs === 0 ? { step: durationText(stepMs) } : {};
}

/** What is provisioned, else the use that 95 % of the time stays under; fine units. */
function reservedFine({ samples, times, provisioned }: LoadSeries, r: number): number {
  const promised = provisioned[r] ?? -1;
  if (promised >= 0) return promised;
  const own = samples[r] ?? new Int32Array();
  const lengthMs = (piece: number): number => (times.kind === "regular" ? times.stepMs : (times.atMs[piece + 1] ?? 0) - (times.atMs[piece] ?? 0));
  const { startMs, endMs } = spanMs(times);
  const order = Int32Array.from(own, (_, piece) => piece).sort((a, b) => (own[a] ?? 0) - (own[b] ?? 0) || a - b);
  let sumMs = 0;
  for (const piece of order) {
    sumMs += lengthMs(piece);
    if (sumMs * 100 >= (endMs - startMs) * 95) return own[piece] ?? 0;
  }
  return 0;
}

/** What must be promised beyond what is there, so that the placement as it is keeps the capacity of every host. */
function overcommit(workloads: readonly { readonly host: string; readonly reservation: Amounts }[], capacity: Amounts): Amounts {
  const promised = new Map<string, Amounts>();
  for (const { host, reservation } of workloads) {
    const sums = promised.get(host) ?? {};
    for (const name of Object.keys(capacity)) sums[name] = (sums[name] ?? 0) + (reservation[name] ?? 0);
    promised.set(host, sums);
  }
  return Object.fromEntries(Object.entries(capacity).flatMap(([name, amount]) => {
    const most = Math.max(0, ...[...promised.values()].map((sums) => sums[name] ?? 0));
    return most > amount ? [[name, Math.ceil((most * 10) / amount) * 100]] : [];
  }));
}
