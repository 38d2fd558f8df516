import { groupThousands } from "../../model/money.ts";
import { digitsAt, totalBilled, type CostReport, type FocusRow, type FocusVersion } from "../../reports/index.ts";
import type { MonthKept } from "../report/focus-export.ts";
import { formatMicros } from "./money.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

interface FocusView {
  readonly scenario: string;
  readonly folder: string;
  readonly version: FocusVersion;
  readonly currency: string;
  /** By month, in the order of `kept`. */
  readonly months: readonly { readonly cost: CostReport; readonly rows: readonly FocusRow[] }[];
  readonly kept: readonly MonthKept[];
}

/** What was exported, month by month. */
export function renderFocus({ scenario, folder, version, currency, months, kept }: FocusView, { paint, columns }: { readonly paint: Paint; readonly columns: number }): string {
  const sound = months.every(({ cost, rows }) => digitsAt(totalBilled(version, rows), places) === cost.totalMicros * 10n ** BigInt(places - 6));
  const table = renderTable([
    { head: "month" }, { head: "state" }, { head: "rows", align: "right" }, { head: "corrections", align: "right", dropRank: 1 }, { head: currency, align: "right" }, { head: "files", wraps: 20, below: true },
  ], kept.map(({ month, state, rows, corrections, files }, m) =>
    [month, state, groupThousands(rows), corrections === 0 ? "-" : groupThousands(corrections), formatMicros(months[m]?.cost.totalMicros ?? 0n, 6), files.join(", ")]), columns);
  const check = sound ? `${paint.green("✓")} the rows of each month add up to the bills of its hosts, to the last micro-unit` : `${paint.red("x")} the rows do not add up to the bills of the hosts`;
  return [paint.bold(`FOCUS ${version} of ${scenario}`), table, "", wrap(check, columns, "  ", "    "), wrap(`Kept in ${folder}.`, columns, "  ", "    "), ""].join("\n");
}

/** More than any cost has after the point. */
const places = 30;
