import { cp, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { stowage, stowageAsking, type Ended } from "../command-line.ts";
import { must, programs, realFleet, type RealFleet } from "./real-fleet.ts";

function said({ code, err }: Ended): readonly [number | null, string] {
  return [code, err.replaceAll(/\s+/g, " ")];
}

interface Approved {
  readonly plan: string;
  readonly scenario: string;
}

/** An approved plan after which web is on one host, from a scenario that says where it is. */
async function approved(fleet: RealFleet, name: string, web: Readonly<Record<string, unknown>>, to: string): Promise<Approved> {
  const [scenario, plan] = [fleet.at(`${name}-scenario.json`), fleet.at(`${name}.json`)];
  await writeFile(scenario, programs(["a", "b"], { web }, { policies: [{ id: `on-${to}`, select: { workloads: { everything: true } }, require: { fence: { hosts: { ids: [to] } } }, holds: "at-end" }] }));
  await must(stowage("plan", scenario, "--mode", "host" in web ? "repair" : "place", "--out", plan, "--as", "anna", "--time", "1"));
  await must(fleet.run("approve", plan, scenario, "--as", "bruno"));
  return { plan, scenario };
}

describe("what may happen only once", () => {
  it("is a workload that runs: what nobody has seen is not started while a host is silent that may have it", async () => {
    const fleet = await realFleet();
    for (const host of ["a", "b"]) await fleet.template(host, "web", { data: host });
    const first = await approved(fleet, "first", { state: "new" }, "a");
    await must(fleet.run("apply", first.plan, first.scenario, "--yes"));

    // Whoever plans now from the file of the first day does not know that it runs on a, and a says nothing.
    const again = await approved(fleet, "again", { state: "new" }, "b");
    await fleet.kill("a");
    const refused = said(await fleet.run("apply", again.plan, again.scenario, "--yes", "--wait", "3s"));
    expect(refused).toEqual([3, expect.stringMatching(/the plan is to start web on b, but nobody has seen it, and it may be on host a, whose agent does not answer.*hostFailure/)]);
    expect([await fleet.runs("a", "web"), await fleet.runs("b", "web")]).toEqual([true, false]);
  }, 120_000);

  it("is a workload of which old data lie stopped where a file says it is, while the host is silent that has it", async () => {
    const fleet = await realFleet();
    await fleet.template("a", "web", { data: "a" });
    const first = await approved(fleet, "first", { state: "new" }, "a");
    await must(fleet.run("apply", first.plan, first.scenario, "--yes"));
    const errand = (name: string, web: Readonly<Record<string, unknown>>, to = "a"): Promise<Approved> => approved(fleet, name, { host: "a", ...web }, to);
    const stop = await errand("stop", { desired: "stopped" });
    await must(fleet.run("apply", stop.plan, stop.scenario, "--yes"));

    // It was stopped here by us, and nothing has happened to it since: whoever is silent does not have it.
    await fleet.kill("b");
    const here = await errand("here", { state: "stopped", desired: "running" });
    await must(fleet.run("apply", here.plan, here.scenario, "--dry-run", "--wait", "3s"));
    await fleet.start("b");

    // Then it goes to b, and somebody puts its old data back on a.
    await cp(fleet.at("a/places"), fleet.at("old"), { recursive: true });
    const there = await errand("there", { state: "stopped", desired: "running" }, "b");
    await must(fleet.run("apply", there.plan, there.scenario, "--yes"));
    expect([await fleet.runs("a", "web"), await fleet.runs("b", "web")]).toEqual([false, true]);
    await fleet.kill("a");
    await cp(fleet.at("old"), fleet.at("a/places"), { recursive: true });
    await fleet.start("a");
    expect((await must(fleet.run("inventory", "--json"))).out).toContain('"web"');
    await fleet.kill("b");
    const old = await errand("old", { state: "stopped", desired: "running" });
    const refused = said(await fleet.run("apply", old.plan, old.scenario, "--yes", "--wait", "3s"));
    expect(refused).toEqual([3, expect.stringMatching(/the plan is to start web on a, but what lies stopped on host a may be old, and it may be on host b, whose agent does not answer/)]);
    expect([await fleet.runs("a", "web"), await fleet.runs("b", "web")]).toEqual([false, true]);
  }, 120_000);

  it("is an execution for an approval, also when everything is again as it was", async () => {
    const fleet = await realFleet();
    await fleet.template("a", "web", { data: "x" });
    const { plan, scenario } = await approved(fleet, "plan", { state: "new" }, "a");
    await must(fleet.run("apply", plan, scenario, "--yes"));
    const stop = fleet.at("stop.json");
    await writeFile(stop, programs(["a", "b"], { web: { host: "a", desired: "stopped" } }));
    const planned = async (): Promise<void> => {
      await must(stowage("plan", stop, "--mode", "repair", "--out", fleet.at("stop-plan.json"), "--as", "anna", "--time", "1"));
    };
    await planned();
    await must(fleet.run("approve", fleet.at("stop-plan.json"), stop, "--as", "bruno"));
    await must(fleet.run("apply", fleet.at("stop-plan.json"), stop, "--yes"));
    await must(fleet.run("rollback", "--yes"));
    expect(await fleet.runs("a", "web")).toBe(true);

    expect(said(await fleet.run("apply", fleet.at("stop-plan.json"), stop, "--yes"))).toEqual([3, expect.stringMatching(/the approval of bruno was used by execution \S+/)]);
    expect(await fleet.runs("a", "web")).toBe(true);
    await must(fleet.run("approve", fleet.at("stop-plan.json"), stop, "--as", "bruno"));
    await must(fleet.run("apply", fleet.at("stop-plan.json"), stop, "--yes"));
    expect(await fleet.runs("a", "web")).toBe(false);
  }, 120_000);

  it("is not a look at the hosts: what changes while somebody thinks about the question is seen", async () => {
    const fleet = await realFleet();
    await fleet.template("a", "web", { data: "x" });
    const { plan, scenario } = await approved(fleet, "plan", { state: "new" }, "a");
    const asked: string[] = [];
    const thinking = async (question: string): Promise<string> => {
      asked.push(question);
      await fleet.kill("a");
      return "yes";
    };
    const late = await stowageAsking(thinking, "apply", plan, scenario, "--wait", "3s", "--config", fleet.config);
    expect([late.code, asked.length, late.err]).toEqual([3, 1, expect.stringContaining("the agent of host a does not answer")]);
  }, 120_000);
});
