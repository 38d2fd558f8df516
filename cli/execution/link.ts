import { webcrypto } from "node:crypto";
import {
  fetchRevocations, HttpsAgents, isDueToRenew, loadCredentials, renew, RevokedSerials, saveCredentials, systemClock, type Addressee, type Command, type Credentials, type Inventory, type KeptCheckpoint, type Report, type SignatureTrust,
} from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId, RunId, WorkloadId } from "../../model/ids.ts";
import type { Operator } from "./operator.ts";

const means = { clock: systemClock, crypto: webcrypto };
const trustEveryMs = 60_000;
const askEveryMs = 2000;
const tellEveryMs = 15_000;
/** What an agent may wait for a layer, of what the agent is waited for: the rest is for the way. */
const layerPermille = 750;

/** What is wished of checkpoints; a name for all but `list`. */
export interface CheckpointWish {
  readonly wish: "list" | "take" | "drop";
  readonly name?: string;
}

export interface CheckpointAnswer {
  readonly checkpoints: readonly KeptCheckpoint[];
  readonly because: string | null;
}

/** The way to the agents of a fleet, with credentials that are kept valid while it is open. */
export class Link {
  readonly agents: HttpsAgents;
  readonly #operator: Operator;
  readonly #revoked: RevokedSerials;
  readonly #note: (words: string) => void;
  #isRevokedKnown = false;
  readonly #listeners = new Set<(report: Report, role: Addressee["role"]) => void>();
  #credentials: Credentials;
  #timer: NodeJS.Timeout | null = null;

  private constructor(operator: Operator, credentials: Credentials, note: (words: string) => void) {
    this.#operator = operator;
    this.#credentials = credentials;
    this.#note = note;
    this.#revoked = new RevokedSerials(means, credentials.authorityPem);
    this.agents = new HttpsAgents({
      credentials, revoked: this.#revoked, clock: systemClock, note, waitMs: 10_000, whereIs: (addressee) => operator.whereIs(addressee),
      take: (report, role) => {
        for (const listener of this.#listeners) listener(report, role);
      },
    });
  }

  static async open(operator: Operator, note: (words: string) => void): Promise<{ readonly link: Link | null; readonly diagnostics: readonly Diagnostic[] }> {
    const { credentials, diagnostics } = await loadCredentials(operator.credentialsFile, `Where the authority is, \`stowage ca executor NAME --out FILE\` makes one; name it as \`credentials\` in the configuration.`);
    if (credentials === null) return { link: null, diagnostics };
    const link = new Link(operator, credentials, note);
    await link.#lookAfterTrust();
    return { link, diagnostics: [] };
  }

  /** What is known of the fleet's authority, and of what it has revoked. */
  get trust(): SignatureTrust {
    return { authorityPem: this.#credentials.authorityPem, revoked: this.#revoked };
  }

  /** Has the authority said, since this way was opened, what it has revoked? */
  get isRevokedKnown(): boolean {
    return this.#isRevokedKnown;
  }

  /** Tells of every report from now on, until the answer is called. */
  listen(told: (report: Report, role: Addressee["role"]) => void): () => void {
    this.#listeners.add(told);
    return () => void this.#listeners.delete(told);
  }

  /** What is on these hosts; those that have not answered in time are missing. */
  async inventories(hosts: readonly HostId[], withinMs: number): Promise<ReadonlyMap<HostId, Inventory>> {
    const run = `inventory-${webcrypto.randomUUID()}` as RunId;
    const found = new Map<HostId, Inventory>();
    await new Promise<void>((resolve) => {
      const ask = (): void => {
        for (const host of hosts) if (!found.has(host)) this.agents.send({ to: { host, role: "agent" }, command: { kind: "takeInventory", epoch: 0, run, withinMs: Math.floor((withinMs * layerPermille) / 1000) } });
      };
      const end = (): void => {
        clearInterval(again);
        clearTimeout(late);
        forget();
        resolve();
      };
      const again = setInterval(ask, askEveryMs);
      const late = setTimeout(end, withinMs);
      const forget = this.listen((report) => {
        if (report.kind !== "inventory" || report.run !== run) return;
        found.set(report.host, report.inventory);
        if (found.size === hosts.length) end();
      });
      ask();
      if (hosts.length === 0) end();
    });
    return found;
  }

  /** Has a checkpoint taken or dropped, and tells which there are then on this host; `because`: why not. */
  checkpoint(host: HostId, workload: WorkloadId, { wish, name }: CheckpointWish, withinMs: number): Promise<CheckpointAnswer> {
    const run = `checkpoint-${webcrypto.randomUUID()}` as RunId;
    const command = { kind: "checkpoint", epoch: 0, run, workload, wish, ...(name === undefined ? {} : { name }) } as const;
    return this.#asked<CheckpointAnswer>(host, command, withinMs, (report) => (report.kind === "checkpoints" && report.run === run ? report : null), (because) => ({ checkpoints: [], because }));
  }

  /** Has one application inside of a workload started or stopped; null when it is so, else why not. */
  async tellApplication(host: HostId, workload: WorkloadId, application: string, wish: "running" | "stopped", withinMs: number): Promise<string | null> {
    const run = `application-${webcrypto.randomUUID()}` as RunId;
    const command = { kind: "tellApplication", epoch: 0, run, workload, application, wish } as const;
    const answer = await this.#asked<{ readonly because: string | null }>(host, command, withinMs, (report) => (report.kind === "application" && report.run === run ? report : null), (because) => ({ because }));
    return answer.because;
  }

  /** Sends a command that may come twice until it is answered, or it is late. */
  #asked<Answer>(host: HostId, command: Command, withinMs: number, answerIn: (report: Report) => Answer | null, lateBecause: (words: string) => Answer): Promise<Answer> {
    return new Promise((resolve) => {
      const ask = (): void => this.agents.send({ to: { host, role: "agent" }, command });
      const end = (answer: Answer): void => {
        clearInterval(again);
        clearTimeout(late);
        forget();
        resolve(answer);
      };
      const again = setInterval(ask, tellEveryMs);
      const late = setTimeout(() => end(lateBecause(`the agent of host ${host} has not said how it went in ${withinMs} ms`)), withinMs);
      const forget = this.listen((report) => {
        const answer = answerIn(report);
        if (answer !== null) end(answer);
      });
      ask();
    });
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.agents.close();
  }

  /** Renews the executor's certificate in time, learns what was revoked, and ends connections that count no more. */
  async #lookAfterTrust(): Promise<void> {
    const { authority, credentialsFile } = this.#operator;
    if (authority !== null) {
      if (isDueToRenew(this.#credentials, systemClock.utcMs())) {
        const renewed = await renew(means, authority, this.#credentials);
        if ("because" in renewed) this.#note(`the executor's certificate was not renewed: ${renewed.because}`);
        else {
          await saveCredentials(credentialsFile, renewed.credentials);
          this.#credentials = renewed.credentials;
          this.agents.renew(renewed.credentials);
        }
      }
      const fetched = await fetchRevocations(authority, this.#credentials.authorityPem);
      const because = "because" in fetched ? fetched.because : await this.#revoked.accept(fetched.revocations);
      if (because === null) this.#isRevokedKnown = true;
      else this.#note(`what was revoked is not known: ${because}`);
    }
    this.agents.sweep();
    this.#timer = setTimeout(() => {
      this.#lookAfterTrust().catch((error: unknown) => this.#note(`trust cannot be looked after: ${error instanceof Error ? error.message : String(error)}`));
    }, trustEveryMs).unref();
  }
}
