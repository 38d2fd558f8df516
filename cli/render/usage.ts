import { mostUrgentFirst, type HostLoad, type UseStatistics } from "../../reports/index.ts";
import type { SizeEffect } from "../usage/effect.ts";
import { varies, type SubjectUse, type UsageReport } from "../usage/report.ts";
import { formatAmount, formatUse } from "./amount.ts";
import { useBar } from "./bar.ts";
import { countWords } from "./diagnostics.ts";
import { formatDuration } from "./duration.ts";
import { formatDifference, formatPerHour, groupThousands } from "./money.ts";
import type { Paint } from "./paint.ts";
import { renderTable, type Column } from "./table.ts";
import { wrap } from "./text.ts";
import { dayOf, freedWords, sizeCounts, sizeWords, trendWords, verdictWords } from "./usage-words.ts";

interface View {
  readonly paint: Paint;
  readonly columns: number;
  readonly full: boolean;
}

const rowsMax = 20;

/** Use, for people: hosts first, then services and applications, then sizes and what they are worth, then how long it lasts. */
export function renderUsage(report: UsageReport, effect: SizeEffect | null, view: View): string {
  const blocks = [
    head(report, view), hosts(report, view), subjects("Services", report.services, report, view), subjects("Applications", report.applications, report, view),
    subjects("Workloads", report.workloads, report, view), sizes(report, view), effect === null ? "" : effects(effect, report, view), runways(report, view),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function head(report: UsageReport, { paint, columns }: View): string {
  const { grid, hosts, workloads, unmeasured, countsExpected } = report;
  const endMs = grid.startMs + grid.slots * grid.stepMs;
  const count = (verdict: HostLoad["verdict"]): number => hosts.filter((host) => host.verdict === verdict).length;
  const lines = [
    ["measured", `${formatDuration(grid.slots * grid.stepMs)}, ${dayOf(grid.startMs, report)} to ${dayOf(endMs, report)}, slots of ${formatDuration(grid.stepMs)}`],
    ["load", `of ${countWords(workloads.length, "workload")}${unmeasured.length === 0 ? "" : `; ${unmeasured.length} without count with ${countsExpected ? "what is expected of them" : "nothing"}`}`],
    ["hosts", `${countWords(hosts.length, "host")}: ${count("over")} used too much, ${count("under")} too little, ${count("fair")} fairly, ${count("empty")} empty`],
    ["sizes", sizeCounts(report)],
  ] as const;
  return [paint.bold(`Use of ${report.name}`), ...lines.map(([name, words]) => wrap(words, columns, `  ${name.padEnd(9)} `, " ".repeat(12)))].join("\n");
}

function hosts(report: UsageReport, { paint, columns, full }: View): string {
  const byUse = report.hosts.toSorted((a, b) => (b.fullest?.p95Permille ?? -1) - (a.fullest?.p95Permille ?? -1));
  const rows = (full ? byUse : byUse.slice(0, rowsMax)).map((host) => {
    const { fullest } = host;
    const sign = { over: paint.red("!"), under: paint.yellow("?"), fair: " ", empty: "-" }[host.verdict];
    const bar = fullest === null ? "" : useBar(fullest.p95Permille, 1000, paint);
    return [sign, host.host.id, host.host.site, String(host.workloads), fullest?.resource ?? "-", bar, percent(fullest?.meanPermille), percent(fullest?.peakPermille), verdictWords(host)];
  });
  const table = renderTable([
    { head: "" }, { head: "host" }, { head: "site", dropRank: 2 }, { head: "runs", align: "right", dropRank: 3 }, { head: "fullest of" }, { head: "p95" }, { head: "mean", align: "right" }, { head: "peak", align: "right" }, { head: "verdict", wraps: 12 },
  ], rows, columns);
  const { overPermille, underPermille } = report.limits;
  const words = `Use in percent of what each host has, of the resource that it is fullest of. ! above ${overPermille / 10} % of some resource for more than 5 % of the time; ? below ${underPermille / 10} % of all for 95 %.`;
  return `${paint.bold("Hosts")}\n${table}${rest(report.hosts.length - rows.length)}\n${wrap(words, columns, "  ")}`;
}

function percent(permille: number | undefined): string {
  return permille === undefined ? "-" : `${Math.floor(permille / 10)} %`;
}

const figures: readonly Column[] = [
  { head: "mean", align: "right" }, { head: "p50", align: "right", dropRank: 3 }, { head: "p95", align: "right" }, { head: "p99", align: "right", dropRank: 2 }, { head: "peak", align: "right" }, { head: "in 30 d", align: "right", dropRank: 1 },
];

function subjects(title: string, uses: readonly SubjectUse[], report: UsageReport, { paint, columns, full }: View): string {
  const told = uses.flatMap((use) => [...use.statistics].map(([resource, statistics]) => ({ use, resource, statistics })));
  const all = full ? told : told.filter(({ statistics }) => varies(statistics));
  if (told.length === 0) return "";
  const constant = told.length === all.length ? "" : `\n${wrap(`${all.length === 0 ? "No use ever changes" : `${countWords(told.length - all.length, "row")} of use that never changes ${told.length - all.length === 1 ? "is" : "are"} left out`} (--full shows all).`, columns, "  ")}`;
  if (all.length === 0) return `${paint.bold(title)}${constant}`;
  const shown = full ? all : all.slice(0, rowsMax);
  const rows = shown.map(({ use, resource, statistics }) => [use.name, resource, ...figureCells(statistics, report.unitOf.get(resource) ?? "")]);
  const note = uses.some(({ measured, workloads }) => measured < workloads) && title !== "Workloads"
    ? `\n${wrap(`Not all workloads were measured: ${uses.filter(({ measured, workloads }) => measured < workloads).map(({ name, measured, workloads }) => `${name} ${measured} of ${workloads}`).slice(0, 5).join(", ")}.`, columns, "  ")}` : "";
  return `${paint.bold(title)}\n${renderTable([{ head: title.toLowerCase().replace(/s$/, "") }, { head: "resource" }, ...figures], rows, columns)}${rest(all.length - shown.length)}${constant}${note}`;
}

function figureCells({ mean, p50, p95, p99, peak, trendPerDay }: UseStatistics, unit: string): readonly string[] {
  return [...[mean, p50, p95, p99, peak].map((value) => formatUse(value, unit)), trendWords(trendPerDay, unit)];
}

function sizes(report: UsageReport, { paint, columns, full }: View): string {
  const { sizeSettings: { marginPermille, ratesAt, leastDays, growthDays } } = report;
  const rule = `Sizes fit the ${ratesAt} of rates and the peak of memory, what they grow in ${growthDays} days, and ${marginPermille / 10} % more. Replicas keep one size; with less than ${leastDays} days measured nothing is advised.`;
  const changes = report.sizes.filter(({ advice }) => advice === "grow" || advice === "shrink").toSorted(mostUrgentFirst);
  if (changes.length === 0) return `${paint.bold("Sizes")}\n${wrap(`No workload should have another size. ${rule}`, columns, "  ")}`;
  const shown = full ? changes : changes.slice(0, rowsMax);
  const rows = shown.map(({ workload, resource, advice, reserved, needed, advised, neededBy, sizedBy }) => {
    const amount = (value: number): string => formatAmount(Math.round(value), report.unitOf.get(resource) ?? "");
    return [advice === "grow" ? paint.red("!") : paint.green("-"), workload, resource, amount(reserved), amount(advised), sizeWords(advised - reserved, amount), `${neededBy} ${amount(needed)}${sizedBy === null ? "" : ` of ${sizedBy}`}`];
  });
  const table = renderTable([
    { head: "" }, { head: "workload" }, { head: "resource" }, { head: "reserved", align: "right" }, { head: "advised", align: "right" }, { head: "change", align: "right" }, { head: "since it needs", wraps: 16 },
  ], rows, columns);
  return `${paint.bold("Sizes")}\n${table}${rest(changes.length - shown.length)}\n${wrap(`${freedWords(report)} ${rule}`, columns, "  ")}`;
}

function effects({ rows }: SizeEffect, { currency }: UsageReport, { paint, columns }: View): string {
  const first = rows[0]?.figures.cost.totalMicrosPerHour ?? 0;
  const cells = rows.map(({ name, figures, moved, unplaced }, n) => {
    const cost = figures.cost.totalMicrosPerHour;
    return [name, formatPerHour(cost, currency), n === 0 ? "" : formatDifference(cost - first), String(figures.hostsOn), groupThousands(figures.placedCount), unplaced === 0 ? "-" : paint.red(String(unplaced)), moved === null ? "-" : String(moved)];
  });
  const table = renderTable([
    { head: "fleet" }, { head: "costs", align: "right" }, { head: "change", align: "right" }, { head: "hosts on", align: "right" }, { head: "placed", align: "right" }, { head: "without place", align: "right" }, { head: "moved", align: "right" },
  ], cells, columns);
  const unpriced = rows.every(({ figures }) => figures.cost.totalMicrosPerHour === 0) ? " No host has a price." : "";
  return `${paint.bold("What these sizes are worth")}\n${table}\n${wrap(`Both plans were made with the same work and seed, and verified.${unpriced}`, columns, "  ")}`;
}

function runways(report: UsageReport, { paint, columns, full }: View): string {
  const { runways: found } = report;
  if (found === null) return `${paint.bold("Runway")}\n${wrap("Not known from less than 14 d of load.", columns, "  ")}`;
  const short = found.filter(({ runway }) => runway.crossedPermille > 0);
  if (short.length === 0 && !full) return `${paint.bold("Runway")}\n${wrap("No resource of any group of hosts runs out on any path within two years.", columns, "  ")}`;
  const shown = full ? found : short.slice(0, rowsMax);
  const rows = shown.map(({ group, resource, usable, runway: { peakNow, crossed } }) => {
    const amount = (value: number): string => formatAmount(Math.round(value), report.unitOf.get(resource) ?? "");
    return [group, resource, amount(usable), amount(peakNow), ...[crossed.p10, crossed.p50, crossed.p90].map((at) => (at === null ? "-" : dayOf(at, report)))];
  });
  const table = renderTable([{ head: "group" }, { head: "resource" }, { head: "usable", align: "right" }, { head: "peak now", align: "right" }, ...["p10", "p50", "p90"].map((head) => ({ head, align: "right" as const }))], rows, columns);
  return `${paint.bold("Runway")}\n${table}${rest((full ? found.length : short.length) - shown.length)}\n${wrap("Days on which the use of an hour is first above the usable capacity, on one, five and nine of ten paths; - is not within two years. `stowage forecast` has the whole story.", columns, "  ")}`;
}

function rest(left: number): string {
  return left > 0 ? `\n  ... and ${left} more (--full shows them)` : "";
}
