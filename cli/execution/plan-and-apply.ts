import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { approve, observe, systemClock, type Approval, type Person } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Mode, Plan } from "../../model/plan.ts";
import { defaultApprovalRule, type ApprovalRule, type Scenario } from "../../model/scenario.ts";
import { scenarioJson, serializeScenario } from "../../scenarios/index.ts";
import type { CommandResult } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { planFileText } from "../plan-file.ts";
import type { PlanReport } from "../planning.ts";
import { hasErrors, inputOf, prepare } from "../prepare.ts";
import { renderPlan } from "../render/plan.ts";
import { applyRequest, refused, type ApplyOptions } from "./apply.ts";
import { approvalDocument } from "./approval-file.ts";
import { authorOf } from "./author.ts";
import { authorsKeyMissing, signedAuthorship } from "./authorship.ts";
import { askAll, silentHost, silentLayer, silentLayersOf, unexpected } from "./inventory.ts";
import { notAllowed } from "./not-allowed.ts";
import { loadOperator, personOf, type Operator } from "./operator.ts";

export interface ErrandOptions extends Omit<ApplyOptions, "approval" | "evacuate"> {
  /** With which who runs the errand signs its plan. */
  readonly key?: string;
  /** Who approves, instead of being asked at the terminal. */
  readonly approvedBy: readonly string[];
  readonly comment: string;
  /** For the planner, in milliseconds. */
  readonly time: number;
}

/** The fleet as it is wanted, and how the planner is to get there. */
export interface Wanted {
  readonly scenario: Scenario;
  readonly mode: Mode;
  readonly diagnostics: readonly Diagnostic[];
  /** What the planner cannot know is put into the plan, before anybody approves it; or why this plan is not what is wanted. */
  readonly revise?: (plan: Plan) => Plan | Diagnostic;
}

/** Plans from a fresh inventory, has the plan approved and carries it out: one errand in one command, asking each time. */
export async function planAndApply(name: string, files: readonly string[], wantedOf: (now: Scenario) => Wanted, options: ErrandOptions, context: Context): Promise<CommandResult> {
  const { operator, diagnostics: unconfigured } = await loadOperator(options.config, context.live);
  if (operator === null) return failed(unconfigured);
  const made = await authorOf(options, context.live);
  if ("diagnostics" in made) return failed(made.diagnostics);
  const { author } = made;
  const { person } = author;
  if (author.isSigningNeeded && author.key === null) return refused([authorsKeyMissing(person.name)]);
  const now = await scenarioNow(files, operator, options, context);
  if ("exitCode" in now) return now;
  const wanted = wantedOf(now.scenario);
  if (hasErrors(wanted.diagnostics)) return failed([...now.diagnostics, ...wanted.diagnostics]);
  const folder = await folderFor(operator, name, wanted.scenario);
  const { outcome, interrupted } = await context.makePlan({
    input: { paths: [join(folder, "scenario.json")], asOf: null, nowUtc: context.nowUtc, evacuate: [] }, mode: wanted.mode, engine: "auto", seed: 1, timeMs: options.time, iterations: null,
  });
  if (outcome.report === null) return failed(outcome.diagnostics);
  const { verification, plan: { unplaced } } = outcome.report;
  const isReached = verification.ok && !interrupted && unplaced.length === 0;
  const plan = (isReached ? wanted.revise?.(outcome.report.plan) : undefined) ?? outcome.report.plan;
  if ("severity" in plan) return refused([...outcome.diagnostics, plan]);
  const report = { ...outcome.report, plan };
  const authorship = signedAuthorship(person.name, report.plan.digest, author.key);
  await writeFile(join(folder, "plan.json"), planFileText(report.plan, authorship), { mode: 0o600 });
  if (!isReached) return noPlan(report, outcome.diagnostics, context);
  if (context.live.isTerminal) context.live.line(renderPlan(report, { ...context, full: options.full ?? false }));
  if (author.isSigningNeeded) return refused([toBeSigned(folder)]);
  const approvals = await approvalsFor(report, person, wanted.scenario.approval ?? defaultApprovalRule, options, context);
  if ("exitCode" in approvals) return approvals;
  const { asOf } = report.plan;
  const rule = wanted.scenario.approval ?? defaultApprovalRule;
  return applyRequest({
    plan: report.plan, ...authorship, by: person, operator, scenario: { ...wanted.scenario, asOf: asOf === null ? wanted.scenario.asOf : context.nowUtc },
    approvals: approvals.map((each) => approvalDocument(each, person.name, rule)),
  }, [...now.diagnostics, ...outcome.diagnostics], { ...options, approval: [] }, context);
}

