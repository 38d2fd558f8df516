import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectationOf, parseCommand, parseReport, performerOf } from "../../executor/protocol.ts";
import type { Action } from "../../model/plan.ts";

type Message = Readonly<Record<string, unknown>> & { readonly kind: string };

const attempt = { run: "r", action: "a1", attempt: 1 };
const work = { kind: "migrate", workload: "w1", from: "h1", to: "h2" };

const commands: readonly Message[] = [
  { kind: "perform", ...attempt, epoch: 3, work, expects: "running", deadlineMs: 1000 },
  { kind: "abort", ...attempt, epoch: 3 }, { kind: "settle", ...attempt, epoch: 3 },
  { kind: "find", run: "r", epoch: 3, workload: "w1" }, { kind: "takeInventory", run: "r", epoch: 3 },
  { kind: "takeInventory", run: "r", epoch: 3, withinMs: 1000 }, { kind: "tellApplication", run: "r", epoch: 0, workload: "w1", application: "shop", wish: "stopped" },
  { kind: "perform", ...attempt, epoch: 3, work: { kind: "start", workload: "w1", host: "h1", checkpoint: "../x" }, expects: "stopped", deadlineMs: 1000 },
  { kind: "checkpoint", run: "r", epoch: 0, workload: "w1", wish: "list" }, { kind: "checkpoint", run: "r", epoch: 0, workload: "w1", wish: "take", name: "$(x)" },
];

const reports: readonly Message[] = [
  { kind: "begun", host: "h1", ...attempt, permille: 10 }, { kind: "done", host: "h1", ...attempt, tookMs: 5 },
  { kind: "failed", host: "h1", ...attempt, because: "it broke", again: true, ran: false, found: null }, { kind: "void", host: "h1", ...attempt },
  { kind: "fenced", host: "h1", ...attempt, epoch: 4 }, { kind: "found", host: "h1", run: "r", workload: "w1", found: "paused" },
  { kind: "changed", host: "h1", workload: "w1", found: "stopped" }, { kind: "heartbeat", host: "h1", incarnation: 2 },
  { kind: "inventory", host: "h1", run: "r", inventory: { state: "on", capacity: { memoryMiB: 1 }, layers: {}, features: [], workloads: [{ workload: "w1", found: "running" }] } },
  { kind: "inventory", host: "h1", run: "r", inventory: { state: "on", capacity: {}, layers: {}, features: [], workloads: [], silent: [{ layer: "podman", sinceMs: 5, because: "it is down" }] } },
  { kind: "application", host: "h1", run: "r", workload: "w1", application: "shop", because: null },
  { kind: "checkpoints", host: "h1", run: "r", workload: "w1", checkpoints: [{ name: "one", takenAtMs: 5 }], because: null },
];

describe("messages", () => {
  it.each(commands.map((command) => [command.kind, command] as const))("a command to %s is read back as it was sent", (_, command) => {
    expect(parseCommand(JSON.parse(JSON.stringify(command)))).toEqual({ message: command, diagnostics: [] });
  });

  it.each(reports.map((report) => [report.kind, report] as const))("a report %s is read back as it was sent", (_, report) => {
    expect(parseReport(JSON.parse(JSON.stringify(report)))).toEqual({ message: report, diagnostics: [] });
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "nothing is no kind of command"],
    ["a list", [], "nothing is no kind of command"],
    ["a kind that is inherited", Object.create({ kind: "abort" }), "nothing is no kind of command"],
    ["an unknown kind", { kind: "format" }, '"format" is no kind of command'],
    ["a key too many", { ...commands[1], force: true }, "abort"],
    ["an action of no kind", { ...commands[0], work: { kind: "shell", command: "rm" } }, "work"],
    ["a number with a fraction", { ...commands[1], epoch: 1.5 }, "epoch"],
    ["a negative attempt", { ...commands[1], attempt: -1 }, "attempt"],
    ["an empty name", { ...commands[1], action: "" }, "action"],
    ["a checkpoint without a name", { ...commands[0], work: { kind: "start", workload: "w1", host: "h1", checkpoint: "" } }, "work"],
    ["a checkpoint of a stop", { ...commands[0], work: { kind: "stop", workload: "w1", host: "h1", checkpoint: "one" } }, "work"],
    ["a wish for checkpoints that nobody knows", { kind: "checkpoint", run: "r", epoch: 0, workload: "w1", wish: "format" }, "wish"],
    ["an endless name", { ...commands[1], action: "x".repeat(300) }, "action"],
  ])("%s is refused in words", (_, value, part) => {
    const { message, diagnostics } = parseCommand(value);
    expect(message).toBeNull();
    expect(diagnostics.map((diagnostic) => diagnostic.message).join("\n")).toContain(part);
  });

  it("whatever comes in, nothing is thrown", () => {
    fc.assert(fc.property(fc.oneof(fc.anything(), fc.record({ kind: fc.constantFrom("perform", "done", "inventory", "failed"), work: fc.anything(), inventory: fc.anything() })), (value) => {
      for (const { message, diagnostics } of [parseCommand(value), parseReport(value)]) expect(message === null).toBe(diagnostics.length > 0);
    }), { seed: 41, numRuns: 300 });
  });
});

describe("who performs an action, and what must be true", () => {
  it.each<[Action, string, string]>([
    [work as Action, "h1/agent", "running"],
    [{ kind: "bootHost", host: "h1" } as Action, "h1/power", "switched off"],
    [{ kind: "shutdownHost", host: "h1" } as Action, "h1/power", "empty"],
    [{ kind: "copy", workload: "w2", source: "w1", from: "h1", to: "h2" } as Action, "h1/agent", "present"],
    [{ kind: "start", workload: "w1", host: "h2" } as Action, "h2/agent", "stopped"],
    [{ kind: "deleteSource", workload: "w1", host: "h1" } as Action, "h1/agent", "stopped"],
  ])("%j", (action, who, what) => {
    const { host, role } = performerOf(action);
    expect([`${host}/${role}`, expectationOf(action, false)]).toEqual([who, what]);
  });

  it("a new workload must not be there yet", () => {
    expect(expectationOf({ kind: "start", workload: "w1", host: "h2" } as Action, true)).toBe("absent");
  });
});
