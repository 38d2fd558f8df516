import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { addAbortSignal } from "node:stream";
import { TLSSocket } from "node:tls";
import type { WallClock } from "../../model/clock.ts";
import type { HostId } from "../../model/ids.ts";
import { parseCommand } from "../protocol.ts";
import type { Alarm } from "../run.ts";
import { Doorkeeper, jsonOf, permitIn, readBody, serverTls, type Credentials, type RevokedSerials } from "../trust/index.ts";
import type { Agent } from "./agent.ts";
import type { Receiver } from "./carrier.ts";
import { dataDoor, type Reply } from "./data-door.ts";
import type { Outbox } from "./outbox.ts";

/** What the server of an agent serves. */
export interface Served {
  readonly host: HostId;
  readonly agent: Pick<Agent, "incarnation" | "receive" | "isStopped">;
  readonly outbox: Outbox;
  /** Who takes data of a layer from other hosts; null when this host does not have it. */
  readonly receiverOf: (layer: string) => Receiver | null;
  readonly credentials: Credentials;
  readonly revoked: RevokedSerials;
  readonly clock: Pick<WallClock, "utcMs"> & Alarm;
  readonly note: (words: string) => void;
}

/** A server, and what must be done with it from time to time. */
export interface AgentServer {
  readonly server: Server;
  /** Ends connections whose certificates count no more. */
  sweep(): number;
  /** From now on new connections see this certificate. */
  renew(credentials: Credentials): void;
}

const bodyBytesMax = 65_536;
const revocationsBytesMax = 16 * 1024 * 1024;
/** So long a command may take to come in. */
const requestMs = 20_000;
/** An answer must stay below what its reader takes (`https-agents.ts`); one report alone may be larger. */
const atOnce = { reports: 500, bytes: 4 * 1024 * 1024 } as const;
const waitMaxMs = 25_000;

/**
 * The door of an agent. Executors of the same fleet put commands in and fetch reports; agents of other hosts bring data; the answer to a command only says
 * that it has come, what follows from it is a report. Requests are bounded in size and time.
 */
export function agentServer(served: Served): AgentServer {
  const doorkeeper = new Doorkeeper(served.revoked, served.clock, ["executor", "agent"], served.note);
  const limits = { maxHeaderSize: 8192, headersTimeout: 10_000, requestTimeout: 0, keepAliveTimeout: 60_000, handshakeTimeout: 10_000 };
  const server = createServer({ ...serverTls(served.credentials), ...limits }, (message, response) => {
    void answer(served, doorkeeper, message).then((reply) => send(response, reply), (error: unknown) => {
      served.note(`a request failed: ${error instanceof Error ? error.message : String(error)}`);
      send(response, { status: 500, body: { because: "the agent cannot answer now" } });
    });
  });
  server.maxConnections = 200;
  server.on("secureConnection", (socket: TLSSocket) => doorkeeper.admit(socket));
  server.on("tlsClientError", (error: Error, socket: TLSSocket) => served.note(`refused a connection from ${socket.remoteAddress ?? "nowhere"}: ${error.message}`));
  return { server, sweep: () => doorkeeper.sweep(), renew: (credentials) => server.setSecureContext(serverTls(credentials)) };
}

async function answer(served: Served, doorkeeper: Doorkeeper, message: IncomingMessage): Promise<Reply> {
  const peer = message.socket instanceof TLSSocket ? doorkeeper.peerAt(message.socket) : null;
  if (peer === null) return { status: 401, body: { because: "only members of this fleet may come in here" } };
  const { pathname, searchParams } = new URL(message.url ?? "/", "https://agent");
  if (pathname === "/v1/data" && peer.role === "agent") return dataDoor(served.receiverOf, { sender: peer.name, host: served.host, permitIn: (text) => permitIn(text, served.credentials.authorityPem, served.revoked, served.clock.utcMs()) }, message, searchParams);
  if (peer.role !== "executor") return { status: 403, body: { because: "only executors may do that" } };
  if (message.method === "POST") addAbortSignal(AbortSignal.timeout(requestMs), message);
  switch (`${message.method ?? ""} ${pathname}`) {
    case "POST /v1/commands": return command(served, await readBody(message, bodyBytesMax));
    case "GET /v1/reports": return reports(served, searchParams);
    case "POST /v1/revocations": return revocations(served, doorkeeper, await readBody(message, revocationsBytesMax));
    default: return { status: 404, body: { because: "there is nothing here" } };
  }
}

function command({ agent }: Served, body: string | null): Reply {
  if (agent.isStopped) return { status: 503, body: { because: "the agent has stopped" } };
  if (body === null) return { status: 413, body: { because: `a command has at most ${bodyBytesMax} bytes` } };
  const { message, diagnostics } = parseCommand(jsonOf(body));
  if (message === null) return { status: 400, body: { because: diagnostics.map((diagnostic) => diagnostic.message).join("; ") } };
  agent.receive(message);
  return { status: 202, body: {} };
}

/**
 * `after` is a place of this incarnation; one of another incarnation counts as none. `latest`: nothing yet, only where the
 * outbox stands.
 */
async function reports({ agent, outbox }: Served, asked: URLSearchParams): Promise<Reply> {
  if (asked.get("after") === "latest") return { status: 200, body: { incarnation: agent.incarnation, after: outbox.last, reports: [] } };
  const sameLife = wholeNumber(asked.get("incarnation")) === agent.incarnation;
  const after = sameLife ? wholeNumber(asked.get("after")) : 0;
  const said = await outbox.after(after, atOnce, Math.min(waitMaxMs, wholeNumber(asked.get("waitMs"))));
  return { status: 200, body: { incarnation: agent.incarnation, after: said.at(-1)?.sequence ?? Math.min(after, outbox.last), reports: said.map(({ report }) => report) } };
}

function wholeNumber(text: string | null): number {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : 0;
}

async function revocations({ revoked }: Served, doorkeeper: Doorkeeper, body: string | null): Promise<Reply> {
  const because = body === null ? "the list is too long" : await revoked.accept(body);
  if (because !== null) return { status: 400, body: { because } };
  doorkeeper.sweep();
  return { status: 200, body: {} };
}

function send(response: ServerResponse, { status, body }: Reply): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json", ...(status === 413 ? { connection: "close" } : {}) }).end(JSON.stringify(body));
}
