import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AgentLog, type LogEntry } from "../../../executor/agent/agent-log.ts";
import { neededEntries } from "../../../executor/agent/needed-entries.ts";
import type { Attempt } from "../../../executor/protocol.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../../../model/ids.ts";

const work = { kind: "start", workload: "w" as WorkloadId, host: "h" as HostId } as const;
const of = (run: string, action = "a1"): Attempt => ({ run: run as RunId, action: action as ActionId, attempt: 1 });
const begun = (run: string, action?: string): LogEntry => ({ kind: "begun", attempt: of(run, action), work, expects: "stopped" });
const ended = (run: string, action?: string): LogEntry => ({ kind: "ended", attempt: of(run, action), outcome: { kind: "done" }, tookMs: 1 });
const fence = (epoch: number): LogEntry => ({ kind: "fence", epoch });
const started: LogEntry = { kind: "started" };

/** So many runs, each under an epoch of its own. */
function manyRuns(count: number): readonly LogEntry[] {
  return Array.from({ length: count }, (_, n) => [started, fence(n + 1), begun(`r${n}`), ended(`r${n}`)]).flat();
}

async function newLog(): Promise<{ readonly path: string; readonly log: AgentLog }> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-log-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "agent.log");
  const { log } = await AgentLog.open(path);
  if (log === null) throw new Error("the log was not opened");
  return { path, log };
}

describe("what is needed of an agent's log", () => {
  it("is how lately ended attempts have ended, the present epoch, and how often the agent has started", () => {
    const needed = neededEntries(manyRuns(100));
    expect(needed[0]).toEqual({ kind: "started", times: 100 });
    expect(needed.filter(({ kind }) => kind === "fence")).toEqual([fence(100)]);
    expect(needed.flatMap((entry) => ("attempt" in entry ? [`${entry.kind} ${entry.attempt.run}`] : []))).toEqual(Array.from({ length: 20 }, (_, n) => `ended r${80 + n}`));
  });

  it("is everything that has not ended, however old", () => {
    const needed = neededEntries([begun("old"), { kind: "void", attempt: of("old", "a2") }, ...manyRuns(50)]);
    expect(needed).toContainEqual(begun("old"));
    expect(needed).not.toContainEqual({ kind: "void", attempt: of("old", "a2") });
  });

  it("is everything of the present epoch, of however many runs", () => {
    const lots = Array.from({ length: 100 }, (_, n) => [begun(`x${n}`), ended(`x${n}`)]).flat();
    expect(neededEntries([fence(7), ...lots]).filter(({ kind }) => kind === "ended")).toHaveLength(100);
  });

  it("is nothing less when it is asked twice", () => {
    const once = neededEntries([...manyRuns(40), begun("r40")]);
    expect(neededEntries(once)).toEqual(once);
  });
});

describe("a log that is made shorter", () => {
  it("keeps what is written while that is done, and is the same after the next start", async () => {
    const { path, log } = await newLog();
    for (const entry of manyRuns(60)) await log.append(entry);
    const before = (await readFile(path)).length;
    const during = [log.append(begun("during")), log.shorten(neededEntries), log.append(ended("during")), log.append(begun("after"))];
    await Promise.all(during);
    await log.append(ended("after"));
    const count = log.count;
    await log.close();
    expect((await readFile(path)).length).toBeLessThan(before / 2);
    const { log: again, entries, diagnostics } = await AgentLog.open(path);
    await again?.close();
    expect(diagnostics).toEqual([]);
    expect(entries).toHaveLength(count);
    expect(entries.at(-1)).toEqual(ended("after"));
    expect(entries).toContainEqual(ended("during"));
    expect(neededEntries(entries).filter(({ kind }) => kind === "begun")).toEqual([]);
  });
});
