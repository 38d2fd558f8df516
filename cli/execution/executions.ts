import { access, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { jsonOf, lastEpochOf, readJournal, replay, termsOf, writeLasting, type Entry, type Person, type RunSettings, type RunState, type Step, type Terms } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { compareIds, type HostId, type RunId, type WorkloadId } from "../../model/ids.ts";
import type { Plan } from "../../model/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { canonicalJson, compilePolicies, didYouMean, parsePlan, planDigest, sha256 } from "../../policies/index.ts";
import { parseScenarioText, scenarioJson, serializeScenario } from "../../scenarios/index.ts";
import { usageProblem } from "../failed.ts";
import type { ApprovalDocument } from "./approval-file.ts";
import { saidIn } from "./approval-signature.ts";
import { Deeds } from "./deeds.ts";
import { notAllowed } from "./not-allowed.ts";

/** What is written down of an execution before it begins; nothing of it ever changes. */
export interface ExecutionRecord {
  readonly format: "stowage/execution/v1";
  readonly digest: string;
  readonly author: string;
  readonly authorSignature?: string;
  readonly by: Person;
  readonly startedAt: string;
  readonly approvals: readonly ApprovalDocument[];
  readonly settings: RunSettings;
  /** Digest of the scenario as it was found when the execution began, with its policies. */
  readonly scenario: string;
  /** What the execution before this one had come to, so that none can be changed or taken away unseen. */
  readonly previous: { readonly run: RunId; readonly hash: string } | null;
  /** The last entry of what had been done outside of executions, for the same reason. */
  readonly deeds?: string;
}

/** An execution with all that is known of it. */
export interface Execution {
  readonly run: RunId;
  readonly folder: string;
  readonly record: ExecutionRecord;
  readonly plan: Plan;
  readonly scenario: Scenario;
  readonly terms: Terms;
  readonly entries: readonly Entry[];
  readonly state: RunState;
}

export interface LoadedExecution {
  readonly execution: Execution | null;
  readonly diagnostics: readonly Diagnostic[];
}

const runName = /^\d{8}T\d{9}Z-[0-9a-f]{16}$/;

/** The executions of one fleet, each in a folder of its own, in the order in which they were begun. */
export class Executions {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  async runs(): Promise<readonly RunId[]> {
    const names = (await readdir(this.folder).catch(() => [])).filter((name) => runName.test(name)).sort(compareIds);
    // What was not written down whole has not begun.
    const whole = await Promise.all(names.map((name) => access(join(this.folder, name, recordFile)).then(() => [name], () => [])));
    return whole.flat() as RunId[];
  }

  /** The execution that is named, by its beginning or whole, or the last one. */
  async find(named: string | undefined): Promise<LoadedExecution> {
    const runs = await this.runs();
    const last = runs.at(-1);
    if (last === undefined) return { execution: null, diagnostics: [usageProblem(`Nothing has been carried out yet: ${this.folder} has no execution.`, "Begin one with `stowage apply PLAN FILES`.")] };
    const fitting = named === undefined ? [last] : runs.filter((run) => named !== "" && run.startsWith(named));
    const [run] = fitting;
    if (run === undefined || fitting.length > 1) {
      return { execution: null, diagnostics: [usageProblem(`${fitting.length === 0 ? "There is no execution" : "Several executions are called"} ${named ?? ""}.`, didYouMean(named ?? "", runs.slice(-10)))] };
    }
    return this.load(run);
  }

  async load(run: RunId): Promise<LoadedExecution> {
    const folder = join(this.folder, run);
    const record = await recordIn(folder);
    const planned = parsePlan(jsonOf(await readFile(join(folder, "plan.json"), "utf8").catch(() => "")));
    const text = await readFile(join(folder, "scenario.json"), "utf8").catch(() => "{}");
    const { scenario } = parseScenarioText(text, "scenario.json");
    const { entries, diagnostics } = await readJournal(journalOf(folder));
    const wrong = record === null || planned.plan === null || scenario === null || sha256(text) !== record.scenario || nameOf(record) !== run || planned.plan.digest !== record.digest || planDigest(planned.plan) !== record.digest;
    if (wrong) return { execution: null, diagnostics: [notAllowed(`execution ${run} cannot be believed: its files were changed, or its disk has lost something`, `Restore ${folder} from a copy. Without it, take inventory and plan again.`)] };
    if (diagnostics.length > 0) return { execution: null, diagnostics };
    if (!hasBegunWith(planned.plan, entries)) return { execution: null, diagnostics: [notAllowed(`execution ${run} cannot be believed: its journal begins with other actions than those that were approved`, `Restore ${folder} from a copy. Without it, take inventory and plan again.`)] };
    const index = indexFleet(scenario.fleet);
    const { constraints } = await compilePolicies(scenario, index, { lint: false });
    const terms = termsOf(index, constraints, record.settings);
    return { execution: { run, folder, record, plan: planned.plan, scenario, terms, entries, state: replay(terms, entries) }, diagnostics: [] };
  }

  /** Writes down what is about to be carried out. Nothing has begun yet. */
  async create(begun: Pick<ExecutionRecord, "author" | "authorSignature" | "by" | "startedAt" | "approvals" | "settings"> & { readonly plan: Plan; readonly scenario: Scenario }): Promise<LoadedExecution> {
    const { plan, scenario, ...rest } = begun;
    const startedAt = laterOf(begun.startedAt, (await this.runs()).at(-1));
    const text = scenarioJson(serializeScenario(scenario));
    const record: ExecutionRecord = { format: "stowage/execution/v1", ...rest, startedAt, digest: plan.digest, scenario: sha256(text), previous: await this.#previous(), ...(await this.#lastDeed()) };
    const run = nameOf(record);
    const folder = join(this.folder, run);
    await mkdir(folder, { mode: 0o700 });
    await writeLasting(join(folder, "scenario.json"), text);
    await writeLasting(join(folder, "plan.json"), `${JSON.stringify(plan)}\n`);
    await writeLasting(join(folder, recordFile), `${JSON.stringify(record, null, 1)}\n`);
    return this.load(run);
  }

  /** The last execution, when it has begun and not ended. */
  async unfinished(): Promise<LoadedExecution> {
    const last = (await this.runs()).at(-1);
    if (last === undefined) return { execution: null, diagnostics: [] };
    const loaded = await this.load(last);
    const status = loaded.execution?.state.status;
    return status === "ended" || status === "new" ? { execution: null, diagnostics: [] } : loaded;
  }

  /** Approvals of a plan on whose word something was done already, and in which execution. */
  async usedBefore(digest: string, approvals: readonly ApprovalDocument[]): Promise<readonly { readonly by: string; readonly run: RunId }[]> {
    const given = new Map(approvals.map((approval) => [saidIn(approval), approval.by.name]));
    const used: { readonly by: string; readonly run: RunId }[] = [];
    for (const run of await this.runs()) {
      const record = await recordIn(join(this.folder, run));
      if (record === null || record.digest !== digest || nameOf(record) !== run) continue;
      const again = record.approvals.flatMap((approval) => given.get(saidIn(approval)) ?? []);
      const { entries } = again.length === 0 ? { entries: [] } : await readJournal(journalOf(join(this.folder, run)));
      // One in which nothing was done has used up nothing.
      if (entries.some(({ event }) => event.kind === "succeeded" || event.kind === "lostTrack")) used.push(...again.map((by) => ({ by, run })));
    }
    return used;
  }

  /** Where each of these was stopped when an execution last had to do with it; those are missing that ran then, or of which it is not known. */
  async lastStopped(workloads: ReadonlySet<WorkloadId>): Promise<ReadonlyMap<WorkloadId, HostId>> {
    const [open, stopped] = [new Set(workloads), new Map<WorkloadId, HostId>()];
    for (const run of (await this.runs()).toReversed()) {
      if (open.size === 0) break;
      const { execution } = await this.load(run);
      // Nothing is known of what one did that cannot be read, nor before it.
      if (execution === null) break;
      for (const workload of [...open].filter((each) => hadToDo(execution, each))) {
        open.delete(workload);
        const host = stoppedIn(execution.state, workload);
        if (host !== null) stopped.set(workload, host);
      }
    }
    return stopped;
  }

  /** A larger number than any that was drawn here before, kept before it is used. */
  async nextEpoch(): Promise<number> {
    const file = join(this.folder, "epoch");
    const kept = Number(await readFile(file, "utf8").catch(() => "0"));
    const last = (await this.runs()).at(-1);
    const { entries } = last === undefined ? { entries: [] } : await readJournal(journalOf(join(this.folder, last)));
    const epoch = Math.max(Number.isSafeInteger(kept) ? kept : 0, lastEpochOf(entries)) + 1;
    await writeLasting(file, `${epoch}\n`);
    return epoch;
  }

  async #lastDeed(): Promise<Pick<ExecutionRecord, "deeds">> {
    const last = (await new Deeds(this.folder).read()).entries.at(-1);
    return last === undefined ? {} : { deeds: last.hash };
  }

  async #previous(): Promise<ExecutionRecord["previous"]> {
    const run = (await this.runs()).at(-1);
    if (run === undefined) return null;
    return { run, hash: await hashOf(join(this.folder, run)) };
  }
}

