import { defaultSimulation, type Distribution, type FailureProcess, type FailureScope, type LoadGrowth, type LoadPart, type Moment, type PlannedTask, type Purchase, type Simulation } from "../model/simulation.ts";
import { durationText } from "./duration.ts";
import type { HostTypeDocument } from "./fields/fleet.ts";
import type { SimulationDocument } from "./fields/simulation.ts";

type ListOf<Key extends keyof SimulationDocument> = NonNullable<SimulationDocument[Key]>;
type BreakdownDocument = ListOf<"breakdowns">[number];
type DistributionDocument = Extract<BreakdownDocument, { readonly lifetime: unknown }>["lifetime"];

/** What is said about time as a document, written in full: loading it again gives the same. */
export function simulationDocument(simulation: Simulation = defaultSimulation): SimulationDocument {
  const { start, lengthMs, resources, recovery, scaling, moves } = simulation;
  return {
    ...(start === null ? {} : { start }), ...(lengthMs === null ? {} : { length: durationText(lengthMs) }), ...(resources === null ? {} : { resources }),
    step: durationText(simulation.stepMs), seed: simulation.seed, load: simulation.load.map(loadDocument), otherLoad: simulation.otherLoad,
    plan: simulation.plan === null ? null : { ...simulation.plan, at: momentText(simulation.plan.at) },
    failures: simulation.failures.map(({ at, repairMs, scope }) => ({ at: momentText(at), repair: durationText(repairMs), ...scopeDocument(scope) })),
    breakdowns: simulation.breakdowns.map(breakdownDocument),
    recovery: { detect: durationText(recovery.detectMs), decide: durationText(recovery.decideMs), mode: recovery.mode, iterations: recovery.iterations, setAside: recovery.setAside, planUnderWay: recovery.planUnderWay },
    scaling: { watch: durationText(scaling.watchMs), sustain: durationText(scaling.sustainMs), releasePermille: scaling.releasePermille, release: durationText(scaling.releaseMs) },
    moves: { pause: durationText(moves.pauseMs), roundsMax: moves.roundsMax, longestPause: durationText(moves.longestPauseMs), processorMillicores: moves.processorMillicores },
    sharing: simulation.sharing, failedHostsDrawPower: simulation.failedHostsDrawPower,
    power: simulation.power.map(({ hosts, model }) => (model.kind === "table" ? { hosts, points: model.points } : {
      hosts, curve: model.kind, ...(model.idleMilliwatts === null ? {} : { idleMilliwatts: model.idleMilliwatts }), ...(model.peakMilliwatts === null ? {} : { peakMilliwatts: model.peakMilliwatts }),
    })),
    carbon: simulation.carbon.map((series) => ({ ...series, from: momentText(series.from) })),
    tasks: simulation.tasks.map(taskDocument),
    checkpoints: simulation.checkpoints.map(({ workloads, intervalMs, durationMs, demand }) => ({ workloads, interval: durationText(intervalMs), duration: durationText(durationMs), demand })), processors: simulation.processors, untilTasksAreDone: simulation.untilTasksAreDone,
    chartColumns: simulation.chartColumns, happeningsMax: simulation.happeningsMax, forecast: forecastDocument(simulation.forecast),
  };
}

/** The hosts that may be bought, as host types of their own: a document has no other place for them. */
export function purchaseTypes({ forecast }: Simulation = defaultSimulation): Readonly<Record<string, HostTypeDocument>> {
  return Object.fromEntries(forecast.purchases.map(({ name, host: { id: _id, site: _site, ...pattern } }) => [typeName(name), pattern]));
}

function typeName(purchase: string): string {
  return `purchase ${purchase}`;
}

function momentText(moment: Moment): string {
  return moment.kind === "after" ? durationText(moment.ms) : moment.utc;
}

function resourcesIn(resources: readonly string[] | null): { readonly resources?: readonly string[] } {
  return resources === null ? {} : { resources };
}

