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
import { doubtedAuthor } from "./authorship.ts";
import { notAllowed } from "./not-allowed.ts";
import { personOf } from "./operator.ts";
import { noneRevoked, openKey } from "./personal-key.ts";

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
  const { plan, author: said, authorSignature, diagnostics: unread } = await readPlanFile(path);
  if (plan === null) return failed(unread);
  const author = said ?? options.author?.trim() ?? "";
  if (author === "") return failed([usageProblem(`${path} does not say who made the plan, so nobody knows who may not approve it.`, "Name them with --author NAME.")]);
  const { person, key: configured, isSigningNeeded, diagnostics: nobody } = await personOf(options.as, options.config, context.live);
  if (person === null) return failed(nobody);
  const keyFile = options.key ?? configured;
  if (keyFile === undefined && isSigningNeeded === true) return { ...failed([notAllowed(`this fleet takes only approvals that are signed, and nobody knows the key of ${person.name}`, "Name it with --key FILE, or as `key` in the configuration of that person; `stowage ca person` makes one.")]), exitCode: exitCodes.refused };
  const opened = keyFile === undefined ? { key: null } : await openKey(keyFile, person.name);
  if ("diagnostics" in opened) return { ...failed(opened.diagnostics), exitCode: exitCodes.refused };
  const { key } = opened;
  // What was revoked is looked at when it is applied; without a key nobody knows an authority here.
  const doubts = key === null ? [] : doubtedAuthor({ author, authorSignature }, planDigest(plan), { authorityPem: key.authorityPem, revoked: noneRevoked, isSigningNeeded: isSigningNeeded ?? false });
  if (doubts.length > 0) return { ...failed(doubts), exitCode: exitCodes.refused };
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
  const kept = await writeApproval(file, key === null ? unsigned : signedBy(unsigned, key));
  if (kept.length > 0) return failed(kept);
  const { documents } = await readApprovals(path, approval.digest, []);
  const others = documents.filter((each) => each.by.name !== person.name).map(approvalOf);
  const missing = approve({ ...request, approvals: [...others, approval], rule }).diagnostics;
  const until = new Date(nowMs + rule.validForMs).toISOString();
  return {
    exitCode: exitCodes.done, diagnostics,
    document: { format: "stowage/approved/v1", file, digest: approval.digest, by: person, author, until, signed: key !== null, missing: missing.map(({ message }) => message), diagnostics },
    text: () => [
      `${person.name} approves plan ${approval.digest.slice(0, 12)} of ${author}: ${counted(plan.actions.length, "action")}, ${counted(plan.moves.length, "move")}, verified at ${counted(verification.checkedInstants, "instant")}.`,
      `The approval is in ${file}${key === null ? "" : ", signed,"} and counts until ${until}.`,
      ...(missing.length === 0 ? [`The plan may be carried out: stowage apply ${path} ${files.join(" ")}`] : missing.map(({ message }) => `Still missing: ${message}.`)),
    ].map((line) => `${wrap(line, context.columns, "")}\n`).join(""),
  };
}
