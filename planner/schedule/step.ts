import { deleteMs } from "../../model/carrying.ts";
import type { Action } from "../../model/plan.ts";
import type { FleetIndex, Whereabouts } from "../../model/snapshot.ts";
import { bandwidthMbps, carryMs, migrateMs } from "../durations.ts";

/** An action over dense indices; -1 where a field does not apply. */
export interface Step {
  readonly kind: Action["kind"];
  readonly workload: number;
  /** Host where it takes place, or the source of a migrate, transfer or copy. */
  readonly from: number;
  /** Target of a migrate, transfer or copy. */
  readonly to: number;
  /** The workload copied. */
  readonly source: number;
}

/** The hosts that a step names, each once. */
export function hostsOf(step: Step): readonly number[] {
  return step.to >= 0 && step.to !== step.from ? [step.from, step.to] : [step.from];
}

/** The workloads that a step concerns. */
export function workloadsOf(step: Step): readonly number[] {
  if (step.workload < 0) return [];
  return step.source >= 0 ? [step.workload, step.source] : [step.workload];
}

/** Does it carry data over the network? Only these count for parallelism. */
export function carries(step: Step): boolean {
  return step.kind === "migrate" || step.kind === "transfer" || step.kind === "copy";
}

/** The host to which a step brings something that was not there; -1 for none. */
export function arrivesAt(step: Step): number {
  switch (step.kind) {
    case "migrate":
    case "transfer":
    case "copy": return step.to;
    case "start":
    case "bootHost": return step.from;
    case "stop":
    case "deleteSource":
    case "remove":
    case "shutdownHost": return -1;
  }
}

/** Where the workload is while the step is under way. */
export function during(step: Step, before: Whereabouts): Whereabouts {
  switch (step.kind) {
    case "migrate":
    case "transfer":
    case "copy": return { ...before, arriving: step.to };
    case "stop": return { ...before, activity: "stopping" };
    case "start": return { ...before, host: step.from, activity: "starting" };
    case "deleteSource":
    case "remove":
    case "bootHost":
    case "shutdownHost": return before;
  }
}

/** Where the workload is once the step has succeeded. */
export function afterwards(step: Step, before: Whereabouts): Whereabouts {
  switch (step.kind) {
    case "migrate": return { ...before, host: step.to, arriving: -1 };
    case "transfer": return { ...before, host: step.to, arriving: -1, leaving: step.from };
    case "copy": return { ...before, host: step.to, arriving: -1, activity: "stopped" };
    case "stop": return { ...before, activity: "stopped" };
    case "start": return { ...before, host: step.from, activity: "running" };
    case "deleteSource": return { ...before, leaving: -1 };
    case "remove": return { host: -1, arriving: -1, leaving: -1, activity: "stopped" };
    case "bootHost":
    case "shutdownHost": return before;
  }
}

/** Estimated duration; `sharedMbps` is what others leave of the network, all of it when it is not given. */
export function stepMs(index: FleetIndex, step: Step, sharedMbps?: number): number {
  const workload = index.workloads[step.workload];
  const from = index.hosts[step.from];
  const to = index.hosts[step.to];
  const mbps = sharedMbps ?? (from !== undefined && to !== undefined ? bandwidthMbps(index, from, to) : 1);
  switch (step.kind) {
    case "migrate": return workload === undefined ? 1 : migrateMs(workload, mbps);
    case "transfer": return carryMs(workload?.dataMiB ?? 0, mbps);
    case "copy": return carryMs(index.workloads[step.source]?.dataMiB ?? 0, mbps);
    case "stop": return Math.max(1, workload?.stopMs ?? 1);
    case "start": return Math.max(1, workload?.startMs ?? 1);
    case "deleteSource":
    case "remove": return deleteMs;
    case "bootHost": return Math.max(1, from?.bootMs ?? 1);
    case "shutdownHost": return Math.max(1, from?.shutdownMs ?? 1);
  }
}

/** The same step as the plan writes it. */
export function actionOf(index: FleetIndex, step: Step): Action {
  const host = index.hosts[step.from]?.id;
  const to = index.hosts[step.to]?.id;
  const workload = index.workloads[step.workload]?.id;
  const source = index.workloads[step.source]?.id;
  if (host === undefined) throw new Error("broken invariant: a step without a host");
  if (step.kind === "bootHost" || step.kind === "shutdownHost") return { kind: step.kind, host };
  if (workload === undefined) throw new Error("broken invariant: a step without its workload");
  if (step.kind === "stop" || step.kind === "start" || step.kind === "deleteSource" || step.kind === "remove") return { kind: step.kind, workload, host };
  if (to === undefined) throw new Error("broken invariant: a move without a target");
  if (step.kind !== "copy") return { kind: step.kind, workload, from: host, to };
  if (source === undefined) throw new Error("broken invariant: a copy without a source");
  return { kind: "copy", workload, source, from: host, to };
}
