import { systemClock, type KeptCheckpoint } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import type { CommandResult } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { renderTable } from "../render/table.ts";
import { Deeds, type Deed } from "./deeds.ts";
import { workloadRestored, workloadStopped } from "./errands.ts";
import { askThrough, silentHost, type Taken } from "./inventory.ts";
import { Executions } from "./executions.ts";
import { Link, type CheckpointAnswer } from "./link.ts";
import { notAllowed } from "./not-allowed.ts";
import { loadOperator, personOf, type Operator } from "./operator.ts";
import { planAndApply, type ErrandOptions } from "./plan-and-apply.ts";

export interface CheckpointOptions {
  readonly as?: string;
  readonly config?: string;
  /** How long agents are waited for. */
  readonly wait: number;
  /** Do not ask. */
  readonly yes?: boolean;
}

/** `stowage workload checkpoint`: memory and data of one that runs, and runs on. */
export function takeCheckpoint(workload: string, named: string | undefined, options: CheckpointOptions, context: Context): Promise<CommandResult> {
  return withFleet(options, context, async (fleet) => {
    const host = runsAt(fleet.taken, workload);
    if (host === null) return failed([notAllowed(`workload ${JSON.stringify(workload)} runs on no host whose agent answers`, "Only what runs has a memory to keep; `stowage inventory` shows what runs where.")]);
    const name = named ?? new Date(systemClock.utcMs()).toISOString().replaceAll(":", "-").replace(/\.\d+/, "");
    if (name === "" || name.length > nameLettersMax) return failed([usageProblem(`A checkpoint's name has 1 to ${nameLettersMax} characters, this one has ${name.length}.`, "Give it another one, or none: then it is the time.")]);
    const before = await fleet.link.checkpoint(host, workload as WorkloadId, { wish: "list" }, options.wait);
    if (before.checkpoints.some((each) => each.name === name)) return failed([notAllowed(`${workload} has a checkpoint ${JSON.stringify(name)} already`, "Give this one another name, or drop that one: `stowage workload drop`.")]);
    context.progress("taking the checkpoint", 0, 1);
    const answer = await kept(fleet, { what: "takeCheckpoint", host, workload, name }, options, context, () => fleet.link.checkpoint(host, workload as WorkloadId, { wish: "take", name }, options.wait));
    if ("exitCode" in answer) return answer;
    const { checkpoints, because } = answer;
    const taken = checkpoints.find((each) => each.name === name);
    if (because !== null || taken === undefined) return failed([notAllowed(`no checkpoint of ${workload} was taken: ${because ?? "its host does not have it"}`, "It runs on as before; `stowage workload checkpoints` shows which there are.")]);
    return {
      exitCode: exitCodes.done, diagnostics: [], document: { format: "stowage/checkpoint/v1", host, workload, name, takenAt: instantOf(taken) },
      text: () => `Checkpoint ${name} of ${workload} is on host ${host}. It goes on from there with: stowage workload restore ${workload} ${name} FILES\n`,
    };
  });
}

/** `stowage workload checkpoints`. */
export function listCheckpoints(workload: string, options: CheckpointOptions, context: Context): Promise<CommandResult> {
  return withFleet(options, context, async (fleet) => {
    const kept = await keptOf(fleet, workload, options);
    const warnings = fleet.taken.silent.map((host): Diagnostic => ({ ...silentHost(fleet.operator, host), severity: "warning" }));
    return {
      exitCode: exitCodes.done, diagnostics: warnings, document: { format: "stowage/checkpoints/v1", workload, checkpoints: kept.map((each) => ({ host: each.host, name: each.name, takenAt: instantOf(each) })), diagnostics: warnings },
      text: () => (kept.length === 0 ? `There is no checkpoint of ${workload}.\n` : `${renderTable([{ head: "checkpoint" }, { head: "host" }, { head: "taken at" }], kept.map((each) => [each.name, each.host, instantOf(each)]), context.columns)}\n`),
    };
  });
}

/** `stowage workload drop`. */
export function dropCheckpoint(workload: string, name: string, options: CheckpointOptions, context: Context): Promise<CommandResult> {
  return withFleet(options, context, async (fleet) => {
    const there = (await keptOf(fleet, workload, options)).filter((each) => each.name === name);
    if (there.length === 0) return failed([noSuch(workload, name)]);
    const declined = await consentToDrop(workload, there, options, context);
    if (declined !== null) return declined;
    for (const { host } of there) {
      const answer = await kept(fleet, { what: "dropCheckpoint", host, workload, name }, options, context, () => fleet.link.checkpoint(host, workload as WorkloadId, { wish: "drop", name }, options.wait));
      if ("exitCode" in answer) return answer;
      const { because } = answer;
      if (because !== null) return failed([notAllowed(`checkpoint ${JSON.stringify(name)} of ${workload} on host ${host} was not dropped: ${because}`, `It is still there: see \`stowage workload checkpoints ${workload}\`, mend on ${host} what the reason names, and drop it again.`)]);
    }
    return {
      exitCode: exitCodes.done, diagnostics: [], document: { format: "stowage/checkpoint-dropped/v1", workload, name, hosts: there.map(({ host }) => host) },
      text: () => `Checkpoint ${name} of ${workload} is gone.\n`,
    };
  });
}

