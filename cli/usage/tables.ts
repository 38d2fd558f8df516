import type { UseStatistics } from "../../reports/index.ts";
import type { ExportCell, ExportColumn, ExportTable } from "../export-tables.ts";
import type { SizeEffect } from "./effect.ts";
import type { SubjectUse, UsageReport } from "./report.ts";

const text = (name: string): ExportColumn => ({ name, kind: "text" });
const integer = (name: string): ExportColumn => ({ name, kind: "integer" });
const decimal = (name: string): ExportColumn => ({ name, kind: "decimal" });
const instant = ({ hasDate }: UsageReport, name: string): ExportColumn => (hasDate ? { name, kind: "instant" } : integer(`${name}Ms`));

/** The report as tables. Amounts are in the unit of their resource: millicores, MiB, ... */
export function usageTables(report: UsageReport, effect: SizeEffect | null): readonly ExportTable[] {
  return [
    subjects("workload-use", "workload", report.workloads, report), subjects("application-use", "application", report.applications, report), subjects("service-use", "service", report.services, report),
    hostTable(report), sizeTable(report),
    ...effect === null ? [] : [effectTable(effect)],
    ...report.runways === null ? [] : [runwayTable(report, report.runways)],
  ];
}

function statisticsColumns(report: UsageReport): readonly ExportColumn[] {
  return [integer("slots"), integer("measuredPermille"), ...["mean", "p50", "p95", "p99", "peak"].map(decimal), instant(report, "peakAt"), decimal("trendPerDay")];
}

function statisticsCells({ slots, measuredPermille, mean, p50, p95, p99, peak, peakAtMs, trendPerDay }: UseStatistics): readonly ExportCell[] {
  return [slots, measuredPermille, mean, p50, p95, p99, peak, peakAtMs, trendPerDay];
}

function subjects(name: string, what: string, uses: readonly SubjectUse[], report: UsageReport): ExportTable {
  return {
    name, columns: [text(what), text("resource"), integer("workloads"), integer("workloadsMeasured"), ...statisticsColumns(report)],
    rows: uses.flatMap(({ name: own, workloads, measured, statistics }) => [...statistics].map(([resource, found]) => [own, resource, workloads, measured, ...statisticsCells(found)])),
  };
}

function hostTable(report: UsageReport): ExportTable {
  return {
    name: "host-use",
    columns: [text("host"), text("site"), text("resource"), text("verdict"), integer("workloads"), { name: "isMeasured", kind: "boolean" }, decimal("capacity"), integer("meanPermille"), integer("p95Permille"), integer("peakPermille"), ...statisticsColumns(report)],
    rows: report.hosts.flatMap(({ host, verdict, workloads, isMeasured, resources }) => resources.map(({ resource, capacity, meanPermille, p95Permille, peakPermille, statistics }) => [
      host.id, host.site, resource, verdict, workloads, isMeasured, capacity, meanPermille, p95Permille, peakPermille, ...statisticsCells(statistics),
    ])),
  };
}

function sizeTable({ sizes }: UsageReport): ExportTable {
  return {
    name: "sizes", columns: [text("workload"), text("resource"), text("advice"), integer("reserved"), decimal("needed"), text("neededBy"), integer("advised"), integer("change"), text("sizedBy")],
    rows: sizes.map(({ workload, resource, advice, reserved, needed, neededBy, advised, sizedBy }) => [workload, resource, advice, reserved, needed, neededBy, advised, advised - reserved, sizedBy]),
  };
}

function effectTable({ rows }: SizeEffect): ExportTable {
  return {
    name: "size-effect", columns: [text("fleet"), integer("microsPerHour"), integer("hostsOn"), integer("workloadsPlaced"), integer("workloadsWithoutPlace"), integer("workloadsMoved"), integer("powerMilliwatts")],
    rows: rows.map(({ name, figures, moved, unplaced }) => [name, figures.cost.totalMicrosPerHour, figures.hostsOn, figures.placedCount, unplaced, moved, figures.powerMilliwatts]),
  };
}

function runwayTable(report: UsageReport, runways: NonNullable<UsageReport["runways"]>): ExportTable {
  return {
    name: "runways", columns: [text("group"), text("resource"), decimal("usable"), decimal("peakNow"), decimal("trendPerDay"), instant(report, "p10"), instant(report, "p50"), instant(report, "p90"), integer("crossedPermille")],
    rows: runways.map(({ group, resource, usable, runway: { peakNow, trendPerDay, crossed, crossedPermille } }) => [group, resource, usable, peakNow, trendPerDay, crossed.p10, crossed.p50, crossed.p90, crossedPermille]),
  };
}
