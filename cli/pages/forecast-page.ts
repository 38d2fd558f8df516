import { dateText, elapsedText, intervalChart, lineChart, notes, numberText, page, paragraph, table, type Cell, type Fact, type Markup, type Section, type TableColumn, type XAxis } from "../../reports/html/index.ts";
import type { Way } from "../../simulator/index.ts";
import type { Demand } from "../forecast/demand.ts";
import type { ForecastReport } from "../forecast/report.ts";
import type { PoolRunway } from "../forecast/runways.ts";
import { formatDuration } from "../render/duration.ts";
import { backTestWords, capital, moreWords, poolsToTell, priceWords, remedyWords, seasonWords } from "../render/forecast-words.ts";
import { resourceWords } from "../render/resource-words.ts";
import { formatMicros } from "../render/money.ts";

const dayMs = 86_400_000;
/** Charts of single pools and demands; the others are in the tables. */
const poolChartsMax = 6;
const demandChartsMax = 12;

/** A day as the axes of the charts have it. */
function dayWords(atMs: number | null, { hasDate, historyStartMs }: ForecastReport): string {
  if (atMs === null) return "-";
  const day = Math.floor(atMs / dayMs) * dayMs;
  return hasDate ? dateText(day) : elapsedText(Math.floor((atMs - historyStartMs) / dayMs) * dayMs);
}

/** Until when something helps, of which nine of ten paths are sure. */
function helpsUntil({ until, isEnough }: Way, report: ForecastReport): string {
  const day = until.p10 === null ? "more than two years" : dayWords(until.p10, report);
  return isEnough ? day : `${day}, which is not enough`;
}

/** A forecast as a page: first what runs out and what to do, then the demand behind it. */
export function forecastPage(report: ForecastReport): string {
  return page({
    title: `Forecast for ${report.name}`,
    subtitle: [report.title, `learnt from ${dayWords(report.historyStartMs, report)} to ${dayWords(report.historyEndMs, report)}, looking to ${dayWords(report.horizonEndMs, report)}`].filter((part) => part !== "").join(" · "),
    facts: factsOf(report),
    sections: [runwaySection(report), waysSection(report), placesSection(report), demandSection(report)].filter(({ content }) => content.length > 0),
  });
}

function factsOf(report: ForecastReport): readonly Fact[] {
  const short = report.pools.filter(({ runway: { crossed } }) => crossed.p10 !== null && crossed.p10 < report.horizonEndMs);
  const [first] = report.pools;
  const [place] = report.places;
  const cheapest = first?.ways.find(({ isEnough, remedy }) => isEnough && remedy.kind === "buy");
  return [
    { label: "Runs out first", value: first === undefined ? "nothing" : `${resourceWords(first.resource).name} of ${first.group}` },
    { label: "When", value: first === undefined ? "-" : isShortNow(first) ? "short already" : lateWords(first.runway.crossed.p50, report), note: first !== undefined && isShortNow(first) ? needWords(first, report) : "half of the paths; nine of ten in the table", tone: first !== undefined && isShort(first.runway.crossed.p50, report) ? "bad" : "good" },
    { label: "May run out before the horizon", value: `${short.length} of ${report.pools.length}`, note: "on more than one of ten paths", tone: short.length > 0 ? "warning" : "good" },
    ...cheapest === undefined ? [] : [{ label: "Cheapest purchase for it", value: remedyWords(cheapest.remedy), note: priceWords(cheapest, report.currency) }],
    ...place === undefined ? [] : [{ label: "First without a place", value: place.application, note: lateWords(place.runway.crossed.p50, report) }],
  ];
}

/** More is needed than may be used, before anything grows. */
function isShortNow({ runway: { peakNow, usable } }: PoolRunway): boolean {
  return peakNow > usable;
}

/** What is needed and what there is, in figures. */
function needWords({ resource, runway: { peakNow, usable } }: PoolRunway, report: ForecastReport): string {
  const { scale, unit } = scaleOf(resource, report);
  const amount = (value: number): string => `${numberText(Math.round((10 * value) / scale) / 10)} ${unit}`;
  return `needs ${amount(peakNow)} and may use ${amount(usable)}`;
}

