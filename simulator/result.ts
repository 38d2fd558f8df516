import type { HostId, ServiceId, SiteId, WorkloadId } from "../model/ids.ts";
import { microjoulesPerKWh, sumOfBill, type HostBill } from "./bill.ts";
import type { ActionRecord } from "./execution.ts";
import type { Engine } from "./engine.ts";
import { roundedQuotient } from "./exact-totals.ts";
import type { LinkRecord } from "./flows.ts";
import { useClasses } from "./meters.ts";
import type { Breach } from "./rule-watch.ts";
import type { ScalingRecord } from "./scaling.ts";
import { instancesByApplication, type ServiceRecord } from "./services.ts";
import type { TaskRecord } from "./task.ts";
import type { Happening, TimedHappening } from "./timeline.ts";
import type { HostState } from "./world.ts";

/** How much of a resource was asked for, got and not got, in unit-hours of the fleet's unit; peaks in the unit. */
export interface ResourceUse {
  readonly resource: string;
  readonly unit: string;
  /** What workloads can share; null where the host does not say. */
  readonly capacity: number | null;
  readonly demandHours: number;
  readonly grantedHours: number;
  readonly stolenHours: number;
  readonly demandPeak: number;
  readonly grantedPeak: number;
  /** At most this was granted while plans were carried out; null when there was none. */
  readonly duringPlans: number | null;
}

export interface HostResult {
  readonly host: HostId;
  readonly site: SiteId;
  readonly stateMs: Readonly<Record<HostState, number>>;
  readonly uses: readonly ResourceUse[];
  /** The integral of granted / capacity of the processors, and of (demand - granted) / capacity. */
  readonly activeMs: number;
  readonly stealMs: number;
  /** Share of the time, per thousand of the use, below which half, nine tenths and 99 hundredths of the time lie. */
  readonly usePermille: { readonly p50: number; readonly p90: number; readonly p99: number };
  readonly microjoules: bigint;
  readonly carbonMilligrams: bigint;
  readonly bill: HostBill;
  /** Reservations at most while plans were carried out, by resource of the fleet. */
  readonly promisedDuringPlans: Readonly<Record<string, number>>;
}

export interface WorkloadResult {
  readonly workload: WorkloadId;
  readonly servedMs: number;
  /** What it asked for while it served, what of that it did not get, and what was lost while it should have served. */
  readonly uses: readonly { readonly resource: string; readonly demandHours: number; readonly stolenHours: number; readonly lostHours: number }[];
  readonly reservedMicros: bigint;
  /** Null where none are taken. Undone is what processors had given and a failure took, in unit-hours. */
  readonly checkpoints: { readonly saved: number; readonly restarts: number; readonly undoneHours: number } | null;
}

export interface ServiceResult extends ServiceRecord {
  readonly service: ServiceId;
  readonly availabilityPpm: number;
  /** What was lost of the work of its workloads, in unit-hours by resource. */
  readonly lostHours: Readonly<Record<string, number>>;
  /** Work of its workloads that a failure took since their last checkpoints; null where none are taken. */
  readonly undoneHours: number | null;
}

/** Charts: for each host one number a column. */
export interface Charts {
  readonly columnMs: number;
  readonly columns: number;
  /** Mean and highest use of the processors, per thousand of the capacity; by host, then column. */
  readonly useMeanPermille: Float64Array;
  readonly usePeakPermille: Float64Array;
  readonly watts: Float64Array;
}

export interface SimulationResult {
  readonly lengthMs: number;
  readonly hosts: readonly HostResult[];
  readonly workloads: readonly WorkloadResult[];
  readonly services: readonly ServiceResult[];
  readonly scaling: readonly ScalingRecord[];
  readonly tasks: readonly TaskRecord[];
  readonly actions: readonly ActionRecord[];
  /** How long plans were under way in all, and whether each action succeeded. */
  readonly plansMs: number;
  readonly links: readonly LinkRecord[];
  readonly breaches: readonly Breach[];
  readonly breachCount: number;
  readonly failures: number;
  readonly happenings: readonly TimedHappening[];
  readonly happeningCounts: Readonly<Partial<Record<Happening["kind"], number>>>;
  readonly charts: Charts;
  readonly totals: {
    readonly microjoules: bigint;
    readonly carbonMilligrams: bigint;
    readonly micros: bigint;
    readonly transferMicros: bigint;
  };
}

