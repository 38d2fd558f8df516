import { describe, expect, it } from "vitest";
import { allowedValues } from "./checker/allowed.ts";
import { checkFocus } from "./checker/check.ts";
import { columns, type Column } from "./checker/columns.ts";
import type { Dataset, StoredType } from "./checker/dataset.ts";
import { unobservable } from "./checker/unobservable.ts";
import { everything, rowOf, validFile, type Cells } from "./checker/valid-file.ts";

type Version = "1.2" | "1.3";

/** A harm to a valid file, and the rules that it breaks. */
interface Harm {
  readonly rules: readonly string[];
  readonly version: Version;
  readonly what: string;
  readonly harm: (file: Dataset) => Dataset;
}

function cells(kind: keyof typeof rowOf, changed: Cells, ...rules: readonly string[]): Harm {
  const what = `${kind} with ${Object.entries(changed).map(([name, cell]) => `${name} ${cell ?? "null"}`).join(", ")}`;
  const version = Object.keys(changed).some((name) => columns.some((column) => column.name === name && column.since === "1.3")) ? "1.3" : "1.2";
  return { rules, version, what, harm: (file) => ({ ...file, rows: file.rows.map((row, r) => (r === rowOf[kind] ? new Map([...row, ...Object.entries(changed)]) : row)) }) };
}

function header(what: string, change: (names: readonly string[]) => readonly string[], ...rules: readonly string[]): Harm {
  return { rules, version: "1.2", what, harm: (file) => ({ ...file, columns: change(file.columns) }) };
}

/** Whatever a column says of itself: it is there, of its type, of its format, not null, among the allowed values. */
function ofColumn(column: Column): readonly Harm[] {
  const { name, type, present, typeRule, formatRules, notNullRule, allowedRule, since: version } = column;
  const harms: Harm[] = [];
  const all = (what: string, cell: string | null, rules: readonly string[]): Harm => ({
    rules, version, what: `${name} ${what}`, harm: (file) => ({ ...file, rows: file.rows.map((row) => new Map([...row, [name, cell]])) }),
  });
  if (present !== null) harms.push({ rules: [present.rule], version, what: `no ${name}`, harm: (file) => ({ ...file, columns: file.columns.filter((other) => other !== name) }) });
  if (typeRule !== null) {
    const stored = (wrong: StoredType): Harm => ({
      rules: [typeRule], version, what: `${name} stored as ${wrong}`,
      harm: (file) => ({ ...file, stored: new Map(columns.map((each): [string, StoredType] => [each.name, each.name === name ? wrong : each.type === "JSON" ? "String" : each.type])) }),
    });
    harms.push(stored("other"), ...type === "Decimal" || type === "String" ? [all("that looks like whole numbers", "12", [typeRule])] : []);
  }
  const [bad] = { String: [""], Decimal: ["1,5"], "Date/Time": ["yesterday"], JSON: ["[1]"] }[type] ?? [];
  if (formatRules.length > 0 && name !== "AllocatedMethodDetails" && name !== "ContractApplied") harms.push(all("in a bad format", bad ?? "", formatRules));
  if (notNullRule !== null) harms.push(all("null", null, [notNullRule]));
  if (Object.hasOwn(allowedValues, name)) harms.push(all("of a value that is not allowed", "Whatever", [allowedRule ?? ""]));
  return harms;
}

