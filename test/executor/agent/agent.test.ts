import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AgentLog, type LogEntry } from "../../../executor/agent/agent-log.ts";
import { Agent } from "../../../executor/agent/agent.ts";
import type { Driver } from "../../../executor/agent/driver.ts";
import { claim } from "../../../executor/agent/sole.ts";
import type { Command, Report } from "../../../executor/protocol.ts";
import { systemClock } from "../../../executor/system-clock.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../../../model/ids.ts";
import { processLayer } from "./process-layer.ts";

const run = "run-1" as RunId;
const web = "web" as WorkloadId;

type Perform = Extract<Command, { readonly kind: "perform" }>;

async function logFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-log-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "agent.log");
}

interface Tried {
  readonly agent: Agent;
  readonly host: HostId;
  readonly path: string;
  readonly reports: Report[];
  /** Waits for the next report that is not about the beginning of something. */
  readonly next: () => Promise<Report>;
  /** As after a crash: another agent with the same log. The first one keeps what it has in memory, and is not asked any more. */
  readonly again: (driver?: Driver) => Promise<Tried>;
}

/** An agent of a real log and a real driver. */
async function tried(driver: Driver, host: HostId, path: string): Promise<Tried> {
  const { log, entries, diagnostics } = await AgentLog.open(path);
  if (log === null) throw new Error(JSON.stringify(diagnostics));
  onTestFinished(() => log.close());
  const reports: Report[] = [];
  const waiting: ((report: Report) => void)[] = [];
  const agent = await Agent.open({
    host, clock: systemClock, log, driver, note: () => {},
    facts: () => Promise.resolve({ state: "on", capacity: { memoryMiB: 1 }, layers: { process: "1" }, features: [] }),
    report: (report) => {
      reports.push(report);
      if (report.kind !== "begun" && report.kind !== "changed") waiting.shift()?.(report);
    },
  }, entries);
  return { agent, host, path, reports, next: () => new Promise((resolve) => { waiting.push(resolve); }), again: (other = driver) => tried(other, host, path) };
}

async function withWeb(): Promise<Tried & { readonly driver: Driver; readonly b: HostId }> {
  const layer = await processLayer();
  await layer.prepare(layer.a, web, "one");
  return { ...await tried(layer.driver(layer.a), layer.a, await logFile()), driver: layer.driver(layer.a), b: layer.b };
}

function start(host: HostId, more: Partial<Perform> = {}): Perform {
  return { kind: "perform", run, action: "start" as ActionId, attempt: 1, epoch: 1, work: { kind: "start", workload: web, host }, expects: "absent", deadlineMs: 10_000, ...more };
}

function stop(host: HostId, more: Partial<Perform> = {}): Perform {
  return { ...start(host), action: "stop" as ActionId, work: { kind: "stop", workload: web, host }, expects: "running", ...more };
}

async function ask(tried: Tried, command: Command): Promise<Report> {
  const next = tried.next();
  tried.agent.receive(command);
  return next;
}

