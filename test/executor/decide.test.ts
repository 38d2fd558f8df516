import { describe, expect, it } from "vitest";
import type { ActionId, HostId, RunId, WorkloadId } from "../../model/ids.ts";
import { wakesAtMs } from "../../executor/decide.ts";
import { given, policy, smallFleet, type Given } from "../planner/schedule/small-fleet.ts";
import { ARun } from "./a-run.ts";

const three = { h1: {}, h2: {}, h3: {} };
const cold = { liveMove: false, mayStop: true };
const aFleet = (): Promise<Given> => given(smallFleet(three, { w1: { on: "h1" }, w2: { on: "h1" }, w3: { on: "h2", ...cold } }));
const coldMove = ["a1: stop w3 h2", "a2 after a1: transfer w3 h2 h3", "a3 after a2: start w3 h3", "a4 after a3: deleteSource w3 h2"];

describe("the order of a plan", () => {
  it("begins what waits for nothing, and the rest when its turn has come", async () => {
    const run = new ARun(await aFleet());
    expect(run.begin("a1: migrate w1 h1 h2", "a2: stop w3 h2", "a3 after a1 a2: transfer w3 h2 h3")).toEqual(["began", "dispatched a1", "dispatched a2"]);
    expect(run.hears("done a1")).toEqual(["succeeded a1"]);
    expect(run.hears("done a2")).toEqual(["succeeded a2", "dispatched a3"]);
    expect(run.hears("done a3")).toEqual(["succeeded a3", "ended"]);
  });

  it("keeps to so many at once", async () => {
    const run = new ARun(await aFleet(), { actionsAtOnce: 1 });
    expect(run.begin("a1: migrate w1 h1 h2", "a2: migrate w2 h1 h2")).toEqual(["began", "dispatched a1"]);
    expect(run.hears("done a1")).toEqual(["succeeded a1", "dispatched a2"]);
  });

  it("goes on beside what has failed, and not behind it", async () => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2", "a2: migrate w2 h1 h3", "a3 after a1: stop w3 h2");
    expect(run.hears("failed a1")).toEqual(["failed a1"]);
    expect(run.hears("done a2")).toEqual(["succeeded a2", "ended"]);
    expect(run.kinds()).toEqual({ a1: "failed", a2: "done", a3: "waiting" });
  });

  it("waits for a window, and looks at the clock again before long, since clocks jump", async () => {
    const nights = policy("nights", "window", ["w1"], { zone: "UTC", allow: [{ from: "00:00", to: "06:00" }] });
    const run = new ARun(await given(smallFleet(three, { w1: { on: "h1" } }), [nights], "2026-11-20T00:00:00Z"));
    run.nowMs = 8 * 3_600_000;
    expect(run.begin("a1: migrate w1 h1 h2")).toEqual(["began"]);
    expect(wakesAtMs(run.terms, run.state, { nowMs: run.nowMs, utcMs: 1_800_000_000_000 + run.nowMs })).toBe(run.nowMs + 30_000);
    expect(run.at(24 * 3_600_000 - 8 * 3_600_000 + 4_000_000)).toEqual(["dispatched a1"]);
  });
});

describe("a report", () => {
  it("counts only from the role that performs the action", async () => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2");
    const done = { kind: "done", host: "h1" as HostId, run: "r" as RunId, action: "a1" as ActionId, attempt: 1, tookMs: 1 } as const;
    expect(run.take({ kind: "report", report: done, role: "power" })).toEqual([]);
    expect(run.take({ kind: "report", report: { kind: "changed", host: "h1" as HostId, workload: "w2" as WorkloadId, found: "stopped" }, role: "power" })).toEqual([]);
    expect(run.take({ kind: "report", report: done, role: "agent" })).toEqual(["succeeded a1", "ended"]);
  });
});