const texts: readonly Harm[] = [
  cells("usage", { BillingPeriodStart: "2026-10-01 00:00:00Z" }, "DateTimeFormat-A-004-M", "DateTimeFormat-A-002-M"),
  cells("usage", { BillingPeriodStart: "2026-10-01T00:00:00+02:00" }, "DateTimeFormat-A-001-M", "DateTimeFormat-A-006-M"),
  cells("usage", { ChargePeriodEnd: "2026-10-06T0:00Z" }, "DateTimeFormat-A-005-M"),
  cells("usage", { ChargePeriodEnd: "2026-02-30T00:00:00Z" }, "DateTimeFormat-A-002-M"),
  ...[["1 2"], ["one"], ["1/2", "A-004"], ["1.5e", "A-005"], ["1.5e+3", "A-006"], ["2*3", "A-007"], ["1.5 EUR", "A-008"], ["1,500.5", "A-009"], ["+1.5", "A-010"]].map(([text = "", rule]) =>
    cells("usage", { BilledCost: text }, "NumericFormat-A-002-M", "NumericFormat-A-003-M", "NumericFormat-A-011-M", ...rule === undefined ? [] : [`NumericFormat-${rule}-M`])),
  cells("usage", { ResourceName: "\uD800" }, "StringHandling-A-001-M"),
  cells("usage", { ServiceName: "N/A" }, "NullHandling-A-001-C", "NullHandling-A-002-M"),
  cells("usage", { Tags: "{'a':1}" }, "KeyValueFormat-A-001-M"), cells("usage", { Tags: '{"a":1,"a":2}' }, "KeyValueFormat-A-002-M"),
  cells("usage", { Tags: '{"a":[1]}' }, "KeyValueFormat-A-003-M", "KeyValueFormat-A-004-M"), cells("usage", { Tags: '{"a":""}' }, "Tags-C-008-M"),
  cells("usage", { SkuPriceDetails: '{"Kind":1}' }, "SkuPriceDetails-C-017-C"), cells("usage", { SkuPriceDetails: '{"x_CoreCount":1}' }, "SkuPriceDetails-C-010-C"),
  cells("usage", { SkuPriceDetails: '{"coreCount":1}' }, "SkuPriceDetails-C-020-M"), cells("usage", { SkuPriceDetails: '{"CoreCount":"1"}' }, "SkuPriceDetails-C-021-M"),
  cells("usage", { PricingUnit: "GB*h" }, "UnitFormat-A-001-M"), cells("usage", { PricingUnit: "1.5 Hours" }, "UnitFormat-A-002-O"),
  cells("usage", { ConsumedUnit: "gb-hours" }, "UnitFormat-A-003-M"), cells("usage", { ConsumedUnit: "hours" }, "UnitFormat-A-003-M"),
  cells("usage", { BillingCurrency: "€" }, "BillingCurrency-C-003-M", "BillingCurrency-C-006-M", "CurrencyFormat-A-001-C"),
  header("a column of its own without prefix", (names) => [...names, "Own"], "ColumnHandling-A-010-M"),
  header("a column not in Pascal case", (names) => [...names, "x_own-column"], "ColumnHandling-A-001-M", "ColumnHandling-A-003-M"),
  header("own columns among the others", (names) => ["x_Own", ...names.slice(0, -1)], "ColumnHandling-A-012-O"),
  header("a column twice", (names) => [...names, "Tags"], "column-twice"),
  header("a column of 1.3 in 1.2", (names) => [...names, "HostProviderName"], "ColumnHandling-A-010-M"),
];

const nullWith = (column: string, other: string, ...rules: readonly string[]): Harm => cells("usage", { [other]: null, [column]: column === "SkuPriceDetails" ? "{}" : "given" }, ...rules);
const pricedColumns: readonly (readonly [string, string, string])[] = [
  ["ListUnitPrice", "C-004-C", "C-005-C"], ["ContractedUnitPrice", "C-005-C", "C-006-C"], ["PricingQuantity", "C-004-C", "C-005-C"], ["SkuId", "C-004-C", "C-005-C"], ["SkuPriceId", "C-004-C", "C-005-C"],
  ["PricingCategory", "C-003-C", "C-004-C"], ["PricingCurrencyListUnitPrice", "C-004-C", "C-005-C"], ["PricingCurrencyContractedUnitPrice", "C-004-C", "C-005-C"],
];

