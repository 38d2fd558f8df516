import { partOfTime, percentWords } from "./availability.ts";
import { formatDuration } from "./duration.ts";
import type { SimulationReport } from "../simulation-report.ts";
import { columnsUsed } from "../simulation-report.ts";
import { sparkline } from "./sparkline.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";
import type { SimulationView } from "./simulation-view.ts";

/** Services: how long each was in which state; and the limits at which further instances are called for. */
export function renderServices(report: SimulationReport, view: SimulationView): string {
  return [renderStates(report, view), renderLimits(report, view)].filter((section) => section !== "").join("\n");
}

function renderStates({ result }: SimulationReport, { paint, columns }: SimulationView): string {
  if (result.services.length === 0) return "";
  const isSaved = result.services.some(({ undoneHours }) => undoneHours !== null);
  const rows = result.services.map(({ service, availabilityPpm, operationalMs, degradedMs, downMs, interruptions, recoveryMsMax, lostHours, undoneHours }) => [
    service, partText(availabilityPpm, paint.green, paint.red), partText(partOfTime(operationalMs, result.lengthMs), paint.green, paint.yellow), degradedMs > 0 ? paint.yellow(time(degradedMs)) : "-", downMs > 0 ? paint.red(time(downMs)) : "-",
    String(interruptions), time(recoveryMsMax), lostText(lostHours), ...(isSaved ? [undoneHours === null ? "-" : lostText({ [Object.keys(lostHours)[0] ?? ""]: undoneHours })] : []),
  ]);
  const heads = [
    { head: "service" }, { head: "up", align: "right" as const }, { head: "whole", align: "right" as const }, { head: "degraded", align: "right" as const }, { head: "down", align: "right" as const },
    { head: "interruptions", align: "right" as const, dropRank: 1 }, { head: "longest recovery", align: "right" as const, dropRank: 2 }, { head: "work lost", align: "right" as const },
    ...(isSaved ? [{ head: "undone", align: "right" as const }] : []),
  ];
  const isWhole = result.services.every(({ degradedMs, downMs }) => degradedMs + downMs === 0);
  const words = [...(isWhole ? [] : ["Up: at least degraded. Whole: none of its instances was missing."]), ...(isSaved ? ["Undone: work since the last checkpoint that a failure took."] : [])];
  const note = words.length === 0 ? "" : `\n${wrap(words.join(" "), columns, "  ")}`;
  return `${paint.bold("Services")}\n${renderTable(heads, rows, columns)}${note}\n`;
}

/** A share of the time in parts per million. */
function partText(ppm: number, all: (words: string) => string, less: (words: string) => string): string {
  return ppm === 1_000_000 ? all("100 %") : less(`${percentWords(ppm)} %`);
}

function time(ms: number): string {
  return ms === 0 ? "-" : formatDuration(ms);
}

function lostText(lostHours: Readonly<Record<string, number>>): string {
  const [resource, hours] = Object.entries(lostHours)[0] ?? ["", 0];
  if (hours === 0) return "-";
  if (resource !== "cpuMillicores") return hours < 1 ? `${(3600 * hours).toFixed(0)} MHz s` : `${hours.toFixed(0)} MHz h`;
  return hours < 100 ? `${(3.6 * hours).toFixed(0)} core s` : `${(hours / 1000).toFixed(1)} core h`;
}

function renderLimits({ result }: SimulationReport, { paint, columns }: SimulationView): string {
  if (result.scaling.length === 0) return "";
  const width = columns >= 120 ? 32 : 20;
  const used = columnsUsed(result);
  const rows = result.scaling.map(({ service, application, abovePermille, maxInstances, usePermille, instances, fewest, most }) => {
    const highest = highestOf(usePermille);
    return [
      service, application, sparkline(usePermille.subarray(0, used), Math.max(1000, highest), width), highest > abovePermille ? paint.yellow(`${(highest / 10).toFixed(0)} %`) : `${(highest / 10).toFixed(0)} %`,
      `${(abovePermille / 10).toFixed(0)} %`, sparkline(instances.subarray(0, used), maxInstances, width), fewest === most ? String(most) : `${fewest} to ${most}`, String(maxInstances),
    ];
  });
  return `${paint.bold("Limits of services")}\n${renderTable([
    { head: "service" }, { head: "application" }, { head: "use of what is reserved" }, { head: "peak", align: "right" }, { head: "limit", align: "right" },
    { head: "instances", dropRank: 1 }, { head: "", align: "right" }, { head: "at most", align: "right", dropRank: 2 },
  ], rows, columns)}\n`;
}

/** The highest of those that are numbers; 0 when none is. */
function highestOf(values: Float64Array): number {
  return values.reduce((most, value) => (Number.isNaN(value) ? most : Math.max(most, value)), 0);
}
