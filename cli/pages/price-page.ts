import { barChart, page, table, type Cell } from "../../reports/html/index.ts";
import { hoursPerMonth } from "../render/money.ts";
import { monthly, priceMicros, pricePerMonth, priceWords, type PriceReport } from "../report/price-view.ts";

/** What rules cost, as a page: for those who ask whether a rule is worth it. */
export function pricePage({ scenario, title, currency, base, rows, together }: PriceReport): string {
  const priced = rows.filter(({ answer }) => (priceMicros(base, answer) ?? 0) > 0);
  const [dearest] = priced;
  return page({
    title: `Price of the rules of ${scenario}`, subtitle: title,
    facts: [
      { label: "Under all rules", value: `${monthly(base.microsPerHour)} ${currency}`, note: `a month; ${base.placed} of ${base.wanted} workloads placed` },
      { label: "Rules that cost something", value: `${priced.length} of ${rows.length}`, tone: priced.length === 0 ? "good" : "plain" },
      ...dearest === undefined ? [] : [{ label: "The dearest", value: dearest.id, note: `${pricePerMonth(base, dearest.answer)} ${currency} a month` }],
      ...together === null ? [] : [{ label: "Without any of them", value: `${monthly(together.microsPerHour)} ${currency}`, note: priceWords(base, together) }],
    ],
    sections: [{
      title: "Rules", words: "What could be saved in a month of 730 hours without each rule alone. Rules that stand in for each other may cost nothing one by one.",
      content: [
        ...priced.length === 0 ? [] : [barChart({
          title: "Price of each rule", words: dearest === undefined ? "" : `${dearest.id} costs most.`, unit: `${currency} a month`, categories: priced.map(({ id }) => id),
          series: [{ name: "price", values: priced.map(({ answer }) => (Number(hoursPerMonth) * (priceMicros(base, answer) ?? 0)) / 1e6) }],
        })],
        table({
          title: "All of them", columns: [{ head: "rule" }, { head: "what it says" }, { head: "price", unit: `${currency} a month`, align: "right" }, { head: "" }],
          rows: rows.map(({ id, title: says, answer }): readonly Cell[] => [id, says, pricePerMonth(base, answer), priceWords(base, answer)]),
        }),
      ],
    }],
    footer: "Each plan was made anew and replayed by the verifier under the rules that were left.",
  });
}
