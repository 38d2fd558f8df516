import { describe, expect, it } from "vitest";
import type { HostId } from "../../model/ids.ts";
import type { PolicyDocument } from "../../model/policy.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { compilePolicies, type Constraint } from "../../policies/index.ts";
import { simulate, type SimulationResult } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { ids, policyOf, scenarioOf } from "../policies/scenario-of.ts";
import { hour, minute, second, simulationOf } from "./given.ts";
import { migrate, on, planOf } from "./plan-of.ts";

const index = fleetOf(["h1", "h2", "h3"].map((id) => hostOf(id, { migrationMbps: 1000 })), ["v", "w", "x"].map((id, n) => workloadOf(id, {
  host: `h${n + 1}`, state: "running", reservation: { memoryMiB: 1000 }, dataMiB: 100,
})));

async function rules(fleet: FleetIndex, ...policies: readonly PolicyDocument[]): Promise<readonly Constraint[]> {
  return (await compilePolicies(scenarioOf(fleet, policies), fleet)).constraints;
}

function breaches({ breaches: found }: SimulationResult): readonly string[] {
  return found.filter(({ policy }) => !policy.startsWith("built-in")).map(({ words, fromMs, toMs }) => `${fromMs}-${toMs ?? "end"} ${words}`);
}

const apart = policyOf("apart", { workloads: ids("v w") }, "spread", { key: "host" });
const alwaysTwo = policyOf("always-two", { workloads: ids("v w x") }, "disruption-budget", { min: 2 });

describe("the rules while a plan is carried out", () => {
  const beside = planOf([migrate("v", "h1", "h2")], [migrate("v", "h2", "h3"), "a1"]);

  it("are broken from the first instant of a move that ends beside a replica, and kept again when it leaves, where they only should be kept", async () => {
    const result = await simulate(simulationOf(index, { constraints: await rules(index, { ...apart, strength: "should" }), plan: { plan: beside, atMs: minute } }));
    const oneMove = 8389 + 839;
    expect(breaches(result)).toEqual([`${minute}-${minute + 2 * oneMove} v, w share host h2: 2 there, at most 1 may be`]);
  });

  it("are not broken by an action where they must be kept: the executor's guard holds it", async () => {
    const result = await simulate(simulationOf(index, { constraints: await rules(index, apart), plan: { plan: beside, atMs: minute } }));
    expect(breaches(result)).toEqual([]);
    expect(result.actions.map(({ outcome, beganMs, because }) => `${outcome} ${beganMs}: ${because}`)).toEqual([
      "given up null: a1 was held: policy apart would be broken: v, w share host h2: 2 there, at most 1 may be", "given up null: a1 did not succeed",
    ]);
  });

  it("are broken by what fails, until it is back", async () => {
    const failures = ["h1", "h2"].map((host) => ({ atMs: minute, scope: { kind: "host", host: host as HostId }, repairMs: minute } as const));
    const result = await simulate(simulationOf(index, { constraints: await rules(index, alwaysTwo), failures }));
    expect(result.happenings.filter(({ kind }) => kind === "rule").length).toBe(2);
    expect(breaches(result)).toEqual([`${minute}-${2 * minute + 10 * second} 1 instance runs, at least 2 must; down: v, w`]);
  });

  it("tell nothing of what was broken before and is no worse", async () => {
    const together = fleetOf(index.hosts, index.workloads.map((workload) => ({ ...workload, host: "h1" as HostId })));
    const plan = planOf([migrate("x", "h1", "h2")]);
    const result = await simulate(simulationOf(together, { constraints: await rules(together, apart), plan: { plan, atMs: minute } }));
    expect(breaches(result)).toEqual([]);
  });
});

describe("limits and windows", () => {
  it("let only so many moves begin at once, the others when one ends", async () => {
    const oneAtOnce = policyOf("one-at-once", {}, "parallelism", { total: 1 });
    const plan = planOf([migrate("v", "h1", "h3")], [migrate("w", "h2", "h1")]);
    const result = await simulate(simulationOf(index, { constraints: await rules(index, oneAtOnce), plan: { plan, atMs: 0 } }));
    expect(result.actions.map(({ beganMs, endedMs }) => [beganMs, endedMs])).toEqual([[0, 9228], [9228, 18_456]]);
    expect(breaches(result)).toEqual([]);
  });

  it("let nothing begin outside a window, where the simulation has a date", async () => {
    const atNight = policyOf("at-night", {}, "window", { zone: "Europe/Paris", allow: [{ from: "22:00", to: "06:00" }] });
    const plan = planOf([on("stop", "v", "h1")]);
    const constraints = await rules(index, atNight);
    const evening = Date.parse("2026-11-20T20:30:00Z");
    const began = async (hasDate: boolean): Promise<number | null | undefined> =>
      (await simulate(simulationOf(index, { constraints, plan: { plan, atMs: 0 }, startMs: evening, hasDate, lengthMs: 2 * hour }))).actions[0]?.beganMs;
    expect([await began(true), await began(false)]).toEqual([30 * minute, 0]);
  });
});