const hourMs = 3_600_000;
const hostStates: readonly HostState[] = ["off", "booting", "on", "stopping", "maintenance", "failed"];

/** Reads the meters of a simulation that has run. */
export function resultOf(engine: Engine): SimulationResult {
  const { core, tasks, rules, recovery, flows, peaks } = engine;
  const hosts = core.index.hosts.map((_, h) => hostResult(engine, h));
  const instances = instancesByApplication(core.index);
  const sum = (of: (host: HostResult) => bigint): bigint => hosts.reduce((total, host) => total + of(host), 0n);
  const transferMicros = BigInt(core.bill.transferMicros);
  return {
    lengthMs: core.nowMs, hosts,
    workloads: core.index.workloads.map((_, w) => workloadResult(engine, w)),
    services: core.index.fleet.services.map((_, service) => serviceResult(engine, service, instances)),
    scaling: engine.scaling.records(),
    tasks: Array.from({ length: tasks.count }, (_, n) => tasks.record(n)),
    actions: engine.actionRecords(),
    plansMs: peaks.underWayMs,
    links: flows.records(),
    breaches: rules.breaches(), breachCount: rules.count, failures: recovery.failures,
    happenings: core.timeline.happenings, happeningCounts: Object.fromEntries(core.timeline.counts),
    charts: chartsOf(engine),
    totals: {
      microjoules: sum(({ microjoules }) => microjoules), carbonMilligrams: sum(({ carbonMilligrams }) => carbonMilligrams), transferMicros,
      micros: sum(({ bill }) => sumOfBill(bill)) + transferMicros,
    },
  };
}

function hostResult({ core, peaks }: Engine, h: number): HostResult {
  const { meters, window, index } = core;
  const host = index.hosts[h];
  if (host === undefined) throw new RangeError(`the fleet has no host ${h}`);
  const uses = window.resources.map((resource, r): ResourceUse => {
    const capacity = meters.capacity[r]?.[h] ?? 0;
    const [demand, stolen] = [meters.demand[r]?.number(h) ?? 0, meters.stolen[r]?.number(h) ?? 0];
    const amount = (fine: number): number => fine / resource.perUnit;
    const during = peaks.load?.granted[r]?.[h];
    return {
      resource: resource.name, unit: resource.name, capacity: capacity === Number.MAX_SAFE_INTEGER ? null : amount(capacity),
      demandHours: amount(demand) / hourMs, grantedHours: amount(demand - stolen) / hourMs, stolenHours: amount(stolen) / hourMs,
      demandPeak: amount(meters.demandPeak[r]?.[h] ?? 0), grantedPeak: amount(meters.grantedPeak[r]?.[h] ?? 0),
      duringPlans: during === undefined ? null : amount(during),
    };
  });
  const capacity = meters.capacity[meters.processor]?.[h] ?? 0;
  const of = (total: number): number => (capacity > 0 ? total / capacity : 0);
  const [demand, stolen] = [meters.demand[meters.processor]?.number(h) ?? 0, meters.stolen[meters.processor]?.number(h) ?? 0];
  const microjoules = meters.energy.exact(h);
  return {
    host: host.id, site: host.site, uses,
    stateMs: Object.fromEntries(hostStates.map((state) => [state, core.hostMs(h, state)])) as Record<HostState, number>,
    activeMs: of(demand - stolen), stealMs: of(stolen), usePermille: quantiles(meters.classes.subarray(h * useClasses, (h + 1) * useClasses), Math.floor(1000 * of(meters.grantedPeak[meters.processor]?.[h] ?? 0))),
    microjoules, carbonMilligrams: roundedQuotient(meters.carbon.exact(h), microjoulesPerKWh), bill: core.bill.ofHost(h, microjoules, grantedBits(core, h)),
    promisedDuringPlans: Object.fromEntries(index.resourceNames.map((name, r) => [name, peaks.promised[r]?.[h] ?? 0])),
  };
}

