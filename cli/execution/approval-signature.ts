import type { Person, SignatureTrust } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { canonicalJson } from "../../policies/index.ts";
import type { ApprovalDocument } from "./approval-file.ts";
import { notAllowed } from "./not-allowed.ts";
import { whyNotSigned, type PersonalKey } from "./personal-key.ts";

/** Everything in an approval but its signature, written the one way in which it is signed. */
export function saidIn(document: ApprovalDocument): string {
  const { signature: _signature, ...said } = document;
  return canonicalJson(said);
}

/** An approval with the signature of the person who gives it. */
export function signedBy(document: ApprovalDocument, key: PersonalKey): ApprovalDocument {
  return { ...document, signature: key.sign(saidIn(document)) };
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
  const because = whyNotSigned(saidIn(approval), signature, name, trust);
  return because === null ? [] : problem(because);
}

function personProblem({ by }: ApprovalDocument, { people, file }: ApprovalTrust): readonly Diagnostic[] {
  if (people === null) return [];
  const known = people.find(({ name }) => name === by.name);
  if (known === undefined) return [notAllowed(`${by.name} has approved, but is not among the people of ${file}`, "Ask somebody who is.", "approvals")];
  const claimed = by.roles.filter((role) => !known.roles.includes(role));
  return claimed.map((role) => notAllowed(`the approval of ${by.name} claims the role ${role}, which ${file} does not give them`, "Ask them again, or correct their roles there.", "approvals"));
}
