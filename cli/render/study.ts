import type { ComparedVariant, Verdict } from "../study/compare.ts";
import { measures, type Measure } from "../study/measures.ts";
import type { StudyReport } from "../study/run-study.ts";
import { whatIfMeasures, type WhatIfAnswer } from "../study/what-ifs.ts";
import { changeWords, intervalWords, meanWords, unitWords } from "../study/words.ts";
import { countWords } from "./diagnostics.ts";
import { formatDuration } from "./duration.ts";
import type { Paint } from "./paint.ts";
import { renderTable, type Column } from "./table.ts";
import { widthOf } from "./text.ts";

interface View {
  readonly paint: Paint;
  readonly columns: number;
  readonly full: boolean;
}

const whatIfsMax = 20;

/** What a study found: the means of all variants, then what differs from the baseline and how surely. */
export function renderStudy(report: StudyReport, view: View): string {
  const { paint } = view;
  const { name, title, variants, seeds, runsDone, runsWanted, lengthMs, baseline } = report;
  const done = runsDone === runsWanted ? "" : ` (${runsDone} done)`;
  return [
    `${paint.bold(`Study ${name}`)}${title === "" ? "" : `: ${title}`}`,
    `  ${countWords(variants.length, "variant")} x ${countWords(seeds.length, "seed")} = ${countWords(runsWanted, "run")}${done}, each ${formatDuration(lengthMs)} long; baseline ${baseline.scenario}, ${baseline.policies}`,
    "",
    paint.bold("Means over the seeds"),
    meansTable(report, view),
    ...differences(report, view),
    ...whatIfs(report, view),
    "",
  ].join("\n");
}

function meansTable({ variants, currency }: StudyReport, { columns }: View): string {
  const shown = measures.filter(({ name }) => variants.some(({ measured }) => measured.some(({ measure }) => measure === name)));
  const cells = variants.map(({ measured }) => shown.map((measure) => {
    const found = measured.find((each) => each.measure === measure.name);
    return found === undefined ? "-" : meanWords(found.mean, measure);
  }));
  const heads = shown.map((measure, m): Column => {
    const head = headOf(measure, currency);
    // Headings are broken between words, numbers never.
    const wraps = Math.max(...head.split(" ").map(widthOf), ...cells.map((row) => widthOf(row[m] ?? "")));
    return { head, align: "right", wraps, ...(measure.dropRank === undefined ? {} : { dropRank: measure.dropRank }) };
  });
  const names: readonly Column[] = [{ head: "scenario", wraps: 16 }, { head: "policies", wraps: 16 }];
  return renderTable([...names, ...heads], variants.map(({ scenario, policies }, v) => [scenario, policies, ...cells[v] ?? []]), columns);
}

function headOf(measure: Pick<Measure, "head" | "unit">, currency: string): string {
  const unit = unitWords(measure, currency);
  return unit === "" ? measure.head : `${measure.head} ${unit}`;
}

/** Measures that are the same in every variant need no row. */
function differences({ variants, currency, seeds }: StudyReport, { paint, columns, full }: View): readonly string[] {
  const others = variants.filter(({ isBaseline }) => !isBaseline);
  if (others.length === 0) return [];
  const interval = seeds.length > 1 ? "95 % interval" : "interval";
  const heads: readonly Column[] = [{ head: "scenario", wraps: 16 }, { head: "policies", wraps: 16 }, { head: "measure", wraps: 10 }, { head: "difference", align: "right" }, { head: interval, align: "right", wraps: 12 }, { head: "" }];
  const rows = others.flatMap((variant) => rowsOf(variant, currency, paint, full));
  return ["", paint.bold("Differences to the baseline, seed by seed"), rows.length === 0 ? "  Nothing differs." : renderTable(heads, rows, columns)];
}

function rowsOf({ scenario, policies, measured }: ComparedVariant, currency: string, paint: Paint, full: boolean): readonly (readonly string[])[] {
  return measures.flatMap((measure) => {
    const difference = measured.find((each) => each.measure === measure.name)?.difference ?? null;
    if (difference === null || (difference.verdict === "same" && !full)) return [];
    return [[scenario, policies, headOf(measure, currency), changeWords(difference.mean, measure), intervalWords(difference, measure), painted(difference.verdict, paint)]];
  });
}

function painted(verdict: Verdict, paint: Paint): string {
  switch (verdict) {
    case "better": return paint.green(verdict);
    case "worse": return paint.red(verdict);
    case "same": case "too small to show": case "no difference shown": case "one seed only": return paint.dim(verdict);
  }
}

function whatIfs({ whatIfs: answers }: StudyReport, { paint, columns, full }: View): readonly string[] {
  if (answers.length === 0) return [];
  const shown = full ? answers : answers.slice(0, whatIfsMax);
  const heads: readonly Column[] = [
    { head: "what if", wraps: 12 }, { head: "scenario", wraps: 12 }, { head: "hosts concerned", wraps: 12 },
    ...whatIfMeasures.map(({ head, unit }): Column => ({ head: `${head} ${unit}`, align: "right", wraps: 9 })),
  ];
  const left = answers.length - shown.length;
  return [
    "", paint.bold("What if these were elsewhere: change on the hosts concerned"),
    renderTable(heads, shown.map((answer) => [answer.name, answer.scenario, answer.hosts.join(", "), ...cellsOf(answer, paint)]), columns),
    ...left > 0 ? [`  ... and ${left} more (--full shows them)`] : [],
  ];
}

function cellsOf({ measured }: WhatIfAnswer, paint: Paint): readonly string[] {
  return whatIfMeasures.map((measure) => {
    const difference = measured.find((each) => each.measure === measure.name)?.difference;
    if (difference === undefined) return "-";
    const words = changeWords(difference.mean, measure);
    return difference.verdict === "better" ? paint.green(words) : difference.verdict === "worse" ? paint.red(words) : words;
  });
}