describe("an agent", () => {
  it("performs an attempt once, however often it is sent, also after a restart", async () => {
    const first = await withWeb();
    const done = await ask(first, start(first.host));
    expect(done).toMatchObject({ kind: "done", host: first.host, run, action: "start", attempt: 1 });
    expect(await ask(first, stop(first.host))).toMatchObject({ kind: "done" });
    expect(await ask(first, start(first.host))).toEqual(done);
    const second = await first.again();
    expect(second.agent.incarnation).toBe(first.agent.incarnation + 1);
    expect(await ask(second, start(first.host))).toEqual(done);
    expect(await first.driver.find(web)).toBe("stopped");
  });

  it("takes and drops no checkpoint without a name, which would be all of them", async () => {
    const { agent, next } = await withWeb();
    for (const wish of ["take", "drop"] as const) {
      const answer = next();
      agent.receive({ kind: "checkpoint", epoch: 0, run: `${wish}-1` as RunId, workload: web, wish });
      expect(await answer).toMatchObject({ kind: "checkpoints", because: `nobody says which checkpoint to ${wish}` });
    }
  });

  it("performs it once when it comes ten times at the same moment", async () => {
    const { agent, host, reports, path, next } = await withWeb();
    const ended = next();
    for (let i = 0; i < 10; i++) agent.receive(start(host));
    await ended;
    expect(reports.filter(({ kind }) => kind === "done")).toHaveLength(1);
    expect((await readFile(path, "utf8")).match(/"kind":"begun"/g)).toHaveLength(1);
  });

  it("refuses epochs that are over, for good", async () => {
    const first = await withWeb();
    expect(await ask(first, start(first.host, { epoch: 7 }))).toMatchObject({ kind: "done" });
    const late = stop(first.host, { epoch: 6 });
    expect(await ask(first, late)).toMatchObject({ kind: "fenced", epoch: 7, action: "stop" });
    const second = await first.again();
    expect(await ask(second, late)).toMatchObject({ kind: "fenced", epoch: 7 });
    expect(await ask(second, { ...late, epoch: 7 })).toMatchObject({ kind: "done" });
  });

  it("never begins what was settled before it came, also after a restart", async () => {
    const first = await withWeb();
    const settle: Command = { kind: "settle", epoch: 1, run, action: "start" as ActionId, attempt: 1 };
    expect(await ask(first, settle)).toMatchObject({ kind: "void", action: "start", attempt: 1 });
    expect(await ask(first, start(first.host))).toMatchObject({ kind: "void" });
    const second = await first.again();
    expect(await ask(second, start(first.host))).toMatchObject({ kind: "void" });
    expect(await first.driver.find(web)).toBe("absent");
    expect(await ask(second, start(first.host, { attempt: 2 }))).toMatchObject({ kind: "done", attempt: 2 });
  });

  it("does nothing where the expectation does not hold", async () => {
    const first = await withWeb();
    expect(await ask(first, stop(first.host))).toMatchObject({ kind: "failed", again: false, found: "absent", because: "web is absent, not running" });
  });

  it("does not let two attempts at one workload happen at once", async () => {
    const { agent, host, reports, next } = await withWeb();
    const [one, two] = [next(), next()];
    agent.receive(start(host));
    agent.receive(start(host, { action: "other" as ActionId }));
    await Promise.all([one, two]);
    const ends = reports.filter((report) => report.kind === "done" || report.kind === "failed");
    expect(ends.map(({ kind }) => kind).sort()).toEqual(["done", "failed"]);
    expect(ends.find((report) => report.kind === "failed")).toMatchObject({ again: true, because: "another attempt with it is still under way here" });
  });

  it("tells what it finds, and takes inventory", async () => {
    const first = await withWeb();
    await ask(first, start(first.host));
    expect(await ask(first, { kind: "find", epoch: 1, run, workload: web })).toMatchObject({ kind: "found", found: "running" });
    expect(await ask(first, { kind: "takeInventory", epoch: 1, run })).toMatchObject({ kind: "inventory", inventory: { state: "on", workloads: [{ workload: web, found: "running" }] } });
  });

  it("ends a stop that takes too long when it is told to, with everything as before", async () => {
    const layer = await processLayer();
    await layer.prepare(layer.a, web, "one");
    const place = join(layer.folder, "templates", layer.a, "w-web");
    await writeFile(join(place, "files", "stubborn"), "#!/bin/sh\ntrap '' TERM\ntouch trapped\nwhile :; do sleep 0.1; done\n", { mode: 0o755 });
    await writeFile(join(place, "program.json"), JSON.stringify({ command: ["stubborn"], settleMs: 100, graceMs: 60_000 }));
    const first = await tried(layer.driver(layer.a), layer.a, await logFile());
    expect(await ask(first, start(layer.a))).toMatchObject({ kind: "done" });
    await expect.poll(() => readFile(join(layer.folder, layer.a, "places", "w-web", "files", "trapped"), "utf8").catch(() => null), { timeout: 10_000 }).toBe("");
    const ended = first.next();
    first.agent.receive(stop(layer.a));
    await expect.poll(() => first.reports.some((report) => report.kind === "begun" && report.action === "stop")).toBe(true);
    first.agent.receive({ kind: "abort", epoch: 1, run, action: "stop" as ActionId, attempt: 1 });
    expect(await ended).toMatchObject({ kind: "failed", found: "running" });
    expect(await layer.driver(layer.a).find(web)).toBe("running");
  });

  it("asks the driver after a restart how it ended, and again until it knows", async () => {
    const first = await withWeb();
    await ask(first, start(first.host));
    // What the log of an agent says that was killed in the middle of a stop.
    const { log } = await AgentLog.open(first.path);
    await log?.append({ kind: "begun", attempt: { run, action: "stop" as ActionId, attempt: 1 }, work: { kind: "stop", workload: web, host: first.host }, expects: "running" });
    await log?.close();
    const silentOnce = Object.create(first.driver, {
      find: { value: (workload: WorkloadId) => first.driver.find(workload) },
      watch: { value: () => {} },
      resolve: { value: resolveLate(first.driver) },
    }) as Driver;
    const second = await first.again(silentOnce);
    await expect.poll(() => second.reports.find((report) => report.kind === "done"), { timeout: 10_000 }).toMatchObject({ action: "stop" });
    expect(await first.driver.find(web)).toBe("stopped");
  });
});

