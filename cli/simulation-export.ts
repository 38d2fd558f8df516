import type { ExportTable } from "./export-tables.ts";
import { chartRow, columnsUsed, eventsOf, type SimulationReport } from "./simulation-report.ts";

/** Everything that was measured as tables for spreadsheets and databases. */
export function simulationTables(report: SimulationReport): readonly ExportTable[] {
  return [hostTable(report), hostTimeTable(report), resourceTable(report), workloadTable(report), serviceTable(report), limitTable(report), actionTable(report), taskTable(report), eventTable(report), runwayTable(report), repairTable(report)];
}

type Column = ExportTable["columns"][number];
const column = (name: string, kind: Column["kind"]): Column => ({ name, kind });

/** When a time of the simulation is: since 1970 where there is a date. */
function timeColumn({ made }: SimulationReport, name: string): { readonly column: Column; at(atMs: number | null): number | null } {
  const { hasDate, startMs } = made;
  return hasDate ? { column: column(name, "instant"), at: (atMs) => (atMs === null ? null : startMs + atMs) } : { column: column(`${name}Ms`, "integer"), at: (atMs) => atMs };
}

function hostTable({ result: { hosts } }: SimulationReport): ExportTable {
  return {
    name: "hosts",
    columns: [
      column("host", "text"), column("site", "text"), column("onMs", "integer"), column("offMs", "integer"), column("failedMs", "integer"), column("activeMs", "decimal"), column("stealMs", "decimal"),
      column("useP50Permille", "integer"), column("useP90Permille", "integer"), column("useP99Permille", "integer"), column("energyMicrojoules", "integer"), column("carbonMilligrams", "integer"),
      column("onMicros", "integer"), column("workloadMicros", "integer"), column("energyMicros", "integer"), column("networkMicros", "integer"), column("licenceMicros", "integer"),
    ],
    rows: hosts.map(({ host, site, stateMs, activeMs, stealMs, usePermille, microjoules, carbonMilligrams, bill }) => [
      host, site, stateMs.on + stateMs.maintenance, stateMs.off, stateMs.failed, activeMs, stealMs, usePermille.p50, usePermille.p90, usePermille.p99, microjoules, carbonMilligrams,
      bill.onMicros, bill.workloadMicros, bill.energyMicros, bill.networkMicros, bill.licenceMicros,
    ]),
  };
}

function hostTimeTable(report: SimulationReport): ExportTable {
  const { charts, hosts } = report.result;
  const time = timeColumn(report, "time");
  function* rows(): Generator<(string | number | null)[]> {
    const used = columnsUsed(report.result);
    for (const [h, { host }] of hosts.entries()) {
      const [mean, peak, watts] = [chartRow(charts.useMeanPermille, h, report), chartRow(charts.usePeakPermille, h, report), chartRow(charts.watts, h, report)];
      for (let c = 0; c < used; c++) yield [host, time.at(c * charts.columnMs), mean[c] ?? null, peak[c] ?? null, watts[c] ?? null];
    }
  }
  return { name: "hosts-over-time", columns: [column("host", "text"), time.column, column("useMeanPermille", "decimal"), column("usePeakPermille", "decimal"), column("powerWatts", "decimal")], rows: rows() };
}

function resourceTable({ result: { hosts } }: SimulationReport): ExportTable {
  return {
    name: "host-resources",
    columns: [
      column("host", "text"), column("resource", "text"), column("capacity", "decimal"), column("demandUnitHours", "decimal"), column("grantedUnitHours", "decimal"), column("stolenUnitHours", "decimal"),
      column("demandPeak", "decimal"), column("grantedPeak", "decimal"), column("grantedPeakDuringPlans", "decimal"),
    ],
    rows: hosts.flatMap(({ host, uses }) => uses.map((use) => [
      host, use.resource, use.capacity, use.demandHours, use.grantedHours, use.stolenHours, use.demandPeak, use.grantedPeak, use.duringPlans,
    ])),
  };
}

function workloadTable({ result: { workloads } }: SimulationReport): ExportTable {
  return {
    name: "workloads",
    columns: [column("workload", "text"), column("servedMs", "integer"), column("reservedMicros", "integer"), column("resource", "text"), column("demandUnitHours", "decimal"), column("stolenUnitHours", "decimal"), column("lostUnitHours", "decimal"), column("checkpoints", "integer"), column("undoneUnitHours", "decimal")],
    rows: workloads.flatMap(({ workload, servedMs, reservedMicros, uses, checkpoints }) => uses.map((use, r) => [
      workload, servedMs, reservedMicros, use.resource, use.demandHours, use.stolenHours, use.lostHours, ...(r === 0 && checkpoints !== null ? [checkpoints.saved, checkpoints.undoneHours] : [null, null]),
    ])),
  };
}

