import type { webcrypto } from "node:crypto";
import type { WallClock } from "../../model/clock.ts";

/** What trust needs of the world: dates, and keys that nobody can guess. */
export interface Means {
  readonly clock: Pick<WallClock, "utcMs">;
  readonly crypto: webcrypto.Crypto;
}

export const keyKind = { name: "ECDSA", namedCurve: "P-256" } as const;
export const signature = { name: "ECDSA", hash: "SHA-256" } as const;

/** Clocks of hosts differ: a certificate is valid from a little before it was made. */
export const slackMs = 5 * 60_000;

export function newKeys({ crypto }: Means): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(keyKind, true, ["sign", "verify"]);
}

export async function keyPem({ crypto }: Means, key: webcrypto.CryptoKey): Promise<string> {
  const base64 = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${(base64.match(/.{1,64}/g) ?? []).join("\n")}\n-----END PRIVATE KEY-----\n`;
}

/** A private key from its text; throws when it is none of ours. */
export function keyFromPem({ crypto }: Means, pem: string): Promise<webcrypto.CryptoKey> {
  const base64 = pem.replaceAll(/-----[A-Z ]+-----|\s/g, "");
  return crypto.subtle.importKey("pkcs8", Buffer.from(base64, "base64"), keyKind, false, ["sign"]);
}

/** Random text for names of files and for secrets. */
export function randomText({ crypto }: Means, bytes: number, encoding: "base64url" | "hex"): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString(encoding);
}
