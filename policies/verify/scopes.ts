import type { FleetIndex } from "../../model/snapshot.ts";
import type { Constraint } from "../constraint.ts";
import { limitsOf } from "../way-rules.ts";
import { hostsNamed, type DenseAction } from "./dense-action.ts";

/** Actions that one rule relates, and which of them it matters to keep in the order of the schedule. */
export interface Scope {
  /** What asks for the order, for people. */
  readonly about: string;
  /** Positions of the actions, in order of start. */
  readonly actions: readonly number[];
  /** `serial`: never two at once. `order`: what ended before a start in the schedule must end before it always. */
  readonly kind: "serial" | "order";
  /** With `order`: can the end of an action take something away, its start add something? Only such pairs matter. */
  takesAway(action: number): boolean;
  adds(action: number): boolean;
}

const always = (): boolean => true;

/** The rules in whose scope each action is, and the scopes that follow. */
export interface Scopes {
  /** Per action, positions in the list of constraints. */
  readonly touched: readonly (readonly number[])[];
  readonly scopes: readonly Scope[];
}

/** Works out which continuous rules each action can change, and the order that the musts among them ask for. */
export function scopesOf(index: FleetIndex, constraints: readonly Constraint[], actions: readonly DenseAction[]): Scopes {
  const near = neighbourhoods(actions);
  const touched: number[][] = actions.map(() => []);
  const scopes: Scope[] = [...workloadScopes(index, near.ofWorkload), ...powerScopes(index, actions, near.ofHost), ...limitScopes(index, constraints, actions)];
  const hostsSeen = new Set<number>();
  constraints.forEach((constraint, k) => {
    if (constraint.holds !== "continuously") return;
    const found = actionsTouching(constraint, actions, near);
    for (const a of found) touched[a]?.push(k);
    if (constraint.strength !== "must" || found.length < 2 || keptByScope.has(constraint.kind) || constraint.workloads?.length === 1) return;
    const onHosts = constraint.workloads === null ? constraint.hosts : null;
    const only = onHosts?.length === 1 && constraint.monotone ? onHosts[0] : undefined;
    if (only !== undefined) {
      if (hostsSeen.has(only)) return;
      hostsSeen.add(only);
    }
    scopes.push({
      about: constraint.id, actions: found, kind: constraint.monotone ? "order" : "serial",
      takesAway: onHosts === null ? always : (a) => takesAwayFrom(actions[a], onHosts),
      adds: onHosts === null ? always : (a) => addsTo(actions[a], onHosts),
    });
  });
  return { touched, scopes };
}

/** Their order follows from limits, times and start orders, which have scopes of their own or a `checkPlan`. */
const keptByScope = new Set(["parallelism", "window", "start-order"]);

interface Neighbourhoods {
  readonly ofWorkload: ReadonlyMap<number, readonly number[]>;
  readonly ofHost: ReadonlyMap<number, readonly number[]>;
}

function neighbourhoods(actions: readonly DenseAction[]): Neighbourhoods {
  const ofWorkload = new Map<number, number[]>();
  const ofHost = new Map<number, number[]>();
  actions.forEach((action, a) => {
    for (const w of new Set([action.workload, action.source])) if (w >= 0) append(ofWorkload, w, a);
    for (const h of hostsNamed(action)) append(ofHost, h, a);
  });
  return { ofWorkload, ofHost };
}

function append<Key>(lists: Map<Key, number[]>, key: Key, a: number): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [a]);
  else known.push(a);
}

function actionsTouching({ workloads, hosts }: Constraint, actions: readonly DenseAction[], near: Neighbourhoods): readonly number[] {
  if (workloads === null && hosts === null) return [...actions.keys()];
  const found = new Set<number>();
  if (workloads !== null) {
    const inside = hosts === null ? null : new Set(hosts);
    for (const w of workloads) {
      for (const a of near.ofWorkload.get(w) ?? []) {
        const action = actions[a];
        if (action?.workload === w && (inside === null || hostsNamed(action).some((h) => inside.has(h)))) found.add(a);
      }
    }
  }
  for (const h of hosts ?? []) {
    for (const a of near.ofHost.get(h) ?? []) if (workloads === null || (actions[a]?.workload ?? -1) < 0) found.add(a);
  }
  return [...found].sort((a, b) => a - b);
}

/** All that happens to one workload happens in one order; only copies of it may be made side by side. */
function workloadScopes(index: FleetIndex, ofWorkload: ReadonlyMap<number, readonly number[]>): readonly Scope[] {
  return [...ofWorkload].filter(([, actions]) => actions.length > 1).map(([w, actions]) => ({
    about: `workload ${index.workloads[w]?.id}`, actions, kind: "order", takesAway: always, adds: always,
  }));
}

/** Nothing happens on a host before it is on or after it is switched off. */
function powerScopes(index: FleetIndex, actions: readonly DenseAction[], ofHost: ReadonlyMap<number, readonly number[]>): readonly Scope[] {
  const isPower = (a: number): boolean => (actions[a]?.workload ?? -1) < 0;
  return [...ofHost].filter(([, found]) => found.some(isPower)).flatMap(([h, found]): readonly Scope[] => {
    const about = `host ${index.hosts[h]?.id}`;
    return [
      { about, actions: found, kind: "order", takesAway: isPower, adds: always },
      { about, actions: found, kind: "order", takesAway: always, adds: isPower },
    ];
  });
}

/** Each limit on moves at once, place by place: a host, a pair of sites, or everything. */
function limitScopes(index: FleetIndex, constraints: readonly Constraint[], actions: readonly DenseAction[]): readonly Scope[] {
  const scopes: Scope[] = [];
  for (const { policy, counts, atMost, workloads, hosts } of limitsOf(constraints)) {
    const counted = (h: number): boolean => hosts === null || hosts[h] === 1;
    const places = new Map<string, number[]>();
    actions.forEach(({ kind, workload, from, to }, a) => {
      if ((kind !== "migrate" && kind !== "transfer" && kind !== "copy") || (workloads !== null && workloads[workload] !== 1)) return;
      const sites = [index.hosts[from]?.site ?? "", index.hosts[to]?.site ?? ""].sort();
      const place = counts === "perHostIn" ? (counted(to) ? `${to}` : null)
        : counts === "perHostOut" ? (counted(from) && kind !== "copy" ? `${from}` : null)
        : !counted(from) && !counted(to) ? null
        : counts === "total" ? "all" : sites[0] === sites[1] ? null : sites.join(" ");
      if (place !== null) append(places, place, a);
    });
    for (const found of places.values()) {
      // As many as may be under way at once need no order.
      if (found.length > atMost) scopes.push({ about: `policy ${policy}`, actions: found, kind: "order", takesAway: always, adds: always });
    }
  }
  return scopes;
}

/** Can its end free something on one of the hosts? */
function takesAwayFrom(action: DenseAction | undefined, hosts: Int32Array): boolean {
  if (action === undefined || !hosts.includes(action.from)) return false;
  return action.kind !== "copy" && action.kind !== "start" && action.kind !== "bootHost";
}

/** Can its start bring something to one of the hosts? */
function addsTo(action: DenseAction | undefined, hosts: Int32Array): boolean {
  if (action === undefined) return false;
  if (action.kind === "start" || action.kind === "bootHost") return hosts.includes(action.from);
  return action.to >= 0 && hosts.includes(action.to);
}
