import { barChart, heatMap, instantText, intervalChart, lineChart, page, paragraph, table, type Cell, type Fact, type Markup, type Section } from "../../reports/html/index.ts";
import { mostUrgentFirst, type HostLoad, type SizeAdvice, type UseStatistics } from "../../reports/index.ts";
import { formatMicros } from "../render/money.ts";
import { resourceWords } from "../render/resource-words.ts";
import { dayOf, freedWords, verdictWords } from "../render/usage-words.ts";
import type { SizeEffect } from "../usage/effect.ts";
import { varies, type SubjectUse, type UsageReport } from "../usage/report.ts";

const hoursPerMonth = 730;
const chartsMax = 4;
/** New hosts are not bought and built in less. */
const soonMs = 90 * 86_400_000;

/** Use as a page: what stands out, then hosts, sizes and what they are worth, how long it lasts, and the figures behind it. */
export function usagePage(report: UsageReport, effect: SizeEffect | null): string {
  const { grid } = report;
  const endMs = grid.startMs + grid.slots * grid.stepMs;
  const sections = [fleetSection(report), hostSection(report), sizeSection(report, effect), runwaySection(report), ...subjectSections(report)];
  return page({
    title: `Use of ${report.name}`,
    subtitle: [report.title, `measured from ${dayOf(grid.startMs, report)} to ${dayOf(endMs, report)}`].filter((part) => part !== "").join(" · "),
    facts: factsOf(report, effect), sections: sections.filter(({ content }) => content.length > 0),
    footer: `Slots of ${grid.stepMs / 60_000} min. Quantiles are exact. ${report.unmeasured.length} of ${report.workloads.length + report.unmeasured.length} workloads were not measured${report.unmeasured.length === 0 ? "" : ` and count with ${report.countsExpected ? "what is expected of them" : "nothing"}`}.`,
  });
}

function factsOf({ hosts, sizes, runways, currency, ...report }: UsageReport, effect: SizeEffect | null): readonly Fact[] {
  const of = (verdict: HostLoad["verdict"]): number => hosts.filter((host) => host.verdict === verdict).length;
  const growing = new Set(sizes.filter(({ advice }) => advice === "grow").map(({ workload }) => workload)).size;
  const shrinking = new Set(sizes.filter(({ advice }) => advice === "shrink").map(({ workload }) => workload)).size;
  const [today, planned, sized] = effect?.rows ?? [];
  const saved = planned === undefined || sized === undefined ? null : planned.figures.cost.totalMicrosPerHour - sized.figures.cost.totalMicrosPerHour;
  return [
    { label: "Hosts used too much", value: `${of("over")} of ${hosts.length}`, tone: of("over") > 0 ? "bad" : "good" },
    { label: "Hosts used too little", value: `${of("under") + of("empty")} of ${hosts.length}`, note: `${of("empty")} of them empty`, tone: of("under") > 0 ? "warning" : "good" },
    { label: "Workloads that should be larger", value: String(growing), note: `${shrinking} can be smaller`, tone: growing > 0 ? "warning" : "good" },
    ...saved === null || today === undefined || today.figures.cost.totalMicrosPerHour === 0 ? [] : [{ label: saved < 0 ? "Sizes cost beside planning" : "Sizes save beside planning", value: `${formatMicros(BigInt(Math.abs(saved)) * BigInt(hoursPerMonth), 2)} ${currency}/month`, note: "of 730 hours, both planned anew" }],
    ...runwayFact(runways ?? [], report),
  ];
}

/** What runs out first, and how urgent that is. */
function runwayFact([first]: NonNullable<UsageReport["runways"]>, report: Pick<UsageReport, "grid" | "hasDate">): readonly Fact[] {
  if (first === undefined) return [];
  const atMs = first.runway.crossed.p50;
  if (atMs === null) return [{ label: "Runs out first", value: "nothing on half of the paths", note: "within two years", tone: "good" }];
  const leftMs = atMs - report.grid.startMs - report.grid.slots * report.grid.stepMs;
  return [{ label: "Runs out first", value: `${resourceWords(first.resource).name} of ${first.group}`, note: dayOf(atMs, report), tone: leftMs < soonMs ? "bad" : "warning" }];
}

function scaleOf({ unitOf }: UsageReport, resource: string): { readonly unit: string; readonly scale: number; readonly name: string } {
  const words = resourceWords(resource, unitOf.get(resource) ?? "");
  return { ...words, name: `${words.name.charAt(0).toUpperCase()}${words.name.slice(1)}` };
}

function axisOf({ hasDate, grid }: UsageReport): { readonly kind: "utc" | "elapsed"; readonly from: number } {
  return hasDate ? { kind: "utc", from: grid.startMs } : { kind: "elapsed", from: 0 };
}

