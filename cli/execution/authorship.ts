import type { SignatureTrust } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { canonicalJson } from "../../policies/index.ts";
import { notAllowed } from "./not-allowed.ts";
import { whyNotSigned, type PersonalKey } from "./personal-key.ts";

/** Who says that they made a plan, and their signature under that; null when nobody has signed. */
export interface Authorship {
  readonly author: string;
  readonly authorSignature: string | null;
}

/** An author's word for a plan. */
export function signedAuthorship(author: string, digest: string, key: PersonalKey | null): Authorship {
  return { author, authorSignature: key?.sign(saidBy(author, digest)) ?? null };
}

/**
 * Why it is not proved who made a plan: whoever may not approve it could name somebody else. Where signing is not needed an
 * author may be silent, but a signature that does not count is never overlooked.
 */
export function doubtedAuthor({ author, authorSignature }: Authorship, digest: string, trust: SignatureTrust & { readonly isSigningNeeded: boolean }): readonly Diagnostic[] {
  if (authorSignature === null && !trust.isSigningNeeded) return [];
  const because = authorSignature === null ? "is not signed by its author, and this fleet takes only plans that are" : whyNotSigned(saidBy(author, digest), authorSignature, author, trust);
  if (because === null) return [];
  return [notAllowed(`the plan, which names ${author} as its author, ${because}`, `Have it made again by whoever answers for it: \`stowage plan ... --out FILE --as ${JSON.stringify(author)} --key FILE\`, with the file that \`stowage ca person\` made for them.`, "author")];
}

/** No key, where a plan counts only with its author's signature. */
export function authorsKeyMissing(author: string): Diagnostic {
  return notAllowed(`this fleet takes only plans that their author has signed, and nobody knows the key of ${author}`, "Name it with --key FILE, or as `key` in the configuration of that person; `stowage ca person` makes one.", "author");
}

function saidBy(author: string, digest: string): string {
  return canonicalJson({ format: "stowage/authorship/v1", digest, author });
}
