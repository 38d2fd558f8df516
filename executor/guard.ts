import type { Action } from "../model/plan.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { windowsOf, type ActionWindow, type Constraint } from "../policies/index.ts";
import { afterwards, during, KnownFleet, placesOf } from "./known-fleet.ts";

/**
 * Looks, before an action begins, whether its beginning or its end would break a continuous must more than it is broken
 * now and was before the plan. While all goes as planned the plan's own proof says no; after a failure, or when hosts change by themselves,
 * this is what stops what may not go on.
 */
export class Guard {
  readonly #index: FleetIndex;
  readonly #ofWorkload = new Map<number, Constraint[]>();
  readonly #ofHost = new Map<number, Constraint[]>();
  readonly #ofAll: Constraint[] = [];
  readonly #windows: readonly ActionWindow[];
  readonly #before: KnownFleet;
  /** What each rule was broken by before the plan. */
  readonly #allowed = new Map<Constraint, ReadonlyMap<string, number>>();

  constructor(index: FleetIndex, constraints: readonly Constraint[]) {
    this.#index = index;
    this.#before = KnownFleet.atRest(index);
    this.#windows = windowsOf(constraints);
    for (const constraint of constraints) {
      if (constraint.strength !== "must" || constraint.holds !== "continuously") continue;
      const { workloads, hosts } = constraint;
      if (workloads !== null) for (const w of workloads) append(this.#ofWorkload, w, constraint);
      if (hosts !== null) for (const h of hosts) append(this.#ofHost, h, constraint);
      if (workloads === null && hosts === null) this.#ofAll.push(constraint);
    }
  }

  /** Why an action may not begin now, in words; null when it may. */
  objection(now: KnownFleet, action: Action): string | null {
    const begun = during(now, action);
    const { workload, from, to } = placesOf(this.#index, action);
    return this.#worse(now, [begun, afterwards(begun, action)], this.#touched(workload, [from, to]));
  }

  /** Why a workload may not count as being somewhere else, in words; null when it may. */
  objectionTo(now: KnownFleet, then: KnownFleet, workload: number): string | null {
    const { host, leaving } = then.where(workload);
    return this.#worse(now, [then], this.#touched(workload, [host, leaving]));
  }

  #worse(now: KnownFleet, thens: readonly KnownFleet[], constraints: ReadonlySet<Constraint>): string | null {
    for (const constraint of constraints) {
      for (const then of thens) {
        const found = constraint.check(then);
        if (found.length === 0) continue;
        const broken = amountsOf(constraint, now);
        const allowed = this.#allowedBy(constraint);
        const worse = found.find(({ key, amount }) => amount > Math.max(broken.get(key) ?? 0, allowed.get(key) ?? 0));
        if (worse !== undefined) return `policy ${constraint.policy} would be broken: ${constraint.explain(worse)}`;
      }
    }
    return null;
  }

  /** The first instant (UTC milliseconds) from `fromMs` on at which the windows let an action begin; null for none. */
  opensMs(action: Action, fromMs: number, durationMs: number): number | null {
    const { workload } = placesOf(this.#index, action);
    let opensMs = fromMs;
    for (const window of this.#windows) {
      if (!window.workloads.includes(workload)) continue;
      const next = window.nextStart(opensMs, durationMs);
      if (next === null) return null;
      opensMs = Math.max(opensMs, next);
    }
    return opensMs;
  }

  #allowedBy(constraint: Constraint): ReadonlyMap<string, number> {
    const known = this.#allowed.get(constraint);
    if (known !== undefined) return known;
    const amounts = amountsOf(constraint, this.#before);
    this.#allowed.set(constraint, amounts);
    return amounts;
  }

  #touched(workload: number, hosts: readonly number[]): ReadonlySet<Constraint> {
    const near = hosts.flatMap((h) => this.#ofHost.get(h) ?? []);
    return new Set([...(this.#ofWorkload.get(workload) ?? []), ...near, ...this.#ofAll]);
  }
}

function amountsOf(constraint: Constraint, instant: KnownFleet): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>();
  for (const { key, amount } of constraint.check(instant)) amounts.set(key, (amounts.get(key) ?? 0) + amount);
  return amounts;
}

function append(lists: Map<number, Constraint[]>, key: number, constraint: Constraint): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [constraint]);
  else known.push(constraint);
}
