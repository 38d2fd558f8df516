import { monthly, priceMicros, pricePerMonth, priceWords, type PriceReport } from "../report/price-view.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

/** What rules cost, the dearest first. */
export function renderPrices({ scenario, currency, base, rows, together }: PriceReport, { paint, columns }: { readonly paint: Paint; readonly columns: number }): string {
  const say = (text: string): string => wrap(text, columns, "  ", "    ");
  const head = [
    paint.bold(`Price of the rules of ${scenario}`),
    say(`under all rules ${monthly(base.microsPerHour)} ${currency} a month (730 h), ${base.placed} of ${base.wanted} workloads placed`),
    ...together === null ? [] : [say(`without any of them ${monthly(together.microsPerHour)} ${currency} a month, ${together.placed} of ${together.wanted} placed: ${priceWords(base, together)}`)],
  ];
  const table = renderTable([
    { head: "rule" }, { head: "what it says", wraps: 20, dropRank: 1 }, { head: `${currency} a month`, align: "right" }, { head: "", wraps: 16 },
  ], rows.map(({ id, title, answer }) => [
    id, title, (priceMicros(base, answer) ?? 0) > 0 ? paint.yellow(pricePerMonth(base, answer)) : pricePerMonth(base, answer), priceWords(base, answer),
  ]), columns);
  const note = "Each price is what could be saved without this rule alone; rules that stand in for each other may cost nothing one by one.";
  return `${head.join("\n")}\n\n${table}\n\n${say(note)}\n`;
}
