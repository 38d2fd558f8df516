import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { compareIds } from "../../model/ids.ts";
import type { Scenario } from "../../model/scenario.ts";
import { canonicalJson, sha256 } from "../../policies/index.ts";
import { version } from "../version.ts";
import type { StudyJob } from "./job.ts";

/** Digests of runs: what determines a run, and nothing else, is in them. The files of traces are read once each. */
export class InputDigests {
  readonly #files = new Map<string, Promise<string>>();

  /** Of a scenario as it was composed, with everything that the job adds. */
  async of(scenario: Scenario, { seed, start, lengthMs, runway }: StudyJob): Promise<string> {
    const files = (scenario.simulation?.load ?? []).flatMap((part) => (part.kind === "trace" ? part.files : []));
    const traces: string[] = [];
    for (const file of files) traces.push(await this.#digestOf(file));
    return sha256(canonicalJson({ format: "stowage/study-run/v1", version, scenario, seed, start, lengthMs, runway, traces }));
  }

  #digestOf(file: string): Promise<string> {
    const known = this.#files.get(file) ?? contentOf(file);
    this.#files.set(file, known);
    return known;
  }
}

/** Of a file's bytes; of a folder's names and what is in them. */
async function contentOf(file: string): Promise<string> {
  if ((await stat(file)).isDirectory()) {
    const parts: string[] = [];
    for (const name of (await readdir(file)).sort(compareIds)) parts.push(name, await contentOf(path.join(file, name)));
    return sha256(canonicalJson(parts));
  }
  const hash = createHash("sha256");
  const stream: AsyncIterable<Buffer> = createReadStream(file);
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}
