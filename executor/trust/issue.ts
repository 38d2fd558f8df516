import {
  AuthorityKeyIdentifierExtension, BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, Name,
  SubjectAlternativeNameExtension, SubjectKeyIdentifierExtension, X509CertificateGenerator, X509CrlGenerator, type PublicKey, type X509Certificate,
} from "./x509.ts";
import type { webcrypto } from "node:crypto";
import { uriOf, type Identity, type Role } from "./identity.ts";
import { signature, slackMs, type Means } from "./means.ts";
import { subjectOf } from "./request.ts";

/** A key that signs, and the certificate that says so. */
export interface Signer {
  readonly key: webcrypto.CryptoKey;
  readonly certificate: X509Certificate;
}

/** What each role may do with its certificate: nobody can use one for another purpose. */
const uses: Readonly<Record<Role, readonly string[]>> = {
  agent: [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
  power: [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
  executor: [ExtendedKeyUsage.clientAuth],
  // Signing documents: no connection is opened with it.
  person: ["1.3.6.1.5.5.7.3.36"],
  authority: [ExtendedKeyUsage.serverAuth],
};

/** The certificate of an authority, signed by itself. It signs certificates of members, never of other authorities. */
export async function selfSigned(means: Means, name: string, keys: webcrypto.CryptoKeyPair, validForMs: number): Promise<X509Certificate> {
  const nowMs = means.clock.utcMs();
  return X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(means), name: new Name([{ CN: [{ utf8String: name }] }]), keys, signingAlgorithm: signature,
    notBefore: new Date(nowMs - slackMs), notAfter: new Date(nowMs + validForMs),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey, false, means.crypto),
    ],
  }, means.crypto);
}

/** A short-lived certificate. Everything in it but the key is ours. */
export async function issue(means: Means, signer: Signer, identity: Identity, publicKey: PublicKey, validForMs: number): Promise<X509Certificate> {
  const nowMs = means.clock.utcMs();
  const { notBefore, notAfter } = signer.certificate;
  return X509CertificateGenerator.create({
    serialNumber: newSerial(means), subject: subjectOf(identity), issuer: signer.certificate.subjectName, publicKey, signingKey: signer.key, signingAlgorithm: signature,
    notBefore: new Date(Math.max(nowMs - slackMs, notBefore.getTime())), notAfter: new Date(Math.min(nowMs + validForMs, notAfter.getTime())),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([...uses[identity.role]], true),
      new SubjectAlternativeNameExtension([{ type: "url", value: uriOf(identity) }]),
      await AuthorityKeyIdentifierExtension.create(signer.certificate.publicKey, false, means.crypto),
      await SubjectKeyIdentifierExtension.create(publicKey, false, means.crypto),
    ],
  }, means.crypto);
}

/** A signed list of certificates that count no more. */
export async function revocationList(means: Means, signer: Signer, revoked: readonly { readonly serial: string; readonly atMs: number }[]): Promise<string> {
  const nowMs = means.clock.utcMs();
  const list = await X509CrlGenerator.create({
    issuer: signer.certificate.subjectName, thisUpdate: new Date(nowMs), nextUpdate: new Date(nowMs + listValidForMs), signingAlgorithm: signature, signingKey: signer.key,
    entries: revoked.map(({ serial, atMs }) => ({ serialNumber: serial, revocationDate: new Date(atMs) })),
  }, means.crypto);
  // The name by which every other tool knows such a list.
  return list.toString("pem").replaceAll(/(BEGIN|END) CRL/g, "$1 X509 CRL");
}

const listValidForMs = 86_400_000;

/** 126 random bits, positive and without a leading zero, so that every library writes it the same way. */
function newSerial({ crypto }: Means): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return Buffer.from(bytes).toString("hex");
}