function isShort(atMs: number | null, { horizonEndMs }: ForecastReport): boolean {
  return atMs !== null && atMs < horizonEndMs;
}

function lateWords(atMs: number | null, report: ForecastReport): string {
  return atMs === null ? "not within two years" : dayWords(atMs, report);
}

/** Dates on an axis: since 1970, or since the beginning of the history. */
function timeAxis({ hasDate }: ForecastReport): XAxis {
  return { kind: hasDate ? "utc" : "elapsed" };
}

function onAxis(atMs: number, { hasDate, historyStartMs }: ForecastReport): number {
  return hasDate ? atMs : atMs - historyStartMs;
}

function runwaySection(report: ForecastReport): Section {
  const rows = report.pools.filter(({ runway }) => runway.crossedPermille > 0).map(({ group, resource, runway: { crossed } }) => {
    const at = (ms: number | null): number | null => (ms === null ? null : onAxis(ms, report));
    return {
      name: `${capital(resourceWords(resource).name)} of ${group}`, low: at(crossed.p10), middle: at(crossed.p50), high: at(crossed.p90),
      ...(isShort(crossed.p50, report) ? { tone: "bad" as const } : isShort(crossed.p10, report) ? { tone: "warning" as const } : {}),
    };
  });
  const interval = rows.length === 0 ? [paragraph("Nothing runs out on any path within two years.")] : [intervalChart({
    title: "When each resource runs out", words: "The day on which the use of an hour is first above what may be used: from one of ten paths to nine of ten, most constrained first. An open arrow is later than two years.",
    x: timeAxis(report), rows, from: onAxis(report.historyEndMs, report),
  })];
  return {
    title: "Runway", words: "Usable capacity is what hosts have, less what is kept free for a failure, less the buffer.",
    content: report.pools.length === 0 ? [] : [...interval, ...poolsToTell(report).slice(0, poolChartsMax).map((pool) => poolChart(pool, report)), ...runwayTables(report)],
  };
}

function poolChart(pool: PoolRunway, report: ForecastReport): Markup {
  const { group, resource, capacity, runway, outlook } = pool;
  const days = (fromMs: number, count: number): number[] => Array.from({ length: count }, (_, d) => onAxis(fromMs + d * dayMs, report));
  const { scale, unit } = scaleOf(resource, report);
  const scaled = (values: Float64Array): Float64Array => values.map((value) => value / scale);
  const { p10, p50 } = runway.crossed;
  const marks = [[p10, "one of ten paths"], [p50, "half of the paths"]] as const;
  return lineChart({
    title: `${capital(resourceWords(resource).name)} of ${group}`,
    words: `${poolWords(pool, report)} The line is the peak of each day that lasts for an hour; ahead, the middle of the paths with eight of ten around it.`,
    x: timeAxis(report), y: { unit, from: "zero" },
    series: [
      { name: "measured", x: days(outlook.measuredFromMs, outlook.measured.length), y: scaled(outlook.measured) },
      { name: "ahead", x: days(outlook.aheadFromMs, outlook.p50.length), y: scaled(outlook.p50), band: { name: "eight of ten paths", low: scaled(outlook.p10), high: scaled(outlook.p90) } },
    ],
    limits: [{ name: "usable", value: runway.usable / scale }, ...capacity > runway.usable ? [{ name: "capacity", value: capacity / scale }] : []],
    marks: marks.flatMap(([at, words]) => (at !== null && at < report.horizonEndMs ? [{ at: onAxis(at, report), words, tone: "warning" as const }] : [])),
  });
}

