import { barChart, intervalChart, notes, page, table, type Cell, type Fact, type Markup, type Section, type Tone } from "../../reports/html/index.ts";
import { formatDuration } from "../render/duration.ts";
import type { ComparedVariant, Difference, Verdict } from "../study/compare.ts";
import { measures, type Measure } from "../study/measures.ts";
import type { StudyReport } from "../study/run-study.ts";
import { whatIfMeasures } from "../study/what-ifs.ts";
import { changeWords, intervalWords, meanWords, unitWords, valueWords } from "../study/words.ts";

/** A study as a page to hand to somebody who decides. */
export function studyPage(report: StudyReport): string {
  const { name, title, variants, seeds, lengthMs, baseline, runsDone, runsWanted } = report;
  return page({
    title: title === "" ? `Study ${name}` : title,
    subtitle: `${variants.length} variants, each simulated for ${formatDuration(lengthMs)} with ${seeds.length === 1 ? "one seed" : `the same ${seeds.length} seeds`}; compared with ${nameOf(baseline)}`,
    facts: [
      { label: "Runs", value: runsDone === runsWanted ? `${runsDone}` : `${runsDone} of ${runsWanted}`, tone: runsDone === runsWanted ? "plain" : "warning" },
      ...surelyBetter(report),
      ...(["costMicros", "energyMilliwattHours", "availabilityPpm"] as const).flatMap((measure) => bestOf(report, measure)),
    ],
    sections: [
      { title: "Comparison", words: "Means over the seeds. A sign says where the difference to the baseline is sure: its 95 % interval does not contain zero.", content: comparisons(report) },
      ...differenceSections(report), ...serviceSection(report), ...whatIfSection(report),
    ],
    footer: `Study ${name}, seeds ${seeds[0] ?? 0} to ${seeds.at(-1) ?? 0}. Each seed gives every variant the same failures and the same load; differences are taken seed by seed.`,
  });
}

function nameOf({ scenario, policies }: { readonly scenario: string; readonly policies: string }): string {
  return `${scenario} · ${policies}`;
}

function measuredIn(variant: ComparedVariant, measure: Pick<Measure, "name">): ComparedVariant["measured"][number] | undefined {
  return variant.measured.find((each) => each.measure === measure.name);
}

/** The variant with the best mean of a measure, where they differ. */
function bestOf({ variants, currency }: StudyReport, name: string): readonly Fact[] {
  const measure = measures.find((each) => each.name === name);
  if (measure === undefined) return [];
  const values = variants.flatMap((variant) => {
    const found = measuredIn(variant, measure);
    return found === undefined ? [] : [{ variant, mean: found.mean }];
  });
  const [best] = values.toSorted((a, b) => (measure.better === "less" ? a.mean - b.mean : b.mean - a.mean));
  if (best === undefined || values.every(({ mean }) => mean === best.mean)) return [];
  return [{ label: `Best ${measure.head}`, value: `${valueWords(best.mean, measure)} ${unitWords(measure, currency)}`, note: nameOf(best.variant), tone: best.variant.isBaseline ? "plain" : "good" }];
}

const tones: Readonly<Record<Verdict, Tone>> = { better: "good", worse: "bad", same: "plain", "too small to show": "plain", "no difference shown": "plain", "one seed only": "plain" };

/** Measures of one table: more are wider than paper. */
const measuresOfTable = 6;

function comparisons(report: StudyReport): readonly Markup[] {
  const shown = measures.filter((measure) => report.variants.some((variant) => measuredIn(variant, measure) !== undefined));
  const tables = Math.max(1, Math.ceil(shown.length / measuresOfTable));
  const each = Math.ceil(shown.length / tables);
  return Array.from({ length: tables }, (_, n) => comparison(report, shown.slice(n * each, (n + 1) * each), n === 0));
}

function comparison({ variants, currency }: StudyReport, shown: readonly Measure[], isFirst: boolean): Markup {
  return table({
    title: isFirst ? "All variants" : "All variants, further measures",
    words: isFirst ? "Lower is better for all but up, whole and runway. Up is the share of the time in which the worst service was up at all, whole that in which none of its instances was missing; stolen is the time of whole hosts that was asked for and could not be given." : "Means too, with the same signs.",
    columns: [{ head: "Scenario" }, { head: "Policies" }, ...shown.map((measure) => ({ head: measure.head, unit: unitWords(measure, currency), align: "right" as const }))],
    rows: variants.map((variant) => [variant.scenario, variant.isBaseline ? `${variant.policies} (baseline)` : variant.policies, ...shown.map((measure): Cell => {
      const found = measuredIn(variant, measure);
      if (found === undefined) return null;
      const tone = found.difference === null ? "plain" : tones[found.difference.verdict];
      const words = meanWords(found.mean, measure);
      return tone === "plain" ? words : { text: words, tone };
    })]),
  });
}

