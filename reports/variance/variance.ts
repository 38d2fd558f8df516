import { compareIds } from "../../model/ids.ts";
import type { ChargeCategory } from "../cost/charge.ts";

/** A line of a cost report as it was kept: who it was charged to, what for, how much of it, and at which price. */
export interface KeptLine {
  readonly host: string;
  readonly site: string;
  readonly workload: string | null;
  readonly application: string | null;
  readonly service: string | null;
  readonly team: string | null;
  readonly category: ChargeCategory;
  readonly item: string;
  readonly detail: string;
  /** In 10^-12 of its unit. */
  readonly quantity: bigint;
  /** In 10^-6 micro-units for one unit. */
  readonly listPrice: bigint;
  readonly micros: bigint;
}

/** A rule that was in force: those whose place it is about; null for everybody. */
export interface KeptPolicy {
  readonly id: string;
  readonly digest: string;
  readonly workloads: ReadonlySet<string> | null;
}

/** One side of a comparison: a period, or a plan for it. */
export interface VarianceSide {
  readonly lines: readonly KeptLine[];
  readonly policies: readonly KeptPolicy[];
}

/**
 * Why a cost is not what it was. `price`: prices differ, at the quantities of the second side. `volume`: more or less was
 * taken, at each one's own price of the first side (and what rounding leaves). `mix`: the same was taken in dearer or
 * cheaper places. `policy`: the same for those about whom a rule has changed, and room that rules keep free. `idle`: hosts
 * that nobody holds.
 */
export const causes = ["price", "volume", "mix", "policy", "idle"] as const;
export type Cause = (typeof causes)[number];

/** One name on both sides. `a + price + volume + mix + policy + idle = b`, exactly. */
export interface VarianceRow {
  readonly id: string | null;
  readonly a: bigint;
  readonly b: bigint;
  readonly by: Readonly<Record<Cause, bigint>>;
}

export interface Variance {
  /** What has changed most comes first. */
  readonly rows: readonly VarianceRow[];
  readonly total: VarianceRow;
  /** Rules that one side has and the other has not, or has otherwise. */
  readonly changedPolicies: readonly string[];
}

export type VarianceKind = "host" | "workload" | "application" | "service" | "site" | "team";

/** Money in 10^-18 micro-units: a quantity times a price. */
const unit = 10n ** 18n;

/** Splits the difference of two sides by its causes, for each name of a kind. The rows add up to the total, cause by cause. */
export function varianceOf(a: VarianceSide, b: VarianceSide, kind: VarianceKind): Variance {
  const changed = changedPolicies(a, b);
  const about = concernedBy(changed, a, b);
  const priceA = averagePrices(a.lines);
  const sums = new Map<string | null, { a: bigint; b: bigint; by: Record<Exclude<Cause, "volume">, bigint> }>();
  const rowOf = (id: string | null): { a: bigint; b: bigint; by: Record<Exclude<Cause, "volume">, bigint> } => {
    const row = sums.get(id) ?? { a: 0n, b: 0n, by: { price: 0n, mix: 0n, policy: 0n, idle: 0n } };
    sums.set(id, row);
    return row;
  };
  for (const line of a.lines) rowOf(line[kind]).a += line.micros;
  for (const line of b.lines) {
    const row = rowOf(line[kind]);
    row.b += line.micros;
    row.by.price += line.quantity * (line.listPrice - (priceA.at(line) ?? line.listPrice));
  }
  for (const { id, effect, cause } of placesAndVolumes(a.lines, b.lines, priceA, kind, about)) rowOf(id).by[cause] += effect;
  const rows = [...sums].map(([id, { a: before, b: after, by }]): VarianceRow => {
    const { price, mix, policy, idle } = by;
    const [p, m, r, i] = [rounded(price), rounded(mix), rounded(policy), rounded(idle)];
    return { id, a: before, b: after, by: { price: p, mix: m, policy: r, idle: i, volume: after - before - p - m - r - i } };
  }).sort((x, y) => larger(x, y) || Number(x.id === null) - Number(y.id === null) || compareIds(x.id ?? "", y.id ?? ""));
  return { rows, total: totalOf(rows), changedPolicies: changed };
}

