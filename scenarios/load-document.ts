import type { Static, TSchema } from "typebox";
import type { Diagnostic } from "../model/diagnostic.ts";
import { readSources } from "./load.ts";
import { hasShape } from "./shape.ts";

/** A document that was read, or null, and all that is to be said about its file. */
export interface LoadedDocument<Value> {
  readonly value: Value | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a document that is no scenario, such as a configuration, from YAML or JSON with the same care as scenarios. */
export async function loadDocument<Schema extends TSchema>(file: string, schema: Schema): Promise<LoadedDocument<Static<Schema>>> {
  const { sources: [source], problems } = await readSources([file], { maxInputMiB: 8 });
  const fits = source !== undefined && hasShape(source, problems, schema);
  // What fits the schema is what it describes.
  return { value: fits ? source.value as Static<Schema> : null, diagnostics: problems.diagnostics() };
}
