import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readAssignment, readModel, type RoadefModel } from "./model.ts";
import { FormatError } from "./scanner.ts";

/** Instances of a folder by name: those of which both files are there. */
export function instancesIn(folder: string): readonly string[] {
  const files = new Set(readdirSync(folder));
  return [...files].flatMap((file) => {
    const name = /^model_(.+)\.txt$/u.exec(file)?.[1];
    return name !== undefined && files.has(`assignment_${name}.txt`) ? [name] : [];
  }).sort();
}

/** Both files of an instance; what is wrong with one is said with its path. */
export function readInstance(folder: string, name: string): { readonly model: RoadefModel; readonly original: Int32Array } {
  const read = <Content>(file: string, parse: (bytes: Uint8Array) => Content): Content => {
    const path = join(folder, file);
    const bytes = readFileSync(path);
    try {
      return parse(bytes);
    } catch (error) {
      throw error instanceof FormatError ? new FormatError(error.faults.map((fault) => `${path}: ${fault}`)) : error;
    }
  };
  const model = read(`model_${name}.txt`, readModel);
  return { model, original: read(`assignment_${name}.txt`, (bytes) => readAssignment(bytes, model)) };
}