function totalOf(rows: readonly VarianceRow[]): VarianceRow {
  const sum = (of: (row: VarianceRow) => bigint): bigint => rows.reduce((total, row) => total + of(row), 0n);
  return { id: null, a: sum((row) => row.a), b: sum((row) => row.b), by: Object.fromEntries(causes.map((cause) => [cause, sum(({ by }) => by[cause])])) as Record<Cause, bigint> };
}

/** What was taken of one thing by one taker: how much, and what it would cost at the prices of the first side. */
interface Taken {
  readonly workload: string | null;
  readonly category: ChargeCategory;
  readonly pool: string;
  quantityA: bigint;
  costA: bigint;
  quantityB: bigint;
  /** By the names that are shown. */
  readonly cells: Map<string | null, { costA: bigint; costB: bigint; quantityB: bigint }>;
}

type Effect = { readonly id: string | null; readonly effect: bigint; readonly cause: "mix" | "policy" | "idle" };

/** Effects beside price and volume: of places for what is held and used, all of it for idle and reserve. */
function* placesAndVolumes(
  a: readonly KeptLine[], b: readonly KeptLine[], prices: AveragePrices, kind: VarianceKind, about: (workload: string | null) => boolean,
): Generator<Effect> {
  const taken = takenOf(a, b, prices, kind);
  const growth = growthOf(taken.values());
  for (const each of taken.values()) {
    for (const [id, cell] of each.cells) {
      const change = cell.costB - cell.costA;
      if (each.category === "idle" || each.category === "reserve") yield { id, effect: change, cause: each.category === "idle" ? "idle" : "policy" };
      else yield { id, effect: change - volumeOf(each, cell, prices, growth), cause: about(each.workload) ? "policy" : "mix" };
    }
  }
}

function takenOf(a: readonly KeptLine[], b: readonly KeptLine[], prices: AveragePrices, kind: VarianceKind): ReadonlyMap<string, Taken> {
  const taken = new Map<string, Taken>();
  const of = (line: KeptLine): { readonly each: Taken; readonly cell: { costA: bigint; costB: bigint; quantityB: bigint } } => {
    const key = JSON.stringify([line.workload, line.application, line.service, poolOf(line)]);
    const each = taken.get(key) ?? { workload: line.workload, category: line.category, pool: poolOf(line), quantityA: 0n, costA: 0n, quantityB: 0n, cells: new Map() };
    taken.set(key, each);
    const cell = each.cells.get(line[kind]) ?? { costA: 0n, costB: 0n, quantityB: 0n };
    each.cells.set(line[kind], cell);
    return { each, cell };
  };
  for (const line of a) {
    const [{ each, cell }, cost] = [of(line), line.quantity * line.listPrice];
    each.quantityA += line.quantity;
    each.costA += cost;
    cell.costA += cost;
  }
  for (const line of b) {
    const { each, cell } = of(line);
    each.quantityB += line.quantity;
    cell.quantityB += line.quantity;
    cell.costB += line.quantity * (prices.at(line) ?? line.listPrice);
  }
  return taken;
}

/** How much more or less is paid because more or less is taken: where it is taken now, or where it was when all of it is gone. */
function volumeOf({ pool, workload, quantityA, costA, quantityB }: Taken, cell: { readonly costA: bigint; readonly costB: bigint; readonly quantityB: bigint }, prices: AveragePrices, growth: GrowthOf): bigint {
  if (quantityB === 0n) return -cell.costA;
  if (quantityA === 0n) {
    // What is new is measured by what everybody paid for such a thing before; what nobody had before is all volume.
    const usual = prices.usual(pool);
    return usual === null ? cell.costB : cell.quantityB * usual;
  }
  const [before, after] = isHeld(pool) ? growth(workload) ?? [quantityA, quantityB] : [quantityA, quantityB];
  return (costA * (after - before) * cell.quantityB) / (before * quantityB);
}