/** All that an execution has come to, as one digest. */
export async function hashOf(folder: string): Promise<string> {
  const { entries } = await readJournal(journalOf(folder));
  return sha256(`${await readFile(join(folder, recordFile), "utf8").catch(() => "")} ${entries.at(-1)?.hash ?? ""}`);
}

/** What the executor goes by is in the journal: it must be what the digest of the plan covers. */
function hasBegunWith(plan: Plan, entries: readonly Entry[]): boolean {
  const event = entries[0]?.event;
  return event === undefined || (event.kind === "began" && event.digest === plan.digest && planDigest({ ...plan, actions: event.actions }) === plan.digest);
}

/** Every action that concerned a workload, on the way there or back, with how far it came. */
function stepsFor({ leg, steps, wayThere }: RunState, workload: WorkloadId): readonly Step[] {
  const ways = wayThere === null ? [{ leg, steps }] : [wayThere, { leg, steps }];
  return ways.flatMap((way) => way.steps.filter((_, n) => {
    const action = way.leg.actions[n]?.action;
    return action !== undefined && "workload" in action && action.workload === workload;
  }));
}

function hadToDo({ state, entries }: Execution, workload: WorkloadId): boolean {
  return stepsFor(state, workload).some(({ kind }) => kind !== "waiting") || entries.some(({ event }) => event.kind === "noticed" && event.workload === workload);
}

