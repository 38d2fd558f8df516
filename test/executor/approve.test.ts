import { describe, expect, it } from "vitest";
import { approve, defaultApprovalRule, type Approval, type ApprovalRequest } from "../../executor/approve.ts";
import type { Plan } from "../../model/plan.ts";
import { schedule } from "../../planner/schedule.ts";
import { verifyPlan } from "../../policies/index.ts";
import { planOf } from "../planner/schedule/plan-of.ts";
import { given, smallFleet, targetOf } from "../planner/schedule/small-fleet.ts";

const nowMs = Date.UTC(2026, 10, 22, 12);
const hourMs = 3_600_000;

async function aRequest(): Promise<ApprovalRequest> {
  const world = await given(smallFleet({ h1: {}, h2: {} }, { w1: { on: "h1" } }));
  const target = targetOf(world, { w1: "h2" });
  const { index, constraints } = world;
  const plan = planOf(world, schedule({ index, constraints, hostOf: target, startsAtMs: null, stopped: () => false }), target);
  const verification = verifyPlan({ index, constraints, plan, startsAtMs: null });
  return { plan, verification, author: "anna", approvals: [bruno(plan)], rule: defaultApprovalRule, nowMs };
}

function bruno(plan: Plan, more: Partial<Approval> = {}): Approval {
  return { by: { name: "bruno", roles: ["operations"] }, digest: plan.digest, comment: "", givenAtMs: nowMs - hourMs, ...more };
}

const messages = (request: ApprovalRequest): readonly string[] => approve(request).diagnostics.map(({ message }) => message);

describe("a plan is approved", () => {
  it("by another person's approval of the very plan", async () => {
    const request = await aRequest();
    const { approved, diagnostics } = approve(request);
    expect(diagnostics).toEqual([]);
    expect(approved).toMatchObject({ author: "anna", expiresAtMs: nowMs + 23 * hourMs });
  });

  it.each([
    ["its author approves it", (request: ApprovalRequest) => ({ approvals: [bruno(request.plan, { by: { name: "Anna ", roles: [] } })] }), /^Anna  made this plan and may not approve it$/],
    ["the approval is for another plan", (request: ApprovalRequest) => ({ approvals: [bruno(request.plan, { digest: "f".repeat(64) })] }), /^the approval of bruno is for plan ffffffffffff, this is plan /],
    ["the approval has expired", (request: ApprovalRequest) => ({ approvals: [bruno(request.plan, { givenAtMs: nowMs - 24 * hourMs })] }), /has expired at 2026-11-22T12:00:00.000Z$/],
    ["the approval comes from the future", (request: ApprovalRequest) => ({ approvals: [bruno(request.plan, { givenAtMs: nowMs + 1 })] }), /is dated 2026-11-22T12:00:00.001Z, now is/],
    ["the comment that the rule asks for is missing", () => ({ rule: { ...defaultApprovalRule, commentNeeded: true } }), /^the approval of bruno has no comment$/],
    ["one person approves twice where two are needed", (request: ApprovalRequest) => ({ approvals: [bruno(request.plan), bruno(request.plan)], rule: { ...defaultApprovalRule, approvers: 2 } }), /^bruno has approved 2 times$/],
    ["somebody with a role is missing", () => ({ rule: { ...defaultApprovalRule, roles: { security: 1 } } }), /^0 approvals by somebody with role security count, 1 is needed$/],
    ["nobody has approved", () => ({ approvals: [] }), /^0 approvals by somebody else than the author count, 1 is needed$/],
    ["the rule asks for nobody, which is still one", () => ({ approvals: [], rule: { ...defaultApprovalRule, approvers: 0 } }), /^0 approvals by somebody else/],
    ["the plan was changed afterwards", (request: ApprovalRequest) => ({ plan: { ...request.plan, target: [] } }), /^the plan says its digest is .*: it was changed$/],
    ["the verifier refuses it", (request: ApprovalRequest) => ({ verification: { ...request.verification, ok: false, problems: ["a1 cannot start"] } }), /breaks a rule: a1 cannot start$/],
  ])("not when %s", async (_, change, message) => {
    const request = await aRequest();
    const changed: ApprovalRequest = { ...request, ...change(request) };
    expect(approve(changed).approved).toBeNull();
    expect(messages(changed).join("\n")).toMatch(new RegExp(message.source, "m"));
  });

  it("with every problem told at once", async () => {
    const request = await aRequest();
    expect(messages({ ...request, approvals: [bruno(request.plan, { by: { name: "anna", roles: [] } }), bruno(request.plan, { givenAtMs: 0 })] })).toHaveLength(3);
  });
});
