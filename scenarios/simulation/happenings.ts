import { domainOf } from "../../model/fleet.ts";
import type { HostId, SiteId, WorkloadId } from "../../model/ids.ts";
import type { CheckpointPlan, Distribution, FailureProcess, FailureScope, PlannedFailure, PlannedTask } from "../../model/simulation.ts";
import { didYouMean } from "../../policies/index.ts";
import { durationOf } from "../duration.ts";
import { failureTable, type SimulationDocument } from "../fields/simulation.ts";
import { shown } from "../problem.ts";
import { items, momentOf, type Given, type Parts } from "./parts.ts";

type FailureDocument = Exclude<NonNullable<SimulationDocument["failures"]>[number], { readonly file: string }>;
type BreakdownDocument = NonNullable<SimulationDocument["breakdowns"]>[number];
type DistributionDocument = Extract<BreakdownDocument, { readonly lifetime: unknown }>["lifetime"];
type TaskDocument = NonNullable<SimulationDocument["tasks"]>[number];

/** Failures that are known beforehand. */
export function failuresOf(parts: Parts): readonly PlannedFailure[] {
  const written = items(parts.last("failures")).flatMap((given): readonly Given<FailureDocument>[] => {
    const { value } = given;
    return "file" in value ? items(parts.rows({ ...given, value }, "failures", failureTable)) : [{ ...given, value }];
  });
  return written.map((given) => ({
    at: momentOf(given.value.at, given, "at"), repairMs: longEnough(given.value.repair, given, "repair"), scope: scopeOf(given, parts),
  }));
}

function scopeOf(given: Given<FailureDocument>, { draft }: Parts): FailureScope {
  const { value, at, check } = given;
  if ("host" in value) {
    check.exists("host", value.host, draft.hosts, [...at, "host"]);
    return { kind: "host", host: value.host as HostId };
  }
  if ("link" in value) {
    const [a = "", b = ""] = value.link;
    const known = draft.links.some((link) => (link.a === a && link.b === b) || (link.a === b && link.b === a));
    if (!known) check.problem("unknown-reference", [...at, "link"], () => ({ message: `${check.subject([...at, "link"])} names no link between ${shown(a)} and ${shown(b)}.`, advice: "Declare it under links." }));
    return { kind: "link", a: a as SiteId, b: b as SiteId };
  }
  const [key = "", domain = ""] = Object.entries(value.domain)[0] ?? [];
  const values = new Set([...draft.hosts.values()].flatMap((host) => domainOf(host, key) ?? []));
  if (!values.has(domain)) {
    check.problem("unknown-reference", [...at, "domain", key], () => ({
      message: `${check.subject([...at, "domain", key])} is ${shown(domain)}; no host is in it.`,
      advice: values.size === 0 ? `No host has a domain ${shown(key)}.` : didYouMean(domain, values),
    }));
  }
  return { kind: "domain", key, value: domain };
}

/** Failures that come by themselves. */
export function breakdownsOf(parts: Parts): readonly FailureProcess[] {
  return items(parts.last("breakdowns")).map((given): FailureProcess => {
    const { value } = given;
    const hosts = value.hosts === undefined ? "all" : parts.hosts(given);
    const together = value.together === undefined ? {} : { together: domainKeyOf(given, value.together, parts) };
    if ("turns" in value) {
      return { kind: "trace", hosts, ...together, repeat: value.repeat ?? false, turns: value.turns.map(({ after, repair }, i) => ({
        afterMs: durationOf(after), repairMs: longEnough(repair, { ...given, at: [...given.at, "turns", i] }, "repair"),
      })) };
    }
    return { kind: "drawn", hosts, ...together, lifetime: drawnOf(value.lifetime, given, "lifetime"), repair: drawnOf(value.repair, given, "repair") };
  });
}

/** A domain that some host is in. */
function domainKeyOf({ at, check }: Given<unknown>, key: string, { draft }: Parts): string {
  const hosts = [...draft.hosts.values()];
  if (!hosts.some((host) => domainOf(host, key) !== null)) {
    const known = ["site", ...new Set(hosts.flatMap(({ domains }) => Object.keys(domains)))];
    check.problem("unknown-reference", [...at, "together"], () => ({ message: `${check.subject([...at, "together"])} is ${shown(key)}; no host is in such a domain.`, advice: didYouMean(key, known) }));
  }
  return key;
}