describe("an outcome that is not known", () => {
  it("is asked for, and never guessed", async () => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2");
    run.letters = [];
    expect(run.at(15_000)).toEqual(["asked a1"]);
    expect(run.letters.map(({ to, command }) => `${command.kind} ${to.host}`)).toEqual(["settle h1"]);
    run.at(30_000);
    run.letters = [];
    run.at(45_000);
    expect(run.letters.map(({ to, command }) => `${command.kind} ${to.host}`)).toEqual(["settle h1", "find h2"]);
  });

  it("is called unknown when nobody answers, and still taken when it comes late", async () => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2", "a2: migrate w2 h1 h3", "a3 after a1: stop w3 h2");
    run.nowMs = 290_000;
    run.take({ kind: "report", report: { kind: "begun", host: "h1" as HostId, run: "r" as RunId, action: "a2" as ActionId, attempt: 1, permille: 500 } });
    expect(run.at(300_000)).toContain("lostTrack a1");
    expect(run.kinds()).toEqual({ a1: "unknown", a2: "underWay", a3: "waiting" });
    expect(run.hears("done a1")).toEqual(["succeeded a1", "dispatched a3"]);
  });

  it("says what the other side has found", async () => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2");
    run.take({ kind: "report", report: { kind: "found", host: "h2" as HostId, run: "r" as RunId, workload: "w1" as never, found: "running" } });
    run.at(300_000);
    expect(run.state.steps[0]).toMatchObject({ kind: "unknown", because: "host h1 has not said how it went for 300 s; host h2 finds w1 running" });
  });

  it("of an attempt that never began leads to another one, under another number", async () => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2");
    run.letters = [];
    expect(run.hears("void a1")).toEqual(["voided a1", "dispatched a1"]);
    expect(run.letters[0]?.command).toMatchObject({ kind: "perform", attempt: 2 });
  });

  it.each([
    ["another run", { run: "other" as RunId }],
    ["another attempt", { attempt: 7 }],
    ["a host that does not perform it", { host: "h3" as HostId }],
  ])("is not taken from %s", async (_, wrong) => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2");
    const report = { kind: "done" as const, host: "h1" as HostId, run: "r" as RunId, action: "a1" as ActionId, attempt: 1, tookMs: 1 };
    expect(run.take({ kind: "report", report: { ...report, ...wrong } })).toEqual([]);
    expect(run.take({ kind: "report", report })).toEqual(["succeeded a1", "ended"]);
    expect(run.take({ kind: "report", report })).toEqual([]);
  });
});

describe("an attempt that fails or takes too long", () => {
  it("is made again after a pause that doubles, as often as the settings say", async () => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2");
    expect(run.hears("failed a1 again")).toEqual(["failed a1"]);
    expect(run.at(4999)).toEqual([]);
    expect(run.at(5000)).toEqual(["dispatched a1"]);
    run.hears("failed a1 again");
    expect(run.at(14_999)).toEqual([]);
    expect(run.at(15_000)).toEqual(["dispatched a1"]);
    expect(run.hears("failed a1 again")).toEqual(["failed a1", "ended"]);
    expect(run.kinds()).toEqual({ a1: "failed" });
  });

  it("is ended by its agent after its deadline, and unknown when even that is not heard of", async () => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2");
    const goesOn = (): readonly string[] => run.take({ kind: "report", report: { kind: "begun", host: "h1" as HostId, run: "r" as RunId, action: "a1" as ActionId, attempt: 1, permille: 10 } });
    for (run.nowMs = 10_000; run.nowMs < 90_000; run.nowMs += 10_000) goesOn();
    run.letters = [];
    expect(run.at(90_000)).toContain("overdue a1");
    expect(run.letters.map(({ command }) => command.kind)).toContain("abort");
    for (run.nowMs = 100_000; run.nowMs < 390_000; run.nowMs += 10_000) goesOn();
    expect(run.kinds()).toEqual({ a1: "underWay" });
    expect(run.at(390_000)).toContain("lostTrack a1");
  });
});

