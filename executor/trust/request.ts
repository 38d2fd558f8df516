import { Name, Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension, type PublicKey } from "./x509.ts";
import type { webcrypto } from "node:crypto";
import { commonNameOf, uriOf, type Identity } from "./identity.ts";
import { keyKind, signature, type Means } from "./means.ts";

/** A request for a certificate, as text: who asks, and the proof that they hold the key. */
export async function requestFor(means: Means, identity: Identity, keys: webcrypto.CryptoKeyPair): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: subjectOf(identity), keys, signingAlgorithm: signature,
    extensions: [new SubjectAlternativeNameExtension([{ type: "url", value: uriOf(identity) }])],
  }, means.crypto);
  return request.toString("pem");
}

/** A subject with one common name. Given as data, so that no sign in a name has a meaning. */
export function subjectOf(identity: Identity): Name {
  return new Name([{ CN: [{ utf8String: commonNameOf(identity) }] }]);
}

/** The key to certify, or why the request is refused. */
export type CheckedRequest = { readonly publicKey: PublicKey } | { readonly because: string };

const lengthMax = 8192;
const nameExtension = "2.5.29.17";
const extensionRequest = "1.2.840.113549.1.9.14";

/**
 * Checks that a request is for exactly this identity, asks for nothing else, and comes from whoever holds its key. Of a
 * request that passes only its public key is ever used.
 */
export async function checkRequest(means: Means, pem: string, identity: Identity): Promise<CheckedRequest> {
  if (pem.length > lengthMax) return { because: `the request has ${pem.length} characters, ${lengthMax} are allowed` };
  const request = parsed(pem);
  if (request === null) return { because: "the request is no PKCS #10 request" };
  const because = asksTooMuch(request, identity);
  if (because !== null) return { because };
  const signed = await request.verify(means.crypto).catch(() => false);
  return signed ? { publicKey: request.publicKey } : { because: "the signature of the request does not fit its key" };
}

function parsed(pem: string): Pkcs10CertificateRequest | null {
  try {
    return new Pkcs10CertificateRequest(pem);
  } catch {
    return null;
  }
}

function asksTooMuch(request: Pkcs10CertificateRequest, identity: Identity): string | null {
  try {
    const { subjectName, attributes, extensions, publicKey: { algorithm } } = request;
    if (JSON.stringify(subjectName.toJSON()) !== JSON.stringify(subjectOf(identity).toJSON())) return `the request is for ${subjectName.toString()}, not for CN=${commonNameOf(identity)} alone`;
    if (attributes.length !== 1 || attributes[0]?.type !== extensionRequest) return "the request has attributes beside its name";
    const [extension] = extensions;
    if (extensions.length !== 1 || extension?.type !== nameExtension) return "the request asks for extensions that it may not have";
    const names = new SubjectAlternativeNameExtension(extension.rawData).names.toJSON();
    if (JSON.stringify(names) !== JSON.stringify([{ type: "url", value: uriOf(identity) }])) return `the request is for other names than ${uriOf(identity)} alone`;
    if (algorithm.name !== keyKind.name || !("namedCurve" in algorithm) || algorithm.namedCurve !== keyKind.namedCurve) return `the key of the request is no ${keyKind.name} key on ${keyKind.namedCurve}`;
    return null;
  } catch {
    return "the request cannot be read";
  }
}
