import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { readJournal, type Entry } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { ActionId } from "../../model/ids.ts";
import type { Plan, PlannedAction } from "../../model/plan.ts";
import type { Step } from "../../reports/index.ts";
import { journalOf } from "../execution/executions.ts";
import { usageProblem } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { hasErrors } from "../prepare.ts";

/** How an action of a plan went: when it was to take so long, and how long it took. */
export interface ActionRecord {
  readonly planned: PlannedAction;
  readonly estimateMs: number;
  /** From when it was last sent to when its outcome was known, whoever carried it on in between; null when it was not done. */
  readonly tookMs: number | null;
  readonly because: string;
}

/** What an execution has written down. */
export interface Carried {
  readonly beganMs: number;
  /** When it last heard of an action, or while it goes on wrote something down. */
  readonly lastMs: number;
  readonly steps: readonly Step[];
  /** Workloads that were found running without its doing: somebody else has started them. */
  readonly startedByOthers: readonly Step[];
  readonly actions: readonly ActionRecord[];
  /** Why it ended; null while it goes on. */
  readonly ended: string | null;
}

/** Reads how a plan was carried out: from the journal of its execution, or from the folder in which that is. */
export async function carriedOut(plan: Plan, path: string): Promise<{ readonly carried: Carried | null; readonly diagnostics: readonly Diagnostic[] }> {
  const isFolder = await stat(path).then((found) => found.isDirectory(), () => false);
  const { entries, diagnostics } = await entriesOf(isFolder ? journalOf(path) : path);
  if (hasErrors(diagnostics)) return { carried: null, diagnostics };
  const problem = otherJournal(plan, path, entries);
  return problem === null ? { carried: carriedIn(entries), diagnostics } : { carried: null, diagnostics: [...diagnostics, problem] };
}

/** The executor writes its journals, and advises on that; here one is only read. */
async function entriesOf(file: string): Promise<{ readonly entries: readonly Entry[]; readonly diagnostics: readonly Diagnostic[] }> {
  const unreadable = await access(file, constants.R_OK).then(() => null, (error: unknown) => fileProblem(file, error, "read"));
  if (unreadable !== null) return { entries: [], diagnostics: [unreadable] };
  const { entries, diagnostics } = await readJournal(file);
  return { entries, diagnostics: diagnostics.map((problem) => ({ ...problem, advice: adviceOf(problem) })) };
}

function adviceOf({ code, line, advice }: Diagnostic): string {
  if (code === "file-unreadable") return "Check the path and its permissions.";
  // Nothing of it fits: most likely another file was named.
  if (code === "bad-format" && line === 1) return "Name the folder of an execution, or the file run.journal in it. If this is one, restore it from a copy: nothing is counted on the word of a damaged journal.";
  return code === "bad-format" ? "Restore the file from a copy: nothing is counted on the word of a damaged journal." : advice;
}

function otherJournal({ digest }: Plan, path: string, entries: readonly Entry[]): Diagnostic | null {
  const event = entries[0]?.event;
  if (event?.kind !== "began") return usageProblem(`File ${path} is no journal of an execution, or has no entry yet.`, "Name the folder of an execution, or the file run.journal in it.");
  if (event.digest === digest) return null;
  return usageProblem(`The journal ${path} is of plan ${event.digest.slice(0, 12)}, not of ${digest.slice(0, 12)}.`, "Name the journal of this plan's execution, or the plan that was carried out.");
}

/** Times are those of the calendar: they go on where an executor has died and another one has taken over. */
function carriedIn(entries: readonly Entry[]): Carried {
  const known = new Map<ActionId, PlannedAction>();
  const sent = new Map<ActionId, number>();
  const steps: Step[] = [];
  const done = new Map<ActionId, number>();
  const because = new Map<ActionId, string>();
  let ended: string | null = null;
  for (const { event } of entries) {
    const atMs = event.at.utcMs;
    if (event.kind === "began" || event.kind === "turnedBack") for (const action of event.actions) known.set(action.id, action);
    else if (event.kind === "dispatched") sent.set(event.action, atMs);
    else if (event.kind === "failed") because.set(event.action, event.because);
    else if (event.kind === "ended") ended = event.because === "" ? "carried out" : event.because;
    else if (event.kind === "succeeded") {
      const [planned, beganMs] = [known.get(event.action), sent.get(event.action) ?? atMs];
      if (planned === undefined) continue;
      steps.push({ action: planned.action, beganMs, endedMs: Math.max(beganMs, atMs) });
      done.set(event.action, Math.max(0, atMs - beganMs));
    }
  }
  const actions = [...known.values()].map((planned): ActionRecord => ({
    planned, estimateMs: planned.endMs - planned.startMs, tookMs: done.get(planned.id) ?? null, because: done.has(planned.id) ? "" : because.get(planned.id) ?? "not begun",
  }));
  const lastMs = lastOf(entries, ended !== null);
  return { beganMs: entries[0]?.event.at.utcMs ?? 0, lastMs, steps, startedByOthers: startedByOthers(entries, known, lastMs), actions, ended };
}

/** Of one that has ended, when it last heard of an action: what is noticed long afterwards, when somebody goes back, is no part of it. */
function lastOf(entries: readonly Entry[], hasEnded: boolean): number {
  const last = hasEnded ? entries.findLast(({ event }) => "action" in event) : entries.at(-1);
  return (last ?? entries.at(-1))?.event.at.utcMs ?? 0;
}

function startedByOthers(entries: readonly Entry[], known: ReadonlyMap<ActionId, PlannedAction>, lastMs: number): readonly Step[] {
  const hostOf = new Map([...known.values()].flatMap(({ action }) => (action.kind === "stop" ? [[action.workload, action.host] as const] : [])));
  return entries.flatMap(({ event }): readonly Step[] => {
    const host = event.kind === "noticed" && event.activity === "running" ? hostOf.get(event.workload) : undefined;
    if (event.kind !== "noticed" || host === undefined) return [];
    const atMs = Math.min(event.at.utcMs, lastMs);
    return [{ action: { kind: "start", workload: event.workload, host }, beganMs: atMs, endedMs: atMs }];
  });
}
