import { describe, expect, it } from "vitest";
import { processesOf, useOf } from "../../../../executor/agent/libvirt/guest-processes.ts";

/** A line of /proc/<pid>/stat: fields 3 to 52, of which those that matter are given. */
function line(pid: number, name: string, parent: number, session: number, ticks: number, pages: number): string {
  const fields = Array.from({ length: 49 }, () => 0);
  [fields[0], fields[2], fields[10], fields[20]] = [parent, session, ticks, pages];
  return `${pid} (${name}) S ${fields.join(" ")}`;
}

describe("processes of a guest", () => {
  it.each([
    ["with its children", [line(10, "shop", 1, 10, 50, 256), line(11, "worker", 10, 10, 25, 256), line(12, "other", 1, 12, 99, 99)], 10, { cpuMs: 750, memoryMiB: 2 }],
    ["with what it has left in its session", [line(10, "shop", 1, 10, 1, 0), line(11, "orphan", 1, 10, 1, 0)], 10, { cpuMs: 20, memoryMiB: 0 }],
    ["under any name", [line(10, "a) S 1 (b", 1, 10, 5, 1), line(11, "c)", 10, 11, 5, 1)], 10, { cpuMs: 100, memoryMiB: 1 }],
    ["where lines are damaged", ["10 (a S 1", "10", "x (b) S 1 1", `${line(11, "c", 1, 11, 5, 1)} x`, line(12, "d", 1, 12, 5, 1)], 12, { cpuMs: 50, memoryMiB: 1 }],
    ["that is gone", [line(11, "other", 1, 11, 5, 1)], 10, null],
    ["that nobody has", [""], 0, null],
  ])("are counted %s", (_, lines, pid, use) => {
    expect(useOf(processesOf(lines.join("\n")), pid)).toEqual(use);
  });

  it("are not counted for ever when a guest lies about parents", () => {
    expect(useOf(processesOf([line(10, "a", 11, 5, 1, 0), line(11, "b", 10, 5, 1, 0), line(12, "c", 1, 5, 1, 0)].join("\n")), 12)).toEqual({ cpuMs: 10, memoryMiB: 0 });
  });
});