/** What is to be seen, in figures. */
function poolWords(pool: PoolRunway, report: ForecastReport): string {
  const { crossed } = pool.runway;
  const need = capital(needWords(pool, report));
  if (isShortNow(pool)) return `${need}: it is short already.`;
  const now = `${need}.`;
  if (crossed.p50 !== null) return `${now} Half of the paths need more by ${dayWords(crossed.p50, report)}${crossed.p10 === null ? "" : `, one of ten by ${dayWords(crossed.p10, report)}`}.`;
  return crossed.p10 === null ? `${now} At least nine of ten paths stay below for two years.` : `${now} One of ten paths needs more by ${dayWords(crossed.p10, report)}; half stay below for two years.`;
}

/** Units that people read. */
function scaleOf(resource: string, { unitOf }: ForecastReport): { readonly scale: number; readonly unit: string } {
  return resourceWords(resource, unitOf.get(resource) ?? "");
}

function rightColumn(head: string): TableColumn {
  return { head, align: "right" };
}

/** When, then of how much: one table of both is wider than paper. */
function runwayTables(report: ForecastReport): readonly Markup[] {
  const rowsOf = (cells: (pool: PoolRunway, amount: (value: number) => string) => readonly Cell[]): readonly (readonly Cell[])[] => report.pools.map((pool) => {
    const { scale, unit } = scaleOf(pool.resource, report);
    return [pool.group, resourceWords(pool.resource).name, ...cells(pool, (value) => `${numberText(Math.round((10 * value) / scale) / 10)} ${unit}`)];
  });
  return [
    table({
      title: "Runways", words: "Most constrained first. A dash is not within two years.",
      columns: [{ head: "group" }, { head: "resource" }, rightColumn("peak now"), rightColumn("usable"), { head: "p10" }, { head: "p50" }, { head: "p90" }, rightColumn("paths that cross, %")],
      rows: rowsOf(({ runway: { peakNow, usable, crossed, crossedPermille } }, amount) =>
        [amount(peakNow), amount(usable), dayWords(crossed.p10, report), dayWords(crossed.p50, report), dayWords(crossed.p90, report), Math.round(crossedPermille / 10)]),
    }),
    table({
      title: "What is usable", words: "Capacity less what is kept free for a failure, less the buffer; and what the peaks change by in a month.",
      columns: [{ head: "group" }, { head: "resource" }, { head: "hosts" }, ...["capacity", "failover reserve", "buffer", "usable", "in 30 days"].map(rightColumn)],
      rows: rowsOf(({ hosts, capacity, failoverReserve, buffer, runway: { usable, trendPerDay } }, amount) => [hosts, amount(capacity), amount(failoverReserve), amount(buffer), amount(usable), amount(30 * trendPerDay)]),
    }),
  ];
}

function waysSection(report: ForecastReport): Section {
  const rowsOf = (what: string, from: number | null, ways: readonly Way[]): readonly (readonly Cell[])[] =>
    ways.map((way) => [what, dayWords(from, report), { text: remedyWords(way.remedy), tone: way.isEnough ? "good" : "plain" }, way.microsPerMonth / 1_000_000, helpsUntil(way, report)]);
  const rows = [
    ...report.pools.flatMap(({ group, resource, runway, ways }) => rowsOf(`${resourceWords(resource).name} of ${group}`, runway.crossed.p10, ways)),
    ...report.places.flatMap(({ application, runway, ways }) => rowsOf(`${application}, next instance`, runway.crossed.p10, ways)),
  ];
  return {
    title: "What would help", words: `Each was tried by looking at the runway again with it: enough means beyond ${dayWords(report.horizonEndMs, report)} on nine of ten paths.`,
    content: rows.length === 0 ? [] : [
      table({ title: "Purchases, and what could be relaxed", words: "The cheapest first.", columns: [{ head: "runway of" }, { head: "may end on" }, { head: "do" }, { head: "costs", unit: `${report.currency}/month` }, { head: "lasts until" }], rows }),
      notes({ title: "Prices", items: report.offers.map(({ name, microsPerMonth }) => `${name}: ${formatMicros(microsPerMonth)} ${report.currency} a month`) }),
    ],
  };
}

