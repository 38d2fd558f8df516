import { product, same, type Decimal } from "./decimal.ts";
import { brokenByUnit } from "./formats.ts";
import type { Reading } from "./reading.ts";

/** A rule about one row: broken when it applies and does not hold. `about` is where the fault is shown. */
export interface RowRule {
  readonly rule: string;
  readonly about: string;
  /** Columns without which there is nothing to look at. */
  readonly needs?: readonly string[];
  readonly broken: (row: Reading) => boolean;
}

const isPriced = (row: Reading): boolean => (row.is("ChargeCategory", "Usage") || row.is("ChargeCategory", "Purchase")) && !row.is("ChargeClass", "Correction");
const isTax = (row: Reading): boolean => row.is("ChargeCategory", "Tax");
const isUnused = (row: Reading): boolean => row.is("CommitmentDiscountStatus", "Unused");
const isNegative = (value: Decimal | null): boolean => value !== null && value.digits < 0n;

/** Null exactly where another column is null. */
function goesWith(column: string, other: string, nullRule: string, notNullRule: string | null): RowRule[] {
  const rules: RowRule[] = [{ rule: `${column}-${nullRule}`, about: column, needs: [other], broken: (row) => row.isNull(other) && !row.isNull(column) }];
  if (notNullRule !== null) rules.push({ rule: `${column}-${notNullRule}`, about: column, needs: [column, other], broken: (row) => !row.isNull(other) && row.isNull(column) });
  return rules;
}

/** Null for taxes, not null for what is used or bought. */
function priced(column: string, nullRule: string, notNullRule: string): RowRule[] {
  return [
    { rule: `${column}-${nullRule}`, about: column, broken: (row) => isTax(row) && !row.isNull(column) },
    { rule: `${column}-${notNullRule}`, about: column, needs: [column], broken: (row) => isPriced(row) && row.isNull(column) },
  ];
}

function notNegative(column: string, rule: string): RowRule {
  return { rule: `${column}-${rule}`, about: column, broken: (row) => isNegative(row.decimal(column)) };
}

/** Price times quantity is the cost, digit by digit. */
function multiplies(price: string, cost: string, rules: readonly string[]): RowRule[] {
  const broken = (row: Reading): boolean => {
    const [p, q, c] = [row.decimal(price), row.decimal("PricingQuantity"), row.decimal(cost)];
    return p !== null && q !== null && c !== null && !row.is("ChargeClass", "Correction") && !same(product(p, q), c);
  };
  return rules.map((rule) => ({ rule, about: cost, broken }));
}

/** A charge that does not come from other charges costs the same however it is looked at. */
function matchesBilled(column: string, rule: string): RowRule {
  return {
    rule: `${column}-${rule}`, about: column,
    broken: (row) => (row.is("ChargeCategory", "Credit") || row.is("ChargeCategory", "Adjustment")) && !row.equal(column, "BilledCost"),
  };
}

/** A period's end comes after its start; an end of 59 seconds is the last instant of a period and not the first after it. */
function period(name: string): RowRule[] {
  return [
    { rule: `${name}Start-C-004-M`, about: `${name}Start`, broken: (row) => !(row.instant(`${name}Start`) < row.instant(`${name}End`)) },
    { rule: `${name}End-C-004-M`, about: `${name}End`, broken: (row) => row.text(`${name}End`)?.includes(":59:59") === true },
  ];
}

/** National currencies by their codes; a virtual one may have any name that does not look like such a code. */
function currency(column: string, rules: readonly string[], mayBeVirtual: boolean): RowRule[] {
  const national = new Set(Intl.supportedValuesOf("currency"));
  const isWrong = (text: string): boolean => !national.has(text) && (!mayBeVirtual || /^[A-Z]{3}$/.test(text));
  return rules.map((rule) => ({ rule, about: column, broken: (row) => isWrong(row.text(column) ?? "EUR") }));
}

