import type { PolicyId } from "../model/ids.ts";
import type { Strength } from "../model/policy.ts";
import type { Instant } from "../model/snapshot.ts";
import type { Constraint } from "../policies/index.ts";

/** Whether one policy is kept in one placement, all its parts together. */
export interface RuleState {
  readonly policy: PolicyId;
  readonly title: string;
  readonly strength: Strength;
  /** Sum of the amounts of all its violations; 0 when kept. */
  readonly brokenAmount: number;
  /** One sentence for each violation. */
  readonly words: readonly string[];
}

/** The state of every rule about places, in order of policy. */
export function ruleStates(constraints: readonly Constraint[], instant: Instant): readonly RuleState[] {
  const states = new Map<PolicyId, { title: string; strength: Strength; brokenAmount: number; words: string[] }>();
  for (const constraint of constraints) {
    if (constraint.aboutTheWay) continue;
    const { policy, title, strength } = constraint;
    const state = states.get(policy) ?? { title, strength, brokenAmount: 0, words: [] };
    states.set(policy, state);
    for (const violation of constraint.check(instant)) {
      state.brokenAmount += violation.amount;
      state.words.push(constraint.explain(violation));
    }
  }
  return [...states].map(([policy, { title, strength, brokenAmount, words }]) => ({ policy, title, strength, brokenAmount, words }));
}
