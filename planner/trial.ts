import type { FleetIndex } from "../model/snapshot.ts";
import type { Constraint } from "../policies/index.ts";
import type { FillForm, Form, SurviveForm } from "../policies/form.ts";
import { gaugeOf, membersOf, type Gauge, type GaugedForm } from "../policies/gauge.ts";

/** Forms that can be counted in a blink; `survive` is a search of its own. */
type QuickForm = Exclude<Form, SurviveForm>;

/** A fill form with its dense sizes, where they count anyway, and its load as everybody is placed. */
interface Pool {
  readonly sizes: Float64Array;
  readonly home: Int32Array | null;
  readonly load: number;
}

/**
 * How much a constraint is broken with one workload somewhere else, everybody else staying. Counted on forms, whose
 * amounts equal what `check` finds, so that thousands of hosts can be asked about.
 */
export class Trials {
  readonly #index: FleetIndex;
  readonly #hostOf: ArrayLike<number>;
  readonly #gauges = new Map<Form, { readonly gauge: Gauge; readonly counts: Uint8Array | null }>();
  readonly #sizes = new Map<Int32Array, Map<Float64Array, Float64Array>>();
  readonly #homes = new Map<Int32Array, Int32Array>();
  readonly #pools = new Map<FillForm, Pool>();

  /** The placement must not change while this is used. */
  constructor(index: FleetIndex, hostOf: ArrayLike<number>) {
    this.#index = index;
    this.#hostOf = hostOf;
  }

  /** Sum of amounts of the forms with workload `w` on host `h`; nowhere when it is -1. */
  amount(forms: readonly QuickForm[], w: number, h: number): number {
    let total = 0;
    for (const form of forms) total += this.#amountOf(form, w, h);
    return total;
  }

  /** Sums the loads of all pools, so that the first question takes no longer than the others. */
  prepare(constraints: readonly Constraint[]): void {
    for (const constraint of constraints) {
      if (constraint.workloads !== null || constraint.hosts === null) continue;
      for (const form of constraint.forms()) if (form.kind === "fill") this.#poolOf(form);
    }
  }

  #amountOf(form: QuickForm, w: number, h: number): number {
    if (form.kind === "allow") return form.workload === w && h >= 0 && form.allowed[h] !== 1 ? 1 : 0;
    if (form.kind === "fill") return this.#fill(form, w, h);
    return this.#gauged(form, w, h);
  }

  #fill(form: FillForm, w: number, h: number): number {
    const pool = this.#poolOf(form);
    const size = pool.sizes[w] ?? 0;
    if (size === 0) return Math.max(0, pool.load - form.limit);
    const kept = pool.home?.[w] ?? -1;
    const here = this.#hostOf[w] ?? -1;
    const moved = size * (Number(h !== kept && isAmong(form.hosts, h)) - Number(here !== kept && isAmong(form.hosts, here)));
    return Math.max(0, pool.load + moved - form.limit);
  }

  #poolOf(form: FillForm): Pool {
    const known = this.#pools.get(form);
    if (known !== undefined) return known;
    const sizes = this.#sizesOf(form);
    const pool = { sizes, home: this.#homeOf(form), load: this.#loadOf(form, sizes) };
    this.#pools.set(form, pool);
    return pool;
  }

  #loadOf(form: FillForm, sizes: Float64Array): number {
    const home = this.#homeOf(form);
    let load = 0;
    for (const h of form.hosts) for (const w of this.#residents()[h] ?? []) if (home?.[w] !== h) load += sizes[w] ?? 0;
    form.home?.forEach((h, i) => { if (isAmong(form.hosts, h)) load += form.sizes[i] ?? 0; });
    return load;
  }

  #residentLists: readonly (readonly number[])[] | null = null;

  #residents(): readonly (readonly number[])[] {
    if (this.#residentLists !== null) return this.#residentLists;
    const lists: number[][] = this.#index.hosts.map(() => []);
    for (let w = 0; w < this.#index.workloads.length; w++) lists[this.#hostOf[w] ?? -1]?.push(w);
    this.#residentLists = lists;
    return lists;
  }

  #sizesOf({ members, sizes }: FillForm): Float64Array {
    const known = this.#sizes.get(members) ?? new Map<Float64Array, Float64Array>();
    this.#sizes.set(members, known);
    const found = known.get(sizes);
    if (found !== undefined) return found;
    const dense = new Float64Array(this.#index.workloads.length);
    members.forEach((w, i) => { dense[w] = sizes[i] ?? 0; });
    known.set(sizes, dense);
    return dense;
  }

  /** By workload, where its size counts wherever it is; null when sizes count only where workloads are. */
  #homeOf({ members, home }: FillForm): Int32Array | null {
    if (home === undefined) return null;
    const known = this.#homes.get(home) ?? new Int32Array(this.#index.workloads.length).fill(-1);
    if (!this.#homes.has(home)) members.forEach((w, i) => { known[w] = home[i] ?? -1; });
    this.#homes.set(home, known);
    return known;
  }

  #gauged(form: GaugedForm, w: number, h: number): number {
    const { gauge, counts } = this.#gaugeOf(form);
    if (counts !== null && counts[w] !== 1) return gauge.amount();
    const here = this.#hostOf[w] ?? -1;
    if (here === h) return gauge.amount();
    if (here >= 0) gauge.change(w, here, -1);
    if (h >= 0) gauge.change(w, h, 1);
    const amount = gauge.amount();
    if (h >= 0) gauge.change(w, h, -1);
    if (here >= 0) gauge.change(w, here, 1);
    return amount;
  }

  #gaugeOf(form: GaugedForm): { readonly gauge: Gauge; readonly counts: Uint8Array | null } {
    const known = this.#gauges.get(form);
    if (known !== undefined) return known;
    const everybody = form.kind === "linear" && form.hosts !== null;
    const counts = everybody ? null : new Uint8Array(this.#index.workloads.length);
    if (counts !== null) for (const w of membersOf(form)) counts[w] = 1;
    const made = { gauge: gaugeOf(form, this.#index, this.#hostOf), counts };
    this.#gauges.set(form, made);
    return made;
  }
}

/** The forms of a constraint whose amount can depend on where a workload is; null when one of them is a search of its own. */
export function quickForms(constraint: Constraint, w: number): readonly QuickForm[] | null {
  const forms = constraint.forms();
  const [only] = forms;
  if (only?.kind === "fill" && forms.length === 1) return forms as readonly FillForm[];
  const quick: QuickForm[] = [];
  for (const form of forms) {
    if (form.kind === "survive") return null;
    if (form.kind !== "allow" || form.workload === w) quick.push(form);
  }
  return quick;
}

function isAmong(hosts: Int32Array, h: number): boolean {
  return h >= 0 && (hosts.length === 1 ? hosts[0] === h : hosts.includes(h));
}