const rowHarms: readonly Harm[] = [
  ...["BillingPeriod", "ChargePeriod"].flatMap((name) => [
    cells("usage", { [`${name}Start`]: "2026-11-05T00:00:00Z" }, `${name}Start-C-004-M`), cells("usage", { [`${name}End`]: "2026-10-31T23:59:59Z" }, `${name}End-C-004-M`),
  ]),
  cells("usage", { BillingPeriodStart: "2026-10-15T00:00:00Z", BillingPeriodEnd: "2026-11-15T00:00:00Z" }, "BillingPeriodEnd-C-004-M"),
  cells("correction", { ChargeClass: null }, "ChargeClass-C-004-C"), cells("usage", { ChargeClass: "Correction" }, "ChargeClass-C-003-C"),
  cells("bought", { ChargeFrequency: "Usage-Based" }, "ChargeFrequency-C-004-C"),
  ...pricedColumns.flatMap(([name, nullRule, notNullRule]) => [cells("tax", { [name]: "1.5" }, `${name}-${nullRule}`), cells("usage", { [name]: null }, `${name}-${notNullRule}`)]),
  ...[["ListUnitPrice", "C-008-M"], ["ContractedUnitPrice", "C-009-C"], ["PricingCurrencyListUnitPrice", "C-008-M"], ["PricingCurrencyContractedUnitPrice", "C-008-C"]].map(([name = "", rule = ""]) => cells("usage", { [name]: "-0.5" }, `${name}-${rule}`)),
  cells("usage", { ListCost: "3.0000000000000000000000001" }, "ListUnitPrice-C-010-C", "ListCost-C-009-C", "PricingQuantity-C-009-C"),
  cells("usage", { ContractedCost: "1.4999999999999999999" }, "ContractedUnitPrice-C-011-C", "ContractedCost-C-009-C", "PricingQuantity-C-009-C"),
  cells("rounding", { EffectiveCost: "0.5" }, "EffectiveCost-C-010-C"), cells("rounding", { ContractedCost: "0.5" }, "ContractedCost-C-008-C"), cells("rounding", { ListCost: "0.5" }, "ListCost-C-008-C"),
  cells("bought", { EffectiveCost: "10.0" }, "EffectiveCost-C-005-C"), cells("bought", { ConsumedQuantity: "1.5", ConsumedUnit: "Units" }, "ConsumedQuantity-C-004-C"),
  cells("unused", { ConsumedQuantity: "1.5", ConsumedUnit: "Units" }, "ConsumedQuantity-C-004-C"), cells("usage", { ConsumedQuantity: null, ConsumedUnit: null }, "ConsumedQuantity-C-006-C"),
  cells("usage", { ConsumedQuantity: null }, "ConsumedUnit-C-005-C"), cells("usage", { ConsumedUnit: null }, "ConsumedUnit-C-006-C"),
  cells("usage", { PricingQuantity: null }, "PricingUnit-C-005-C"), cells("usage", { PricingUnit: null }, "PricingUnit-C-006-C"),
  nullWith("SkuMeter", "SkuId", "SkuMeter-C-004-C"), nullWith("SkuPriceDetails", "SkuPriceId", "SkuPriceDetails-C-004-C"), nullWith("ResourceType", "ResourceId", "ResourceType-C-004-C"),
  nullWith("ResourceName", "ResourceId", "ResourceName-C-004-C"), nullWith("RegionName", "RegionId", "RegionName-C-004-C"), nullWith("SubAccountName", "SubAccountId", "SubAccountName-C-004-C"),
  nullWith("SubAccountType", "SubAccountId", "SubAccountType-C-004-C"), nullWith("BillingAccountType", "BillingAccountId", "BillingAccountType-C-004-C"),
  ...["ResourceType", "RegionName", "SubAccountName", "SubAccountType", "BillingAccountType"].map((name) => cells("usage", { [name]: null }, `${name}-C-005-C`)),
  cells("usage", { ResourceName: "vm-1" }, "ResourceName-C-006-C"), cells("usage", { BillingAccountName: null }, "BillingAccountName-C-003-C"), cells("usage", { ContractedUnitPrice: null }, "SkuPriceId-C-015-C"),
  cells("usage", { PricingCurrency: "XQZ" }, "PricingCurrency-C-003-M"),
];

const commitmentHarms: readonly Harm[] = [
  cells("usage", { CommitmentDiscountName: "x" }, "CommitmentDiscountName-C-004-C"), cells("usage", { CommitmentDiscountCategory: "Spend" }, "CommitmentDiscountCategory-C-003-C"),
  cells("used", { CommitmentDiscountCategory: null }, "CommitmentDiscountCategory-C-004-C"), cells("usage", { CommitmentDiscountType: "x" }, "CommitmentDiscountType-C-004-C"),
  cells("used", { CommitmentDiscountType: null }, "CommitmentDiscountType-C-005-C"), cells("usage", { CommitmentDiscountUnit: "Hours" }, "CommitmentDiscountUnit-C-005-C"),
  cells("used", { CommitmentDiscountUnit: null }, "CommitmentDiscountUnit-C-006-C"), cells("used", { CommitmentDiscountUnit: "Days" }, "CommitmentDiscountUnit-C-008-M"),
  cells("used", { CommitmentDiscountName: "Other" }, "CommitmentDiscountId-C-007-M"), cells("usage", { CommitmentDiscountStatus: "Used" }, "CommitmentDiscountStatus-C-003-C"),
  cells("used", { CommitmentDiscountStatus: null }, "CommitmentDiscountStatus-C-004-C", "DiscountHandling-A-014-C"), cells("usage", { CommitmentDiscountQuantity: "1.5" }, "CommitmentDiscountQuantity-C-007-C"),
  cells("used", { CommitmentDiscountQuantity: null, CommitmentDiscountUnit: null }, "CommitmentDiscountQuantity-C-005-C"), cells("usage", { PricingCategory: "Committed" }, "DiscountHandling-A-006-C"),
  cells("bought", { ResourceId: "vm-9" }, "DiscountHandling-A-012-C"), cells("bought", { ChargeCategory: "Usage" }, "DiscountHandling-A-013-C"), cells("unused", { ChargeCategory: "Purchase" }, "DiscountHandling-A-018-C"),
  cells("unused", { ResourceId: "vm-9" }, "DiscountHandling-A-019-C"), cells("used", { PricingCategory: "Standard" }, "PricingCategory-C-009-C"),
  cells("used", { EffectiveCost: "7.0" }, "EffectiveCost-C-012-C", "DiscountHandling-A-011-C"), cells("usage", { CapacityReservationStatus: "Used" }, "CapacityReservationStatus-C-003-C"),
  cells("reserved", { CapacityReservationStatus: null }, "CapacityReservationStatus-C-004-C"),
  cells("used", { CapacityReservationId: "res-1", CapacityReservationStatus: "Used", RegionId: "reg-2", RegionName: "South" }, "CapacityReservationId-C-008-M"),
];