const commitments: readonly RowRule[] = [
  ...goesWith("CommitmentDiscountName", "CommitmentDiscountId", "C-004-C", null),
  ...goesWith("CommitmentDiscountCategory", "CommitmentDiscountId", "C-003-C", "C-004-C"),
  ...goesWith("CommitmentDiscountType", "CommitmentDiscountId", "C-004-C", "C-005-C"),
  ...goesWith("CommitmentDiscountUnit", "CommitmentDiscountQuantity", "C-005-C", "C-006-C"),
  ...goesWith("CommitmentDiscountStatus", "CommitmentDiscountId", "C-003-C", null),
  { rule: "CommitmentDiscountStatus-C-004-C", about: "CommitmentDiscountStatus", needs: ["CommitmentDiscountStatus"], broken: (row) => !row.isNull("CommitmentDiscountId") && row.is("ChargeCategory", "Usage") && row.isNull("CommitmentDiscountStatus") },
  { rule: "CommitmentDiscountQuantity-C-007-C", about: "CommitmentDiscountQuantity", broken: (row) => row.isNull("CommitmentDiscountId") && !row.isNull("CommitmentDiscountQuantity") },
  { rule: "CommitmentDiscountQuantity-C-005-C", about: "CommitmentDiscountQuantity", needs: ["CommitmentDiscountQuantity"], broken: (row) => !row.isNull("CommitmentDiscountId") && isPriced(row) && row.isNull("CommitmentDiscountQuantity") },
  { rule: "DiscountHandling-A-006-C", about: "CommitmentDiscountId", needs: ["PricingCategory"], broken: (row) => row.is("PricingCategory", "Committed") && row.isNull("CommitmentDiscountId") },
  { rule: "DiscountHandling-A-014-C", about: "CommitmentDiscountStatus", broken: (row) => row.is("PricingCategory", "Committed") && row.is("ChargeCategory", "Usage") && row.isNull("CommitmentDiscountStatus") },
  { rule: "DiscountHandling-A-012-C", about: "ResourceId", needs: ["ResourceId"], broken: (row) => row.is("ChargeCategory", "Purchase") && !row.isNull("CommitmentDiscountId") && row.text("ResourceId") !== row.text("CommitmentDiscountId") },
  { rule: "DiscountHandling-A-013-C", about: "ChargeCategory", broken: (row) => !row.isNull("CommitmentDiscountId") && row.isNull("CommitmentDiscountStatus") && row.is("PricingCategory", "Standard") && !row.is("ChargeCategory", "Purchase") },
  { rule: "DiscountHandling-A-018-C", about: "ChargeCategory", broken: (row) => isUnused(row) && !row.is("ChargeCategory", "Usage") },
  { rule: "DiscountHandling-A-019-C", about: "ResourceId", broken: (row) => isUnused(row) && row.text("ResourceId") !== row.text("CommitmentDiscountId") },
  { rule: "PricingCategory-C-009-C", about: "PricingCategory", needs: ["PricingCategory"], broken: (row) => row.is("CommitmentDiscountStatus", "Used") && isPriced(row) && !row.is("PricingCategory", "Committed") },
  { rule: "CapacityReservationStatus-C-003-C", about: "CapacityReservationStatus", broken: (row) => row.isNull("CapacityReservationId") && !row.isNull("CapacityReservationStatus") },
  { rule: "CapacityReservationStatus-C-004-C", about: "CapacityReservationStatus", needs: ["CapacityReservationStatus"], broken: (row) => !row.isNull("CapacityReservationId") && row.is("ChargeCategory", "Usage") && row.isNull("CapacityReservationStatus") },
];

const allocation: readonly RowRule[] = [
  { rule: "AllocatedMethodId-1.3-not-null", about: "AllocatedMethodId", needs: ["AllocatedMethodId"], broken: (row) => row.isNull("AllocatedMethodId") && !row.isNull("AllocatedResourceId") },
  ...goesWith("AllocatedResourceName", "AllocatedResourceId", "1.3-null", "1.3-not-null-with-id"),
  ...goesWith("AllocatedTags", "AllocatedMethodId", "1.3-null", null),
  ...goesWith("AllocatedMethodDetails", "AllocatedMethodId", "1.3-null", null),
  { rule: "AllocatedTags-1.3-apart", about: "AllocatedTags", broken: (row) => row.shareEntries("AllocatedTags", "Tags") },
];

