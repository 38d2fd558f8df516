import { access, constants, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../model/diagnostic.ts";
import { usageProblem } from "./failed.ts";
import { fileProblem } from "./file-problem.ts";

/** Asked before the work begins: nobody should wait for a result that cannot be kept. */
export async function unwritableFile(option: string, file: string, example: string): Promise<readonly Diagnostic[]> {
  if (file === "") return [usageProblem(`${option} names no file.`, `Write \`${option} ${example}\`.`)];
  try {
    const found = await stat(file).catch(() => null);
    if (found?.isDirectory() === true) throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
    await access(found === null ? path.dirname(file) : file, constants.W_OK);
    return [];
  } catch (error) {
    return [fileProblem(file, error, "written")];
  }
}

/** The same for a folder, which is made where it is missing. */
export async function unwritableFolder(option: string, folder: string): Promise<readonly Diagnostic[]> {
  if (folder === "") return [usageProblem(`${option} names no folder.`, `Write \`${option} tables\`.`)];
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() === false) return [usageProblem(`${option} names ${folder}, which is ${found.isFile() ? "a file" : "no folder"}; the tables need a folder.`, `Write \`${option} tables\`: it is made when it is missing.`)];
  try {
    await makeFolder(path.resolve(folder));
    await access(folder, constants.W_OK);
    return [];
  } catch (error) {
    return [fileProblem(folder, error, "written")];
  }
}

/** Level by level: a file system that takes no folders (/proc) answers a recursive request without end. */
async function makeFolder(folder: string): Promise<void> {
  const missing = [];
  for (let level = folder; (await stat(level).catch(() => null)) === null && level !== path.dirname(level); level = path.dirname(level)) missing.push(level);
  for (const level of missing.toReversed()) await mkdir(level).catch(unlessThere);
}

/** Two commands may make the same folder at once. */
function unlessThere(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
}
