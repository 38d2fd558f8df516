import { lineChart, paragraph, table, type Cell, type Markup, type Section, type Tone } from "../../reports/html/index.ts";
import type { ScalingRecord } from "../../simulator/index.ts";
import { partOfTime, percentWords } from "../render/availability.ts";
import { formatDuration } from "../render/duration.ts";
import { answerActions, columnsUsed, planOutcome, timeText, type SimulationReport } from "../simulation-report.ts";
import { axisOf, columnTimes } from "./simulation-hosts.ts";

/** So many services are listed whatever became of them. */
const servicesMax = 20;
/** Marks on one chart: more would cover it. */
const marksMax = 12;

/** Load against the limits of services, and the instances that were started. */
export function limitSection(report: SimulationReport): Section {
  const x = columnTimes(report);
  const used = columnsUsed(report.result);
  const { kind, from } = axisOf(report);
  const content = report.result.scaling.flatMap((record): readonly Markup[] => {
    const { service, application, abovePermille, maxInstances, usePermille } = record;
    const [fewest, most] = [record.fewestInstances.subarray(0, used), record.instances.subarray(0, used)];
    const marks = marksOf(report, service, application).map(({ atMs, words }) => ({ at: from + atMs, words }));
    return [
      lineChart({
        title: `${application} for ${service}: use of what its instances have reserved`,
        words: limitWords(report, usePermille.subarray(0, used), abovePermille, marks.length > 0),
        x: { kind }, y: { unit: "%", from: "zero" }, limits: [{ name: "limit", value: abovePermille / 10 }], marks: marks.slice(0, marksMax),
        series: [{ name: application, x, y: usePermille.subarray(0, used).map((value) => value / 10), shape: "steps" }],
      }),
      lineChart({
        title: `${application}: instances that serve`, words: instanceWords(record), x: { kind }, y: { unit: "instances", from: "zero" },
        // The line is the fewest: a loss that lasts for less than a column must not vanish.
        series: [{ name: "instances", x, y: fewest, shape: "steps", band: { name: "up to the most that served around that moment", low: fewest, high: most } }], limits: [{ name: "at most", value: maxInstances }],
      }),
    ];
  });
  return { title: "Load and limits", words: "How much services are asked for, and what is done about it.", content };
}

function highest(values: Float64Array): number {
  return values.reduce((most, value) => (Number.isNaN(value) ? most : Math.max(most, value)), 0);
}

function limitWords(report: SimulationReport, usePermille: Float64Array, limitPermille: number, isAnswered: boolean): string {
  const permille = highest(usePermille);
  const limit = `${limitPermille / 10} %`;
  const reached = `reaches ${(permille / 10).toFixed(0)} %${momentWords(report, usePermille.indexOf(permille))}`;
  if (permille <= limitPermille) return `The load stays below the limit of ${limit}: it ${reached}.`;
  return isAnswered ? `The load passes the limit of ${limit} and ${reached}: another instance is called for, and let go when it is not needed any more.`
    : `The load passes the limit of ${limit} and ${reached}, but never for long enough to call for another instance.`;
}

/** When a column of the charts is; while the plan is carried out instances may stand still, and the others have their load. */
function momentWords(report: SimulationReport, column: number): string {
  if (column < 0) return "";
  const { columnMs } = report.result.charts;
  const { carried } = report.made;
  const tookMs = planOutcome(report)?.tookMs ?? null;
  const isDuringPlan = carried !== null && (column + 1) * columnMs > carried.atMs && (tookMs === null || column * columnMs < carried.atMs + tookMs);
  return ` at ${timeText(report, column * columnMs)}${isDuringPlan ? ", while the plan is carried out" : ""}`;
}

function instanceWords({ fewest, most, maxInstances }: ScalingRecord): string {
  return fewest === most ? `${most} served all the time; ${maxInstances} are allowed.` : `From ${fewest} to ${most} served; ${maxInstances} are allowed.`;
}

/** Calls for instances of an application, and what the planner did about them. */
function marksOf(report: SimulationReport, service: string, application: string): readonly { readonly atMs: number; readonly words: string }[] {
  const starts = answerActions(report).flatMap(({ planned: { action }, endedMs, outcome }) => (action.kind === "start" && outcome === "done" && endedMs !== null ? [{ atMs: endedMs, words: `${action.workload} runs on ${action.host}`, workload: action.workload }] : []));
  const instances = new Set(report.made.scenario.fleet.workloads.filter(({ applications }) => applications.some((id) => id === application)).map(({ id }) => id));
  const calls = report.result.happenings.flatMap((each) => (each.kind === "limit" && each.service === service && each.application === application ? [{
    atMs: each.atMs, words: each.wants === "one more" ? `${Math.floor(each.usePermille / 10)} %: one more is called for` : "one is let go",
  }] : []));
  return [...calls, ...starts.filter(({ workload }) => instances.has(workload))].sort((a, b) => a.atMs - b.atMs);
}

/** How long each service was whole, degraded and down. */
export function serviceSection({ result: { services } }: SimulationReport): Section {
  if (services.length === 0) return { title: "Services", content: [] };
  // Of many services those that were always whole are only counted.
  const hurt = services.filter(({ downMs, degradedMs }) => downMs > 0 || degradedMs > 0).toSorted((a, b) => b.downMs - a.downMs || b.degradedMs - a.degradedMs);
  const shown = services.length <= servicesMax ? services : hurt;
  const others = services.length - hurt.length;
  const words = "A service is down when an application of it has no instance that serves, and degraded when one is missing.";
  if (shown.length === 0) return { title: "Services", words, content: [paragraph(`All ${services.length} services were whole all the time.`)] };
  return {
    title: "Services", words,
    content: [table({
      title: "Availability", rowsMax: 40, words: others === 0 ? "None was whole all the time." : `${others} of ${services.length} were whole all the time.`, columns: [{ head: "service" }, { head: "up", unit: "%", align: "right" }, { head: "whole", unit: "%", align: "right" }, { head: "degraded" }, { head: "down" }, { head: "interruptions" }, { head: "longest recovery" }],
      rows: shown.map(({ service, availabilityPpm, operationalMs, degradedMs, downMs, interruptions, recoveryMsMax }) => [
        service, { text: percentWords(availabilityPpm), tone: downMs === 0 ? "good" : "bad" }, { text: percentWords(partOfTime(operationalMs, operationalMs + degradedMs + downMs)), tone: degradedMs + downMs === 0 ? "good" : "warning" }, time(degradedMs, "warning"), time(downMs, "bad"), interruptions, time(recoveryMsMax, "plain"),
      ]),
    })],
  };
}

function time(ms: number, tone: Tone): Cell {
  return ms === 0 ? "-" : { text: formatDuration(ms), tone };
}
