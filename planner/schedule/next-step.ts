import type { FleetIndex, Whereabouts } from "../../model/snapshot.ts";
import { movesLive } from "../durations.ts";
import type { Step } from "./step.ts";

/** What a workload must do next on its way: a step, nothing any more, or why there is no way. */
export type Next = { readonly kind: "step"; readonly step: Step } | { readonly kind: "done" } | { readonly kind: "stuck"; readonly because: string };

const done: Next = { kind: "done" };

/** What decides the way of one workload. */
export interface Way {
  readonly where: Whereabouts;
  /** The host to reach now, -1 for none. */
  readonly goal: number;
  /** Stop it for the move although it could move live. */
  readonly cold: boolean;
  /** Copies of it are still to be made while it is stopped. */
  readonly stopForCopies: boolean;
  /** Where the workload that it is a copy of lies; -1 when it is no copy or there is nothing to copy from. */
  readonly source: number;
  readonly sourceHost: number;
}

/** The next step of a workload at rest. A cold move is stop, transfer, start, deleteSource, in this order. */
export function nextStep(index: FleetIndex, w: number, way: Way): Next {
  const workload = index.workloads[w];
  if (workload === undefined) return done;
  const { host, leaving, activity } = way.where;
  const at = (kind: Step["kind"], from: number, to = -1): Next => ({ kind: "step", step: { kind, workload: w, from, to, source: -1 } });
  if (host < 0) return birth(w, way, workload.desired === "removed");
  if (leaving >= 0) return activity === "stopped" && workload.desired === "running" ? at("start", host) : at("deleteSource", leaving);
  if (workload.desired === "removed") return activity === "running" ? at("stop", host) : at("remove", host);
  if (activity === "running") return whileRunning(index, w, way);
  if (way.goal >= 0 && way.goal !== host) return at("transfer", host, way.goal);
  return workload.desired === "running" ? at("start", host) : done;
}

function birth(w: number, { goal, source, sourceHost }: Way, removed: boolean): Next {
  if (goal < 0 || removed) return done;
  return source < 0 || sourceHost < 0
    ? { kind: "step", step: { kind: "start", workload: w, from: goal, to: -1, source: -1 } }
    : { kind: "step", step: { kind: "copy", workload: w, from: sourceHost, to: goal, source } };
}

function whileRunning(index: FleetIndex, w: number, { where: { host }, goal, cold, stopForCopies }: Way): Next {
  const workload = index.workloads[w];
  if (workload === undefined) return done;
  const stop: Next = { kind: "step", step: { kind: "stop", workload: w, from: host, to: -1, source: -1 } };
  if (workload.desired === "stopped") return stop;
  if (goal < 0 || goal === host) {
    if (!stopForCopies) return done;
    return workload.mayStop ? stop : { kind: "stuck", because: `${workload.id} must be copied, but may not stop and cannot be copied while it runs` };
  }
  const from = index.hosts[host];
  const to = index.hosts[goal];
  if (from === undefined || to === undefined) return done;
  if (!cold && !stopForCopies && movesLive(index, workload, from, to)) {
    return { kind: "step", step: { kind: "migrate", workload: w, from: host, to: goal, source: -1 } };
  }
  return workload.mayStop ? stop : { kind: "stuck", because: `${workload.id} may not stop, and ${whyNotLive(index, w, host, goal)}` };
}

function whyNotLive(index: FleetIndex, w: number, host: number, goal: number): string {
  const workload = index.workloads[w];
  const from = index.hosts[host];
  const to = index.hosts[goal];
  if (workload?.liveMove !== true) return "it cannot move while it runs";
  if (from?.cpuVendor !== to?.cpuVendor) return `${to?.id} has processors of ${to?.cpuVendor}, ${from?.id} of ${from?.cpuVendor}`;
  if ((to?.cpuLevel ?? 0) < (from?.cpuLevel ?? 0)) return `the processor level of ${to?.id} is ${to?.cpuLevel}, below ${from?.cpuLevel} of ${from?.id}`;
  return `it changes ${workload.memoryChangeMiBPerSecond} MiB of memory a second, more than the network carries to ${to?.id}`;
}
