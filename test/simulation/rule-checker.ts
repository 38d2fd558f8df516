import type { Constraint } from "../../policies/index.ts";
import type { Physical } from "./physical.ts";

/** Watches every continuous must on the hosts as they really are. */
export class RuleChecker {
  readonly #physical: Physical;
  #rules: readonly Constraint[];
  readonly #allowed = new Map<string, number>();
  readonly wrong: string[] = [];

  constructor(physical: Physical, constraints: readonly Constraint[]) {
    this.#physical = physical;
    this.#rules = constraints.filter(({ strength, holds }) => strength === "must" && holds === "continuously");
    this.allowWhatIs();
  }

  /** What is broken now may stay broken. */
  allowWhatIs(): void {
    const now = this.#physical.instant();
    for (const rule of this.#rules) {
      for (const { key, amount } of rule.check(now)) this.#allowed.set(`${rule.id} ${key}`, Math.max(amount, this.#allowed.get(`${rule.id} ${key}`) ?? 0));
    }
  }

  /**
   * Once a host has failed by itself, or a guest has died, nobody could know in time what else must not stop now; what
   * takes room and places must still be kept.
   */
  onlyMonotone(): void {
    this.#rules = this.#rules.filter(({ monotone }) => monotone);
    this.allowWhatIs();
  }

  look(): void {
    const now = this.#physical.instant();
    for (const rule of this.#rules) {
      for (const violation of rule.check(now)) {
        const allowed = this.#allowed.get(`${rule.id} ${violation.key}`) ?? 0;
        if (violation.amount > allowed) this.wrong.push(`${rule.id}: ${rule.explain(violation)}`);
      }
    }
  }
}
