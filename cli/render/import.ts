import { importOutcomes, totalOf, type ClusterSummary, type ImportedFleet, type ImportEntry, type MachineSums } from "../../scenarios/importers/index.ts";
import { countWords } from "./diagnostics.ts";
import { groupThousands } from "./money.ts";
import type { Paint } from "./paint.ts";
import { renderTable, type Column } from "./table.ts";
import { fit, wrap } from "./text.ts";

interface View {
  readonly paint: Paint;
  readonly columns: number;
}

/** Clusters as a sizing sheet shows them: what runs, then the same with what is switched off. */
export function renderSummary(rows: readonly ClusterSummary[], { paint, columns }: View): string {
  const shown = rows.length > 1 ? [...rows, totalOf(rows)] : rows;
  const table = (sums: (row: ClusterSummary) => MachineSums): string => renderTable(summaryColumns, shown.map((row) => summaryCells(row, sums(row))), columns);
  const uneven = rows.filter((row) => row.coresAfterLoss !== row.coresAfterAverageLoss);
  return [
    paint.bold("Running machines by cluster"), table((row) => row.running), "",
    paint.bold("The same with machines that are switched off"), table((row) => row.all), "",
    wrap("N-1: the cores that are left when the largest host is lost; vCPU per core counts on these.", columns, "  "),
    ...uneven.map((row) => wrap(`${nameOf(row)}: hosts differ; without a host of average size ${groupThousands(row.coresAfterAverageLoss)} cores are left.`, columns, "  ")),
    "",
  ].join("\n");
}

const summaryColumns: readonly Column[] = [
  { head: "cluster", wraps: 12 }, { head: "hosts", align: "right" }, { head: "machines", align: "right" }, { head: "vCPU", align: "right" },
  { head: "cores", align: "right", dropRank: 2 }, { head: "cores N-1", align: "right" }, { head: "vCPU per core", align: "right", wraps: 8 },
  { head: "memory GiB", align: "right", wraps: 7 }, { head: "storage TiB", align: "right", wraps: 7 }, { head: "used TiB", align: "right", dropRank: 1 },
];

function summaryCells(row: ClusterSummary, sums: MachineSums): readonly string[] {
  return [
    nameOf(row), groupThousands(row.hosts), groupThousands(sums.machines), groupThousands(sums.vcpus), groupThousands(row.cores), groupThousands(row.coresAfterLoss),
    sums.vcpusPerCorePermille === null ? "-" : decimal(sums.vcpusPerCorePermille, 1000, 2), decimal(sums.memoryMiB, 1024, 1),
    decimal(sums.storageProvisionedMiB, 1_048_576, 2), sums.storageUsedMiB === null ? "-" : decimal(sums.storageUsedMiB, 1_048_576, 2),
  ];
}

function nameOf({ cluster }: ClusterSummary): string {
  return cluster === "" ? "(none)" : cluster;
}

function decimal(amount: number, unit: number, places: number): string {
  const [whole = "", rest = ""] = (amount / unit).toFixed(places).split(".");
  return `${groupThousands(Number(whole))}.${rest}`;
}

/** What became of the input, kind by kind with an example each. */
export function renderReport({ document, entries }: ImportedFleet, view: View): string {
  const things = `${countWords(document.hosts?.length ?? 0, "host")}, ${countWords(document.workloads?.length ?? 0, "workload")}, ${countWords(document.policies?.length ?? 0, "policy", "policies")}`;
  return renderEntries(`${view.paint.bold(document.name ?? "")}: ${things}`, entries, view);
}

/** The same of any import, under a heading. */
export function renderEntries(heading: string, entries: readonly ImportEntry[], { paint, columns }: View): string {
  const lines = importOutcomes.map((outcome) => `${outcome} ${groupThousands(entries.filter((entry) => entry.outcome === outcome).length)}`).join(", ");
  return [
    wrap(`${heading} (${lines})`, columns, "", "  "), "",
    paint.bold("What became of the input"),
    renderTable(reportColumns, grouped(entries).map(groupCells), columns), "",
  ].join("\n");
}

const reportColumns: readonly Column[] = [
  { head: "" }, { head: "times", align: "right" }, { head: "what", wraps: 12 }, { head: "why", wraps: 24 }, { head: "for example", wraps: 24, below: true },
];

/** The report has the whole of it. */
const exampleColumns = 160;

interface Group { readonly first: ImportEntry; count: number }

/** By outcome, field and reason; the most frequent first. */
function grouped(entries: readonly ImportEntry[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const key = `${entry.outcome}\n${entry.field}\n${entry.reason}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: entry, count: 1 });
    else group.count++;
  }
  return [...groups.values()].sort((a, b) => importOutcomes.indexOf(a.first.outcome) - importOutcomes.indexOf(b.first.outcome) || b.count - a.count);
}

function groupCells({ first, count }: Group): readonly string[] {
  const change = first.became === "" ? first.found : first.found === "" ? first.became : `${first.found} -> ${first.became}`;
  const place = `${first.source}${first.row === null ? "" : ` row ${first.row}`}${first.subject === "" ? "" : ` (${first.subject})`}`;
  return [first.outcome, groupThousands(count), first.field, first.reason, change === "" ? place : fit(`${place}: ${change}`, exampleColumns)];
}