/** `stowage workload restore`: stopped if it runs, then started from the checkpoint; each planned, approved and carried out. */
export async function restoreCheckpoint(workload: string, name: string, files: readonly string[], options: ErrandOptions, context: Context): Promise<CommandResult> {
  const place = await placeOf(workload, name, options, context);
  if ("exitCode" in place) return place;
  if (place.isRunning) {
    const stopped = await planAndApply("workload-stop", files, workloadStopped(workload), options, context);
    if (stopped.exitCode !== exitCodes.done) return stopped;
  }
  return planAndApply("workload-restore", files, workloadRestored(workload, place.host, name), options, context);
}

interface Place {
  readonly host: HostId;
  readonly isRunning: boolean;
}

/** Where the workload is: its checkpoint must be there, too. */
function placeOf(workload: string, name: string, options: ErrandOptions, context: Context): Promise<Place | CommandResult> {
  return withFleet<Place | CommandResult>(options, context, async (fleet) => {
    const kept = (await keptOf(fleet, workload, options)).filter((each) => each.name === name);
    const host = runsAt(fleet.taken, workload) ?? [...fleet.taken.inventories].find(([, { workloads }]) => workloads.some((each) => each.workload === workload && each.found === "stopped"))?.[0];
    if (kept.length === 0) return failed([noSuch(workload, name)]);
    if (host === undefined) return failed([notAllowed(`workload ${JSON.stringify(workload)} is on no host whose agent answers`, "`stowage inventory` shows what is where.")]);
    if (kept.some((each) => each.host === host)) return { host, isRunning: runsAt(fleet.taken, workload) !== null };
    return failed([notAllowed(`checkpoint ${JSON.stringify(name)} of ${workload} is on host ${kept.map((each) => each.host).join(", ")}, but ${workload} is on host ${host}`, `Move it back to ${kept[0]?.host ?? ""} first.`)]);
  });
}

/** Has something done to a workload that the audit trail tells of, whatever comes of it. */
async function kept(fleet: FleetNow, deed: Omit<Deed, "by">, options: CheckpointOptions, { live }: Context, work: () => Promise<CheckpointAnswer>): Promise<CheckpointAnswer | CommandResult> {
  const { person, diagnostics } = await personOf(options.as, options.config, live);
  if (person === null) return failed(diagnostics);
  const { folder } = fleet.operator;
  const answer = await new Deeds(folder).keep({ ...deed, by: person.name }, (await new Executions(folder).runs()).at(-1) ?? null, work);
  return "unkept" in answer ? failed(answer.unkept) : answer;
}

/** Null when it may be deleted. */
async function consentToDrop(workload: string, there: readonly (KeptCheckpoint & { readonly host: HostId })[], { yes }: CheckpointOptions, { live }: Context): Promise<CommandResult | null> {
  if (yes === true) return null;
  const what = there.map((each) => `checkpoint ${JSON.stringify(each.name)} of ${workload} on host ${each.host}, taken at ${instantOf(each)}`).join("; ");
  if (!live.isTerminal) return failed([usageProblem(`Nobody can be asked whether this shall be deleted for good: ${what}.`, "Say it beforehand with --yes.")]);
  const answer = await live.ask(`This is deleted for good, memory and disks as they were: ${what}.\nDelete it? [y/N] `);
  if (/^y(es)?$/i.test(answer?.trim() ?? "")) return null;
  return { exitCode: exitCodes.refused, diagnostics: [], document: { format: "stowage/checkpoint-dropped/v1", declined: true }, text: () => "Nothing was deleted.\n" };
}

interface FleetNow {
  readonly taken: Taken;
  readonly operator: Operator;
  readonly link: Link;
}

async function withFleet<Answer>(options: { readonly config?: string; readonly wait: number }, context: Context, work: (fleet: FleetNow) => Promise<Answer>): Promise<Answer | CommandResult> {
  const { operator, diagnostics } = await loadOperator(options.config, context.live);
  if (operator === null) return failed(diagnostics);
  const { link, diagnostics: closed } = await Link.open(operator, (words) => context.live.note(words));
  if (link === null) return failed(closed);
  try {
    return await work({ taken: await askThrough(link, operator, Math.min(options.wait, inventoryMs), context), operator, link });
  } finally {
    link.close();
  }
}

const inventoryMs = 20_000;
/** As the protocol has it. */
const nameLettersMax = 253;

/** Checkpoints stay where they were taken, so every host is asked. */
async function keptOf({ taken, link }: FleetNow, workload: string, { wait }: { readonly wait: number }): Promise<readonly (KeptCheckpoint & { readonly host: HostId })[]> {
  const answers = await Promise.all([...taken.inventories.keys()].map(async (host) => (await link.checkpoint(host, workload as WorkloadId, { wish: "list" }, wait)).checkpoints.map((each) => ({ ...each, host }))));
  return answers.flat().sort((a, b) => a.takenAtMs - b.takenAtMs);
}

function runsAt({ inventories }: Taken, workload: string): HostId | null {
  return [...inventories].find(([, { workloads }]) => workloads.some((each) => each.workload === workload && each.found === "running"))?.[0] ?? null;
}

function noSuch(workload: string, name: string): Diagnostic {
  return notAllowed(`no host has a checkpoint ${JSON.stringify(name)} of ${workload}`, `\`stowage workload checkpoints ${workload}\` shows which there are.`);
}

function instantOf({ takenAtMs }: KeptCheckpoint): string {
  return new Date(takenAtMs).toISOString();
}
