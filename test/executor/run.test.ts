import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Letter } from "../../executor/commands.ts";
import * as door from "../../executor/index.ts";
import { FileJournal } from "../../executor/file-journal.ts";
import { MemoryJournal, type Journal } from "../../executor/journal.ts";
import { interrupted, lastEpochOf } from "../../executor/recover.ts";
import { Runner, type World } from "../../executor/run.ts";
import { defaultRunSettings } from "../../executor/settings.ts";
import { summaryOf } from "../../executor/summary.ts";
import { systemClock } from "../../executor/system-clock.ts";
import { termsOf } from "../../executor/terms.ts";
import type { RunId } from "../../model/ids.ts";
import { schedule } from "../../planner/schedule.ts";
import { verifyPlan } from "../../policies/index.ts";
import { planOf } from "../planner/schedule/plan-of.ts";
import { given, smallFleet, targetOf } from "../planner/schedule/small-fleet.ts";
import { actionsOf } from "./a-run.ts";

const folder = mkdtempSync(join(tmpdir(), "stowage-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

const world = await given(smallFleet({ h1: {}, h2: {} }, { w1: { on: "h1" }, w2: { on: "h1" } }));
const terms = termsOf(world.index, world.constraints, defaultRunSettings);
const begin = { kind: "begin", run: "r" as RunId, epoch: 1, digest: "d", actions: actionsOf("a1: migrate w1 h1 h2", "a2 after a1: migrate w2 h1 h2") } as const;

/** A runner whose letters go to `answer`; real time, real promises. */
async function aRunner(journal: Journal, answer: (letter: Letter, runner: Runner) => void): Promise<Runner> {
  const holder: { runner: Runner | null } = { runner: null };
  const outside: World = { clock: systemClock, journal, agents: { send: (letter) => { if (holder.runner !== null) answer(letter, holder.runner); } } };
  holder.runner = await Runner.open(terms, outside);
  return holder.runner;
}

function done({ to, command }: Letter, runner: Runner): void {
  if (command.kind !== "perform" && command.kind !== "settle") return;
  const { run, action, attempt } = command;
  runner.take({ kind: "report", report: { kind: "done", host: to.host, run, action, attempt, tookMs: 1 } });
}

describe("the effect loop", () => {
  it("carries a plan out from its beginning to its end", async () => {
    const runner = await aRunner(new MemoryJournal(), done);
    runner.take(begin);
    const state = await runner.untilAtRest();
    expect(summaryOf(state)).toMatchObject({ status: "ended", done: 2, all: 2, permille: 1000, remainsMs: null });
  });

  it("sends nothing that was not kept before", async () => {
    const journal = new MemoryJournal();
    const kept: number[] = [];
    const runner = await aRunner(journal, (letter, to) => {
      void journal.read().then((entries) => kept.push(entries.filter(({ event }) => event.kind === "dispatched").length));
      done(letter, to);
    });
    runner.take(begin);
    await runner.untilAtRest();
    expect(kept).toEqual([1, 2]);
  });

  it("sends nothing any more when it cannot keep, and fails whoever waits for it", async () => {
    const sent: string[] = [];
    const full: Journal = { read: () => Promise.resolve([]), append: () => Promise.reject(new Error("no space is left")) };
    const runner = await aRunner(full, ({ command }) => sent.push(command.kind));
    runner.take(begin);
    await expect(runner.untilAtRest()).rejects.toThrow("no space is left");
    runner.take({ kind: "wish", wish: "goBack", by: "anna" });
    expect(sent).toEqual([]);
  });

  it("stops as soon as an agent knows of a later executor", async () => {
    const runner = await aRunner(new MemoryJournal(), ({ to, command }, self) => {
      if (command.kind === "perform") self.take({ kind: "report", report: { kind: "fenced", host: to.host, run: command.run, action: command.action, attempt: command.attempt, epoch: 9 } });
    });
    runner.take(begin);
    await expect(runner.untilAtRest()).rejects.toThrow("the agent of host h1 obeys another executor: the epoch that it knows is 9, here it is 1");
  });
});

describe("the door of the executor", () => {
  it("leads to what others use", () => {
    expect(Object.keys(door)).toEqual(expect.arrayContaining(["approve", "checkFreshness", "execute", "FileJournal", "observe", "Runner", "summaryOf", "termsOf"]));
    // Parts of agents stay inside: others open one from its configuration.
    expect(Object.keys(door).filter((name) => /Driver|Outbox|Log$/.test(name))).toEqual([]);
  });

  it("carries out what approve has made, and refuses a journal of another plan", async () => {
    const { index, constraints } = world;
    const target = targetOf(world, { w1: "h2" });
    const plan = planOf(world, schedule({ index, constraints, hostOf: target, startsAtMs: null, stopped: () => false }), target);
    const approvals = [{ by: { name: "bruno", roles: [] }, digest: plan.digest, comment: "", givenAtMs: 0 }];
    const { approved } = door.approve({ plan, verification: verifyPlan({ index, constraints, plan, startsAtMs: null }), author: "anna", approvals, rule: door.defaultApprovalRule, nowMs: 1 });
    if (approved === null) throw new Error("not approved");
    const journal = new MemoryJournal();
    const holder: { runner: Runner | null } = { runner: null };
    const later = (letter: Letter): unknown => setImmediate(() => { if (holder.runner !== null) done(letter, holder.runner); });
    const outside: World = { clock: systemClock, journal, agents: { send: later } };
    holder.runner = await door.execute(approved, terms, outside, { run: "r" as RunId, epoch: 1 });
    expect(summaryOf(await holder.runner.untilAtRest())).toMatchObject({ status: "ended", done: plan.actions.length });
    const other = new MemoryJournal();
    const begun = await aRunner(other, done);
    begun.take(begin);
    await begun.untilAtRest();
    await expect(door.execute(approved, terms, { ...outside, journal: other }, { run: "r" as RunId, epoch: 2 })).rejects.toThrow("the journal is of plan d");
  });
});

describe("after a crash", () => {
  it("another runner goes on from the file alone, by asking", async () => {
    const path = join(folder, "crash.journal");
    const first = (await FileJournal.open(path)).journal;
    if (first === null) throw new Error("no journal");
    const silent = await aRunner(first, () => {});
    silent.take(begin);
    while (silent.state.underWay.length === 0) await new Promise((resolve) => { setImmediate(resolve); });
    silent.stop();
    await first.close();

    const second = (await FileJournal.open(path)).journal;
    if (second === null) throw new Error("no journal");
    const asked: string[] = [];
    const runner = await aRunner(second, (letter, self) => {
      asked.push(`${letter.command.kind} ${letter.command.epoch}`);
      done(letter, self);
    });
    expect(interrupted(runner.state)).toEqual({ digest: "d", status: "running", lastEpoch: 1, toAsk: ["h1"] });
    runner.take({ kind: "takeOver", epoch: lastEpochOf(await second.read()) + 1 });
    expect(summaryOf(await runner.untilAtRest())).toMatchObject({ status: "ended", done: 2 });
    expect(asked).toEqual(["settle 2", "perform 2"]);
    await second.close();
  });
});
