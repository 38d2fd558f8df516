import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf } from "./body.ts";
import type { RevokedSerials } from "./revoked-serials.ts";
import { signatureOf, signerOf } from "./signature.ts";
import type { Credentials } from "./tls.ts";

const form = Type.Object({
  /** The attempt that carries the data. */
  key: Type.String(), workload: Type.String(), from: Type.String(), to: Type.String(),
  /** UTC milliseconds after which it does not count any more. */
  untilMs: Type.Integer(),
}, { additionalProperties: false });
const checker = Compile(form);

/** An executor's word that one host may bring the data of one workload to another one, in one attempt. */
export type Permit = Static<typeof form>;

/** A permit with its signature and the certificate of who signed it, as one text for a header. */
export function signedPermit(permit: Permit, credentials: Credentials): string {
  const said = Buffer.from(JSON.stringify(permit));
  return `${said.toString("base64url")}.${signatureOf(said, credentials)}`;
}

/** The permit, when an executor of our authority has signed it and it still counts; null otherwise. */
export function permitIn(text: string, authorityPem: string, revoked: RevokedSerials, nowMs: number): Permit | null {
  const [encoded = "", ...signature] = text.split(".");
  const said = Buffer.from(encoded, "base64url");
  const signed = signerOf(said, signature.join("."), { authorityPem, revoked }, nowMs);
  if ("because" in signed || signed.signer.role !== "executor") return null;
  const permit = jsonOf(said.toString("utf8"));
  return checker.Check(permit) && permit.untilMs > nowMs ? permit : null;
}
