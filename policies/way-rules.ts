import { CompiledConstraint } from "./compiled-constraint.ts";
import type { Constraint, ConstraintKind } from "./constraint.ts";
import { parallelism, type ParallelismLimit } from "./constraints/parallelism.ts";
import { startOrder, type StartOrderParams } from "./constraints/start-order.ts";
import { window } from "./constraints/window.ts";
import { nextStart } from "./windows.ts";

/** When actions on some workloads may be under way. */
export interface ActionWindow {
  readonly constraint: string;
  readonly workloads: Int32Array;
  /** The first instant (UTC milliseconds) from `fromMs` on at which something of this length may start; null for none. */
  nextStart(fromMs: number, durationMs: number): number | null;
}

/** A limit on moves at once, with the policy that it came from. */
export interface MoveLimit extends ParallelismLimit {
  readonly policy: string;
}

/** A start order, with the constraint that it came from. */
export interface OrderRule extends StartOrderParams {
  readonly constraint: string;
}

/** The windows that a schedule must keep to. */
export function windowsOf(constraints: readonly Constraint[]): readonly ActionWindow[] {
  return mustsWith(constraints, window).map(({ id, params: { workloads, times } }) =>
    ({ constraint: id, workloads, nextStart: (fromMs, durationMs) => nextStart(times, fromMs, durationMs) }));
}

/** The limits on moves at once that a schedule must keep to. */
export function limitsOf(constraints: readonly Constraint[]): readonly MoveLimit[] {
  const policyOf = new Map(mustsWith(constraints, parallelism).map(({ policy, params: { limit } }) => [limit, policy]));
  return [...policyOf].map(([limit, policy]) => Object.assign({ policy }, limit));
}

/** The start orders that a schedule must keep to. */
export function startOrdersOf(constraints: readonly Constraint[]): readonly OrderRule[] {
  return mustsWith(constraints, startOrder).map(({ id, params }) => Object.assign({ constraint: id }, params));
}

function mustsWith<Raw, Params>(
  constraints: readonly Constraint[], entry: ConstraintKind<Raw, Params>,
): readonly { readonly id: string; readonly policy: string; readonly params: Params }[] {
  return constraints.flatMap((constraint) => {
    if (!(constraint instanceof CompiledConstraint) || constraint.strength !== "must") return [];
    const params = constraint.paramsOf(entry);
    return params === null ? [] : [{ id: constraint.id, policy: constraint.policy, params }];
  });
}
