import { request, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf, readBody } from "../../trust/index.ts";

/** One question to podman. */
export interface Question {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Its path after `/libpod`; whatever comes from outside is an element of its own. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | AsyncIterable<Buffer>;
  /** It may be silent for so long. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What an answer must look like. */
interface Form<Answer> {
  Check(value: unknown): value is Answer;
}

const textBytesMax = 64 * 1024 * 1024;
const answerMs = 60_000;
const refusal = Compile(Type.Object({ message: Type.String() }));

/** Podman said no. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Podman's own interface, at the socket of its service. */
export class PodmanApi {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** What podman answers, in the form that is expected; null for what it does not have. */
  async ask<Answer>(form: Form<Answer>, question: Question): Promise<Answer | null> {
    const answer = await this.#answer(question);
    const text = await textOf(answer);
    if (answer.statusCode === 404) return null;
    const value = jsonOf(text);
    if (!form.Check(value)) throw new Error(`podman answers something that cannot be read to ${question.method} ${question.path.join("/")}`);
    return value;
  }

  /** Has podman do something; `false` when there is nothing of that name, or it is so already. */
  async tell(question: Question): Promise<boolean> {
    const answer = await this.#answer(question);
    await textOf(answer);
    return answer.statusCode !== 404 && answer.statusCode !== 304;
  }

  /** A stream that podman sends. */
  async stream(question: Question): Promise<IncomingMessage> {
    const answer = await this.#answer(question);
    if (answer.statusCode !== 404) return answer;
    await textOf(answer);
    throw new Refused(404, `podman has no ${question.path.join("/")}`);
  }

  /** Throws what podman refuses, but for what is not there. */
  async #answer({ method, path, query = {}, body, timeoutMs = answerMs, signal }: Question): Promise<IncomingMessage> {
    const where = `/v4.0.0/libpod/${path.map(encodeURIComponent).join("/")}?${new URLSearchParams(query).toString()}`;
    const isStream = body !== undefined && Symbol.asyncIterator in body;
    const type = isStream ? "application/x-tar" : "application/json";
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const message = request({ socketPath: this.#socket, method, path: where, headers: { host: "podman", "content-type": type }, timeout: timeoutMs, ...(signal === undefined ? {} : { signal }) }, resolve);
      message.once("timeout", () => message.destroy(new Error(`podman was silent for ${timeoutMs} ms`)));
      message.once("error", (error) => reject(new Error(`podman does not answer at ${this.#socket}: ${error.message}`, { cause: error })));
      if (body === undefined) message.end();
      else if (isStream) pipeline(Readable.from(body), message).catch(reject);
      else message.end(JSON.stringify(body));
    });
    const { statusCode = 0 } = answer;
    if (statusCode < 400 || statusCode === 404) return answer;
    const why = jsonOf(await textOf(answer));
    // Whatever is still being sent is of no use.
    answer.destroy();
    throw new Refused(statusCode, `podman refuses: ${refusal.Check(why) ? why.message : `status ${statusCode}`}`);
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const text = await readBody(answer, textBytesMax);
  if (text === null) throw new Error("an answer of podman broke off, or had no end");
  return text;
}
