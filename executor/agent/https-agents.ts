import { Agent as Connections, request as send } from "node:https";
import { TLSSocket } from "node:tls";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { WallClock } from "../../model/clock.ts";
import type { Letter } from "../commands.ts";
import { keyOf, parseReport, type Addressee, type Command, type Report } from "../protocol.ts";
import type { Agents, Alarm } from "../run.ts";
import { clientTls, Doorkeeper, jsonOf, readBody, signedPermit, type Credentials, type Identity, type RevokedSerials } from "../trust/index.ts";

/** Where an agent listens. */
export interface Address {
  readonly address: string;
  readonly port: number;
}

/** What the way to the agents needs. */
export interface Post {
  readonly credentials: Credentials;
  readonly revoked: RevokedSerials;
  readonly clock: Pick<WallClock, "utcMs"> & Alarm;
  /** Where somebody is; null when nobody knows. */
  readonly whereIs: (addressee: Addressee) => Address | null;
  /** `role`: as whom its sender has spoken. */
  readonly take: (report: Report, role: Addressee["role"]) => void;
  readonly note: (words: string) => void;
  /** How long a fetch waits for something new; an agent that says nothing for longer has no heartbeat. */
  readonly waitMs: number;
}

const replyForm = Type.Object({ incarnation: Type.Integer({ minimum: 0 }), after: Type.Integer({ minimum: 0 }), reports: Type.Array(Type.Unknown(), { maxItems: 10_000 }) });
const replyChecker = Compile(replyForm);

/** Of an agent with as many workloads as a report may hold. */
const bodyBytesMax = 64 * 1024 * 1024;
const answerMs = 10_000;
const lettersMax = 1000;
/** Longer than any move takes; it counts for one attempt only. */
const permitForMs = 86_400_000;
const pauseMs = { least: 10, first: 100, max: 5000 } as const;

/**
 * The way to agents over mutual TLS. Letters are sent in order, one at a time for each agent, and are not repeated: an
 * executor asks again by itself. Reports are fetched again until they have arrived, and count only when the agent that
 * says them is the one of the host that they are about. What an agent said before is not fetched: it is old news, and
 * who wants to know the outcome of an attempt, or how things are, asks.
 */
export class HttpsAgents implements Agents {
  readonly #post: Post;
  #credentials: Credentials;
  readonly #lines = new Map<string, Line>();

  constructor(post: Post) {
    this.#post = post;
    this.#credentials = post.credentials;
  }

  send({ to, command }: Letter): void {
    this.#lineTo(to).send(JSON.stringify(command.kind === "perform" ? { ...command, ...this.#permitFor(command) } : command));
  }

  /** Listens to somebody from now on, also before they are sent anything. */
  listenTo(addressee: Addressee): void {
    this.#lineTo(addressee);
  }