/** The same driver, whose other side does not answer at the first question. */
function resolveLate(driver: Driver): Driver["resolve"] {
  let asked = 0;
  return (task, course) => {
    asked++;
    return asked === 1 ? Promise.reject(new Error("the other side is silent")) : driver.resolve(task, course);
  };
}

function entry(epoch: number): LogEntry {
  return { kind: "fence", epoch };
}

describe("the log of an agent", () => {
  it("keeps what it was given in order, also when much comes at once", async () => {
    const path = await logFile();
    const { log } = await AgentLog.open(path);
    await Promise.all(Array.from({ length: 200 }, async (_, i) => log?.append(entry(i))));
    await log?.close();
    const { entries, log: again } = await AgentLog.open(path);
    await again?.close();
    expect(entries).toEqual(Array.from({ length: 200 }, (_, i) => entry(i)));
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe("600");
  });

  it("loses only a write that had not ended, wherever it is cut", async () => {
    const path = await logFile();
    const { log } = await AgentLog.open(path);
    for (let i = 0; i < 3; i++) await log?.append(entry(i));
    await log?.close();
    const whole = await readFile(path);
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let length = lastLine; length < whole.length; length += 7) {
      await writeFile(path, whole);
      await truncate(path, length);
      const { entries, diagnostics, log: cut } = await AgentLog.open(path);
      expect(entries).toHaveLength(2);
      expect(diagnostics.every(({ severity }) => severity === "warning")).toBe(true);
      await cut?.append(entry(9));
      await cut?.close();
      expect((await AgentLog.open(path).then(async (opened) => { await opened.log?.close(); return opened; })).entries.at(-1)).toEqual(entry(9));
    }
  });

  it("is not used when somebody has changed it", async () => {
    const path = await logFile();
    const { log } = await AgentLog.open(path);
    for (let i = 0; i < 3; i++) await log?.append(entry(i));
    await log?.close();
    await writeFile(path, (await readFile(path, "utf8")).replace('"epoch":1', '"epoch":8'));
    const { log: changed, diagnostics } = await AgentLog.open(path);
    expect([changed, diagnostics[0]?.severity, diagnostics[0]?.line]).toEqual([null, "error", 2]);
    await appendFile(path, "more\n");
    expect((await AgentLog.open(path)).log).toBeNull();
  });
});

describe("a folder of an agent", () => {
  it("is used by one process at a time", async () => {
    const folder = await mkdtemp(join(tmpdir(), "stowage-sole-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const release = await claim(folder);
    expect(release).not.toBeNull();
    expect(await claim(folder)).toBeNull();
    expect(await claim(join(folder, "."))).toBeNull();
    release?.();
    const again = await claim(folder);
    expect(again).not.toBeNull();
    again?.();
  });
});
