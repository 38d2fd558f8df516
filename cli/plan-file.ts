import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import { parsePlan } from "../policies/index.ts";
import { fileProblem } from "./file-problem.ts";

/** Largest plan that is read; 50,000 moves take about 40 MiB. */
const planMiBMax = 256;

/** A plan read from a file, or why it could not be. */
export interface ReadPlan {
  readonly plan: Plan | null;
  /** Who made it; null when the file does not say. */
  readonly author: string | null;
  /** The author's signature under that; null when there is none. */
  readonly authorSignature: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a plan that `plan --out` kept, or the report that `plan --json` printed. */
export async function readPlanFile(path: string): Promise<ReadPlan> {
  const read = await readJson(path);
  return "problem" in read ? { ...nothing, diagnostics: [read.problem] } : planOf(path, read.document);
}

const nothing = { plan: null, author: null, authorSignature: null };

/** A plan as a file: with who made it, who may not approve it, and their signature if they have given one. */
export function planFileText(plan: Plan, { author, authorSignature }: { readonly author: string; readonly authorSignature: string | null }): string {
  return `${JSON.stringify({ ...plan, author, ...(authorSignature === null ? {} : { authorSignature }) }, null, 2)}\n`;
}

/** Is this file a plan? Anything that is not JSON with a plan's format is taken for a scenario. */
export async function isPlanFile(path: string): Promise<boolean> {
  if (path === "-" || !/\.json$/i.test(path)) return false;
  const read = await readJson(path);
  const format = "document" in read ? formatOf(read.document) : null;
  return format !== null && format.startsWith("stowage/plan");
}

type ReadJson = { readonly document: unknown } | { readonly problem: Diagnostic };

async function readJson(path: string): Promise<ReadJson> {
  try {
    const { size } = await stat(path);
    const limitBytes = planMiBMax * 1_048_576;
    // What is no file, a device or a pipe, has no size before it is read, and perhaps no end.
    const bytes = size > limitBytes ? null : await readUpTo(path, limitBytes);
    if (bytes === null) {
      const found = size > limitBytes ? `has ${Math.ceil(size / 1_048_576)} MiB` : `goes on after ${planMiBMax} MiB`;
      return { problem: planProblem(path, "file-too-large", "", `File ${path} ${found}; a plan may have ${planMiBMax}.`, "Is it a plan? `stowage plan --out` writes one.") };
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return parseText(path, text);
  } catch (error) {
    if (error instanceof TypeError) return { problem: noJson(path) };
    return { problem: fileProblem(path, error, "read") };
  }
}

function parseText(path: string, text: string): ReadJson {
  try {
    return { document: JSON.parse(text) as unknown };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problem: text.trimStart().startsWith("{") ? damaged(path, text) : noJson(path) };
  }
}

function noJson(path: string): Diagnostic {
  return planProblem(path, "bad-syntax", "", `File ${path} is no plan file: it is not written in JSON.`,
    "A plan file is what `stowage plan --out` writes; name it first, then the scenario's files: are the two exchanged?");
}

/** A document that begins as a plan does, with the place where it stops being one. */
function damaged(path: string, text: string): Diagnostic {
  const errors: ParseError[] = [];
  parse(text, errors);
  const before = text.slice(0, errors[0]?.offset ?? text.length).split("\n");
  const what = errors[0] === undefined ? "it is not valid JSON" : `it breaks off as JSON there (${printParseErrorCode(errors[0].error)})`;
  return {
    ...planProblem(path, "bad-syntax", "", `Plan ${path} is damaged: ${what}.`, "Was it cut off or edited? Make the plan again with `stowage plan --out`."),
    line: before.length, column: (before.at(-1)?.length ?? 0) + 1,
  };
}

/** The bytes of a file; null when there are more than the limit. */
async function readUpTo(path: string, limitBytes: number): Promise<Uint8Array | null> {
  const stream: AsyncIterable<Buffer> = createReadStream(path);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limitBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function planOf(path: string, document: unknown): ReadPlan {
  const format = formatOf(document);
  const inner = format === "stowage/plan-report/v1" ? (document as { readonly plan?: unknown }).plan : document;
  if (formatOf(inner) !== "stowage/plan/v1") {
    const said = format === null ? "has no format" : `says format "${format}"`;
    return { ...nothing, diagnostics: [planProblem(path, "bad-format", "format", `File ${path} ${said}; a plan says "stowage/plan/v1".`, "Name the plan first, then the scenario's files.")] };
  }
  const { author, authorSignature, ...bare } = inner as { readonly author?: unknown; readonly authorSignature?: unknown };
  const { plan, problems } = parsePlan(bare);
  return {
    plan, author: typeof author === "string" && author.trim() !== "" ? author : null, authorSignature: typeof authorSignature === "string" ? authorSignature : null,
    diagnostics: problems.map((problem) =>
      planProblem(path, "wrong-type", problem.path, `Plan ${path}: ${problem.path === "" ? "the document" : problem.path} ${problem.message}.`, "Make the plan again with `stowage plan --out`.")),
  };
}

function formatOf(document: unknown): string | null {
  if (typeof document !== "object" || document === null || !Object.hasOwn(document, "format")) return null;
  const { format } = document as { readonly format: unknown };
  return typeof format === "string" ? format : null;
}

function planProblem(file: string, code: Diagnostic["code"], path: string, message: string, advice: string): Diagnostic {
  return { code, severity: "error", file, line: null, column: null, path, message, advice };
}
