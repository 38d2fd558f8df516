import { approve, checkFreshness, defaultRunSettings, observe, performerOf, systemClock, type ApprovedPlan, type Drift, type RunSettings } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId } from "../../model/ids.ts";
import type { Action, Plan } from "../../model/plan.ts";
import { defaultApprovalRule, type Scenario } from "../../model/scenario.ts";
import { indexFleet, type FleetIndex } from "../../model/snapshot.ts";
import { canonicalJson, compareFacts, compilePolicies, planDigest, verifyPlan, type Constraint, type StaleFact } from "../../policies/index.ts";
import type { CommandResult } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { instantMs } from "../instant.ts";
import { readPlanFile } from "../plan-file.ts";
import { hasErrors, inputOf, prepare } from "../prepare.ts";
import { actionWords } from "../render/action.ts";
import { distrusted } from "./approval-signature.ts";
import { approvalOf, readApprovals, type ApprovalDocument } from "./approval-file.ts";
import { doubtedAuthor, type Authorship } from "./authorship.ts";
import { alone, carryOut, type Carrying } from "./carry-out.ts";
import { endOf } from "./end.ts";
import { Executions } from "./executions.ts";
import { askThrough, silenceWords, silentHost, silentLayersOf, unexpected, type SilentLayerOf } from "./inventory.ts";
import { Link } from "./link.ts";
import { mayRunAlready } from "./may-run-already.ts";
import { notAllowed } from "./not-allowed.ts";
import { loadOperator, personOf, type Operator } from "./operator.ts";
import { previewOf } from "./preview.ts";

export interface ApplyOptions {
  readonly as?: string;
  readonly config?: string;
  readonly approval: readonly string[];
  readonly evacuate?: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly atOnce: number;
  readonly onFailure: RunSettings["onFailure"];
  readonly wait: number;
  readonly full?: boolean;
  /** One JSON document at the end, and nothing before. */
  readonly json: boolean;
}

/** `stowage apply`: an approved plan happens, or it is said why not. */
export async function applyPlan(path: string, files: readonly string[], options: ApplyOptions, context: Context): Promise<CommandResult> {
  const read = await readPlanFile(path);
  if (read.plan === null) return failed(read.diagnostics);
  const { operator, diagnostics: unconfigured } = await loadOperator(options.config, context.live);
  if (operator === null) return failed(unconfigured);
  const who = await personOf(options.as, options.config, context.live);
  if (who.person === null) return failed(who.diagnostics);
  const { plan, author, authorSignature } = read;
  const approvals = await readApprovals(path, planDigest(plan), options.approval);
  if (approvals.diagnostics.length > 0) return failed(approvals.diagnostics);
  const prepared = await prepare(inputOf(files, { ...(plan.asOf === null ? {} : { asOf: context.nowUtc }), evacuate: options.evacuate ?? [] }, context));
  if (prepared.ready === null) return failed(prepared.diagnostics);
  const request: ApplyRequest = { plan, author: author ?? approvals.documents[0]?.author ?? "", authorSignature, approvals: approvals.documents, found: approvals.found, scenario: prepared.ready.scenario, by: who.person, operator };
  return applyRequest(request, prepared.diagnostics, options, context);
}

/** A plan with all that was said about it. */
export interface ApplyRequest extends Authorship {
  readonly plan: Plan;
  readonly approvals: readonly ApprovalDocument[];
  /** What is to be said of approvals that were found beside the plan when they are not enough. */
  readonly found?: readonly Diagnostic[];
  readonly scenario: Scenario;
  readonly by: { readonly name: string; readonly roles: readonly string[] };
  readonly operator: Operator;
}

/** Checks, asks, and carries out. */
export async function applyRequest(request: ApplyRequest, warnings: readonly Diagnostic[], options: ApplyOptions, context: Context): Promise<CommandResult> {
  const { operator } = request;
  const executions = new Executions(operator.folder);
  const opened = await Link.open(operator, (words) => context.live.note(words));
  const { link } = opened;
  if (link === null) return failed(opened.diagnostics);
  try {
    const result = await alone(executions, () => checkAndCarryOut(request, warnings, { executions, link }, options, context));
    return "severity" in result ? refused([...warnings, result]) : result;
  } finally {
    link.close();
  }
}

