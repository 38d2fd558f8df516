import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stowage } from "../command-line.ts";
import { must, programs, realFleet, type RealFleet } from "./real-fleet.ts";

/** Does not end when it is told to, and is killed after two seconds: so long a stop takes. */
const stubborn = { command: ["/bin/sh", "-c", "trap '' TERM; while :; do /bin/sleep 0.1; done"], graceMs: 2000 };

function onto(host: string): unknown {
  return [{ id: "place", select: { workloads: { everything: true } }, require: { fence: { hosts: { ids: [host] } } }, holds: "at-end" }];
}

/** Two programs that run on a and shall go to b, planned and approved. */
async function moving(fleet: RealFleet): Promise<readonly [plan: string, now: string]> {
  const [base, now, plan] = [fleet.at("base.json"), fleet.at("now.json"), fleet.at("plan.json")];
  for (const workload of ["one", "two"]) await fleet.template("a", workload, { data: `of ${workload}` }, stubborn);
  await writeFile(base, programs(["a", "b"], { one: { state: "new" }, two: { state: "new" } }, { policies: onto("a") }));
  await must(planned(base, plan, "place"));
  await must(fleet.run("approve", plan, base, "--as", "bruno"));
  await must(fleet.run("apply", plan, base, "--yes"));
  await writeFile(fleet.at("other.json"), programs(["a", "b"], { one: { state: "new" }, two: { state: "new" } }, { policies: onto("b") }));
  await must(fleet.run("inventory", "--base", fleet.at("other.json"), "--out", now));
  await must(planned(now, plan, "repair"));
  await must(fleet.run("approve", plan, now, "--as", "bruno"));
  return [plan, now];
}

function planned(scenario: string, plan: string, mode: string): ReturnType<typeof stowage> {
  return stowage("plan", scenario, "--mode", mode, "--out", plan, "--as", "anna", "--time", "1");
}

async function places(fleet: RealFleet): Promise<readonly (string | null)[]> {
  return Promise.all(["a", "b"].flatMap((host) => ["one", "two"].map((workload) => fleet.content(host, workload, "data"))));
}

async function statusOf(fleet: RealFleet): Promise<{ readonly status: string; readonly done: number; readonly all: number }> {
  return JSON.parse((await must(fleet.run("status", "--json"))).out) as Awaited<ReturnType<typeof statusOf>>;
}

const [onA, onB] = [["of one", "of two", null, null], [null, null, "of one", "of two"]];

describe("an execution", () => {
  it("whose executor is killed goes on from its journal, comes back when it is asked to, and nobody changes its trail unseen", async () => {
    const fleet = await realFleet();
    const [plan, now] = await moving(fleet);
    const first = fleet.begin("apply", plan, now, "--yes");
    await expect.poll(() => first.printed.out, { timeout: 60_000 }).toContain('"dispatched"');
    first.child.kill("SIGKILL");
    await first.ended;
    expect(await statusOf(fleet)).toMatchObject({ status: "running" });
    // No stale lock is left, and another plan does not pass over what has not ended.
    await writeFile(fleet.at("another.json"), (await readFile(plan, "utf8")).replace(/"digest": "[0-9a-f]{8}/, '"digest": "00000000'));
    expect((await fleet.run("apply", fleet.at("another.json"), now, "--yes")).err).toContain("has not ended");
    await must(fleet.run("apply", plan, now, "--yes"));
    expect(await statusOf(fleet)).toMatchObject({ status: "ended", done: 8, all: 8 });
    expect(await places(fleet)).toEqual(onB);

    await must(fleet.run("rollback", "--yes"));
    expect(await places(fleet)).toEqual(onA);
    const trail = await must(fleet.run("log", "--verify"));
    expect(trail.out).toMatch(/approved by bruno[^]*taken over with epoch[^]*go back, asked by anna[^]*turns back[^]*verified: 2 executions/);

    const runs = (await readdir(fleet.at("executions"))).filter((name) => /^\d{8}T/.test(name)).sort();
    const journal = join(fleet.at("executions"), runs[0] ?? "", "run.journal");
    const text = await readFile(journal, "utf8");
    await writeFile(journal, text.replace('"kind":"succeeded"', '"kind":"suceeeded"'));
    expect(await fleet.run("log", "--verify")).toMatchObject({ code: 3, err: expect.stringContaining("does not follow from those before it") });
    // A journal that ends earlier is whole in itself; the execution after it knows better.
    await writeFile(journal, `${text.trimEnd().split("\n").slice(0, -1).join("\n")}\n`);
    expect(await fleet.run("log", "--verify")).toMatchObject({ code: 3, err: expect.stringContaining("has changed since") });
    await writeFile(journal, text);
    await appendFile(join(fleet.at("executions"), runs[1] ?? "", "plan.json"), " ");
    await must(fleet.run("log", "--verify"));
    await writeFile(join(fleet.at("executions"), runs[1] ?? "", "scenario.json"), "{}");
    expect(await fleet.run("log", "--verify")).toMatchObject({ code: 3, err: expect.stringContaining("cannot be believed") });
  }, 240_000);

  it("pauses at a safe point when another terminal or Ctrl-C asks, and goes on, there and back", async () => {
    const fleet = await realFleet();
    const [plan, now] = await moving(fleet);
    const first = fleet.begin("apply", plan, now, "--yes", "--at-once", "1");
    await expect.poll(() => first.printed.out, { timeout: 60_000 }).toContain('"dispatched"');
    const second = await fleet.run("apply", plan, now, "--yes");
    expect(second).toMatchObject({ code: 3, err: expect.stringContaining("another executor is at work") });
    const paused = await fleet.run("pause");
    expect(paused.code).toBe(5);
    expect(await first.ended).toMatchObject({ code: 5 });
    const { status } = await statusOf(fleet);
    expect(status).toBe("paused");
    // Whoever had been stopped runs again, on the other side, with all that had to be done for that.
    expect(await Promise.all(["one", "two"].map(async (workload) => [await fleet.runs("a", workload), await fleet.runs("b", workload)].filter(Boolean).length))).toEqual([1, 1]);
    expect(await fleet.run("pause")).toMatchObject({ code: 3 });

    await must(fleet.run("resume"));
    expect(await places(fleet)).toEqual(onB);

    const back = fleet.begin("rollback", "--yes");
    await expect.poll(() => back.printed.out, { timeout: 60_000 }).toMatch(/"turnedBack"[^]*"dispatched"/);
    back.child.kill("SIGINT");
    expect(await back.ended).toMatchObject({ code: 130, err: expect.stringContaining("Pausing") });
    await fleet.run("resume");
    expect(await places(fleet)).toEqual(onA);
    expect(await fleet.run("cancel")).toMatchObject({ code: 3, err: expect.stringContaining("has ended") });
    expect(await fleet.run("status", "no-such-one")).toMatchObject({ code: 1, err: expect.stringContaining("There is no execution no-such-one") });
    expect(await fleet.run("status", "../executions")).toMatchObject({ code: 1 });
  }, 240_000);
});