/** The whole fleet over time, beside what is promised and what there is. */
function fleetSection(report: UsageReport): Section {
  const { kind, from } = axisOf(report);
  const charts = report.fleet.filter(({ statistics }) => statistics !== null && varies(statistics)).slice(0, chartsMax).map(({ resource, use, statistics, capacity, reserved }) => {
    const { unit, scale, name } = scaleOf(report, resource);
    return lineChart({
      title: `${name} of the whole fleet`, words: statistics === null ? "" : fleetWords(statistics, capacity, scale, unit),
      x: { kind }, y: { unit, from: "zero" },
      series: [{ name: "used", x: Float64Array.from(use.values, (_, slot) => from + slot * use.stepMs), y: use.values.map((value) => value / scale) }],
      limits: [...capacity > 0 ? [{ name: "capacity", value: capacity / scale }] : [], ...reserved > 0 ? [{ name: "reserved", value: reserved / scale }] : []],
    });
  });
  return { title: "The whole fleet", words: "What workloads used together, slot by slot. Resources whose use never changes are in the tables only.", content: charts };
}

function fleetWords({ mean, peak }: UseStatistics, capacity: number, scale: number, unit: string): string {
  const share = capacity === 0 ? "" : ` That is ${Math.round((100 * mean) / capacity)} % and ${Math.round((100 * peak) / capacity)} % of what all hosts have.`;
  return `${rounded(mean / scale)} ${unit} on average, ${rounded(peak / scale)} ${unit} at the peak.${share}`;
}

function rounded(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
}

function hostSection(report: UsageReport): Section {
  const { kind, from } = axisOf(report);
  const { overPermille, underPermille } = report.limits;
  const maps = report.courses.map(({ resource, hosts }) => heatMap({
    title: `${scaleOf(report, resource).name} over time`, words: fullWords(report, resource, hosts.length), unit: "%", columns: { kind, from, step: report.grid.stepMs },
    rows: hosts.map(({ host, permille }) => ({ name: host, values: permille.map((value) => value / 10) })), range: [0, 100], limit: { name: "too much", value: overPermille / 10 },
  }));
  return {
    title: "Hosts", words: `Used too much: above ${overPermille / 10} % of some resource for more than 5 % of the time. Too little: below ${underPermille / 10} % of all of them for 95 % of the time.`,
    content: report.hosts.length === 0 ? [] : [...maps, hostTable(report)],
  };
}

function hostTable(report: UsageReport): Markup {
  const resources = report.resources.filter((resource) => report.hosts.some((host) => host.resources.some((each) => each.resource === resource)));
  return table({
    title: "Hosts in figures", words: "In percent of what each host has, fullest first. Below p95 the use lies for 95 % of the time.",
    columns: [{ head: "host" }, { head: "site" }, { head: "workloads" }, { head: "verdict" }, ...resources.flatMap((resource) => [{ head: `${scaleOf(report, resource).name}, p95`, unit: "%" }, { head: "peak", unit: "%" }])],
    rows: report.hosts.toSorted((a, b) => (b.fullest?.p95Permille ?? -1) - (a.fullest?.p95Permille ?? -1)).map((host): readonly Cell[] => [
      host.host.id, host.host.site, host.workloads, verdictCell(host),
      ...resources.flatMap((resource) => {
        const of = host.resources.find((each) => each.resource === resource);
        return of === undefined ? [null, null] : [of.p95Permille / 10, of.peakPermille / 10];
      }),
    ]),
  });
}

function verdictCell(host: HostLoad): Cell {
  const words = verdictWords(host);
  return host.verdict === "over" ? { text: words, tone: "bad" } : host.verdict === "under" ? { text: words, tone: "warning" } : words === "" ? "fair" : words;
}

function fullWords({ hosts, limits: { overPermille } }: UsageReport, resource: string, shown: number): string {
  const over = hosts.filter(({ resources }) => resources.some((each) => each.resource === resource && each.p95Permille > overPermille)).map(({ host }) => host.id);
  const words = over.length === 0 ? "No host is used too much of it." : `${over.length} of ${hosts.length} hosts ${over.length === 1 ? "is" : "are"} used too much of it: ${over.slice(0, 5).join(", ")}${over.length > 5 ? ` and ${over.length - 5} more` : ""}.`;
  return shown < hosts.length ? `${words} The fullest ${shown} are shown.` : words;
}

function sizeSection(report: UsageReport, effect: SizeEffect | null): Section {
  const { ratesAt, marginPermille, growthDays, leastDays } = report.sizeSettings;
  const changes = report.sizes.filter(({ advice }) => advice === "grow" || advice === "shrink");
  const words = `A size fits the ${ratesAt} of rates and the peak of memory, what they grow in ${growthDays} days, and ${marginPermille / 10} % more. Replicas keep one size; with less than ${leastDays} days measured nothing is advised.`;
  if (changes.length === 0) return { title: "Sizes", words, content: [paragraph("No workload should have another size.")] };
  return {
    title: "Sizes", words, content: [
      paragraph(freedWords(report)),
      ...effect === null || effect.rows.length < 2 ? [] : effectFigures(effect, report),
      table({
        title: "Workloads that should have another size", words: "What is short comes first, then what frees most of what it reserves.",
        columns: [{ head: "workload" }, { head: "resource" }, { head: "reserved" }, { head: "advised" }, { head: "unit" }, { head: "change", unit: "%" }, { head: "needs" }, { head: "by" }],
        rows: changes.toSorted(mostUrgentFirst).map((advice) => sizeRow(advice, report)),
      }),
    ],
  };
}

