import type { Way } from "../../simulator/index.ts";
import { remedyWords } from "../render/forecast-words.ts";
import type { Demand } from "./demand.ts";
import type { ForecastReport } from "./report.ts";

const dayMs = 86_400_000;

/** The report for programs. Instants are milliseconds, since 1970 when `hasDate`; demand is told day by day, slots are in the tables. */
export function forecastDocument(report: ForecastReport): Readonly<Record<string, unknown>> {
  const { pools, places, demands, offers, unitOf, ...head } = report;
  return {
    ...head, units: Object.fromEntries(unitOf),
    runways: pools.map(({ outlook: _outlook, ways, ...pool }) => ({ ...pool, ways: ways.map(wayOf) })),
    runwaysOfInstances: places.map(({ ways, ...place }) => ({ ...place, ways: ways.map(wayOf) })),
    offers: offers.map(({ name, microsPerMonth, max }) => ({ name, microsPerMonth, max })),
    demands: demands.map((demand) => demandOf(demand, report.stepMs)),
  };
}

function wayOf(way: Way): Way & { readonly words: string } {
  return { ...way, words: remedyWords(way.remedy) };
}

function demandOf({ name, resource, forecast, backTest }: Demand, stepMs: number): Readonly<Record<string, unknown>> {
  if (forecast.kind === "too-short") return { name, resource, ...forecast, backTest };
  const { low, middle, high, ...rest } = forecast;
  const day = Math.max(1, Math.round(dayMs / stepMs));
  const days = Array.from({ length: Math.ceil(middle.length / day) }, (_, d) => {
    const part = (values: Float64Array): Float64Array => values.subarray(d * day, (d + 1) * day);
    return { fromMs: forecast.startMs + d * day * stepMs, low: Math.min(...part(low)), mean: meanOf(part(middle)), high: Math.max(...part(high)) };
  });
  return { name, resource, ...rest, days, backTest };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