interface Means {
  readonly executions: Executions;
  readonly link: Link;
}

async function checkAndCarryOut(request: ApplyRequest, warnings: readonly Diagnostic[], { executions, link }: Means, options: ApplyOptions, context: Context): Promise<CommandResult> {
  const { plan, operator, by } = request;
  const carrying: Carrying = { operator, link, live: context.live, tellsEvents: !context.live.isTerminal && !options.json, by: by.name };
  const before = await executions.unfinished();
  if (before.diagnostics.length > 0) return failed(before.diagnostics);
  if (before.execution !== null) {
    const { run, record } = before.execution;
    if (record.digest !== plan.digest) return refused([notAllowed(`execution ${run} of plan ${record.digest.slice(0, 12)} has not ended`, "First `stowage resume`, `stowage cancel` or `stowage rollback`: plans rest on what others leave.")]);
    context.live.note(`Going on with execution ${run} of this plan.`);
    const wish = before.execution.state.status === "paused" ? { wish: { wish: "resume", by: by.name } } as const : {};
    return endOf(before.execution, await carryOut(before.execution, executions, wish, carrying), options, context);
  }
  const checked = await check(request, { executions, link }, options, context);
  if ("exitCode" in checked) return checked;
  const { approved, drift } = checked;
  const preview = previewOf(plan, request.author, approved.approvals, drift, context);
  if (plan.actions.length === 0 || options.dryRun === true) {
    return {
      exitCode: exitCodes.done, diagnostics: warnings,
      document: { format: "stowage/application/v1", dryRun: options.dryRun ?? false, digest: plan.digest, actions: plan.actions, approvals: approved.approvals, drift, diagnostics: warnings },
      text: () => `${preview}${plan.actions.length === 0 ? "There is nothing to do.\n" : "Nothing was done: this was a dry run. Everything that is checked before an execution was checked.\n"}`,
    };
  }
  const consent = await consentTo(preview, options, context);
  if (consent !== null) return consent;
  // Whoever is asked may think for hours.
  const still = options.yes === true ? checked : await check(request, { executions, link }, options, context);
  if ("exitCode" in still) return still;
  const { execution, diagnostics } = await executions.create({
    plan, scenario: still.scenario, author: request.author, ...(request.authorSignature === null ? {} : { authorSignature: request.authorSignature }), by, startedAt: new Date(systemClock.utcMs()).toISOString(), approvals: request.approvals,
    settings: { ...defaultRunSettings, actionsAtOnce: options.atOnce, onFailure: options.onFailure },
  });
  if (execution === null) return failed(diagnostics);
  return endOf(execution, await carryOut(execution, executions, { approved: still.approved }, carrying), options, context);
}

interface Checked {
  readonly approved: ApprovedPlan;
  /** The scenario as it was found. */
  readonly scenario: Scenario;
  readonly drift: readonly Drift[];
}

