import type { CostKind } from "../../model/finance.ts";
import { compareIds } from "../../model/ids.ts";
import { chargeCategories, type ChargeCategory, type ChargeLine } from "./charge.ts";

/** What costs are grouped by: a kind of thing, or a label by its name. */
export type CostGrouping = Exclude<CostKind, "team"> | { readonly label: string };

/** What one name costs; null holds what belongs to nobody of that kind. */
export interface CostRow {
  readonly id: string | null;
  readonly micros: Readonly<Record<ChargeCategory, bigint>>;
  readonly totalMicros: bigint;
}

/** Which name a line counts under. */
export function nameIn(line: ChargeLine, by: CostGrouping): string | null {
  return typeof by === "object" ? (Object.hasOwn(line.labels, by.label) ? (line.labels[by.label] ?? null) : null) : line[by];
}

/** The lines by name: the dearest first, what belongs to nobody last. Whatever the grouping, the rows add up to the same. */
export function groupLines(lines: readonly ChargeLine[], by: CostGrouping): readonly CostRow[] {
  const rows = new Map<string | null, Record<ChargeCategory, bigint>>();
  for (const line of lines) {
    const id = nameIn(line, by);
    const row = rows.get(id) ?? noMicros();
    rows.set(id, row);
    row[line.category] += line.costMicros;
  }
  return [...rows].map(([id, micros]): CostRow => ({ id, micros, totalMicros: sumOf(micros) }))
    .sort((a, b) => Number(a.id === null) - Number(b.id === null) || (a.totalMicros === b.totalMicros ? 0 : a.totalMicros > b.totalMicros ? -1 : 1) || compareIds(a.id ?? "", b.id ?? ""));
}

export function noMicros(): Record<ChargeCategory, bigint> {
  return Object.fromEntries(chargeCategories.map((category) => [category, 0n])) as Record<ChargeCategory, bigint>;
}

export function sumOf(micros: Readonly<Record<ChargeCategory, bigint>>): bigint {
  return chargeCategories.reduce((sum, category) => sum + micros[category], 0n);
}
