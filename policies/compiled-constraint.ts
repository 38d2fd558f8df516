import type { PolicyId } from "../model/ids.ts";
import type { Holds, PolicyDocument, Strength } from "../model/policy.ts";
import type { FleetIndex, Instant } from "../model/snapshot.ts";
import type { AnyConstraintKind, Constraint, ConstraintKind, Part, Timeline, Violation } from "./constraint.ts";
import type { Form } from "./form.ts";

/**
 * One part of one policy. A large fleet has hundreds of thousands, so each holds nothing but its part, and what it
 * shares with the other parts of its policy is in one place.
 */
export class CompiledConstraint implements Constraint {
  readonly #shared: PolicyParts;
  readonly #position: number;
  readonly #part: Part<unknown>;
  #forms: readonly Form[] | null = null;

  /** `position` is that of the part in its policy. */
  constructor(shared: PolicyParts, position: number, part: Part<unknown>) {
    this.#shared = shared;
    this.#position = position;
    this.#part = part;
  }

  get id(): string {
    return this.#shared.idOf(this.#position);
  }

  get policy(): PolicyId {
    return this.#shared.document.id;
  }

  get title(): string {
    return this.#shared.document.title;
  }

  get kind(): string {
    return this.#shared.entry.name;
  }

  get subject(): string {
    return this.#part.subject;
  }

  get strength(): Strength {
    return this.#shared.document.strength;
  }

  get weight(): number {
    return this.#shared.document.weight;
  }

  get holds(): Holds {
    return this.#shared.holds;
  }

  get monotone(): boolean {
    return this.#part.monotone ?? this.#shared.entry.monotone;
  }

  get workloads(): Int32Array | null {
    return this.#part.workloads;
  }

  get hosts(): Int32Array | null {
    return this.#part.hosts;
  }

  get aboutTheWay(): boolean {
    return this.#shared.entry.aboutTheWay ?? false;
  }

  check(instant: Instant): readonly Violation[] {
    return this.#shared.entry.check(this.#part.params, instant);
  }

  checkPlan(timeline: Timeline): readonly Violation[] {
    return this.#shared.entry.checkPlan?.(this.#part.params, timeline) ?? [];
  }

  forms(): readonly Form[] {
    this.#forms ??= this.#shared.entry.lower(this.#part.params, this.#shared.index);
    return this.#forms;
  }

  explain(violation: Violation): string {
    return this.#shared.entry.explain(this.#part.params, violation, this.#shared.index);
  }

  /** The parameters, for a reader that knows the entry; null when this came from another one. */
  paramsOf<Raw, Params>(entry: ConstraintKind<Raw, Params>): Params | null {
    return this.#shared.entry.name === entry.name ? (this.#part.params as Params) : null;
  }
}

/** The constraints of all parts of one policy; ids are the policy's, with the subject when there are several. */
export function constraintsOf(
  document: PolicyDocument, entry: AnyConstraintKind, parts: readonly Part<unknown>[], index: FleetIndex,
): readonly Constraint[] {
  const shared = new PolicyParts(document, entry, parts, index);
  return parts.map((part, position) => new CompiledConstraint(shared, position, part));
}

/** What the parts of one policy share. */
class PolicyParts {
  readonly document: PolicyDocument;
  readonly entry: AnyConstraintKind;
  readonly index: FleetIndex;
  readonly holds: Holds;
  readonly #parts: readonly Part<unknown>[];
  #ids: readonly string[] | null = null;

  constructor(document: PolicyDocument, entry: AnyConstraintKind, parts: readonly Part<unknown>[], index: FleetIndex) {
    this.document = document;
    this.entry = entry;
    this.index = index;
    this.holds = document.holds ?? entry.holds.default;
    this.#parts = parts;
  }

  /** Made for all parts when one is first asked for: most ids never are. */
  idOf(position: number): string {
    if (this.#parts.length === 1) return this.document.id;
    this.#ids ??= this.#allIds();
    return this.#ids[position] ?? this.document.id;
  }

  #allIds(): readonly string[] {
    const seen = new Map<string, number>();
    return this.#parts.map(({ subject }) => {
      const times = (seen.get(subject) ?? 0) + 1;
      seen.set(subject, times);
      return `${this.document.id}/${times === 1 ? subject : `${subject} #${times}`}`;
    });
  }
}
