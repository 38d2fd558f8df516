import type { Host, Workload } from "../../model/fleet.ts";
import { amountOf } from "../../model/resource.ts";
import { defaultSimulation } from "../../model/simulation.ts";
import { hostLoad, sizeAdvice, statisticsOf, type HostLimits, type HostLoad, type SizeAdvice, type SizeSettings, type UseOverTime, type UseStatistics, type WorkloadUse } from "../../reports/index.ts";
import { mostConstrainedFirst, roomOf, RunwayModel, slopeBetween, usableOf, type Grid, type Runway } from "../../simulator/index.ts";
import { groupsOf } from "../forecast/runways.ts";
import type { Ready } from "../prepare.ts";
import { leastHistoryMs } from "../simulation-runway.ts";
import type { GatheredLoad } from "./gather.ts";

/** Statistics of one thing, by resource. */
export interface SubjectUse {
  readonly name: string;
  /** Workloads that it is the sum of; of these, so many were measured. */
  readonly workloads: number;
  readonly measured: number;
  readonly statistics: ReadonlyMap<string, UseStatistics>;
}

/** When a group of hosts runs out. */
export interface RunwaySummary {
  readonly group: string;
  readonly resource: string;
  readonly usable: number;
  readonly runway: Runway;
}

/** Everything that `stowage report usage` found. */
export interface UsageReport {
  readonly name: string;
  readonly title: string;
  readonly currency: string;
  readonly hasDate: boolean;
  readonly grid: Grid;
  readonly resources: readonly string[];
  readonly unitOf: ReadonlyMap<string, string>;
  readonly workloads: readonly SubjectUse[];
  readonly applications: readonly SubjectUse[];
  readonly services: readonly SubjectUse[];
  readonly hosts: readonly HostLoad[];
  /** Mean use over the whole fleet, by resource. */
  readonly fleet: readonly { readonly resource: string; readonly use: UseOverTime; readonly statistics: UseStatistics | null; readonly capacity: number; readonly reserved: number }[];
  /** Use of the fullest hosts over time, in thousandths of the capacity, for each resource whose use goes up and down. */
  readonly courses: readonly { readonly resource: string; readonly hosts: readonly { readonly host: string; readonly permille: Float64Array }[] }[];
  readonly sizes: readonly SizeAdvice[];
  readonly limits: HostLimits;
  readonly sizeSettings: SizeSettings;
  /** Workloads without load; they count with what is expected of them, or with nothing. */
  readonly unmeasured: readonly string[];
  readonly countsExpected: boolean;
  /** Null when too little was measured to look ahead. */
  readonly runways: readonly RunwaySummary[] | null;
}

export interface UsageJob {
  readonly ready: Ready;
  readonly load: GatheredLoad;
  readonly limits: HostLimits;
  readonly sizes: SizeSettings;
  readonly seed: number;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const coursesMax = 40;
const coursedResourcesMax = 2;
/** Below it there is nothing to see. */
const leastCoursePermille = 100;

/** Statistics of everything, advice, and how long it lasts. */
export function usageReport(job: UsageJob, progress: (stage: string, done: number, total: number) => void): UsageReport {
  const { ready: { scenario, index }, load, limits, sizes } = job;
  const { fleet } = scenario;
  const meter = new Meter(job);
  const workloads = fleet.workloads.filter(({ id }) => load.ofWorkload.has(id)).map((workload, n, all) => {
    if (n % 100 === 0) progress("adding up workloads", n, all.length);
    return meter.subject(workload.id, [workload]);
  });
  const workloadOf = new Map<string, Workload>(fleet.workloads.map((workload) => [workload.id, workload]));
  const applications = fleet.applications.flatMap(({ id }) => meter.application(id));
  const services = fleet.services.map(({ id, applications: own }) => meter.subject(id, fleet.workloads.filter((workload) => workload.applications.some((application) => own.includes(application)))));
  progress("adding up hosts", 0, 1);
  const hosts = index.hosts.map((host) => meter.host(host, limits));
  const uses = workloads.flatMap(({ name, statistics }): readonly WorkloadUse[] => {
    const workload = workloadOf.get(name);
    const told = new Map([...statistics].filter(([resource]) => load.isTold(name, resource)));
    return workload === undefined ? [] : [{ workload, statistics: told, days: meter.daysOf(name) }];
  });
  return {
    name: scenario.name, title: scenario.title, currency: fleet.currency, hasDate: load.hasDate, grid: load.spool.grid(),
    resources: meter.resources, unitOf: new Map([["cpuMHz", "MHz"], ["storageMBps", "MB/s"], ...fleet.resources.map(({ name, unit }) => [name, unit] as const)]),
    workloads, applications, services, hosts, limits, sizeSettings: sizes,
    fleet: meter.resources.map((resource) => ({
      resource, ...meter.whole(fleet.workloads, resource), capacity: fleet.hosts.reduce((sum, { capacity }) => sum + amountOf(capacity, resource), 0),
      reserved: fleet.workloads.reduce((sum, { reservation }) => sum + amountOf(reservation, resource), 0),
    })),
    courses: meter.courses(hosts), sizes: sizeAdvice(uses, sizes), unmeasured: fleet.workloads.filter(({ id }) => !load.ofWorkload.has(id)).map(({ id }) => id),
    countsExpected: meter.countsExpected, runways: meter.runways(),
  };
}

/** Adds up the use of workloads, and says what is to be said about it. */
class Meter {
  readonly resources: readonly string[];
  readonly countsExpected: boolean;
  readonly #job: UsageJob;

