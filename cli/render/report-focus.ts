import { groupThousands } from "../../model/money.ts";
import { decimalText, type FocusVersion } from "../../reports/index.ts";
import type { MonthKept } from "../report/focus-export.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

interface FocusView {
  readonly scenario: string;
  readonly folder: string;
  readonly version: FocusVersion;
  readonly currency: string;
  readonly kept: readonly MonthKept[];
}

/** What was exported, month by month. */
export function renderFocus({ scenario, folder, version, currency, kept }: FocusView, { paint, columns }: { readonly paint: Paint; readonly columns: number }): string {
  const table = renderTable([
    { head: "month" }, { head: "state" }, { head: "rows", align: "right" }, { head: "corrections", align: "right", dropRank: 1 }, { head: currency, align: "right" }, { head: "files", wraps: 20, below: true },
  ], kept.map(({ month, state, rows, corrections, billed, files }) =>
    [month, state, groupThousands(rows), corrections === 0 ? "-" : groupThousands(corrections), amountText(decimalText(billed)), files.join(", ")]), columns);
  const check = kept.every(({ isComplete }) => isComplete)
    ? `${paint.green("✓")} what is charged in each month, in whichever file, adds up to the bills of its hosts, to the last micro-unit`
    : `${paint.red("x")} closed months say other than is known now, and wait for their corrections`;
  return [paint.bold(`FOCUS ${version} of ${scenario}`), table, "", wrap(check, columns, "  ", "    "), wrap(`Kept in ${folder}.`, columns, "  ", "    "), ""].join("\n");
}

/** With thousands apart, and at least two places. */
function amountText(decimal: string): string {
  const [whole = "", fraction = ""] = decimal.split(".");
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction.padEnd(2, "0")}`;
}
