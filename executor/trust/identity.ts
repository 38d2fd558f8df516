import type { X509Certificate } from "node:crypto";

/** Agents and power agents act for one host, executors for the people who approve; persons sign; an authority enrols them all. */
export type Role = "agent" | "power" | "executor" | "person" | "authority";

/** Who somebody is, proved by a certificate. `name` is a host's id for agents. */
export interface Identity {
  readonly role: Role;
  readonly name: string;
}

/** What a certificate says of whoever holds its key. */
export interface Peer extends Identity {
  /** Lower case hexadecimal, without leading zeros. */
  readonly serial: string;
  readonly notAfterMs: number;
}

/** The one name in a certificate: ASCII whatever the name, so that it can be compared byte by byte. */
export function uriOf({ role, name }: Identity): string {
  return `stowage:${role}:${encodeURIComponent(name).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

const uri = /^stowage:(agent|power|executor|person|authority):([A-Za-z0-9%._~-]+)$/;

/** Reads such a name back; null when it is none, or is not written the one way in which `uriOf` writes it. */
export function identityOf(text: string): Identity | null {
  const [, role, encoded] = uri.exec(text) ?? [];
  if (role === undefined || encoded === undefined) return null;
  const identity: Identity = { role: role as Role, name: decoded(encoded) };
  return nameProblem(identity.name) === null && uriOf(identity) === text ? identity : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** What a certificate proves; null when it is not one of ours, or has any other name beside its own. */
export function peerOf(certificate: X509Certificate): Peer | null {
  const names = certificate.subjectAltName ?? "";
  const identity = names.startsWith("URI:") ? identityOf(names.slice("URI:".length)) : null;
  return identity === null ? null : { ...identity, serial: serialOf(certificate.serialNumber), notAfterMs: Date.parse(certificate.validTo) };
}

/** One way to write a serial number, for all who read it from different libraries. */
export function serialOf(hexadecimal: string): string {
  return hexadecimal.toLowerCase().replace(/^0+(?=.)/, "");
}

/** Certificates cut common names at 64 characters; the other name is whole. */
export function commonNameOf({ name }: Identity): string {
  return Array.from(name).slice(0, 64).join("");
}

/** Why this cannot be a name; null when it can. */
export function nameProblem(name: string): string | null {
  if (name === "" || name.length > 253) return `a name has 1 to 253 characters, this one has ${name.length}`;
  if (/\p{Surrogate}/u.test(name)) return "the name is no valid text";
  // eslint-disable-next-line no-control-regex
  return /[\u0000-\u001f\u007f-\u009f]/.test(name) ? "the name has control characters" : null;
}

export function sameIdentity(a: Identity, b: Identity): boolean {
  return a.role === b.role && a.name === b.name;
}

export function words({ role, name }: Identity): string {
  return `${role} ${JSON.stringify(name)}`;
}
