import type { LoadTrace } from "../../model/load.ts";
import type { LoadPart } from "../../model/simulation.ts";
import { growthFactor, type Growth, type Grid, useOfGroups } from "../../simulator/index.ts";
import { momentMs } from "../simulation-load.ts";

/** What the load of some series is multiplied with at an instant, against the end of their history. */
export type GrowthOf = (members: readonly number[], resource: string) => (atMs: number) => number;

const dayMs = 86_400_000;

/**
 * Growth that a scenario plans, against the end of the history: 1 there. What began before goes on; its past is told too, so
 * that it can be taken out of what is learnt. Each series counts with what it used in its last week.
 */
export function plannedGrowth(trace: LoadTrace, grid: Grid, parts: readonly LoadPart[], startMs: number): GrowthOf {
  const endMs = grid.startMs + grid.slots * grid.stepMs;
  const growths = trace.series.map(({ subject }): Growth | null => {
    const part = parts.find((each) => (each.kind === "trace" ? Object.hasOwn(each.loadOf ?? { [subject.workload]: "" }, subject.workload) : each.workloads.includes(subject.workload)));
    if (part === undefined || part.kind === "usual" || part.growth === null) return null;
    const { kind, permillePerMonth, from } = part.growth;
    return { kind, permillePerMonth, fromMs: momentMs(from, startMs) };
  });
  return (members, resource) => {
    if (members.every((i) => (growths[i] ?? null) === null)) return () => 1;
    const weights = useOfGroups(trace, resource, grid, members.map((i) => ({ name: "", members: [i] }))).map(({ values }) => lately(values, grid.stepMs));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (total === 0) return () => 1;
    return (atMs) => members.reduce((sum, i, m) => sum + (weights[m] ?? 0) * factorAt(growths[i] ?? null, atMs, endMs), 0) / total;
  };
}

function factorAt(growth: Growth | null, atMs: number, endMs: number): number {
  if (growth === null) return 1;
  const now = growthFactor(growth, endMs);
  // What has shrunk to nothing stays there.
  return now === 0 ? 1 : growthFactor(growth, atMs) / now;
}

/** The mean of the last week. */
function lately(values: Float64Array, stepMs: number): number {
  const week = values.subarray(Math.max(0, values.length - Math.round((7 * dayMs) / stepMs))).filter((value) => !Number.isNaN(value));
  return week.length === 0 ? 0 : week.reduce((sum, value) => sum + value, 0) / week.length;
}