const tableHarms: readonly Harm[] = [
  cells("reserved", { SkuId: "sku-9" }, "SkuPriceId-C-008-M"), cells("reserved", { SkuPriceDetails: null }, "SkuPriceDetails-C-007-M"), cells("reserved", { PricingUnit: "Units" }, "PricingUnit-C-008-M"),
  cells("reserved", { ListUnitPrice: "0.25", ListCost: "1.5" }, "SkuPriceId-C-014-C"), cells("reserved", { ServiceCategory: "Web", ServiceSubcategory: "Application Platforms" }, "ServiceName-C-005-C"),
  cells("reserved", { ResourceType: "Disk" }, "ResourceId-C-007-M"), cells("reserved", { BillingAccountName: "Other" }, "BillingAccountId-C-004-M"), cells("reserved", { ServiceSubcategory: "Block Storage" }, "ServiceSubcategory-C-004-M"),
  cells("tax", { BilledCost: "2.5" }, "BilledCost-C-007-M"),
];

const harmsOf13: readonly Harm[] = [
  cells("allocated", { AllocatedMethodId: null, AllocatedTags: null, AllocatedMethodDetails: null }, "AllocatedMethodId-1.3-not-null"), cells("allocated", { AllocatedResourceName: null }, "AllocatedResourceName-1.3-not-null-with-id"),
  cells("usage", { AllocatedResourceName: "x" }, "AllocatedResourceName-1.3-null"), cells("usage", { AllocatedTags: "{}" }, "AllocatedTags-1.3-null"),
  cells("usage", { AllocatedMethodDetails: "{}" }, "AllocatedMethodDetails-1.3-null"), cells("allocated", { AllocatedTags: '{"team":"red"}' }, "AllocatedTags-1.3-apart"),
];

const harms = [...columns.flatMap(ofColumn), ...texts, ...rowHarms, ...commitmentHarms, ...tableHarms, ...harmsOf13];
/** What the rule model of 1.2 says must or must not be. */
const mustsOf12 = 400;
/** The model calls it mandatory and words it as a should. */
const aShould = "UnitFormat-A-001-M";

describe("the checker of FOCUS", () => {
  it.each(["1.2", "1.3"] as const)("finds nothing in a file that keeps every rule of %s", (version) => {
    expect(checkFocus(validFile(version), everything(version))).toEqual([]);
  });

  it.each(harms)("finds $what", ({ rules, version, harm }) => {
    const found = new Set(checkFocus(harm(validFile(version)), everything(version)).map(({ rule }) => rule));
    expect(rules.filter((rule) => !found.has(rule))).toEqual([]);
  });

  it("knows every must of 1.2: each is broken here once, or cannot be seen in a file", () => {
    const seen = new Set(harms.filter(({ version }) => version === "1.2").flatMap(({ rules }) => rules).filter((rule) => /-\d{3}-[MC]$/.test(rule) && rule !== aShould));
    const unseen = Object.values(unobservable).flat();
    expect(unseen.filter((rule) => seen.has(rule))).toEqual([]);
    expect(seen.size + unseen.length).toBe(mustsOf12);
  });
});
