import type { FleetIndex } from "../model/snapshot.ts";
import { startOrdersOf, type Constraint } from "../policies/index.ts";
import type { KnownFleet } from "./known-fleet.ts";
import type { Undo } from "./undo.ts";

/** For each step, positions of those that must have ended before it. */
export type Order = readonly (readonly number[])[];

/** After the last step before it at each of its hosts and of its workload, and after those that `needs` names. */
export function orderedByPlace(steps: readonly Undo[], needs: Order): Order {
  const last = new Map<string, number>();
  return steps.map(({ action }, n) => {
    const names = Object.entries(action).flatMap(([key, name]) => (key === "kind" ? [] : [name]));
    const before = new Set([...names.flatMap((name) => last.get(name) ?? []), ...(needs[n] ?? [])]);
    for (const name of names) last.set(name, n);
    return [...before].sort((a, b) => a - b);
  });
}

export function orderedOneByOne(steps: readonly Undo[]): Order {
  return steps.map((_, n) => (n === 0 ? [] : [n - 1]));
}

/**
 * What start orders ask of the steps: a start waits for the starts of what it needs, and a stop for good for those of
 * what needs it. Positions may be of later steps.
 */
export function needsOf(steps: readonly Undo[], constraints: readonly Constraint[], ends: KnownFleet): Order {
  const { index } = ends;
  const [starts, stops] = [lastOf("start", steps, index), lastOf("stop", steps, index)];
  const runs = (w: number): boolean => ends.where(w).activity === "running";
  const needs: Set<number>[] = steps.map(() => new Set());
  const link = (before: number | undefined, after: number | undefined): void => {
    if (before !== undefined && after !== undefined) needs[after]?.add(before);
  };
  for (const { holders, needed } of startOrdersOf(constraints)) {
    for (const dependent of holders) {
      if (needed.includes(dependent)) continue;
      for (const provider of needed) {
        link(starts.get(provider), starts.get(dependent));
        if (!runs(dependent) && !runs(provider)) link(stops.get(dependent), stops.get(provider));
      }
    }
  }
  return needs.map((before) => [...before]);
}

/** The same steps as near to their order as `needs` allow, and what happens to one workload and to the power of a host; as they are when nothing does. */
export function inOrderOf(steps: readonly Undo[], needs: Order): readonly Undo[] {
  const kept = ownOrder(steps);
  const before = steps.map((_, n) => [...(needs[n] ?? []), ...(kept[n] ?? [])]);
  const placed = new Set<number>();
  while (placed.size < steps.length) {
    const next = steps.findIndex((_, n) => !placed.has(n) && (before[n] ?? []).every((other) => placed.has(other)));
    if (next < 0) return steps;
    placed.add(next);
  }
  return [...placed].flatMap((n) => steps[n] ?? []);
}

/** After the one before it with the same workload; and a host is switched between those who leave it and those who come, as before. */
function ownOrder(steps: readonly Undo[]): Order {
  const ofWorkload = new Map<string, number>();
  const switched = new Map<string, number>();
  const since = new Map<string, number[]>();
  return steps.map(({ action }, n) => {
    const isPower = action.kind === "bootHost" || action.kind === "shutdownHost";
    const hosts = "host" in action ? [action.host] : [action.from, action.to];
    const before = hosts.flatMap((host) => [...(switched.has(host) ? [switched.get(host) ?? -1] : []), ...(isPower ? since.get(host) ?? [] : [])]);
    if ("workload" in action) {
      const previous = ofWorkload.get(action.workload);
      if (previous !== undefined) before.push(previous);
      ofWorkload.set(action.workload, n);
    }
    for (const host of hosts) {
      if (isPower) switched.set(host, n);
      since.set(host, isPower ? [] : [...(since.get(host) ?? []), n]);
    }
    return before;
  });
}

function lastOf(kind: "start" | "stop", steps: readonly Undo[], { workloadIndex }: FleetIndex): ReadonlyMap<number, number> {
  return new Map(steps.flatMap(({ action }, n) => (action.kind === kind ? [[workloadIndex.get(action.workload) ?? -1, n] as const] : [])));
}
