import { costKinds } from "../../model/finance.ts";
import { chargeCategories, groupLines, nameIn, nearest, type ChargeLine, type CostGrouping, type Period } from "../../reports/index.ts";
import type { ExportCell, ExportColumn, ExportTable } from "../export-tables.ts";
import { groupingOf } from "./cost-options.ts";
import type { CostView } from "./cost-view.ts";

const text = (name: string): ExportColumn => ({ name, kind: "text" });
const integer = (name: string): ExportColumn => ({ name, kind: "integer" });
const categoryColumns = chargeCategories.map((category) => integer(`${category}Micros`));

/** The report as tables: by everything that it can be grouped by, the bills of the hosts, and every line. */
export function costTables({ made: { cost }, choice }: CostView): readonly ExportTable[] {
  const { lines, bills, finance, period } = cost;
  return [
    ...costKinds.map((kind): ExportTable => ({
      name: `cost-by-${kind}`, columns: [text(kind), ...categoryColumns, integer("totalMicros")],
      rows: groupLines(lines, groupingOf({ kind, label: choice.label }, finance)).map(({ id, micros, totalMicros }): readonly ExportCell[] => [id, ...chargeCategories.map((category) => micros[category]), totalMicros]),
    })),
    {
      name: "host-bills", columns: [text("host"), text("site"), integer("onMs"), ...categoryColumns, integer("totalMicros")],
      rows: bills.map(({ host, site, onMs, micros, totalMicros }): readonly ExportCell[] => [host, site, onMs, ...chargeCategories.map((category) => micros[category]), totalMicros]),
    },
    {
      name: "cost-lines",
      columns: [
        { name: "from", kind: "instant" }, { name: "to", kind: "instant" }, ...["host", "site", "workload", "application", "service", "team", "category", "item", "detail", "sharing"].map(text),
        { name: "quantity", kind: "decimal" }, text("unit"), { name: "unitPriceMicros", kind: "decimal" }, { name: "listPriceMicros", kind: "decimal" }, integer("costMicros"),
      ],
      rows: lineRows(lines, groupingOf({ kind: "team", label: choice.label }, finance), period),
    },
  ];
}

/** `unitPriceMicros` is what was paid in effect, cost by quantity; `listPriceMicros` is what the scenario says. */
function* lineRows(lines: readonly ChargeLine[], team: CostGrouping, { startMs, endMs }: Period): Generator<readonly ExportCell[]> {
  for (const line of lines) {
    const { host, site, workload, application, service, category, item, detail, sharing, quantity, unit, unitPrice, listPrice, costMicros } = line;
    yield [startMs, endMs, host, site, workload, application, service, nameIn(line, team), category, item, detail, sharing, nearest(quantity), unit, nearest(unitPrice), nearest(listPrice), costMicros];
  }
}