/** Parts of hosts: half of a small host is no more of it than a quarter of one twice as large. */
function isHeld(pool: string): boolean {
  return pool === "host-time" || pool === "power-held";
}

/** What a workload took before and after of what is measured in the same unit everywhere; null when nothing was. */
type GrowthOf = (workload: string | null) => readonly [before: bigint, after: bigint] | null;

function growthOf(taken: Iterable<Taken>): GrowthOf {
  const measures = ["processor", "memory", "storage"];
  const sums = new Map<string, [before: bigint, after: bigint]>();
  for (const { workload, pool, quantityA, quantityB } of taken) {
    if (!measures.includes(pool)) continue;
    const [before, after] = sums.get(`${workload} ${pool}`) ?? [0n, 0n];
    sums.set(`${workload} ${pool}`, [before + quantityA, after + quantityB]);
  }
  return (workload) => {
    const known = measures.map((measure) => sums.get(`${workload} ${measure}`)).find((pair) => pair !== undefined && pair[0] > 0n && pair[1] > 0n);
    return known ?? null;
  };
}

interface AveragePrices {
  /** On the same host; null when nobody took it there. */
  at(line: KeptLine): bigint | null;
  /** On all hosts. */
  usual(pool: string): bigint | null;
}

function averagePrices(lines: readonly KeptLine[]): AveragePrices {
  const [onHost, everywhere] = [new Map<string, Sum>(), new Map<string, Sum>()];
  for (const line of lines) {
    add(onHost, `${line.host}\n${priceOf(line)}`, line);
    add(everywhere, poolOf(line), line);
  }
  return { at: (line) => averageOf(onHost.get(`${line.host}\n${priceOf(line)}`)), usual: (pool) => averageOf(everywhere.get(pool)) };
}

interface Sum { quantity: bigint; cost: bigint }

function add(sums: Map<string, Sum>, key: string, { quantity, listPrice }: KeptLine): void {
  const sum = sums.get(key) ?? { quantity: 0n, cost: 0n };
  sums.set(key, { quantity: sum.quantity + quantity, cost: sum.cost + quantity * listPrice });
}

function averageOf(sum: Sum | undefined): bigint | null {
  return sum === undefined || sum.quantity === 0n ? null : sum.cost / sum.quantity;
}

/** What is one thing to take: processors, memory, ... and each licence, and each way that data were carried. */
function poolOf({ item, detail }: KeptLine): string {
  return item === "licence" || item === "move" ? `${item} ${detail}` : item;
}

/** A host has one price for being on, whether it is held, idle or kept free. */
function priceOf(line: KeptLine): string {
  return poolOf(line).replace(/^(idle|reserve)-host$/, "host-time").replace(/^(idle|reserve)-power$/, "power-held");
}

function changedPolicies(a: VarianceSide, b: VarianceSide): readonly string[] {
  const [before, after] = [a, b].map(({ policies }) => new Map(policies.map(({ id, digest }) => [id, digest])));
  return [...new Set([...before?.keys() ?? [], ...after?.keys() ?? []])].filter((id) => before?.get(id) !== after?.get(id)).sort(compareIds);
}

function concernedBy(changed: readonly string[], a: VarianceSide, b: VarianceSide): (workload: string | null) => boolean {
  const those = [...a.policies, ...b.policies].filter(({ id }) => changed.includes(id));
  return (workload) => workload !== null && those.some(({ workloads }) => workloads === null || workloads.has(workload));
}

/** To whole micro-units, half up. */
function rounded(amount: bigint): bigint {
  const doubled = 2n * amount + unit;
  const quotient = doubled / (2n * unit);
  return doubled < 0n && quotient * 2n * unit !== doubled ? quotient - 1n : quotient;
}

function larger(x: VarianceRow, y: VarianceRow): number {
  const [sizeX, sizeY] = [x.b - x.a, y.b - y.a].map((change) => (change < 0n ? -change : change));
  return sizeX === sizeY ? 0 : (sizeX ?? 0n) > (sizeY ?? 0n) ? -1 : 1;
}
