import { loadCredentials, signatureOf, signerOf, systemClock, type SignatureTrust } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { notAllowed } from "./not-allowed.ts";

/** The key of a person, with which they sign what they say. */
export interface PersonalKey {
  readonly sign: (said: string) => string;
  readonly authorityPem: string;
}

/** The key in a file, or why it is not one with which this person can sign now. */
export async function openKey(keyFile: string, person: string): Promise<{ readonly key: PersonalKey } | { readonly diagnostics: readonly Diagnostic[] }> {
  const { credentials, diagnostics } = await loadCredentials(keyFile, `Name your own with --key; where the authority is, \`stowage ca person ${person} --out FILE\` makes one.`);
  if (credentials === null) return { diagnostics };
  const { identity: { role, name }, authorityPem } = credentials;
  if (role !== "person" || name !== person) {
    return { diagnostics: [notAllowed(`${keyFile} is the key of ${role} ${JSON.stringify(name)}, not of person ${JSON.stringify(person)}`, "Name your own with --key; `stowage ca person` makes one.")] };
  }
  const sign = (said: string): string => signatureOf(said, credentials);
  const because = whyNotSigned("", sign(""), person, { authorityPem, revoked: noneRevoked });
  return because === null ? { key: { sign, authorityPem } } : { diagnostics: [notAllowed(`${keyFile} cannot sign: it ${because}`, `Where the authority is: \`stowage ca renew ${keyFile}\`.`)] };
}

/** For those who check before the way to the authority is open: what it has revoked is looked at later. */
export const noneRevoked: SignatureTrust["revoked"] = { has: () => false };

/** Why a signature is not this person's under what was said; null when it is. */
export function whyNotSigned(said: string, signature: string, person: string, trust: SignatureTrust): string | null {
  const signed = signerOf(said, signature, trust, systemClock.utcMs());
  if ("because" in signed) return `has a signature that does not count: ${signed.because}`;
  const { role, name } = signed.signer;
  return role === "person" && name === person ? null : `was signed by ${role} ${JSON.stringify(name)}`;
}
