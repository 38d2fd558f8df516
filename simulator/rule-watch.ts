import type { Strength } from "../model/policy.ts";
import type { Whereabouts } from "../model/snapshot.ts";
import type { Constraint, Violation } from "../policies/index.ts";
import type { Core } from "./core.ts";

/** A rule that was broken for a while, more than when the simulation began. */
export interface Breach {
  readonly constraint: string;
  readonly policy: string;
  readonly title: string;
  readonly strength: Strength;
  readonly words: string;
  readonly fromMs: number;
  /** Null: still broken at the end. */
  readonly toMs: number | null;
}

interface Open {
  readonly constraint: Constraint;
  readonly words: string;
  readonly fromMs: number;
}

/** Breaches that are told one by one; more are only counted. */
const toldMax = 10_000;

/** Checks the rules that hold continuously, after each instant at which somebody's place or a host's state changed. */
export class RuleWatch {
  readonly #core: Core;
  readonly #constraints: readonly Constraint[];
  readonly #ofWorkload = new Map<number, number[]>();
  readonly #ofHost = new Map<number, number[]>();
  readonly #always: number[] = [];
  readonly #touched = new Set<number>();
  readonly #last: Whereabouts[];
  readonly #baseline = new Map<number, ReadonlyMap<string, number>>();
  readonly #open = new Map<number, Map<string, Open>>();
  readonly #closed: Breach[] = [];
  count = 0;

  constructor(core: Core, constraints: readonly Constraint[]) {
    this.#core = core;
    this.#constraints = constraints.filter(({ holds, aboutTheWay, kind }) => holds === "continuously" && (!aboutTheWay || kind === "parallelism"));
    this.#constraints.forEach(({ workloads, hosts }, k) => {
      if (workloads === null && hosts === null) this.#always.push(k);
      for (const w of workloads ?? []) append(this.#ofWorkload, w, k);
      for (const h of workloads === null ? (hosts ?? []) : []) append(this.#ofHost, h, k);
      const before = new Map<string, number>();
      for (const { key, amount } of this.#constraints[k]?.check(core.world) ?? []) before.set(key, (before.get(key) ?? 0) + amount);
      if (before.size > 0) this.#baseline.set(k, before);
    });
    this.#last = core.index.workloads.map((_, w) => core.world.where(w));
  }

  touchWorkload(w: number): void {
    const now = this.#core.world.where(w);
    const before = this.#last[w] ?? now;
    this.#last[w] = now;
    for (const k of this.#ofWorkload.get(w) ?? []) this.#touched.add(k);
    for (const { host, arriving, leaving } of [before, now]) for (const h of [host, arriving, leaving]) this.#touchRulesOf(h);
  }

  touchHost(h: number): void {
    this.#touchRulesOf(h);
    for (const w of this.#core.world.present(h)) for (const k of this.#ofWorkload.get(w) ?? []) this.#touched.add(k);
  }

  /** The instant is over: looks at every rule that it touched. */
  look(): void {
    if (this.#touched.size === 0) return;
    for (const k of this.#always) this.#touched.add(k);
    for (const k of [...this.#touched].sort((a, b) => a - b)) this.#check(k);
    this.#touched.clear();
  }

  breaches(): readonly Breach[] {
    const open = [...this.#open.values()].flatMap((breaches) => [...breaches.values()]).map((breach) => breachOf(breach, null));
    return [...this.#closed, ...open].sort((a, b) => a.fromMs - b.fromMs);
  }

  #touchRulesOf(h: number): void {
    for (const k of this.#ofHost.get(h) ?? []) this.#touched.add(k);
  }

  #check(k: number): void {
    const constraint = this.#constraints[k];
    if (constraint === undefined) return;
    const baseline = this.#baseline.get(k);
    const broken = new Map<string, Violation>();
    for (const violation of constraint.check(this.#core.world)) if (violation.amount > (baseline?.get(violation.key) ?? 0)) broken.set(violation.key, violation);
    const open = this.#open.get(k) ?? new Map<string, Open>();
    for (const [key, breach] of open) {
      if (broken.has(key)) continue;
      open.delete(key);
      if (this.#closed.length < toldMax) this.#closed.push(breachOf(breach, this.#core.nowMs));
      this.#tell(breach, "kept");
    }
    for (const [key, violation] of broken) {
      if (open.has(key)) continue;
      this.count++;
      const breach = { constraint, words: constraint.explain(violation), fromMs: this.#core.nowMs };
      open.set(key, breach);
      this.#tell(breach, "broken");
    }
    if (open.size > 0) this.#open.set(k, open);
    else this.#open.delete(k);
  }

  #tell({ constraint, words }: Open, state: "broken" | "kept"): void {
    if (constraint.strength === "must") this.#core.timeline.add(this.#core.nowMs, { kind: "rule", constraint: constraint.id, words, state });
  }
}

function breachOf({ constraint: { id, policy, title, strength }, words, fromMs }: Open, toMs: number | null): Breach {
  return { constraint: id, policy, title, strength, words, fromMs, toMs };
}

function append(lists: Map<number, number[]>, key: number, k: number): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [k]);
  else known.push(k);
}
