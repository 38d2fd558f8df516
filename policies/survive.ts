import type { FleetIndex } from "../model/snapshot.ts";
import type { FillForm, SurviveForm } from "./form.ts";
import { gaugeOf, membersOf, type Gauge, type GaugedForm } from "./gauge.ts";

/** Assignments tried for one loss; a loss that needs more counts as not shown. */
export const nodeLimitPerLoss = 20_000;

/**
 * The amount of a failover rule: for how many losses no new place for all that ran there is shown. Exact as long as the
 * search stays within `nodeLimitPerLoss`. What was lost and is not a member stays where it was, like everybody else.
 */
export function surviveAmount(form: SurviveForm, index: FleetIndex, hostOf: ArrayLike<number>): number {
  return lossesNotSurvived(form, index, hostOf).length;
}

/** The losses, by position in `form.losses`, for which no new place for everybody is shown. */
export function lossesNotSurvived(form: SurviveForm, index: FleetIndex, hostOf: ArrayLike<number>): readonly number[] {
  const state = new Aftermath(form, index, hostOf);
  return form.losses.flatMap((loss, i) => (state.survives(loss) ? [] : [i]));
}

/** What of the musts does not depend on the placement; worked out once for each form. */
interface Rules {
  /** Rows of hosts that a workload may be on once it starts anew, by workload: what is lost is not moved. */
  readonly allowedRows: ReadonlyMap<number, readonly Uint8Array[]>;
  readonly fills: readonly FillForm[];
  /** For each fill the dense sizes of all workloads, and where they count wherever workloads are. */
  readonly sizeOf: readonly Float64Array[];
  readonly homeOf: readonly (Int32Array | null)[];
  readonly fillsOfHost: readonly (readonly number[])[];
  readonly gauged: readonly GaugedForm[];
  /** Positions in `gauged`, by workload; those that look at everybody are in `gaugedByAll`. */
  readonly gaugedBy: ReadonlyMap<number, readonly number[]>;
  readonly gaugedByAll: readonly number[];
}

const rulesOfForm = new WeakMap<SurviveForm, Rules>();

function rulesOf(form: SurviveForm, index: FleetIndex): Rules {
  const known = rulesOfForm.get(form);
  if (known !== undefined) return known;
  const keep = form.keep();
  const allowedRows = new Map<number, Uint8Array[]>();
  for (const each of keep) if (each.kind === "allow") listAt(allowedRows, each.workload).push(each.allowedAnew ?? each.allowed);
  const fills = keep.filter((each) => each.kind === "fill");
  const fillsOfHost: number[][] = index.hosts.map(() => []);
  fills.forEach(({ hosts }, f) => { for (const h of new Set(hosts)) fillsOfHost[h]?.push(f); });
  const gauged: GaugedForm[] = [];
  const gaugedBy = new Map<number, number[]>();
  const gaugedByAll: number[] = [];
  for (const each of keep) {
    if (each.kind === "allow" || each.kind === "fill" || each.kind === "survive") continue;
    const g = gauged.push(each) - 1;
    if (each.kind === "linear" && each.hosts !== null) gaugedByAll.push(g);
    else for (const w of membersOf(each)) listAt(gaugedBy, w).push(g);
  }
  const rules = { allowedRows, fills, sizeOf: denseSizes(fills, index), homeOf: denseHomes(fills, index), fillsOfHost, gauged, gaugedBy, gaugedByAll };
  rulesOfForm.set(form, rules);
  return rules;
}

function denseSizes(fills: readonly FillForm[], index: FleetIndex): readonly Float64Array[] {
  const bySizes = new Map<Float64Array, Float64Array>();
  return fills.map(({ members, sizes }) => {
    const known = bySizes.get(sizes);
    if (known !== undefined) return known;
    const dense = new Float64Array(index.workloads.length);
    members.forEach((w, i) => { dense[w] = sizes[i] ?? 0; });
    bySizes.set(sizes, dense);
    return dense;
  });
}

function denseHomes(fills: readonly FillForm[], index: FleetIndex): readonly (Int32Array | null)[] {
  const byHome = new Map<Int32Array, Int32Array>();
  return fills.map(({ members, home }) => {
    if (home === undefined) return null;
    const known = byHome.get(home);
    if (known !== undefined) return known;
    const dense = new Int32Array(index.workloads.length).fill(-1);
    members.forEach((w, i) => { dense[w] = home[i] ?? -1; });
    byHome.set(home, dense);
    return dense;
  });
}

