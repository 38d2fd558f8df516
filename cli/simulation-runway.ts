import { fleetAfter } from "../model/applied.ts";
import { indexFleet } from "../model/snapshot.ts";
import { horizonFrom, mostConstrainedFirst } from "../simulator/index.ts";
import { plannedGrowth } from "./forecast/growth.ts";
import { groupsOf, poolRunways, type PoolRunway } from "./forecast/runways.ts";
import type { Ready } from "./prepare.ts";
import { gridOfHistory, historyFrom, type PreparedSimulation } from "./simulation-input.ts";

/** Less than this is no history: nothing can be said about dates. */
export const leastHistoryMs = 14 * 86_400_000;

/**
 * When hosts run out, with everybody where the plan brings them; most constrained first. Empty where nothing is said
 * about load, or too little of it is known. `stowage forecast` has the whole story.
 */
export async function runwaysOf(ready: Ready, made: PreparedSimulation): Promise<readonly PoolRunway[]> {
  const { simulation, carried } = made;
  if (simulation.load.length === 0) return [];
  const opened = historyFrom(ready, made);
  const grid = gridOfHistory(opened.made);
  if (grid.slots * grid.stepMs < leastHistoryMs) return [];
  const { history } = opened.made;
  const target = new Map((carried?.plan.target ?? []).map(({ workload, host }) => [workload, host]));
  const index = carried === null ? ready.index : indexFleet(fleetAfter(ready.scenario.fleet, target));
  const settings = simulation.forecast;
  const horizon = horizonFrom(grid.startMs + grid.slots * grid.stepMs, settings.horizonMs);
  const resources = history.resources.map(({ name }) => name).filter((name) => settings.resources?.includes(name) ?? true);
  const growthOf = plannedGrowth(history, grid, simulation.load, made.startMs);
  const pools: PoolRunway[] = [];
  for (const group of groupsOf(index, settings)) {
    pools.push(...await poolRunways({ index, trace: history, grid, settings, offers: [], growthOf, horizon, seed: simulation.seed }, resources, group));
  }
  return pools.sort((a, b) => mostConstrainedFirst(a.runway, b.runway));
}