  /** From now on new connections show this certificate; those that are under way end by themselves. */
  renew(credentials: Credentials): void {
    this.#credentials = credentials;
    for (const line of this.#lines.values()) line.renew(credentials);
  }

  /** Ends connections with those whose certificates count no more. */
  sweep(): void {
    for (const line of this.#lines.values()) line.doorkeeper.sweep();
  }

  close(): void {
    for (const line of this.#lines.values()) line.close();
    this.#lines.clear();
  }

  /** Data go from host to host only with the word of an executor. */
  #permitFor({ run, action, attempt, work }: Extract<Command, { readonly kind: "perform" }>): { readonly permit?: string } {
    if (!("to" in work)) return {};
    const { workload, from, to } = work;
    return { permit: signedPermit({ key: keyOf({ run, action, attempt }), workload, from, to, untilMs: this.#post.clock.utcMs() + permitForMs }, this.#credentials) };
  }

  #lineTo(addressee: Addressee): Line {
    const key = `${addressee.role} ${addressee.host}`;
    const line = this.#lines.get(key) ?? new Line(this.#post, this.#credentials, addressee);
    this.#lines.set(key, line);
    return line;
  }
}

/** The way to one agent. */
class Line {
  readonly doorkeeper: Doorkeeper;
  readonly #post: Post;
  readonly #to: Addressee;
  readonly #identity: Identity;
  #connections: Connections;
  readonly #letters: string[] = [];
  #sending = false;
  #closed = false;
  #reached = true;
  #saidNothing = false;
  #incarnation = 0;
  /** Null until it is known where the agent's outbox stands. */
  #after: number | null = null;
  /** Its first answer, or none: an answer to what was sent before is fetched for sure. */
  readonly #triedOnce: Promise<void>;
  #hasTried: () => void = () => {};
  #pauseMs: number = pauseMs.first;

  constructor(post: Post, credentials: Credentials, to: Addressee) {
    this.#post = post;
    this.#to = to;
    this.#identity = { role: to.role, name: to.host };
    this.doorkeeper = new Doorkeeper(post.revoked, post.clock, [to.role], post.note);
    this.#connections = this.#connectionsWith(credentials);
    this.#triedOnce = new Promise((resolve) => { this.#hasTried = resolve; });
    void this.#fetch();
  }

  renew(credentials: Credentials): void {
    this.#connections = this.#connectionsWith(credentials);
  }

  /** No session is taken up again: that would skip the look at the certificate. */
  #connectionsWith(credentials: Credentials): Connections {
    return new Connections({ keepAlive: true, maxSockets: 2, maxCachedSessions: 0, ...clientTls(credentials, this.#identity) });
  }

  send(letter: string): void {
    if (this.#letters.length >= lettersMax) this.#letters.shift();
    this.#letters.push(letter);
    if (!this.#sending) void this.#sendAll();
  }

  close(): void {
    this.#closed = true;
    this.#connections.destroy();
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    await this.#triedOnce;
    for (let letter = this.#letters.shift(); letter !== undefined && !this.#closed; letter = this.#letters.shift()) {
      const { status, text } = await this.#ask("POST", "/v1/commands", answerMs, letter);
      if (status !== 202) this.#note(`a command did not reach it: ${status === 0 ? text : `${status} ${text.slice(0, 500)}`}`);
    }
    this.#sending = false;
  }

  async #fetch(): Promise<void> {
    const { waitMs } = this.#post;
    while (!this.#closed) {
      const asked = `/v1/reports?incarnation=${this.#incarnation}&after=${this.#after ?? "latest"}&waitMs=${waitMs}`;
      const { status, text } = await this.#ask("GET", asked, waitMs + answerMs);
      if (this.#closed) return;
      const arrived = status === 200 && this.#arrived(jsonOf(text));
      this.#hasTried();
      if (arrived) {
        this.#pauseMs = pauseMs.first;
        this.#reached = true;
        // An agent that answers at once and says nothing shall not keep us busy.
        if (this.#saidNothing) await this.#pause(pauseMs.least);
        continue;
      }
      if (this.#reached) this.#note(`it cannot be reached: ${text.slice(0, 500)}`);
      this.#reached = false;
      await this.#pause(this.#pauseMs);
      this.#pauseMs = Math.min(pauseMs.max, 2 * this.#pauseMs);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => { this.#post.clock.after(ms, resolve); });
  }

  #arrived(value: unknown): boolean {
    if (!replyChecker.Check(value)) return false;
    const { incarnation, after, reports }: Static<typeof replyForm> = value;
    const { host } = this.#to;
    for (const each of reports) {
      const { message, diagnostics } = parseReport(each);
      if (message === null) this.#note(`one of its reports cannot be read: ${diagnostics[0]?.message ?? ""}`);
      else if (message.host === host) this.#post.take(message, this.#to.role);
      else this.#note(`it speaks for host ${JSON.stringify(message.host)}; that report is refused`);
    }
    this.#saidNothing = this.#incarnation === incarnation && this.#after !== null && this.#after >= after;
    this.#incarnation = incarnation;
    this.#after = after;
    this.#post.take({ kind: "heartbeat", host, incarnation }, this.#to.role);
    return true;
  }

  #ask(method: string, path: string, timeoutMs: number, body?: string): Promise<{ readonly status: number; readonly text: string }> {
    const where = this.#post.whereIs(this.#to);
    if (where === null) return Promise.resolve({ status: 0, text: "nobody knows its address" });
    return new Promise((resolve) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const message = send({ host: where.address, port: where.port, method, path, agent: this.#connections, headers: { "content-type": "application/json" }, signal }, (response) => {
        const { socket } = response;
        if (!(socket instanceof TLSSocket) || this.doorkeeper.peerAt(socket) === null) message.destroy(new Error("its certificate counts no more"));
        else void readBody(response, bodyBytesMax).then((text) => resolve({ status: text === null ? 0 : response.statusCode ?? 0, text: text ?? "its answer broke off" }));
      });
      message.on("socket", (socket) => {
        if (socket instanceof TLSSocket && this.doorkeeper.peerAt(socket) === null) socket.once("secureConnect", () => this.doorkeeper.admit(socket));
      });
      message.on("error", (error) => resolve({ status: 0, text: error.message }));
      message.end(body);
    });
  }

  #note(words: string): void {
    this.#post.note(`${this.#to.role} of host ${JSON.stringify(this.#to.host)}: ${words}`);
  }
}
