import { barChart, heatMap, lineChart, table, type Section } from "../../reports/html/index.ts";
import { chartRow, columnsUsed, kilowattHours, type SimulationReport } from "../simulation-report.ts";

/** Where a chart of the simulation begins on its axis. */
export function axisOf({ made: { hasDate, startMs } }: SimulationReport): { readonly kind: "utc" | "elapsed"; readonly from: number } {
  return hasDate ? { kind: "utc", from: startMs } : { kind: "elapsed", from: 0 };
}

/** The middle of each column of the charts on the axis. */
export function columnTimes(report: SimulationReport): Float64Array {
  const { from } = axisOf(report);
  const { charts } = report.result;
  return Float64Array.from({ length: columnsUsed(report.result) }, (_, c) => from + c * charts.columnMs);
}

/** How busy each host was over time. */
export function hostSection(report: SimulationReport): Section {
  const { hosts, charts } = report.result;
  const { kind, from } = axisOf(report);
  const rows = hosts.map(({ host }, h) => ({ name: host, values: whileOn(report, h, chartRow(charts.useMeanPermille, h, report)) }));
  const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10);
  return {
    title: "Hosts", words: "How much of its processors each host gave. Hosts that are off have no colour.",
    content: [
      heatMap({ title: "Processors in use", words: `Each cell is the mean over ${Math.round(charts.columnMs / 60_000)} minutes or, where cells are merged, the highest of these.`, unit: "%", columns: { kind, from, step: charts.columnMs }, rows, range: [0, 100] }),
      table({
        title: "Hosts in figures", words: "Stolen is what workloads asked for and did not get.",
        columns: [{ head: "host" }, { head: "site" }, { head: "on", unit: "% of time" }, { head: "mean use", unit: "%" }, { head: "99 % of time below", unit: "%" }, { head: "peak", unit: "%" }, { head: "stolen", unit: "% of demand" }, { head: "failed", unit: "h" }, { head: "energy", unit: "kWh" }],
        rows: hosts.map((host) => {
          const [use] = host.uses;
          return [
            host.host, host.site, percent(host.stateMs.on + host.stateMs.maintenance, report.result.lengthMs), percent(host.activeMs, report.result.lengthMs), host.usePermille.p99 / 10,
            use === undefined || use.capacity === null ? null : percent(use.grantedPeak, use.capacity), percent(use?.stolenHours ?? 0, use?.demandHours ?? 0), host.stateMs.failed / 3_600_000, kilowattHours(host.microjoules),
          ];
        }),
      }),
    ],
  };
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

/** What it costs, and what it draws over time. */
export function costSection(report: SimulationReport): Section {
  const { hosts, charts } = report.result;
  const { currency } = report.made.scenario.fleet;
  const money = (micros: bigint): number => Number(micros) / 1e6;
  const used = columnsUsed(report.result);
  const watts = Float64Array.from({ length: used }, (_, c) => hosts.reduce((sum, _host, h) => sum + (charts.watts[h * charts.columns + c] ?? 0), 0));
  return {
    title: "Cost and energy",
    content: [
      barChart({
        title: "Cost by host", words: "For being on, for what workloads reserve, and for the electricity that was really drawn.", unit: currency, stacked: true, categories: hosts.map(({ host }) => host),
        series: [
          { name: "being on", values: hosts.map(({ bill }) => money(bill.onMicros)) }, { name: "workloads", values: hosts.map(({ bill }) => money(bill.workloadMicros)) },
          { name: "electricity", values: hosts.map(({ bill }) => money(bill.energyMicros)) },
        ],
      }),
      ...(hosts.some(({ microjoules }) => microjoules > 0n) ? [lineChart({
        title: "Power of the whole fleet", words: "What all hosts that say what they draw take together.", x: { kind: axisOf(report).kind }, y: { unit: "W", from: "zero" as const }, series: [{ name: "power", x: columnTimes(report), y: watts }],
      })] : []),
    ],
  };
}
