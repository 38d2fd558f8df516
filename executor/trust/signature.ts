import { createPublicKey, sign, verify, X509Certificate } from "node:crypto";
import { peerOf, words, type Peer } from "./identity.ts";
import type { RevokedSerials } from "./revoked-serials.ts";
import type { Credentials } from "./tls.ts";

/** What signatures are checked against. */
export interface SignatureTrust {
  readonly authorityPem: string;
  readonly revoked: Pick<RevokedSerials, "has">;
}

/** A signature of something said, and the certificate of who made it, as one text. */
export function signatureOf(said: string | Buffer, { keyPem, certificatePem }: Pick<Credentials, "keyPem" | "certificatePem">): string {
  return [sign("sha256", Buffer.from(said), keyPem), new X509Certificate(certificatePem).raw].map((part) => part.toString("base64url")).join(".");
}

/** Who has signed what was said, when they are a member of our authority and still count; otherwise why it is worth nothing. */
export function signerOf(said: string | Buffer, signature: string, { authorityPem, revoked }: SignatureTrust, nowMs: number): { readonly signer: Peer } | { readonly because: string } {
  try {
    const [value, raw, ...more] = signature.split(".").map((part) => Buffer.from(part, "base64url"));
    if (value === undefined || raw === undefined || more.length > 0) return { because: "it is no signature" };
    const certificate = new X509Certificate(raw);
    const signer = peerOf(certificate);
    if (signer === null || !certificate.verify(createPublicKey(authorityPem))) return { because: "its certificate is not of this fleet's authority" };
    if (revoked.has(signer.serial)) return { because: `the certificate of ${words(signer)} was revoked` };
    if (signer.notAfterMs <= nowMs) return { because: `the certificate of ${words(signer)} has expired` };
    return verify("sha256", Buffer.from(said), certificate.publicKey, value) ? { signer } : { because: "something else was signed with it" };
  } catch {
    return { because: "it is no signature" };
  }
}
