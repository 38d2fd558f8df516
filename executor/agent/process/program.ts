import { access, constants, readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf } from "../../trust/index.ts";
import { isInside } from "../place.ts";

const argument = Type.String({ maxLength: 32_768, pattern: "^[^\\u0000]*$" });
const programForm = Type.Object({
  /** The program and its arguments. A relative program is one of its own files. */
  command: Type.Array(argument, { minItems: 1, maxItems: 1000 }),
  environment: Type.Optional(Type.Record(Type.String({ pattern: "^[A-Za-z_][A-Za-z0-9_]{0,200}$" }), argument, { additionalProperties: false })),
  /** It counts as started when it is still up after so long. */
  settleMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
  /** So long it may take to end when it is told to. */
  graceMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
  /** May it be killed when it does not end by then? */
  mayKill: Type.Optional(Type.Boolean()),
  limits: Type.Optional(Type.Object({
    memoryMiB: Type.Optional(Type.Integer({ minimum: 1 })), cpuMillicores: Type.Optional(Type.Integer({ minimum: 10 })), processes: Type.Optional(Type.Integer({ minimum: 1 })),
  }, { additionalProperties: false })),
}, { additionalProperties: false });
const checker = Compile(programForm);

/** What is run, as `program.json` beside its files says. */
export type Program = Static<typeof programForm>;
export type Limits = NonNullable<Program["limits"]>;

/** A program that may be run here with the path to it, or why it may not. */
export type Runnable = { readonly program: Program; readonly path: string } | { readonly because: string };

/** Null when it is not in order. */
export function programOf(text: string): Program | null {
  const value = jsonOf(text);
  return checker.Check(value) ? value : null;
}

/**
 * Reads what is to be run. Only its own files and programs that the administrator of this host allows are run, whatever
 * links there are among the files.
 */
export async function readProgram(place: string, allowed: readonly string[]): Promise<Runnable> {
  const text = await readFile(join(place, "program.json"), "utf8").catch(() => "");
  const program = programOf(text);
  if (program === null) return { because: "its program.json is missing or not in order" };
  const [name = ""] = program.command;
  if (isAbsolute(name)) return allowed.includes(name) ? { program, path: name } : { because: `${JSON.stringify(name)} is not among the programs that may be run on this host` };
  const files = join(place, "files");
  const path = join(files, name);
  if (!await isInside(files, path)) return { because: `${JSON.stringify(name)} is not among its files` };
  const runs = await access(path, constants.X_OK).then(() => true, () => false);
  return runs ? { program, path } : { because: `${JSON.stringify(name)} is no program that can be run` };
}
