import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { Answer, Authority } from "./authority.ts";
import { jsonOf, readBody } from "./body.ts";
import type { Note } from "./doorkeeper.ts";
import { words } from "./identity.ts";
import { enrolmentTls, peerAt, type Credentials } from "./tls.ts";

const text = Type.String({ maxLength: 16_384 });
const enrolment = Compile(Type.Object({
  token: Type.String({ maxLength: 200 }), role: Type.Union([Type.Literal("agent"), Type.Literal("power")]), name: Type.String({ minLength: 1, maxLength: 253 }), request: text,
}, { additionalProperties: false }));
const renewal = Compile(Type.Object({ request: text }, { additionalProperties: false }));

const bodyBytesMax = 65_536;

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Where newcomers get their first certificate and members the next one. It tells everybody the authority's certificate
 * and what was revoked; neither is a secret.
 */
export function enrolmentServer(authority: Authority, credentials: Credentials, note: Note): Server {
  const limits = { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 5000, handshakeTimeout: 5000 };
  const server = createServer({ ...enrolmentTls(credentials), ...limits }, (message, response) => {
    void answer(authority, note, message).then(
      (reply) => send(response, reply),
      (error: unknown) => {
        note(`enrolment failed: ${error instanceof Error ? error.message : String(error)}`);
        send(response, { status: 500, body: { because: "the authority cannot answer now" } });
      },
    );
  });
  server.maxConnections = 1000;
  return server;
}

/** From now on new connections see this certificate. */
export function renewEnrolmentServer(server: Server, credentials: Credentials): void {
  server.setSecureContext(enrolmentTls(credentials));
}

async function answer(authority: Authority, note: Note, message: IncomingMessage): Promise<Reply> {
  switch (`${message.method ?? ""} ${message.url ?? ""}`) {
    case "GET /v1/authority": return { status: 200, body: { authorityPem: authority.certificatePem } };
    case "GET /v1/revocations": return { status: 200, body: { revocations: await authority.revocations() } };
    case "POST /v1/enrol": return enrol(authority, note, await bodyOf(message));
    case "POST /v1/renew": return renew(authority, note, message, await bodyOf(message));
    default: return { status: 404, body: { because: "there is nothing here" } };
  }
}

async function bodyOf(message: IncomingMessage): Promise<unknown> {
  const body = await readBody(message, bodyBytesMax);
  return body === null ? undefined : jsonOf(body);
}

async function enrol(authority: Authority, note: Note, body: unknown): Promise<Reply> {
  if (!enrolment.Check(body)) return { status: 400, body: { because: "a token, a role, a name and a request are needed" } };
  const identity = { role: body.role, name: body.name };
  return replyTo(await authority.enrol(body.token, body.request, identity), `enrolment of ${words(identity)}`, note);
}

async function renew(authority: Authority, note: Note, { socket }: IncomingMessage, body: unknown): Promise<Reply> {
  const peer = socket instanceof TLSSocket ? peerAt(socket) : null;
  if (peer === null) return { status: 401, body: { because: "only who shows a certificate of this authority can renew it" } };
  if (!renewal.Check(body)) return { status: 400, body: { because: "a request is needed" } };
  return replyTo(await authority.renew(peer, body.request), `renewal for ${words(peer)}`, note);
}

function replyTo(answer: Answer, what: string, note: Note): Reply {
  note("because" in answer ? `refused ${what}: ${answer.because}` : `${what} done`);
  return { status: "because" in answer ? 403 : 200, body: answer };
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { "content-type": "application/json", ...(status === 400 ? { connection: "close" } : {}) }).end(JSON.stringify(body));
}
