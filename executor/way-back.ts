import type { Fleet, Host, Workload } from "../model/fleet.ts";
import { assert } from "../model/assert.ts";
import type { ActionId } from "../model/ids.ts";
import type { Plan, PlannedAction } from "../model/plan.ts";
import { indexFleet, type FleetIndex } from "../model/snapshot.ts";
import { verifyPlan, type Constraint } from "../policies/index.ts";
import type { Terms } from "./terms.ts";
import type { Placed } from "./event.ts";
import { KnownFleet } from "./known-fleet.ts";
import type { RunState } from "./state.ts";
import { inOrderOf, needsOf, orderedByPlace, orderedOneByOne, type Order } from "./undo-order.ts";
import { undoing, type Undo, type Undoing } from "./undo.ts";

/** The way back from where an execution has stopped, or why there is none that keeps every rule. */
export type WayBack =
  | { readonly kind: "found"; readonly actions: readonly PlannedAction[]; readonly begins: readonly Placed[]; readonly left: readonly string[] }
  | { readonly kind: "blocked"; readonly because: string };

/**
 * Undoes what has been done, last first. The way is a plan of its own, and the verifier must find no fault with it:
 * first side by side where nothing is shared, and if it refuses that, one action after the other; then both again with
 * starts and stops as services ask for, since what ended last on the way there need not come first. What cannot be
 * brought back, and what nobody knows the state of, is left and named.
 */
export function wayBack(terms: Terms, state: RunState): WayBack {
  const undo = undoing(terms.guard, state);
  if (undo.steps.length === 0) return { kind: "found", actions: [], begins: [], left: undo.left };
  const fleet = fleetNow(terms.index, undo);
  let because = "";
  for (const { steps, order } of coursesOf(undo, terms.constraints)) {
    const actions = planned(order, steps);
    const { ok, problems, violations } = verifyPlan({
      index: fleet, constraints: terms.constraints.filter(({ holds }) => holds === "continuously"), plan: planOf(fleet, undo, actions), startsAtMs: null,
      halfWay: { where: new Map(fleet.workloads.map((_, w) => [w, undo.begins.where(w)])), before: KnownFleet.atRest(terms.index) },
    });
    if (ok) return { kind: "found", actions, begins: undo.putBack.map((w) => placed(undo.begins, w)), left: undo.left };
    because = [...problems, ...violations.filter(({ before }) => !before).map(({ policy, words }) => `policy ${policy}: ${words}`)][0] ?? "";
  }
  return { kind: "blocked", because };
}

interface WayCourse {
  readonly steps: readonly Undo[];
  readonly order: Order;
}

function coursesOf({ steps, ends }: Undoing, constraints: readonly Constraint[]): readonly WayCourse[] {
  const lastFirst = [orderedByPlace(steps, []), orderedOneByOne(steps)].map((order) => ({ steps, order }));
  const asServicesAsk = inOrderOf(steps, needsOf(steps, constraints, ends));
  const needs = needsOf(asServicesAsk, constraints, ends);
  return [...lastFirst, ...[orderedByPlace(asServicesAsk, needs), orderedOneByOne(asServicesAsk)].map((order) => ({ steps: asServicesAsk, order }))];
}

function planned(order: Order, steps: readonly Undo[]): readonly PlannedAction[] {
  const endsMs: number[] = [];
  return steps.map(({ action, of, tookMs }, n): PlannedAction => {
    const startMs = Math.max(0, ...(order[n] ?? []).map((before) => endsMs[before] ?? 0));
    endsMs[n] = startMs + Math.max(1, tookMs);
    return {
      id: backId(n), action, after: (order[n] ?? []).map(backId), startMs, endMs: endsMs[n] ?? 0,
      reason: `undoes ${of}`, ifItFails: "What is already back stays back; the rest stays where it is.", critical: false,
    };
  });
}

function backId(n: number): ActionId {
  return `back-${n + 1}` as ActionId;
}

/** The fleet as it is now, wanting to be what it was; who is kept wants to be what it is. */
function fleetNow(index: FleetIndex, { begins: known, kept }: Undoing): FleetIndex {
  const workloads = index.workloads.map((workload, w): Workload => {
    const { host, activity } = known.where(w);
    const state = host < 0 ? "new" : activity === "running" ? "running" : "stopped";
    const was = workload.host === null || workload.state === "new" ? "removed" : workload.state;
    return { ...workload, host: index.hosts[host]?.id ?? null, state, desired: kept.has(w) && state !== "new" ? state : was };
  });
  const hosts = index.hosts.map((host, h): Host => {
    if (host.state === "failed" || (host.state === "maintenance" && known.isOn(h))) return host;
    return { ...host, state: known.isOn(h) ? "on" : "off" };
  });
  const fleet: Fleet = { ...index.fleet, workloads, hosts };
  return indexFleet(fleet);
}

function planOf(index: FleetIndex, undo: Undoing, actions: readonly PlannedAction[]): Plan {
  const target = index.workloads.flatMap(({ id, desired }, w) => {
    const host = index.hosts[undo.ends.where(w).host];
    return host === undefined || desired === "removed" ? [] : [{ workload: id, host: host.id }];
  });
  return {
    format: "stowage/plan/v1", scenario: "", mode: "repair", engine: "way back", seed: 0, claim: { kind: "best-found" }, asOf: null, currency: index.fleet.currency,
    levels: [], placedCount: 0, wantedCount: 0, unplaced: [], unreached: [], moves: [], actions,
    makespanMs: actions.reduce((max, { endMs }) => Math.max(max, endMs), 0), target,
    // The fact of another fleet: what the way back does not touch is not its fault.
    hourlyCostBeforeMicros: 0, hourlyCostAfterMicros: 0, basis: [{ about: "fleet", value: "on the way" }], remarks: [], digest: "",
  };
}

function placed(known: KnownFleet, w: number): Placed {
  const { hosts, workloads } = known.index;
  const { host, leaving, activity } = known.where(w);
  const workload = workloads[w];
  assert(workload !== undefined, `there is no workload number ${w}`);
  return { workload: workload.id, host: hosts[host]?.id ?? null, leaving: hosts[leaving]?.id ?? null, activity };
}