/** What workloads were granted of the network at a host. */
function grantedBits({ meters, window }: Engine["core"], h: number): bigint {
  const r = window.resources.findIndex(({ name }) => name === "networkMbps");
  return r < 0 ? 0n : (meters.demand[r]?.exact(h) ?? 0n) - (meters.stolen[r]?.exact(h) ?? 0n);
}

function hours(fine: bigint, perUnit: number): number {
  return Number(fine) / perUnit / hourMs;
}

/** Upper ends of the classes of use in which so much of the time ends, none above the peak. */
function quantiles(classes: Float64Array, peak: number): HostResult["usePermille"] {
  const total = classes.reduce((sum, ms) => sum + ms, 0);
  const at = (permille: number): number => {
    let sum = 0;
    for (let place = 0; place < classes.length; place++) {
      sum += classes[place] as number;
      if (total > 0 && sum * 1000 >= total * permille) return Math.min(1000, peak, 10 * (place + 1));
    }
    return 0;
  };
  return { p50: at(500), p90: at(900), p99: at(990) };
}

function workloadResult({ core, checkpoints }: Engine, w: number): WorkloadResult {
  const workload = core.index.workloads[w];
  const record = checkpoints.record(w);
  if (workload === undefined) throw new RangeError(`the fleet has no workload ${w}`);
  return {
    workload: workload.id, servedMs: core.servedMs(w), reservedMicros: core.bill.ofWorkload(w),
    checkpoints: record === null ? null : { saved: record.saved, restarts: record.restarts, undoneHours: hours(record.undone, core.window.resources[core.meters.processor]?.perUnit ?? 1) },
    uses: core.window.resources.map(({ name, perUnit }, r) => {
      const { demand, stolen } = core.meters.ofRow(r, w);
      return { resource: name, demandHours: hours(demand, perUnit), stolenHours: hours(stolen, perUnit), lostHours: hours(core.lost[r]?.exact(w) ?? 0n, perUnit) };
    }),
  };
}

function serviceResult({ core, checkpoints }: Engine, service: number, instances: ReadonlyMap<string, readonly number[]>): ServiceResult {
  const { index } = core;
  const found = index.fleet.services[service];
  if (found === undefined) throw new RangeError(`the fleet has no service ${service}`);
  const record = core.services.record(service, core.nowMs);
  const members = [...new Set(found.applications.flatMap((id) => instances.get(id) ?? []))];
  const undone = members.flatMap((w) => checkpoints.record(w)?.undone ?? []);
  const upMs = record.operationalMs + record.degradedMs;
  return {
    ...record, service: found.id, availabilityPpm: core.nowMs === 0 ? 1_000_000 : Math.floor((1_000_000 * upMs) / core.nowMs),
    undoneHours: undone.length === 0 ? null : hours(undone.reduce((sum, each) => sum + each, 0n), core.window.resources[core.meters.processor]?.perUnit ?? 1),
    lostHours: Object.fromEntries(core.window.resources.map(({ name, perUnit }, r): [string, number] =>
      [name, members.reduce((sum, w) => sum + (core.lost[r]?.number(w) ?? 0), 0) / perUnit / hourMs])),
  };
}

function chartsOf({ core: { meters, index, nowMs } }: Engine): Charts {
  const { columnMs, columns } = meters.options;
  const capacity = (place: number): number => meters.capacity[meters.processor]?.[Math.floor(place / columns)] ?? 0;
  const permille = (place: number, amount: number): number => (capacity(place) > 0 ? (1000 * amount) / capacity(place) : 0);
  // The last column may be cut short by the end, and those behind it are empty.
  const lasted = Float64Array.from({ length: columns }, (_, column) => Math.max(0, Math.min(columnMs, nowMs - column * columnMs)));
  const mean = (sum: number, place: number): number => (sum === 0 ? 0 : sum / (lasted[place % columns] as number));
  return {
    columnMs, columns,
    useMeanPermille: meters.use.sums.map((sum, place) => permille(place, mean(sum, place))),
    usePeakPermille: meters.use.peaks.map((peak, place) => permille(place, peak)),
    watts: new Float64Array(index.hosts.length * columns).map((_, place) => mean(meters.energyColumns[place] as number, place) / 1000),
  };
}
