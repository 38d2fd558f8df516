import type { FleetIndex } from "../model/snapshot.ts";
import type { CompiledPolicy } from "./compiled-policy.ts";
import type { Form } from "./form.ts";
import { allowedTogether, whyImpossible, type Impossible } from "./impossible.ts";
import { PairMemo } from "./pair-memo.ts";
import { concernedBy, restrictingRows, type Contradiction, type PolicyRules } from "./policy-rules.ts";

/** What one policy allows one workload. */
interface Bound {
  readonly policy: CompiledPolicy;
  readonly row: Uint8Array;
}

/** The policies that restrict a workload, and the hosts that all of them leave it. */
interface Joint {
  readonly bounds: readonly Bound[];
  readonly row: Uint8Array;
}

/**
 * Three and more policies that cannot all be kept though each two of them can: hosts that no workload may use under all
 * of them, and a group that does not fit where all of them together allow it. The sets are minimal: without any one
 * policy the same proof fails. What the fleet states by itself is only named beside two written policies.
 */
export function contradictionsOfMany(
  rules: readonly PolicyRules[], index: FleetIndex, isKnown: (policies: readonly CompiledPolicy[]) => boolean,
): readonly Contradiction[] {
  const both = new PairMemo(allowedTogether);
  const joints = jointRows(rules, both);
  const found: Contradiction[] = [];
  const seen = new Set<string>();
  const report = (policies: readonly CompiledPolicy[], { workload, words }: Impossible): void => {
    const key = policies.map(({ document }) => document.id).sort().join(" ");
    if (policies.length < 3 || policies.filter(({ isBuiltIn }) => !isBuiltIn).length < 2 || seen.has(key) || isKnown(policies)) return;
    seen.add(key);
    found.push({ policies: [...policies].sort((a, b) => Number(a.isBuiltIn) - Number(b.isBuiltIn)), workload, words });
  };
  const isEmpty = (bounds: readonly Bound[]): boolean => bounds.length > 0 && !joined(bounds, both).includes(1);
  for (const [workload, { bounds, row }] of [...joints].sort(([a], [b]) => a - b)) {
    if (bounds.length < 3 || row.includes(1)) continue;
    report(minimal(bounds, isEmpty).map(({ policy }) => policy), { workload, words: "no host is allowed by all of them" });
  }
  for (const { policy, groups } of rules) {
    for (const form of groups) {
      if (writtenAbout(form, joints, policy) < 2) continue;
      const proof = jointProof(form, joints, index, both);
      if (proof !== null) report([policy, ...proof.policies.filter((each) => each !== policy)], proof);
    }
  }
  return found;
}

function jointRows(rules: readonly PolicyRules[], both: PairMemo<Uint8Array>): ReadonlyMap<number, Joint> {
  const joints = new Map<number, { bounds: Bound[]; row: Uint8Array }>();
  for (const { policy, rows } of rules) {
    for (const [w, row] of restrictingRows(rows)) {
      const joint = joints.get(w);
      if (joint === undefined) joints.set(w, { bounds: [{ policy, row }], row });
      else {
        joint.bounds.push({ policy, row });
        joint.row = both.get(joint.row, row);
      }
    }
  }
  return joints;
}

/** How many written policies speak about a form: its own, and those that restrict its members. Two are enough to know. */
function writtenAbout(form: Form, joints: ReadonlyMap<number, Joint>, own: CompiledPolicy): number {
  const written = new Set(own.isBuiltIn ? [] : [own]);
  for (const w of concernedBy(form)) {
    for (const { policy } of joints.get(w)?.bounds ?? []) if (!policy.isBuiltIn) written.add(policy);
    if (written.size > 1) break;
  }
  return written.size;
}

function joined(bounds: readonly Bound[], both: PairMemo<Uint8Array>): Uint8Array {
  const [first, ...others] = bounds;
  return others.reduce((row, bound) => both.get(row, bound.row), first?.row ?? new Uint8Array());
}

/** Why a group does not fit where all policies allow its members, with those that the proof needs; null when it may. */
function jointProof(
  form: Form, joints: ReadonlyMap<number, Joint>, index: FleetIndex, both: PairMemo<Uint8Array>,
): (Impossible & { readonly policies: readonly CompiledPolicy[] }) | null {
  const members = concernedBy(form);
  const involved = new Set<CompiledPolicy>();
  for (const w of members) for (const { policy } of joints.get(w)?.bounds ?? []) involved.add(policy);
  if (involved.size < 2) return null;
  const proof = whyImpossible({ form, allowed: (w) => joints.get(w)?.row ?? null }, index);
  if (proof === null) return null;
  const proofBy = (policies: readonly CompiledPolicy[]): Impossible | null => whyImpossible({
    form, allowed: (w) => {
      const bounds = (joints.get(w)?.bounds ?? []).filter(({ policy }) => policies.includes(policy));
      return bounds.length === 0 ? null : joined(bounds, both);
    },
  }, index);
  const policies = minimal([...involved], (some) => proofBy(some) !== null);
  return { ...(proofBy(policies) ?? proof), policies };
}

/** Items without which the property fails, found by leaving each out in turn. */
function minimal<Item>(items: readonly Item[], holds: (items: readonly Item[]) => boolean): readonly Item[] {
  let kept = items;
  for (const item of items) {
    const without = kept.filter((each) => each !== item);
    if (holds(without)) kept = without;
  }
  return kept;
}
