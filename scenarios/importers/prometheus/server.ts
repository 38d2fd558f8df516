import { UnreadableImport } from "../unreadable.ts";
import { answerOf, matrixOf, pageWords, shortened, type Matrix } from "./answer.ts";
import { exchange, shownAddress, type Reply, type ServerAccess } from "./exchange.ts";

/** A question about a range: both ends count. */
export interface RangeQuestion {
  readonly query: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** Series, or that it is too much for one answer. */
export type RangeAnswer = { readonly kind: "series"; readonly matrix: Matrix } | { readonly kind: "too-much"; readonly why: string };

const attemptsMax = 5;
const waitMsMax = 30_000;

/** A Prometheus server, or what speaks like one. */
export class PrometheusServer {
  readonly name: string;
  readonly #access: ServerAccess;
  readonly #wait: (ms: number) => Promise<void>;
  #method: "POST" | "GET" = "POST";

  constructor(access: ServerAccess, wait: (ms: number) => Promise<void>) {
    [this.#access, this.#wait, this.name] = [access, wait, shownAddress(access.url)];
  }

  async queryRange({ query, startMs, endMs, stepMs }: RangeQuestion): Promise<RangeAnswer> {
    const form = new URLSearchParams({ query, start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs) });
    const reply = await this.#ask("/api/v1/query_range", form);
    if (reply.body === null) return { kind: "too-much", why: `more than ${Math.floor(this.#access.answerBytesMax / 1_048_576)} MiB` };
    if (reply.status === 200) return { kind: "series", matrix: matrixOf(answerOf(reply.body, this.name), this.name) };
    const said = this.#saidBy(reply.status, reply.body);
    if ([400, 413, 422].includes(reply.status) && /too many|too large|exceed|maximum resolution|limit/i.test(said.words)) return { kind: "too-much", why: said.words };
    throw this.#refused(reply, said, query);
  }

  /** Asks, and asks again with growing pauses while the server says that it is not ready. */
  async #ask(path: string, form: URLSearchParams): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      const reply = await exchange(this.#access, this.#method, path, form);
      // Some proxies let nobody post.
      if (this.#method === "POST" && (reply.status === 405 || reply.status === 501)) this.#method = "GET";
      else if (reply.status !== 503 || attempt >= attemptsMax) return reply;
      else await this.#wait(pauseMs(reply.headers["retry-after"], attempt));
    }
  }

  #saidBy(status: number, body: Buffer): { readonly words: string; readonly isOfPrometheus: boolean } {
    try {
      const { error, errorType } = answerOf(body, this.name);
      if (typeof error === "string") return { words: `${typeof errorType === "string" ? `${shortened(errorType)}: ` : ""}${shortened(error)}`, isOfPrometheus: true };
    } catch (error) {
      if (!(error instanceof UnreadableImport)) throw error;
    }
    return { words: `status ${status}, ${pageWords(body)}`, isOfPrometheus: false };
  }

  #refused({ status, headers }: Reply, { words, isOfPrometheus }: { readonly words: string; readonly isOfPrometheus: boolean }, query: string): UnreadableImport {
    const refused = (what: string, advice: string): UnreadableImport => new UnreadableImport("server-refused", `${this.name} ${what}.`, advice);
    const to = headers.location;
    if (status >= 300 && status < 400) return refused(`sends elsewhere${to === undefined ? "" : `: ${shortened(withoutLogin(to))}`}; that is not followed, since it would take the token along`, "Give the address that answers itself as --url.");
    if (status === 401 || status === 403) return refused(`does not let you in (${words})`, this.#access.token === null ? "Give a token: --token-file FILE, or a certificate: --cert FILE --key FILE." : "Check the token in --token-file, and what it may read.");
    if (status === 404) return refused(`has no API there (${words})`, "Check --url: the API lies at api/v1 below it.");
    if (isOfPrometheus) return refused(`refuses ${JSON.stringify(shortened(query))}: ${words}`, "Check the query in the mapping file; the built-in ones need Prometheus 2 or what speaks like it.");
    return refused(`answers with ${words}`, status === 503 ? "It was asked five times; try again later." : "Look into the server's log, and that of what lies before it.");
  }
}

function withoutLogin(location: string): string {
  return location.replace(/^([a-z]+:\/\/)[^/@]*@/i, "$1").replace(/[?#].*$/s, "");
}

/** One second, doubled each time, or as long as the server asks for; never longer than half a minute. */
function pauseMs(retryAfter: string | undefined, attempt: number): number {
  const asked = /^\d{1,6}$/.test(retryAfter ?? "") ? Number(retryAfter) * 1000 : 0;
  return Math.min(waitMsMax, Math.max(asked, 1000 * 2 ** (attempt - 1)));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
