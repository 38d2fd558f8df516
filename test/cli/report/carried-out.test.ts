import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { FileJournal } from "../../../executor/file-journal.ts";
import { beginning } from "../../../executor/journal.ts";
import type { RunEvent } from "../../../executor/event.ts";
import type { RunId } from "../../../model/ids.ts";
import type { Plan } from "../../../model/plan.ts";
import { file, folder, stowage } from "../command-line.ts";
import { shop } from "../shop.ts";

/** The shop, where nothing can be moved while it runs. */
const small = file("carried-shop.yaml", shop.replaceAll(/labels: { tier: (web|db) } }$/gm, "labels: { tier: $1 }, dataMiB: 4096, liveMove: false, mayStop: true, stopMs: 5000, startMs: 10000 }"));
const planFile = join(folder, "carried-plan.json");
const january = ["--from", "2026-01-05", "--to", "2026-01-06"] as const;
let plan: Plan;

interface PlanCost {
  readonly plannedFrom: string;
  readonly plannedMicros: string;
  readonly downtimeSeconds: number;
  readonly actual: {
    readonly began: string; readonly micros: string; readonly downtimeSeconds: number;
    readonly actions: readonly { readonly id: string; readonly kind: string; readonly estimateMs: number; readonly tookMs: number | null }[];
  };
}

