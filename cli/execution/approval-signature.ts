import { loadCredentials, signatureOf, signerOf, systemClock, type Person, type SignatureTrust } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { canonicalJson } from "../../policies/index.ts";
import type { ApprovalDocument } from "./approval-file.ts";
import { notAllowed } from "./not-allowed.ts";

/** Everything in an approval but its signature, written the one way in which it is signed. */
export function saidIn(document: ApprovalDocument): string {
  const { signature: _signature, ...said } = document;
  return canonicalJson(said);
}

/** An approval with the signature of the person who gives it, or why their key does not do. */
export async function signedBy(document: ApprovalDocument, keyFile: string): Promise<{ readonly document: ApprovalDocument } | { readonly diagnostics: readonly Diagnostic[] }> {
  const { credentials, diagnostics } = await loadCredentials(keyFile);
  if (credentials === null) return { diagnostics };
  const { identity: { role, name }, authorityPem } = credentials;
  if (role !== "person" || name !== document.by.name) {
    return { diagnostics: [notAllowed(`${keyFile} is the key of ${role} ${JSON.stringify(name)}, not of person ${JSON.stringify(document.by.name)}`, "Name your own with --key; `stowage ca person` makes one.")] };
  }
  const signature = signatureOf(saidIn(document), credentials);
  const checked = signerOf(saidIn(document), signature, { authorityPem, revoked: { has: () => false } }, systemClock.utcMs());
  if ("because" in checked) return { diagnostics: [notAllowed(`${keyFile} cannot sign: ${checked.because}`, `Where the authority is: \`stowage ca renew ${keyFile}\`.`)] };
  return { document: { ...document, signature } };
}

/** What approvals are held to before they are counted. */
export interface ApprovalTrust extends SignatureTrust {
  readonly isSigningNeeded: boolean;
  /** The people who may approve, with their roles; null when anybody may. */
  readonly people: readonly Person[] | null;
  /** The configuration that says so. */
  readonly file: string;
}

/** Why approvals are not worth what they say: not signed by whom they name, or of somebody who is not what they say. */
export function distrusted(approvals: readonly ApprovalDocument[], trust: ApprovalTrust): readonly Diagnostic[] {
  return approvals.flatMap((approval) => [...signatureProblem(approval, trust), ...personProblem(approval, trust)]);
}

function signatureProblem(approval: ApprovalDocument, trust: ApprovalTrust): readonly Diagnostic[] {
  const { by: { name }, signature } = approval;
  const again = `Ask them again: \`stowage approve ... --as ${JSON.stringify(name)} --key FILE\`, with the file that \`stowage ca person\` made for them.`;
  const problem = (words: string): readonly Diagnostic[] => [notAllowed(`the approval of ${name} ${words}`, again, "approvals")];
  if (signature === undefined) return trust.isSigningNeeded ? problem("is not signed, and this fleet takes only signed ones") : [];
  const signed = signerOf(saidIn(approval), signature, trust, systemClock.utcMs());
  if ("because" in signed) return problem(`has a signature that does not count: ${signed.because}`);
  const { role, name: signer } = signed.signer;
  return role === "person" && signer === name ? [] : problem(`was signed by ${role} ${JSON.stringify(signer)}`);
}

function personProblem({ by }: ApprovalDocument, { people, file }: ApprovalTrust): readonly Diagnostic[] {
  if (people === null) return [];
  const known = people.find(({ name }) => name === by.name);
  if (known === undefined) return [notAllowed(`${by.name} has approved, but is not among the people of ${file}`, "Ask somebody who is.", "approvals")];
  const claimed = by.roles.filter((role) => !known.roles.includes(role));
  return claimed.map((role) => notAllowed(`the approval of ${by.name} claims the role ${role}, which ${file} does not give them`, "Ask them again, or correct their roles there.", "approvals"));
}
