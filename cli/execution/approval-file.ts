import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf, type Approval } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { compareIds } from "../../model/ids.ts";
import type { ApprovalRule } from "../../model/scenario.ts";
import { fileProblem } from "../file-problem.ts";
import { notAllowed } from "./not-allowed.ts";

const words = Type.String({ maxLength: 10_000 });
const instant = Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$" });
const form = Type.Object({
  format: Type.Literal("stowage/approval/v1"), digest: Type.String({ pattern: "^[0-9a-f]{64}$" }), author: words,
  by: Type.Object({ name: Type.String({ minLength: 1, maxLength: 253 }), roles: Type.Array(words, { maxItems: 100 }) }, { additionalProperties: false }),
  comment: words, givenAt: instant,
  rule: Type.Object({
    approvers: Type.Integer({ minimum: 1 }), roles: Type.Record(Type.String(), Type.Integer({ minimum: 1 })), validForMs: Type.Integer({ minimum: 1 }), commentNeeded: Type.Boolean(),
  }, { additionalProperties: false }),
  /** Of all the rest, with the certificate of who has signed. */
  signature: Type.Optional(Type.String({ maxLength: 20_000 })),
}, { additionalProperties: false });
const checker = Compile(form);

/** One person's approval as a file: bound to the plan's digest, its author and the rule it was given under. */
export type ApprovalDocument = Static<typeof form>;

export function approvalDocument(approval: Approval, author: string, rule: ApprovalRule): ApprovalDocument {
  const { digest, by, comment, givenAtMs } = approval;
  return { format: "stowage/approval/v1", digest, author, by: { name: by.name, roles: [...by.roles] }, comment, givenAt: new Date(givenAtMs).toISOString(), rule: { ...rule, roles: { ...rule.roles } } };
}

export function approvalOf({ digest, by, comment, givenAt }: ApprovalDocument): Approval {
  return { digest, by, comment, givenAtMs: Date.parse(givenAt) };
}

/** Beside the plan: `plan.json` approved by anna is `plan.anna.approval.json`. Any name gives one plain file name. */
export function approvalPath(planPath: string, person: string): string {
  const plain = Array.from(new TextEncoder().encode(person), (byte) => (/[A-Za-z0-9_-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16)}`)).join("").slice(0, 180);
  return join(dirname(planPath), `${stemOf(planPath)}.${plain}.approval.json`);
}

function stemOf(planPath: string): string {
  return basename(planPath).replace(/\.json$/i, "");
}

export async function writeApproval(path: string, document: ApprovalDocument): Promise<readonly Diagnostic[]> {
  try {
    await writeFile(path, `${JSON.stringify(document, null, 2)}\n`);
    return [];
  } catch (error) {
    return [fileProblem(path, error, "written")];
  }
}

export interface ReadApprovals {
  readonly documents: readonly ApprovalDocument[];
  /** Warnings of those that lie beside the plan: which are of another one and do not count, and that each of several must count. */
  readonly found: readonly Diagnostic[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The approvals that are named, or those of this plan that lie beside it: an older plan of the same name may have left its own. */
export async function readApprovals(planPath: string, digest: string, named: readonly string[]): Promise<ReadApprovals> {
  const paths = named.length > 0 ? named : await besides(planPath);
  const documents: ApprovalDocument[] = [];
  const [others, taken]: [Diagnostic[], string[]] = [[], []];
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    try {
      const value = jsonOf(await readFile(path, "utf8"));
      if (checker.Check(value) && !Number.isNaN(Date.parse(value.givenAt))) {
        if (named.length === 0 && value.digest !== digest) {
          others.push(ofAnother(path, value, digest));
          continue;
        }
        documents.push(value);
        taken.push(path);
      } else diagnostics.push({ ...notAllowed(`${path} is no approval`, `Use what \`stowage approve\` wrote${named.length > 0 ? "" : "; delete this file, or name those that count with --approval FILE"}.`), code: "bad-format", file: path });
    } catch (error) {
      diagnostics.push(fileProblem(path, error, "read"));
    }
  }
  return { documents, found: [...others, ...(named.length === 0 && taken.length > 1 ? [severalTaken(taken)] : [])], diagnostics };
}

function severalTaken(files: readonly string[]): Diagnostic {
  return { ...notAllowed(`of the approvals beside the plan each must count: ${files.join(", ")}`, "Delete what is old, or name those that count with --approval FILE.", "approvals"), severity: "warning" };
}

function ofAnother(file: string, { by, digest }: ApprovalDocument, wanted: string): Diagnostic {
  const message = `the approval of ${by.name} in ${file} is for plan ${digest.slice(0, 12)}, this is plan ${wanted.slice(0, 12)}: it does not count`;
  return { ...notAllowed(message, `Have this plan approved, and delete ${file} if that plan is done with; or name an approval with --approval FILE.`, "approvals"), severity: "warning", file };
}

async function besides(planPath: string): Promise<readonly string[]> {
  const names = await readdir(dirname(planPath)).catch(() => []);
  const stem = `${stemOf(planPath)}.`;
  // A person's name has no dot there: `plan.v2.bruno.approval.json` is of plan.v2.json, not of plan.json.
  const isOfPlan = (name: string): boolean => name.startsWith(stem) && /^[^.]+\.approval\.json$/.test(name.slice(stem.length));
  return names.filter(isOfPlan).sort(compareIds).map((name) => join(dirname(planPath), name));
}
