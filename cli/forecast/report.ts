import { compareIds } from "../../model/ids.ts";
import type { LoadTrace } from "../../model/load.ts";
import { defaultSimulation } from "../../model/simulation.ts";
import { hostOnMicrosPerHour } from "../../policies/index.ts";
import { horizonFrom, mostConstrainedFirst, type Grid, type Offer } from "../../simulator/index.ts";
import type { Ready } from "../prepare.ts";
import { demandsOf, type Demand } from "./demand.ts";
import { plannedGrowth } from "./growth.ts";
import { placesRunway, type PlacesRunway } from "./places.ts";
import { groupsOf, offersOf, poolRunways, type PoolRunway } from "./runways.ts";
import { subjectsOf, type SubjectKind } from "./subjects.ts";

/** Everything that `stowage forecast` found. */
export interface ForecastReport {
  readonly name: string;
  readonly title: string;
  readonly currency: string;
  /** Does the time of the load count from 1970 UTC? */
  readonly hasDate: boolean;
  readonly historyStartMs: number;
  readonly historyEndMs: number;
  readonly stepMs: number;
  readonly horizonEndMs: number;
  readonly per: SubjectKind;
  readonly bandPermille: number;
  /** The end of the history that the forecast was tested on, where that was chosen. */
  readonly heldMs: number | null;
  readonly unitOf: ReadonlyMap<string, string>;
  readonly demands: readonly Demand[];
  /** Most constrained first. */
  readonly pools: readonly PoolRunway[];
  readonly places: readonly PlacesRunway[];
  readonly offers: readonly Offer[];
  /** Were the members of sums looked at one by one? Of many they are not, and the bands of sums rest on their own history. */
  readonly membersToo: boolean;
  /** Does the scenario plan growth of any load? */
  readonly grows: boolean;
}

/** Of so many applications the planner is asked for one more instance even of those that need none. */
const applicationsMax = 20;
/** Members of sums that are looked at one by one, at most. */
const membersMax = 60;

/** What a forecast is made of. */
export interface ForecastJob {
  readonly ready: Ready;
  readonly history: LoadTrace;
  readonly grid: Grid;
  readonly hasDate: boolean;
  /** When the simulation would begin: growth is planned from there. */
  readonly startMs: number;
  readonly per: SubjectKind;
  /** Null: all of the load. */
  readonly resources: readonly string[] | null;
  readonly horizonMs: number;
  /** Null: the second half of the history, up to seven days ahead. */
  readonly heldMs: number | null;
  readonly seed: number;
}

/** Demand, runways and what to do about them. */
export async function forecastReport(job: ForecastJob, progress: (stage: string, done: number, total: number) => void): Promise<ForecastReport> {
  const { ready: { scenario, index }, history: trace, grid, per, horizonMs, heldMs, seed } = job;
  const simulation = scenario.simulation ?? defaultSimulation;
  const settings = simulation.forecast;
  const resources = trace.resources.map(({ name }) => name).filter((name) => job.resources?.includes(name) ?? true);
  const endMs = grid.startMs + grid.slots * grid.stepMs;
  const horizon = horizonFrom(endMs, horizonMs);
  const growthOf = plannedGrowth(trace, grid, simulation.load, job.startMs);
  const offers = offersOf(settings, (host) => hostOnMicrosPerHour(index, host));

  const subjects = subjectsOf(per, trace, index);
  const membersToo = trace.series.length <= membersMax && subjects.length <= membersMax;
  const asked = resources.flatMap((resource) => demandsOf(trace, subjects, resource, {
    grid, horizonMs, heldMs, bandPermille: settings.bandPermille, membersToo, growthOf,
  }));
  const demands = await eachOf(asked, "forecasting demand", progress, (find) => Promise.resolve(find()));
  const pools = await eachOf(groupsOf(index, settings), "looking at runways", progress, (group) =>
    poolRunways({ index, trace, grid, settings, offers, growthOf, horizon, seed }, resources, group));
  const applications = [...scenario.fleet.applications].sort((a, b) => compareIds(a.id, b.id));
  const places = await eachOf(applications, "asking the planner for places", progress, ({ id }) =>
    placesRunway({ scenario, trace, grid, simulation, resources, offers, growthOf, horizon, seed, leastAsked: applications.length <= applicationsMax ? 1 : 0 }, id));
  return {
    name: scenario.name, title: scenario.title, currency: scenario.fleet.currency, hasDate: job.hasDate,
    historyStartMs: grid.startMs, historyEndMs: endMs, stepMs: grid.stepMs, horizonEndMs: horizon.endMs, per, bandPermille: settings.bandPermille, heldMs,
    unitOf: unitsOf(trace, job.ready), offers, membersToo, grows: simulation.load.some((part) => part.kind !== "usual" && part.growth !== null),
    demands,
    pools: pools.flat().sort((a, b) => mostConstrainedFirst(a.runway, b.runway)),
    places: places.flatMap((place) => place ?? []).sort((a, b) => mostConstrainedFirst(a.runway, b.runway)),
  };
}

async function eachOf<Item, Found>(
  items: readonly Item[], stage: string, progress: (stage: string, done: number, total: number) => void, find: (item: Item) => Promise<Found>,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [done, item] of items.entries()) {
    progress(stage, done, items.length);
    found.push(await find(item));
  }
  return found;
}

/** Units as the fleet says them; the load's own resources by the end of their name. */
function unitsOf(trace: LoadTrace, { scenario: { fleet } }: Ready): ReadonlyMap<string, string> {
  const known = new Map(fleet.resources.map(({ name, unit }) => [name, unit]));
  const own = new Map([["cpuMHz", "MHz"], ["storageMBps", "MB/s"]]);
  return new Map(trace.resources.map(({ name }) => [name, known.get(name) ?? own.get(name) ?? ""]));
}
