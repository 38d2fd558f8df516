import { amountOf, type ResourceKind } from "../../model/resource.ts";
import type { FleetIndex, Whereabouts } from "../../model/snapshot.ts";
import type { FillForm } from "../../policies/form.ts";
import type { Constraint, Form } from "../../policies/index.ts";
import { placesOf, type FleetState } from "./fleet-state.ts";
import { rowsOf, type Rows } from "./rows.ts";

interface Pool {
  readonly constraint: number;
  readonly resource: number;
  readonly hosts: Int32Array;
  readonly limit: number;
  /** What workloads keep on a host wherever they are; null when they keep nothing. */
  readonly kept: Kept | null;
}

/** By workload: the host on which it keeps its share, -1 for none, and how much. */
interface Kept {
  readonly home: Int32Array;
  readonly amount: Float64Array;
}

/** What a pool would hold, and the limit that this is over. */
export interface Overfull {
  readonly constraint: number;
  readonly value: number;
  readonly limit: number;
}

/**
 * Capacity on the fast path: what every pool of hosts holds at this instant, kept as workloads change places. A pool
 * within its limit needs no `check`; one above it is left to `check`, which alone decides what may stay broken.
 */
export class Pools {
  readonly #kinds: readonly ResourceKind[];
  readonly #pools: readonly Pool[];
  readonly #ofHost: Rows;
  readonly #loads: Float64Array;
  readonly #reservations: Float64Array;
  /** 1 for pools over their limit before the plan, of which only `check` knows how much may stay. */
  readonly #overBefore: Uint8Array;

  /** `numbers` are the positions in `constraints` of those to keep here. */
  constructor(index: FleetIndex, constraints: readonly Constraint[], numbers: readonly number[], state: FleetState) {
    this.#kinds = index.fleet.resources;
    const byName = new Map(this.#kinds.map(({ name }, r) => [name, r]));
    const keptBy = new Map<Int32Array, Kept>();
    this.#pools = numbers.flatMap((constraint) => (constraints[constraint]?.forms() ?? []).flatMap((form): Pool[] => (form.kind !== "fill" ? [] : [{
      constraint, resource: byName.get(form.resource?.name ?? "") ?? 0, hosts: form.hosts, limit: form.limit, kept: keptOf(form, index, keptBy),
    }])));
    this.#ofHost = rowsOf(index.hosts.length, (emit) => this.#pools.forEach(({ hosts }, p) => hosts.forEach((h) => emit(h, p))));
    this.#loads = new Float64Array(this.#pools.length);
    this.#pools.forEach(({ kept, hosts }, p) => kept?.home.forEach((h, w) => {
      if (h >= 0 && hosts.includes(h)) this.#loads[p] = (this.#loads[p] ?? 0) + (kept.amount[w] ?? 0);
    }));
    this.#reservations = Float64Array.from(
      index.workloads.flatMap(({ reservation }) => this.#kinds.map(({ name }) => amountOf(reservation, name))));
    index.workloads.forEach((_, w) => this.#count(w, state.where(w), 1));
    this.#overBefore = Uint8Array.from(this.#pools, ({ limit }, p) => Number((this.#loads[p] ?? 0) > limit));
  }

  moved(workload: number, before: Whereabouts, after: Whereabouts): void {
    this.#count(workload, before, -1);
    this.#count(workload, after, 1);
  }

  /** A pool that a change of place would surely fill over its limit on a host, and what it would hold; null when none is sure. */
  overfilledBy(workload: number, host: number, before: Whereabouts, after: Whereabouts): Overfull | null {
    let found: Overfull | null = null;
    this.#ofHost.each(host, (p) => {
      const pool = this.#pools[p];
      const kind = this.#kinds[pool?.resource ?? 0];
      if (found !== null || pool === undefined || kind === undefined || pool.hosts.length !== 1 || this.#overBefore[p] === 1) return;
      const change = this.#counts(pool, workload, after, host) - this.#counts(pool, workload, before, host);
      const value = (this.#loads[p] ?? 0) + change;
      if (change > 0 && value > pool.limit) found = { constraint: pool.constraint, value, limit: pool.limit };
    });
    return found;
  }

  /** Calls back with the constraints whose pool is over its limit on a host. */
  eachOverfull(host: number, visit: (constraint: number) => void): void {
    this.#ofHost.each(host, (p) => {
      const pool = this.#pools[p];
      if (pool !== undefined && (this.#loads[p] ?? 0) > pool.limit) visit(pool.constraint);
    });
  }

  /** What the pools of one constraint hold, for tests against its `check`. */
  loadOf(constraint: number): number {
    return this.#pools.reduce((sum, pool, p) => sum + (pool.constraint === constraint ? (this.#loads[p] ?? 0) : 0), 0);
  }

  #count(workload: number, where: Whereabouts, sign: 1 | -1): void {
    for (const h of placesOf(where)) {
      this.#ofHost.each(h, (p) => {
        const pool = this.#pools[p];
        if (pool !== undefined) this.#loads[p] = (this.#loads[p] ?? 0) + sign * this.#counts(pool, workload, where, h);
      });
    }
  }

  /** What a workload adds on a host where it is present, above what it keeps there anyway. */
  #counts({ resource, kept }: Pool, workload: number, where: Whereabouts, h: number): number {
    const kind = this.#kinds[resource];
    if (kind === undefined || !holds(kind, where, h)) return 0;
    const amount = this.#reservations[workload * this.#kinds.length + resource] ?? 0;
    return kept?.home[workload] === h ? Math.max(0, amount - (kept.amount[workload] ?? 0)) : amount;
  }
}

function keptOf({ members, sizes, home }: FillForm, index: FleetIndex, known: Map<Int32Array, Kept>): Kept | null {
  if (home === undefined) return null;
  const found = known.get(home);
  if (found !== undefined) return found;
  const kept = { home: new Int32Array(index.workloads.length).fill(-1), amount: new Float64Array(index.workloads.length) };
  members.forEach((w, i) => {
    kept.home[w] = home[i] ?? -1;
    kept.amount[w] = sizes[i] ?? 0;
  });
  known.set(home, kept);
  return kept;
}

/** Does a workload hold its reservation on host `h`? Promised on the target from the first byte on, where the kind says so. */
function holds(kind: ResourceKind, { host, arriving, leaving, activity }: Whereabouts, h: number): boolean {
  const stopped = activity === "stopped";
  if (host === h) return !stopped || kind.whileStopped;
  if (arriving === h) return stopped ? kind.whileStopped : kind.whileMoving === "both";
  return leaving === h && kind.whileStopped;
}

/** Is a constraint nothing but pools of named resources? */
export function isPooled(forms: readonly Form[]): boolean {
  return forms.length > 0 && forms.every((form) => form.kind === "fill" && form.resource !== undefined);
}
