import type { ExportCell, ExportColumn, ExportTable } from "../export-tables.ts";
import { remedyWords } from "../render/forecast-words.ts";
import type { ForecastReport } from "./report.ts";

const text = (name: string): ExportColumn => ({ name, kind: "text" });
const integer = (name: string): ExportColumn => ({ name, kind: "integer" });
const decimal = (name: string): ExportColumn => ({ name, kind: "decimal" });
const instants = (report: ForecastReport, ...names: readonly string[]): readonly ExportColumn[] =>
  names.map((name) => (report.hasDate ? { name, kind: "instant" } : integer(`${name}Ms`)));

/** The report as tables: runways, ways, and the demand slot by slot. Amounts are in the unit of their resource. */
export function forecastTables(report: ForecastReport): readonly ExportTable[] {
  return [runwayTable(report), placesTable(report), wayTable(report), demandTable(report), slotTable(report)];
}

function runwayTable(report: ForecastReport): ExportTable {
  return {
    name: "runways",
    columns: [text("group"), text("resource"), integer("hosts"), decimal("capacity"), decimal("failoverReserve"), decimal("buffer"), decimal("usable"), decimal("peakNow"), decimal("trendPerDay"),
      ...instants(report, "p10", "p50", "p90"), integer("crossedPermille"), decimal("lackingP50")],
    rows: report.pools.map(({ group, resource, hosts, capacity, failoverReserve, buffer, runway }) => [
      group, resource, hosts, capacity, failoverReserve, buffer, runway.usable, runway.peakNow, runway.trendPerDay, runway.crossed.p10, runway.crossed.p50, runway.crossed.p90, runway.crossedPermille, runway.lacking.p50,
    ]),
  };
}

function placesTable(report: ForecastReport): ExportTable {
  return {
    name: "runways-of-instances",
    columns: [text("application"), text("services"), text("resource"), text("like"), integer("instances"), integer("moreInstances"), decimal("perInstance"), decimal("peakNow"), decimal("trendPerDay"),
      ...instants(report, "p10", "p50", "p90"), integer("crossedPermille")],
    rows: report.places.map(({ application, services, like, perInstance, runway }) => [
      application, services.join(" "), runway.resource, like, runway.instances, runway.moreInstances, perInstance, runway.peakNow, runway.trendPerDay, runway.crossed.p10, runway.crossed.p50, runway.crossed.p90, runway.crossedPermille,
    ]),
  };
}

function wayTable(report: ForecastReport): ExportTable {
  const all = [
    ...report.pools.flatMap(({ group, resource, ways }) => ways.map((way) => ({ of: group, resource, way }))),
    ...report.places.flatMap(({ application, runway, ways }) => ways.map((way) => ({ of: application, resource: runway.resource, way }))),
  ];
  return {
    name: "ways-out",
    columns: [text("runwayOf"), text("resource"), text("remedy"), integer("microsPerMonth"), { name: "isEnough", kind: "boolean" }, ...instants(report, "p10", "p50", "p90")],
    rows: all.map(({ of, resource, way }) => [of, resource, remedyWords(way.remedy), way.microsPerMonth, way.isEnough, way.until.p10, way.until.p50, way.until.p90]),
  };
}

function demandTable(report: ForecastReport): ExportTable {
  return {
    name: "demands",
    columns: [text(report.per), text("resource"), text("season"), integer("seasonMs"), integer("seasonGainPermille"), decimal("trendPerDay"), integer("levelShifts"), integer("holes"),
      integer("testPoints"), integer("testCovered"), decimal("testAbsoluteError"), decimal("testNaiveError"), integer("testAheadMs")],
    rows: report.demands.map(({ name, resource, forecast, backTest }): readonly ExportCell[] => {
      const test = backTest === null ? [null, null, null, null, null] : [backTest.points, backTest.covered, backTest.absoluteError, backTest.naiveError, backTest.aheadMs];
      if (forecast.kind === "too-short") return [name, resource, "too little measured", null, null, null, null, null, ...test];
      const { season, trendPerDay, shifts, holes } = forecast;
      return [name, resource, season.kind, season.kind === "period" ? season.periodMs : null, season.kind === "none" ? null : season.gainPermille, trendPerDay, shifts.length, holes.length, ...test];
    }),
  };
}

/** History and forecast under each other: what was measured, then the band. */
function slotTable(report: ForecastReport): ExportTable {
  return {
    name: "demand-slots",
    columns: [text(report.per), text("resource"), ...instants(report, "at"), decimal("measured"), decimal("low"), decimal("middle"), decimal("high")],
    rows: slots(report),
  };
}

function* slots({ demands }: ForecastReport): Generator<readonly ExportCell[]> {
  for (const { name, resource, history, forecast } of demands) {
    for (const [slot, value] of history.values.entries()) yield [name, resource, history.startMs + slot * history.stepMs, Number.isNaN(value) ? null : value, null, null, null];
    if (forecast.kind === "too-short") continue;
    for (const [slot, middle] of forecast.middle.entries()) {
      yield [name, resource, forecast.startMs + slot * forecast.stepMs, null, forecast.low[slot] ?? null, middle, forecast.high[slot] ?? null];
    }
  }
}
