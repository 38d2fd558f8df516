import { mkdir, readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Clock } from "../../model/clock.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId } from "../../model/ids.ts";
import type { Inventory } from "../protocol.ts";
import type { Alarm } from "../run.ts";
import { fetchRevocations, isDueToRenew, loadCredentials, renew, RevokedSerials, saveCredentials, writeLasting, type AuthorityAddress, type Credentials, type Means } from "../trust/index.ts";
import { AgentLog } from "./agent-log.ts";
import { agentServer, type AgentServer } from "./agent-server.ts";
import { Agent } from "./agent.ts";
import type { Carrier, Receiver } from "./carrier.ts";
import type { Driver } from "./driver.ts";
import type { Address } from "./https-agents.ts";
import { HttpsCarrier } from "./https-carrier.ts";
import { Outbox } from "./outbox.ts";
import { claim } from "./sole.ts";

/** How the agent of a host is run. */
export interface HostAgentOptions {
  /** For whom it speaks; its certificate must say the same. */
  readonly host: HostId;
  /** Its credentials and its log are kept here; only one agent may use it. */
  readonly folder: string;
  readonly listen: Address;
  readonly driver: (carrierOf: (layer: string) => Carrier) => Promise<Driver & Receivers>;
  readonly facts: () => Promise<Omit<Inventory, "workloads">>;
  /** Where agents of other hosts are. */
  readonly whereIs: (host: HostId) => Address | null;
  /** Where certificates are renewed and revocations are known; null when somebody else sees to that. */
  readonly authority: AuthorityAddress | null;
  readonly means: Means;
  readonly clock: Clock & Alarm;
  readonly note: (words: string) => void;
}

/** Who takes data of a layer from other hosts; null when this host does not have it. */
export interface Receivers {
  receiverOf(layer: string): Receiver | null;
}

/** An agent that was opened, or why it was not. */
export interface OpenedHostAgent {
  readonly agent: HostAgent | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** The file in an agent's folder that says who it is. */
export function credentialsPath(folder: string): string {
  return join(folder, "identity.pem");
}

/** Opens the agent of a host: what it was, what it had begun, and its door. */
export async function openHostAgent(options: HostAgentOptions): Promise<OpenedHostAgent> {
  const { folder } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const release = await claim(folder);
  if (release === null) return { agent: null, diagnostics: [inUse(folder)] };
  const { credentials, diagnostics } = await loadCredentials(credentialsPath(folder));
  const { log, entries, diagnostics: more } = await AgentLog.open(join(folder, "agent.log"));
  const stranger = credentials === null || (credentials.identity.role === "agent" && options.host === credentials.identity.name) ? [] : [anotherHost(options.host, credentials, folder)];
  if (credentials === null || log === null || stranger.length > 0) {
    await log?.close();
    release();
    return { agent: null, diagnostics: [...diagnostics, ...more, ...stranger] };
  }
  for (const { message } of more) options.note(message);
  const agent = new HostAgent(options, credentials, release);
  await agent.begin(log, entries);
  return { agent, diagnostics: more };
}

/** The agent of one host with all that belongs to it. */
export class HostAgent {
  readonly #options: HostAgentOptions;
  readonly #release: () => void;
  readonly #revoked: RevokedSerials;
  #credentials: Credentials;
  #agent: Agent | null = null;
  #door: AgentServer | null = null;
  #cancel: () => void = () => {};
  #looks = 0;
  #revokedKept: string | null = null;
  readonly #permits = new Map<string, string>();

  constructor(options: HostAgentOptions, credentials: Credentials, release: () => void) {
    this.#options = options;
    this.#credentials = credentials;
    this.#release = release;
    this.#revoked = new RevokedSerials(options.means, credentials.authorityPem);
  }

