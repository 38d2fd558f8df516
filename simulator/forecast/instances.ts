import type { PoolLoad, Runway, RunwayModel } from "./runway.ts";

/** An application whose next instance must fit under all rules, and not only into a sum of capacities. */
export interface InstancePool extends PoolLoad {
  readonly instances: number;
  /** What all of them may be used to. */
  readonly usableNow: number;
  /** What another one like the last may be used to. */
  readonly perInstance: number;
  /** How many further instances are asked about at most. */
  readonly moreMax: number;
}

/** Do so many more typical instances have a place together, under all policies? When some do, fewer do too. */
export type Fits = (more: number) => Promise<boolean>;

/** The runway until the next typical instance has no place, and how many still have one. */
export interface InstanceRunway extends Runway {
  readonly instances: number;
  readonly moreInstances: number;
  /** True when as many fit as were asked about, so that still more may. */
  readonly moreMayFit: boolean;
}

/** The runway of an application: until the load needs one instance more than can be placed. */
export async function instanceRunway(pool: InstancePool, model: RunwayModel, fits: Fits): Promise<InstanceRunway> {
  const moreInstances = await mostThatFit(fits, pool.moreMax);
  return {
    ...model.against(usableWith(pool, moreInstances)),
    instances: pool.instances, moreInstances, moreMayFit: moreInstances === pool.moreMax,
  };
}

/** How many further instances nine of ten paths do with for so many days. */
export function instancesNeeded({ usableNow, perInstance }: Pick<InstancePool, "usableNow" | "perInstance">, model: RunwayModel, days: number): number {
  return perInstance <= 0 ? 0 : Math.max(0, Math.ceil((model.peakWithin(days) - usableNow) / perInstance));
}

/** What all instances may be used to when so many are added. */
export function usableWith({ usableNow, perInstance }: Pick<InstancePool, "usableNow" | "perInstance">, more: number): number {
  return usableNow + more * perInstance;
}

/** The largest count up to a limit for which something holds that holds for all smaller ones: doubling, then halving. */
export async function mostThatFit(fits: Fits, most: number): Promise<number> {
  let good = 0;
  let bad = most + 1;
  for (let count = 1; good < most && bad > most; count = Math.min(most, count * 2)) {
    if (await fits(count)) good = count;
    else bad = count;
  }
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (await fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
