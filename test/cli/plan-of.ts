import type { ActionId, HostId, WorkloadId } from "../../model/ids.ts";
import type { Plan, PlannedAction } from "../../model/plan.ts";

const host = (id: string): HostId => id as HostId;
const workload = (id: string): WorkloadId => id as WorkloadId;

/** A plan written by hand: a live move, a cold one, a new workload, a host switched off. */
export function planOf(said: Partial<Plan> = {}): Plan {
  return {
    format: "stowage/plan/v1", scenario: "shop", mode: "optimise", engine: "search, 1,000 moves tried", seed: 1,
    claim: { kind: "best-found" }, asOf: null, currency: "EUR",
    levels: [
      { name: "broken musts", before: 0, after: 0, bound: 0 }, { name: "unplaced", before: 101, after: 0, bound: 0 },
      { name: "money", before: 9_000_000, after: 7_000_000, bound: 6_500_000 },
    ],
    placedCount: 3, wantedCount: 4,
    unplaced: [{ workload: workload("big"), reasons: ["built-in/capacity rules out 2 of 2 hosts, e.g. host h1 has no memory left"] }],
    unreached: [],
    moves: [
      { workload: workload("db"), from: host("h2"), to: host("h1"), how: "cold", reason: "lets host h2 be switched off", gainMicrosPerHour: 400_000 },
      { workload: workload("web"), from: host("h2"), to: host("h1"), how: "live", reason: "is cheaper there", gainMicrosPerHour: 123_456 },
      { workload: workload("new"), from: null, to: host("h1"), how: "start", reason: "is new", gainMicrosPerHour: -10 },
    ],
    actions: [
      action("a1", { kind: "migrate", workload: workload("web"), from: host("h2"), to: host("h1") }, [], 0, 12_000, false),
      action("a2", { kind: "stop", workload: workload("db"), host: host("h2") }, [], 0, 5000, true),
      action("a3", { kind: "transfer", workload: workload("db"), from: host("h2"), to: host("h1") }, ["a2"], 5000, 60_000, true),
      action("a4", { kind: "start", workload: workload("db"), host: host("h1") }, ["a3"], 60_000, 70_000, true),
      action("a5", { kind: "deleteSource", workload: workload("db"), host: host("h2") }, ["a4"], 70_000, 71_000, true),
      action("a6", { kind: "shutdownHost", host: host("h2") }, ["a1", "a5"], 71_000, 131_000, true),
    ],
    makespanMs: 131_000,
    target: [
      { workload: workload("db"), host: host("h1") }, { workload: workload("new"), host: host("h1") }, { workload: workload("web"), host: host("h1") },
    ],
    hourlyCostBeforeMicros: 2_000_000, hourlyCostAfterMicros: 1_476_554,
    basis: [{ about: "host h1 state", value: "on" }],
    remarks: [], digest: "sha256:0",
    ...said,
  };
}

function action(id: string, what: PlannedAction["action"], after: readonly string[], startMs: number, endMs: number, critical: boolean): PlannedAction {
  return { id: id as ActionId, action: what, after: after as readonly ActionId[], startMs, endMs, reason: "", ifItFails: "", critical };
}
