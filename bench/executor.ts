/**
 * Figures of the executor: npx tsx bench/executor.ts [seeds | agents | journal | hosts ...] [--from N] [--seeds N]
 * seeds: executions under faults, each from one number. agents: 10,000 actions with 1,000 agents that answer at once.
 * journal: 20 actions over three hosts, each kept in a file before it is sent. hosts: the same with three real agents over
 * mutual TLS that run programs, beside the driver's own time.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultRunSettings, FileJournal, MemoryJournal, readJournal, Runner, summaryOf, systemClock, termsOf, type Journal, type Letter, type RunSettings } from "../executor/index.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../model/ids.ts";
import type { PlannedAction } from "../model/plan.ts";
import { agentsHere } from "../test/executor/agent/agents-here.ts";
import { endAll, sleeper, template } from "../test/executor/agent/process-layer.ts";
import { given, smallFleet, type Given } from "../test/planner/schedule/small-fleet.ts";
import { simulateSeed } from "../test/simulation/by-seed.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true, options: { from: { type: "string", default: "0" }, seeds: { type: "string", default: "10000" } },
});

/** Runs as many seeds as asked for; what went wrong is named with its seed. */
async function seeds(): Promise<readonly string[]> {
  const from = Number(values.from);
  const counts = { executions: 0, events: 0, crashes: 0, "turned back": 0, "with unknown outcomes": 0, "with failures": 0, "actions done": 0, wrong: 0 };
  const wrong: string[] = [];
  for (let seed = from; seed < from + Number(values.seeds); seed++) {
    const simulated = await simulateSeed(seed);
    const steps = [...simulated.state.steps, ...(simulated.state.wayThere?.steps ?? [])].map(({ kind }) => kind);
    counts.executions++;
    counts.events += simulated.events;
    counts.crashes += simulated.crashes;
    counts["turned back"] += simulated.state.wayThere === null ? 0 : 1;
    counts["with unknown outcomes"] += steps.includes("unknown") ? 1 : 0;
    counts["with failures"] += steps.includes("failed") ? 1 : 0;
    counts["actions done"] += steps.filter((kind) => kind === "done").length;
    if (simulated.wrong.length === 0) continue;
    counts.wrong++;
    wrong.push(`seed ${seed}: ${simulated.wrong[0]}`);
  }
  return [`seeds ${from} to ${from + Number(values.seeds) - 1}`, ...Object.entries(counts).map(([name, count]) => `${name}: ${count}`), ...wrong];
}

/** A ring of hosts, and on each a chain of live moves to the next one. */
async function ring(hosts: number, perHost: number): Promise<{ readonly world: Given; readonly actions: readonly PlannedAction[] }> {
  const name = (h: number): HostId => `h${String(h % hosts).padStart(4, "0")}` as HostId;
  const workloads: Record<string, { readonly on: string }> = {};
  const actions: PlannedAction[] = [];
  for (let h = 0; h < hosts; h++) {
    for (let k = 0; k < perHost; k++) {
      const workload = `${name(h)}-${k}` as WorkloadId;
      workloads[workload] = { on: name(h) };
      actions.push({
        id: `a-${workload}` as ActionId, action: { kind: "migrate", workload, from: name(h), to: name(h + 1) }, after: k === 0 ? [] : [`a-${name(h)}-${k - 1}` as ActionId],
        startMs: k * 1000, endMs: k * 1000 + 1000, reason: "", ifItFails: "", critical: false,
      });
    }
  }
  const fleet = smallFleet(Object.fromEntries(Array.from({ length: hosts }, (_, h) => [name(h), { memoryMiB: 1000 }])), workloads);
  return { world: await given(fleet), actions };
}

interface Carried {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly heapMiB: number;
}

/** Carries a plan out with agents that say done as soon as they are told. */
async function carriedOut({ world, actions }: Awaited<ReturnType<typeof ring>>, journal: Journal, settings: Partial<RunSettings> = {}): Promise<Carried> {
  const terms = termsOf(world.index, world.constraints, { ...defaultRunSettings, ...settings });
  const holder: { runner: Runner | null } = { runner: null };
  const answer = ({ to, command }: Letter): void => {
    if (command.kind !== "perform") return;
    const { run, action, attempt } = command;
    holder.runner?.take({ kind: "report", report: { kind: "done", host: to.host, run, action, attempt, tookMs: 1 } });
  };
  const runner = await Runner.open(terms, { clock: systemClock, journal, agents: { send: (letter) => setImmediate(answer, letter) } });
  holder.runner = runner;
  const [before, startMs] = [process.cpuUsage(), systemClock.nowMs()];
  runner.take({ kind: "begin", run: "bench" as RunId, epoch: 1, digest: "", actions });
  const { done, all } = summaryOf(await runner.untilAtRest());
  if (done !== all) throw new Error(`${done} of ${all} actions were done`);
  const { user, system } = process.cpuUsage(before);
  return { wallMs: systemClock.nowMs() - startMs, cpuMs: (user + system) / 1000, heapMiB: Math.round(process.memoryUsage().heapUsed / 2 ** 20) };
}

