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
  if (found?.isFile() === true) return [usageProblem(`${option} names ${folder}, which is a file; the tables need a folder.`, `Write \`${option} tables\`: it is made when it is missing.`)];
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return [];
  } catch (error) {
    return [fileProblem(folder, error, "written")];
  }
}