/** What is free of one resource on the hosts that take over. */
interface Room {
  readonly sizeOf: Float64Array;
  readonly free: Float64Array;
  readonly total: number;
}

/** A placement from which losses are tried, one after the other, each undone before the next. */
class Aftermath {
  readonly #form: SurviveForm;
  readonly #rules: Rules;
  readonly #hostOf: ArrayLike<number>;
  readonly #hostCount: number;
  readonly #membersOn: ReadonlyMap<number, readonly number[]>;
  /** Load of each fill, and the most it may carry: its limit, or what it carried before the loss when that is more. */
  readonly #loads: Float64Array;
  readonly #ceilings: Float64Array;
  readonly #gauges: readonly Gauge[];
  readonly #before: readonly number[];
  /** Of the resources that every host that takes over limits. */
  readonly #room: readonly Room[];
  #nodes = 0;

  constructor(form: SurviveForm, index: FleetIndex, hostOf: ArrayLike<number>) {
    this.#form = form;
    this.#rules = rulesOf(form, index);
    this.#hostOf = hostOf;
    this.#hostCount = index.hosts.length;
    const membersOn = new Map<number, number[]>();
    for (const w of form.members) if ((hostOf[w] ?? -1) >= 0) listAt(membersOn, hostOf[w] ?? -1).push(w);
    this.#membersOn = membersOn;
    const { fills, fillsOfHost, gauged } = this.#rules;
    this.#loads = Float64Array.from(fills, ({ home, sizes, hosts }) => {
      const inside = new Set(hosts);
      return home?.reduce((sum, h, i) => sum + (inside.has(h) ? (sizes[i] ?? 0) : 0), 0) ?? 0;
    });
    for (let w = 0; w < index.workloads.length; w++) {
      const h = hostOf[w] ?? -1;
      for (const f of fillsOfHost[h] ?? []) this.#loads[f] = (this.#loads[f] ?? 0) + this.#sizeAt(f, w, h);
    }
    this.#ceilings = Float64Array.from(fills, ({ limit }, f) => Math.max(limit, this.#loads[f] ?? 0));
    this.#gauges = gauged.map((each) => gaugeOf(each, index, hostOf));
    this.#before = this.#gauges.map((gauge) => gauge.amount());
    this.#room = this.#roomByResource();
  }

  survives(loss: Int32Array): boolean {
    const lost = [...new Set(loss)].flatMap((h) => this.#membersOn.get(h) ?? []);
    if (lost.length === 0) return true;
    const gone = new Set(loss);
    if (this.#lacksRoom(lost, gone)) return false;
    lost.sort((a, b) => this.#freedom(a) - this.#freedom(b) || this.#weight(b) - this.#weight(a) || a - b);
    for (const w of lost) this.#change(w, this.#hostOf[w] ?? -1, -1);
    const touched = [...new Set([...this.#rules.gaugedByAll, ...lost.flatMap((w) => this.#rules.gaugedBy.get(w) ?? [])])];
    const placed: number[] = [];
    this.#nodes = 0;
    const survives = this.#place(lost, gone, touched, placed);
    placed.forEach((h, i) => this.#change(lost[i] ?? -1, h, -1));
    for (const w of lost) this.#change(w, this.#hostOf[w] ?? -1, 1);
    return survives;
  }

  /** Depth first with an explicit stack: `placed[i]` is the host tried for `lost[i]`. Leaves the last assignment in place. */
  #place(lost: readonly number[], gone: ReadonlySet<number>, touched: readonly number[], placed: number[]): boolean {
    let next = 0;
    while (this.#nodes < nodeLimitPerLoss) {
      const w = lost[placed.length];
      if (w === undefined) {
        if (touched.every((g) => this.#keeps(g))) return true;
        next = this.#takeBack(lost, placed) + 1;
        continue;
      }
      const h = this.#firstPlace(w, next, gone);
      if (h < this.#hostCount) {
        placed.push(h);
        next = 0;
      } else if (placed.length === 0) return false;
      else next = this.#takeBack(lost, placed) + 1;
    }
    return false;
  }

  /** Puts `w` on the first host from `from` on that breaks nothing which more workloads could not mend; that host. */
  #firstPlace(w: number, from: number, gone: ReadonlySet<number>): number {
    const own = [...(this.#rules.gaugedBy.get(w) ?? [])].filter((g) => this.#gauges[g]?.growing === true);
    let h = from;
    for (; h < this.#hostCount; h++) {
      if (this.#form.takers[h] !== 1 || gone.has(h) || !this.#mayBeOn(w, h) || !this.#fits(w, h)) continue;
      this.#nodes++;
      this.#change(w, h, 1);
      if (own.every((g) => this.#keeps(g))) return h;
      this.#change(w, h, -1);
      if (this.#nodes >= nodeLimitPerLoss) return this.#hostCount;
    }
    return h;
  }

  #takeBack(lost: readonly number[], placed: number[]): number {
    const h = placed.pop() ?? -1;
    this.#change(lost[placed.length] ?? -1, h, -1);
    return h;
  }

  #mayBeOn(w: number, h: number): boolean {
    const before = this.#hostOf[w] ?? -1;
    return (this.#rules.allowedRows.get(w) ?? []).every((row) => row[h] === 1 || row[before] !== 1);
  }

  #fits(w: number, h: number): boolean {
    return (this.#rules.fillsOfHost[h] ?? []).every((f) => {
      const size = this.#sizeAt(f, w, h);
      return size === 0 || (this.#loads[f] ?? 0) + size <= (this.#ceilings[f] ?? 0);
    });
  }

  #keeps(g: number): boolean {
    return (this.#gauges[g]?.amount() ?? 0) <= (this.#before[g] ?? 0);
  }

  #change(w: number, h: number, by: 1 | -1): void {
    for (const f of this.#rules.fillsOfHost[h] ?? []) this.#loads[f] = (this.#loads[f] ?? 0) + by * this.#sizeAt(f, w, h);
    for (const g of this.#rules.gaugedBy.get(w) ?? []) this.#gauges[g]?.change(w, h, by);
    for (const g of this.#rules.gaugedByAll) this.#gauges[g]?.change(w, h, by);
  }

  /** What being on a host adds to a fill: nothing where the workload counts anyway. */
  #sizeAt(f: number, w: number, h: number): number {
    return this.#rules.homeOf[f]?.[w] === h ? 0 : (this.#rules.sizeOf[f]?.[w] ?? 0);
  }

  /** A cheap necessary test: what is lost is in all no larger than the room that is left in all. */
  #lacksRoom(lost: readonly number[], gone: ReadonlySet<number>): boolean {
    return this.#room.some(({ sizeOf, free, total }) => {
      let room = total;
      for (const h of gone) room -= free[h] ?? 0;
      return lost.reduce((sum, w) => sum + (sizeOf[w] ?? 0), 0) > room;
    });
  }

  #roomByResource(): readonly Room[] {
    const { fills, sizeOf } = this.#rules;
    const freeBySizes = new Map<Float64Array, Float64Array>();
    fills.forEach(({ hosts, home }, f) => {
      // Somebody who comes back to where he counts anyway needs no room.
      if (home !== undefined) return;
      const [h] = hosts;
      const sizes = sizeOf[f];
      if (hosts.length !== 1 || h === undefined || sizes === undefined || this.#form.takers[h] !== 1) return;
      const free = freeBySizes.get(sizes) ?? new Float64Array(this.#hostCount).fill(Infinity);
      freeBySizes.set(sizes, free);
      free[h] = Math.min(free[h] ?? 0, (this.#ceilings[f] ?? 0) - (this.#loads[f] ?? 0));
    });
    return [...freeBySizes].flatMap(([sizes, free]) => {
      const takers = free.map((room, h) => (this.#form.takers[h] === 1 ? room : 0));
      const total = takers.reduce((sum, room) => sum + room, 0);
      return Number.isFinite(total) ? [{ sizeOf: sizes, free: takers, total }] : [];
    });
  }

  /** On how many hosts a workload may be at all; the least free are placed first. */
  #freedom(w: number): number {
    return (this.#rules.allowedRows.get(w) ?? []).reduce((least, row) => Math.min(least, hostsAllowed(row)), this.#hostCount);
  }

  #weight(w: number): number {
    return this.#room.reduce((sum, { sizeOf, total }) => sum + (sizeOf[w] ?? 0) / Math.max(1, total), 0);
  }
}

const allowedCounts = new WeakMap<Uint8Array, number>();

function hostsAllowed(row: Uint8Array): number {
  const known = allowedCounts.get(row) ?? row.reduce((sum, allowed) => sum + Number(allowed === 1), 0);
  allowedCounts.set(row, known);
  return known;
}

function listAt<Item>(lists: Map<number, Item[]>, key: number): Item[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const made: Item[] = [];
  lists.set(key, made);
  return made;
}
