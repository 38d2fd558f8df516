import type { PolicyId } from "../model/ids.ts";
import type { Holds, PolicyDocument, Strength } from "../model/policy.ts";
import type { FleetIndex, Instant } from "../model/snapshot.ts";
import type { AnyConstraintKind, Constraint, ConstraintKind, Part, Timeline, Violation } from "./constraint.ts";
import type { Form } from "./form.ts";

/** One part of one policy. A class, because a large fleet has hundreds of thousands and their methods are shared. */
export class CompiledConstraint implements Constraint {
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
  readonly aboutTheWay: boolean;
  readonly #entry: AnyConstraintKind;
  readonly #params: unknown;
  readonly #index: FleetIndex;
  #forms: readonly Form[] | null = null;

  constructor(id: string, document: PolicyDocument, entry: AnyConstraintKind, part: Part<unknown>, index: FleetIndex) {
    this.id = id;
    this.policy = document.id;
    this.title = document.title;
    this.kind = entry.name;
    this.subject = part.subject;
    this.strength = document.strength;
    this.weight = document.weight;
    this.holds = document.holds ?? entry.holds.default;
    this.monotone = part.monotone ?? entry.monotone;
    this.workloads = part.workloads;
    this.hosts = part.hosts;
    this.aboutTheWay = entry.aboutTheWay ?? false;
    this.#entry = entry;
    this.#params = part.params;
    this.#index = index;
  }

  check(instant: Instant): readonly Violation[] {
    return this.#entry.check(this.#params, instant);
  }

  checkPlan(timeline: Timeline): readonly Violation[] {
    return this.#entry.checkPlan?.(this.#params, timeline) ?? [];
  }

  forms(): readonly Form[] {
    this.#forms ??= this.#entry.lower(this.#params, this.#index);
    return this.#forms;
  }

  explain(violation: Violation): string {
    return this.#entry.explain(this.#params, violation, this.#index);
  }

  /** The parameters, for a reader that knows the entry; null when this came from another one. */
  paramsOf<Raw, Params>(entry: ConstraintKind<Raw, Params>): Params | null {
    return this.#entry.name === entry.name ? (this.#params as Params) : null;
  }
}

/** The constraints of all parts of one policy; ids are the policy's, with the subject when there are several. */
export function constraintsOf(
  document: PolicyDocument, entry: AnyConstraintKind, parts: readonly Part<unknown>[], index: FleetIndex,
): readonly Constraint[] {
  const seen = new Map<string, number>();
  return parts.map((part) => {
    const times = (seen.get(part.subject) ?? 0) + 1;
    seen.set(part.subject, times);
    const subject = times === 1 ? part.subject : `${part.subject} #${times}`;
    return new CompiledConstraint(parts.length === 1 ? document.id : `${document.id}/${subject}`, document, entry, part, index);
  });
}
