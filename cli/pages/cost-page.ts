import { costKinds } from "../../model/finance.ts";
import { barChart, page, paragraph, table, type Cell, type Fact, type Markup, type Section } from "../../reports/html/index.ts";
import { chargeCategories, groupLines, type ChargeCategory, type CostRow } from "../../reports/index.ts";
import { groupingOf, type GroupChoice } from "../report/cost-options.ts";
import { categoryWords, hundredths, methodSentences, money, partWords, periodWords, rowName, type CostView } from "../report/cost-view.ts";

const rowsMax = 25;

/** Parts that can be told apart in a bar, the first at the left. */
const barParts: readonly { readonly name: string; readonly categories: readonly ChargeCategory[] }[] = [
  { name: "hosts and power", categories: ["host", "power"] }, { name: "compute and storage", categories: ["compute", "storage"] },
  { name: "transfer and licences", categories: ["transfer", "licence"] }, { name: "reserve", categories: ["reserve"] }, { name: "idle", categories: ["idle"] },
];

/** A cost report as a page: the bill, who pays it, what it is for, and how it was shared. */
export function costPage(view: CostView): string {
  const { made, choice } = view;
  const { cost } = made;
  const others = costKinds.filter((kind) => kind !== choice.kind && kind !== "workload");
  return page({
    title: `Cost of ${made.scenario}`,
    subtitle: [made.title, periodWords(made), ...made.plan === null ? [] : [`as if plan ${made.plan.digest.slice(0, 12)} were carried out`]].filter((part) => part !== "").join(" · "),
    facts: factsOf(view),
    sections: [
      groupSection(view, choice, `By ${choice.label ?? choice.kind}`),
      { title: "What it is for", content: [categoryTable(view)] },
      ...others.map((kind) => groupSection(view, { kind, label: null }, `By ${kind}`)).filter(({ content }) => content.length > 0),
      ...choice.kind === "workload" ? [] : [groupSection(view, { kind: "workload", label: null }, "The dearest workloads")],
      { title: "How it was shared", content: [...methodSentences(cost.finance).map(paragraph), paragraph(
        "A host is held by whoever reserves or uses it, each by the greatest part of any resource. What nobody holds is idle, or reserve where a policy asks to keep it free. Every amount is a whole number of millionths, so each table adds up to the bills of the hosts exactly.")] },
    ],
    footer: `Amounts in ${cost.currency}, rounded to hundredths here and exact in the tables that --csv and --parquet keep. The same scenario, load and period give the same page.`,
  });
}

function factsOf({ made: { cost }, rows, choice }: CostView): readonly Fact[] {
  const of = (category: ChargeCategory): bigint => cost.bills.reduce((sum, { micros }) => sum + micros[category], 0n);
  const [idle, reserve] = [of("idle"), of("reserve")];
  const [dearest] = rows;
  const days = Math.max(1, (cost.period.endMs - cost.period.startMs) / 86_400_000);
  const perDay = BigInt(Math.round(Number(cost.totalMicros) / days));
  return [
    { label: "Total", value: `${money(cost.totalMicros)} ${cost.currency}`, note: `${money(perDay)} ${cost.currency} a day` },
    ...dearest === undefined ? [] : [{ label: `The dearest ${choice.label ?? choice.kind}`, value: rowName(dearest, choice), note: `${money(dearest.totalMicros)} ${cost.currency}, ${partWords(dearest.totalMicros, cost.totalMicros)}` }],
    { label: "Held by nobody", value: partWords(idle, cost.totalMicros), note: `${money(idle)} ${cost.currency} idle`, tone: idle * 4n > cost.totalMicros ? "warning" as const : "good" as const },
    { label: "Kept free by policies", value: partWords(reserve, cost.totalMicros), note: `${money(reserve)} ${cost.currency} of reserve` },
  ];
}

