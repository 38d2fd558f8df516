import type { PoolRunway } from "../forecast/runways.ts";
import type { SimulationReport } from "../simulation-report.ts";
import { resourceWords } from "./resource-words.ts";

const dayMs = 86_400_000;

/** When a resource runs out in few words, and what is meant. */
export function runwayWords({ group, resource, runway: { crossed } }: PoolRunway, { made: { startMs, hasDate, simulation } }: SimulationReport): { readonly value: string; readonly note: string; readonly tone: "good" | "warning" | "bad" } {
  const day = (ms: number): string => (hasDate ? new Date(ms).toISOString().slice(0, 10) : `day ${Math.ceil((ms - startMs) / dayMs)}`);
  const note = `${resourceWords(resource).name} of ${group}`;
  const horizonMs = startMs + simulation.forecast.horizonMs;
  if (crossed.p10 === null) return { value: "more than two years", note, tone: "good" };
  if (crossed.p90 !== null && crossed.p90 <= startMs + dayMs) return { value: "already short", note, tone: "bad" };
  if (crossed.p50 === null) return { value: `from ${day(crossed.p10)}`, note: `${note}, on one of ten paths`, tone: crossed.p10 < horizonMs ? "warning" : "good" };
  return { value: `about ${day(crossed.p50)}`, note: `${note}; from ${day(crossed.p10)} on one of ten paths`, tone: crossed.p50 < horizonMs ? "bad" : crossed.p10 < horizonMs ? "warning" : "good" };
}

/** What is short already, once what is kept free for a failure and the buffer are taken off; null when nothing is. */
export function shortWords(report: SimulationReport): string | null {
  const short = report.runways.filter((pool) => runwayWords(pool, report).value === "already short").map((pool) => runwayWords(pool, report).note);
  if (short.length === 0) return null;
  return short.length > 3 ? `${short.slice(0, 3).join(", ")} and ${short.length - 3} more` : short.join(", ");
}

/** The headline: what comes first, beside what is short already. */
export function headlineOf(report: SimulationReport): ReturnType<typeof runwayWords> | null {
  const [first, short] = [firstToCome(report), shortWords(report)];
  if (first === undefined) return null;
  const words = runwayWords(first, report);
  return short !== null && first.runway.crossed.p10 === null ? { value: "nothing else within two years", note: `next would be ${words.note}`, tone: "warning" } : words;
}

/** The first that runs out of those that are not short already. */
export function firstToCome(report: SimulationReport): PoolRunway | undefined {
  return report.runways.find((pool) => runwayWords(pool, report).value !== "already short");
}
