import { Type, type Static } from "typebox";
import { assert } from "../../model/assert.ts";
import type { Host, Workload } from "../../model/fleet.ts";
import type { FleetIndex, Instant } from "../../model/snapshot.ts";
import { workloadAlone } from "../alone.ts";
import type { ConstraintKind, Violation } from "../constraint.ts";
import { misplaced, placesOf } from "../presence.ts";

const parameters = Type.Object({}, { additionalProperties: false });

interface Params {
  readonly workload: number;
  readonly excepted: ReadonlySet<number>;
  readonly allowed: Uint8Array;
  /** Without regard to the host that it runs on now; the same array when it can leave that in any way. */
  readonly allowedAnew: Uint8Array;
}

/** Hosts offer what their workloads are executed by, and a live move finds a compatible processor. */
export const layer: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "layer",
  meaning: "for each workload w: layer(w) in layers(host(w)), version >= version(w), features(w) within features(host(w)); live(w) implies vendor(to) = vendor(from), cpuLevel(to) >= cpuLevel(from)",
  parameters,
  selectors: {},
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts({ workloads, excepted, index }) {
    const rows = new Map<string, Uint8Array>();
    const rowOf = (workload: Workload, from: Host | null): Uint8Array => {
      const needs = JSON.stringify([workload.layer, workload.layerVersion, workload.requiredFeatures, reachOf(workload, from)]);
      const row = rows.get(needs) ?? Uint8Array.from(index.hosts, (host, h) => Number(excepted.hosts.has(h) || whyNot(workload, from, host) === null));
      rows.set(needs, row);
      return row;
    };
    return Array.from(workloads, (w) => {
      const workload = workloadAt(index, w);
      const from = boundTo(index, workload);
      const allowedAnew = rowOf(workload, null);
      const allowed = from === null ? allowedAnew : rowOf(workload, from);
      return { params: { workload: w, excepted: excepted.hosts, allowed, allowedAnew }, subject: `workload ${workload.id}`, workloads: workloadAlone(index, w), hosts: null };
    });
  },

  check({ workload, excepted }, instant) {
    const { index } = instant;
    const mover = workloadAt(index, workload);
    const found = misplaced(instant, workload, placesOf(instant.where(workload)), (h) =>
      excepted.has(h) || whyNot(mover, boundTo(index, mover), index.hosts[h] as Host) === null);
    return found.length > 0 ? found : incompatibleLiveMove(workload, instant);
  },

  lower: ({ workload, allowed, allowedAnew }) => [{ kind: "allow", workload, allowed, ...(allowedAnew === allowed ? {} : { allowedAnew }) }],

  explain({ workload }, { hosts }, index) {
    const [from, to] = hosts.map((h) => index.hosts[h]);
    const mover = workloadAt(index, workload);
    const { id } = mover;
    if (from !== undefined && to !== undefined) {
      return `${id} cannot move live from ${from.id} (${processor(from)}) to ${to.id} (${processor(to)})`;
    }
    return from === undefined ? `${id} is on no host` : `${id} is on ${from.id}, but ${whyNot(mover, boundTo(index, mover), from) ?? "the move there is not possible"}`;
  },
};

function workloadAt(index: FleetIndex, w: number): Workload {
  const workload = index.workloads[w];
  assert(workload !== undefined, `workload ${w} is not of this fleet`);
  return workload;
}

/** What speaks against a host for one that is bound to the host `from`, in words; null when nothing does. */
function whyNot(workload: Workload, from: Host | null, host: Host): string | null {
  const offered = Object.hasOwn(host.layers, workload.layer) ? host.layers[workload.layer] : undefined;
  if (offered === undefined) return `the host does not offer layer ${workload.layer}`;
  if (compareVersions(offered, workload.layerVersion) < 0) {
    return `the host offers ${workload.layer} ${offered}, at least ${workload.layerVersion} is needed`;
  }
  const missing = workload.requiredFeatures.filter((feature) => !host.features.includes(feature));
  if (missing.length > 0) return `the host lacks ${missing.join(", ")}`;
  return whyNotReached(workload, from, host);
}

/** The host that a workload cannot leave in any other way than live; null when it may be stopped, or does not run. */
function boundTo(index: FleetIndex, workload: Workload): Host | null {
  if (workload.host === null || workload.state !== "running" || workload.desired !== "running" || workload.mayStop) return null;
  const host = index.hosts[index.hostIndex.get(workload.host) ?? -1];
  // Nothing runs on a failed host any more: what was there is started anew.
  return host === undefined || host.state === "failed" ? null : host;
}

/** Workloads for which this is equal can reach the same hosts. */
function reachOf(workload: Workload, from: Host | null): string {
  if (from === null) return "everywhere";
  return workload.liveMove ? `live from ${processor(from)}` : `only ${from.id}`;
}

function whyNotReached(workload: Workload, from: Host | null, to: Host): string | null {
  if (from === null || from.id === to.id) return null;
  if (!workload.liveMove) return `${workload.id} may not be stopped and cannot move live, so it cannot leave ${from.id}`;
  if (liveCompatible(from, to)) return null;
  return `${workload.id} may not be stopped, and a live move from ${from.id} (${processor(from)}) to ${processor(to)} is not possible`;
}

function liveCompatible(from: Host, to: Host): boolean {
  return from.cpuVendor === to.cpuVendor && to.cpuLevel >= from.cpuLevel;
}

function processor(host: Host): string {
  return `${host.cpuVendor} level ${host.cpuLevel}`;
}

/** One under way while it runs moves live; a stopped one is carried, and the processor does not matter. */
function incompatibleLiveMove(w: number, instant: Instant): readonly Violation[] {
  const { host, arriving, activity } = instant.where(w);
  const from = instant.index.hosts[host];
  const to = instant.index.hosts[arriving];
  if (activity !== "running" || from === undefined || to === undefined || liveCompatible(from, to)) return [];
  return [{ key: `live move ${from.id} to ${to.id}`, amount: 1, workloads: [w], hosts: [host, arriving], value: to.cpuLevel, limit: from.cpuLevel }];
}

/** Versions number by number, missing numbers as 0; everything that is not a digit separates. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => (version.match(/\d+/gu) ?? []).map(Number));
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
