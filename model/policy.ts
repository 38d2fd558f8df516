import type { PolicyId } from "./ids.ts";

/** A condition in the form of json-rules-engine; `fact`, `operator`, `value` at the leaves. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly fact: string; readonly operator: string; readonly value: unknown };

/**
 * Chooses workloads, hosts or services. Exactly one form: everything, a list of ids, labels (all must match; a list of
 * values means any of them), or a condition over flat facts.
 */
export type Selector =
  | { readonly everything: true }
  | { readonly ids: readonly string[] }
  | { readonly labels: Readonly<Record<string, string | readonly string[]>> }
  | { readonly where: Condition };

export type Strength = "must" | "should" | "audit";
export type Holds = "continuously" | "at-end";

/** A rule as people write it and review it. */
export interface PolicyDocument {
  readonly id: PolicyId;
  readonly title: string;
  readonly why: string;
  readonly enabled: boolean;
  /** What the policy is about; which of the three it must be depends on the catalogue entry. */
  readonly select: {
    readonly workloads?: Selector;
    readonly hosts?: Selector;
    readonly services?: Selector;
    /** One constraint for each value of this: `replicaGroup`, `service`, `application`, `layer`, or `label.NAME`. */
    readonly groupBy?: string;
  };
  /** An entry of the catalogue and its parameters, unresolved. */
  readonly require: { readonly entry: string; readonly parameters: Readonly<Record<string, unknown>> };
  readonly strength: Strength;
  /** Counts for `should` only; 1 to 1,000,000. */
  readonly weight: number;
  /** Null: the entry's own default. */
  readonly holds: Holds | null;
  /** Selecting nothing is a mistake unless this says otherwise. */
  readonly mayBeEmpty: boolean;
  readonly exceptions: readonly PolicyException[];
  readonly tests: readonly PolicyTest[];
}

export interface PolicyException {
  readonly workloads: readonly string[];
  readonly hosts: readonly string[];
  readonly reason: string;
  /** UTC instant, ISO 8601 with Z; after it the exception no longer counts. */
  readonly expires: string;
  readonly approvedBy: string;
}

/** A placement that the policy must refuse, or must allow. Workloads that are not named stay where they are. */
export interface PolicyTest {
  readonly name: string;
  readonly place: Readonly<Record<string, string>>;
  readonly expect: "refused" | "allowed";
}
