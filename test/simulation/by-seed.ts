import { schedule } from "../../planner/schedule.ts";
import type { Plan } from "../../model/plan.ts";
import { Random } from "../../model/random.ts";
import { planOf } from "../planner/schedule/plan-of.ts";
import { isForbidden, randomWorld } from "../planner/schedule/random-world.ts";
import type { Given } from "../planner/schedule/small-fleet.ts";
import { drawFaults, type Faults } from "./faults.ts";
import { Simulation, type Simulated } from "./simulate.ts";

export interface Seeded extends Simulated {
  readonly faults: Faults;
  readonly actions: number;
}

/** A small tight fleet, a plan for it and a world of faults, all from one number. */
export async function simulateSeed(seed: number): Promise<Seeded> {
  const random = new Random(seed);
  const { world, plan } = await somePlan(random);
  const faults = drawFaults(random);
  const onFailure = random.pick(["goOn", "goOn", "goBack"] as const);
  const simulated = await new Simulation(world, plan, faults, random.uint32(), { onFailure, actionsAtOnce: random.pick([1, 3, 1000]) }).run();
  return { ...simulated, faults, actions: plan.actions.length };
}

/** A third of the fleets drawn have no target, or are there already: then another one is drawn. */
async function somePlan(random: Random): Promise<{ readonly world: Given; readonly plan: Plan }> {
  for (let tries = 0; tries < 100; tries++) {
    const made = await randomWorld(random.below(1_000_000)).catch(() => null);
    if (made === null || isForbidden(made.world, made.target)) continue;
    const { index, constraints } = made.world;
    const result = schedule({ index, constraints, hostOf: made.target, startsAtMs: null, stopped: () => false, nodeLimit: 300 });
    if (result.actions.length > 0) return { world: made.world, plan: planOf(made.world, result, made.target) };
  }
  throw new Error("no fleet of a hundred has a plan");
}
