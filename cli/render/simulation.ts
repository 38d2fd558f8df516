import { counted } from "../../model/counted.ts";
import { loadResources } from "../../model/load.ts";
import { formatMicros } from "../../model/money.ts";
import { sumOfBill, type HostResult, type ResourceUse } from "../../simulator/index.ts";
import { chartRow, eventsOf, kilowattHours, timeText, type SimulationReport } from "../simulation-report.ts";
import { percentWords } from "./availability.ts";
import { formatDuration } from "./duration.ts";
import { groupThousands } from "./money.ts";
import { renderPlanCourse } from "./simulation-plan.ts";
import { leastHistoryMs } from "../simulation-runway.ts";
import { headlineOf, shortWords } from "./simulation-runway.ts";
import { renderServices } from "./simulation-services.ts";
import type { SimulationView } from "./simulation-view.ts";
import { sparkline } from "./sparkline.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

const rowsMax = 30;
const unitNames: Readonly<Record<string, string>> = { cpuMillicores: "millicores", cpuMHz: "MHz", memoryMiB: "MiB", storageMiB: "MiB", storageMBps: "MB/s", networkMbps: "Mbit/s" };

/** A simulation that has run, for people: the summary, hosts, services, the plan, tasks, what happened, what was repaired. */
export function renderSimulation(report: SimulationReport, view: SimulationView): string {
  const sections = [
    renderSummary(report, view), renderHosts(report, view), renderServices(report, view), renderPlanCourse(report, view),
    renderTasks(report, view), renderEvents(report, view), renderBreaches(report, view), renderRepairs(report, view),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function renderSummary(report: SimulationReport, { paint, columns }: SimulationView): string {
  const { made: { scenario, simulation, answers }, result } = report;
  const { totals, lengthMs } = result;
  const { currency } = scenario.fleet;
  const worst = result.services.toSorted((a, b) => a.availabilityPpm - b.availabilityPpm)[0];
  const musts = result.breaches.filter(({ strength }) => strength === "must").length;
  const rows: (readonly [string, string])[] = [
    ["time", `${timeText(report, 0)}, ${formatDuration(lengthMs)}, slots of ${formatDuration(simulation.stepMs)}, seed ${simulation.seed}`],
    ["load", loadWords(report)],
    ["cost", `${formatMicros(totals.micros, 2)} ${currency}, of which ${formatMicros(totals.transferMicros, 2)} for data carried`],
    ["energy", `${kilowattHours(totals.microjoules).toFixed(3)} kWh, ${(Number(totals.carbonMilligrams) / 1e6).toFixed(3)} kg CO2`],
    ["stolen", stolenWords(report)],
    ...(worst === undefined ? [] : [["services", worst.availabilityPpm === 1_000_000 ? paint.green("none was down") : paint.red(`${worst.service} was down most: ${percentWords(worst.availabilityPpm)} % up`)] as const]),
    ...runwayRow(report),
    ["rules", musts === 0 ? paint.green("✓ no must was broken on the way") : paint.red(`${counted(musts, "breach", "breaches")} of musts, see below`)],
    ["planner", answers.asked === 0 ? "was not asked" : `was asked ${counted(answers.asked, "time")}${answers.unplaced === 0 ? "" : `; ${counted(answers.unplaced, "workload")} found no place`}`],
    ...(result.failures === 0 ? [] : [["failures", `of ${counted(result.failures, "host")}`] as const]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, words]) => wrap(`${name.padEnd(width)}  ${words}`, columns, "  ", " ".repeat(width + 4)));
  return `${paint.bold(`Simulation of ${scenario.name}`)}\n${lines.join("\n")}\n`;
}

/** The runway of what runs out first. */
function runwayRow(report: SimulationReport): readonly (readonly [string, string])[] {
  const [words, short] = [headlineOf(report), shortWords(report)];
  const isUnknown = report.runways.length === 0 && report.made.simulation.load.length > 0;
  return [
    ...(isUnknown ? [["runway", `not known from less than ${formatDuration(leastHistoryMs)} of load`] as const] : []),
    ...(short === null ? [] : [["short now", `${short}, once what is kept free is taken off`] as const]),
    ...(words === null ? [] : [["runway", `${words.value}: ${words.note}${report.made.carried === null ? "" : ", after the plan"}`] as const]),
  ];
}

/** What the load is made of. */
export function loadWords({ made: { simulation, traces } }: SimulationReport): string {
  const madeUp = simulation.load.flatMap((part) => (part.kind === "trace" ? [] : [part.workloads.length]));
  const workloads = madeUp.reduce((sum, count) => sum + count, 0);
  const measured = traces.map(({ part, trace, report }) => `${part.files.join(", ")} (${counted(trace.series.length, "series", "series")}, ${groupThousands(report.rows)} rows)`);
  const others = simulation.otherLoad === "none" ? "the others ask for nothing" : "the others as expected";
  if (simulation.load.length === 0) return simulation.otherLoad === "none" ? "nobody asks for anything" : "everybody asks for what is expected";
  return [...measured, ...(madeUp.length === 0 ? [] : [`made up for ${counted(workloads, "workload")} in ${counted(madeUp.length, "group")}`]), others].join("; ");
}

/** The processors of a host. */
function processorUse(host: HostResult): ResourceUse | undefined {
  return host.uses[0];
}

function stolenWords({ result: { hosts } }: SimulationReport): string {
  const demand = hosts.reduce((sum, host) => sum + (processorUse(host)?.demandHours ?? 0), 0);
  const stolen = hosts.reduce((sum, host) => sum + (processorUse(host)?.stolenHours ?? 0), 0);
  if (demand === 0) return "nothing was asked for";
  return `${(100 * stolen / demand).toFixed(3)} % of the processor time asked for (${hoursText(stolen, hosts[0]?.uses[0]?.resource ?? "")} of ${hoursText(demand, hosts[0]?.uses[0]?.resource ?? "")})`;
}

/** Unit-hours of processors: core-hours, or MHz-hours. */
function hoursText(hours: number, resource: string): string {
  return resource === loadResources.cpuMHz.name ? `${groupThousands(Math.round(hours))} MHz h` : `${(hours / 1000).toFixed(1)} core h`;
}

function renderHosts(report: SimulationReport, { paint, columns, full }: SimulationView): string {
  const { result, made } = report;
  const width = columns >= 120 ? 32 : 20;
  const rows = result.hosts.map((host, h) => {
    const use = processorUse(host);
    const onMs = host.stateMs.on + host.stateMs.maintenance;
    const peak = use === undefined || use.capacity === null || use.capacity === 0 ? 0 : (100 * use.grantedPeak) / use.capacity;
    const meanPercent = result.lengthMs === 0 ? 0 : (100 * host.activeMs) / result.lengthMs;
    const stolen = (100 * (use?.stolenHours ?? 0)) / Math.max(1e-9, use?.demandHours ?? 0);
    return [
      host.host, sparkline(chartRow(result.charts.useMeanPermille, h, report), 1000, width), `${meanPercent.toFixed(1)} %`, `${(host.usePermille.p99 / 10).toFixed(0)} %`, peak >= 99.95 ? paint.yellow(`${peak.toFixed(0)} %`) : `${peak.toFixed(0)} %`,
      stolen > 0 ? paint.yellow(`${stolen.toFixed(2)} %`) : "-", shareText(onMs, result.lengthMs),
      host.stateMs.failed > 0 ? paint.red(formatDuration(host.stateMs.failed)) : "-", kilowattHours(host.microjoules).toFixed(2),
      formatMicros(sumOfBill(host.bill), 2),
    ];
  });
  const table = renderTable([
    { head: "host" }, { head: "processors over time" }, { head: "mean", align: "right" }, { head: "99 % of time", align: "right", dropRank: 2 }, { head: "peak", align: "right" },
    { head: "stolen", align: "right" }, { head: "on", align: "right", dropRank: 1 }, { head: "failed", align: "right", dropRank: 3 }, { head: "kWh", align: "right", dropRank: 4 }, { head: made.scenario.fleet.currency, align: "right" },
  ], full ? rows : rows.slice(0, rowsMax), columns);
  const adds = result.totals.micros === 0n ? "" : `\n${wrap(`${made.scenario.fleet.currency}: rounded to hundredths; unrounded, all hosts and the data carried add up to the cost.`, columns, "  ")}`;
  return `${paint.bold("Hosts")}\n${table}${restOf(rows.length, full)}${adds}\n`;
}

function shareText(partMs: number, lengthMs: number): string {
  return lengthMs === 0 ? "-" : `${((100 * partMs) / lengthMs).toFixed(1)} %`;
}

function restOf(count: number, full: boolean, most = rowsMax): string {
  return full || count <= most ? "" : `\n  ... and ${count - most} more (--full shows them)`;
}

function renderTasks({ made, result }: SimulationReport, { paint, columns, full }: SimulationView): string {
  const tasks = result.tasks.slice(0, made.ownTasks);
  if (tasks.length === 0) return "";
  const rows = tasks.map(({ id, state, startedMs, endedMs, saved, restarts, lostWork }) =>
    [id, state === "done" ? paint.green(state) : state, sinceBeginning(startedMs), sinceBeginning(endedMs), String(saved), restarts > 0 ? paint.yellow(String(restarts)) : "0", lostWork === 0 ? "-" : `${(lostWork / made.processor.perUnit / 1000).toFixed(0)} ${unitNames[made.processor.name] ?? ""} s`]);
  const table = renderTable([
    { head: "task" }, { head: "state" }, { head: "started", align: "right" }, { head: "ended", align: "right" }, { head: "checkpoints", align: "right" }, { head: "restarts", align: "right" }, { head: "work lost", align: "right" },
  ], full ? rows : rows.slice(0, rowsMax), columns);
  return `${paint.bold("Tasks")}\n${table}${restOf(rows.length, full)}\n`;
}

function sinceBeginning(ms: number | null): string {
  return ms === null ? "-" : ms === 0 ? "0 s" : formatDuration(ms);
}

function renderEvents(report: SimulationReport, { paint, columns, full }: SimulationView): string {
  const events = eventsOf(report);
  if (events.length === 0) return "";
  const tones = { plain: (words: string) => words, good: paint.green, warning: paint.yellow, bad: paint.red };
  const rows = events.slice(0, full ? events.length : rowsMax).map(({ atMs, about, words, tone }) => [timeText(report, atMs), about, tones[tone](words)]);
  return `${paint.bold("What happened")}\n${renderTable([{ head: "time" }, { head: "what" }, { head: "", wraps: 30, below: true }], rows, columns)}${restOf(events.length, full)}\n`;
}

function renderBreaches(report: SimulationReport, { paint, columns, full }: SimulationView): string {
  const { breaches } = report.result;
  if (breaches.length === 0) return "";
  const rows = breaches.slice(0, full ? breaches.length : rowsMax).map(({ policy, strength, words, fromMs, toMs }) =>
    [timeText(report, fromMs), toMs === null ? "to the end" : formatDuration(toMs - fromMs), strength === "must" ? paint.red(strength) : strength, policy, words]);
  return `${paint.bold("Rules broken on the way")}\n${renderTable([{ head: "from" }, { head: "for" }, { head: "strength" }, { head: "policy", dropRank: 1 }, { head: "", wraps: 24, below: true }], rows, columns)}${restOf(breaches.length, full)}\n`;
}

function renderRepairs({ made: { traces } }: SimulationReport, { paint, columns }: SimulationView): string {
  const counts = new Map<string, { kind: string; outcome: string; files: number; count: number }>();
  for (const { kind, outcome, count } of traces.flatMap(({ report }) => report.findings)) {
    const key = `${kind} ${outcome}`;
    const known = counts.get(key) ?? { kind, outcome, files: 0, count: 0 };
    counts.set(key, { ...known, files: known.files + 1, count: known.count + count });
  }
  if (counts.size === 0) return "";
  const rows = [...counts.values()].map(({ kind, outcome, files, count }) => [kind.replaceAll("-", " "), outcome, groupThousands(count), groupThousands(files)]);
  return `${paint.bold("Rows of the traces that were not simply taken")}\n${renderTable([{ head: "what" }, { head: "outcome" }, { head: "rows", align: "right" }, { head: "files", align: "right" }], rows, columns)}\n`;
}
