import { join } from "node:path";
import { claim, execute, FileJournal, Runner, Superseded, summaryOf, systemClock, type ApprovedPlan, type AskedWish, type Report, type RunEvent, type RunState, type World } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId } from "../../model/ids.ts";
import type { Live } from "../context.ts";
import { statusLine } from "../render/execution.ts";
import { journalOf, type Execution, type Executions } from "./executions.ts";
import type { Link } from "./link.ts";
import { Ears, newsFor } from "./news.ts";
import { notAllowed } from "./not-allowed.ts";
import type { Operator } from "./operator.ts";
import { eventLine } from "./event-line.ts";
import { takeWishes } from "./wishes.ts";

/** What carrying out needs. */
export interface Carrying {
  readonly operator: Operator;
  readonly link: Link;
  readonly live: Live;
  /** Tells programs of each event as one line. */
  readonly tellsEvents: boolean;
  /** Who is at it, for the audit trail. */
  readonly by: string;
}

/** Where an execution has come to rest. */
export interface CarriedOut {
  readonly state: RunState | null;
  readonly interrupted: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

const lookEveryMs = 250;

/** Runs work while no other process of this machine carries anything out for this fleet. */
export async function alone<Result>(executions: Executions, work: () => Promise<Result>): Promise<Result | Diagnostic> {
  await executions.prepare();
  const release = await claim(executions.folder);
  if (release === null) return notAllowed(`another executor is at work in ${executions.folder}`, "`stowage status` says what it does; `stowage pause` and `stowage cancel` reach it.");
  try {
    return await work();
  } finally {
    release();
  }
}

/** With what an execution begins: the approved plan, when nothing of it has begun, and a wish. */
export interface Impulse {
  readonly approved?: ApprovedPlan;
  readonly wish?: AskedWish;
}

/** Carries an execution out, from wherever its journal stands, until nothing goes on by itself any more. */
export async function carryOut(execution: Execution, executions: Executions, impulse: Impulse, { operator, link, live, tellsEvents, by }: Carrying): Promise<CarriedOut> {
  const { journal, diagnostics } = await FileJournal.open(journalOf(execution.folder));
  if (journal === null) return { state: null, interrupted: false, diagnostics };
  let interrupted = false;
  const seen = (event: RunEvent, state: RunState): void => {
    if (tellsEvents) live.line(eventLine(execution.run, event, state));
    else live.status(statusLine(state));
  };
  const world: World = { clock: systemClock, journal, agents: link.agents, seen };
  const ears = new Ears(link);
  for (const host of operator.agents.keys()) link.agents.listenTo({ host: host as HostId, role: "agent" });
  const news = impulse.approved === undefined ? await newsFor(execution.state, operator, link, ears, live) : [];
  const runner = await begin(execution, impulse, news, { world, epoch: await executions.nextEpoch() });
  ears.end();
  for (const each of ears.take()) runner.take({ kind: "report", ...each });
  const forget = link.listen((report, role) => runner.take({ kind: "report", report, role }));
  const release = live.onInterrupt(() => {
    interrupted = true;
    live.note("Pausing: what is under way ends first. Ctrl-C again leaves at once; `stowage resume` goes on either way.");
    runner.take({ kind: "wish", wish: "pause", by });
  });
  const looking = setInterval(() => void passOn(runner, execution.folder, live), lookEveryMs);
  try {
    const state = await runner.untilAtRest();
    return { state, interrupted, diagnostics };
  } catch (error) {
    return { state: runner.state, interrupted, diagnostics: [...diagnostics, stoppedBecause(error, execution, executions)] };
  } finally {
    clearInterval(looking);
    release();
    forget();
    runner.stop();
    live.status(null);
    await journal.close();
  }
}

async function begin({ run, terms }: Execution, { approved, wish }: Impulse, news: readonly Report[], { world, epoch }: { readonly world: World; readonly epoch: number }): Promise<Runner> {
  if (approved !== undefined) return execute(approved, terms, world, { run, epoch });
  // What is in the journal was approved when it began; a journal without a beginning gives nothing to do.
  const runner = await Runner.open(terms, world);
  runner.take({ kind: "takeOver", epoch, news, ...(wish === undefined ? {} : { wish }) });
  return runner;
}

async function passOn(runner: Runner, folder: string, live: Live): Promise<void> {
  try {
    for (const { wish, by } of await takeWishes(folder)) runner.take({ kind: "wish", wish, by });
  } catch (error) {
    live.note(`wishes cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function stoppedBecause(error: unknown, { run }: Execution, { folder }: Executions): Diagnostic {
  if (error instanceof Superseded) return notAllowed(`${error.message}; this one sends nothing more`, whereTheOtherIs(error, folder, run));
  return notAllowed(`the execution stopped: ${error instanceof Error ? error.message : String(error)}; nothing more is sent, agents end what they have begun`, `Correct the cause, then \`stowage resume ${run}\`.`);
}

/** Somebody with this folder, or, when only agents know of them, somebody with another one. */
function whereTheOtherIs({ epoch }: Superseded, folder: string, run: string): string {
  if (epoch === null) return "Look with `stowage status` where the other one is.";
  return `Maybe somebody works for this fleet with another folder of executions: there must be one, copied when it moves (\`folder\` in the operator's configuration; here ${folder}). If the other one is gone for good, write ${epoch} into ${join(folder, "epoch")} and go on with \`stowage resume ${run}\`.`;
}

/** Is everything done that the plan, or since it turned back the way back, holds? Not when it was to go back and could not. */
export function isAllDone(state: RunState): boolean {
  const { done, all, status, hasNoWayBack } = summaryOf(state);
  return status === "ended" && done === all && !hasNoWayBack;
}
