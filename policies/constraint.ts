import type { TSchema } from "typebox";
import type { PolicyId } from "../model/ids.ts";
import type { PlannedAction } from "../model/plan.ts";
import type { Holds, Strength } from "../model/policy.ts";
import type { FleetIndex, Instant } from "../model/snapshot.ts";
import type { Form } from "./form.ts";

/** One breach found by `check`. */
export interface Violation {
  /** What is broken, the same words whenever the same thing is: `host h1 memoryMiB`. */
  readonly key: string;
  /** Whole number > 0; the sum over violations is what `delta` must follow. */
  readonly amount: number;
  /** Dense indices of those concerned, ascending. */
  readonly workloads: readonly number[];
  readonly hosts: readonly number[];
  /** Measured value and the limit that it breaks, in the unit that `explain` names. */
  readonly value: number;
  readonly limit: number;
}

/** The course of a whole plan, for rules about the way and not the places. Built by the verifier. */
export interface Timeline {
  readonly index: FleetIndex;
  readonly before: Instant;
  readonly after: Instant;
  /** Sorted by (startMs, id). */
  readonly actions: readonly PlannedAction[];
  /** Milliseconds since 1970 UTC at which the plan starts; null when the plan does not say. */
  readonly startsAtMs: number | null;
  /** True when action `a` must have ended before action `b` starts; positions in `actions`. */
  precedes(a: number, b: number): boolean;
}

/** What the compiler hands an entry: parameters checked against its schema, selectors resolved to dense indices. */
export interface Request<Raw> {
  readonly raw: Raw;
  /** What the policy selects, by kind; the whole fleet where the policy does not select and the entry allows it. */
  readonly workloads: Int32Array;
  readonly hosts: Int32Array;
  readonly services: Int32Array;
  /** Groups of the selected workloads, by `groupBy`; one group, named "", without it. Members ascending, groups by name. */
  readonly groups: readonly { readonly name: string; readonly members: Int32Array }[];
  /** Selectors among the parameters, resolved, by parameter name. */
  readonly selected: Readonly<Record<string, Int32Array>>;
  /** Selectors given as a list among the parameters (`groups` of among), resolved. */
  readonly selectedLists: Readonly<Record<string, readonly Int32Array[]>>;
  readonly index: FleetIndex;
  readonly settings: { readonly paybackHours: number; readonly downtimeMicrosPerSecond: number; readonly moveMicros: number };
  /** Workloads and hosts that exceptions still in force take out of the policy. The compiler has removed them above. */
  readonly excepted: { readonly workloads: ReadonlySet<number>; readonly hosts: ReadonlySet<number> };
  /** The forms of all other musts; for `survive` only, and only to be called after compilation. */
  otherMusts(): readonly Form[];
}

/** The smallest piece of a rule that stands alone: one host's capacity, one group's spread, one workload's fence. */
export interface Part<Params> {
  readonly params: Params;
  /** For people: `host h1`, `group db`, `workload w1`. */
  readonly subject: string;
  /** Whose whereabouts matter; null for everybody. Only these can change what `check` finds. */
  readonly workloads: Int32Array | null;
  /** Which hosts matter; null for all. An event on another host cannot change what `check` finds. */
  readonly hosts: Int32Array | null;
  /** When this part differs from what its kind says, e.g. `atLeast` of spread: fewer presences can break it. */
  readonly monotone?: boolean;
}

/** A mistake in the parameters that their schema cannot see, found once the selectors are resolved. */
export interface ParameterFault {
  /** Field of the parameters, or `exceptions`. */
  readonly parameter: string;
  readonly message: string;
  readonly advice: string;
}

/**
 * One entry of the catalogue: one file, one object. `check` is the specification, slow and obvious; `lower` gives the
 * forms whose amounts must always equal it, from which the engines derive their fast `delta`.
 */
export interface ConstraintKind<Raw, Params> {
  readonly name: string;
  /** Formal, one line, as in the table of the manual. */
  readonly meaning: string;
  /** TypeBox schema of the parameters as written. Selector-valued fields use `selectorSchema`. */
  readonly parameters: TSchema;
  /** Parameter fields that hold a selector (or a list of selectors), and what they select. */
  readonly selectors: Readonly<Record<string, "workloads" | "hosts">>;
  /** What `select` must name; the compiler reports a policy that selects something else. */
  readonly subject: "workloads" | "hosts" | "services" | "plan";
  readonly holds: { readonly default: Holds; readonly allowed: readonly Holds[] };
  /** True when an instant with fewer actions under way can never break it more (presence only adds to it). */
  readonly monotone: boolean;
  /** True when it never lowers to a form: a rule about the way only, of which the engines need not know. */
  readonly aboutTheWay?: boolean;
  /** Asked before `parts`, which are not made when there is one; the compiler reports each as `policy-parameter`. */
  faults?(request: Request<Raw>): readonly ParameterFault[];
  parts(request: Request<Raw>): readonly Part<Params>[];
  check(params: Params, instant: Instant): readonly Violation[];
  /** Rules about the way (windows, start order, changes in all); absent for rules about places. */
  checkPlan?(params: Params, timeline: Timeline): readonly Violation[];
  lower(params: Params, index: FleetIndex): readonly Form[];
  /** One sentence: the thing, its value, the limit. No advice. */
  explain(params: Params, violation: Violation, index: FleetIndex): string;
}

// The registry and the compiled constraints hold entries of many parameter types side by side.
// eslint-disable-next-line typescript/no-explicit-any -- existential type: each entry keeps its own Params to itself
export type AnyConstraintKind = ConstraintKind<any, any>;

/** One part of one policy, ready to be checked, lowered and explained. */
export interface Constraint {
  /** Unique and stable: policy id, and subject when the policy has several parts. */
  readonly id: string;
  readonly policy: PolicyId;
  readonly title: string;
  readonly kind: string;
  readonly subject: string;
  readonly strength: Strength;
  readonly weight: number;
  readonly holds: Holds;
  readonly monotone: boolean;
  readonly workloads: Int32Array | null;
  readonly hosts: Int32Array | null;
  /** True for rules about the way, which only the scheduler and the verifier look at. */
  readonly aboutTheWay: boolean;
  check(instant: Instant): readonly Violation[];
  checkPlan(timeline: Timeline): readonly Violation[];
  /** Computed once, then kept. */
  forms(): readonly Form[];
  explain(violation: Violation): string;
}

export function totalAmount(violations: readonly Violation[]): number {
  let total = 0;
  for (const violation of violations) total += violation.amount;
  return total;
}
