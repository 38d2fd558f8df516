import type { Diagnostic } from "../../model/diagnostic.ts";
import { defaultSimulation } from "../../model/simulation.ts";
import { horizonFrom, simulate } from "../../simulator/index.ts";
import { plannedGrowth } from "../forecast/growth.ts";
import { groupsOf, poolRunways } from "../forecast/runways.ts";
import { prepare, type Ready } from "../prepare.ts";
import { leastHistoryMs } from "../simulation-runway.ts";
import { gridOfHistory, historyOf, simulationInput, type SimulationOptions } from "../simulation-input.ts";
import { figuresOfRun, type RunFigures } from "./measures.ts";

/** One simulation of a study. Plain data, so that a worker can be given it. */
export interface StudyJob {
  readonly paths: readonly string[];
  readonly nowUtc: string;
  readonly seed: number;
  /** Instead of what the scenario says; null: as it says. */
  readonly start: string | null;
  readonly lengthMs: number | null;
  readonly runway: boolean;
}

/** What a job gives: its figures, or why there are none. */
export interface JobOutcome {
  readonly figures: RunFigures | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a study changes about the section `simulation`. */
export function simulationOptions({ seed, start, lengthMs }: Pick<StudyJob, "seed" | "start" | "lengthMs">): SimulationOptions {
  return { seed, ...(start === null ? {} : { start }), ...(lengthMs === null ? {} : { lengthMs }) };
}

/** The input of a job as its files say it. */
export function inputOfJob({ paths, nowUtc }: Pick<StudyJob, "paths" | "nowUtc">): Parameters<typeof prepare>[0] {
  return { paths, asOf: null, nowUtc, evacuate: [] };
}

/** From files to figures: plans where the scenario asks for it, verifies, simulates. */
export async function runStudyJob(job: StudyJob): Promise<JobOutcome> {
  const { ready, diagnostics } = await prepare(inputOfJob(job));
  if (ready === null) return { figures: null, diagnostics };
  const { made, diagnostics: found } = await simulationInput(ready, simulationOptions(job));
  if (made === null) return { figures: null, diagnostics: found };
  const result = await simulate(made.input);
  const runwayMs = job.runway ? await runwayOf(ready, job) : null;
  const about = { currency: ready.scenario.fleet.currency, answersRefused: made.answers.refused, samplesAtLimit: made.load.samplesAtLimit };
  return { figures: figuresOfRun({ result, runwayMs }, about), diagnostics: [] };
}

/** Null where too little is known. Else from the end of the history until half of the paths of the most constrained resource are beyond what is usable; the horizon where none is. */
async function runwayOf(ready: Ready, job: StudyJob): Promise<number | null> {
  const { made } = await historyOf(ready, simulationOptions(job));
  if (made === null) return null;
  const { history: trace, simulation, startMs } = made;
  const settings = (ready.scenario.simulation ?? defaultSimulation).forecast;
  const grid = gridOfHistory(made);
  const endMs = grid.startMs + grid.slots * grid.stepMs;
  if (endMs - grid.startMs < leastHistoryMs) return null;
  const horizon = horizonFrom(endMs, settings.horizonMs);
  const about = { index: ready.index, trace, grid, settings, offers: [], growthOf: plannedGrowth(trace, grid, simulation.load, startMs), horizon, seed: job.seed };
  const resources = trace.resources.map(({ name }) => name).filter((name) => settings.resources?.includes(name) ?? true);
  const ends: number[] = [];
  for (const group of groupsOf(ready.index, settings)) {
    for (const { runway } of await poolRunways(about, resources, group)) ends.push(runway.crossed.p50 ?? horizon.endMs);
  }
  return ends.length === 0 ? null : Math.min(...ends) - endMs;
}
