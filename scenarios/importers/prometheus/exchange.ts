import { request as plainRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as tlsRequest } from "node:https";
import { createGunzip } from "node:zlib";
import { UnreadableImport } from "../unreadable.ts";

/** Where a server is, and how one is let in. */
export interface ServerAccess {
  /** The API lies below it: `https://monitoring.example/prometheus`. */
  readonly url: URL;
  readonly token: string | null;
  /** PEM: authorities that are trusted instead of the usual ones; own certificate and key. */
  readonly ca: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  /** For one answer, from the first byte sent to the last one read. */
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
}

/** What came back; the body is null when it is larger than what is read. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | null;
}

/** Asks once. A redirect is a reply like any other: it is never followed, so that no token goes where nobody sent it. */
export async function exchange(access: ServerAccess, method: "GET" | "POST", path: string, form: URLSearchParams): Promise<Reply> {
  const url = new URL(access.url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  if (method === "GET") url.search = form.toString();
  const body = method === "POST" ? form.toString() : "";
  const signal = AbortSignal.timeout(access.timeoutMs);
  try {
    const response = await opened(access, url, method, body, signal);
    return { status: response.statusCode ?? 0, headers: response.headers, body: await bodyOf(response, access.answerBytesMax) };
  } catch (error) {
    throw unreachable(access, error, signal.aborted);
  }
}

function opened(access: ServerAccess, url: URL, method: string, body: string, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = {
    accept: "application/json", "accept-encoding": "gzip", "user-agent": "stowage",
    ...access.token === null ? {} : { authorization: `Bearer ${access.token}` },
    ...body === "" ? {} : { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body) },
  };
  const { ca, certificate, key } = access;
  const means = { ...ca === null ? {} : { ca }, ...certificate === null ? {} : { cert: certificate }, ...key === null ? {} : { key }, minVersion: "TLSv1.2" as const };
  return new Promise((resolve, reject) => {
    const options = { method, headers, signal, maxHeaderSize: 65_536 };
    const request = url.protocol === "https:" ? tlsRequest(url, { ...options, ...means }, resolve) : plainRequest(url, options, resolve);
    request.on("error", reject);
    request.end(body);
  });
}

/** The whole body, unpacked; null as soon as it is more than allowed. */
async function bodyOf(response: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  const isPacked = /^(x-)?gzip$/i.test(response.headers["content-encoding"] ?? "");
  const chunks: Buffer[] = [];
  let size = 0;
  // What a response breaks off with must reach the one that reads what is unpacked of it.
  const unpacked = isPacked ? response.on("error", (error) => unpacked.destroy(error)).pipe(createGunzip()) : response;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bytesMax) return null;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    response.destroy();
  }
}

const tlsAdvice = "Check that this is the right server; name the authority that signed its certificate: --ca ca.pem.";

const reasons: Readonly<Record<string, readonly [what: string, advice: string]>> = {
  ECONNREFUSED: ["nothing listens there", "Check the port, and that the server runs."],
  ENOTFOUND: ["there is no such name", "Check the name in --url."],
  EAI_AGAIN: ["its name could not be looked up now", "Check the name in --url and the name server."],
  ECONNRESET: ["it broke the connection off", "Check whether --url should begin with https, and the server's log."],
  EHOSTUNREACH: ["there is no way to it", "Check the network."],
  ENETUNREACH: ["there is no way to it", "Check the network."],
  ETIMEDOUT: ["it does not answer", "Check the address and the network."],
  ABORT_ERR: ["it did not answer in time", "Ask for less at once with a longer --step, or wait longer with --timeout."],
  EPROTO: ["it does not speak TLS there", "Check whether --url should begin with http, and the port."],
  HPE_INVALID_CONSTANT: ["it does not speak HTTP there", "Check whether --url should begin with https, and the port."],
  Z_DATA_ERROR: ["its answer is damaged", "Check what lies between here and the server."],
  Z_BUF_ERROR: ["its answer ends too early", "Check what lies between here and the server."],
};

function unreachable(access: ServerAccess, error: unknown, isLate: boolean): UnreadableImport {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) throw error;
  const code = isLate ? "ABORT_ERR" : "code" in error ? String(error.code) : "";
  const ofTls = /CERT|SELF_SIGNED|ISSUER|SIGNATURE|ALTNAME/.test(code);
  const [what, advice] = ofTls ? [`its certificate is not trusted (${code})`, tlsAdvice]
    : reasons[code] ?? [code.startsWith("ERR_SSL") || code.startsWith("ERR_OSSL") ? `no secure connection could be made (${code})` : `the connection failed (${code === "" ? error.message : code})`, "Check --url, certificate and key."];
  return new UnreadableImport("server-unreachable", `${shownAddress(access.url)} cannot be asked: ${what}.`, advice);
}

/** An address as it may be shown: without what lets one in. */
export function shownAddress(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`;
}
