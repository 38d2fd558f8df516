import { allowedValues } from "./allowed.ts";
import { columns, type Column } from "./columns.ts";
import type { Dataset, Row } from "./dataset.ts";
import { decimalOf } from "./decimal.ts";
import type { Finding, Known } from "./finding.ts";
import { brokenByInstant, brokenByKeyValues, brokenByNumber, brokenBySkuPriceDetails, brokenByText } from "./formats.ts";
import { Reading } from "./reading.ts";
import { rowRules } from "./row-rules.ts";
import { tableFindings } from "./table-rules.ts";

/**
 * Every rule of FOCUS that a file can break by itself, written from the specification's rules and without a look at
 * the exporter. What cannot be seen in a file is named in `unobservable.ts`.
 */
export function checkFocus(dataset: Dataset, known: Known): readonly Finding[] {
  const specified = columns.filter(({ since }) => since <= known.version);
  return [
    ...presence(dataset, specified, known), ...naming(dataset, specified), ...supportedNames(dataset, known),
    ...specified.filter(({ name }) => dataset.columns.includes(name)).flatMap((column) => [...stored(dataset, column), ...values(dataset, column, known)]),
    ...dataset.rows.flatMap((row, r) => rowFindings(row, r, new Set(dataset.columns))),
    ...tableFindings(dataset, known),
  ];
}

function presence({ columns: present }: Dataset, specified: readonly Column[], { supported }: Known): readonly Finding[] {
  return specified.flatMap(({ name, present: wanted }) =>
    wanted === null || present.includes(name) || !wanted.when.every((capability) => supported.has(capability)) ? [] : [{ rule: wanted.rule, column: name, row: null, found: "no such column" }]);
}

/** Where names of accounts and negotiated prices exist, they are said. */
function supportedNames({ columns: present, rows }: Dataset, { supported }: Known): readonly Finding[] {
  const unnamed = supported.has("ACCOUNT_NAMING") && present.includes("BillingAccountName");
  const unpriced = supported.has("NEGOTIATED_PRICING") && present.includes("SkuPriceId") && present.includes("ContractedUnitPrice");
  return rows.flatMap((row, r): Finding[] => [
    ...unnamed && (row.get("BillingAccountName") ?? null) === null ? [{ rule: "BillingAccountName-C-003-C", column: "BillingAccountName", row: r, found: "null" }] : [],
    ...unpriced && (row.get("SkuPriceId") ?? null) !== null && (row.get("ContractedUnitPrice") ?? null) === null ? [{ rule: "SkuPriceId-C-015-C", column: "ContractedUnitPrice", row: r, found: "null" }] : [],
  ]);
}

/** Own columns carry a prefix and come last; nothing stands twice. */
function naming({ columns: present }: Dataset, specified: readonly Column[]): readonly Finding[] {
  const names = new Set(specified.map(({ name }) => name));
  const firstOwn = present.findIndex((name) => !names.has(name));
  return present.flatMap((name, at) => {
    const broken: string[] = [];
    if (present.indexOf(name) !== at) broken.push("column-twice");
    if (!names.has(name) && !name.startsWith("x_")) broken.push("ColumnHandling-A-010-M");
    if (!/^(x_)?[A-Z][a-zA-Z0-9]*$/.test(name)) broken.push("ColumnHandling-A-001-M", "ColumnHandling-A-003-M");
    if (names.has(name) && firstOwn >= 0 && firstOwn < at) broken.push("ColumnHandling-A-012-O");
    return broken.map((rule) => ({ rule, column: name, row: null, found: name }));
  });
}

/** A column of a Parquet file is of the right type; one of a CSV file is taken for it by readers that guess from its values. */
function stored({ stored: types, rows }: Dataset, { name, type, typeRule }: Column): readonly Finding[] {
  const rule = typeRule ?? `${name}-type`;
  const wanted = type === "JSON" ? "String" : type;
  if (types !== null) return types.get(name) === wanted ? [] : [{ rule, column: name, row: null, found: types.get(name) ?? "nothing" }];
  const texts = rows.map((row) => row.get(name) ?? null).filter((text) => text !== null);
  if (texts.length === 0) return [];
  const looksWhole = texts.every((text) => /^[+-]?\d+$/.test(text));
  const looksNumeric = texts.every((text) => decimalOf(text) !== null);
  const taken = wanted === "Decimal" ? looksNumeric && !looksWhole : wanted === "String" ? !looksNumeric : true;
  return taken ? [] : [{ rule, column: name, row: null, found: `a reader takes ${texts[0] ?? ""} for something else` }];
}

function values({ rows }: Dataset, column: Column, { version }: Known): readonly Finding[] {
  return rows.flatMap((row, r) => {
    const text = row.get(column.name) ?? null;
    const broken = text === null ? (column.notNullRule === null ? [] : [column.notNullRule]) : brokenByValue(column, text, version);
    return broken.map((rule) => ({ rule, column: column.name, row: r, found: text ?? "null" }));
  });
}

function brokenByValue(column: Column, text: string, version: Known["version"]): readonly string[] {
  const allowed: readonly string[] | undefined = Object.hasOwn(allowedValues, column.name) ? allowedValues[column.name as keyof typeof allowedValues] : undefined;
  const outside = allowed !== undefined && !allowed.includes(text) ? [column.allowedRule ?? `${column.name}-allowed`] : [];
  const general = brokenInGeneral(column, text, version);
  return general.length === 0 ? outside : [...general, ...outside, ...column.formatRules];
}

function brokenInGeneral({ name, type }: Column, text: string, version: Known["version"]): readonly string[] {
  switch (type) {
    case "Decimal": return brokenByNumber(text);
    case "Date/Time": return brokenByInstant(text);
    case "String": return version === "1.3" && name === "HostProviderName" && text === "Not Applicable" ? [] : brokenByText(text);
    case "JSON": return isNested(name) ? [] : [...brokenByKeyValues(text), ...(name === "SkuPriceDetails" ? brokenBySkuPriceDetails(text) : [])];
  }
}

function isNested(name: string): boolean {
  return name === "AllocatedMethodDetails" || name === "ContractApplied";
}

function rowFindings(row: Row, r: number, present: ReadonlySet<string>): readonly Finding[] {
  const reading = new Reading(row);
  return rowRules.flatMap(({ rule, about, needs = [], broken }) =>
    needs.every((column) => present.has(column)) && broken(reading) ? [{ rule, column: about, row: r, found: row.get(about) ?? "null" }] : []);
}
