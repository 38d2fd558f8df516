import { amountOf } from "../model/resource.ts";
import { totalAmount } from "../policies/constraint.ts";
import { settledInstant } from "../model/snapshot.ts";
import { mustsLevel, unplacedLevel, type EngineOptions, type Problem } from "./problem.ts";
import { search } from "./search.ts";

/** Rules among more workloads than this do not make their members suspects of each other. */
const groupMax = 64;
/** Moves tried to see who has no place. */
const iterationsMax = 100_000;

/** Demands that may be part of a conflict: those allowed nowhere, or else those that a search finds no place for. */
export function troubledDemands(problem: Problem, options: Omit<EngineOptions, "iterations">): readonly number[] {
  const rows = rowsOf(problem);
  const nowhere = [...problem.wanted].filter((w) => rows.get(w)?.includes(1) === false);
  if (nowhere.length > 0) return nowhere;
  const { hostOf, score } = search({ ...problem, shoulds: [], levels: [] }, { ...options, timeMs: options.timeMs / 4, iterations: iterationsMax });
  if (score[mustsLevel] === 0 && score[unplacedLevel] === 0) return [];
  const unplaced = [...problem.wanted].filter((w) => (hostOf[w] ?? -1) < 0);
  return unplaced.length > 0 ? unplaced : inBreaches(problem, hostOf);
}

/** Workloads that take part in a broken must, in order of number. */
function inBreaches({ index, constraints, wanted }: Problem, hostOf: Int32Array): readonly number[] {
  const instant = settledInstant(index, hostOf);
  const broken = constraints.filter(({ strength }) => strength === "must")
    .flatMap((constraint) => {
      const violations = constraint.check(instant);
      return totalAmount(violations) > 0 ? violations.flatMap(({ workloads }) => workloads) : [];
    });
  const concerned = new Set(broken);
  return [...wanted].filter((w) => concerned.has(w));
}

/**
 * Sets of demands around one that has no place, each wider than the one before: itself, those bound to it by rules about
 * few, those that can go nowhere else than where these can go, those that are there now, everybody. The largest first
 * after the seed.
 */
export function* widerDemands(problem: Problem, seed: number): Generator<readonly number[]> {
  const { wanted, current, index } = problem;
  yield [seed];
  const bound = boundTo(problem, seed);
  let size = 1;
  if (bound.length > size) yield bound;
  size = bound.length;
  const rows = rowsOf(problem);
  const reach = new Uint8Array(index.hosts.length);
  for (const w of bound) rows.get(w)?.forEach((allowed, h) => { if (allowed === 1) reach[h] = 1; });
  const sets = [
    (w: number) => isWithin(rows.get(w), reach),
    (w: number) => isWithin(rows.get(w), reach) || reach[current[w] ?? -1] === 1,
    () => true,
  ];
  for (const belongs of sets) {
    const inside = new Set(bound);
    const others = [...wanted].filter((w) => !inside.has(w) && belongs(w)).sort((a, b) => largeness(problem, b) - largeness(problem, a) || a - b);
    if (bound.length + others.length === size) continue;
    size = bound.length + others.length;
    yield [...bound, ...others];
  }
}

/** The seed, then those who share a rule about few with it, and those who share one with these. */
function boundTo({ constraints, wanted }: Problem, seed: number): readonly number[] {
  const inside = new Set([seed]);
  const isWanted = new Set(wanted);
  for (let step = 0; step < 2; step++) {
    const ring = new Set(inside);
    for (const { workloads, strength } of constraints) {
      if (strength !== "must" || workloads === null || workloads.length < 2 || workloads.length > groupMax) continue;
      if (workloads.some((w) => ring.has(w))) for (const w of workloads) if (isWanted.has(w)) inside.add(w);
    }
  }
  return [...inside];
}

/** 1 for each host that the rules about a workload alone allow it, and on which it fits by itself; null means anywhere. */
function rowsOf({ index, musts }: Problem): ReadonlyMap<number, Uint8Array> {
  const rows = new Map(index.workloads.map((_, w) => [w, new Uint8Array(index.hosts.length).fill(1)]));
  for (const form of musts) {
    const row = form.kind === "allow" ? rows.get(form.workload) : undefined;
    if (form.kind !== "allow" || row === undefined) continue;
    const { allowed } = form;
    for (let h = 0; h < row.length; h++) if (allowed[h] !== 1) row[h] = 0;
  }
  const tables = new Map<Int32Array, { readonly sizes: Float64Array; readonly limits: Float64Array }>();
  for (const form of musts) {
    if (form.kind !== "fill" || form.hosts.length !== 1) continue;
    const table = tables.get(form.members) ?? { sizes: form.sizes, limits: new Float64Array(index.hosts.length).fill(Infinity) };
    tables.set(form.members, table);
    const h = form.hosts[0] ?? -1;
    if (table.sizes === form.sizes) table.limits[h] = Math.min(table.limits[h] ?? Infinity, form.limit);
  }
  for (const [members, { sizes, limits }] of tables) {
    const least = limits.reduce((a, b) => Math.min(a, b), Infinity);
    members.forEach((w, i) => {
      const [row, size] = [rows.get(w), sizes[i] ?? 0];
      if (row === undefined || size <= least) return;
      for (let h = 0; h < row.length; h++) if (size > (limits[h] ?? Infinity)) row[h] = 0;
    });
  }
  return rows;
}

function isWithin(inner: Uint8Array | undefined, outer: Uint8Array): boolean {
  if (inner === undefined) return false;
  for (let h = 0; h < inner.length; h++) if (inner[h] === 1 && outer[h] !== 1) return false;
  return true;
}

/** Part of the fleet's memory and processors that a workload takes; only the order matters. */
function largeness({ index }: Problem, w: number): number {
  const workload = index.workloads[w];
  if (workload === undefined) return 0;
  return amountOf(workload.reservation, "memoryMiB") / 4 + amountOf(workload.reservation, "cpuMillicores");
}
