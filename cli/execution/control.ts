import { isClaimed, mayWish, type RunState, type Wish } from "../../executor/index.ts";
import type { CommandResult } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { renderExecution } from "../render/execution.ts";
import { refused } from "./apply.ts";
import { alone, carryOut, type CarriedOut } from "./carry-out.ts";
import { endOf } from "./end.ts";
import { Executions, type Execution } from "./executions.ts";
import { Link } from "./link.ts";
import { notAllowed } from "./not-allowed.ts";
import { loadOperator, personOf, type Operator } from "./operator.ts";
import { leaveWish } from "./wishes.ts";

export interface ControlOptions {
  readonly as?: string;
  readonly config?: string;
  readonly full?: boolean;
  readonly yes?: boolean;
  readonly json: boolean;
}

const lookEveryMs = 500;

/** `stowage status`: how an execution stands, read from its journal alone. */
export async function executionStatus(run: string | undefined, options: ControlOptions, context: Context): Promise<CommandResult> {
  const found = await findExecution(run, options, context);
  if ("exitCode" in found) return found;
  const { execution, executions } = found;
  const isAtWork = await isClaimed(executions.folder);
  const ended = await endOf(execution, { state: execution.state, interrupted: false, diagnostics: [] }, { ...options, json: true }, context);
  return {
    ...ended, exitCode: exitCodes.done,
    document: { ...ended.document, exitCode: exitCodes.done, isAtWork, author: execution.record.author, by: execution.record.by.name, startedAt: execution.record.startedAt },
    text: () => renderExecution(execution.run, execution.state, isAtWork, { ...context, full: options.full ?? false }),
  };
}

/** `stowage pause`, `resume`, `cancel` and `rollback`: reaches whoever carries the execution out, or takes it over. */
export async function control(wish: Wish, run: string | undefined, options: ControlOptions, context: Context): Promise<CommandResult> {
  const found = await findExecution(run, options, context);
  if ("exitCode" in found) return found;
  const { execution, executions, operator } = found;
  const { person, diagnostics } = await personOf(options.as, options.config, context.live);
  if (person === null) return failed(diagnostics);
  const objection = await objectionTo(wish, execution, executions);
  if (objection !== null) return refused([objection]);
  const declined = await consentTo(wish, execution, options, context);
  if (declined !== null) return declined;
  if (await isClaimed(executions.folder)) {
    const state = await askOther(wish, execution, executions, person.name, context);
    if (state !== null) return endOf(execution, state, options, context);
    context.live.note("Whoever carried it out has gone: it is taken over.");
  }
  if (wish === "pause") return refused([notAllowed(`nobody carries execution ${execution.run} out, so there is nothing to pause`, "It goes on with `stowage resume`, and ends with `stowage cancel`.")]);
  return takeOver(wish, execution, { executions, operator, by: person.name }, options, context);
}

interface Taking {
  readonly executions: Executions;
  readonly operator: Operator;
  readonly by: string;
}

async function takeOver(wish: Wish, { run }: Execution, { executions, operator, by }: Taking, options: ControlOptions, context: Context): Promise<CommandResult> {
  const opened = await Link.open(operator, (words) => context.live.note(words));
  const { link } = opened;
  if (link === null) return failed(opened.diagnostics);
  try {
    const result = await alone(executions, async () => {
      // Read again, now that nobody else writes.
      const { execution, diagnostics } = await executions.load(run);
      if (execution === null) return failed(diagnostics);
      const carried = await carryOut(execution, executions, mayWish(execution.state, wish) ? { wish: { wish, by } } : {}, { operator, link, live: context.live, tellsEvents: !context.live.isTerminal && !options.json, by });
      return endOf(execution, carried, options, context);
    });
    return "severity" in result ? refused([result]) : result;
  } finally {
    link.close();
  }
}

/** Why this makes no sense now; null when it does. */
async function objectionTo(wish: Wish, { run, state, record }: Execution, executions: Executions): Promise<ReturnType<typeof notAllowed> | null> {
  const { status } = state;
  if (status === "new") return notAllowed(`execution ${run} has not begun`, `Begin it with \`stowage apply\`: its plan is ${record.digest.slice(0, 12)}.`);
  // One that is running according to its journal is resumed after a crash, without any wish.
  const isSensible = mayWish(state, wish) || (wish === "resume" && status !== "ended") || (wish === "cancel" && status === "cancelling") || (wish === "pause" && (status === "pausing" || status === "paused"));
  if (!isSensible) return notAllowed(status === "ended" ? `execution ${run} has ended` : `execution ${run} is ${status}`, "`stowage status` says how it stands.");
  if (wish === "goBack" && (await executions.runs()).at(-1) !== run) return notAllowed(`execution ${run} is not the last one: what came after it rests on it`, "Plan the way back from a fresh inventory.");
  return null;
}

async function consentTo(wish: Wish, { run, state }: Execution, { yes }: ControlOptions, { live, ...context }: Context): Promise<CommandResult | null> {
  if (wish !== "goBack" || yes === true) return null;
  if (!live.isTerminal) return failed([usageProblem("Nobody can be asked whether all shall be undone.", "Say it beforehand with --yes.")]);
  const answer = await live.ask(`${renderExecution(run, state, true, { ...context, full: false })}\nUndo what was done, last first? [y/N] `);
  if (/^y(es)?$/i.test(answer?.trim() ?? "")) return null;
  return { exitCode: exitCodes.refused, diagnostics: [], document: { format: "stowage/execution-state/v1", declined: true }, text: () => "Nothing was done.\n" };
}

/** Leaves the wish and waits until it has been followed; null when whoever was at work has gone. */
async function askOther(wish: Wish, { run, folder }: Execution, executions: Executions, by: string, { live }: Context): Promise<CarriedOut | null> {
  let interrupted = false;
  const release = live.onInterrupt(() => { interrupted = true; });
  await leaveWish(folder, { wish, by });
  live.note(wish === "pause" || wish === "cancel" ? "Asked: what is under way ends first." : "Asked.");
  try {
    for (;;) {
      const { execution, diagnostics } = await executions.load(run);
      if (execution === null) return { state: null, interrupted, diagnostics };
      if (interrupted || isFollowed(wish, execution.state)) return { state: execution.state, interrupted, diagnostics: [] };
      if (!await isClaimed(executions.folder)) return null;
      await new Promise((resolve) => { setTimeout(resolve, lookEveryMs); });
    }
  } finally {
    release();
  }
}

function isFollowed(wish: Wish, { status, wayThere }: RunState): boolean {
  switch (wish) {
    case "pause": return status === "paused" || status === "ended";
    case "resume": return status !== "paused" && status !== "pausing";
    case "cancel": return status === "ended";
    case "goBack": return status === "ended" && wayThere !== null;
  }
}

/** The execution that is named, or the last one, of the configured fleet. */
export async function findExecution(run: string | undefined, { config }: { readonly config?: string }, context: Context): Promise<{ readonly execution: Execution; readonly executions: Executions; readonly operator: Operator } | CommandResult> {
  const { operator, diagnostics } = await loadOperator(config, context.live);
  if (operator === null) return failed(diagnostics);
  const executions = new Executions(operator.folder);
  const { execution, diagnostics: missing } = await executions.find(run);
  return execution === null ? failed(missing) : { execution, executions, operator };
}
