import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { sameIdentity, type Identity } from "./identity.ts";
import { isMissing, syncFolder, writeLasting } from "./lasting-file.ts";

/** What an authority knows of an invitation or a certificate. */
export interface Known extends Identity {
  readonly expiresAtMs: number;
}

export interface Revoked {
  readonly serial: string;
  readonly atMs: number;
}

const known = Compile(Type.Object({
  role: Type.Union([Type.Literal("agent"), Type.Literal("power"), Type.Literal("executor"), Type.Literal("person"), Type.Literal("authority")]),
  name: Type.String(), expiresAtMs: Type.Integer(),
}));
const revokedAt = Compile(Type.Object({ atMs: Type.Integer() }));

const folders = { invited: "invited", spent: "spent", issued: "issued", revoked: "revoked" } as const;

/**
 * The memory of an authority: one small file for each fact, so that several processes can write at once and no fact is
 * ever changed. An invitation is moved when it is used, and a file can be moved only once.
 */
export class Records {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(folder: string): Promise<void> {
    for (const name of Object.values(folders)) await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    await syncFolder(folder);
  }

  async invite(secret: string, invitation: Known): Promise<void> {
    await writeLasting(this.#path("invited", digest(secret)), JSON.stringify(invitation));
  }

  async invitation(secret: string): Promise<Known | null> {
    return this.#read("invited", digest(secret), (value) => (known.Check(value) ? value : null));
  }

  /** True for the one who used it first. */
  async spend(secret: string): Promise<boolean> {
    const name = digest(secret);
    try {
      await rename(this.#path("invited", name), this.#path("spent", name));
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    await syncFolder(join(this.#folder, folders.spent));
    await syncFolder(join(this.#folder, folders.invited));
    return true;
  }

  async issued(serial: string, certificate: Known): Promise<void> {
    await writeLasting(this.#path("issued", serial), JSON.stringify(certificate));
  }

  isRevoked(serial: string): Promise<boolean> {
    return stat(this.#path("revoked", serial)).then(() => true, (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    });
  }

  /** Revokes all that an identity has, also what is issued meanwhile; how many there were that had not expired. */
  async revoke(identity: Identity, atMs: number): Promise<number> {
    let count = 0;
    for (let added = -1; added !== 0;) {
      added = 0;
      for (const serial of await this.#names("issued")) {
        const certificate = await this.#read("issued", serial, (value) => (known.Check(value) ? value : null));
        if (certificate === null || !sameIdentity(certificate, identity) || certificate.expiresAtMs <= atMs || await this.isRevoked(serial)) continue;
        await writeLasting(this.#path("revoked", serial), JSON.stringify({ atMs }));
        added++;
      }
      count += added;
    }
    return count;
  }

  /** What was revoked and would count otherwise, in order of serial numbers. */
  async revoked(nowMs: number): Promise<readonly Revoked[]> {
    const found: Revoked[] = [];
    for (const serial of await this.#names("revoked")) {
      const revocation = await this.#read("revoked", serial, (value) => (revokedAt.Check(value) ? value : null));
      const certificate = await this.#read("issued", serial, (value) => (known.Check(value) ? value : null));
      if ((certificate?.expiresAtMs ?? Infinity) > nowMs) found.push({ serial, atMs: revocation?.atMs ?? nowMs });
    }
    return found;
  }

  /** Everything that was ever issued and may still count, and every invitation that is open. */
  async list(nowMs: number): Promise<{ readonly certificates: readonly (Known & { readonly serial: string; readonly isRevoked: boolean })[]; readonly invitations: readonly Known[] }> {
    const certificates = await Promise.all((await this.#names("issued")).map(async (serial) => {
      const certificate = await this.#read("issued", serial, (value) => (known.Check(value) ? value : null));
      return certificate === null || certificate.expiresAtMs <= nowMs ? [] : [{ ...certificate, serial, isRevoked: await this.isRevoked(serial) }];
    }));
    const invitations = await Promise.all((await this.#names("invited")).map(async (name) => {
      const invitation = await this.#read("invited", name, (value) => (known.Check(value) ? value : null));
      return invitation === null || invitation.expiresAtMs <= nowMs ? [] : [invitation];
    }));
    return { certificates: certificates.flat(), invitations: invitations.flat() };
  }

  async #names(folder: keyof typeof folders): Promise<readonly string[]> {
    const names = await readdir(join(this.#folder, folders[folder]));
    return names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length)).sort();
  }

  async #read<Value>(folder: keyof typeof folders, name: string, checked: (value: unknown) => Value | null): Promise<Value | null> {
    try {
      return checked(JSON.parse(await readFile(this.#path(folder, name), "utf8")));
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  #path(folder: keyof typeof folders, name: string): string {
    return join(this.#folder, folders[folder], `${name}.json`);
  }
}

/** Names of invitations are digests of their secrets, so the folder does not tell them. */
function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
