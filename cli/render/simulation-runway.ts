import type { PoolRunway } from "../forecast/runways.ts";
import type { SimulationReport } from "../simulation-report.ts";

const dayMs = 86_400_000;

/** When a resource runs out in few words, and what is meant. */
export function runwayWords({ group, resource, runway: { crossed } }: PoolRunway, { made: { startMs, hasDate, simulation } }: SimulationReport): { readonly value: string; readonly note: string; readonly tone: "good" | "warning" | "bad" } {
  const day = (ms: number): string => (hasDate ? new Date(ms).toISOString().slice(0, 10) : `day ${Math.ceil((ms - startMs) / dayMs)}`);
  const note = `${nameOf(resource)} of ${group}`;
  const horizonMs = startMs + simulation.forecast.horizonMs;
  if (crossed.p10 === null) return { value: "more than two years", note, tone: "good" };
  if (crossed.p90 !== null && crossed.p90 <= startMs + dayMs) return { value: "already short", note: `${note}, once what is kept free is taken off`, tone: "bad" };
  if (crossed.p50 === null) return { value: `from ${day(crossed.p10)}`, note: `${note}, on one of ten paths`, tone: crossed.p10 < horizonMs ? "warning" : "good" };
  return { value: `about ${day(crossed.p50)}`, note: `${note}; from ${day(crossed.p10)} on one of ten paths`, tone: crossed.p50 < horizonMs ? "bad" : crossed.p10 < horizonMs ? "warning" : "good" };
}

/** `cpuMillicores` as people say it. */
export function nameOf(resource: string): string {
  switch (resource) {
    case "cpuMillicores": case "cpuMHz": return "processors";
    case "memoryMiB": return "memory";
    case "storageMiB": return "storage";
    case "networkMbps": return "network";
    case "storageMBps": return "disk traffic";
    default: return resource;
  }
}