describe("rules on the way", () => {
  it("holds what would break a rule as things are now, and leaves it undone when that stays so", async () => {
    const world = await given(smallFleet(three, { w1: { on: "h1", ...cold }, w2: { on: "h2", ...cold } }), [policy("one-runs", "disruption-budget", ["w1", "w2"], { min: 1 })]);
    const run = new ARun(world);
    run.begin("a1: stop w1 h1", "a2 after a1: transfer w1 h1 h3", "a3: stop w2 h2");
    expect(run.kinds()).toEqual({ a1: "underWay", a2: "waiting", a3: "waiting" });
    run.hears("done a1");
    run.hears("done a2");
    expect(run.state.status).toBe("ended");
    expect(run.kinds()).toEqual({ a1: "done", a2: "done", a3: "waiting" });
    expect(run.state.because).toBe("a3 was held: policy one-runs would be broken: 0 instances run, at least 1 must; down: w1, w2");
  });

  it("allows on the way what was as broken before the plan", async () => {
    const world = await given(smallFleet({ h1: { memoryMiB: 100 }, h2: {}, h3: {} }, {
      w1: { on: "h1", memoryMiB: 60 }, w2: { on: "h1", memoryMiB: 60 }, w3: { on: "h2", memoryMiB: 50 },
    }));
    const run = new ARun(world);
    run.begin("a1: migrate w1 h1 h3", "a2 after a1: migrate w3 h2 h1");
    expect(run.hears("done a1")).toEqual(["succeeded a1", "dispatched a2"]);
  });

  it("counts what dies by itself at once, but not what an action is at", async () => {
    const world = await given(smallFleet(three, { w1: { on: "h1", ...cold }, w2: { on: "h2", ...cold }, w3: { on: "h1" } }), [policy("one-runs", "disruption-budget", ["w1", "w2"], { min: 1 })]);
    const run = new ARun(world);
    run.begin("a1: migrate w3 h1 h3", "a2 after a1: stop w2 h2");
    const dies = (workload: string, host: string): readonly string[] => run.take({ kind: "report", report: { kind: "changed", host: host as HostId, workload: workload as WorkloadId, found: "stopped" } });
    expect(dies("w3", "h1")).toEqual([]);
    expect(dies("w1", "h2")).toEqual([]);
    expect(dies("w1", "h1")).toEqual(["noticed"]);
    expect(run.hears("done a1")).toEqual(["succeeded a1", "ended"]);
    expect(run.state.because).toMatch(/^a2 was held: policy one-runs would be broken/);
  });
});

