import type { Action } from "../model/plan.ts";
import { currentInstant, type FleetIndex, type Instant, type Whereabouts } from "../model/snapshot.ts";
import type { Found } from "./protocol.ts";

/**
 * The fleet as far as an execution knows it: a value. Every change gives a new one, which shares what has not changed.
 */
export class KnownFleet implements Instant {
  readonly index: FleetIndex;
  readonly #where: readonly Whereabouts[];
  readonly #present: readonly (readonly number[])[];
  readonly #on: readonly boolean[];
  readonly #underWay: readonly number[];

  private constructor(index: FleetIndex, where: readonly Whereabouts[], present: readonly (readonly number[])[], on: readonly boolean[], underWay: readonly number[]) {
    this.index = index;
    this.#where = where;
    this.#present = present;
    this.#on = on;
    this.#underWay = underWay;
  }

  /** Nothing under way yet. */
  static atRest(index: FleetIndex): KnownFleet {
    const now = currentInstant(index);
    return new KnownFleet(
      index, index.workloads.map((_, w) => now.where(w)), index.hosts.map((_, h) => now.present(h)), index.hosts.map((_, h) => now.isOn(h)), [],
    );
  }

  where(workload: number): Whereabouts {
    return this.#where[workload] ?? nowhere;
  }

  present(host: number): readonly number[] {
    return this.#present[host] ?? [];
  }

  underWay(): readonly number[] {
    return this.#underWay;
  }

  isOn(host: number): boolean {
    return this.#on[host] ?? false;
  }

  /** The same with one workload elsewhere. */
  put(workload: number, next: Whereabouts): KnownFleet {
    const before = this.where(workload);
    const hosts = new Set([before.host, before.arriving, before.leaving, next.host, next.arriving, next.leaving]);
    let present = this.#present;
    for (const h of hosts) {
      if (h < 0) continue;
      const others = this.present(h).filter((w) => w !== workload);
      present = present.with(h, isAt(next, h) ? inserted(others, workload) : others);
    }
    const others = this.#underWay.filter((w) => w !== workload);
    const underWay = next.arriving >= 0 ? inserted(others, workload) : others;
    return new KnownFleet(this.index, this.#where.with(workload, next), present, this.#on, underWay);
  }

  switched(host: number, on: boolean): KnownFleet {
    return this.isOn(host) === on ? this : new KnownFleet(this.index, this.#where, this.#present, this.#on.with(host, on), this.#underWay);
  }
}

export const nowhere: Whereabouts = { host: -1, arriving: -1, leaving: -1, activity: "stopped" };

function isAt({ host, arriving, leaving }: Whereabouts, h: number): boolean {
  return host === h || arriving === h || leaving === h;
}

function inserted(sorted: readonly number[], item: number): readonly number[] {
  const at = sorted.findIndex((other) => other > item);
  return at < 0 ? [...sorted, item] : sorted.toSpliced(at, 0, item);
}

/** An action with its names looked up; -1 where a field does not apply. */
export interface Places {
  readonly workload: number;
  /** Where it takes place, or the host that data leave. */
  readonly from: number;
  readonly to: number;
}

export function placesOf(index: FleetIndex, action: Action): Places {
  return {
    workload: "workload" in action ? (index.workloadIndex.get(action.workload) ?? -1) : -1,
    from: index.hostIndex.get("host" in action ? action.host : action.from) ?? -1,
    to: "to" in action ? (index.hostIndex.get(action.to) ?? -1) : -1,
  };
}

/** The fleet while an action is under way: what it takes, it takes at its start. */
export function during(fleet: KnownFleet, action: Action): KnownFleet {
  const { workload: w, from, to } = placesOf(fleet.index, action);
  const now = fleet.where(w);
  switch (action.kind) {
    case "bootHost": return fleet.switched(from, true);
    case "migrate": case "transfer": case "copy": return fleet.put(w, { ...now, arriving: to });
    case "start": return fleet.put(w, { ...now, host: from, activity: "starting" });
    case "stop": return fleet.put(w, { ...now, activity: "stopping" });
    case "shutdownHost": case "deleteSource": case "remove": return fleet;
  }
}

/** The fleet once an action has succeeded: what it gives back, it gives back at its end. */
export function afterwards(fleet: KnownFleet, action: Action): KnownFleet {
  const { workload: w, from, to } = placesOf(fleet.index, action);
  const now = fleet.where(w);
  switch (action.kind) {
    case "bootHost": return fleet.switched(from, true);
    case "shutdownHost": return fleet.switched(from, false);
    case "migrate": return fleet.put(w, { host: to, arriving: -1, leaving: -1, activity: "running" });
    case "transfer": return fleet.put(w, { host: to, arriving: -1, leaving: from, activity: "stopped" });
    case "copy": return fleet.put(w, { host: to, arriving: -1, leaving: -1, activity: "stopped" });
    case "start": return fleet.put(w, { ...now, host: from, activity: "running" });
    case "stop": return fleet.put(w, { ...now, activity: "stopped" });
    case "deleteSource": return fleet.put(w, { ...now, leaving: -1 });
    case "remove": return fleet.put(w, nowhere);
  }
}

/** The fleet once an action has failed: the workload is as before, but for what its performer found of it. */
export function withoutEffect(fleet: KnownFleet, action: Action, before: Whereabouts, found: Found | null): KnownFleet {
  const { workload: w, from } = placesOf(fleet.index, action);
  if (action.kind === "bootHost") return fleet.switched(from, false);
  if (action.kind === "shutdownHost") return fleet;
  if (action.kind === "copy" || (found !== "running" && found !== "stopped")) return fleet.put(w, before);
  return fleet.put(w, { ...before, host: before.host < 0 ? from : before.host, activity: before.leaving === from ? before.activity : found });
}
