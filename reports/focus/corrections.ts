import type { Period } from "../cost/charge.ts";
import { focusColumns, type FocusColumnName, type FocusVersion } from "./columns.ts";
import { decimalOf, decimalText, negative } from "./decimal.ts";
import { instantText, type FocusRow } from "./row.ts";

const measures: readonly FocusColumnName[] = ["BilledCost", "ConsumedQuantity", "ContractedCost", "EffectiveCost", "ListCost", "PricingQuantity"];
/** What a correction has of its own; apart from these a row says the same wherever it stands. */
const ownOfCorrections: readonly FocusColumnName[] = ["BillingPeriodEnd", "BillingPeriodStart", "ChargeClass", "x_Correction"];

/**
 * What makes good the difference between what closed months say of a charge period and what is known of it now: each row
 * that is no longer right is reversed, each that is missing is added, in the month that is open.
 */
export function corrections(
  { closed, now, version, openPeriod }: { readonly closed: readonly FocusRow[]; readonly now: readonly FocusRow[]; readonly version: FocusVersion; readonly openPeriod: Period },
): readonly FocusRow[] {
  const at = placesOf(version);
  const counts = new Map<string, { readonly row: FocusRow; count: number }>();
  const count = (row: FocusRow, by: number): void => {
    const plain = withCells(row, at, Object.fromEntries(ownOfCorrections.map((name) => [name, null])));
    const key = JSON.stringify(plain);
    const known = counts.get(key) ?? { row: plain, count: 0 };
    known.count += by;
    counts.set(key, known);
  };
  for (const row of now) count(row, 1);
  for (const row of closed) {
    const isReversal = row[at("x_Correction")] === "reversal";
    count(isReversal ? negated(row, at) : row, isReversal ? 1 : -1);
  }
  const open = { BillingPeriodStart: instantText(openPeriod.startMs), BillingPeriodEnd: instantText(openPeriod.endMs), ChargeClass: "Correction" };
  return [...counts.values()].flatMap(({ row, count: missing }) => Array.from({ length: Math.abs(missing) }, () =>
    missing < 0 ? withCells(negated(row, at), at, { ...open, x_Correction: "reversal" }) : withCells(row, at, { ...open, x_Correction: "replacement" })));
}

type Places = (name: FocusColumnName) => number;

function placesOf(version: FocusVersion): Places {
  const places = new Map(focusColumns(version).map(({ name }, place) => [name, place]));
  return (name) => places.get(name) ?? -1;
}

function withCells(row: FocusRow, at: Places, cells: Readonly<Record<string, string | null>>): FocusRow {
  const changed = [...row];
  for (const [name, cell] of Object.entries(cells)) changed[at(name as FocusColumnName)] = cell;
  return changed;
}

/** The same charge taken back. Prices stay as they are: it is the quantity that is taken back. */
function negated(row: FocusRow, at: Places): FocusRow {
  const cells = measures.map((name): [string, string | null] => {
    const cell = row[at(name)] ?? null;
    return [name, cell === null ? null : decimalText(negative(decimalOf(cell)))];
  });
  return withCells(row, at, Object.fromEntries(cells));
}
