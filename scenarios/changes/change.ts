import type { TSchema } from "typebox";
import type { Checker } from "../checks.ts";
import type { Draft } from "../draft.ts";
import type { Path } from "../problem.ts";

/** What a change gets beside its parameters: where to write, and whom to tell about mistakes. */
export interface ChangeContext {
  readonly draft: Draft;
  readonly check: Checker;
  /** Path of the parameters in the document: `changes[2].closeSite`. */
  readonly at: Path;
  /** `change 3 (closeSite)`, for messages about conflicts. */
  readonly name: string;
}

/** One kind of change: what a what-if may try. One file each. */
export interface ChangeKind<Params> {
  readonly name: string;
  /** One line of the manual. */
  readonly meaning: string;
  readonly schema: TSchema;
  /** Applies the change to the draft and says in words what was done; null when a mistake was reported instead. */
  apply(params: Params, context: ChangeContext): string | null;
}

/**
 * Notes a decision about one thing, and reports a conflict when an earlier change decided otherwise. Deciding the same
 * twice is reported too: one of the two was meant for something else.
 */
export function decide(context: ChangeContext, thing: string, what: string, ...path: Path): boolean {
  const earlier = context.draft.decided.get(thing);
  if (earlier === undefined) {
    context.draft.decided.set(thing, { what, by: context.name });
    return true;
  }
  context.check.problem("change-conflict", [...context.at, ...path], () => ({
    message: `${context.name} wants ${thing} ${what}, but ${earlier.by} has it ${earlier.what}.`,
    advice: "Keep one of the two changes.",
  }));
  return false;
}

export { counted } from "../../model/counted.ts";

/** The names of a few, and how many more. */
export function listed(ids: readonly string[]): string {
  return ids.length <= 5 ? ids.join(", ") : `${ids.slice(0, 4).join(", ")} and ${ids.length - 4} more`;
}

/** An amount scaled by so many per thousand, rounded up: growth never rounds to nothing. */
export function scaled(amount: number, permille: number): number {
  return Math.ceil((amount * permille) / 1000);
}