/** Everything that must be true before anything is sent. */
async function check({ plan, author, authorSignature, approvals, found = [], scenario, operator }: ApplyRequest, { executions, link }: Means, options: ApplyOptions, context: Context): Promise<Checked | CommandResult> {
  const unknown = unreachable(plan, operator);
  if (unknown.length > 0) return refused(unknown);
  const { inventories, silent } = await askThrough(link, operator, options.wait, context);
  const touched = new Set(plan.actions.flatMap(({ action }) => ("host" in action ? [action.host] : [action.from, action.to])));
  const missing = unexpected(silent, scenario.fleet).filter((host) => touched.has(host)).map((host) => silentHost(operator, host));
  if (missing.length > 0) return refused(missing);
  const twice = await mayRunAlready(plan, scenario, { inventories, silent }, executions);
  if (twice.length > 0) return refused(twice);
  for (const words of mayRunTwice(plan, scenario, silent)) context.live.note(words);
  const { fleet, drift } = observe(scenario.fleet, inventories);
  const now: Scenario = { ...scenario, fleet };
  const index = indexFleet(fleet);
  const { constraints, diagnostics } = await compilePolicies(now, index, { lint: false });
  if (hasErrors(diagnostics)) return failed(diagnostics);
  const facts = compareFacts(plan, index, now.policies, constraints);
  const changed = facts.flatMap((fact): readonly Stale[] => (fact.matters ? [{ ...fact, advice: planAgain }] : otherRule(fact)));
  const stale = [...unseen(plan, now, silentLayersOf({ inventories })), ...changed];
  const { configuration: { signedApprovals: isSigningNeeded = false, people }, file } = operator;
  if (isSigningNeeded && !link.isRevokedKnown) return refused([notAllowed("nobody knows which signatures still count: the authority has not said what it has revoked", operator.authority === null ? `Say where it is: \`authority\` in ${file}.` : "Is it running (`stowage ca serve`), and can it be reached from here?", "approvals")]);
  const trust = { ...link.trust, isSigningNeeded, people: people?.map(({ name, roles = [] }) => ({ name, roles })) ?? null, file };
  const doubts = [...doubtedAuthor({ author, authorSignature }, planDigest(plan), trust), ...distrusted(approvals, trust)];
  const answered = approvedBy({ plan, author, approvals, scenario: now }, doubts, index, constraints);
  // When facts have changed, that is why rules break: it is said first, and a changed plan or a missing approval with it.
  const approved = "approved" in answered ? answered.approved : null;
  const problems = "approved" in answered ? [] : answered.problems;
  if (stale.length > 0) return staleResult(plan, stale, drift, problems.filter(({ path }) => path !== ""));
  if (approved === null) return refused([...problems, ...found]);
  const fresh = checkFreshness(approved, index, now.policies, constraints, systemClock.utcMs());
  if (!fresh.ok) return refused(fresh.diagnostics);
  const used = await executions.usedBefore(plan.digest, approvals);
  if (used.length > 0) return refused([...used.map(({ by, run }) => notAllowed(`the approval of ${by} was used by execution ${run}`, "An approval counts for one execution: ask them again.", "approvals")), ...found]);
  return { approved, scenario: now, drift };
}

/** That a host which is said to have failed runs nothing any more nobody can see from here: whoever says so must know. */
function mayRunTwice({ actions }: Plan, { fleet }: Scenario, silent: readonly HostId[]): readonly string[] {
  const started = new Set(actions.flatMap(({ action }) => (action.kind === "start" ? [action.workload] : [])));
  return silent.flatMap((host) => {
    const lost = fleet.workloads.filter(({ id, lostFrom }) => lostFrom === host && started.has(id)).map(({ id }) => id);
    return lost.length === 0 ? [] : [`Host ${host} is said to have failed and does not answer: make sure that it is off, or ${lost.join(", ")} may run twice.`];
  });
}

/** A fact that a plan fails by, and the way out. */
interface Stale extends StaleFact {
  readonly advice: string;
}

const planAgain = "Plan again from a fresh inventory: stowage inventory --base FILES --out now.yaml, then stowage plan now.yaml.";

/** Rules hold also after a failure and on the way back, which no plan shows: those that were approved may not be left out or rewritten. */
function otherRule(fact: StaleFact): readonly Stale[] {
  if (!fact.about.startsWith("policy ") || fact.was === "absent") return [];
  return [{ ...fact, matters: true, why: "The plan was approved under this rule, which is to hold after a failure, too.", advice: "Apply with the files that were approved, or plan again with these." }];
}

