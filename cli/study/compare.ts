import { pairedDifference } from "../../simulator/index.ts";
import { measures, type Measure, type RunFigures } from "./measures.ts";

/** A scenario under a set of policies. */
export interface Variant {
  readonly scenario: string;
  readonly policies: string;
}

/** One seed of a variant; null while it has not run. */
export interface SeedRun {
  readonly seed: number;
  readonly figures: RunFigures | null;
}

/** `too small to show`: it is sure, and zero when it is rounded as people read it. */
export type Verdict = "better" | "worse" | "too small to show" | "same" | "no difference shown" | "one seed only";

/** A measure of a variant beside the baseline. Low and high bound the mean of the differences with 95 %; null with one seed. */
export interface Difference {
  readonly pairs: number;
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly verdict: Verdict;
}

/** A measure of a variant over its seeds. */
export interface MeasuredVariant {
  readonly measure: string;
  readonly mean: number;
  readonly lowest: number;
  readonly highest: number;
  /** Null for the baseline itself. */
  readonly difference: Difference | null;
}

export interface ComparedVariant extends Variant {
  readonly isBaseline: boolean;
  readonly runs: readonly SeedRun[];
  readonly measured: readonly MeasuredVariant[];
}

/** Means of every variant, and differences to the baseline, seed by seed: with common random numbers most of the chance is in both. */
export function compareVariants(variants: readonly (Variant & { readonly runs: readonly SeedRun[] })[], baseline: Variant): readonly ComparedVariant[] {
  const isBaseline = (variant: Variant): boolean => variant.scenario === baseline.scenario && variant.policies === baseline.policies;
  const base = variants.find(isBaseline)?.runs ?? [];
  return variants.map((variant) => ({
    ...variant, isBaseline: isBaseline(variant),
    measured: measures.flatMap((measure) => measuredOf(measure, variant.runs, isBaseline(variant) ? null : base)),
  }));
}

function measuredOf(measure: Measure, runs: readonly SeedRun[], base: readonly SeedRun[] | null): readonly MeasuredVariant[] {
  const values = runs.flatMap((run) => valueOf(run, measure) ?? []);
  if (values.length === 0) return [];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const range = { lowest: Math.min(...values), highest: Math.max(...values) };
  return [{ measure: measure.name, mean, ...range, difference: base === null ? null : differenceTo(measure, base, runs) }];
}

/** Over the seeds that both have run. */
function differenceTo(measure: Measure, base: readonly SeedRun[], runs: readonly SeedRun[]): Difference | null {
  const pairs = runs.flatMap((run) => {
    const before = base.find(({ seed }) => seed === run.seed);
    const [a, b] = [before === undefined ? null : valueOf(before, measure), valueOf(run, measure)];
    return a === null || b === null ? [] : [[a, b] as const];
  });
  return pairs.length === 0 ? null : judgedDifference(measure, pairs.map(([a]) => a), pairs.map(([, b]) => b));
}

function valueOf({ figures }: SeedRun, { name }: Measure): number | null {
  return figures?.values[name] ?? null;
}

type Judged = Pick<Measure, "better" | "scale" | "decimals">;

/** A difference seed by seed with its verdict. */
export function judgedDifference(measure: Judged, before: readonly number[], after: readonly number[]): Difference {
  const { pairs, mean, low, high, isSure } = pairedDifference(before, after);
  return { pairs, mean, low: finite(low), high: finite(high), verdict: verdictOn(measure, before.every((value, n) => value === after[n]), pairs, mean, isSure) };
}

/** One seed bounds nothing. */
function finite(bound: number): number | null {
  return Number.isFinite(bound) ? bound : null;
}

function verdictOn({ better, scale, decimals }: Judged, same: boolean, pairs: number, mean: number, isSure: boolean): Verdict {
  if (same) return "same";
  if (pairs === 1) return "one seed only";
  if (!isSure) return "no difference shown";
  if (Math.abs(mean) * 2 * 10 ** decimals < scale) return "too small to show";
  return (mean < 0) === (better === "less") ? "better" : "worse";
}