function serviceTable({ result: { services } }: SimulationReport): ExportTable {
  return {
    name: "services",
    columns: [
      column("service", "text"), column("availabilityPpm", "integer"), column("operationalMs", "integer"), column("degradedMs", "integer"), column("downMs", "integer"),
      column("interruptions", "integer"), column("recovered", "integer"), column("recoverySumMs", "integer"), column("recoveryLongestMs", "integer"),
      column("lostUnitHours", "decimal"), column("undoneUnitHours", "decimal"),
    ],
    rows: services.map((each) => [each.service, each.availabilityPpm, each.operationalMs, each.degradedMs, each.downMs, each.interruptions, each.recovered, each.recoveryMsSum, each.recoveryMsMax, Object.values(each.lostHours)[0] ?? null, each.undoneHours]),
  };
}

function limitTable(report: SimulationReport): ExportTable {
  const time = timeColumn(report, "time");
  const used = columnsUsed(report.result);
  return {
    name: "limits-over-time",
    columns: [column("service", "text"), column("application", "text"), time.column, column("usePermille", "integer"), column("limitPermille", "integer"), column("instances", "integer"), column("fewestInstances", "integer")],
    rows: report.result.scaling.flatMap(({ service, application, abovePermille, usePermille, instances, fewestInstances }) => Array.from({ length: used }, (_, c) =>
      [service, application, time.at(c * report.result.charts.columnMs), finite(usePermille[c]), abovePermille, finite(instances[c]), finite(fewestInstances[c])])),
  };
}

/** NaN is where nobody looked. */
function finite(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

function actionTable(report: SimulationReport): ExportTable {
  const [began, ended] = [timeColumn(report, "began"), timeColumn(report, "ended")];
  const planned = new Set(report.made.carried?.plan.actions ?? []);
  return {
    name: "actions",
    columns: [column("of", "text"), column("action", "text"), column("kind", "text"), column("workload", "text"), column("from", "text"), column("to", "text"), column("outcome", "text"), began.column, ended.column, column("predictedMs", "integer"), column("because", "text")],
    rows: report.result.actions.map(({ planned: own, outcome, beganMs, endedMs, because }) => {
      const { action } = own;
      return [
        planned.has(own) ? "plan" : "answer", own.id, action.kind, "workload" in action ? action.workload : null, "from" in action ? action.from : action.host, "to" in action ? action.to : null,
        outcome, began.at(beganMs), ended.at(endedMs), own.endMs - own.startMs, because,
      ];
    }),
  };
}

function taskTable(report: SimulationReport): ExportTable {
  const [started, ended] = [timeColumn(report, "started"), timeColumn(report, "ended")];
  return {
    name: "tasks",
    columns: [column("task", "text"), column("state", "text"), started.column, ended.column, column("checkpoints", "integer"), column("restarts", "integer"), column("lostUnitSeconds", "decimal")],
    rows: report.result.tasks.slice(0, report.made.ownTasks).map(({ id, state, startedMs, endedMs, saved, restarts, lostWork }) => [id, state, started.at(startedMs), ended.at(endedMs), saved, restarts, lostWork / report.made.processor.perUnit / 1000]),
  };
}

function eventTable(report: SimulationReport): ExportTable {
  const time = timeColumn(report, "time");
  return { name: "events", columns: [time.column, column("about", "text"), column("words", "text")], rows: eventsOf(report).map(({ atMs, about, words }) => [time.at(atMs), about, words]) };
}

function runwayTable({ runways }: SimulationReport): ExportTable {
  return {
    name: "runways",
    columns: [column("group", "text"), column("resource", "text"), column("usable", "decimal"), column("peakNow", "decimal"), column("crossedP10", "instant"), column("crossedP50", "instant"), column("crossedP90", "instant")],
    rows: runways.map(({ group, resource, runway: { usable, peakNow, crossed } }) => [group, resource, usable, peakNow, crossed.p10, crossed.p50, crossed.p90]),
  };
}

function repairTable({ made: { traces } }: SimulationReport): ExportTable {
  return {
    name: "trace-findings",
    columns: [column("file", "text"), column("kind", "text"), column("outcome", "text"), column("rows", "integer"), column("firstRow", "integer"), column("found", "text")],
    rows: traces.flatMap(({ report }) => report.findings).map(({ file, kind, outcome, count, places }) => [file, kind, outcome, count, places[0]?.firstRow ?? null, places[0]?.found ?? null]),
  };
}
