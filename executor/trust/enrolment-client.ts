import { createHash, X509Certificate } from "node:crypto";
import { request as send, type RequestOptions } from "node:https";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf, readBody } from "./body.ts";
import { peerOf, sameIdentity, type Identity } from "./identity.ts";
import { keyPem, newKeys, type Means } from "./means.ts";
import { requestFor } from "./request.ts";
import { meaning, type Credentials } from "./tls.ts";

/** Where an authority enrols, and the name by which it is known there. */
export interface AuthorityAddress {
  readonly address: string;
  readonly port: number;
  readonly name: string;
}

/** New credentials, or why there are none. */
export type Enrolled = { readonly credentials: Credentials } | { readonly because: string };

const replyForm = Type.Object({
  because: Type.Optional(Type.String()), authorityPem: Type.Optional(Type.String()), certificatePem: Type.Optional(Type.String()), revocations: Type.Optional(Type.String()),
});
const reply = Compile(replyForm);
type Reply = Static<typeof replyForm>;

const bodyBytesMax = 16 * 1024 * 1024;
const timeoutMs = 10_000;

/**
 * Becomes a member with a one-time token. The token's second half is the digest of the authority's certificate: the
 * secret half is sent only to a server that this certificate vouches for.
 */
export async function enrol(means: Means, at: AuthorityAddress, identity: Identity, token: string): Promise<Enrolled> {
  const [, fingerprint = ""] = token.split(".");
  const told = await ask(at, { rejectUnauthorized: false }, "GET /v1/authority");
  if (told.authorityPem === undefined) return { because: told.because ?? "the authority does not show its certificate" };
  const authorityPem = told.authorityPem;
  if (fingerprintOf(authorityPem) !== fingerprint) return { because: "the server shows another authority's certificate than the token was made by" };
  const keys = await newKeys(means);
  const body = { token, role: identity.role, name: identity.name, request: await requestFor(means, identity, keys) };
  const { certificatePem, because } = await ask(at, trusting(at, authorityPem), "POST /v1/enrol", body);
  return checked({ identity, keyPem: await keyPem(means, keys.privateKey), certificatePem: certificatePem ?? "", authorityPem }, because);
}

/** The next certificate, with a new key, asked for with the present one. */
export async function renew(means: Means, at: AuthorityAddress, present: Credentials): Promise<Enrolled> {
  const keys = await newKeys(means);
  const tls = { ...trusting(at, present.authorityPem), key: present.keyPem, cert: present.certificatePem };
  const { certificatePem, because } = await ask(at, tls, "POST /v1/renew", { request: await requestFor(means, present.identity, keys) });
  return checked({ ...present, keyPem: await keyPem(means, keys.privateKey), certificatePem: certificatePem ?? "" }, because);
}

/** The signed list of what was revoked. */
export async function fetchRevocations(at: AuthorityAddress, authorityPem: string): Promise<{ readonly revocations: string } | { readonly because: string }> {
  const { revocations, because } = await ask(at, trusting(at, authorityPem), "GET /v1/revocations");
  return revocations === undefined ? { because: because ?? "the authority does not tell what was revoked" } : { revocations };
}

/** Is it time to renew? When half of its time is over, so that the other half is left to try again. */
export function isDueToRenew({ certificatePem }: Credentials, nowMs: number): boolean {
  const { validFrom, validTo } = new X509Certificate(certificatePem);
  return nowMs >= (Date.parse(validFrom) + Date.parse(validTo)) / 2;
}

function trusting({ name }: AuthorityAddress, authorityPem: string): RequestOptions {
  return { ca: authorityPem, ...meaning({ role: "authority", name }) };
}

function checked(credentials: Credentials, because: string | undefined): Enrolled {
  if (because !== undefined || credentials.certificatePem === "") return { because: because ?? "the authority sends no certificate" };
  try {
    const peer = peerOf(new X509Certificate(credentials.certificatePem));
    if (peer !== null && sameIdentity(peer, credentials.identity)) return { credentials };
  } catch {
    // Said below.
  }
  return { because: "the authority has sent a certificate for somebody else" };
}

function fingerprintOf(pem: string): string {
  try {
    return createHash("sha256").update(new X509Certificate(pem).raw).digest("base64url");
  } catch {
    return "";
  }
}

function ask({ address, port }: AuthorityAddress, tls: RequestOptions, what: string, body?: unknown): Promise<Reply> {
  const [method = "", path = ""] = what.split(" ");
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve({ because: `the authority at ${address} port ${port} does not answer: ${error.message}` });
    const options = { host: address, port, method, path, minVersion: "TLSv1.3", agent: false, timeout: timeoutMs, headers: { "content-type": "application/json" }, signal: AbortSignal.timeout(timeoutMs), ...tls } as const;
    const message = send(options, (response) => {
      const read = async (): Promise<Reply> => {
        const text = await readBody(response, bodyBytesMax);
        const value = text === null ? undefined : jsonOf(text);
        return reply.Check(value) ? value : { because: "the authority's answer cannot be read" };
      };
      resolve(read());
    });
    message.on("error", failed);
    message.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
