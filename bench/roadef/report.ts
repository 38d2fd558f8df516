import { noReference, type Reference } from "./reference.ts";
import { challengeScore, secondsToOnePercent, type InstanceResult } from "./result.ts";

const headings = ["instance", "seed", "cost", "initial", "lower bound", "gap %", "winner", "best finalist", "score", "to 1 %", "seconds", "cpu s", "peak MiB", "M/s", "audits", "valid"] as const;

/** A table of results as text, a line for each. */
export function tableOf(results: readonly InstanceResult[], references: ReadonlyMap<string, Reference>): string {
  const rows = [[...headings], ...results.map((result) => rowOf(result, references.get(result.name) ?? noReference))];
  const widths = headings.map((_, column) => rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ")).join("\n");
}

/** Cells of one result. The score is against the best finalist, where one is known. */
export function rowOf(result: InstanceResult, { winner, bestFinalist }: Reference): string[] {
  const { name, seed, cost, initial, lowerBound, seconds, cpuSeconds, peakMiB, weighed, audited, faults } = result;
  return [
    name, String(seed), grouped(cost.total), grouped(initial), grouped(lowerBound),
    lowerBound === 0 ? "-" : ((100 * (cost.total - lowerBound)) / lowerBound).toFixed(4), shown(winner), shown(bestFinalist),
    bestFinalist === null ? "-" : challengeScore(result, bestFinalist).toFixed(4),
    secondsToOnePercent(result).toFixed(1), seconds.toFixed(1), cpuSeconds.toFixed(1), String(peakMiB), (weighed / 1e6 / cpuSeconds).toFixed(1), String(audited), faults.length === 0 ? "yes" : "NO",
  ];
}

/** The middle result of each instance by cost; of an even number the worse of the two in the middle. */
export function medians(results: readonly InstanceResult[]): readonly InstanceResult[] {
  const names = [...new Set(results.map(({ name }) => name))];
  return names.flatMap((name) => {
    const own = results.filter((result) => result.name === name).sort((a, b) => a.cost.total - b.cost.total || a.seed - b.seed);
    const middle = own[Math.floor(own.length / 2)];
    return middle === undefined ? [] : [middle];
  });
}

/** Sum of the challenge's scores of the instances whose best finalist is known; null when there is none. */
export function totalScore(results: readonly InstanceResult[], references: ReadonlyMap<string, Reference>): number | null {
  const scores = results.flatMap((result) => {
    const best = references.get(result.name)?.bestFinalist ?? null;
    return best === null ? [] : [challengeScore(result, best)];
  });
  return scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0);
}

function shown(figure: number | null): string {
  return figure === null ? "-" : grouped(figure);
}

function grouped(figure: number): string {
  return figure.toLocaleString("en-US");
}
