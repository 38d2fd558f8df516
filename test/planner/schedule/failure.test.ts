import { describe, expect, it } from "vitest";
import type { Action, Plan, PlannedAction } from "../../../model/plan.ts";
import type { FleetIndex } from "../../../model/snapshot.ts";
import { schedule } from "../../../planner/schedule.ts";
import { denseAction } from "../../../policies/verify/dense-action.ts";
import { obstacle } from "../../../policies/verify/preconditions.ts";
import { Baseline } from "../../../policies/verify/replay.ts";
import { ReplayState } from "../../../policies/verify/replay-state.ts";
import { planOf } from "./plan-of.ts";
import { isForbidden, randomWorld } from "./random-world.ts";
import type { Given } from "./small-fleet.ts";

interface Failure {
  /** The fleet once all has ended that can end without the failed action, which has never ended. */
  readonly state: ReplayState;
  readonly ended: ReadonlySet<string>;
  readonly wrong: readonly string[];
}

/** Carries a plan out in the order of its times while one action hangs, looking at every must after every event. */
function fail({ index, constraints }: Given, plan: Plan, failed: PlannedAction): Failure {
  const rules = constraints.filter(({ strength, holds }) => strength === "must" && holds === "continuously");
  const state = new ReplayState(index);
  const baseline = new Baseline(new ReplayState(index));
  const ended = new Set<string>();
  const started = new Set<string>();
  const wrong: string[] = [];
  const look = (): void => rules.forEach((rule) => baseline.worse(rule, state).forEach((violation) => wrong.push(`${rule.id}: ${rule.explain(violation)}`)));
  const events = plan.actions.flatMap((planned) => [{ planned, atMs: planned.startMs, ends: false }, { planned, atMs: planned.endMs, ends: true }])
    .sort((a, b) => a.atMs - b.atMs || Number(b.ends) - Number(a.ends));
  for (const { planned, ends } of events) {
    const action = denseAction(index, planned);
    if (typeof action === "string") return { state, ended, wrong: [action] };
    if (ends ? !started.has(planned.id) || planned === failed : planned.after.some((id) => !ended.has(id))) continue;
    if (ends) {
      state.end(action);
      ended.add(planned.id);
    } else {
      const because = obstacle(action, state);
      if (because !== null) return { state, ended, wrong: [`${planned.id} cannot start: ${because}`] };
      state.start(action);
      started.add(planned.id);
    }
    look();
  }
  return { state, ended, wrong };
}

/** What is true of a failed action's workload or host, read off the fleet and not off the plan. */
function truth(index: FleetIndex, action: Action, state: ReplayState): string {
  if (action.kind === "bootHost" || action.kind === "shutdownHost") {
    const there = state.present(index.hostIndex.get(action.host) ?? -1).length;
    return action.kind === "bootHost" ? `${action.host} stays off` : `${action.host} stays on and ${there === 0 ? "empty" : "in use"}`;
  }
  const { host, leaving, activity } = state.where(index.workloadIndex.get(action.workload) ?? -1);
  const [at, old] = [index.hosts[host]?.id, index.hosts[leaving]?.id];
  const source = action.kind === "copy" ? state.where(index.workloadIndex.get(action.source) ?? -1) : null;
  switch (action.kind) {
    case "migrate": return `${action.workload} still runs on ${activity === "running" ? at : "nothing"}`;
    case "stop": return `${action.workload} still runs on ${activity === "stopping" ? at : "nothing"}, or hangs while stopping`;
    case "transfer": return `${action.workload} is ${activity} with its data complete on ${at}`;
    case "start": return state.existedBefore(index.workloadIndex.get(action.workload) ?? -1)
      ? `${action.workload} is stopped on ${activity === "starting" ? at : "nothing"}; its data are there${old === undefined ? "" : `, and still on ${old} too`}.`
      : `${action.workload} does not run`;
    case "deleteSource": return `${action.workload} is in its new place; old data stay on ${old}`;
    case "copy": return `${action.workload} ${host < 0 ? "does not exist yet" : "exists"}; ${action.source} is unharmed on ${index.hosts[source?.host ?? -1]?.id}`;
    case "remove": return `${action.workload} is ${activity}, its data stay on ${at}`;
  }
}

describe("when an action fails", () => {
  it("every must is kept in what remains, and ifItFails says what is true", async () => {
    const kinds = new Map<string, number>();
    for (let seed = 400; seed < 460; seed++) {
      const { world, target } = await randomWorld(seed).catch(() => ({ world: null, target: null }));
      if (world === null || isForbidden(world, target)) continue;
      const { index, constraints } = world;
      const result = schedule({ index, constraints, hostOf: target, startsAtMs: null, stopped: () => false, nodeLimit: 300 });
      const plan = planOf(world, result, target);
      for (const failed of plan.actions) {
        const { state, ended, wrong } = fail(world, plan, failed);
        const where = { seed, action: failed.id };
        expect({ ...where, wrong }).toEqual({ ...where, wrong: [] });
        expect({ ...where, says: failed.ifItFails }).toEqual({ ...where, says: expect.stringContaining(truth(index, failed.action, state)) });
        const missing = plan.actions.filter(({ id }) => id !== failed.id && !ended.has(id));
        expect({ ...where, waits: !failed.ifItFails.endsWith("Nothing waits for it.") }).toEqual({ ...where, waits: missing.length > 0 });
        kinds.set(failed.action.kind, (kinds.get(failed.action.kind) ?? 0) + 1);
      }
    }
    const all: readonly Action["kind"][] = ["bootHost", "shutdownHost", "migrate", "stop", "transfer", "start", "deleteSource", "copy", "remove"];
    expect(all.filter((kind) => (kinds.get(kind) ?? 0) < 3)).toEqual([]);
  });
});
