import { PublicKey, X509Certificate } from "./x509.ts";
import { createHash } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { nameProblem, sameIdentity, serialOf, words, type Identity, type Peer } from "./identity.ts";
import { issue, revocationList, selfSigned, type Signer } from "./issue.ts";
import { isMissing, writeLasting } from "./lasting-file.ts";
import { keyFromPem, keyPem, newKeys, randomText, type Means } from "./means.ts";
import { Records } from "./records.ts";
import { checkRequest } from "./request.ts";
import type { Credentials } from "./tls.ts";

/** How long things of an authority last. */
export interface AuthoritySettings {
  readonly authorityForMs: number;
  /** Short, so that what was stolen unseen ends soon; members renew long before. */
  readonly certificateForMs: number;
  /** Longer, since nobody renews a person's by itself; it opens no connection. */
  readonly personForMs: number;
}

export const defaultAuthoritySettings: AuthoritySettings = { authorityForMs: 10 * 365 * 86_400_000, certificateForMs: 7 * 86_400_000, personForMs: 90 * 86_400_000 };

/** What a member gets, or why not. */
export type Answer = { readonly certificatePem: string } | { readonly because: string };

/** An authority that was opened, or why it may not be used. */
export interface OpenedAuthority {
  readonly authority: Authority | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The built-in certificate authority of a fleet: a folder with its key, the invitations that are open, and what it has
 * issued and revoked. Several processes may use one folder at once.
 */
export class Authority {
  readonly certificatePem: string;
  readonly #means: Means;
  readonly #signer: Signer;
  readonly #records: Records;
  readonly #settings: AuthoritySettings;

  private constructor(folder: string, means: Means, signer: Signer, settings: AuthoritySettings) {
    this.certificatePem = `${signer.certificate.toString("pem")}\n`;
    this.#means = means;
    this.#signer = signer;
    this.#records = new Records(folder);
    this.#settings = settings;
  }

  /** Makes a new authority in a folder that has none. */
  static async create(folder: string, name: string, means: Means, settings = defaultAuthoritySettings): Promise<OpenedAuthority> {
    const path = join(folder, keyFile);
    const there = await stat(path).then(() => true, () => false);
    if (there) return refused(path, "not-allowed", `${path} is there already: ${folder} has an authority`, "Use it, or name another folder; certificates of an authority that is replaced count no more.");
    const problem = nameProblem(name);
    if (problem !== null) return refused(folder, "bad-format", `authority ${JSON.stringify(name)}: ${problem}`, "Give it a plain name.");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const keys = await newKeys(means);
    const certificate = await selfSigned(means, name, keys, settings.authorityForMs);
    await Records.create(folder);
    await writeLasting(join(folder, certificateFile), `${certificate.toString("pem")}\n`);
    await writeLasting(path, await keyPem(means, keys.privateKey));
    return { authority: new Authority(folder, means, { key: keys.privateKey, certificate }, settings), diagnostics: [] };
  }

  static async open(folder: string, means: Means, settings = defaultAuthoritySettings): Promise<OpenedAuthority> {
    const path = join(folder, keyFile);
    try {
      const { mode } = await stat(path);
      if ((mode & 0o077) !== 0) return refused(path, "not-allowed", `${path} may be read by others: its mode is ${(mode & 0o777).toString(8)}, it must be 600`, `If nobody has read it: chmod 600 ${path}. Otherwise make a new authority and enrol all agents again.`);
      const certificate = new X509Certificate(await readFile(join(folder, certificateFile), "utf8"));
      const key = await keyFromPem(means, await readFile(path, "utf8"));
      return { authority: new Authority(folder, means, { key, certificate }, settings), diagnostics: [] };
    } catch (error) {
      if (isMissing(error)) return refused(path, "file-not-found", `${folder} has no authority`, "Make one with `stowage ca init`, or name its folder with --folder.");
      return refused(path, "file-unreadable", `the authority in ${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`, "Restore the folder from a copy.");
    }
  }

