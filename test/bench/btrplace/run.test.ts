import { describe, expect, it } from "vitest";
import { fewestMoves } from "../../../bench/btrplace/bound.ts";
import { readInstance } from "../../../bench/btrplace/read.ts";
import { faultsOf } from "../../../bench/btrplace/replay.ts";
import { runInstance, type RunResult } from "../../../bench/btrplace/run.ts";
import type { TimedAction } from "../../../bench/btrplace/timing.ts";
import { instanceText, type RawInstance } from "./instance.ts";

async function planned(raw: RawInstance): Promise<RunResult> {
  let ticks = 0;
  return runInstance("small", instanceText(raw), { seed: 1, timeMs: 60_000, clock: { nowMs: () => ticks++ / 100 } });
}

const move = (vm: number, from: number, to: number, start = 0, end = 1): TimedAction => ({ kind: "migrate", vm, from, to, start, end });

describe("the fewest moves", () => {
  it.each<[string, RawInstance, number]>([
    ["none when all fits", {}, 0],
    ["one for an overloaded node", { constraints: [{ id: "preserve", vm: 0, rc: "memory", amount: 9 }] }, 1],
    ["two where one is not enough", { capacity: 3, memory: { 2: 1, 3: 1, 4: 1, 5: 1 } }, 2],
    ["all of a node that must be off", { constraints: [{ id: "offline", node: 2 }] }, 2],
    ["those outside their fence", { constraints: [{ id: "fence", vm: 0, nodes: [1, 2], continuous: false }, { id: "ban", vm: 2, nodes: [1], continuous: false }] }, 2],
    ["what a limit on one node asks for", { constraints: [{ id: "resourceCapacity", nodes: [1], rc: "memory", amount: 4, continuous: false }] }, 1],
    ["what a limit on machines asks for", { constraints: [{ id: "runningCapacity", nodes: [1], amount: 1, continuous: false }] }, 1],
    ["none for machines that are to be killed", { constraints: [{ id: "preserve", vm: 0, rc: "memory", amount: 9 }, { id: "killed", vm: 1 }] }, 0],
  ])("are %s", (_, raw, wanted) => {
    expect(fewestMoves(readInstance(instanceText(raw)))).toBe(wanted);
  });
});

