import type { FleetIndex } from "../../model/snapshot.ts";
import type { Constraint, Violation } from "../../policies/index.ts";
import { FleetState } from "./fleet-state.ts";
import { isPooled, Pools } from "./pools.ts";
import { Presence } from "./presence.ts";
import { rowsOf, type Rows } from "./rows.ts";
import { afterwards, arrivesAt, during, hostsOf, type Step } from "./step.ts";

/** Kinds that the scheduler keeps by itself, through limits, windows and edges, and not by asking `check`. */
const keptElsewhere = new Set(["parallelism", "window", "start-order", "change-limit"]);

/** A rule that keeps a step from starting. */
export interface Refusal {
  /** Position in `constraints`. */
  readonly constraint: number;
  /** Null when the rule only asks the step to wait for another one. */
  readonly violation: Violation | null;
}

/**
 * The continuous musts over a state: asked before each step, only those in whose scope the step is. A rule broken
 * before the plan may stay as broken as it was, key by key, and no more.
 */
export class Rules {
  readonly state: FleetState;
  readonly constraints: readonly Constraint[];
  readonly #index: FleetIndex;
  readonly #pools: Pools;
  readonly #presence: Presence;
  readonly #pooled: Uint8Array;
  readonly #ofWorkload: Rows;
  readonly #ofHost: Rows;
  readonly #ofEverything: readonly number[];
  readonly #busy: Int32Array;
  readonly #allMonotone: boolean;
  /** Per rule, the last question about a step in which it was found. */
  readonly #noted: Int32Array;
  #round = 0;
  readonly #allowedBefore = new Map<number, ReadonlyMap<string, number>>();
  #initial: FleetState | null = null;