async function reported(...args: readonly string[]): Promise<PlanCost> {
  const { code, out, err } = await stowage("report", "plan", planFile, small, ...january, ...args, "--json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as PlanCost;
}

/** Events of a plan that was carried out as it says, begun at an instant, each action taking so much longer; its times are those of the executor's own clock and of the calendar. */
function events(begunMs: number, longerMs = 0): readonly RunEvent[] {
  const at = (ms: number): RunEvent["at"] => ({ nowMs: ms, utcMs: begunMs + ms });
  const times = plan.actions.flatMap(({ id, startMs, endMs }, n): readonly RunEvent[] => [
    { at: at(startMs + n * longerMs), kind: "dispatched", action: id, attempt: 1 }, { at: at(endMs + (n + 1) * longerMs), kind: "succeeded", action: id, attempt: 1 },
  ]);
  return [{ at: at(0), kind: "began", run: "r" as RunId, epoch: 1, digest: plan.digest, actions: plan.actions }, ...times.sort((a, b) => a.at.nowMs - b.at.nowMs), { at: at(plan.makespanMs + plan.actions.length * longerMs), kind: "ended", because: "" }];
}

async function journal(name: string, kept: readonly RunEvent[]): Promise<string> {
  const path = join(folder, name);
  const { journal: opened } = await FileJournal.open(path);
  if (opened === null) throw new Error("no journal");
  await opened.append(beginning, kept);
  await opened.close();
  return path;
}

const evening = Date.parse("2026-01-05T20:57:43Z");

beforeAll(async () => {
  expect((await stowage("plan", small, "--out", planFile)).code).toBe(0);
  plan = JSON.parse(readFileSync(planFile, "utf8")) as Plan;
  expect(plan.actions.map(({ action: { kind } }) => kind)).toEqual(expect.arrayContaining(["stop", "transfer", "start"]) as string[]);
});

/** When the one workload that is moved cold is stopped, and when it runs again. */
function stoppedMs({ actions }: Plan): number {
  const [stop, start] = ["stop", "start"].map((kind) => actions.find(({ action }) => action.kind === kind));
  return (start?.endMs ?? 0) - (stop?.startMs ?? 0);
}

describe("the downtime of a plan", () => {
  it("is all the time from stop to start, with the transfer between them", async () => {
    const { downtimeSeconds } = await reported();
    expect(downtimeSeconds * 1000).toBe(stoppedMs(plan));
    // Four gibibytes at ten gigabits a second are carried between a stop of 5 s and a start of 10 s.
    expect(downtimeSeconds).toBeGreaterThan(5 + 3 + 10);
  });

  it("is that of the actions of the tour, as its simulation finds it", async () => {
    const [tour, scenario] = [join(folder, "tour-plan.json"), "scenarios/e-commerce.yaml"];
    expect((await stowage("plan", scenario, "--out", tour)).code).toBe(0);
    const { out } = await stowage("report", "plan", tour, scenario, "--html", join(folder, "tour-plan.html"));
    expect(out.replaceAll(/\s+/g, " ")).toContain("8 moves, workloads stand still for 3 min 57 s in all");
    const page = readFileSync(join(folder, "tour-plan.html"), "utf8").replaceAll(/<[^>]*>/g, "").replaceAll(/\s+/g, " ");
    expect(page.includes("workloads stand still for 3 min 57 s in all, done in 26 min 41 s")).toBe(true);
  });

  it("is beside what it was in fact", async () => {
    const path = await journal("downtime", events(evening, 1000));
    const { downtimeSeconds, actual } = await reported("--journal", path);
    const [stop = 0, start = 0] = ["stop", "start"].map((kind) => plan.actions.findIndex(({ action }) => action.kind === kind));
    expect(actual.downtimeSeconds - downtimeSeconds).toBe(start + 1 - stop);
    const { out } = await stowage("report", "plan", planFile, small, ...january, "--journal", path);
    expect(out.replaceAll(/\s+/g, " ")).toMatch(/; workloads stood still for [^,;]+ in all, [^,;]+ planned/);
  });
});

describe("planned and actual", () => {
  it("begin together: that an execution began late is no saving", async () => {
    const path = await journal("evening", events(evening));
    const { plannedFrom, plannedMicros, actual } = await reported("--journal", path);
    expect([plannedFrom, actual.began]).toEqual(["2026-01-05T20:57:43.000Z", "2026-01-05T20:57:43.000Z"]);
    expect(actual.micros).toBe(plannedMicros);
    const { out } = await stowage("report", "plan", planFile, small, ...january, "--journal", path);
    expect(out.replaceAll(/\s+/g, " ")).toContain("begun at 2026-01-05 20:57:43 UTC, and the plan is counted from then on");
    expect(out).toContain("planned: the same");
  });

  it("begin apart where --plan-at says so, and it is told", async () => {
    const path = await journal("apart", events(evening));
    expect((await reported("--journal", path, "--plan-at", "1h")).plannedFrom).toBe("2026-01-05T01:00:00.000Z");
    const { out } = await stowage("report", "plan", planFile, small, ...january, "--journal", path, "--plan-at", "1h");
    expect(out.replaceAll(/\s+/g, " ")).toContain("begun at 2026-01-05 20:57:43 UTC, and the plan is counted from 2026-01-05 01:00:00 UTC on");
  });

  it.each([
    { of: "after the period", begunMs: Date.parse("2026-01-07T00:00:00Z"), code: 1, says: "It was carried out then: let the period end later with --to." },
    { of: "before the period", begunMs: Date.parse("2026-01-04T23:59:59Z"), code: 0, says: "It was carried out then: let the period begin earlier with --from." },
  ])("name the period where the execution was $of", async ({ of, begunMs, code, says }) => {
    const outcome = await stowage("report", "plan", planFile, small, ...january, "--journal", await journal(`outside ${of}`, events(begunMs)));
    expect({ code: outcome.code, err: outcome.err.replaceAll(/\s+/g, " ") }).toEqual({ code, err: expect.stringContaining(says) as string });
  });

  it("need a date", async () => {
    const undated = file("carried-undated.yaml", readFileSync(small, "utf8").replace("asOf: 2026-01-05T00:00:00Z\n", ""));
    const outcome = await stowage("report", "plan", planFile, undated, "--journal", await journal("undated", events(evening)));
    expect({ code: outcome.code, err: outcome.err }).toEqual({ code: 1, err: expect.stringContaining("an execution has a date") as string });
  });
});

async function downtimeMs(name: string, all: readonly RunEvent[]): Promise<number> {
  return (await reported("--journal", await journal(name, all))).actual.downtimeSeconds * 1000;
}

describe("the downtime of an execution that left somebody stopped", () => {
  it("ends when it last heard of an action, or when somebody else has started them before that", async () => {
    const stop = plan.actions.find(({ action }) => action.kind === "stop");
    const kept = events(evening);
    const stopped = kept.findIndex((event) => event.kind === "succeeded" && event.action === stop?.id);
    const [began, stoppedAt] = [kept.findLast((event) => event.kind === "dispatched" && event.action === stop?.id)?.at.utcMs ?? 0, kept[stopped]?.at ?? { nowMs: 0, utcMs: 0 }];
    const after = (ms: number): RunEvent["at"] => ({ nowMs: stoppedAt.nowMs + ms, utcMs: stoppedAt.utcMs + ms });
    const workload = stop !== undefined && "workload" in stop.action ? stop.action.workload : "" as never;
    const left: readonly RunEvent[] = [...kept.slice(0, stopped + 1).filter((event) => !("action" in event) || event.action === stop?.id), { at: after(0), kind: "ended", because: "cancelled by anna" }];
    const late: readonly RunEvent[] = [{ at: after(30 * 86_400_000), kind: "noticed", workload, activity: "running" }, { at: after(30 * 86_400_000), kind: "ended", because: "" }];
    expect(await downtimeMs("left", left)).toBe(stoppedAt.utcMs - began);
    expect(await downtimeMs("found-late", [...left, ...late])).toBe(stoppedAt.utcMs - began);
  });
});

describe("how long an action took", () => {
  it("is from when it was sent to its outcome, whoever has carried it on in between", async () => {
    const last = plan.actions.at(-1);
    const kept = events(evening).flatMap((event): readonly RunEvent[] => {
      if (event.kind !== "succeeded" || event.action !== last?.id) return [event];
      const { utcMs } = event.at;
      // The executor was killed; another one, whose own clock began anew, hears of the end 31 ms after it took over.
      return [{ at: { nowMs: 7, utcMs: utcMs + 5000 }, kind: "tookOver", epoch: 2 }, { ...event, at: { nowMs: 38, utcMs: utcMs + 5031 } }];
    });
    const { actual: { actions } } = await reported("--journal", await journal("killed", kept));
    const record = actions.find(({ id }) => id === last?.id);
    expect((record?.tookMs ?? 0) - (record?.estimateMs ?? 0)).toBe(5031);
  });

  it("is shown to the nearest tenth of a second, not rounded up", async () => {
    const path = await journal("tenths", events(evening, 53));
    const { out } = await stowage("report", "plan", planFile, small, ...january, "--journal", path);
    expect(out).toMatch(/ stop \S+ on \S+ +5 s +5\.1 s +done/);
  });
});

describe("the journal", () => {
  it("is found in the folder of an execution", async () => {
    const run = join(folder, "carried-run");
    mkdirSync(run);
    copyFileSync(await journal("kept", events(evening)), join(run, "run.journal"));
    expect(await reported("--journal", run)).toEqual(await reported("--journal", join(run, "run.journal")));
  });

  it.each([
    { of: "that is not there", make: () => join(folder, "nowhere.journal"), says: "does not exist", advises: "Check the name and the folder." },
    { of: "of a folder that has none", make: () => { mkdirSync(join(folder, "no-run")); return join(folder, "no-run"); }, says: "run.journal does not exist", advises: "Check the name and the folder." },
    { of: "that is something else", make: () => small, says: "does not follow from those before it", advises: "Name the folder of an execution, or the file run.journal in it. If this is one, restore it from a copy: nothing is counted on the word of a damaged journal" },
    { of: "that has no entry", make: () => file("empty.journal", ""), says: "is no journal of an execution", advises: "Name the folder of an execution, or the file run.journal in it." },
    { of: "that is a folder itself", make: () => { mkdirSync(join(folder, "odd-run", "run.journal"), { recursive: true }); return join(folder, "odd-run"); }, says: "cannot be used as a journal", advises: "Check the path and its permissions." },
  ])("$of is refused with advice for reading", async ({ make, says, advises }) => {
    const { code, err } = await stowage("report", "plan", planFile, small, ...january, "--journal", make());
    expect({ code, err: err.replaceAll(/\s+/g, " ") }).toEqual({ code: 1, err: expect.stringContaining(says) as string });
    expect(err.replaceAll(/\s+/g, " ")).toContain(advises);
    expect(err).not.toContain("write to");
  });
});
