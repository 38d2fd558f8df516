import { describe, expect, it } from "vitest";
import { workloadRestored } from "../../../cli/execution/errands.ts";
import { makePlan } from "../../../cli/planning.ts";
import type { Diagnostic } from "../../../model/diagnostic.ts";
import type { Plan } from "../../../model/plan.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { parseScenarioText, scenarioJson, serializeScenario } from "../../../scenarios/index.ts";
import { file } from "../command-line.ts";
import { programs } from "./real-fleet.ts";

/** What becomes of a wish to go on from a checkpoint on a, in the fleet as it was found. */
async function restored(web: Readonly<Record<string, unknown>>, change: (plan: Plan) => Plan = (plan) => plan): Promise<Plan | Diagnostic | undefined> {
  const { scenario } = parseScenarioText(programs(["a", "b"], { web }), "fleet.json");
  if (scenario === null) throw new Error("no scenario");
  const wanted = workloadRestored("web", "a", "one")(scenario);
  return wanted.revise?.(change(await planOf(wanted.scenario)));
}

async function planOf(scenario: Scenario): Promise<Plan> {
  const job = { input: { paths: [file("wanted.json", scenarioJson(serializeScenario(scenario)))], asOf: null, nowUtc: "2026-06-01T00:00:00.000Z", evacuate: [] }, mode: "repair", engine: "auto", seed: 1, timeMs: 1000, iterations: null } as const;
  const { report } = await makePlan(job, { clock: { nowMs: () => 0 }, stopped: () => false, progress: () => undefined });
  if (report === null) throw new Error("no plan");
  return report.plan;
}

describe("a workload that is to go on from a checkpoint", () => {
  it("starts from it where it is stopped", async () => {
    expect(await restored({ host: "a", state: "stopped" })).toMatchObject({ actions: [{ action: { kind: "start", workload: "web", host: "a", checkpoint: "one" } }] });
  });

  it("is refused when the plan does not start it", async () => {
    const idle = restored({ host: "a", state: "stopped" }, (plan) => ({ ...plan, actions: [], remarks: ["a is full"] }));
    expect(await idle).toMatchObject({ code: "not-allowed", message: 'web does not go on from checkpoint "one" on host a: the plan does not start it there; a is full' });
  });

  it.each([
    ["runs again", { host: "a", state: "running" }, 'web does not go on from checkpoint "one" on host a: it must be stopped there just before, and is running on host a'],
    ["runs elsewhere", { host: "b", state: "running" }, "and is running on host b"],
    ["is elsewhere", { host: "b", state: "stopped" }, "and is stopped on host b"],
    ["is nowhere", { state: "new" }, "and is on no host"],
  ])("is refused with why when it %s: nothing would go back, and nothing is not what was asked for", async (_, web, message) => {
    expect(await restored(web)).toMatchObject({ code: "not-allowed", severity: "error", message: expect.stringContaining(message), advice: expect.stringContaining("restore again") });
  });
});
