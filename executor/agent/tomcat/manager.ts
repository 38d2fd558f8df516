import { readFile, stat } from "node:fs/promises";
import { request as plain, type IncomingMessage } from "node:http";
import { request as secure } from "node:https";
import { readBody } from "../../trust/index.ts";

/** A web application as Tomcat lists it. */
export interface Listed {
  readonly path: string;
  readonly state: string;
  readonly sessions: number;
}

/** Where a Tomcat's manager is, and how to come in. */
export interface ManagerSettings {
  /** Of the manager application: `http://127.0.0.1:8080/manager`. */
  readonly url: string;
  /** A file with `user:password` that only its owner may read. */
  readonly credentials: string;
}

/** Nobody listens there: Tomcat does not run. */
export class Down extends Error {}

const textBytesMax = 16 * 1024 * 1024;
const answerMs = 30_000;
const longMs = 600_000;

/** Tomcat's own remote interface: the text commands and the measures of its manager application. */
export class Manager {
  readonly #settings: ManagerSettings;

  constructor(settings: ManagerSettings) {
    this.#settings = settings;
  }

  get url(): string {
    return this.#settings.url;
  }

  async version(): Promise<string> {
    const { words, ok } = await this.#command("serverinfo", {});
    return ok ? /^Tomcat Version: .*?([0-9]+(\.[0-9]+)*)/m.exec(words)?.[1] ?? "1" : "1";
  }

  async list(): Promise<readonly Listed[]> {
    const { words, ok } = await this.#command("list", {});
    if (!ok) throw new Error(`Tomcat at ${this.url} does not list its applications: ${words}`);
    return words.split("\n").slice(1).flatMap((line) => {
      const [path = "", state = "", sessions = "0"] = line.split(":");
      return path.startsWith("/") ? [{ path, state, sessions: Number(sessions) }] : [];
    });
  }

  /** Null when it has been deployed and started; otherwise why not. */
  deploy(path: string, context: string, war: string): Promise<string | null> {
    return this.#toldTo("deploy", { path, config: `file:${context}`, war: `file:${war}` });
  }

  stop(path: string): Promise<string | null> {
    return this.#toldTo("stop", { path });
  }

  /** `gone` when nothing is at the path, or nothing is any more; otherwise why something still is or may be. */
  async undeploy(path: string): Promise<string> {
    const because = await this.#toldTo("undeploy", { path });
    return because === null || because.startsWith("FAIL - No context exists") ? "gone" : because;
  }

  /** The attributes of all beans of a kind, by their names; null when these credentials may not see them. */
  async beans(query: string): Promise<ReadonlyMap<string, Readonly<Record<string, string>>> | null> {
    const { status, text } = await this.#get("/jmxproxy/", { qry: query }, answerMs);
    if (status === 403) return null;
    if (status !== 200) throw new Error(`Tomcat at ${this.url} answers ${status} when it is asked for its measures`);
    const beans = new Map<string, Record<string, string>>();
    let bean: Record<string, string> = {};
    for (const line of text.split("\n")) {
      const [, name = "", value = ""] = /^([^:]+): (.*?)\r?$/.exec(line) ?? [];
      if (name === "Name") beans.set(value, bean = {});
      else if (name !== "") bean[name] = value;
    }
    return beans;
  }

  async #toldTo(command: string, query: Readonly<Record<string, string>>): Promise<string | null> {
    const { words, ok } = await this.#command(command, query);
    return ok ? null : words;
  }

  async #command(command: string, query: Readonly<Record<string, string>>): Promise<{ readonly words: string; readonly ok: boolean }> {
    const { status, text } = await this.#get(`/text/${command}`, query, command === "list" || command === "serverinfo" ? answerMs : longMs);
    if (status === 401 || status === 403) throw new Error(`Tomcat at ${this.url} does not let in the user of ${this.#settings.credentials}: the role manager-script is needed`);
    if (status !== 200) throw new Error(`Tomcat at ${this.url} answers ${status} to ${command}`);
    const words = text.replaceAll("\r\n", "\n").trim();
    return { words, ok: words.startsWith("OK") };
  }

  async #get(path: string, query: Readonly<Record<string, string>>, timeoutMs: number): Promise<{ readonly status: number; readonly text: string }> {
    const { url, credentials } = this.#settings;
    const authorization = `Basic ${Buffer.from(await credentialsIn(credentials)).toString("base64")}`;
    const where = `${url}${path}?${new URLSearchParams(query).toString()}`;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const message = (where.startsWith("https:") ? secure : plain)(where, { headers: { authorization, "accept-language": "en" }, agent: false, timeout: timeoutMs }, resolve);
      message.once("timeout", () => message.destroy(new Error(`it was silent for ${timeoutMs} ms`)));
      message.once("error", (error) => {
        const words = `Tomcat does not answer at ${url}: ${error.message}`;
        reject("code" in error && error.code === "ECONNREFUSED" ? new Down(words) : new Error(words, { cause: error }));
      });
      message.end();
    });
    const text = await readBody(response, textBytesMax);
    if (text === null) throw new Error(`an answer of Tomcat at ${url} broke off`);
    return { status: response.statusCode ?? 0, text };
  }
}

/** Reads `user:password`; it is read anew each time, so that it can be changed. */
async function credentialsIn(path: string): Promise<string> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) throw new Error(`${path} may be read by others than its owner: set its mode to 600`);
  const [line = ""] = (await readFile(path, "utf8")).split("\n");
  if (!/^[^:]+:./.test(line)) throw new Error(`${path} must hold one line: user:password`);
  return line.trimEnd();
}

/** Why a manager may not be spoken to at an address; null when it may. */
export function unsafe(url: string): string | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !["http:", "https:"].includes(parsed.protocol) || parsed.search !== "" || parsed.hash !== "" || parsed.username !== "" || url.endsWith("/")) return `${url} is no address of a manager; write http://127.0.0.1:8080/manager`;
  const isHere = /^(127(\.\d+){3}|\[::1\]|localhost)$/.test(parsed.hostname);
  return parsed.protocol === "https:" || isHere ? null : `${url} would send the password in the clear through the network; use https`;
}
