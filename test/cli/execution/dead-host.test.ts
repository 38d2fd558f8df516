import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderName } from "../../../executor/agent/place.ts";
import { holdersOf, signal } from "../../../executor/agent/process/processes.ts";
import { stowage, type Ended } from "../command-line.ts";
import { must, programs, realFleet } from "./real-fleet.ts";

function said({ code, err }: Ended): readonly [number | null, string] {
  return [code, err.replaceAll(/\s+/g, " ")];
}

describe("a host that is dead", () => {
  it("is left alone until somebody says that it is, and what it ran starts elsewhere then", async () => {
    const fleet = await realFleet();
    for (const host of ["a", "b"]) await fleet.template(host, "web", { data: host });
    const [file, dead, plan] = [fleet.at("fleet.json"), fleet.at("dead.json"), fleet.at("plan.json")];
    const onA = (state: Readonly<Record<string, unknown>>): Promise<void> => writeFile(file, programs(["a", "b"], { web: state }));
    await onA({ state: "new" });
    await writeFile(dead, JSON.stringify({ apiVersion: "stowage/v1", changes: [{ hostFailure: { hosts: ["a"] } }] }));
    const approved = async (mode: string, ...files: readonly string[]): Promise<readonly string[]> => {
      await must(stowage("plan", ...files, "--mode", mode, "--out", plan, "--as", "anna", "--time", "1"));
      await must(fleet.run("approve", plan, ...files, "--as", "bruno"));
      return ["apply", plan, ...files, "--yes", "--wait", "3s"];
    };
    await writeFile(fleet.at("on-a.json"), JSON.stringify({ apiVersion: "stowage/v1", policies: [{ id: "on-a", select: { workloads: { ids: ["web"] } }, require: { fence: { hosts: { ids: ["a"] } } } }] }));
    await must(fleet.run(...await approved("place", file, fleet.at("on-a.json"))));
    await onA({ host: "a" });

    // Somebody is wrong: it answers, and web runs there.
    const moved = await approved("repair", file, dead);
    expect(said(await fleet.run(...moved))).toEqual([4, expect.stringContaining("workload web host was nowhere when the plan was made, now it is a")]);

    await fleet.kill("a");
    for (const errand of [["evacuate", "a", file], ["service", "start", "shop", file]]) {
      const refused = said(await fleet.run(...errand, "--approved-by", "bruno", "--yes", "--wait", "3s", "--time", "1"));
      expect(refused).toEqual([3, expect.stringContaining("If the host is dead, make sure that it is off, and plan with the change `hostFailure: { hosts: [a] }`")]);
    }
    expect(said(await fleet.run("inventory", "--base", file, "--wait", "3s"))[0]).toBe(1);
    // The power is cut.
    for (const holder of await holdersOf(join(fleet.folder, "a", "places", folderName("web")))) await signal(holder, "SIGKILL");
    const { err } = await must(fleet.run(...moved));
    expect(err).toContain("Host a is said to have failed and does not answer: make sure that it is off, or web may run twice.");
    expect([await fleet.runs("b", "web"), await fleet.content("b", "web", "data")]).toEqual([true, "b"]);
    // A host that is said to be dead is not waited for.
    await must(fleet.run("inventory", "--base", file, "--base", dead, "--wait", "3s", "--out", fleet.at("now.json")));
    const nowhereElse = await fleet.run("evacuate", "b", fleet.at("now.json"), "--approved-by", "bruno", "--yes", "--wait", "3s", "--time", "1");
    expect([nowhereElse.code, nowhereElse.out]).toEqual([3, expect.stringContaining("the plan does not reach what is wanted")]);
  }, 120_000);
});