interface Now {
  readonly scenario: Scenario;
  readonly diagnostics: readonly Diagnostic[];
}

async function scenarioNow(files: readonly string[], operator: Operator, { wait }: ErrandOptions, context: Context): Promise<Now | CommandResult> {
  const { ready, diagnostics } = await prepare(inputOf(files, {}, context));
  if (ready === null) return failed(diagnostics);
  const taken = await askAll(operator, wait, context);
  if ("problems" in taken) return failed(taken.problems);
  const silent = unexpected(taken.silent, ready.scenario.fleet);
  if (silent.length > 0) return refused(silent.map((host) => silentHost(operator, host)));
  const warnings = silentLayersOf(taken).map((each): Diagnostic => ({ ...silentLayer(each), severity: "warning" }));
  return { scenario: { ...ready.scenario, fleet: observe(ready.scenario.fleet, taken.inventories).fleet }, diagnostics: [...diagnostics, ...warnings] };
}

/** What was planned with stays, so that the plan can be looked at and verified again. */
async function folderFor(operator: Operator, name: string, scenario: Scenario): Promise<string> {
  const at = new Date(systemClock.utcMs()).toISOString().replaceAll(/[-:.]/g, "");
  const folder = join(operator.folder, "errands", `${at}-${name}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "scenario.json"), scenarioJson(serializeScenario(scenario)), { mode: 0o600 });
  return folder;
}

function noPlan(report: PlanReport, diagnostics: readonly Diagnostic[], context: Context): CommandResult {
  return {
    exitCode: exitCodes.refused, diagnostics, document: { format: "stowage/plan-report/v1", exitCode: exitCodes.refused, diagnostics, ...report },
    text: () => `${renderPlan(report, { ...context, full: false })}\nNothing was done: the plan does not reach what is wanted.\n`,
  };
}

/** Those who are named, or whoever answers at the terminal; the rule decides whether that is enough. */
async function approvalsFor(report: PlanReport, author: Person, rule: ApprovalRule, { approvedBy, comment, config }: ErrandOptions, context: Context): Promise<readonly Approval[] | CommandResult> {
  const { live } = context;
  const approvals: Approval[] = [];
  const answer = (): ReturnType<typeof approve> => approve({ plan: report.plan, verification: report.verification, author: author.name, approvals, rule, nowMs: systemClock.utcMs() });
  for (let n = 0; n < peopleMax; n++) {
    const isEnough = answer().approved !== null;
    if (isEnough && n >= approvedBy.length) return approvals;
    const name = approvedBy[n] ?? (approvedBy.length > 0 ? null : await live.ask(`Approved by (not ${author.name}; nobody ends this): `));
    if (name === null || name === undefined || name.trim() === "") break;
    const { person, diagnostics } = await personOf(name, config, live);
    if (person === null) return failed(diagnostics);
    approvals.push({ by: person, digest: report.plan.digest, comment, givenAtMs: systemClock.utcMs() });
  }
  const { approved, diagnostics } = answer();
  if (approved !== null) return approvals;
  const advice = live.isTerminal || approvedBy.length > 0 ? [] : [notAllowed("nobody can be asked for an approval", "Name who approves with --approved-by NAME, or make the plan with `stowage plan` and have it approved with `stowage approve`.")];
  return refused([...diagnostics, ...advice]);
}

/** Who signs does so where their key is, not here. */
function toBeSigned(folder: string): Diagnostic {
  const files = `${join(folder, "plan.json")} ${join(folder, "scenario.json")}`;
  return notAllowed("this fleet takes only signed approvals, so this errand ends with its plan", `Have it approved, and apply it: \`stowage approve ${files} --as NAME --key FILE\`, then \`stowage apply ${files}\`.`);
}

const peopleMax = 100;