  constructor(index: FleetIndex, all: readonly Constraint[], state: FleetState) {
    this.#index = index;
    this.state = state;
    this.constraints = all.filter(({ strength, holds, kind }) => strength === "must" && holds === "continuously" && !keptElsewhere.has(kind));
    const pooled = new Uint8Array(this.constraints.length);
    this.#pooled = pooled;
    this.constraints.forEach((constraint, k) => {
      pooled[k] = constraint.kind === "capacity" && constraint.monotone && isPooled(constraint.forms()) ? 1 : 0;
    });
    this.#pools = new Pools(index, this.constraints, this.constraints.flatMap((_, k) => (pooled[k] === 1 ? [k] : [])), state);
    this.#presence = new Presence(this.constraints, state);
    state.watch((w, before, after) => {
      this.#pools.moved(w, before, after);
      this.#presence.moved(w, before, after);
    });
    this.#ofWorkload = rowsOf(index.workloads.length, (emit) =>
      this.constraints.forEach(({ workloads }, k) => workloads?.forEach((w) => emit(w, k))));
    this.#ofHost = rowsOf(index.hosts.length, (emit) =>
      this.constraints.forEach(({ hosts }, k) => (pooled[k] === 0 || hosts?.length !== 1) && hosts?.forEach((h) => emit(h, k))));
    this.#ofEverything = this.constraints.flatMap(({ workloads, hosts }, k) => (workloads === null && hosts === null ? [k] : []));
    this.#busy = new Int32Array(this.constraints.length);
    this.#allMonotone = this.constraints.every(({ monotone }) => monotone);
    this.#noted = new Int32Array(this.constraints.length);
  }

  /** Positions of the rules, other than pools of one host, in whose scope a step is; ascending, each once. */
  touchedBy(step: Step): readonly number[] {
    const found = [...this.#ofEverything];
    const round = ++this.#round;
    const note = (k: number): void => {
      if (this.#noted[k] === round) return;
      this.#noted[k] = round;
      found.push(k);
    };
    const places = hostsOf(step);
    if (step.workload >= 0) {
      this.#ofWorkload.each(step.workload, (k) => {
        const hosts = this.constraints[k]?.hosts ?? null;
        if (hosts === null || places.some((h) => hosts.includes(h))) note(k);
      });
    }
    for (const h of places) {
      this.#ofHost.each(h, (k) => {
        if (step.workload < 0 || this.constraints[k]?.workloads === null) note(k);
      });
    }
    return found.sort((a, b) => a - b);
  }

  /** Starts a step when every rule allows it; otherwise nothing changes and the answer says which rule refuses. */
  begin(step: Step): Refusal | null {
    // The most frequent refusal comes first where no rule asks steps to wait for each other.
    const early = this.#allMonotone ? this.#overfull(step) : null;
    if (early !== null) return early;
    const touched = this.touchedBy(step);
    const waitsFor = touched.find((k) => this.constraints[k]?.monotone === false && (this.#busy[k] ?? 0) > 0);
    if (waitsFor !== undefined) return { constraint: waitsFor, violation: null };
    const refusal = (this.#allMonotone ? null : this.#overfull(step)) ?? this.#tryOut(step, touched);
    if (refusal !== null) return refusal;
    for (const k of touched) this.#busy[k] = (this.#busy[k] ?? 0) + 1;
    this.#enter(step);
    return null;
  }

  finish(step: Step): void {
    for (const k of this.touchedBy(step)) this.#busy[k] = (this.#busy[k] ?? 0) - 1;
    this.#leave(step);
  }

  /** What speaks against a step now. Nothing changes. */
  refusalOf(step: Step): Refusal | null {
    return this.#overfull(step) ?? this.#tryOut(step, this.touchedBy(step));
  }

  /** What speaks against a step now, were its workload stopped first. Nothing changes. */
  refusalWhenStopped(step: Step): Refusal | null {
    const before = this.state.where(step.workload);
    this.state.set(step.workload, { ...before, activity: "stopped" });
    const refusal = this.refusalOf(step);
    this.state.set(step.workload, before);
    return refusal;
  }

  /** A refusal in words. */
  explain({ constraint, violation }: Refusal): string {
    const rule = this.constraints[constraint];
    if (rule === undefined) return "";
    return violation === null ? `${rule.policy}: one action at a time` : `${rule.policy}: ${rule.explain(violation)}`;
  }

  /** Violations of a rule that are more than they were before the plan. */
  worse(k: number): readonly Violation[] {
    const rule = this.constraints[k];
    const found = rule?.check(this.state) ?? [];
    if (rule === undefined || found.length === 0) return [];
    let before = this.#allowedBefore.get(k);
    if (before === undefined) {
      this.#initial ??= new FleetState(this.#index);
      before = new Map(rule.check(this.#initial).map(({ key, amount }) => [key, amount]));
      this.#allowedBefore.set(k, before);
    }
    return found.filter(({ key, amount }) => amount > (before.get(key) ?? 0));
  }

  /** While it is under way, and for rules that fewer presences can break, also once it is done. */
  #tryOut(step: Step, touched: readonly number[]): Refusal | null {
    const before = step.workload < 0 ? null : this.state.where(step.workload);
    this.#enter(step);
    let refusal = this.#refusal(step, touched);
    if (refusal === null && touched.some((k) => this.constraints[k]?.monotone === false)) {
      this.#leave(step);
      refusal = this.#refusal(step, touched.filter((k) => this.constraints[k]?.monotone === false));
    }
    if (before !== null) this.state.set(step.workload, before);
    else this.state.switchHost(step.from, step.kind === "shutdownHost");
    return refusal;
  }

  /** A host that is surely too full, found without trying. */
  #overfull(step: Step): Refusal | null {
    const host = arrivesAt(step);
    if (host < 0 || step.workload < 0) return null;
    const before = this.state.where(step.workload);
    const found = this.#pools.overfilledBy(step.workload, host, before, during(step, before));
    if (found === null) return null;
    const { constraint, value, limit } = found;
    return { constraint, violation: { key: this.constraints[constraint]?.subject ?? "", amount: value - limit, workloads: [step.workload], hosts: [host], value, limit } };
  }

  #refusal(step: Step, touched: readonly number[]): Refusal | null {
    const suspects: number[] = [];
    for (const h of hostsOf(step)) this.#pools.eachOverfull(h, (k) => suspects.push(k));
    for (const k of touched) if (this.#pooled[k] !== 1 && !this.#presence.surelyKept(k, step)) suspects.push(k);
    for (const constraint of suspects) {
      const violation = this.worse(constraint)[0];
      if (violation !== undefined) return { constraint, violation };
    }
    return null;
  }

  #enter(step: Step): void {
    if (step.kind === "bootHost") this.state.switchHost(step.from, true);
    else if (step.workload >= 0) this.state.set(step.workload, during(step, this.state.where(step.workload)));
  }

  #leave(step: Step): void {
    if (step.kind === "shutdownHost") this.state.switchHost(step.from, false);
    else if (step.workload >= 0) this.state.set(step.workload, afterwards(step, this.state.where(step.workload)));
  }
}