/** Layers that a plan touches and of which nothing is known. A host that is switched off must be known to be empty. */
function unseen({ actions }: Plan, { fleet }: Scenario, silent: readonly SilentLayerOf[]): readonly Stale[] {
  const layers = new Map(fleet.workloads.map(({ id, layer }) => [id, layer]));
  const touches = (action: Action, { host, layer }: SilentLayerOf): boolean =>
    ("host" in action ? [action.host] : [action.from, action.to]).includes(host) && (!("workload" in action) || layers.get(action.workload) === layer);
  return silent.flatMap((each): readonly Stale[] => {
    const action = actions.find((planned) => touches(planned.action, each))?.action;
    const advice = `Bring the layer back (its daemon on host ${each.host}), then apply again; or plan without what is there.`;
    return action === undefined ? [] : [{ about: `layer ${each.layer} of host ${each.host}`, was: "answering", is: silenceWords(each), matters: true, why: `the plan is to ${actionWords(action)}`, advice }];
  });
}

/** Every action needs somebody who performs it. */
function unreachable(plan: Plan, { whereIs, file }: Operator): readonly Diagnostic[] {
  const performers = new Map(plan.actions.flatMap(({ action }) => {
    const ends = "to" in action ? [performerOf(action), { host: action.to, role: "agent" as const }] : [performerOf(action)];
    return ends.map((each) => [`${each.role} ${each.host}`, each] as const);
  }));
  return [...performers.values()].filter((each) => whereIs(each) === null).map(({ host, role }) => notAllowed(
    role === "agent" ? `nobody knows where the agent of host ${host} is` : `nobody knows who switches host ${host} on and off`,
    role === "agent" ? `Add it to agents in ${file}.` : `Add \`power\` to the host in ${file}, or plan with powerManaged: false.`));
}

function approvedBy({ plan, author, approvals, scenario }: Pick<ApplyRequest, "plan" | "author" | "approvals" | "scenario">, doubts: readonly Diagnostic[], index: FleetIndex, constraints: readonly Constraint[]): { readonly approved: ApprovedPlan } | { readonly problems: readonly Diagnostic[] } {
  const rule = scenario.approval ?? defaultApprovalRule;
  const others = approvals.filter((each) => each.author !== author || canonicalJson(each.rule) !== canonicalJson(rule));
  const unbound = others.map(({ by, author: said }) => notAllowed(
    said === author ? `the rule for approvals has changed since ${by.name} approved` : `${by.name} has approved a plan of ${said}, this one is said to be of ${author}`, "Ask them again.", "approvals"));
  const { approved, diagnostics } = approve({
    plan, author, rule, approvals: approvals.map(approvalOf), nowMs: systemClock.utcMs(),
    verification: verifyPlan({ index, constraints, plan, startsAtMs: instantMs(plan.asOf) }),
  });
  const problems = [...doubts, ...unbound, ...diagnostics];
  return approved === null || problems.length > 0 ? { problems } : { approved };
}

function staleResult(plan: Plan, stale: readonly Stale[], drift: readonly Drift[], others: readonly Diagnostic[]): CommandResult {
  const diagnostics = [
    ...stale.map(({ about, was, is, why, advice }) => notAllowed(`${about} was ${was} when the plan was made, now it is ${is}: ${why}`, advice, about)),
    ...others,
  ];
  return {
    exitCode: exitCodes.stale, diagnostics, text: () => "",
    document: { format: "stowage/application/v1", exitCode: exitCodes.stale, digest: plan.digest, stale, drift, diagnostics },
  };
}

/** Null when it may happen. */
async function consentTo(preview: string, { yes }: ApplyOptions, { live }: Context): Promise<CommandResult | null> {
  if (yes === true) return null;
  if (!live.isTerminal) return failed([usageProblem("Nobody can be asked whether the plan shall be carried out.", "Say it beforehand with --yes, or try --dry-run.")]);
  const answer = await live.ask(`${preview}Carry it out? [y/N] `);
  if (/^y(es)?$/i.test(answer?.trim() ?? "")) return null;
  return { exitCode: exitCodes.refused, diagnostics: [], document: { format: "stowage/application/v1", declined: true }, text: () => "Nothing was done.\n" };
}

export function refused(diagnostics: readonly Diagnostic[], exitCode: ExitCode = exitCodes.refused): CommandResult {
  return { ...failed(diagnostics), exitCode };
}