  constructor(job: UsageJob) {
    this.#job = job;
    this.resources = job.load.spool.resources.map(({ name }) => name);
    this.countsExpected = (job.ready.scenario.simulation ?? defaultSimulation).otherLoad === "expected-use";
  }

  /** Use of some workloads together; those of which nothing is known count with what is expected of them. */
  use(workloads: readonly Workload[], resource: string): UseOverTime {
    const { load: { spool, ofWorkload } } = this.#job;
    const unknown = this.countsExpected ? workloads.filter(({ id, desired }) => !ofWorkload.has(id) && desired === "running") : [];
    const amount = unknown.reduce((sum, { expectedUse }) => sum + amountOf(expectedUse, resource), 0);
    return spool.use(workloads.flatMap(({ id }) => ofWorkload.get(id) ?? []), this.resources.indexOf(resource), amount);
  }

  whole(workloads: readonly Workload[], resource: string): { readonly use: UseOverTime; readonly statistics: UseStatistics | null } {
    const use = this.use(workloads, resource);
    return { use, statistics: statisticsOf(use, trendOf(use)) };
  }

  subject(name: string, workloads: readonly Workload[]): SubjectUse {
    const { load: { ofWorkload } } = this.#job;
    return {
      name, workloads: workloads.length, measured: workloads.filter(({ id }) => ofWorkload.has(id)).length,
      statistics: this.#statistics((resource) => this.use(workloads, resource)),
    };
  }

