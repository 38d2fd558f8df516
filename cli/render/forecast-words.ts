import type { InstanceRunway, Remedy, Season, Way, WhenAtMs } from "../../simulator/index.ts";
import type { Demand } from "../forecast/demand.ts";
import type { ForecastReport } from "../forecast/report.ts";
import type { PoolRunway } from "../forecast/runways.ts";
import { formatDuration } from "./duration.ts";
import { formatMicros } from "./money.ts";

const dayMs = 86_400_000;

type Times = Pick<ForecastReport, "hasDate" | "historyStartMs" | "horizonEndMs" | "currency">;

/** A day: `2027-02-18`, or `day 95` of a load without a date. Null is later than anybody looked. */
export function dayWords(atMs: number | null, { hasDate, historyStartMs }: Times): string {
  if (atMs === null) return "-";
  return hasDate ? new Date(atMs).toISOString().slice(0, 10) : `day ${Math.floor((atMs - historyStartMs) / dayMs)}`;
}

/** The three dates of a runway. */
export function whenWords({ p10, p50, p90 }: WhenAtMs, times: Times): readonly [string, string, string] {
  return [dayWords(p10, times), dayWords(p50, times), dayWords(p90, times)];
}

/** What to do, in words. */
export function remedyWords(remedy: Remedy): string {
  switch (remedy.kind) {
    case "buy": return `buy ${remedy.count} ${remedy.offer}`;
    case "no-buffer": return "keep no buffer";
    case "no-failover-reserve": return "keep nothing free for a failure";
    case "relax-policy": return `relax policy ${remedy.policy} to audit`;
  }
}

/** Until when it helps, of which nine of ten paths are sure. */
export function helpsUntil({ until, isEnough }: Way, times: Times): string {
  const day = until.p10 === null ? "more than two years" : dayWords(until.p10, times);
  return isEnough ? day : `${day}, which is not enough`;
}

export function priceWords({ microsPerMonth }: Way, currency: string): string {
  return microsPerMonth === 0 ? "nothing" : `${formatMicros(microsPerMonth)} ${currency}/month`;
}

/** How many more instances fit, as far as was asked. */
export function moreWords({ moreInstances, moreMayFit }: InstanceRunway): string {
  if (!moreMayFit) return String(moreInstances);
  return moreInstances === 0 ? "none needed" : `at least ${moreInstances}`;
}

/** In what a load repeats itself. */
export function seasonName(season: Season): string {
  switch (season.kind) {
    case "none": return "none";
    case "period": return season.periodMs === dayMs ? "day" : season.periodMs === 7 * dayMs ? "week" : formatDuration(season.periodMs);
    case "working-days-and-weekends": return "working days, weekends";
  }
}

/** The same, and how much smaller the loss of the forecast is for it. */
export function seasonWords(season: Season): string {
  if (season.kind === "none" || season.gainPermille === 0) return seasonName(season);
  const less = Math.round((100 * season.gainPermille) / (1000 + season.gainPermille));
  return `${seasonName(season)} (${less} % less loss for it)`;
}

/** How such a forecast would have done: what the band held, and the error in parts of that of repeating the last day. */
export function backTestWords({ backTest }: Pick<Demand, "backTest">): { readonly covered: string; readonly error: string } {
  if (backTest === null) return { covered: "-", error: "-" };
  const { covered, points, absoluteError, naiveError } = backTest;
  return { covered: `${Math.round((100 * covered) / points)} %`, error: naiveError === 0 ? (absoluteError === 0 ? "none" : "-") : (absoluteError / naiveError).toFixed(2) };
}

/** Runways that somebody should see: those that end on some path, and those that are more than so full now. */
export function poolsToTell({ pools }: Pick<ForecastReport, "pools">): readonly PoolRunway[] {
  return pools.filter(({ runway: { crossedPermille, peakNow, usable } }) => crossedPermille > 0 || peakNow * 1000 > usable * tellingUsePermille);
}

const tellingUsePermille = 600;

/** The same at the beginning of a sentence. */
export function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
