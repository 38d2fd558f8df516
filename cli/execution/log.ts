import { join } from "node:path";
import type { Entry } from "../../executor/index.ts";
import type { RunId } from "../../model/ids.ts";
import type { CommandResult } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { eventWords } from "../render/execution-event.ts";
import { refused } from "./apply.ts";
import { Deeds, deedWords, type DeedEvent } from "./deeds.ts";
import { Executions, hashOf, type Execution } from "./executions.ts";
import { notAllowed } from "./not-allowed.ts";
import { loadOperator } from "./operator.ts";

export interface LogOptions {
  readonly config?: string;
  readonly verify?: boolean;
}

/** `stowage log`: who had what done, and how it went; with `--verify` only after every link of the chain was checked. */
export async function auditTrail(run: string | undefined, { config, verify }: LogOptions, { live }: Context): Promise<CommandResult> {
  const { operator, diagnostics } = await loadOperator(config, live);
  if (operator === null) return failed(diagnostics);
  const executions = new Executions(operator.folder);
  const wanted = run === undefined ? null : await executions.find(run);
  if (wanted !== null && wanted.execution === null) return failed(wanted.diagnostics);
  const { entries: deeds, diagnostics: unreadable } = await new Deeds(operator.folder).read();
  if (unreadable.length > 0) return refused(unreadable);
  const trail: Execution[] = [];
  let previous: Execution | null = null;
  for (const name of await executions.runs()) {
    // Loading checks the files of an execution, and every entry of its journal against the one before it.
    const { execution, diagnostics: damaged } = await executions.load(name);
    if (execution === null) return refused(damaged);
    const broken = verify === true ? await brokenLink(execution, previous, deeds, executions) : null;
    if (broken !== null) return refused([broken]);
    previous = execution;
    if (wanted === null || wanted.execution?.run === execution.run) trail.push(execution);
  }
  const told = wanted === null ? deeds : [];
  const count = trail.reduce((sum, { entries }) => sum + entries.length, 0);
  const blocks = [deedLines(told, null), ...trail.flatMap((execution) => [lines(execution), deedLines(told, execution.run)])].filter((block) => block.length > 0);
  return {
    exitCode: exitCodes.done, diagnostics: [],
    document: { format: "stowage/audit-trail/v1", verified: verify ?? false, executions: trail.map(({ run: name, record, entries }) => ({ run: name, ...record, entries })), deeds: told },
    text: () => `${blocks.map((block) => block.join("\n")).join("\n\n")}${blocks.length === 0 ? "Nothing has been carried out yet." : ""}\n${verify === true ? `\nverified: ${trail.length} executions, ${count + told.length} entries, each bound to the one before it\n` : ""}`,
  };
}

/** What does not follow from what came before; null when all does. */
async function brokenLink({ run, record, entries }: Execution, previous: Execution | null, deeds: readonly Entry<DeedEvent>[], executions: Executions): Promise<ReturnType<typeof notAllowed> | null> {
  const wrong = (what: string): ReturnType<typeof notAllowed> => notAllowed(`the audit trail is broken at execution ${run}: ${what}`, "Compare the folder with a copy of it; somebody has changed it, or its disk has lost something.");
  const [first] = entries;
  if (first !== undefined && (first.event.kind !== "began" || first.event.run !== run || first.event.digest !== record.digest)) return wrong("its journal is of another one");
  if ((record.previous?.run ?? null) !== (previous?.run ?? null)) return wrong(`it came after ${record.previous?.run ?? "nothing"}, but before it stands ${previous?.run ?? "nothing"}`);
  if (previous !== null && record.previous?.hash !== await hashOf(join(executions.folder, previous.run))) return wrong(`execution ${previous.run} before it has changed since`);
  if (record.deeds !== undefined && deeds.every(({ hash }) => hash !== record.deeds)) return wrong("what had been done outside of executions before it has changed since");
  return null;
}

function lines({ run, record, plan, entries }: Execution): readonly string[] {
  const { approvals, author, authorSignature, by, digest, startedAt } = record;
  return [
    `execution ${run}`,
    `  ${startedAt}  ${by.name} begins plan ${digest.slice(0, 12)} of ${author}${authorSignature === undefined ? "" : ", signed"}, ${plan.actions.length} actions`,
    ...approvals.map((each) => `  ${each.givenAt}  approved by ${each.by.name}${each.signature === undefined ? "" : ", signed"}${each.comment === "" ? "" : `: ${each.comment}`}`),
    ...entries.map((entry) => lineOf(entry, run)),
  ];
}

/** What was done outside of executions after this one and before the next. */
function deedLines(deeds: readonly Entry<DeedEvent>[], after: RunId | null): readonly string[] {
  const askedIn = new Map(deeds.flatMap(({ sequence, event }) => (event.kind === "asked" ? [[sequence, event.after] as const] : [])));
  const own = deeds.filter(({ event }) => (event.kind === "asked" ? event.after : askedIn.get(event.of) ?? null) === after);
  return own.length === 0 ? [] : ["outside of executions", ...own.map(({ sequence, event, hash }) => `  ${new Date(event.utcMs).toISOString()}  ${String(sequence).padStart(4)} ${hash.slice(0, 8)}  ${deedWords(event)}`)];
}

function lineOf({ sequence, event, hash }: Entry, run: string): string {
  return `  ${new Date(event.at.utcMs).toISOString()}  ${String(sequence).padStart(4)} ${hash.slice(0, 8)}  ${eventWords(event, run)}`;
}
