import { schedule } from "../../planner/schedule.ts";
import { Random } from "../../model/random.ts";
import { planOf } from "../planner/schedule/plan-of.ts";
import { isForbidden, randomWorld } from "../planner/schedule/random-world.ts";
import { drawFaults, type Faults } from "./faults.ts";
import { Simulation, type Simulated } from "./simulate.ts";

export interface Seeded extends Simulated {
  readonly faults: Faults;
  readonly actions: number;
}

/** A small tight fleet, a plan for it and a world of faults, all from one number; null when that gives no plan. */
export async function simulateSeed(seed: number): Promise<Seeded | null> {
  const random = new Random(seed);
  const made = await randomWorld(random.below(1_000_000)).catch(() => null);
  if (made === null || isForbidden(made.world, made.target)) return null;
  const { index, constraints } = made.world;
  const result = schedule({ index, constraints, hostOf: made.target, startsAtMs: null, stopped: () => false, nodeLimit: 300 });
  if (result.actions.length === 0) return null;
  const faults = drawFaults(random);
  const onFailure = random.pick(["goOn", "goOn", "goBack"] as const);
  const plan = planOf(made.world, result, made.target);
  const simulated = await new Simulation(made.world, plan, faults, random.uint32(), { onFailure, actionsAtOnce: random.pick([1, 3, 1000]) }).run();
  return { ...simulated, faults, actions: plan.actions.length };
}