async function agents(): Promise<readonly string[]> {
  const made = await ring(1000, 10);
  const { cpuMs, heapMiB } = await carriedOut(made, new MemoryJournal());
  const perActionMs = cpuMs / made.actions.length;
  return [`${made.actions.length} actions, 1000 agents: ${perActionMs.toFixed(3)} ms of CPU each (bar 1), heap ${heapMiB} MiB at the end, the journal in memory included`];
}

async function journal(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "stowage-bench-"));
  const opened = await FileJournal.open(join(folder, "run.journal"));
  if (opened.journal === null) return opened.diagnostics.map(({ message }) => message);
  const made = await ring(3, 7);
  const { wallMs, cpuMs } = await carriedOut({ ...made, actions: made.actions.slice(0, 20) }, opened.journal, { actionsAtOnce: 1 });
  await opened.journal.close();
  rmSync(folder, { recursive: true });
  return [`20 actions one after another, each kept on disk: ${(wallMs / 20).toFixed(1)} ms each (bar 50), ${(cpuMs / 20).toFixed(2)} ms of CPU`];
}

/** Programs that move on in a ring of three hosts, one action after another; from the journal, without what the drivers took. */
async function hosts(): Promise<readonly string[]> {
  const ends: (() => Promise<void> | void)[] = [];
  const names = ["a", "b", "c"];
  const here = await agentsHere(names, (host, folder) => ({ process: { folder: join(folder, host), templates: join(folder, "templates", host), programs: ["/bin/sleep"] } }), (end) => ends.push(end));
  try {
    const programs = ["one", "two", "three", "four", "five"];
    const fleetWith = (on: (n: number) => string | null): ReturnType<typeof smallFleet> => smallFleet(
      Object.fromEntries(names.map((host) => [host, { layers: { process: "1" } }])), Object.fromEntries(programs.map((id, n) => [id, { on: on(n), layer: "process", liveMove: false, mayStop: true }])));
    const at = (n: number): string => names[n % names.length] ?? "";
    for (const [n, id] of programs.entries()) await template(here.folder, at(n), id, { data: "x" }, sleeper);
    await here.carryOut(fleetWith(() => null), Object.fromEntries(programs.map((id, n) => [id, at(n)])));
    const before = process.cpuUsage();
    const actions = await here.carryOut(fleetWith(at), Object.fromEntries(programs.map((id, n) => [id, at(n + 1)])), { actionsAtOnce: 1 });
    const { user, system } = process.cpuUsage(before);
    const { entries } = await readJournal(join(here.folder, "run-2.journal"));
    // A report may come twice.
    const tookMs = new Map(here.reports.flatMap((report) => (report.kind === "done" && report.run === "run-2" ? [[report.action, report.tookMs] as const] : [])));
    const driversMs = [...tookMs.values()].reduce((sum, ms) => sum + ms, 0);
    const wallMs = (entries.at(-1)?.event.at.nowMs ?? 0) - (entries[0]?.event.at.nowMs ?? 0);
    const each = (ms: number, digits: number): string => (ms / actions.length).toFixed(digits);
    return [`${actions.length} actions one after another over 3 hosts: ${each(wallMs - driversMs, 1)} ms each beside the driver's own ${each(driversMs, 1)} ms (bar 50), ${each((user + system) / 1000, 1)} ms of CPU for executor, agents and driver together`];
  } finally {
    await endAll(here.folder);
    for (const end of ends.reverse()) await end();
  }
}

const parts: Readonly<Record<string, () => Promise<readonly string[]>>> = { seeds, agents, journal, hosts };
for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
  console.log(`# ${name}`);
  for (const line of (await parts[name]?.()) ?? [`there is no ${name}; choose of ${Object.keys(parts).join(", ")}`]) console.log(line);
}
