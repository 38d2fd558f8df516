import { unreachable } from "../../model/assert.ts";
import type { Comparison, Measure, Side } from "../../reports/index.ts";
import { formatCarbon, formatPower } from "./amount.ts";
import { formatDuration } from "./duration.ts";
import { formatChange, formatDifference, formatMicros, groupThousands } from "./money.ts";
import type { Paint } from "./paint.ts";
import { renderTable, type Column } from "./table.ts";
import { fitEnd, widthOf } from "./text.ts";

const rowsMax = 40;

/** Two sides beside each other: figures, rules, then who is elsewhere. */
export function renderComparison(
  a: Side, b: Side, { measures, rules, places, samePlaces }: Comparison,
  { paint, columns, full }: { readonly paint: Paint; readonly columns: number; readonly full: boolean },
): string {
  const wide = Math.floor((columns - 30) / 2);
  const [columnA, columnB] = sideColumns(a.name, b.name, wide);
  const heads: readonly Column[] = [{ head: "", wraps: 12 }, { ...columnA, align: "right" }, { ...columnB, align: "right" }];
  const told = measures.filter((measure) => measure.a !== null || measure.b !== null);
  const blocks = [
    renderTable([...heads, { head: "difference", align: "right", wraps: 10 }], told.map((measure) => [
      measure.name, valueWords(measure.a, measure, a.currency), valueWords(measure.b, measure, b.currency), differenceWords(measure, b.currency, paint),
    ]), columns),
  ];
  if (rules.length > 0) {
    const shown = full ? rules : rules.slice(0, rowsMax);
    blocks.push(`${paint.bold("Rules broken, or not the same")}\n${renderTable(heads, shown.map((rule) => [rule.policy, ruleWords(rule.a, paint), ruleWords(rule.b, paint)]), columns)}${rest(rules.length - shown.length)}`);
  }
  if (places.length === 0) blocks.push(`Everybody is at the same place on both sides (${groupThousands(samePlaces)}).`);
  else {
    const shown = full ? places : places.slice(0, rowsMax);
    const rows = shown.map((place) => [symbolOf(place.a, place.b, paint), place.workload, place.a ?? "(nowhere)", place.b ?? "(nowhere)"]);
    const title = paint.bold(`Not at the same place: ${groupThousands(places.length)}; at the same: ${groupThousands(samePlaces)}`);
    blocks.push(`${title}\n${renderTable([{ head: "" }, { head: "workload" }, columnA, columnB], rows, columns)}${rest(places.length - shown.length)}`);
  }
  return `${blocks.join("\n\n")}\n`;
}

/** Headings of two files: without their folders where that still tells them apart, broken only between joined files. */
function sideColumns(a: string, b: string, wide: number): readonly [Column, Column] {
  const short = [a, b].map((name) => name.split("+").map((path) => path.replace(/^.*[/\\](?=.)/, "")));
  const same = short[0]?.join("+") === short[1]?.join("+");
  const columnOf = (parts: readonly string[]): Column => {
    const fitted = parts.map((part) => fitEnd(part, wide));
    return { head: fitted.join(" + "), wraps: Math.max(12, ...fitted.map(widthOf)) };
  };
  return [columnOf(same ? a.split("+") : (short[0] ?? [])), columnOf(same ? b.split("+") : (short[1] ?? []))];
}

function rest(count: number): string {
  return count > 0 ? `\n  ... and ${groupThousands(count)} more (--full shows them)` : "";
}

function symbolOf(a: string | null, b: string | null, paint: Paint): string {
  if (a === null || a === "absent") return paint.green("+");
  return b === null || b === "absent" ? paint.red("-") : paint.cyan("->");
}

function ruleWords(amount: number | null, paint: Paint): string {
  if (amount === null) return "no such rule";
  return amount === 0 ? paint.green("kept") : paint.red(`broken by ${groupThousands(amount)}`);
}

function valueWords(value: number | null, { unit }: Measure, currency: string): string {
  if (value === null) return "-";
  switch (unit) {
    case "micros/h": return `${formatMicros(value)} ${currency}/h`;
    case "milliwatts": return formatPower(value);
    case "milligrams/h": return formatCarbon(value);
    case "ms": return formatDuration(value);
    case "count": return groupThousands(value);
    default: return unreachable(unit);
  }
}

function differenceWords(measure: Measure, currency: string, paint: Paint): string {
  const { unit, a, b } = measure;
  if (a === null || b === null) return "";
  if (a === b) return paint.dim("same");
  const percent = formatChange(a, b);
  const words = unit === "micros/h" ? `${formatDifference(b - a)}${percent === "" ? "" : ` (${percent})`}`
    : unit === "count" ? `${b > a ? "+" : ""}${groupThousands(b - a)}` : percent === "" ? `${b > a ? "+" : "-"}${valueWords(Math.abs(b - a), measure, currency)}` : percent;
  return b < a ? paint.green(words) : paint.yellow(words);
}
