import type { Diagnostic } from "../model/diagnostic.ts";
import { counted } from "../model/counted.ts";
import type { Plan } from "../model/plan.ts";
import type { ApprovalRule } from "../model/scenario.ts";
import { planDigest, type Verification } from "../policies/index.ts";

export interface Person {
  readonly name: string;
  readonly roles: readonly string[];
}

export { defaultApprovalRule } from "../model/scenario.ts";

/** One person's word for one plan, as it was when they read it. */
export interface Approval {
  readonly by: Person;
  /** The digest of the plan that they read: what it does and every fact that it rests on. */
  readonly digest: string;
  readonly comment: string;
  /** UTC milliseconds. */
  readonly givenAtMs: number;
}

const approved: unique symbol = Symbol("approved");

/** A plan that may be carried out. Nothing but `approve` makes one. */
export interface ApprovedPlan {
  readonly [approved]: true;
  readonly plan: Plan;
  readonly author: string;
  readonly approvals: readonly Approval[];
  /** UTC milliseconds after which it may not be begun. */
  readonly expiresAtMs: number;
}

export interface ApprovalRequest {
  readonly plan: Plan;
  /** What the verifier says of it. */
  readonly verification: Verification;
  readonly author: string;
  readonly approvals: readonly Approval[];
  readonly rule: ApprovalRule;
  /** UTC milliseconds. */
  readonly nowMs: number;
}

/** The approved plan, or everything that it still lacks. */
export interface ApprovalAnswer {
  readonly approved: ApprovedPlan | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Binds approvals to a plan. The way back that the executor makes of an approved plan is approved with it. */
export function approve(request: ApprovalRequest): ApprovalAnswer {
  const { plan, author, approvals, rule, nowMs, verification } = request;
  const digest = planDigest(plan);
  const refusals = approvals.map((approval) => refusalOf(approval, request, digest));
  const counting = approvals.filter((_, i) => refusals[i] === null);
  const diagnostics = [
    ...(verification.ok ? [] : [refused("", `plan ${short(plan.digest)} breaks a rule: ${firstFinding(verification)}`, "Plan again; only what the verifier passes can be approved.")]),
    ...(digest === plan.digest ? [] : [refused("digest", `the plan says its digest is ${short(plan.digest)}, but it is ${short(digest)}: it was changed`, "Approve the plan as the planner made it, or plan again.")]),
    ...refusals.filter((refusal) => refusal !== null),
    ...missing(counting, rule),
  ];
  if (diagnostics.length > 0) return { approved: null, diagnostics };
  const expiresAtMs = Math.min(...counting.map(({ givenAtMs }) => givenAtMs + rule.validForMs), nowMs + rule.validForMs);
  // The only place where an approved plan comes into being.
  return { approved: { [approved]: true, plan, author, approvals: counting, expiresAtMs }, diagnostics };
}

function refusalOf({ by, digest, givenAtMs, comment }: Approval, { author, approvals, rule, nowMs }: ApprovalRequest, ofPlan: string): Diagnostic | null {
  const whose = `the approval of ${by.name}`;
  if (sameName(by.name, author)) return refused("approvals", `${by.name} made this plan and may not approve it`, "Ask somebody else: every plan is read by four eyes.");
  if (digest !== ofPlan) return refused("approvals", `${whose} is for plan ${short(digest)}, this is plan ${short(ofPlan)}`, "Show them this plan; an approval holds for one plan and the facts it rests on.");
  if (givenAtMs > nowMs) return refused("approvals", `${whose} is dated ${instant(givenAtMs)}, now is ${instant(nowMs)}`, "Look at the clocks of both machines.");
  if (givenAtMs + rule.validForMs <= nowMs) return refused("approvals", `${whose} has expired at ${instant(givenAtMs + rule.validForMs)}`, "Ask them again.");
  if (rule.commentNeeded && comment.trim() === "") return refused("approvals", `${whose} has no comment`, "Say why the plan may be carried out: `stowage approve` takes it as --comment TEXT.");
  const others = approvals.filter((other) => sameName(other.by.name, by.name));
  return others.length > 1 ? refused("approvals", `${by.name} has approved ${others.length} times`, "Keep one approval of each person.") : null;
}

function missing(approvals: readonly Approval[], { approvers, roles }: ApprovalRule): readonly Diagnostic[] {
  const byRole = Object.entries(roles).flatMap(([role, wanted]) =>
    lacks(approvals.filter(({ by }) => by.roles.includes(role)).length, wanted, `by somebody with role ${role}`));
  return [...lacks(approvals.length, Math.max(1, approvers), "by somebody else than the author"), ...byRole];
}

function lacks(found: number, wanted: number, who: string): readonly Diagnostic[] {
  if (found >= wanted) return [];
  const message = `${counted(found, "approval")} ${who} ${found === 1 ? "counts" : "count"}, ${wanted} ${wanted === 1 ? "is" : "are"} needed`;
  return [refused("approvals", message, "Ask for the others.")];
}

/** Two spellings of one name are one person: case, and how accents are written, do not make a second pair of eyes. */
function sameName(a: string, b: string): boolean {
  return plainName(a) === plainName(b);
}

function plainName(name: string): string {
  return name.normalize("NFKC").trim().toLowerCase();
}

function firstFinding({ problems, violations }: Verification): string {
  return [...problems, ...violations.filter(({ before }) => !before).map(({ policy, words }) => `policy ${policy}: ${words}`)][0] ?? "";
}

function refused(path: string, message: string, advice: string): Diagnostic {
  return { code: "not-allowed", severity: "error", file: null, line: null, column: null, path, message, advice };
}

function short(digest: string): string {
  return digest.slice(0, 12);
}

function instant(utcMs: number): string {
  return new Date(utcMs).toISOString();
}