function sizeRow({ workload, resource, advice, reserved, advised, needed, neededBy, sizedBy }: SizeAdvice, report: UsageReport): readonly Cell[] {
  const { unit, scale, name } = scaleOf(report, resource);
  const amount = (value: number): number => Math.round((100 * value) / scale) / 100;
  const change = Math.round((100 * (advised - reserved)) / reserved);
  return [workload, name, amount(reserved), amount(advised), unit, { text: `${change > 0 ? "+" : ""}${change}`, tone: advice === "grow" ? "bad" : "good" }, amount(needed), `${neededBy}${sizedBy === null ? "" : ` of ${sizedBy}`}`];
}

/** In cents of a month. */
function monthly(micros: number): number {
  return Math.round((micros * hoursPerMonth) / 10_000) / 100;
}

function effectFigures({ rows }: SizeEffect, { currency }: UsageReport): readonly Markup[] {
  const isPriced = rows.some(({ figures }) => figures.cost.totalMicrosPerHour > 0);
  return [
    ...isPriced ? [barChart({
      title: "What these sizes are worth", words: "The bill of a month of 730 hours: as it runs today, planned anew with the sizes of today, and planned with the advised ones.", unit: currency,
      categories: rows.map(({ name }) => name), series: [{ name: "cost", values: rows.map(({ figures }) => monthly(figures.cost.totalMicrosPerHour)) }],
    })] : [],
    table({
      title: isPriced ? "The same in figures" : "What these sizes are worth", words: `Both plans were made with the same work and seed, and verified.${isPriced ? "" : " No host has a price."}`,
      columns: [{ head: "fleet" }, { head: "costs", unit: `${currency}/month` }, { head: "hosts on" }, { head: "placed" }, { head: "without place" }, { head: "moved" }],
      rows: rows.map(({ name, figures, moved, unplaced }) => [name, monthly(figures.cost.totalMicrosPerHour), figures.hostsOn, figures.placedCount, unplaced, moved]),
    }),
  ];
}

function runwaySection(report: UsageReport): Section {
  const { runways, hasDate, grid } = report;
  if (runways === null) return { title: "Runway", content: [paragraph("Not known from less than 14 days of load.")] };
  const onAxis = <At extends number | null>(atMs: At): At | number => (atMs === null || hasDate ? atMs : atMs - grid.startMs);
  const rows = runways.filter(({ runway }) => runway.crossedPermille > 0).map(({ group, resource, runway: { crossed } }) => {
    return { name: `${scaleOf(report, resource).name} of ${group}`, low: onAxis(crossed.p10), middle: onAxis(crossed.p50), high: onAxis(crossed.p90), ...crossed.p50 === null ? {} : { tone: "warning" as const } };
  });
  return {
    title: "Runway", words: "When hosts run out, if things go on as measured: usable is what they have, less what is kept free for a failure, less the buffer.",
    content: rows.length === 0 ? [paragraph("No resource of any group of hosts runs out on any path within two years.")] : [intervalChart({
      title: "When each resource runs out", words: "From one of ten paths to nine of ten, most constrained first. An open arrow is later than two years.", x: { kind: hasDate ? "utc" : "elapsed" }, rows, from: onAxis(grid.startMs + grid.slots * grid.stepMs),
    })],
  };
}

function subjectSections(report: UsageReport): readonly Section[] {
  return ([["Services", report.services], ["Applications", report.applications], ["Workloads", report.workloads]] as const).map(([title, uses]) => ({
    title, content: uses.length === 0 ? [] : [subjectTable(title, uses, report)],
  }));
}

function subjectTable(title: string, uses: readonly SubjectUse[], report: UsageReport): Markup {
  const rows = uses.flatMap((use) => [...use.statistics].map(([resource, { mean, p50, p95, p99, peak, peakAtMs, trendPerDay }]): readonly Cell[] => {
    const { unit, scale, name } = scaleOf(report, resource);
    const amount = (value: number): number => Math.round((100 * value) / scale) / 100;
    return [use.name, name, ...[mean, p50, p95, p99, peak].map(amount), unit, report.hasDate ? instantText(peakAtMs) : dayOf(peakAtMs, report), trendPerDay === null ? null : amount(30 * trendPerDay)];
  }));
  return table({
    title: `${title} in figures`, words: title === "Workloads" ? "What each used." : "What the workloads of each used together.",
    columns: [title.toLowerCase().replace(/s$/, ""), "resource", "mean", "p50", "p95", "p99", "peak", "unit", "peak at", "in 30 days"].map((head) => ({ head })), rows,
  });
}
