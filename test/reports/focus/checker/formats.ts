import { getNodeValue, parseTree, type Node } from "jsonc-parser";
import { skuPriceProperties, unitNames } from "./allowed.ts";
import { decimalOf } from "./decimal.ts";

/** Rules that a value alone can break: each gives the numbers of those it breaks. */

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

export function brokenByInstant(text: string): readonly string[] {
  const broken: string[] = [];
  if (!text.includes("T")) broken.push("DateTimeFormat-A-004-M");
  if (!/T\d{2}:\d{2}:\d{2}(?!\d)/.test(text)) broken.push("DateTimeFormat-A-005-M");
  if (!text.endsWith("Z")) broken.push("DateTimeFormat-A-001-M", "DateTimeFormat-A-006-M");
  const at = Date.parse(text);
  if (!instant.test(text) || Number.isNaN(at) || new Date(at).toISOString() !== text.replace("Z", ".000Z")) broken.push("DateTimeFormat-A-002-M");
  return broken;
}

export function brokenByNumber(text: string): readonly string[] {
  if (decimalOf(text) !== null) return [];
  const broken = ["NumericFormat-A-002-M", "NumericFormat-A-003-M", "NumericFormat-A-011-M"];
  if (/\d\/\d/.test(text)) broken.push("NumericFormat-A-004-M");
  if (/[eE]/.test(text)) broken.push("NumericFormat-A-005-M");
  if (/[eE]\+/.test(text)) broken.push("NumericFormat-A-006-M");
  if (/[*^=()√]/.test(text)) broken.push("NumericFormat-A-007-M");
  if (/[^\d.eE+-]/.test(text)) broken.push("NumericFormat-A-008-M");
  if (/,|\..*\./.test(text)) broken.push("NumericFormat-A-009-M");
  if (text.startsWith("+")) broken.push("NumericFormat-A-010-M");
  return broken;
}

const placeholders = new Set(["", "n/a", "na", "null", "none", "nil", "not applicable", "not specified", "undefined", "unknown", "-"]);

export function brokenByText(text: string): readonly string[] {
  const broken: string[] = [];
  if (/\p{Surrogate}/u.test(text) || text.includes("\uFFFD")) broken.push("StringHandling-A-001-M");
  if (placeholders.has(text.trim().toLowerCase())) broken.push("NullHandling-A-001-C", "NullHandling-A-002-M");
  return broken;
}

/** A JSON object without repeated keys whose values are plain. */
export function brokenByKeyValues(text: string): readonly string[] {
  const object = objectIn(text);
  if (object === null) return ["KeyValueFormat-A-001-M"];
  const entries = (object.children ?? []).map(({ children: [key, value] = [] }) => [key?.value as unknown, value?.type] as const);
  const broken: string[] = [];
  if (new Set(entries.map(([key]) => key)).size < entries.length) broken.push("KeyValueFormat-A-002-M");
  if (entries.some(([, type]) => type === "object" || type === "array")) broken.push("KeyValueFormat-A-003-M", "KeyValueFormat-A-004-M");
  return broken;
}

export function objectIn(text: string): Node | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const root = parseTree(text);
  return root?.type === "object" ? root : null;
}

export function brokenBySkuPriceDetails(text: string): readonly string[] {
  const object = objectIn(text);
  if (object === null) return [];
  const broken: string[] = [];
  for (const [key, value] of Object.entries(getNodeValue(object) as Record<string, unknown>)) {
    const type = Object.hasOwn(skuPriceProperties, key) ? skuPriceProperties[key] : undefined;
    const isSpeltOtherwise = Object.keys(skuPriceProperties).some((known) => known.toLowerCase() === key.replace(/^x_/, "").toLowerCase());
    if (type === undefined && !key.startsWith("x_")) broken.push("SkuPriceDetails-C-017-C");
    if (type === undefined && isSpeltOtherwise) broken.push(key.startsWith("x_") ? "SkuPriceDetails-C-010-C" : "SkuPriceDetails-C-020-M");
    if (type !== undefined && typeof value !== type) broken.push("SkuPriceDetails-C-021-M");
  }
  return broken;
}

/** `Units`, `1000 Requests`, `GiB-Hours`, `GB/Hour`, `Units/3 Months`: words spelt as the specification spells them. */
export function brokenByUnit(text: string): readonly string[] {
  const shape = /^(?:\S+ )?\p{L}[\p{L}\p{N} ]*(?:-\p{L}+)?(?:\/(?:\S+ )?\p{L}+)?$/u;
  if (!shape.test(text)) return ["UnitFormat-A-001-M"];
  const numbers = [...text.matchAll(/(?:^|\/)(\S+) /g)].map(([, number = ""]) => number).filter((word) => /\d/.test(word));
  const broken = numbers.every((number) => /^[1-9]\d*$/.test(number)) ? [] : ["UnitFormat-A-002-O"];
  const words = text.split(/[ /-]/).filter((word) => !/\d/.test(word));
  return words.some(isMisspelt) ? [...broken, "UnitFormat-A-003-M"] : broken;
}

function isMisspelt(word: string): boolean {
  if (unitNames.sizes.has(word)) return false;
  const spelt = unitNames.words.get(word.toLowerCase());
  if (spelt !== undefined) return spelt !== word;
  return [...unitNames.sizes].some((size) => size.toLowerCase() === word.toLowerCase());
}