function drawnOf(document: DistributionDocument, given: Given<unknown>, field: string): Distribution {
  const here = { ...given, at: [...given.at, field] };
  if ("fixed" in document) return { kind: "fixed", ms: longEnough(document.fixed, here, "fixed") };
  if ("exponential" in document) return { kind: "exponential", meanMs: longEnough(document.exponential.mean, { ...here, at: [...here.at, "exponential"] }, "mean") };
  if ("weibull" in document) {
    return { kind: "weibull", shape: document.weibull.shapePermille / 1000, scaleMs: longEnough(document.weibull.scale, { ...here, at: [...here.at, "weibull"] }, "scale") };
  }
  return { kind: "log-normal", medianMs: longEnough(document.logNormal.median, { ...here, at: [...here.at, "logNormal"] }, "median"), sigma: document.logNormal.sigmaPermille / 1000 };
}

/** Work that begins, waits for processors, and ends. */
export function tasksOf(parts: Parts): readonly PlannedTask[] {
  const seen = new Set<string>();
  return items(parts.last("tasks")).flatMap((given): readonly PlannedTask[] => {
    const { value, at, check } = given;
    if (seen.has(value.id)) check.problem("duplicate-id", [...at, "id"], () => ({ message: `task ${value.id} is there twice.`, advice: "Choose another id." }));
    seen.add(value.id);
    const place = placeOf(given, parts);
    if (place === null) return [];
    return [{
      id: value.id, place, at: momentOf(value.at, given, "at"), processors: value.processors ?? (place.kind === "host" ? 1 : 0), measure: value.measure ?? "work",
      stages: value.stages.map(({ duration, demand }) => ({ durationMs: durationOf(duration), demand })),
      checkpoints: checkpointsOf(given),
    }];
  });
}

function placeOf({ value, at, check }: Given<TaskDocument>, { draft }: Parts): PlannedTask["place"] | null {
  if ((value.host === undefined) === (value.workload === undefined)) {
    check.problem(value.host === undefined ? "missing-key" : "not-allowed", at, () => ({
      message: `task ${value.id} names ${value.host === undefined ? "neither a host nor a workload" : "a host and a workload"}; it runs on one or in the other.`, advice: "Write host or workload.",
    }));
    return null;
  }
  if (value.workload !== undefined) {
    return check.exists("workload", value.workload, draft.workloads, [...at, "workload"]) ? { kind: "workload", workload: value.workload as WorkloadId } : null;
  }
  return check.exists("host", value.host ?? "", draft.hosts, [...at, "host"]) ? { kind: "host", host: value.host as HostId } : null;
}

function checkpointsOf(given: Given<TaskDocument>): PlannedTask["checkpoints"] {
  const { checkpoints } = given.value;
  if (checkpoints === undefined) return null;
  const here = { ...given, at: [...given.at, "checkpoints"] };
  return {
    intervalMs: longEnough(checkpoints.interval, here, "interval"), durationMs: longEnough(checkpoints.duration, here, "duration"),
    demand: checkpoints.demand ?? 0, intervalPermille: checkpoints.intervalPermille ?? 1000,
  };
}

/** Checkpoints of workloads while they serve. */
export function workloadCheckpointsOf(parts: Parts): readonly CheckpointPlan[] {
  return items(parts.last("checkpoints")).map((given) => ({
    workloads: parts.workloads(given), intervalMs: longEnough(given.value.interval, given, "interval"), durationMs: longEnough(given.value.duration, given, "duration"), demand: given.value.demand ?? 0,
  }));
}

/** A duration that must not be nothing. */
export function longEnough(text: string, { at, check }: Given<unknown>, field: string): number {
  const ms = durationOf(text);
  if (ms === 0) check.problem("out-of-range", [...at, field], () => ({ message: `${check.subject([...at, field])} is ${shown(text)}; it must be 1ms or more.`, advice: "Write how long it takes." }));
  return ms;
}
