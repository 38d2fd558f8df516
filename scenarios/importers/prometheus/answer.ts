import { UnreadableImport } from "../unreadable.ts";
import { isObject, objectsOf, type JsonObject } from "../json-record.ts";

/** One series of an answer: its labels, and pairs of seconds since 1970 and a number in words. */
export interface MatrixSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly unknown[];
}

export interface Matrix {
  readonly series: readonly MatrixSeries[];
  /** What the server says about its own answer: that a part of it is missing, for example. */
  readonly warnings: readonly string[];
  /** Series of a kind that are no plain numbers (native histograms). */
  readonly otherKinds: number;
}

/** No answer nests deeper; a few megabytes of brackets would fill the memory. */
const depthMax = 32;
const shownMax = 300;

/** Reads the JSON of an answer; what is none is thrown in words. */
export function answerOf(body: Buffer, server: string): JsonObject {
  if (isTooDeep(body)) throw noAnswer(server, "its answer nests more than 32 deep");
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw noAnswer(server, `it answers with ${pageWords(body)} where JSON should be`);
  }
  if (!isObject(value)) throw noAnswer(server, "its answer is no object of JSON");
  return value;
}

/** The series of an answer to `query_range`. */
export function matrixOf(answer: JsonObject, server: string): Matrix {
  const data = isObject(answer["data"]) ? answer["data"] : null;
  const found = data?.["resultType"] === "matrix" ? objectsOf(data, "result") : null;
  if (answer["status"] !== "success" || found === null) throw noAnswer(server, "its answer has no series");
  const plain = found.filter((each) => Array.isArray(each["values"]));
  return {
    series: plain.map((each) => ({ labels: labelsOf(each["metric"]), points: each["values"] as readonly unknown[] })),
    warnings: [...textsOf(answer["warnings"]), ...textsOf(answer["infos"])],
    otherKinds: found.length - plain.length,
  };
}

function noAnswer(server: string, what: string): UnreadableImport {
  return new UnreadableImport("server-refused", `${server} is no Prometheus: ${what}.`, "Check --url: the API lies at api/v1 below it, and a proxy before it may want a login of its own.");
}

function labelsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string").sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string").slice(0, 20) : [];
}

function isTooDeep(body: Buffer): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (inText) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > depthMax) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}

/** What an answer that is no JSON says, in a few words: the title of a page, or how a text begins. */
export function pageWords(body: Buffer): string {
  const text = body.subarray(0, 65_536).toString("utf8");
  const title = /<title[^>]{0,200}>([^<]{1,300})</i.exec(text)?.[1];
  const bare = shortened(title ?? text.replaceAll(/<[^>]{0,1000}>/g, " "));
  const kind = /^\s*<(!doctype|html|\?xml)/i.test(text) ? "a page" : "text";
  return bare === "" ? "nothing" : `${kind} (${JSON.stringify(bare)})`;
}

export function shortened(text: string): string {
  const bare = text.replaceAll(/[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return bare.length <= shownMax ? bare : `${bare.slice(0, shownMax)}…`;
}
