import type { PolicyDocument } from "../model/policy.ts";
import type { AnyConstraintKind, Constraint } from "./constraint.ts";
import type { Selected } from "./request.ts";

/** One policy after compilation, with what it selected before and after its exceptions. */
export interface CompiledPolicy {
  readonly document: PolicyDocument;
  readonly entry: AnyConstraintKind;
  readonly selection: Selected;
  readonly remaining: Selected;
  readonly constraints: readonly Constraint[];
  /** True for the musts that the fleet states by itself. */
  readonly isBuiltIn: boolean;
}
