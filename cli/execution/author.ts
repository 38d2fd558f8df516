import type { Person } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Live } from "../context.ts";
import { personOf } from "./operator.ts";
import { openKey, type PersonalKey } from "./personal-key.ts";

/** Who makes a plan, and what they sign it with; null without a key. */
export interface Author {
  readonly person: Person;
  readonly key: PersonalKey | null;
  /** Does a plan of theirs count only with their signature? */
  readonly isSigningNeeded: boolean;
}

/** Who makes a plan, found out before it is made: a key that cannot sign is told at once. */
export async function authorOf({ as, key: named, config }: { readonly as?: string; readonly key?: string; readonly config?: string }, live: Live): Promise<{ readonly author: Author } | { readonly diagnostics: readonly Diagnostic[] }> {
  const { person, key: configured, isSigningNeeded = false, diagnostics } = await personOf(as, config, live);
  if (person === null) return { diagnostics };
  const file = named ?? configured;
  const opened = file === undefined ? { key: null } : await openKey(file, person.name);
  return "diagnostics" in opened ? opened : { author: { person, key: opened.key, isSigningNeeded } };
}