function placesSection(report: ForecastReport): Section {
  const rows = report.places.map(({ application, services, like, runway }): readonly Cell[] => [
    application, services.join(", "), resourceWords(runway.resource).name, like, runway.instances, runway.moreMayFit ? moreWords(runway) : runway.moreInstances,
    dayWords(runway.crossed.p10, report), dayWords(runway.crossed.p50, report), dayWords(runway.crossed.p90, report),
  ]);
  return {
    title: "Runway under the rules", words: "When an application needs an instance more than the planner can place under all policies.",
    content: rows.length === 0 ? [] : [table({
      title: "Next instances", words: "More fit: as many further instances like the last one have a place together.",
      columns: ["application", "services", "resource", "like", "instances", "more fit", "p10", "p50", "p90"].map((head) => ({ head })), rows,
    })],
  };
}

function demandSection(report: ForecastReport): Section {
  const charts = report.demands.filter(varies).slice(0, demandChartsMax).map((demand) => demandChart(demand, report));
  const rows = report.demands.map((demand): readonly Cell[] => {
    const { covered, error } = backTestWords(demand);
    if (demand.forecast.kind === "too-short") return [demand.name, resourceWords(demand.resource).name, "too little measured", null, null, null, covered, error];
    const { season, shifts, holes, trendPerDay } = demand.forecast;
    const { scale, unit } = scaleOf(demand.resource, report);
    return [demand.name, resourceWords(demand.resource).name, seasonWords(season), `${Math.round((3000 * trendPerDay) / scale) / 100} ${unit}`, shifts.length, holes.length, covered, error];
  });
  return {
    title: "Demand", words: `What each ${report.per} was asked for, and the band that is to hold ${report.bandPermille / 10} % of what comes.`,
    content: rows.length === 0 ? [] : [...charts, table({
      title: "How good such forecasts were", words: `${report.heldMs === null ? "Learnt from the first half of the history and tested on the rest" : `Tested on the last ${formatDuration(report.heldMs)} of the history, learnt from all before`}: the part that the band held, and the error in parts of that of repeating the last day.`,
      columns: [report.per, "resource", "season", "trend in 30 days", "level shifts", "holes", "band held", "error"].map((head) => ({ head })), rows,
    })],
  };
}

/** Charts of constants tell nothing. */
function varies({ history: { values } }: Demand): boolean {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.some((value) => value !== known[0]);
}

function demandChart({ name, resource, history, forecast }: Demand, report: ForecastReport): Markup {
  const { scale, unit } = scaleOf(resource, report);
  const scaled = (values: Float64Array): Float64Array => values.map((value) => value / scale);
  const slots = (fromMs: number, count: number): number[] => Array.from({ length: count }, (_, slot) => onAxis(fromMs + slot * report.stepMs, report));
  const ahead = forecast.kind === "too-short" ? [] : [{
    name: "forecast", x: slots(forecast.startMs, forecast.middle.length), y: scaled(forecast.middle), band: { name: `${report.bandPermille / 10} % band`, low: scaled(forecast.low), high: scaled(forecast.high) },
  }];
  return lineChart({
    title: `${capital(resourceWords(resource).name)} of ${name}`, words: demandWords(forecast, report),
    x: timeAxis(report), y: { unit, from: "zero" },
    series: [{ name: "measured", x: slots(history.startMs, history.values.length), y: scaled(history.values) }, ...ahead],
    marks: forecast.kind === "too-short" ? [] : forecast.shifts.map(({ atMs }) => ({ at: onAxis(atMs, report), words: "level shift" })),
  });
}

function demandWords(forecast: Demand["forecast"], report: ForecastReport): string {
  if (forecast.kind === "too-short") return `Too little was measured to look ahead: ${forecast.measuredSlots} slots of ${forecast.neededSlots}.`;
  const { season, windowMs, holes } = forecast;
  return [
    `Season: ${seasonWords(season)}.`, `The last ${formatDuration(windowMs)} resemble what comes.`,
    ...holes.length === 0 ? [] : [`${holes.length === 1 ? "One stretch was" : `${holes.length} stretches were`} not measured, the first from ${dayWords(holes[0]?.fromMs ?? null, report)}.`],
  ].join(" ");
}
