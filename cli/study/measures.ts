import type { SimulationResult } from "../../simulator/index.ts";

/** A number that every run gives, and how people read it: value / `scale` with so many decimals. */
export interface Measure {
  readonly name: string;
  readonly head: string;
  /** What the value counts; `currency` stands for that of the scenarios. */
  readonly unit: string;
  readonly better: "less" | "more";
  readonly scale: number;
  readonly decimals: number;
  /** What a mean of zero is called. */
  readonly zero?: string;
  /** What a narrow terminal leaves out first. */
  readonly dropRank?: number;
  /** Null where it means nothing for a run. */
  readonly of: (run: RunFacts) => number | null;
}

/** What measures are read from. */
export interface RunFacts {
  readonly result: SimulationResult;
  /** Milliseconds until something runs out, at least; null when nobody asked. */
  readonly runwayMs: number | null;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** The columns of a study, in their order. */
export const measures: readonly Measure[] = [
  { name: "costMicros", head: "cost", unit: "currency", better: "less", scale: 1_000_000, decimals: 2, of: ({ result }) => Number(result.totals.micros) },
  { name: "energyMilliwattHours", head: "energy", unit: "kWh", better: "less", scale: 1_000_000, decimals: 2, of: ({ result }) => Number((result.totals.microjoules + 1_800_000n) / 3_600_000n) },
  { name: "carbonMilligrams", head: "carbon", unit: "kg", better: "less", scale: 1_000_000, decimals: 2, dropRank: 2, of: ({ result }) => Number(result.totals.carbonMilligrams) },
  { name: "peakUsePermille", head: "peak use", unit: "%", better: "less", scale: 10, decimals: 1, of: ({ result }) => Math.round(result.charts.usePeakPermille.reduce((most, use) => Math.max(most, use), 0)) },
  { name: "stolenMs", head: "stolen", unit: "h", better: "less", scale: 3_600_000, decimals: 2, of: ({ result }) => Math.round(sum(result.hosts.map(({ stealMs }) => stealMs))) },
  {
    name: "availabilityPpm", head: "up", unit: "%", better: "more", scale: 10_000, decimals: 3,
    of: ({ result: { services } }) => (services.length === 0 ? null : Math.min(...services.map(({ availabilityPpm }) => availabilityPpm))),
  },
  {
    name: "operationalPpm", head: "whole", unit: "%", better: "more", scale: 10_000, decimals: 2,
    of: ({ result: { services, lengthMs } }) => (services.length === 0 ? null : Math.min(...services.map(({ operationalMs }) => Math.floor((1_000_000 * operationalMs) / lengthMs)))),
  },
  { name: "interruptions", head: "outages", unit: "", better: "less", scale: 1, decimals: 1, of: ({ result }) => sum(result.services.map(({ interruptions }) => interruptions)) },
  { name: "moves", head: "moves", unit: "", better: "less", scale: 1, decimals: 1, dropRank: 1, of: ({ result }) => result.actions.filter(({ planned, outcome }) => outcome === "done" && (planned.action.kind === "migrate" || planned.action.kind === "transfer")).length },
  { name: "mustsBroken", head: "musts broken", unit: "", better: "less", scale: 1, decimals: 1, of: ({ result }) => result.breaches.filter(({ strength }) => strength === "must").length },
  { name: "runwayMs", head: "runway", unit: "days", better: "more", scale: 86_400_000, decimals: 0, zero: "short now", of: ({ runwayMs }) => runwayMs },
];

/** What a run leaves behind. Plain numbers, so that a file holds them. */
export interface RunFigures {
  readonly currency: string;
  readonly lengthMs: number;
  /** By name of the measure. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly services: readonly { readonly service: string; readonly availabilityPpm: number; readonly interruptions: number; readonly downMs: number }[];
  readonly actionsFailed: number;
  /** Answers of the planner that the verifier refused, and samples that were more than can be counted. */
  readonly answersRefused: number;
  readonly samplesAtLimit: number;
}

/** The figures of a run. */
export function figuresOfRun(facts: RunFacts, about: Pick<RunFigures, "currency" | "answersRefused" | "samplesAtLimit">): RunFigures {
  const { result } = facts;
  return {
    ...about, lengthMs: result.lengthMs, values: Object.fromEntries(measures.map(({ name, of }) => [name, of(facts)])),
    services: result.services.map(({ service, availabilityPpm, interruptions, downMs }) => ({ service, availabilityPpm, interruptions, downMs })),
    actionsFailed: result.actions.filter(({ outcome }) => outcome === "failed" || outcome === "given up" || outcome === "unknown").length,
  };
}