export const rowRules: readonly RowRule[] = [
  ...period("BillingPeriod"), ...period("ChargePeriod"),
  { rule: "ChargeClass-C-004-C", about: "ChargeClass", broken: (row) => row.isNull("ChargeClass") && (row.instant("ChargePeriodStart") < row.instant("BillingPeriodStart") || row.instant("ChargePeriodEnd") > row.instant("BillingPeriodEnd")) },
  { rule: "ChargeClass-C-003-C", about: "ChargeClass", broken: (row) => row.is("ChargeClass", "Correction") && row.instant("ChargePeriodEnd") > row.instant("BillingPeriodStart") },
  { rule: "ChargeFrequency-C-004-C", about: "ChargeFrequency", broken: (row) => row.is("ChargeCategory", "Purchase") && row.is("ChargeFrequency", "Usage-Based") },
  ...priced("ListUnitPrice", "C-004-C", "C-005-C"), ...priced("ContractedUnitPrice", "C-005-C", "C-006-C"), ...priced("PricingQuantity", "C-004-C", "C-005-C"),
  ...priced("SkuId", "C-004-C", "C-005-C"), ...priced("SkuPriceId", "C-004-C", "C-005-C"), ...priced("PricingCategory", "C-003-C", "C-004-C"),
  ...priced("PricingCurrencyListUnitPrice", "C-004-C", "C-005-C"), ...priced("PricingCurrencyContractedUnitPrice", "C-004-C", "C-005-C"),
  notNegative("ListUnitPrice", "C-008-M"), notNegative("ContractedUnitPrice", "C-009-C"), notNegative("PricingCurrencyListUnitPrice", "C-008-M"), notNegative("PricingCurrencyContractedUnitPrice", "C-008-C"),
  ...multiplies("ListUnitPrice", "ListCost", ["ListUnitPrice-C-010-C", "ListCost-C-009-C", "PricingQuantity-C-009-C"]),
  ...multiplies("ContractedUnitPrice", "ContractedCost", ["ContractedUnitPrice-C-011-C", "ContractedCost-C-009-C", "PricingQuantity-C-009-C"]),
  matchesBilled("EffectiveCost", "C-010-C"), matchesBilled("ContractedCost", "C-008-C"), matchesBilled("ListCost", "C-008-C"),
  { rule: "EffectiveCost-C-005-C", about: "EffectiveCost", broken: (row) => row.is("ChargeCategory", "Purchase") && !row.isNull("CommitmentDiscountId") && row.decimal("EffectiveCost")?.digits !== 0n },
  { rule: "ConsumedQuantity-C-004-C", about: "ConsumedQuantity", broken: (row) => (!row.is("ChargeCategory", "Usage") || isUnused(row)) && !row.isNull("ConsumedQuantity") },
  { rule: "ConsumedQuantity-C-006-C", about: "ConsumedQuantity", needs: ["ConsumedQuantity"], broken: (row) => row.is("ChargeCategory", "Usage") && !isUnused(row) && !row.is("ChargeClass", "Correction") && row.isNull("ConsumedQuantity") },
  ...goesWith("ConsumedUnit", "ConsumedQuantity", "C-005-C", "C-006-C"), ...goesWith("PricingUnit", "PricingQuantity", "C-005-C", "C-006-C"),
  ...["PricingUnit", "ConsumedUnit", "CommitmentDiscountUnit"].flatMap((unit) => ["UnitFormat-A-001-M", "UnitFormat-A-002-O", "UnitFormat-A-003-M"].map((rule): RowRule => ({ rule, about: unit, broken: (row) => brokenByUnit(row.text(unit) ?? "Units").includes(rule) }))),
  { rule: "Tags-C-008-M", about: "Tags", broken: (row) => row.entries("Tags").some(([, value]) => value === "") },
  ...goesWith("SkuMeter", "SkuId", "C-004-C", null), ...goesWith("SkuPriceDetails", "SkuPriceId", "C-004-C", null),
  ...goesWith("ResourceType", "ResourceId", "C-004-C", "C-005-C"), ...goesWith("ResourceName", "ResourceId", "C-004-C", null),
  ...goesWith("RegionName", "RegionId", "C-004-C", "C-005-C"), ...goesWith("SubAccountName", "SubAccountId", "C-004-C", "C-005-C"),
  ...goesWith("SubAccountType", "SubAccountId", "C-004-C", "C-005-C"), ...goesWith("BillingAccountType", "BillingAccountId", "C-004-C", "C-005-C"),
  { rule: "ResourceName-C-006-C", about: "ResourceName", broken: (row) => !row.isNull("ResourceName") && row.text("ResourceName") === row.text("ResourceId") },
  ...currency("BillingCurrency", ["BillingCurrency-C-003-M", "BillingCurrency-C-006-M", "CurrencyFormat-A-001-C"], false), ...currency("PricingCurrency", ["PricingCurrency-C-003-M"], true),
  ...commitments, ...allocation,
];
