import { Engine } from "./engine.ts";
import { resultOf, type SimulationResult } from "./result.ts";
import type { SimulationInput } from "./simulation.ts";

export type { MoveSettings } from "./carriage.ts";
export { checkSimulation } from "./check.ts";
export { FailureSweep, sweepFailures, type Loss, type LossOutcome } from "./failure-sweep.ts";
export { answeredLoss, fleetAfterLoss, lossScopes, movesOfPlan, type SweepScopes } from "./losses.ts";
export { scopeInWords, type GivenFailure } from "./failures.ts";
export type { CarbonSeries } from "./meters.ts";
export { pairedDifference, type PairedDifference } from "./paired.ts";
export type { PowerModel } from "./power.ts";
export type { Charts, HostResult, ResourceUse, ServiceResult, SimulationResult, WorkloadResult } from "./result.ts";
export type { Breach } from "./rule-watch.ts";
export { withSpareInstances, type ScalingRecord, type ScalingSettings } from "./scaling.ts";
export { defaultSimulation, type Question, type Replan, type SimulationInput, type SimulationSettings } from "./simulation.ts";
export type { Checkpoints, Task, TaskRecord } from "./task.ts";
export type { Happening, ServiceState, TimedHappening } from "./timeline.ts";
export { replayInput, WhatIf, type HostChange, type HostFigures, type ReplayInput, type RowMove } from "./what-if.ts";
export { sumOfBill } from "./bill.ts";
export { backTest, type BackTest, type BackTestOptions, type Forecaster } from "./forecast/back-test.ts";
export { forecast, type Forecast, type ForecastOptions, type Season, type TooShort } from "./forecast/forecast.ts";
export { levelled, type History } from "./forecast/history.ts";
export { sumForecaster } from "./forecast/sum.ts";
export { endsWithin, horizonFrom, waysOfInstances, waysOfPool, type Horizon, type Offer, type Remedy, type ShortOfPlaces, type ShortPool, type Way } from "./forecast/advice.ts";
export { instanceRunway, instancesNeeded, type Fits, type InstancePool, type InstanceRunway } from "./forecast/instances.ts";
export { roomOf, type KeptFree } from "./forecast/pools.ts";
export { mostConstrainedFirst, RunwayModel, runways, usableOf, type PeakOutlook, type Pool, type PoolLoad, type Runway, type RunwayOptions, type WhenAtMs } from "./forecast/runway.ts";
export { eachAlone, groupedBy, useOfGroups, type GroupUse, type LoadGroup } from "./load/aggregate.ts";
export { gridOver, type Grid } from "./load/grid.ts";
export { growthFactor, GrownSource, grownTrace, type Growth, type Grown } from "./load/growth.ts";
export { JoinedLoad, type LoadShare } from "./load/joined.ts";
export { slopeBetween } from "./forecast/trend.ts";
export { resample } from "./load/resample.ts";
export { sourceOf, traceOf } from "./load/source.ts";
export { LoadSpool, type SpoolFile } from "./load/spool.ts";
export { swingTo, syntheticSource, usualLoads, type SyntheticLoad } from "./load/synthetic.ts";

/**
 * Simulates a fleet over time. The planner is an argument, never imported; the same input gives the same bytes. The input
 * is sound: `checkSimulation` finds no error in it.
 */
export async function simulate(input: SimulationInput): Promise<SimulationResult> {
  const engine = new Engine(input);
  await engine.run();
  return resultOf(engine);
}
