import { approve, systemClock, type Approval } from "../../executor/index.ts";
import { counted } from "../../model/counted.ts";
import { defaultApprovalRule } from "../../model/scenario.ts";
import { planDigest, verifyPlan } from "../../policies/index.ts";
import type { CommandResult } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { instantMs } from "../instant.ts";
import { readPlanFile } from "../plan-file.ts";
import { inputOf, prepare } from "../prepare.ts";
import { wrap } from "../render/text.ts";
import { approvalDocument, approvalOf, approvalPath, readApprovals, writeApproval } from "./approval-file.ts";
import { signedBy } from "./approval-signature.ts";
import { notAllowed } from "./not-allowed.ts";
import { personOf } from "./operator.ts";

export interface ApproveOptions {
  readonly as?: string;
  readonly author?: string;
  readonly comment: string;
  readonly config?: string;
  readonly evacuate?: readonly string[];
  /** With which the person signs. */
  readonly key?: string;
  readonly out?: string;
}

/** `stowage approve`: one person's word for one plan. */
export async function approvePlan(path: string, files: readonly string[], options: ApproveOptions, context: Context): Promise<CommandResult> {
  const { plan, author: said, diagnostics: unread } = await readPlanFile(path);
  if (plan === null) return failed(unread);
  const author = said ?? options.author?.trim() ?? "";
  if (author === "") return failed([usageProblem(`${path} does not say who made the plan, so nobody knows who may not approve it.`, "Name them with --author NAME.")]);
  const { person, key: configured, isSigningNeeded, diagnostics: nobody } = await personOf(options.as, options.config, context.live);
  if (person === null) return failed(nobody);
  const key = options.key ?? configured;
  if (key === undefined && isSigningNeeded === true) return { ...failed([notAllowed(`this fleet takes only approvals that are signed, and nobody knows the key of ${person.name}`, "Name it with --key FILE, or as `key` in the configuration of that person; `stowage ca person` makes one.")]), exitCode: exitCodes.refused };
  const { ready, diagnostics } = await prepare(inputOf(files, { ...(plan.asOf === null ? {} : { asOf: plan.asOf }), evacuate: options.evacuate ?? [] }, context));
  if (ready === null) return failed(diagnostics);

  const nowMs = systemClock.utcMs();
  const rule = ready.scenario.approval ?? defaultApprovalRule;
  const approval: Approval = { by: person, digest: planDigest(plan), comment: options.comment, givenAtMs: nowMs };
  const verification = verifyPlan({ index: ready.index, constraints: ready.constraints, plan, startsAtMs: instantMs(plan.asOf) });
  const request = { plan, verification, author, nowMs } as const;
  // Of this one approval first: whether others are still missing is said, and refuses nothing yet.
  const alone = approve({ ...request, approvals: [approval], rule: { ...rule, approvers: 1, roles: {} } });
  if (alone.approved === null) return { ...failed([...diagnostics, ...alone.diagnostics]), exitCode: exitCodes.refused };
  const file = options.out ?? approvalPath(path, person.name);
  const unsigned = approvalDocument(approval, author, rule);
  const signed = key === undefined ? { document: unsigned } : await signedBy(unsigned, key);
  if ("diagnostics" in signed) return { ...failed(signed.diagnostics), exitCode: exitCodes.refused };
  const kept = await writeApproval(file, signed.document);
  if (kept.length > 0) return failed(kept);
  const { documents } = await readApprovals(path, []);
  const others = documents.filter((each) => each.by.name !== person.name && each.digest === approval.digest).map(approvalOf);
  const missing = approve({ ...request, approvals: [...others, approval], rule }).diagnostics;
  const until = new Date(nowMs + rule.validForMs).toISOString();
  return {
    exitCode: exitCodes.done, diagnostics,
    document: { format: "stowage/approved/v1", file, digest: approval.digest, by: person, author, until, signed: key !== undefined, missing: missing.map(({ message }) => message), diagnostics },
    text: () => [
      `${person.name} approves plan ${approval.digest.slice(0, 12)} of ${author}: ${counted(plan.actions.length, "action")}, ${counted(plan.moves.length, "move")}, verified at ${counted(verification.checkedInstants, "instant")}.`,
      `The approval is in ${file}${key === undefined ? "" : ", signed,"} and counts until ${until}.`,
      ...(missing.length === 0 ? [`The plan may be carried out: stowage apply ${path} ${files.join(" ")}`] : missing.map(({ message }) => `Still missing: ${message}.`)),
    ].map((line) => `${wrap(line, context.columns, "")}\n`).join(""),
  };
}