describe("wishes", () => {
  it("pauses only where nobody stays stopped because of it", async () => {
    const run = new ARun(await aFleet());
    run.begin(...coldMove, "a5 after a1: migrate w1 h1 h2");
    run.hears("done a1");
    expect(run.wish("pause")).toEqual(["wished"]);
    expect(run.hears("done a5")).toEqual(["succeeded a5"]);
    expect(run.hears("done a2")).toEqual(["succeeded a2", "dispatched a3"]);
    expect(run.hears("done a3")).toEqual(["succeeded a3", "dispatched a4"]);
    expect(run.hears("done a4")).toEqual(["succeeded a4", "paused"]);
  });

  it("carries on, while it pauses, what those wait for who would stay stopped", async () => {
    const run = new ARun(await aFleet(), { actionsAtOnce: 1 });
    expect(run.begin("a1: stop w3 h2", "a2: migrate w1 h1 h2", "a3 after a1 a2: transfer w3 h2 h3", "a4 after a3: start w3 h3", "a5: migrate w2 h1 h2")).toEqual(["began", "dispatched a1"]);
    run.wish("pause");
    expect(run.hears("done a1")).toEqual(["succeeded a1", "dispatched a2"]);
    expect(run.hears("done a2")).toEqual(["succeeded a2", "dispatched a3"]);
    expect(run.hears("done a3")).toEqual(["succeeded a3", "dispatched a4"]);
    expect(run.hears("done a4")).toEqual(["succeeded a4", "paused"]);
  });

  it("begins nothing new while it pauses, and goes on afterwards", async () => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2", "a2 after a1: migrate w2 h1 h2");
    run.wish("pause");
    expect(run.hears("done a1")).toEqual(["succeeded a1", "paused"]);
    expect(run.wish("pause")).toEqual([]);
    expect(run.wish("resume")).toEqual(["wished", "dispatched a2"]);
  });

  it.each(["pause", "cancel"] as const)("begins no move for one that has died by itself (%s)", async (wish) => {
    const run = new ARun(await aFleet(), { actionsAtOnce: 1 });
    run.begin("a1: migrate w1 h1 h2", "a2 after a1: stop w3 h2", "a3 after a2: transfer w3 h2 h3", "a4 after a3: start w3 h3", "a5 after a4: deleteSource w3 h2");
    expect(run.take({ kind: "report", report: { kind: "changed", host: "h2" as HostId, workload: "w3" as WorkloadId, found: "stopped" } })).toEqual(["noticed"]);
    run.wish(wish);
    expect(run.hears("done a1")).toEqual(["succeeded a1", wish === "pause" ? "paused" : "ended"]);
  });

  it("ends what is under way when it is cancelled, and leaves the rest undone", async () => {
    const run = new ARun(await aFleet());
    run.begin("a1: migrate w1 h1 h2", "a2 after a1: migrate w2 h1 h2");
    expect(run.wish("cancel")).toEqual(["wished"]);
    expect(run.hears("done a1")).toEqual(["succeeded a1", "ended"]);
    expect(run.state.because).toBe("cancelled by anna");
    expect(run.kinds()).toEqual({ a1: "done", a2: "waiting" });
  });
});

describe("taking over", () => {
  it("asks at once for all that is under way, with the new epoch, and starts every timer anew", async () => {
    const run = new ARun(await aFleet());
    run.nowMs = 5_000_000;
    run.begin("a1: migrate w1 h1 h2", "a2: migrate w2 h1 h3");
    run.hears("failed a2 again");
    run.letters = [];
    run.nowMs = 17;
    expect(run.take({ kind: "takeOver", epoch: 2 })).toEqual(["tookOver", "asked a1", "dispatched a2"]);
    expect(run.letters.map(({ command }) => ("epoch" in command ? `${command.kind} ${command.epoch}` : ""))).toEqual(["settle 2", "perform 2"]);
    expect(run.take({ kind: "takeOver", epoch: 2 })).toEqual([]);
  });

  it("counts what has happened meanwhile, and what is wished, before anything begins", async () => {
    const run = new ARun(await aFleet(), { actionsAtOnce: 1 });
    run.begin("a1: stop w3 h2", "a2 after a1: transfer w3 h2 h3", "a3 after a2: start w3 h3");
    run.hears("done a1");
    expect(run.hears("failed a2")).toEqual(["failed a2", "ended"]);
    // Somebody has started it again, by hand, while nobody listened.
    const news = [{ kind: "changed", host: "h2" as HostId, workload: "w3" as WorkloadId, found: "running" }] as const;
    expect(run.take({ kind: "takeOver", epoch: 2, news, wish: { wish: "goBack", by: "anna" } })).toEqual(["tookOver", "wished", "noticed", "turnedBack", "ended"]);
    expect(run.leg()).toEqual([]);
  });

  it("counts how long an action took from when it was sent, whoever has sent it", async () => {
    const run = new ARun(await aFleet());
    run.nowMs = 1000;
    run.begin("a1: migrate w1 h1 h2");
    run.nowMs = 5000;
    run.take({ kind: "takeOver", epoch: 2 });
    run.nowMs = 5031;
    run.hears("done a1");
    expect(run.state.steps[0]).toMatchObject({ kind: "done", tookMs: 4031 });
  });
});