  /** An application where it was measured itself, else the workloads in which it is alone; nothing where there is neither. */
  application(id: string): readonly SubjectUse[] {
    const { load: { spool, ofApplication }, ready: { scenario: { fleet } } } = this.#job;
    const own = ofApplication.get(id);
    const inside = fleet.workloads.filter(({ applications }) => applications.some((application) => application === id));
    if (own !== undefined) return [{ name: id, workloads: inside.length, measured: own.length, statistics: this.#statistics((resource) => spool.use(own, this.resources.indexOf(resource))) }];
    const alone = inside.filter(({ applications }) => applications.length === 1);
    return alone.length === 0 ? [] : [this.subject(id, alone)];
  }

  host(host: Host, limits: HostLimits): HostLoad {
    const { load: { ofHost }, ready: { index } } = this.#job;
    const workloads = index.workloads.filter((workload) => workload.host === host.id);
    return hostLoad(host, workloads.length, this.#statistics((resource) => this.#useOfHost(host.id, resource)), ofHost.has(host.id), limits);
  }

  #useOfHost(id: string, resource: string): UseOverTime {
    const { load: { spool, ofHost, hostResources }, ready: { index } } = this.#job;
    const own = ofHost.get(id);
    return own === undefined || !hostResources.has(resource) ? this.use(index.workloads.filter(({ host }) => host === id), resource) : spool.use(own, this.resources.indexOf(resource));
  }

  #statistics(useOf: (resource: string) => UseOverTime): ReadonlyMap<string, UseStatistics> {
    return new Map(this.resources.flatMap((resource) => {
      const use = useOf(resource);
      const statistics = statisticsOf(use, trendOf(use));
      return statistics === null ? [] : [[resource, statistics] as const];
    }));
  }

  /** Days from the first to the last slot of a workload that was measured. */
  daysOf(workload: string): number {
    const { load: { spool, ofWorkload } } = this.#job;
    const { values } = spool.use(ofWorkload.get(workload) ?? [], 0);
    const first = values.findIndex((value) => !Number.isNaN(value));
    return first < 0 ? 0 : ((values.findLastIndex((value) => !Number.isNaN(value)) + 1 - first) * spool.stepMs) / dayMs;
  }

  /** Of each resource that goes up and down, the hosts over time that are fullest of it. */
  courses(hosts: readonly HostLoad[]): UsageReport["courses"] {
    return this.resources.flatMap((resource) => {
      const own = hosts.flatMap(({ host: { id }, resources }) => resources.filter((each) => each.resource === resource).map((of) => ({ id, of })));
      if (!own.some(({ of: { statistics, peakPermille } }) => varies(statistics) && peakPermille >= leastCoursePermille)) return [];
      const shown = own.toSorted((a, b) => b.of.p95Permille - a.of.p95Permille).slice(0, coursesMax);
      return [{ resource, hosts: shown.map(({ id, of }) => ({ host: id, permille: this.#useOfHost(id, resource).values.map((value) => (1000 * value) / of.capacity) })) }];
    }).slice(0, coursedResourcesMax);
  }

  /** When groups of hosts run out, most constrained first. */
  runways(): readonly RunwaySummary[] | null {
    const { ready: { index, scenario }, load: { spool }, seed } = this.#job;
    const grid = spool.grid();
    if (grid.slots * grid.stepMs < leastHistoryMs) return null;
    const settings = (scenario.simulation ?? defaultSimulation).forecast;
    return groupsOf(index, settings).flatMap((group) => {
      const inside = new Set<string>(group.hosts);
      const hosts = index.hosts.filter(({ id }) => inside.has(id));
      const workloads = index.workloads.filter(({ host }) => host !== null && inside.has(host));
      return this.resources.flatMap((resource): readonly RunwaySummary[] => {
        const room = roomOf(hosts, resource, settings);
        if (room === null) return [];
        const usable = usableOf(room);
        return [{ group: group.name, resource, usable, runway: new RunwayModel({ name: group.name, resource, history: this.use(workloads, resource) }, { seed }).against(usable) }];
      });
    }).sort((a, b) => mostConstrainedFirst(a.runway, b.runway));
  }
}

/** Use that is always the same was expected, not measured, or tells nothing over time. */
export function varies({ p50, peak, mean }: UseStatistics): boolean {
  return peak > p50 || peak > mean * (1 + 1e-9);
}

/** The trend of a use, of its means by the hour; null where less than a week was measured. */
function trendOf(use: UseOverTime): number | null {
  const hourly = byTheHour(use);
  const first = hourly.values.findIndex((value) => !Number.isNaN(value));
  const last = hourly.values.findLastIndex((value) => !Number.isNaN(value)) + 1;
  const perDay = dayMs / hourly.stepMs;
  if (first < 0 || last - first < 7 * perDay) return null;
  return slopeBetween(hourly, first, last) * perDay;
}

/** Means by the hour of what was measured in it; longer slots stay as they are. */
function byTheHour({ startMs, stepMs, values }: UseOverTime): UseOverTime {
  const each = Math.max(1, Math.round(hourMs / stepMs));
  if (each === 1) return { startMs, stepMs, values };
  const hours = new Float64Array(Math.ceil(values.length / each)).fill(Number.NaN);
  for (let hour = 0; hour < hours.length; hour++) {
    let [sum, count] = [0, 0];
    for (let slot = hour * each; slot < Math.min(values.length, (hour + 1) * each); slot++) {
      const value = values[slot] as number;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    if (count > 0) hours[hour] = sum / count;
  }
  return { startMs, stepMs: stepMs * each, values: hours };
}