describe("an instance that is planned", () => {
  it("moves as few as it must, and none waits", async () => {
    const { faults, moves, span, atOnce, actions } = await planned({ constraints: [{ id: "preserve", vm: 0, rc: "memory", amount: 8 }], attributes: { 0: { migrate: 9 }, 1: { migrate: 3 } } });
    expect(faults).toEqual([]);
    expect(moves).toBe(1);
    expect(actions).toEqual([{ kind: "migrate", vm: 1, from: 0, to: 2, start: 0, end: 3 }]);
    expect(span).toEqual({ makespan: 3, sumOfEnds: 3 });
    expect(atOnce).toEqual(span);
  });

  it("starts what is to run, and leaves out what nobody asks for", async () => {
    const idle = await planned({});
    expect(idle.actions).toEqual([]);
    const { faults, actions, starts } = await planned({ constraints: [{ id: "running", vm: 6 }], attributes: { 6: { boot: 4 } } });
    expect(faults).toEqual([]);
    expect(starts).toBe(1);
    expect(actions.map(({ kind, vm, from, start, end }) => ({ kind, vm, from, start, end }))).toEqual([{ kind: "boot", vm: 6, from: null, start: 0, end: 4 }]);
  });

  it("empties a node and switches it off, and wakes the one that is off when it must", async () => {
    const { faults, actions } = await planned({ capacity: 8, constraints: [{ id: "offline", node: 0 }] });
    expect(faults).toEqual([]);
    expect(new Set(actions.map(({ kind }) => kind))).toEqual(new Set(["bootNode", "migrate", "shutdownNode"]));
    expect(actions.filter(({ kind }) => kind === "migrate").every(({ to }) => to === 3 || to === 2)).toBe(true);
  });

  it.each<[string, RawInstance, (at: (vm: number) => number) => boolean]>([
    ["spread", { constraints: [{ id: "spread", vms: [0, 1], continuous: true }] }, (at) => at(0) !== at(1)],
    ["gather", { constraints: [{ id: "gather", vms: [0, 4], continuous: false }] }, (at) => at(0) === at(4)],
    ["among", { constraints: [{ id: "among", vms: [0, 2], parts: [[0], [1, 2]], continuous: false }] }, (at) => at(0) !== 0 && at(2) !== 0],
    ["fence", { constraints: [{ id: "fence", vm: 0, nodes: [2], continuous: false }] }, (at) => at(0) === 2],
    ["ban", { constraints: [{ id: "ban", vms: [0, 1], nodes: [0, 1], continuous: false }] }, (at) => at(0) > 1 && at(1) > 1],
    ["split", { constraints: [{ id: "split", parts: [[0], [1]], continuous: false }] }, (at) => at(0) !== at(1)],
    ["lonely", { constraints: [{ id: "lonely", vms: [5], continuous: false }] }, (at) => [0, 1, 2, 3, 4].every((vm) => at(vm) !== at(5))],
    ["root", { constraints: [{ id: "root", vm: 0 }, { id: "preserve", vm: 1, rc: "memory", amount: 8 }] }, (at) => at(0) === 0 && at(1) !== 0],
    ["quarantine", { constraints: [{ id: "quarantine", node: 2 }, { id: "running", vm: 6 }] }, (at) => at(6) !== 2],
    ["resourceCapacity over two nodes", { constraints: [{ id: "resourceCapacity", nodes: [0, 1], rc: "memory", amount: 12, continuous: false }] }, (at) => [0, 1, 2, 3].filter((vm) => at(vm) < 2).length === 3],
    ["runningCapacity", { constraints: [{ id: "runningCapacity", nodes: [0], amount: 1, continuous: false }] }, (at) => [0, 1].filter((vm) => at(vm) === 0).length === 1],
    ["overbook", { constraints: [{ id: "overbook", node: 0, rc: "memory", ratio: 0.5, continuous: false }] }, (at) => [0, 1].filter((vm) => at(vm) === 0).length === 1],
    ["maxOnline", { capacity: 24, constraints: [{ id: "maxOnline", nodes: [0, 1, 2, 3], amount: 1, continuous: false }] }, (at) => new Set([0, 1, 2, 3, 4, 5].map(at)).size === 1],
  ])("keeps %s", async (_, raw, kept) => {
    const { faults, actions } = await planned(raw);
    expect(faults).toEqual([]);
    const places = new Map([[0, 0], [1, 0], [2, 1], [3, 1], [4, 2], [5, 2]]);
    for (const { vm, to } of actions) if (vm !== null && to !== null) places.set(vm, to);
    expect(kept((vm) => places.get(vm) ?? -1)).toBe(true);
  });

  it("says why when there is no plan", async () => {
    const { faults, firstValidMs } = await planned({ constraints: [{ id: "preserve", vm: 0, rc: "memory", amount: 11 }] });
    expect(firstValidMs).toBeNull();
    expect(faults.length).toBeGreaterThan(0);
  });

  it("refuses what it cannot do by name", async () => {
    await expect(planned({ constraints: [{ id: "online", node: 3 }] })).rejects.toThrow(/node 3 is off and online asks for it/u);
  });
});

describe("the replay of an instance", () => {
  it.each<[string, RawInstance, readonly TimedAction[], RegExp]>([
    ["a node that is overfull on the way", { memory: { 2: 9 } }, [move(0, 0, 1)], /node 1 holds 17 of 10 memory/u],
    ["a node that is overfull at the end", { constraints: [{ id: "preserve", vm: 0, rc: "memory", amount: 9 }] }, [], /at the end node 0 holds 13 of 10/u],
    ["a machine that is elsewhere", {}, [move(0, 2, 1)], /vm 0: it is not on node 2/u],
    ["a spread that is still broken at the end", { constraints: [{ id: "spread", vms: [0, 1], continuous: true }] }, [], /at the end: spread of vms 0, 1 is broken/u],
    ["a spread that breaks on the way", { constraints: [{ id: "spread", vms: [0, 4], continuous: true }] }, [move(0, 0, 2), move(4, 2, 0)], /spread of vms 0, 4 is broken/u],
    ["an among that breaks on the way", { constraints: [{ id: "among", vms: [4, 5], parts: [[0], [2]], continuous: true }] }, [move(4, 2, 0), move(5, 2, 0)], /among of vms 4, 5 is broken/u],
    ["a machine that nobody started", { constraints: [{ id: "running", vm: 6 }] }, [], /vm 6 runs on 0 nodes, but should be running/u],
    ["a node that is not empty", { constraints: [{ id: "offline", node: 1 }] }, [], /is on a node that should be off/u],
  ])("finds %s", (_, raw, actions, words) => {
    expect(faultsOf(readInstance(instanceText(raw)), actions).join("\n")).toMatch(words);
  });

  it("lets what waited for room go there", () => {
    const instance = readInstance(instanceText({ constraints: [{ id: "spread", vms: [0, 4], continuous: false }] }));
    expect(faultsOf(instance, [move(4, 2, 0, 0, 2), move(0, 0, 2, 1, 2)])).toEqual([]);
    expect(faultsOf(instance, [move(4, 2, 1, 0, 2), move(0, 0, 2, 2, 3)])).toEqual([]);
  });
});