  async begin(log: AgentLog, entries: Parameters<typeof Agent.open>[1]): Promise<void> {
    const { host, clock, note, facts, listen, whereIs, means } = this.#options;
    await this.#recallRevoked();
    const outbox = new Outbox(clock);
    const driver = await this.#options.driver((layer) => new HttpsCarrier(layer, () => this.#credentials, whereIs, (key) => this.#permits.get(key)));
    this.#agent = await Agent.open({ host, clock, log, driver, facts, note, report: (report) => outbox.say(report), permitted: (key, permit) => this.#keepPermit(key, permit) }, entries);
    this.#door = agentServer({ agent: this.#agent, outbox, host, receiverOf: (layer) => driver.receiverOf(layer), credentials: this.#credentials, revoked: this.#revoked, clock: { utcMs: () => means.clock.utcMs(), after: (delayMs, wake) => clock.after(delayMs, wake) }, note });
    const { server } = this.#door;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(listen.port, listen.address, resolve);
    });
    await this.#lookAfterTrust();
  }

  /** Where it listens. */
  get port(): number {
    return (this.#door?.server.address() as AddressInfo | null)?.port ?? 0;
  }

  async close(): Promise<void> {
    this.#cancel();
    const server = this.#door?.server;
    server?.closeAllConnections();
    if (server !== undefined) await new Promise<void>((resolve) => { server.close(() => resolve()); });
    await this.#agent?.close();
    this.#release();
  }

  #keepPermit(key: string, permit: string): void {
    this.#permits.set(key, permit);
    const [oldest] = this.#permits.keys();
    if (this.#permits.size > permitsMax && oldest !== undefined) this.#permits.delete(oldest);
  }

  /** Renews its certificate in time, learns what was revoked, and ends connections that count no more. */
  async #lookAfterTrust(): Promise<void> {
    const { clock, note } = this.#options;
    try {
      if (this.#looks % looksPerFetch === 0) await this.#askAuthority();
    } catch (error) {
      note(`trust cannot be looked after: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#looks++;
    this.#door?.sweep();
    await this.#agent?.tidy().catch((error: unknown) => note(`the log was not made shorter: ${error instanceof Error ? error.message : String(error)}`));
    await this.#keepRevoked().catch((error: unknown) => note(`what was revoked cannot be kept: ${String(error)}`));
    this.#cancel = clock.after(lookEveryMs, () => { void this.#lookAfterTrust(); });
  }

  /** What was revoked stays so when the agent starts again and nobody tells it. */
  async #recallRevoked(): Promise<void> {
    const kept = await readFile(join(this.#options.folder, revokedFile), "utf8").catch(() => null);
    const because = kept === null ? null : await this.#revoked.accept(kept);
    if (because !== null) this.#options.note(`${revokedFile}: ${because}`);
    this.#revokedKept = this.#revoked.latest;
  }

  async #keepRevoked(): Promise<void> {
    const { latest } = this.#revoked;
    if (latest === null || latest === this.#revokedKept) return;
    await writeLasting(join(this.#options.folder, revokedFile), latest);
    this.#revokedKept = latest;
  }

  async #askAuthority(): Promise<void> {
    const { authority, means, note, folder } = this.#options;
    if (authority === null) return;
    if (isDueToRenew(this.#credentials, means.clock.utcMs())) {
      const renewed = await renew(means, authority, this.#credentials);
      if ("because" in renewed) note(`the certificate was not renewed: ${renewed.because}`);
      else {
        await saveCredentials(credentialsPath(folder), renewed.credentials);
        this.#credentials = renewed.credentials;
        this.#door?.renew(renewed.credentials);
        note("the certificate was renewed");
      }
    }
    const fetched = await fetchRevocations(authority, this.#credentials.authorityPem);
    const because = "because" in fetched ? fetched.because : await this.#revoked.accept(fetched.revocations);
    if (because !== null) note(`what was revoked is not known: ${because}`);
  }
}

const revokedFile = "revoked.pem";
const lookEveryMs = 10_000;
const permitsMax = 10_000;
/** The authority is asked every minute. */
const looksPerFetch = 6;

function anotherHost(host: HostId, { identity }: Credentials, folder: string): Diagnostic {
  return {
    code: "not-allowed", severity: "error", file: credentialsPath(folder), line: null, column: null, path: "", message: `the certificate is of ${identity.role} ${JSON.stringify(identity.name)}, not of agent ${JSON.stringify(host)}`,
    advice: "Enrol this host with a token of its own, or correct the host in the configuration.",
  };
}

function inUse(folder: string): Diagnostic {
  return {
    code: "not-allowed", severity: "error", file: folder, line: null, column: null, path: "", message: `another agent uses ${folder}`,
    advice: "Stop it first, or give this one a folder of its own.",
  };
}
