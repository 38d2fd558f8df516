import type { Diagnostic } from "../model/diagnostic.ts";
import type { Fleet, Host, Workload } from "../model/fleet.ts";
import type { HostId, WorkloadId } from "../model/ids.ts";
import type { PolicyDocument } from "../model/policy.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { compareFacts, type Constraint, type StaleFact } from "../policies/index.ts";
import type { ApprovedPlan } from "./approve.ts";
import type { Found, FoundWorkload, Inventory } from "./protocol.ts";

/** May an approved plan still be carried out on the fleet as it is now? */
export interface Freshness {
  readonly ok: boolean;
  /** Everything that has changed since the plan was made, also what does not matter to it. */
  readonly changed: readonly StaleFact[];
  /** One error for each change that matters, and one when the approval has expired. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Compares every fact that a plan rests on with the fleet as it is now. `index` and `constraints` are of that fleet. */
export function checkFreshness(
  { plan, expiresAtMs }: ApprovedPlan, index: FleetIndex, policies: readonly PolicyDocument[], constraints: readonly Constraint[], nowMs: number,
): Freshness {
  const changed = compareFacts(plan, index, policies, constraints);
  const diagnostics = changed.filter(({ matters }) => matters).map(({ about, was, is, why }) =>
    refused(about, `${about} was ${was} when the plan was made, now it is ${is}: ${why}`, "Plan again from a fresh inventory."));
  const expired = expiresAtMs > nowMs ? [] : [refused("approvals", `the approval has expired at ${new Date(expiresAtMs).toISOString()}`, "Ask for it again.")];
  return { ok: diagnostics.length + expired.length === 0, changed, diagnostics: [...expired, ...diagnostics] };
}

/** A difference between what a fleet was believed to be and what its agents found. */
export interface Drift {
  readonly about: string;
  readonly believed: string;
  readonly found: string;
}

/**
 * The fleet as the agents have found it, and where that is not what was believed. Hosts without an inventory stay as they
 * are, and so does what is on a layer that is silent.
 */
export function observe(fleet: Fleet, inventories: ReadonlyMap<HostId, Inventory>): { readonly fleet: Fleet; readonly drift: readonly Drift[] } {
  const drift: Drift[] = [];
  const hosts = fleet.hosts.map((host): Host => {
    const inventory = inventories.get(host.id);
    return inventory === undefined ? host : foundHost(host, inventory, drift);
  });
  const down = new Set(fleet.hosts.filter(({ state }) => state === "failed" || state === "off").map(({ id }) => id));
  const sightings = sightingsOf(inventories, down);
  const mayBeAt = ({ host, layer }: Workload): boolean => host !== null && !down.has(host) && !isSeen(inventories.get(host), layer);
  const workloads = fleet.workloads.map((workload): Workload => {
    const now = placeOf(workload, sightings.get(workload.id) ?? [], inventories, mayBeAt(workload));
    const before = placeInWords(workload);
    if (placeInWords(now) !== before) drift.push({ about: `workload ${workload.id}`, believed: before, found: placeInWords(now) });
    return now;
  });
  const known = new Set(fleet.workloads.map(({ id }) => id));
  for (const [id, [first]] of sightings) {
    if (!known.has(id) && first !== undefined) drift.push({ about: `workload ${id}`, believed: "nothing", found: `${first.found} on ${first.host}` });
  }
  return { fleet: { ...fleet, hosts, workloads }, drift };
}

/** A host as it was found: never more than was believed, since people may keep some of it for themselves. */
function foundHost(host: Host, { state, capacity, layers, features, silent = [] }: Inventory, drift: Drift[]): Host {
  const differs = (what: string, believed: string, found: string): void => void drift.push({ about: `host ${host.id} ${what}`, believed, found });
  // Maintenance is what somebody wants of a host that is on; its agent need not know.
  const now = host.state === "maintenance" ? host.state : state;
  if (now !== host.state) differs("state", host.state, now);
  const less = Object.entries(host.capacity).flatMap(([resource, believed]) => {
    const found = capacity[resource] ?? believed;
    if (found < believed) differs(resource, String(believed), String(found));
    return found < believed ? [[resource, found] as const] : [];
  });
  // An agent that tells of no layer does not know them.
  const isTold = (layer: string): boolean => Object.hasOwn(layers, layer) || silent.some((each) => each.layer === layer);
  const gone = Object.keys(layers).length + silent.length === 0 ? [] : Object.keys(host.layers).filter((layer) => !isTold(layer));
  for (const layer of gone) differs(`layer ${layer}`, host.layers[layer] ?? "", "absent");
  const missing = features.length === 0 ? [] : host.features.filter((feature) => !features.includes(feature));
  for (const feature of missing) differs(`feature ${feature}`, "present", "absent");
  if (now === host.state && less.length + gone.length + missing.length === 0) return host;
  return {
    ...host, state: now, capacity: { ...host.capacity, ...Object.fromEntries(less) }, layers: Object.fromEntries(Object.entries(host.layers).filter(([layer]) => !gone.includes(layer))),
    features: host.features.filter((feature) => !missing.includes(feature)),
  };
}

interface Sighting {
  readonly host: HostId;
  /** `waits`: whole, and it may go on there; `waits for another`: its source may still have it. */
  readonly found: Exclude<Found, "absent" | "incoming"> | "waits" | "waits for another";
}

function sightingsOf(inventories: ReadonlyMap<HostId, Inventory>, down: ReadonlySet<HostId>): ReadonlyMap<WorkloadId, readonly Sighting[]> {
  const sightings = new Map<WorkloadId, Sighting[]>();
  for (const [host, { workloads }] of inventories) {
    for (const each of workloads) {
      const { workload, found, waitsFor } = each;
      const known = sightings.get(workload) ?? [];
      sightings.set(workload, known);
      if (waitsFor !== undefined) known.push({ host, found: hasLetGo(each, inventories.get(waitsFor), down.has(waitsFor)) ? "waits" : "waits for another" });
      else if (found !== "absent" && found !== "incoming") known.push({ host, found });
    }
  }
  return sightings;
}

/** Of what waits on the other side of a move: does its source, by what its agent sees or a person says, run it no more? */
function hasLetGo({ workload, layer = "" }: FoundWorkload, source: Inventory | undefined, isDown: boolean): boolean {
  if (source === undefined) return isDown;
  const found = source.workloads.find((each) => each.workload === workload)?.found;
  return isSeen(source, layer) && found !== "running" && found !== "paused";
}

/**
 * Where it runs decides; then where it waits with its memory; then where it was believed to be, if its data are still there;
 * then wherever they are. What waits for another is where it was believed to be: nobody knows better. And what
 * was believed stays while it `mayBeThere`, unseen: a copy elsewhere does not tell that it has gone.
 */
function placeOf(workload: Workload, sightings: readonly Sighting[], inventories: ReadonlyMap<HostId, Inventory>, mayBeThere: boolean): Workload {
  const runs = sightings.find(({ found }) => found === "running");
  if (runs === undefined && mayBeThere) return workload;
  const waits = sightings.find(({ found }) => found === "waits");
  if (runs === undefined && waits === undefined && sightings.some(({ found }) => found === "waits for another")) return workload;
  const best = runs ?? waits ?? sightings.find(({ host }) => host === workload.host) ?? sightings[0];
  if (best !== undefined) {
    // What has a place again has lost none.
    const { lostFrom: _lostFrom, ...found } = workload;
    return { ...found, host: best.host, state: best.found === "running" ? "running" : "stopped" };
  }
  return workload.host !== null && inventories.has(workload.host) ? { ...workload, host: null, state: "new" } : workload;
}

/** Has the agent of a host looked at a layer? */
function isSeen(inventory: Inventory | undefined, layer: string): boolean {
  return inventory !== undefined && !(inventory.silent ?? []).some((each) => each.layer === layer);
}

function placeInWords({ host, state }: Workload): string {
  return host === null ? "nowhere" : `${state} on ${host}`;
}

function refused(path: string, message: string, advice: string): Diagnostic {
  return { code: "not-allowed", severity: "error", file: null, line: null, column: null, path, message, advice };
}
