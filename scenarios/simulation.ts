import type { PolicyId } from "../model/ids.ts";
import { defaultSimulation, type PlanRequestSettings, type Simulation } from "../model/simulation.ts";
import type { Checker } from "./checks.ts";
import type { Draft } from "./draft.ts";
import type { Problems, Source } from "./problem.ts";
import { forecastOf } from "./simulation/forecast.ts";
import { breakdownsOf, failuresOf, longEnough, tasksOf, workloadCheckpointsOf } from "./simulation/happenings.ts";
import { carbonOf, powerOf, processorsOf } from "./simulation/hosts.ts";
import { loadOf, resourcesOf } from "./simulation/load.ts";
import { items, momentOf, Parts, type Given } from "./simulation/parts.ts";

const dayMs = 86_400_000;

/** What the documents say about time, put together and resolved; what is wrong goes to the problems. */
export function simulationOf(sources: readonly Source[], problems: Problems, draft: Draft, checkerOf: (source: Source) => Checker): Simulation {
  const parts = new Parts(sources, problems, draft, checkerOf);
  const absent = defaultSimulation;
  const start = parts.last("start");
  if (start !== null) start.check.instant(start.value, start.at);
  const length = parts.last("length");
  const resources = parts.last("resources");
  return {
    start: start?.value ?? null,
    lengthMs: length === null ? null : longEnough(length.value, inObject(length), "length"),
    stepMs: stepOf(parts.last("step")) ?? absent.stepMs,
    seed: parts.last("seed")?.value ?? absent.seed,
    load: loadOf(parts),
    otherLoad: parts.last("otherLoad")?.value ?? absent.otherLoad,
    resources: resources === null ? null : resourcesOf({ ...inObject(resources), value: { resources: resources.value } }, parts, "load"),
    plan: planOf(parts),
    failures: failuresOf(parts), breakdowns: breakdownsOf(parts),
    ...behaviourOf(parts),
    failedHostsDrawPower: parts.last("failedHostsDrawPower")?.value ?? absent.failedHostsDrawPower,
    power: powerOf(parts), carbon: carbonOf(parts), tasks: tasksOf(parts), checkpoints: workloadCheckpointsOf(parts), processors: processorsOf(parts),
    untilTasksAreDone: parts.last("untilTasksAreDone")?.value ?? absent.untilTasksAreDone,
    chartColumns: parts.last("chartColumns")?.value ?? absent.chartColumns,
    happeningsMax: parts.last("happeningsMax")?.value ?? absent.happeningsMax,
    forecast: forecastOf(parts),
  };
}

/** The object that a part stands in. */
function inObject<Value>(given: Given<Value>): Given<Value> {
  return { ...given, at: given.at.slice(0, -1) };
}

/** Days begin with a slot. */
function stepOf(given: Given<string> | null): number | null {
  if (given === null) return null;
  const ms = longEnough(given.value, inObject(given), "step");
  if (ms > 0 && dayMs % ms !== 0) {
    given.check.problem("not-allowed", given.at, () => ({ message: `simulation.step is ${given.value}; it does not divide the day.`, advice: "Write 1min, 5min, 15min, 1h or the like." }));
  }
  return ms;
}

function planOf(parts: Parts): PlanRequestSettings | null {
  const given = parts.last("plan");
  if (given === null) return null;
  const { at, mode = "optimise", engine = "auto", seed = 1, iterations = 100_000 } = given.value;
  return { at: momentOf(at, given, "at"), mode, engine, seed, iterations };
}

/** What is done about failures and load, and how moves and sharing work. */
function behaviourOf(parts: Parts): Pick<Simulation, "recovery" | "scaling" | "moves" | "sharing"> {
  const { recovery, scaling, moves, sharing } = defaultSimulation;
  const setAside = parts.inside("recovery", "setAside");
  setAside?.value.forEach((policy, i) => setAside.check.exists("policy", policy, parts.draft.policies, [...setAside.at, i]));
  return {
    recovery: {
      detectMs: parts.durationMs("recovery", "detect", recovery.detectMs), decideMs: parts.durationMs("recovery", "decide", recovery.decideMs),
      mode: parts.inside("recovery", "mode")?.value ?? recovery.mode, iterations: parts.inside("recovery", "iterations")?.value ?? recovery.iterations,
      setAside: (setAside?.value ?? recovery.setAside) as readonly PolicyId[], planUnderWay: parts.inside("recovery", "planUnderWay")?.value ?? recovery.planUnderWay,
    },
    scaling: {
      watchMs: longOr(parts, "watch", scaling.watchMs), sustainMs: parts.durationMs("scaling", "sustain", scaling.sustainMs),
      releasePermille: parts.inside("scaling", "releasePermille")?.value ?? scaling.releasePermille, releaseMs: parts.durationMs("scaling", "release", scaling.releaseMs),
    },
    moves: {
      pauseMs: parts.durationMs("moves", "pause", moves.pauseMs), roundsMax: parts.inside("moves", "roundsMax")?.value ?? moves.roundsMax,
      longestPauseMs: parts.durationMs("moves", "longestPause", moves.longestPauseMs),
      processorMillicores: parts.inside("moves", "processorMillicores")?.value ?? moves.processorMillicores,
    },
    sharing: {
      by: parts.inside("sharing", "by")?.value ?? sharing.by, limitToReservation: parts.inside("sharing", "limitToReservation")?.value ?? sharing.limitToReservation,
      evenAmongInstances: parts.inside("sharing", "evenAmongInstances")?.value ?? sharing.evenAmongInstances,
      limits: items(parts.inside("sharing", "limits")).map((given) => ({ workloads: parts.workloads(given), most: given.value.most })),
    },
  };
}

function longOr(parts: Parts, key: "watch", absent: number): number {
  const given = parts.inside("scaling", key);
  return given === null ? absent : longEnough(given.value, inObject(given), key);
}
