import { readFile, rm, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { stowage, type Ended } from "../command-line.ts";
import { must, programs, realFleet } from "./real-fleet.ts";

function said({ code, err }: Ended): readonly [number | null, string] {
  return [code, err.replaceAll(/\s+/g, " ")];
}

describe("approvals beside a plan", () => {
  it("are those of this plan: older ones, and those of plans with a longer name, stop nothing and are named when something lacks", async () => {
    const fleet = await realFleet({ hosts: ["a"] });
    await fleet.template("a", "web", {});
    await fleet.template("a", "db", {});
    const planned = async (name: string, ...workloads: readonly string[]): Promise<readonly [plan: string, scenario: string]> => {
      const [plan, scenario] = [fleet.at(`${name}.json`), fleet.at(`${name}-scenario.json`)];
      await writeFile(scenario, programs(["a"], Object.fromEntries(workloads.map((id) => [id, { state: "new" }]))));
      await must(stowage("plan", scenario, "--mode", "place", "--out", plan, "--as", "anna", "--time", "1"));
      return [plan, scenario];
    };
    await must(fleet.run("approve", ...await planned("plan", "web"), "--as", "bruno"));
    await must(fleet.run("approve", ...await planned("plan.v2", "db"), "--as", "dora"));

    // The plan of that name is made again, for something else.
    const now = await planned("plan", "web", "db");
    const apply = (...more: readonly string[]): Promise<Ended> => fleet.run("apply", ...now, "--dry-run", ...more);
    const lacking = said(await apply());
    expect(lacking).toEqual([3, expect.stringMatching(/0 approvals by somebody else than the author count.*the approval of bruno in \S+plan\.bruno\.approval\.json is for plan [0-9a-f]{12}, this is plan [0-9a-f]{12}: it does not count.*--approval FILE/)]);
    expect(lacking[1]).not.toContain("dora");
    expect(said(await apply("--approval", fleet.at("plan.bruno.approval.json")))).toEqual([3, expect.stringContaining("the approval of bruno is for plan")]);
    await must(fleet.run("approve", ...now, "--as", "carla"));
    await must(apply());

    // One of this plan that has expired is named with the way out; the one that counts can be named alone.
    const old = JSON.parse(await readFile(fleet.at("plan.carla.approval.json"), "utf8")) as Readonly<Record<string, unknown>>;
    await writeFile(fleet.at("plan.emil.approval.json"), JSON.stringify({ ...old, by: { name: "emil", roles: [] }, givenAt: "2020-01-01T00:00:00Z" }));
    expect(said(await apply())).toEqual([3, expect.stringMatching(/the approval of emil has expired.*each must count: \S+plan\.carla\.approval\.json, \S+plan\.emil\.approval\.json.*--approval FILE/)]);
    await must(apply("--approval", fleet.at("plan.carla.approval.json")));
    await rm(fleet.at("plan.emil.approval.json"));
    await must(apply());
  }, 120_000);
});
