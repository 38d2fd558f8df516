import { defaultApprovalRule, type ApprovalRule } from "../model/scenario.ts";
import { durationOf, durationText } from "./duration.ts";
import type { ApprovalDocument } from "./fields/policy.ts";

/** Who must approve plans, as a document says it. */
export function approvalOf({ approvers, roles, validFor, commentNeeded }: ApprovalDocument): ApprovalRule {
  return {
    approvers: approvers ?? defaultApprovalRule.approvers, roles: roles ?? {},
    validForMs: validFor === undefined ? defaultApprovalRule.validForMs : durationOf(validFor), commentNeeded: commentNeeded ?? false,
  };
}

/** The same as a document; reading it again gives the same rule. */
export function approvalDocument({ approvers, roles, validForMs, commentNeeded }: ApprovalRule): ApprovalDocument {
  return { approvers, roles, validFor: durationText(validForMs), commentNeeded };
}