/** One figure for each measure that differs anywhere: means, then differences around zero. */
function differenceSections(report: StudyReport): readonly Section[] {
  const { variants, currency } = report;
  return measures.flatMap((measure): readonly Section[] => {
    const unit = unitWords(measure, currency);
    const others = variants.flatMap((variant) => {
      const difference = measuredIn(variant, measure)?.difference ?? null;
      return difference === null ? [] : [{ variant, difference }];
    });
    if (others.every(({ difference }) => difference.verdict === "same")) return [];
    const means = variants.map((variant) => {
      const found = measuredIn(variant, measure);
      return found === undefined ? null : found.mean / measure.scale;
    });
    return [{
      title: capital(measure.head), content: [
        barChart({ title: `${capital(measure.head)}, mean of the seeds`, words: extremes(report, measure), unit, categories: variants.map(nameOf), series: [{ name: measure.head, values: means }] }),
        intervalChart({
          title: `Difference to ${nameOf(report.baseline)}`, words: "The point is the mean of the differences seed by seed, the line its 95 % interval. What reaches across zero may be chance.",
          x: { kind: "number", label: `difference in ${measure.head}`, unit }, zero: "no difference",
          rows: others.map(({ variant, difference }) => ({ name: nameOf(variant), ...intervalOf(difference, measure), note: difference.verdict, tone: tones[difference.verdict] })),
        }),
      ],
    }];
  });
}

/** The best and the worst variant in words. */
function extremes({ variants, currency }: StudyReport, measure: Measure): string {
  const sorted = variants.flatMap((variant) => {
    const found = measuredIn(variant, measure);
    return found === undefined ? [] : [{ variant, mean: found.mean }];
  }).toSorted((a, b) => a.mean - b.mean);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return "";
  const words = ({ variant, mean }: typeof least): string => `${nameOf(variant)} with ${valueWords(mean, measure)} ${unitWords(measure, currency)}`.trimEnd();
  return `Least: ${words(least)}; most: ${words(most)}. ${measure.better === "less" ? "Less" : "More"} is better.`;
}

/** How many variants cost surely less. */
function surelyBetter({ variants }: StudyReport): readonly Fact[] {
  const others = variants.filter(({ isBaseline }) => !isBaseline);
  if (others.length === 0) return [];
  const cheaper = others.filter(({ measured }) => measured.find(({ measure }) => measure === "costMicros")?.difference?.verdict === "better").length;
  return [{ label: "Surely cheaper than the baseline", value: `${cheaper} of ${others.length}`, tone: cheaper > 0 ? "good" : "plain" }];
}

function intervalOf({ mean, low, high }: Difference, { scale }: Measure): { readonly low: number; readonly middle: number; readonly high: number } {
  return { low: (low ?? mean) / scale, middle: mean / scale, high: (high ?? mean) / scale };
}

function serviceSection({ variants }: StudyReport): readonly Section[] {
  const names = [...new Set(variants.flatMap(({ runs }) => runs.flatMap(({ figures }) => figures?.services.map(({ service }) => service) ?? [])))];
  if (names.length === 0) return [];
  return [{
    title: "Services", words: "Share of the time in which a service was up, at least degraded: mean of the seeds, and the worst seed.",
    content: [table({
      title: "Availability of services", columns: [{ head: "Scenario" }, { head: "Policies" }, ...names.map((head) => ({ head, unit: "%", align: "right" as const }))],
      rows: variants.map((variant) => [variant.scenario, variant.policies, ...names.map((name) => availabilityOf(variant, name))]),
    })],
  }];
}

function availabilityOf({ runs }: ComparedVariant, name: string): Cell {
  const values = runs.flatMap(({ figures }) => figures?.services.find(({ service }) => service === name)?.availabilityPpm ?? []);
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${(mean / 10_000).toFixed(3)} (${(Math.min(...values) / 10_000).toFixed(3)})`;
}

function whatIfSection({ whatIfs, currency }: StudyReport): readonly Section[] {
  if (whatIfs.length === 0) return [];
  return [{
    title: "What if", words: "Only the load is replayed, with some workloads elsewhere all the time; only the hosts that they leave and reach are looked at.",
    content: [
      table({
        title: "Changes on the hosts concerned",
        columns: [{ head: "What if" }, { head: "Scenario" }, { head: "Hosts concerned" }, ...whatIfMeasures.map(({ head, unit }) => ({ head, unit, align: "right" as const }))],
        rows: whatIfs.map(({ name, scenario, hosts, measured }) => [name, scenario, hosts.join(", "), ...whatIfMeasures.map((measure): Cell => {
          const difference = measured.find((each) => each.measure === measure.name)?.difference;
          if (difference === undefined) return null;
          const tone = tones[difference.verdict];
          return tone === "plain" ? changeWords(difference.mean, measure) : { text: changeWords(difference.mean, measure), tone };
        })]),
      }),
      notes({
        title: "Intervals", items: whatIfs.flatMap(({ name, scenario, measured }) => measured.flatMap(({ measure, difference }) => {
          const scale = whatIfMeasures.find((each) => each.name === measure);
          const words = scale === undefined ? "" : intervalWords(difference, scale);
          return scale === undefined || words === "" || difference.low === difference.high ? [] : [`${name} in ${scenario}, ${scale.head}: ${words} ${unitWords(scale, currency)}, ${difference.verdict}`];
        })).slice(0, 60),
      }),
    ],
  }];
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
