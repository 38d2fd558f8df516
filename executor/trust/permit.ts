import { createPublicKey, sign, verify, X509Certificate } from "node:crypto";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf } from "./body.ts";
import { peerOf } from "./identity.ts";
import type { RevokedSerials } from "./revoked-serials.ts";
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
export function signedPermit(permit: Permit, { keyPem, certificatePem }: Credentials): string {
  const said = Buffer.from(JSON.stringify(permit));
  return [said, sign("sha256", said, keyPem), new X509Certificate(certificatePem).raw].map((part) => part.toString("base64url")).join(".");
}

/** The permit, when an executor of our authority has signed it and it still counts; null otherwise. */
export function permitIn(text: string, authorityPem: string, revoked: RevokedSerials, nowMs: number): Permit | null {
  try {
    const [said, signature, raw] = text.split(".").map((part) => Buffer.from(part, "base64url"));
    if (said === undefined || signature === undefined || raw === undefined) return null;
    const certificate = new X509Certificate(raw);
    const peer = peerOf(certificate);
    if (peer === null || peer.role !== "executor" || revoked.has(peer.serial) || peer.notAfterMs <= nowMs) return null;
    if (!certificate.verify(createPublicKey(authorityPem)) || !verify("sha256", said, certificate.publicKey, signature)) return null;
    const permit = jsonOf(said.toString("utf8"));
    return checker.Check(permit) && permit.untilMs > nowMs ? permit : null;
  } catch {
    return null;
  }
}
