import type { Plan } from "../../../model/plan.ts";
import { currentHosts } from "../../../model/snapshot.ts";
import { hourlyBill } from "../../../planner/assemble.ts";
import type { ScheduleResult } from "../../../planner/schedule.ts";
import { basisFacts, planDigest } from "../../../policies/index.ts";
import type { Given } from "./small-fleet.ts";

/** The plan that a schedule makes, without the parts that only an engine can fill. */
export function planOf({ index, scenario }: Given, result: ScheduleResult, target: Int32Array): Plan {
  const hostOf = result.kind === "scheduled" ? target : result.reached;
  const plan: Omit<Plan, "digest"> = {
    format: "stowage/plan/v1", scenario: scenario.name, mode: "optimise", engine: "by hand", seed: 0, claim: { kind: "best-found" },
    asOf: scenario.asOf, currency: "EUR", levels: [], placedCount: 0, wantedCount: 0, unplaced: [],
    unreached: result.kind === "scheduled" ? [] : result.stuck.map(({ workload, from, to, because }) => ({
      workload: index.workloads[workload]?.id ?? ("" as never), from: index.hosts[from]?.id ?? null, to: index.hosts[to]?.id ?? null, because,
    })),
    moves: [], actions: result.actions, makespanMs: result.makespanMs,
    target: index.workloads.flatMap(({ id, desired }, w) => {
      const host = index.hosts[hostOf[w] ?? -1];
      return host === undefined || desired === "removed" ? [] : [{ workload: id, host: host.id }];
    }),
    hourlyCostBeforeMicros: hourlyBill(index, currentHosts(index), "now"),
    hourlyCostAfterMicros: hourlyBill(index, hostOf, "planned"),
    basis: basisFacts(index, result.actions, scenario.policies), remarks: [],
  };
  return { ...plan, digest: planDigest(plan) };
}
