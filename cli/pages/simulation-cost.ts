import { formatMicros } from "../../model/money.ts";
import { barChart, type Section } from "../../reports/html/index.ts";
import { formatDuration } from "../render/duration.ts";
import { sumOfBill } from "../../simulator/index.ts";
import type { SimulationReport } from "../simulation-report.ts";

/** The bill, by host and by what is paid for. */
export function costSection({ made: { scenario }, result: { hosts, totals, lengthMs } }: SimulationReport): Section {
  const { currency } = scenario.fleet;
  const dearest = hosts.map(({ host, bill }) => ({ host, bill, sum: sumOfBill(bill) })).sort((a, b) => (a.sum < b.sum ? 1 : a.sum > b.sum ? -1 : 0));
  if (totals.micros === 0n) return { title: "Cost", content: [] };
  return {
    title: "Cost",
    words: `${formatMicros(totals.micros, 2)} ${currency} in ${formatDuration(lengthMs)}, of which ${formatMicros(totals.transferMicros, 2)} ${currency} for data carried between sites. Rounded to hundredths; unrounded, all hosts and the data carried add up to the cost.`,
    content: [barChart({
      title: "Cost by host", words: `The dearest is ${dearest[0]?.host ?? "-"} with ${formatMicros(dearest[0]?.sum ?? 0n, 2)} ${currency}.`, unit: currency, stacked: true, rowsMax: 25,
      categories: dearest.map(({ host }) => host),
      series: [
        { name: "being on", values: dearest.map(({ bill }) => money(bill.onMicros)) }, { name: "workloads", values: dearest.map(({ bill }) => money(bill.workloadMicros)) },
        { name: "energy", values: dearest.map(({ bill }) => money(bill.energyMicros)) },
        ...(hosts.some(({ bill }) => bill.licenceMicros > 0n) ? [{ name: "licences", values: dearest.map(({ bill }) => money(bill.licenceMicros)) }] : []),
        ...(hosts.some(({ bill }) => bill.networkMicros > 0n) ? [{ name: "network", values: dearest.map(({ bill }) => money(bill.networkMicros)) }] : []),
      ],
    })],
  };
}

function money(micros: bigint): number {
  return Number(micros) / 1e6;
}
