import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { must, programs, realFleet } from "./real-fleet.ts";

describe("a plan for real hosts", () => {
  it("is made from an inventory, approved by somebody else, carried out, and told in the audit trail", async () => {
    const fleet = await realFleet();
    const base = fleet.at("base.json");
    await fleet.template("a", "web", { data: "precious" });
    await writeFile(base, programs(["a", "b"], { web: { state: "new" } }, { policies: [{ id: "web-on-a", select: { workloads: { ids: ["web"] } }, require: { fence: { hosts: { ids: ["a"] } } } }] }));
    await must(fleet.run("inventory", "--base", base, "--out", fleet.at("now.json")));
    await must((await import("../command-line.ts")).stowage("plan", fleet.at("now.json"), "--mode", "place", "--out", fleet.at("plan.json"), "--as", "anna"));
    await must(fleet.run("approve", fleet.at("plan.json"), fleet.at("now.json"), "--as", "bruno"));
    const { out } = await must(fleet.run("apply", fleet.at("plan.json"), fleet.at("now.json"), "--yes"));
    expect(JSON.parse(out.trim().split("\n").at(-1) ?? "")).toMatchObject({ format: "stowage/execution-state/v1", status: "ended", done: 1, all: 1 });
    expect(await fleet.runs("a", "web")).toBe(true);
  }, 60_000);
});
