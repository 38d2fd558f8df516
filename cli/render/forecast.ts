import type { Demand } from "../forecast/demand.ts";
import { subjectKinds } from "../forecast/subjects.ts";
import type { PlacesRunway } from "../forecast/places.ts";
import type { ForecastReport } from "../forecast/report.ts";
import type { PoolRunway } from "../forecast/runways.ts";
import { formatAmount } from "./amount.ts";
import { countWords } from "./diagnostics.ts";
import { formatDuration } from "./duration.ts";
import { backTestWords, dayWords, helpsUntil, moreWords, poolsToTell, priceWords, remedyWords, seasonName, whenWords } from "./forecast-words.ts";
import { historyWords } from "./history-words.ts";
import type { Paint } from "./paint.ts";
import { sparkline } from "./sparkline.ts";
import { renderTable, type Column } from "./table.ts";
import { wrap } from "./text.ts";

interface View {
  readonly paint: Paint;
  readonly columns: number;
  readonly full: boolean;
}

const rowsMax = 20;
const dayMs = 86_400_000;
const monthDays = 30;

/** A forecast for people: what runs out when, what would help, what is asked for. */
export function renderForecast(report: ForecastReport, view: View): string {
  const { paint, columns } = view;
  const { horizonEndMs, historyEndMs, historyStartMs } = report;
  const head = [
    paint.bold(`Forecast for ${report.name}`),
    wrap(`learnt from ${formatDuration(historyEndMs - historyStartMs)}, ${dayWords(historyStartMs, report)} to ${dayWords(historyEndMs, report)}, slots of ${formatDuration(report.stepMs)}`, columns, "  ", "    "),
    wrap(`looks ${formatDuration(horizonEndMs - historyEndMs)} ahead, to ${dayWords(horizonEndMs, report)}`, columns, "  ", "    "),
  ];
  const blocks = [head.join("\n"), poolTable(report, view), placesTable(report, view), waysTable(report, view), demandTable(report, view)];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

const dates: readonly Column[] = [{ head: "p10", align: "right" }, { head: "p50", align: "right" }, { head: "p90", align: "right" }];

function poolTable(report: ForecastReport, { paint, columns, full }: View): string {
  if (report.pools.length === 0) return wrap("No group of hosts limits any resource of the load, so none runs out.", columns, "");
  const shown = full ? report.pools : poolsToTell(report);
  if (shown.length === 0) return `${paint.bold("Runway")}\n${wrap("No resource of any group runs out on any path within two years, and none is more than 60 % used (--full shows all).", columns, "  ")}`;
  const rows = shown.map((pool) => {
    const { runway } = pool;
    const amount = (value: number): string => formatAmount(Math.round(value), unitOf(report, pool.resource));
    const dates = whenWords(runway.crossed, report);
    return [markOf(pool, report, paint), pool.group, pool.resource, amount(runway.usable), amount(runway.peakNow), signed(runway.trendPerDay * monthDays, amount), ...dates];
  });
  const table = renderTable([
    { head: "" }, { head: "group" }, { head: "resource" }, { head: "usable", align: "right" }, { head: "peak now", align: "right" }, { head: "in 30 d", align: "right", dropRank: 1 }, ...dates,
  ], rows, columns);
  const words = "Dates on which the use of an hour is first above the usable capacity (capacity less failover reserve less buffer) on one, five and nine of ten paths; - is not within two years, which is how far runways are looked at.";
  return `${paint.bold("Runway")}\n${table}${rest(report.pools.length - shown.length)}\n${wrap(words, columns, "  ")}`;
}

function placesTable(report: ForecastReport, { paint, columns, full }: View): string {
  if (report.places.length === 0) return "";
  const shown = full ? report.places : report.places.slice(0, rowsMax);
  const rows = shown.map((place) => {
    const { runway } = place;
    return [
      markOf(place, report, paint), place.application, place.services.join(", "), runway.resource, String(runway.instances),
      moreWords(runway), ...whenWords(runway.crossed, report),
    ];
  });
  const table = renderTable([
    { head: "" }, { head: "application" }, { head: "services", wraps: 10, dropRank: 1 }, { head: "resource" }, { head: "instances", align: "right" }, { head: "more fit", align: "right" }, ...dates,
  ], rows, columns);
  const words = "Dates on which an application needs an instance more than the planner can place under all policies.";
  return `${paint.bold("Runway under the rules")}\n${table}${rest(report.places.length - shown.length)}\n${wrap(words, columns, "  ")}`;
}

function waysTable(report: ForecastReport, { paint, columns, full }: View): string {
  const short = [
    ...report.pools.filter(({ ways }) => ways.length > 0).map(({ group, resource, runway, ways }) => ({ what: `${group}, ${resource}`, runway, ways })),
    ...report.places.filter(({ ways }) => ways.length > 0).map(({ application, runway, ways }) => ({ what: `${application}, next instance`, runway, ways })),
  ];
  if (short.length === 0) return "";
  const shown = full ? short : short.slice(0, rowsMax);
  const blocks = shown.map(({ what, runway, ways }) => {
    const rows = ways.map((way) => [way.isEnough ? paint.green("+") : "", remedyWords(way.remedy), priceWords(way, report.currency), helpsUntil(way, report)]);
    const table = renderTable([{ head: "" }, { head: "do", wraps: 16 }, { head: "costs", align: "right", wraps: 12 }, { head: "lasts until", wraps: 12 }], rows, columns);
    return `${wrap(`${what}: may run out on ${dayWords(runway.crossed.p10, report)}`, columns, "  ", "    ")}\n${table}`;
  });
  const words = `What moves a runway beyond ${dayWords(report.horizonEndMs, report)} on nine of ten paths, the cheapest first; each was tried by looking at the runway again with it.`;
  return `${paint.bold("What would help")}\n${blocks.join("\n")}${rest(short.length - shown.length)}\n${wrap(words, columns, "  ")}`;
}

function demandTable(report: ForecastReport, { paint, columns, full }: View): string {
  if (report.demands.length === 0) return wrap(`No ${report.per} has any load. Ask for another with --per: ${subjectKinds.filter((kind) => kind !== report.per).join(", ")}.`, columns, "");
  const changing = report.demands.filter(({ history: { values } }) => new Set(values.filter((value) => !Number.isNaN(value))).size > 1);
  const shown = full ? report.demands : changing.slice(0, rowsMax);
  const table = renderTable([
    { head: report.per }, { head: "resource" }, { head: "so far | ahead" }, { head: "now", align: "right" }, { head: "then", align: "right" }, { head: "band", align: "right", wraps: 12 },
    { head: "season", wraps: 8, dropRank: 2 }, { head: "held", align: "right" }, { head: "error", align: "right" },
  ], shown.map((demand) => demandRow(demand, report)), columns);
  const constant = full ? 0 : report.demands.length - changing.length;
  const words = [
    `Mean use of the last week that is known, and of the last week of the horizon with its band, which is to hold ${report.bandPermille / 10} % of what comes. ${report.grows ? "Growth that the scenario plans is in it. " : ""}${testedWords(report)}: what the band held, and the error in parts of that of repeating the last day.`,
    ...report.membersToo || report.per === "workload" ? [] : ["There are too many workloads to look at each: bands of sums rest on the history of the sum alone."],
    ...constant === 0 ? [] : [`${countWords(constant, "demand does", "demands do")} not change and ${constant === 1 ? "is" : "are"} left out (--full shows all).`],
  ].join(" ");
  if (shown.length === 0) return `${paint.bold("Demand")}\n${wrap("No demand changes (--full shows all).", columns, "  ")}`;
  const lines = [...historyWords(report, shown, full), words].map((line) => wrap(line, columns, "  "));
  return `${paint.bold("Demand")}\n${table}${rest(full ? 0 : changing.length - shown.length)}\n${lines.join("\n")}`;
}

/** How far ahead the tests looked: seven days at most, whatever the horizon. */
function testedWords({ demands, heldMs }: ForecastReport): string {
  if (heldMs !== null) return `Tested on the last ${formatDuration(heldMs)} of its own past, learnt from all before`;
  const days = [...new Set(demands.flatMap(({ backTest }) => (backTest === null ? [] : [Math.round(backTest.aheadMs / dayMs)])))].sort((a, b) => a - b);
  const [least, most] = [days[0], days.at(-1)];
  if (least === undefined || most === undefined) return "Tested on its own past";
  return `Tested on its own past, ${least === most ? countWords(most, "day") : `${least} to ${countWords(most, "day")}`} ahead`;
}

function demandRow(demand: Demand, report: ForecastReport): readonly string[] {
  const { history, forecast } = demand;
  const amount = (value: number): string => (Number.isNaN(value) ? "-" : formatAmount(Math.round(value), unitOf(report, demand.resource)));
  const week = Math.max(1, Math.round((7 * dayMs) / report.stepMs));
  const now = amount(meanOf(history.values.subarray(Math.max(0, history.values.length - week))));
  const { covered, error } = backTestWords(demand);
  if (forecast.kind === "too-short") {
    return [demand.name, demand.resource, sparkline(means(history.values, 12), highestOf(means(history.values, 12)), 12), now, "-", `too little measured: ${countWords(forecast.measuredSlots, "slot")} of ${forecast.neededSlots}`, "-", covered, error];
  }
  const [past, ahead] = [means(history.values, 12), means(forecast.middle, 8)];
  const most = Math.max(highestOf(past), highestOf(ahead));
  const last = (values: Float64Array): string => amount(meanOf(values.subarray(Math.max(0, values.length - week))));
  return [
    demand.name, demand.resource, `${sparkline(past, most, 12)}|${sparkline(ahead, most, 8)}`, now,
    last(forecast.middle), between(last(forecast.low), last(forecast.high)), seasonName(forecast.season), covered, error,
  ];
}

/** Two amounts, the unit told once where it is the same. */
function between(low: string, high: string): string {
  const unit = / .*$/.exec(high)?.[0] ?? "";
  return `${unit !== "" && low.endsWith(unit) ? low.slice(0, -unit.length) : low} to ${high}`;
}

/** The mean of each of so many parts: peaks of days would hide where the load goes. */
function means(values: Float64Array, parts: number): Float64Array {
  const count = Math.min(parts, values.length);
  return Float64Array.from({ length: count }, (_, part) => meanOf(values.subarray(Math.floor((part * values.length) / count), Math.floor(((part + 1) * values.length) / count))));
}

function highestOf(values: Float64Array): number {
  return values.reduce((highest, value) => (value > highest ? value : highest), 0);
}

function meanOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function markOf({ runway }: Pick<PoolRunway | PlacesRunway, "runway">, { horizonEndMs }: ForecastReport, paint: Paint): string {
  const { p10, p50 } = runway.crossed;
  if (p50 !== null && p50 < horizonEndMs) return paint.red("!");
  return p10 !== null && p10 < horizonEndMs ? paint.yellow("?") : "";
}

function unitOf({ unitOf }: ForecastReport, resource: string): string {
  return unitOf.get(resource) ?? "";
}

function signed(value: number, amount: (value: number) => string): string {
  return Math.round(value) === 0 ? "0" : value > 0 ? `+${amount(value)}` : `-${amount(-value)}`;
}

function rest(count: number): string {
  return count > 0 ? `\n  ... and ${count} more (--full shows them)` : "";
}
