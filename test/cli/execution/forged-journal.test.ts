import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readJournal } from "../../../executor/index.ts";
import { chained, lineOf } from "../../../executor/journal.ts";
import { stowage } from "../command-line.ts";
import { must, programs, realFleet } from "./real-fleet.ts";

describe("an execution whose files were written by somebody else", () => {
  it("is not gone on with: its actions are those whose digest was approved", async () => {
    const fleet = await realFleet();
    for (const host of ["a", "b"]) await fleet.template(host, "web", { data: host });
    const [scenario, plan] = [fleet.at("scenario.json"), fleet.at("plan.json")];
    await writeFile(scenario, programs(["a", "b"], { web: { state: "new" } }, { policies: [{ id: "on-a", select: { workloads: { everything: true } }, require: { fence: { hosts: { ids: ["a"] } } } }] }));
    await must(stowage("plan", scenario, "--mode", "place", "--out", plan, "--as", "anna", "--time", "1"));
    await must(fleet.run("approve", plan, scenario, "--as", "bruno"));
    await must(fleet.run("apply", plan, scenario, "--yes"));
    const run = (await readdir(fleet.at("executions"))).find((name) => /^\d{8}T/.test(name)) ?? "";
    const [journal, kept] = ["run.journal", "plan.json"].map((name) => join(fleet.at("executions"), run, name)) as [string, string];
    const [text, planned] = [await readFile(journal, "utf8"), await readFile(kept, "utf8")];
    const { entries } = await readJournal(journal);

    // A whole chain, which begins with a start on another host, and has not ended.
    const began = JSON.parse(JSON.stringify(entries[0]?.event).replaceAll('"host":"a"', '"host":"b"')) as (typeof entries)[number]["event"];
    await writeFile(journal, chained(undefined, [began]).map((entry) => `${lineOf(entry)}\n`).join(""));
    for (const command of [["resume"], ["status"], ["cancel"], ["apply", plan, scenario, "--yes"], ["log", "--verify"]]) {
      const { code, err } = await fleet.run(...command);
      expect([command[0], code, err.replaceAll(/\s+/g, " ")]).toEqual([command[0], expect.not.toBeOneOf([0]), expect.stringContaining("its journal begins with other actions than those that were approved")]);
    }
    // A plan that only says its digest.
    await writeFile(journal, text);
    await writeFile(kept, planned.replaceAll('"host":"a"', '"host":"b"'));
    expect((await fleet.run("status")).err).toContain("its files were changed");
    expect([await fleet.runs("a", "web"), await fleet.runs("b", "web")]).toEqual([true, false]);

    await writeFile(kept, planned);
    await must(fleet.run("log", "--verify"));
  }, 120_000);
});
