import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { approve, defaultApprovalRule, defaultRunSettings, execute, FileJournal, summaryOf, systemClock, termsOf, type ApprovedPlan, type Journal, type Terms } from "../../../executor/index.ts";
import { folderName } from "../../../executor/agent/place.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../../../model/ids.ts";
import { schedule } from "../../../planner/schedule.ts";
import { verifyPlan } from "../../../policies/index.ts";
import { planOf } from "../../planner/schedule/plan-of.ts";
import { given, smallFleet, targetOf } from "../../planner/schedule/small-fleet.ts";
import { sleeper, template } from "./process-layer.ts";
import { twoHosts } from "./two-hosts.ts";

const web = "web" as WorkloadId;
const a = "a" as HostId;

/** Two hosts with programs, one of which is to move from a to b, and its plan with the approval of a second person. */
async function approvedMove(): Promise<{ readonly approved: ApprovedPlan; readonly terms: Terms }> {
  const layers = { process: "1" };
  const world = await given(smallFleet({ a: { layers }, b: { layers } }, { web: { on: "a", layer: "process", liveMove: false, mayStop: true } }));
  const { index, constraints } = world;
  const target = targetOf(world, { web: "b" });
  const plan = planOf(world, schedule({ index, constraints, hostOf: target, startsAtMs: null, stopped: () => false }), target);
  const { approved } = approve({
    plan, verification: verifyPlan({ index, constraints, plan, startsAtMs: null }), author: "anna", rule: defaultApprovalRule, nowMs: 1,
    approvals: [{ by: { name: "bruno", roles: [] }, digest: plan.digest, comment: "", givenAtMs: 0 }],
  });
  if (approved === null) throw new Error("not approved");
  return { approved, terms: termsOf(index, constraints, { ...defaultRunSettings, askEveryMs: 500, retryMs: 100 }) };
}

async function journalAt(path: string): Promise<Journal & { close(): Promise<void> }> {
  const { journal, diagnostics } = await FileJournal.open(path);
  if (journal === null) throw new Error(JSON.stringify(diagnostics));
  return journal;
}

describe("an approved plan", () => {
  it("is carried out on real hosts, although its executor stops and an agent is killed on the way", async () => {
    const hosts = await twoHosts();
    await template(hosts.folder, "a", web, { data: "x".repeat(5_000_000) }, sleeper);
    const setUp = { kind: "perform", run: "set-up" as RunId, action: "start" as ActionId, attempt: 1, epoch: 1, work: { kind: "start", workload: web, host: a }, expects: "absent", deadlineMs: 10_000 } as const;
    await hosts.until("a", setUp, ({ kind }) => kind === "done");
    const { approved, terms } = await approvedMove();
    expect(approved.plan.actions.map(({ action }) => action.kind)).toEqual(["stop", "transfer", "start", "deleteSource"]);

    const path = join(hosts.folder, "run.journal");
    const first = await journalAt(path);
    const one = await execute(approved, terms, { clock: systemClock, journal: first, agents: hosts.agents }, { run: "run-1" as RunId, epoch: 2 });
    hosts.told.take = (report) => one.take({ kind: "report", report });
    await expect.poll(() => summaryOf(one.state).done, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    one.stop();
    await hosts.kill("b");
    // Whatever is being kept at this moment ends before the file is let go.
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    await first.close();

    const second = await journalAt(path);
    const two = await execute(approved, terms, { clock: systemClock, journal: second, agents: hosts.agents }, { run: "run-1" as RunId, epoch: 3 });
    hosts.told.take = (report) => two.take({ kind: "report", report });
    await hosts.start("b");
    expect(summaryOf(await two.untilAtRest())).toMatchObject({ status: "ended", done: 4 });
    await second.close();
    expect([await hosts.running("a", web), await hosts.running("b", web)]).toEqual([0, 1]);
    expect((await readFile(join(hosts.folder, "b", "places", folderName(web), "files", "data"), "utf8")).length).toBe(5_000_000);

    // Whoever was replaced is refused by every agent that has heard of the later one.
    const late = { ...setUp, epoch: 2, action: "late" as ActionId, work: { kind: "start", workload: web, host: a }, expects: "stopped" } as const;
    expect(await hosts.until("a", late, (report) => "action" in report && report.action === "late")).toMatchObject({ kind: "fenced", epoch: 3 });
  }, 90_000);
});
