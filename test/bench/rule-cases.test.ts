import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCase, type RuleCase } from "../../bench/proxlb/case.ts";
import { brokenRules, shortfalls } from "../../bench/proxlb/judge.ts";
import { replay } from "../../bench/proxlb/replay.ts";
import { runCase } from "../../bench/proxlb/run.ts";
import { loadsPpm } from "../../bench/proxlb/scenario.ts";
import type { ActionId, HostId, WorkloadId } from "../../model/ids.ts";
import type { PlannedAction } from "../../model/plan.ts";

const folder = new URL("cases/", import.meta.url);
const files = readdirSync(folder).sort();

/** A clock that stands still: work is limited by the number of moves tried, not by time. */
const clock = { nowMs: () => 0 };

describe("rule cases", () => {
  it.each(files)("%s is answered as it expects", async (file) => {
    const result = await runCase(readFileSync(new URL(file, folder), "utf8"), { seed: 1, timeMs: 60_000, iterations: 20_000, clock });
    expect(result.shortfalls).toEqual([]);
    expect(result.unchecked).toEqual([]);
    expect(result.passed).toBe(true);
  });
});

const pair = `
nodes: { n1: { cpu_total: 4, memory_total_gb: 10 }, n2: { cpu_total: 4, memory_total_gb: 10 } }
vms: { a: { node: n1, cpu: 1, memory_gb: 6 }, b: { node: n2, cpu: 1, memory_gb: 3 } }
constraints: { affinity: [{ name: pair, vms: [a, b] }] }
`;

function expecting(expectation: string): RuleCase {
  return readCase(`${pair}expect: { ${expectation} }`);
}

function migrate(id: string, workload: string, from: string, to: string, startMs: number, endMs: number, after: readonly string[] = []): PlannedAction {
  return {
    id: id as ActionId, startMs, endMs, reason: "", ifItFails: "", critical: false, after: after as readonly ActionId[],
    action: { kind: "migrate", workload: workload as WorkloadId, from: from as HostId, to: to as HostId },
  };
}

describe("the judge of rule cases", () => {
  const together = new Map([["a", "n1"], ["b", "n1"]]);
  const answer = { target: together, reached: true, faults: [] };

  it.each([
    ["accepts what is right", "feasible: true, constraints_satisfied: true, max_migrations: 1, placements: { b: == a, a: n1 }, node_empty: n2, path_feasible: true", []],
    ["refuses a wrong place", "placements: { a: n2 }", ["a is on n1, expected n2"]],
    ["refuses a companion elsewhere", 'placements: { b: "!= a" }', ["b is on n1, expected != a"]],
    ["refuses too many moves", "max_migrations: 0", ["1 VMs move, at most 0 were to"]],
    ["refuses a node that is not empty", "node_empty: n1", ["n1 is not empty: a, b"]],
    ["refuses an answer where there is none", "feasible: false", ["a placement was given, but there is none"]],
    ["refuses a path where there is none", "path_feasible: false", ["a path was given, but there is none"]],
    ["refuses a spread that grew", "spread_improved: true", ["the gap of load between nodes goes from 30.0 % to 90.0 %"]],
    ["refuses rules kept where one was to break", "constraints_satisfied: false", ["every rule holds, but one was expected to be broken"]],
  ])("%s", (_, expectation, wrong) => {
    expect(shortfalls(expecting(expectation), answer)).toEqual(wrong);
  });

  it("refuses a hard rule that is broken, whatever the case says", () => {
    expect(shortfalls(expecting("feasible: true"), { ...answer, target: new Map([["a", "n1"], ["b", "n2"]]) })).toEqual(["pair: a, b are not together"]);
  });

  it("finds overloads of the numbers of the case itself", () => {
    const crowded = readCase(pair.replace("memory_gb: 3", "memory_gb: 5"));
    expect(brokenRules(crowded, together)).toEqual([{ words: "memory of n1 is over by 1024 MiB", hard: true }]);
  });

  it("counts a pressure that no VM causes to its node", () => {
    const pressed = readCase(`
balancing: { method: cpu_psi }
nodes: { n1: { cpu_total: 4, memory_total_gb: 8, cpu_pressure: 20 }, n2: { cpu_total: 4, memory_total_gb: 8 } }
vms: { a: { node: n1, cpu: 1, memory_gb: 1, cpu_pressure: 15 } }
`);
    expect(loadsPpm(pressed, new Map([["a", "n2"]]))).toEqual([50_000, 150_000]);
  });
});

describe("the replay of rule cases", () => {
  const swap = readCase("nodes: { n1: { cpu_total: 4, memory_total_gb: 10 }, n2: { cpu_total: 4, memory_total_gb: 10 }, n3: { cpu_total: 4, memory_total_gb: 10 } }\n" +
    "vms: { a: { node: n1, cpu: 1, memory_gb: 6 }, b: { node: n2, cpu: 1, memory_gb: 6 } }");

  it("accepts a swap through a third node", () => {
    const found = replay(swap, [
      migrate("1", "a", "n1", "n3", 0, 10), migrate("2", "b", "n2", "n1", 10, 20, ["1"]), migrate("3", "a", "n3", "n2", 20, 30, ["2"]),
    ]);
    expect(found.faults).toEqual([]);
    expect(Object.fromEntries(found.placement)).toEqual({ a: "n2", b: "n1" });
  });

  it.each([
    ["an overload on the way", [migrate("1", "a", "n1", "n2", 0, 10)], ["action 1: memory of n2 is over by 2048"]],
    ["a move that does not wait for the room it needs", [migrate("1", "a", "n1", "n3", 0, 10), migrate("2", "b", "n2", "n1", 10, 20)], ["action 2: memory of n1 is over by 2048"]],
    ["a move from where nothing is", [migrate("1", "a", "n2", "n3", 0, 10)], ["action 1: moves a from n2, but it is on n1"]],
    ["a wait that is not kept", [migrate("1", "a", "n1", "n3", 0, 10), migrate("2", "b", "n2", "n1", 5, 20, ["1"])], ["action 2 starts before 1, which it waits for, has ended"]],
  ])("finds %s", (_, actions, faults) => {
    expect(replay(swap, actions).faults).toEqual(expect.arrayContaining(faults));
  });
});

describe("reading rule cases", () => {
  it.each([
    ["vms: {}", "nodes must be a map"],
    ["nodes: { n1: { cpu_total: 1, memory_total_gb: 1 } }\nvms: { a: { node: n2, cpu: 1, memory_gb: 1 } }", "VM a is on n2, which is not among the nodes"],
    ["nodes: { n1: { cpu_total: -1, memory_total_gb: 1 } }\nvms: {}", "cpu_total of n1 is -1, not a number from 0"],
    ["nodes: { n1: { cpu_total: 1, memory_total_gb: 1 } }\nvms: {}\nevacuate_node: n7", "evacuate_node n7 is not among the nodes"],
  ])("says what is wrong with %s", async (text, words) => {
    const { shortfalls: found, passed } = await runCase(text, { seed: 1, timeMs: 1000, clock });
    expect(found).toEqual([`the case cannot be read: ${words}`]);
    expect(passed).toBe(false);
  });

  it("reports expectations that nothing checks", async () => {
    const { unchecked } = await runCase(`${pair}expect: { feasible: true, happy: true }`, { seed: 1, timeMs: 60_000, iterations: 1000, clock });
    expect(unchecked).toEqual(["happy"]);
  });
});
