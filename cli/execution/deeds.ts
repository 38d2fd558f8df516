import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beginning, claim, FileJournal, readJournal, systemClock } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId, RunId } from "../../model/ids.ts";

/** What an operator has done to a workload without a plan: nothing that a placement rests on. */
export interface Deed {
  readonly what: "takeCheckpoint" | "dropCheckpoint" | "startApplication" | "stopApplication";
  readonly by: string;
  readonly host: HostId;
  readonly workload: string;
  /** Of the checkpoint, or of the application. */
  readonly name: string;
}

/** What is kept of deeds: that something was asked for, before it was sent, and how it went. */
export type DeedEvent = { readonly utcMs: number } & (
  | ({ readonly kind: "asked"; /** The last execution before it. */ readonly after: RunId | null } & Deed)
  /** `of`: the entry with what was asked; `because`: why it was not done. */
  | { readonly kind: "answered"; readonly of: number; readonly because: string | null }
);

const retriesMax = 200;
const retryEveryMs = 50;

/** What was done outside of executions, beside them, each entry bound to the one before it. */
export class Deeds {
  readonly #folder: string;

  constructor(executionsFolder: string) {
    this.#folder = join(executionsFolder, "deeds");
  }

  read(): ReturnType<typeof readJournal<DeedEvent>> {
    return readJournal<DeedEvent>(this.#file);
  }

  /** Has something done that is written down before and after; what cannot be written down is not done. */
  async keep<Answer extends { readonly because: string | null }>(deed: Deed, after: RunId | null, work: () => Promise<Answer>): Promise<Answer | { readonly unkept: readonly Diagnostic[] }> {
    const asked = await this.#append({ utcMs: systemClock.utcMs(), kind: "asked", after, ...deed });
    if ("unkept" in asked) return asked;
    const answer = await work();
    const answered = await this.#append({ utcMs: systemClock.utcMs(), kind: "answered", of: asked.sequence, because: answer.because });
    return "unkept" in answered ? answered : answer;
  }

  /** Several commands may be at it at once: each entry is written while nobody else writes. */
  async #append(event: DeedEvent): Promise<{ readonly sequence: number } | { readonly unkept: readonly Diagnostic[] }> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const release = await this.#claimed();
    const { journal, diagnostics } = await FileJournal.open<DeedEvent>(this.#file);
    if (journal === null) {
      release();
      return { unkept: diagnostics };
    }
    try {
      const [kept] = await journal.append((await journal.read()).at(-1)?.hash ?? beginning, [event]);
      return { sequence: kept?.sequence ?? 0 };
    } finally {
      await journal.close();
      release();
    }
  }

  async #claimed(): Promise<() => void> {
    for (let n = 0; n < retriesMax; n++) {
      const release = await claim(this.#folder);
      if (release !== null) return release;
      await new Promise((resolve) => { setTimeout(resolve, retryEveryMs); });
    }
    throw new Error(`${this.#folder} is in use by another command for ${retriesMax * retryEveryMs} ms`);
  }

  get #file(): string {
    return join(this.#folder, "deeds.journal");
  }
}

const whatWords: Readonly<Record<Deed["what"], string>> = {
  takeCheckpoint: "has a checkpoint taken", dropCheckpoint: "has a checkpoint dropped", startApplication: "has an application started", stopApplication: "has an application stopped",
};

/** In words, for the audit trail. Names are of people who may not mean well: nothing of theirs looks like another line. */
export function deedWords(event: DeedEvent): string {
  if (event.kind === "answered") return `entry ${event.of} ${event.because === null ? "was done" : `was not done: ${event.because.replaceAll(/\s+/g, " ")}`}`;
  return `${event.by} ${whatWords[event.what]}: ${JSON.stringify(event.name)} of ${JSON.stringify(event.workload)} on host ${event.host}`;
}