function groupSection(view: CostView, choice: GroupChoice, title: string): Section {
  const { made: { cost } } = view;
  const rows = choice.kind === view.choice.kind ? view.rows : groupLines(cost.lines, groupingOf(choice, cost.finance));
  if (rows.length < 2 && choice.kind !== view.choice.kind) return { title, content: [] };
  return { title, content: [chartOf(rows, choice, cost.currency), tableOf(rows, choice, cost.currency, cost.totalMicros)] };
}

function chartOf(rows: readonly CostRow[], choice: GroupChoice, currency: string): Markup {
  const [dearest] = rows;
  const shown = rows.slice(0, rowsMax);
  const used = barParts.filter(({ categories }) => rows.some(({ micros }) => categories.some((category) => micros[category] > 0n)));
  return barChart({
    title: `Cost by ${choice.label ?? choice.kind}`, words: dearest === undefined ? "" : `${rowName(dearest, choice)} costs most, ${money(dearest.totalMicros)} ${currency}.`,
    unit: currency, stacked: true, rowsMax, categories: rows.map((row) => rowName(row, choice)),
    series: used.map(({ name, categories }) => ({ name, values: rows.map((row, i) => (i < shown.length ? Number(categories.reduce((sum, category) => sum + row.micros[category], 0n)) / 1e6 : 0)) })),
  });
}

function tableOf(rows: readonly CostRow[], choice: GroupChoice, currency: string, total: bigint): Markup {
  const used = chargeCategories.filter((category) => rows.some(({ micros }) => micros[category] > 0n));
  const line = (name: string, which: readonly CostRow[]): readonly Cell[] => [
    name, ...used.map((category) => orNothing(sumOf(which, ({ micros }) => micros[category]))), hundredths(sumOf(which, ({ totalMicros }) => totalMicros)), partWords(sumOf(which, ({ totalMicros }) => totalMicros), total),
  ];
  const shown = rows.slice(0, rowsMax);
  const rest = rows.slice(shown.length);
  return table({
    title: `Amounts by ${choice.label ?? choice.kind}`, words: `In ${currency}.`,
    columns: [{ head: choice.kind }, ...used.map((category) => ({ head: categoryWords[category], align: "right" as const })), { head: "total", align: "right" }, { head: "part", align: "right" }],
    rows: [...shown.map((row) => line(rowName(row, choice), [row])), ...rest.length === 0 ? [] : [line(`(${rest.length} more)`, rest)], line("total", rows)],
  });
}

const meanings: Readonly<Record<ChargeCategory, string>> = {
  host: "being switched on, the part that somebody holds", compute: "processors and memory, by their prices", power: "electricity: what is used, and of idle power what is held",
  storage: "storage", transfer: "data that workloads send and receive, and data carried in moves", licence: "licences, while a licensed workload is there",
  idle: "what nobody holds of hosts and their idle power", reserve: "what policies keep free of hosts and their idle power",
};

function categoryTable({ made: { cost } }: CostView): Markup {
  const sums = chargeCategories.map((category) => ({ category, micros: cost.bills.reduce((sum, { micros }) => sum + micros[category], 0n) })).filter(({ micros }) => micros > 0n);
  return table({
    title: "Amounts by what is paid for", words: `In ${cost.currency}.`, columns: [{ head: "" }, { head: "amount", align: "right" }, { head: "part", align: "right" }, { head: "what it is" }],
    rows: [...sums.map(({ category, micros }) => [categoryWords[category], money(micros), partWords(micros, cost.totalMicros), meanings[category]]), ["total", money(cost.totalMicros), partWords(cost.totalMicros, cost.totalMicros), "the bills of all hosts"]],
  });
}

function orNothing(micros: bigint): string | null {
  return micros === 0n ? null : hundredths(micros);
}

function sumOf(which: readonly CostRow[], amount: (row: CostRow) => bigint): bigint {
  return which.reduce((sum, row) => sum + amount(row), 0n);
}