  /** The digest by which a newcomer knows this authority. */
  get fingerprint(): string {
    return createHash("sha256").update(Buffer.from(this.#signer.certificate.rawData)).digest("base64url");
  }

  /** A secret with which one identity can be enrolled once. Whoever has the folder cannot read it back. */
  async invite(identity: Identity, validForMs: number): Promise<string> {
    const problem = nameProblem(identity.name);
    if (problem !== null) throw new RangeError(`${identity.role} ${JSON.stringify(identity.name)}: ${problem}`);
    const secret = randomText(this.#means, 32, "base64url");
    await this.#records.invite(secret, { ...identity, expiresAtMs: this.#means.clock.utcMs() + validForMs });
    return `${secret}.${this.fingerprint}`;
  }

  /** Takes an invitation: it counts once, also when two come with it at the same time. */
  async enrol(token: string, request: string, identity: Identity): Promise<Answer> {
    const [secret = ""] = token.split(".");
    const invitation = await this.#records.invitation(secret);
    if (invitation === null) return { because: "the token is unknown or was used before" };
    if (invitation.expiresAtMs <= this.#means.clock.utcMs()) return { because: `the token expired at ${new Date(invitation.expiresAtMs).toISOString()}` };
    if (!sameIdentity(invitation, identity)) return { because: `the token is for ${words(invitation)}, not for ${words(identity)}` };
    const checked = await checkRequest(this.#means, request, identity);
    if ("because" in checked) return checked;
    if (!await this.#records.spend(secret)) return { because: "the token is unknown or was used before" };
    return { certificatePem: await this.#issue(identity, checked.publicKey) };
  }

  /** A new certificate for whoever has a present one, for the same name only. */
  async renew(present: Peer, request: string): Promise<Answer> {
    if (present.notAfterMs <= this.#means.clock.utcMs()) return { because: `the certificate of ${words(present)} has expired` };
    const checked = await checkRequest(this.#means, request, present);
    if ("because" in checked) return checked;
    const certificatePem = await this.#issue(present, checked.publicKey);
    // Written down first and asked afterwards: whoever revokes now either sees the new one, or is seen here.
    if (await this.#records.isRevoked(present.serial)) return { because: `the certificate of ${words(present)} was revoked` };
    return { certificatePem };
  }

  /** Key and certificate for somebody at this machine: an executor, or the server that enrols. */
  async certify(identity: Identity): Promise<Credentials> {
    const keys = await newKeys(this.#means);
    const publicKey = await PublicKey.create(keys.publicKey, this.#means.crypto);
    return { identity, keyPem: await keyPem(this.#means, keys.privateKey), certificatePem: await this.#issue(identity, publicKey), authorityPem: this.certificatePem };
  }

  /** Ends every certificate that an identity has; how many there were. */
  async revoke(identity: Identity): Promise<number> {
    return this.#records.revoke(identity, this.#means.clock.utcMs());
  }

  /** What counts now: certificates, also those that were revoked and would count otherwise, and open invitations. */
  list(): ReturnType<Records["list"]> {
    return this.#records.list(this.#means.clock.utcMs());
  }

  /** The signed list of all that was revoked. */
  async revocations(): Promise<string> {
    return `${await revocationList(this.#means, this.#signer, await this.#records.revoked(this.#means.clock.utcMs()))}\n`;
  }

  async #issue(identity: Identity, publicKey: PublicKey): Promise<string> {
    const { certificateForMs, personForMs } = this.#settings;
    const certificate = await issue(this.#means, this.#signer, identity, publicKey, identity.role === "person" ? personForMs : certificateForMs);
    await this.#records.issued(serialOf(certificate.serialNumber), { ...identity, expiresAtMs: certificate.notAfter.getTime() });
    return `${certificate.toString("pem")}\n`;
  }
}

const keyFile = "authority.key";
const certificateFile = "authority.crt";

function refused(file: string, code: Diagnostic["code"], message: string, advice: string): OpenedAuthority {
  return { authority: null, diagnostics: [{ code, severity: "error", file, line: null, column: null, path: "", message, advice }] };
}
