import { costKinds } from "../../model/finance.ts";
import { chargeCategories, groupLines, nearest } from "../../reports/index.ts";
import type { ExportCell, ExportColumn, ExportTable } from "../export-tables.ts";
import { groupingOf } from "./cost-options.ts";
import type { CostView } from "./cost-view.ts";

const text = (name: string): ExportColumn => ({ name, kind: "text" });
const integer = (name: string): ExportColumn => ({ name, kind: "integer" });
const categoryColumns = chargeCategories.map((category) => integer(`${category}Micros`));

/** The report as tables: by everything that it can be grouped by, the bills of the hosts, and every line. */
export function costTables({ made: { cost } }: CostView): readonly ExportTable[] {
  const { lines, bills, finance, period } = cost;
  return [
    ...costKinds.map((kind): ExportTable => ({
      name: `cost-by-${kind}`, columns: [text(kind), ...categoryColumns, integer("totalMicros")],
      rows: groupLines(lines, groupingOf({ kind, label: null }, finance)).map(({ id, micros, totalMicros }): readonly ExportCell[] => [id, ...chargeCategories.map((category) => micros[category]), totalMicros]),
    })),
    {
      name: "host-bills", columns: [text("host"), text("site"), integer("onMs"), ...categoryColumns, integer("totalMicros")],
      rows: bills.map(({ host, site, onMs, micros, totalMicros }): readonly ExportCell[] => [host, site, onMs, ...chargeCategories.map((category) => micros[category]), totalMicros]),
    },
    {
      name: "cost-lines",
      columns: [
        { name: "from", kind: "instant" }, { name: "to", kind: "instant" }, ...["host", "site", "workload", "application", "service", "team", "category", "item", "detail", "sharing"].map(text),
        { name: "quantity", kind: "decimal" }, text("unit"), { name: "unitPriceMicros", kind: "decimal" }, integer("costMicros"),
      ],
      rows: lineRows(cost, period.startMs, period.endMs),
    },
  ];
}

function* lineRows({ lines, finance }: CostView["made"]["cost"], startMs: number, endMs: number): Generator<readonly ExportCell[]> {
  for (const { host, site, workload, application, service, labels, category, item, detail, sharing, quantity, unit, unitPrice, costMicros } of lines) {
    yield [startMs, endMs, host, site, workload, application, service, labels[finance.teamLabel] ?? null, category, item, detail, sharing, nearest(quantity), unit, nearest(unitPrice), costMicros];
  }
}
