import { X509Certificate, X509Crl } from "./x509.ts";
import { serialOf } from "./identity.ts";
import type { Means } from "./means.ts";

const lengthMax = 8 * 1024 * 1024;

/** The certificates that count no more. What was revoked stays so: an older list that comes later takes nothing back. */
export class RevokedSerials {
  readonly #means: Means;
  readonly #authority: X509Certificate;
  readonly #serials = new Set<string>();
  #latest: { readonly pem: string; readonly madeAtMs: number } | null = null;

  constructor(means: Means, authorityPem: string) {
    this.#means = means;
    this.#authority = new X509Certificate(authorityPem);
  }

  /** The latest list of all that came, to be kept for the next start; null before the first. */
  get latest(): string | null {
    return this.#latest?.pem ?? null;
  }

  has(serial: string): boolean {
    return this.#serials.has(serial);
  }

  /** Takes a list that the authority has signed; why not, or null. */
  async accept(pem: string): Promise<string | null> {
    if (pem.length > lengthMax) return `the list has ${pem.length} characters, ${lengthMax} are allowed`;
    try {
      const list = new X509Crl(pem);
      const signed = await list.verify({ publicKey: this.#authority }, this.#means.crypto);
      if (!signed) return "the list is not signed by our authority";
      for (const { serialNumber } of list.entries) this.#serials.add(serialOf(serialNumber));
      const madeAtMs = list.thisUpdate.getTime();
      if (madeAtMs >= (this.#latest?.madeAtMs ?? 0)) this.#latest = { pem, madeAtMs };
      return null;
    } catch {
      return "the list cannot be read";
    }
  }
}
