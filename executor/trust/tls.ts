import { X509Certificate } from "node:crypto";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { peerOf, sameIdentity, words, type Identity, type Peer } from "./identity.ts";

/** What somebody needs to prove who they are, and to know others. */
export interface Credentials {
  readonly identity: Identity;
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly authorityPem: string;
}

interface TlsOptions {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
  readonly minVersion: "TLSv1.3";
}

function common({ keyPem, certificatePem, authorityPem }: Credentials): TlsOptions {
  return { key: keyPem, cert: certificatePem, ca: authorityPem, minVersion: "TLSv1.3" };
}

/** For servers: without a certificate of the authority nobody gets past the handshake. */
export function serverTls(credentials: Credentials): TlsOptions & { readonly requestCert: true; readonly rejectUnauthorized: true } {
  return { ...common(credentials), requestCert: true, rejectUnauthorized: true };
}

/** For the server that enrols: newcomers have no certificate yet. */
export function enrolmentTls(credentials: Credentials): TlsOptions & { readonly requestCert: true; readonly rejectUnauthorized: false } {
  return { ...common(credentials), requestCert: true, rejectUnauthorized: false };
}

/** For clients: the server must be exactly who is meant, wherever its address leads. */
export function clientTls(credentials: Credentials, expected: Identity): TlsOptions & ReturnType<typeof meaning> {
  return { ...common(credentials), ...meaning(expected) };
}

/** Who a server must be. */
export function meaning(expected: Identity): { readonly rejectUnauthorized: true; readonly servername: string; readonly checkServerIdentity: (name: string, certificate: PeerCertificate) => Error | undefined } {
  return {
    rejectUnauthorized: true, servername: "",
    checkServerIdentity: (_, certificate) => {
      const peer = peerOf(new X509Certificate(certificate.raw));
      if (peer !== null && sameIdentity(peer, expected)) return undefined;
      return new Error(`the certificate is of ${peer === null ? "nobody known" : words(peer)}, not of ${words(expected)}`);
    },
  };
}

/** Who is at the other end, when their certificate is of our authority. */
export function peerAt(socket: TLSSocket): Peer | null {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  return certificate === undefined ? null : peerOf(certificate);
}
