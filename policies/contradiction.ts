import type { FleetIndex } from "../model/snapshot.ts";
import type { CompiledPolicy } from "./compiled-policy.ts";
import { contradictionsOfMany } from "./contradiction-of-many.ts";
import type { Form } from "./form.ts";
import { allowedTogether, whyImpossible } from "./impossible.ts";
import { PairMemo } from "./pair-memo.ts";
import { concernedBy, listAt, restrictingRows, rulesOf, type Contradiction, type PolicyRules } from "./policy-rules.ts";

/** Members of pairs of forms looked at; beyond it contradictions are left for the planner to find. */
const workLimit = 20_000_000;

/**
 * Contradictory musts, each pair of policies once, and more than two only where no pair of them is contradictory already. Sound and not complete: what is reported cannot be kept whatever the
 * placement and the capacities are; what is not may still turn out infeasible when planning.
 */
export function contradictionsAmong(policies: readonly CompiledPolicy[], index: FleetIndex): readonly Contradiction[] {
  const musts = policies.filter(({ document, entry }) => document.strength === "must" && entry.name !== "capacity" && entry.name !== "host-state" && entry.aboutTheWay !== true);
  const found = new Contradictions();
  const rules = musts.map((policy) => rulesOf(policy, index));
  compareRows(rules, found);
  compareGroupsWithRows(rules, index, found);
  compareGroups(rules, index, found);
  return [...found.all, ...contradictionsOfMany(rules, index, (some) => some.some((a) => some.some((b) => found.has(a, b))))];
}

class Contradictions {
  readonly all: Contradiction[] = [];
  readonly #pairs = new Set<string>();

  /** Is there nothing left to find between two policies? What the fleet states by itself is not held against itself. */
  isSettled(a: CompiledPolicy, b: CompiledPolicy): boolean {
    return (a.isBuiltIn && b.isBuiltIn) || this.has(a, b);
  }

  has(a: CompiledPolicy, b: CompiledPolicy): boolean {
    return this.#pairs.has(`${a.document.id} ${b.document.id}`);
  }

  add(a: CompiledPolicy, b: CompiledPolicy, workload: number, words: string): void {
    if (this.isSettled(a, b)) return;
    this.#pairs.add(`${a.document.id} ${b.document.id}`);
    this.#pairs.add(`${b.document.id} ${a.document.id}`);
    this.all.push({ policies: a.isBuiltIn ? [b, a] : [a, b], workload, words });
  }
}

/** A workload that two policies send to different hosts, though each alone leaves it some. */
function compareRows(rules: readonly PolicyRules[], found: Contradictions): void {
  const disjoint = new PairMemo((a, b) => !allowedTogether(a, b).includes(1) && a.includes(1) && b.includes(1));
  for (const [w, bound] of [...rowsByWorkload(rules)].sort(([a], [b]) => a - b)) {
    bound.forEach((first, i) => {
      for (const second of bound.slice(i + 1)) {
        if (found.isSettled(first.policy, second.policy)) continue;
        if (disjoint.get(first.row, second.row)) found.add(first.policy, second.policy, w, "no host is allowed by both");
      }
    });
  }
}

interface Bound {
  readonly policy: CompiledPolicy;
  readonly row: Uint8Array;
}

/** For each workload that a policy restricts, the policies that do. A fleet of thousands of services has thousands of policies that restrict nobody. */
function rowsByWorkload(rules: readonly PolicyRules[]): ReadonlyMap<number, readonly Bound[]> {
  const bounds = new Map<number, Bound[]>();
  for (const { policy, rows } of rules) {
    for (const [w, row] of rows) listAt(bounds, w).push({ policy, row });
  }
  return bounds;
}

/**
 * A group form against where another policy allows its members; one that could not even be kept anywhere is not blamed
 * on it. Only policies that keep one of the members off a host can speak against the form.
 */
function compareGroupsWithRows(rules: readonly PolicyRules[], index: FleetIndex, found: Contradictions): void {
  const restricted = rules.map(({ rows }) => restrictingRows(rows));
  const byWorkload = new Map<number, number[]>();
  restricted.forEach((rows, rule) => {
    for (const w of rows.keys()) listAt(byWorkload, w).push(rule);
  });
  rules.forEach(({ policy, groups }, rule) => {
    const formsAgainst = new Map<number, Form[]>();
    for (const form of groups) {
      const others = new Set<number>();
      for (const w of concernedBy(form)) for (const other of byWorkload.get(w) ?? []) if (other !== rule) others.add(other);
      for (const other of others) listAt(formsAgainst, other).push(form);
    }
    for (const [other, forms] of [...formsAgainst].sort(([a], [b]) => a - b)) {
      const second = rules[other]?.policy;
      const rows = restricted[other];
      for (const form of forms) {
        if (second === undefined || found.isSettled(policy, second)) break;
        const proof = whyImpossible({ form, allowed: (w) => rows?.get(w) ?? null }, index);
        if (proof !== null && !impossibleAlone(form, index)) found.add(policy, second, proof.workload, proof.words);
      }
    }
  });
}

function impossibleAlone(form: Form, index: FleetIndex): boolean {
  const everywhere = new Uint8Array(index.hosts.length).fill(1);
  return whyImpossible({ form, allowed: () => everywhere }, index) !== null;
}

/** Group forms of two policies are compared when they share a workload. */
function compareGroups(rules: readonly PolicyRules[], index: FleetIndex, found: Contradictions): void {
  const byWorkload = new Map<number, { readonly rule: number; readonly form: Form }[]>();
  let work = 0;
  rules.forEach(({ policy, groups }, rule) => {
    for (const form of groups) {
      const members = concernedBy(form);
      const others = new Set<{ readonly rule: number; readonly form: Form }>();
      const own = { rule, form };
      for (const w of members) {
        const there = byWorkload.get(w);
        if (there === undefined) byWorkload.set(w, [own]);
        else {
          for (const each of there) if (each.rule !== rule) others.add(each);
          there.push(own);
        }
      }
      for (const other of others) {
        const second = rules[other.rule]?.policy;
        if (second === undefined || found.isSettled(policy, second)) continue;
        work += members.size + concernedBy(other.form).size;
        if (work > workLimit) continue;
        const proof = whyImpossible({ form, other: other.form }, index);
        if (proof !== null) found.add(second, policy, proof.workload, proof.words);
      }
    }
  });
}