function stoppedIn(state: RunState, workload: WorkloadId): HostId | null {
  const { index } = state.known;
  const { host, arriving, activity } = state.known.where(index.workloads.findIndex(({ id }) => id === workload));
  const isKnown = stepsFor(state, workload).every(({ kind }) => kind !== "unknown" && kind !== "underWay");
  return isKnown && arriving < 0 && activity === "stopped" ? index.hosts[host]?.id ?? null : null;
}

const recordFile = "execution.json";

export function journalOf(folder: string): string {
  return join(folder, "run.journal");
}

async function recordIn(folder: string): Promise<ExecutionRecord | null> {
  const value = jsonOf(await readFile(join(folder, recordFile), "utf8").catch(() => ""));
  const isRecord = typeof value === "object" && value !== null && "format" in value && value.format === "stowage/execution/v1" && "digest" in value && "startedAt" in value;
  // Its name is a digest of it: whoever can make that fit has written the rest as well.
  return isRecord ? value as ExecutionRecord : null;
}

/** When, and a digest of everything that was written down: the journal begins with this name. */
function nameOf(record: ExecutionRecord): RunId {
  const at = record.startedAt.replaceAll(/[-:.]/g, "");
  return `${at}-${sha256(canonicalJson(record)).slice(0, 16)}` as RunId;
}

/** Names are in order of time, whatever the clock does. */
function laterOf(startedAt: string, last: RunId | undefined): string {
  const [, date = "", time = "", ms = ""] = /^(\d{8})T(\d{6})(\d{3})Z/.exec(last ?? "") ?? [];
  if (date === "") return startedAt;
  const lastMs = Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}.${ms}Z`);
  return new Date(Math.max(Date.parse(startedAt), lastMs + 1)).toISOString();
}
