import { amountText, heatMap, lineChart, table, type Markup, type Section, type TimeAxis } from "../../reports/html/index.ts";
import { chartRow, columnsUsed, kilowattHours, type SimulationReport } from "../simulation-report.ts";

/** Where a host has no room left for a burst. */
const nearlyFullPercent = 90;
/** Rows of the table of hosts. */
const rowsMax = 40;

/** Where a chart of the simulation begins on its axis: at an instant where there is a date, else at zero. */
export function axisOf({ made: { hasDate, startMs } }: SimulationReport): TimeAxis & { readonly from: number } {
  return hasDate ? { kind: "utc", from: startMs } : { kind: "elapsed", from: 0 };
}

/** The beginning of each column of the charts on the axis. */
export function columnTimes(report: SimulationReport): Float64Array {
  const { from } = axisOf(report);
  const { charts } = report.result;
  return Float64Array.from({ length: columnsUsed(report.result) }, (_, c) => from + c * charts.columnMs);
}

/** How busy each host was over time. */
export function hostSection(report: SimulationReport): Section {
  const { hosts, charts } = report.result;
  const { kind, from } = axisOf(report);
  const rows = hosts.map(({ host }, h) => ({ name: host, values: whileOn(report, h, chartRow(charts.usePeakPermille, h, report)) }));
  return {
    title: "Hosts", words: "How much of its processors each host gave. Hosts that are off have no colour.",
    content: [
      heatMap({
        title: "Highest use of processors", words: fullWords(rows), unit: "%", columns: { kind, from, step: charts.columnMs }, rows, range: [0, 100],
        limit: { name: "nearly full", value: nearlyFullPercent },
      }),
      ...(hosts.some(({ microjoules }) => microjoules > 0n) ? [powerChart(report)] : []),
      table({
        title: "Hosts in figures", rowsMax, words: "Below p99 the use of processors lies for 99 % of the time. Stolen is what workloads asked for and did not get.",
        columns: [{ head: "host" }, { head: "site" }, { head: "on", unit: "% of time" }, { head: "mean use", unit: "%" }, { head: "p99", unit: "%" }, { head: "peak", unit: "%" }, { head: "stolen", unit: "% of demand" }, { head: "failed", unit: "h" }, { head: "energy", unit: "kWh" }],
        rows: fullestFirst(hosts).map((host) => {
          const [use] = host.uses;
          return [
            host.host, host.site, percent(host.stateMs.on + host.stateMs.maintenance, report.result.lengthMs), percent(host.activeMs, report.result.lengthMs), host.usePermille.p99 / 10,
            use === undefined || use.capacity === null ? null : percent(use.grantedPeak, use.capacity), percent(use?.stolenHours ?? 0, use?.demandHours ?? 0), host.stateMs.failed / 3_600_000, Math.round(1000 * kilowattHours(host.microjoules)) / 1000,
          ];
        }),
      }),
    ],
  };
}

/** Of many hosts those come first of whose processors most was asked for at some time. */
function fullestFirst(hosts: SimulationReport["result"]["hosts"]): SimulationReport["result"]["hosts"] {
  const peak = ({ uses: [use] }: (typeof hosts)[number]): number => (use === undefined || use.capacity === null || use.capacity === 0 ? 0 : use.demandPeak / use.capacity);
  return hosts.length <= rowsMax ? hosts : hosts.toSorted((a, b) => peak(b) - peak(a));
}

/** To a tenth. */
function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10;
}

function fullWords(rows: readonly { readonly name: string; readonly values: Float64Array }[]): string {
  const full = rows.filter(({ values }) => values.some((value) => value > nearlyFullPercent)).map(({ name }) => name);
  if (full.length === 0) return `No host ever gave more than ${nearlyFullPercent} % of its processors.`;
  const names = full.length <= 5 ? full.join(", ") : `${full.slice(0, 5).join(", ")} and ${full.length - 5} more`;
  return `${full.length} of ${rows.length} hosts gave more than ${nearlyFullPercent} % of their processors at some time: ${names}.`;
}

/** What all hosts draw together. */
function powerChart(report: SimulationReport): Markup {
  const { charts, hosts } = report.result;
  const watts = Float64Array.from({ length: columnsUsed(report.result) }, (_, c) => hosts.reduce((sum, _host, h) => sum + (charts.watts[h * charts.columns + c] ?? 0), 0));
  const [least, most] = [watts.reduce((a, b) => Math.min(a, b), Infinity), watts.reduce((a, b) => Math.max(a, b), 0)];
  return lineChart({
    title: "Power of the whole fleet", words: `Between ${amountText(least, "W")} and ${amountText(most, "W")}: hosts that are switched off or on show as steps.`,
    x: { kind: axisOf(report).kind }, y: { unit: "W" }, series: [{ name: "power", x: columnTimes(report), y: watts, shape: "steps" }],
  });
}

/** The values in percent where the host was on at the beginning of a column. */
function whileOn({ made: { scenario }, result }: SimulationReport, h: number, permille: Float64Array): Float64Array {
  const host = result.hosts[h]?.host;
  const changes = result.happenings.flatMap((each) => (each.kind === "host" && each.host === host ? [{ atMs: each.atMs, isOn: each.state !== "off" && each.state !== "failed" }] : []));
  const before = scenario.fleet.hosts[h]?.state;
  let isOn = before === "on" || before === "maintenance";
  let next = 0;
  return permille.map((value, column) => {
    const startMs = column * result.charts.columnMs;
    const endMs = startMs + result.charts.columnMs;
    let wasOn = isOn;
    for (; next < changes.length && (changes[next]?.atMs ?? 0) < endMs; next++) {
      isOn = changes[next]?.isOn ?? isOn;
      wasOn ||= isOn;
    }
    return wasOn ? value / 10 : Number.NaN;
  });
}
