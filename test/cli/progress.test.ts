import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bestWords } from "../../cli/best-so-far.ts";
import { prepare } from "../../cli/prepare.ts";
import { makePlan, type PlanJob, type Progress } from "../../cli/planning.ts";
import { progressLine, type ProgressLine } from "../../cli/progress-line.ts";
import { claimWords } from "../../cli/render/claim.ts";
import { file } from "./command-line.ts";
import { shop } from "./shop.ts";

const input = (path: string): PlanJob["input"] => ({ paths: [path], asOf: null, nowUtc: "2026-06-01T00:00:00.000Z", evacuate: [] });
const fleet = file("progress-shop.yaml", shop);
const nobodyPlaced = file("progress-new.yaml", shop.replaceAll(/, host: h\d/g, ""));
const progress = (said: Partial<Progress>): Progress => ({ stage: "search", done: 0, total: 1000, best: null, ...said });

describe("the line at a terminal", () => {
  let now = 0;
  let written = "";
  let line: ProgressLine;
  /** What a terminal shows: what was written last. */
  const seen = (): string => (written.split("\r").at(-1) ?? "").trimEnd();

  beforeEach(() => {
    vi.useFakeTimers();
    now = 0;
    written = "";
    line = progressLine({ write: (text) => void (written += text), nowMs: () => now, columns: 60, timeMs: 10_000 });
  });
  afterEach(() => {
    line.clear();
    vi.useRealTimers();
  });

  it("counts what other commands do", () => {
    line.show(progress({ stage: "asking the planner", done: 3, total: 40 }));
    expect(seen()).toBe("asking the planner (3 of 40) · 0 s");
  });

  it("says the stage, how far it is, the best so far and the time", () => {
    line.show(progress({ stage: "load", total: 1 }));
    expect(seen()).toBe("reading the scenario · 0 s");
    now = 1500;
    line.show(progress({ done: 340, best: "11 of 12 placed" }));
    expect(seen()).toBe("searching 34 % · 1 s · best so far: 11 of 12 placed");
    line.show(progress({ stage: "exact, level money", done: 2, total: 5 }));
    expect(seen()).toBe("proving money (level 3 of 5) · 1 s · best so far: 11 of 12…");
    line.show(progress({ stage: "schedule", total: 1 }));
    expect(seen()).toContain("ordering the actions · ");
  });

  it("goes on while nothing is reported: the time moves, and the share of it", () => {
    line.show(progress({}));
    expect(seen()).toBe("searching 0 % · 0 s");
    now = 4200;
    vi.advanceTimersByTime(250);
    expect(seen()).toBe("searching 42 % · 4 s");
    now = 60_000;
    vi.advanceTimersByTime(250);
    expect(seen()).toBe("searching 100 % · 1 min");
  });

  it("begins anew when another search goes on from the best", () => {
    line.show(progress({ done: 1000 }));
    now = 3000;
    line.show(progress({ done: 20 }));
    expect(seen()).toBe("searching, round 2, 2 % · 3 s");
  });

  it("stays on one line, and leaves nothing behind", () => {
    line.show(progress({ best: "12 of 12 placed, 1,656.03 EUR in 720 h and some more words" }));
    expect(Math.max(...written.split("\r").map((each) => each.length))).toBeLessThan(60);
    line.clear();
    expect(written.endsWith(`\r${" ".repeat(59)}\r`)).toBe(true);
    const before = written;
    vi.advanceTimersByTime(1000);
    expect(written).toBe(before);
  });
});

describe("the best so far", () => {
  it.each([
    [[0, 0, 0, 1_656_031_480, 7], "optimise", "3 of 3 placed, 1,656.03 EUR in 720 h"],
    [[2, 101, 0, 500_000, 7], "optimise", "2 of 3 placed, musts broken by 2, 0.50 EUR in 720 h"],
    [[0, 303, 4, 0, 2_000_000, 7], "repair", "0 of 3 placed, 4 moves, 2.00 EUR in 720 h"],
  ] as const)("reads the score %j of mode %s", async (score, mode, words) => {
    const { ready } = await prepare(input(fleet));
    expect(ready === null ? null : bestWords(score, ready, mode)).toBe(words);
  });

  it("counts nobody where priorities differ, and says nothing without a score", async () => {
    const { ready } = await prepare(input(file("progress-priorities.yaml", shop.replace("id: web-1,", "id: web-1, priority: 7,"))));
    expect(ready === null ? null : bestWords([0, 101, 0, 0], ready, "optimise")).toMatch(/^not all 3 placed, /);
    expect(ready === null ? "" : bestWords(null, ready, "optimise")).toBeNull();
  });
});

describe("a search that was stopped", () => {
  const job: PlanJob = { input: input(nobodyPlaced), mode: "optimise", engine: "search", seed: 1, timeMs: 10_000, iterations: 1000 };

  it("says how many are placed, and not that no more can be", async () => {
    const { report } = await makePlan(job, { clock: { nowMs: () => 0 }, stopped: () => true, progress: () => undefined });
    expect(report?.plan.claim).toEqual({ kind: "incomplete" });
    expect(report === null ? "" : claimWords(report.plan)).toMatch(/^[012] of 3 placed when stopped; more may be possible$/);
  });

  it("says so of musts that are broken too", () => {
    expect(claimWords({ claim: { kind: "incomplete" }, placedCount: 3, wantedCount: 3 })).toBe("not every must kept when stopped; more may be possible");
  });

  it.each([[1, "up to 0.1 % above the bound"], [953, "up to 95.3 % above the bound"], [1000, "up to 100.0 % above the bound"],
    [1001, "best found (up to 100.1 % above the bound)"]])("calls %d thousandths above the bound %s", (permille, words) => {
    expect(claimWords({ claim: { kind: "within", permille }, placedCount: 3, wantedCount: 3 })).toBe(words);
  });

  it("tells its progress in words on the way", async () => {
    const told: Progress[] = [];
    await makePlan({ ...job, iterations: 20_000 }, { clock: { nowMs: () => told.length * 300 }, stopped: () => false, progress: (each) => void told.push(each) });
    expect(told[0]).toEqual({ stage: "load", done: 0, total: 1, best: null });
    expect(told.map(({ best }) => best).findLast((best) => best !== null)).toMatch(/^3 of 3 placed, [1-9]\d*\.\d\d EUR in \d+ h$/);
  });
});
