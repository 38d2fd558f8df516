import type { Action } from "../model/plan.ts";
import { unreachable } from "../model/assert.ts";
import type { SimulationResult, TimedHappening } from "../simulator/index.ts";
import { actionWords } from "./render/action.ts";
import { formatDuration } from "./render/duration.ts";
import type { PoolRunway } from "./forecast/runways.ts";
import type { PreparedSimulation } from "./simulation-input.ts";

/** A simulation that has run. */
export interface SimulationReport {
  readonly made: PreparedSimulation;
  readonly result: SimulationResult;
  /** When hosts run out, most constrained first; empty where nobody can say. */
  readonly runways: readonly PoolRunway[];
}

/** What became of the plan that was carried out; null when there was none. */
export interface PlanOutcome {
  readonly actions: number;
  readonly done: number;
  readonly notDone: readonly { readonly action: Action; readonly because: string }[];
  readonly predictedMs: number;
  /** From its beginning to the end of its last action; null when some are not over. */
  readonly tookMs: number | null;
}

export function planOutcome({ made: { carried }, result }: SimulationReport): PlanOutcome | null {
  if (carried === null) return null;
  // Answers of the planner come after the plan, or before it: it is known by its actions themselves.
  const own = new Set(carried.plan.actions);
  const records = result.actions.filter(({ planned }) => own.has(planned));
  const done = records.filter(({ outcome }) => outcome === "done");
  const ended = records.filter(({ outcome }) => outcome !== "waiting" && outcome !== "under way");
  return {
    actions: own.size, done: done.length, predictedMs: carried.plan.makespanMs,
    notDone: records.filter(({ outcome }) => outcome !== "done").map(({ planned, outcome, because }) => ({ action: planned.action, because: because === "" ? outcome : because })),
    tookMs: ended.length === own.size ? ended.reduce((last, { endedMs }) => Math.max(last, endedMs ?? 0), carried.atMs) - carried.atMs : null,
  };
}

/** Actions of the plan that took clearly longer than estimated, the slowest first. */
export function slowerThanPredicted({ made: { carried }, result }: SimulationReport): readonly { readonly action: Action; readonly tookMs: number; readonly predictedMs: number }[] {
  const own = new Set(carried?.plan.actions ?? []);
  return result.actions.flatMap(({ planned, beganMs, endedMs }) => {
    const [tookMs, predictedMs] = [(endedMs ?? 0) - (beganMs ?? 0), planned.endMs - planned.startMs];
    return own.has(planned) && beganMs !== null && endedMs !== null && tookMs > predictedMs + Math.max(1000, predictedMs / 20) ? [{ action: planned.action, tookMs, predictedMs }] : [];
  }).sort((a, b) => b.tookMs - b.predictedMs - (a.tookMs - a.predictedMs));
}

/** Actions of the planner's answers in the middle, in the order in which they began. */
export function answerActions({ made: { carried }, result }: SimulationReport): SimulationResult["actions"] {
  const own = new Set(carried?.plan.actions ?? []);
  return result.actions.filter(({ planned }) => !own.has(planned)).toSorted((a, b) => (a.beganMs ?? Infinity) - (b.beganMs ?? Infinity));
}

/** A time of the simulation as people read it: an instant where there is a date, else so long after the beginning. */
export function timeText({ made: { startMs, hasDate } }: Pick<SimulationReport, "made">, atMs: number): string {
  return hasDate ? new Date(startMs + atMs).toISOString().replace(/:\d\d\.\d{3}Z$/, "Z").replace("T", " ") : atMs === 0 ? "0 s" : formatDuration(atMs);
}

/** One thing that happened: when, about what, in words. */
export interface Event {
  readonly atMs: number;
  readonly about: string;
  readonly words: string;
  readonly tone: "plain" | "good" | "warning" | "bad";
}

/** Everything that happened, with what the planner's answers did; single actions of the plan are left to its own table. */
export function eventsOf(report: SimulationReport): readonly Event[] {
  const happened = report.result.happenings.flatMap((happening) => eventOf(happening) ?? []);
  const answers = answerActions(report).flatMap(({ planned, beganMs, endedMs, outcome, because }): readonly Event[] => (beganMs === null ? [] : [{
    atMs: outcome === "done" ? endedMs ?? beganMs : beganMs, about: "planner", tone: outcome === "done" ? "good" : "warning",
    words: `${actionWords(planned.action)}: ${outcome}${because === "" ? "" : ` (${because})`}`,
  }]));
  return [...happened, ...answers].sort((a, b) => a.atMs - b.atMs);
}

function eventOf(happening: TimedHappening): Event | null {
  const { atMs } = happening;
  switch (happening.kind) {
    case "host": return { atMs, about: `host ${happening.host}`, words: `${happening.state}: ${happening.because}`, tone: happening.state === "failed" ? "bad" : "plain" };
    case "workload": return { atMs, about: `workload ${happening.workload}`, words: `${happening.state}${happening.host === null ? "" : ` on ${happening.host}`}: ${happening.because}`, tone: happening.state === "failed" ? "bad" : "plain" };
    case "service": return { atMs, about: `service ${happening.service}`, words: happening.state, tone: happening.state === "operational" ? "good" : happening.state === "down" ? "bad" : "warning" };
    case "limit": return {
      atMs, about: `service ${happening.service}`, tone: happening.wants === "one more" ? "warning" : "plain",
      words: `${happening.application} at ${Math.floor(happening.usePermille / 10)} % of what it has reserved: ${happening.wants === "one more" ? "one more instance is called for" : "one instance is let go"}`,
    };
    case "answer": return { atMs, about: "planner", words: happening.moves === 0 ? `finds no way: ${happening.because}` : `answers with ${happening.moves} action${happening.moves === 1 ? "" : "s"}: ${happening.because}`, tone: happening.moves === 0 ? "bad" : "plain" };
    case "link": return { atMs, about: `link ${happening.sites.join(" - ")}`, words: happening.state, tone: happening.state === "broken" ? "bad" : "good" };
    case "rule": return { atMs, about: "rule", words: `${happening.state}: ${happening.words}`, tone: happening.state === "broken" ? "bad" : "good" };
    case "action": return null;
    default: return unreachable(happening);
  }
}

/** Energy in kilowatt-hours. */
export function kilowattHours(microjoules: bigint): number {
  return Number(microjoules / 3_600_000n) / 1_000_000;
}

/** Columns that lie inside the time: the last one may be cut short, and those behind it are empty. */
export function columnsUsed({ charts, lengthMs }: SimulationReport["result"]): number {
  return Math.max(1, Math.min(charts.columns, Math.ceil(lengthMs / charts.columnMs)));
}

/** One host's row of a chart. */
export function chartRow(values: Float64Array, host: number, { result }: SimulationReport): Float64Array {
  return values.subarray(host * result.charts.columns, host * result.charts.columns + columnsUsed(result));
}