function growthIn(growth: LoadGrowth | null): { readonly growth?: { readonly kind: LoadGrowth["kind"]; readonly permillePerMonth: number; readonly from: string } } {
  return growth === null ? {} : { growth: { ...growth, from: momentText(growth.from) } };
}

function loadDocument(part: LoadPart): ListOf<"load">[number] {
  switch (part.kind) {
    case "usual": return { usual: { workloads: part.workloads, usePermille: part.usePermille, ...resourcesIn(part.resources) } };
    case "synthetic": {
      const { kind: _, resources, growth, ...rest } = part;
      return { synthetic: { ...rest, ...resourcesIn(resources), ...growthIn(growth) } };
    }
    case "trace": {
      const { kind: _, format, stepMs, loadOf, growth, ...rest } = part;
      return { trace: { ...rest, ...(format === null ? {} : { format }), ...(stepMs === null ? {} : { step: durationText(stepMs) }), ...(loadOf === null ? {} : { loadOf }), ...growthIn(growth) } };
    }
  }
}

function scopeDocument(scope: FailureScope): { readonly host: string } | { readonly domain: Readonly<Record<string, string>> } | { readonly link: readonly string[] } {
  switch (scope.kind) {
    case "host": return { host: scope.host };
    case "domain": return { domain: { [scope.key]: scope.value } };
    case "link": return { link: [scope.a, scope.b] };
  }
}

function breakdownDocument(process: FailureProcess): BreakdownDocument {
  const about = { ...process.hosts === "all" ? {} : { hosts: process.hosts }, ...process.together === undefined ? {} : { together: process.together } };
  if (process.kind === "drawn") return { ...about, lifetime: drawnDocument(process.lifetime), repair: drawnDocument(process.repair) };
  return { ...about, repeat: process.repeat, turns: process.turns.map(({ afterMs, repairMs }) => ({ after: durationText(afterMs), repair: durationText(repairMs) })) };
}

function drawnDocument(drawn: Distribution): DistributionDocument {
  switch (drawn.kind) {
    case "fixed": return { fixed: durationText(drawn.ms) };
    case "exponential": return { exponential: { mean: durationText(drawn.meanMs) } };
    case "weibull": return { weibull: { shapePermille: Math.round(1000 * drawn.shape), scale: durationText(drawn.scaleMs) } };
    case "log-normal": return { logNormal: { median: durationText(drawn.medianMs), sigmaPermille: Math.round(1000 * drawn.sigma) } };
  }
}

function taskDocument({ id, place, at, processors, measure, stages, checkpoints }: PlannedTask): ListOf<"tasks">[number] {
  return {
    id, ...(place.kind === "host" ? { host: place.host } : { workload: place.workload }), at: momentText(at), processors, measure,
    stages: stages.map(({ durationMs, demand }) => ({ duration: durationText(durationMs), demand })),
    ...(checkpoints === null ? {} : { checkpoints: {
      interval: durationText(checkpoints.intervalMs), duration: durationText(checkpoints.durationMs), demand: checkpoints.demand, intervalPermille: checkpoints.intervalPermille,
    } }),
  };
}

function forecastDocument({ historyMs, horizonMs, stepMs, heldMs, resources, failoverReserve, purchases, ...rest }: Simulation["forecast"]): ListOf<"forecast"> {
  return {
    ...rest, history: durationText(historyMs), horizon: durationText(horizonMs), step: durationText(stepMs), ...(heldMs === null ? {} : { held: durationText(heldMs) }), ...(resources === null ? {} : { resources }),
    failoverReserve: failoverReserve.kind === "largest-domain" ? { largestDomain: failoverReserve.key } : failoverReserve.kind,
    purchases: purchases.map(({ name, host, microsPerMonth, max }: Purchase) => ({ name, type: typeName(name), site: host.site, max, ...(microsPerMonth === null ? {} : { microsPerMonth }) })),
  };
}
