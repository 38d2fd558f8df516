/** What a provider can do; rules that depend on it hold only then. */
export const capabilities = [
  "ACCOUNT_NAMING", "AVAILABILITY_ZONE", "BILLING_BASED_ON_PROVISIONED_RESOURCES", "CAPACITY_RESERVATION", "COMMITMENT_DISCOUNT", "MULTIPLE_BILLING_ACCOUNT_TYPES",
  "MULTIPLE_PRICING_CATEGORIES", "MULTIPLE_SUB_ACCOUNT_TYPES", "NEGOTIATED_PRICING", "PRICING_BILLING_CURRENCY_DIFFERENCES", "PUBLIC_PRICE_LIST", "REGION",
  "RESOURCE_TYPE_ASSIGNMENT", "SPLIT_COST_ALLOCATION", "SUB_ACCOUNT", "TAGGING", "UNIT_PRICING", "USAGE_MEASUREMENT", "VIRTUAL_CURRENCY",
] as const;
export type Capability = (typeof capabilities)[number];

/** One column of the specification, with the numbers of the rules that say so. */
export interface Column {
  readonly name: string;
  readonly type: "String" | "Decimal" | "Date/Time" | "JSON";
  /** The rule that wants it present, and when; null where it is only recommended. */
  readonly present: { readonly rule: string; readonly when: readonly Capability[] } | null;
  readonly typeRule: string | null;
  readonly formatRules: readonly string[];
  readonly notNullRule: string | null;
  readonly allowedRule: string | null;
  readonly since: "1.2" | "1.3";
}

type Shape = readonly [
  name: string, type: Column["type"], present: string | null, when: readonly Capability[],
  typeRule: string | null, formatRules: readonly string[], notNull?: string | null, allowed?: string | null,
];

const commitments = ["COMMITMENT_DISCOUNT"] as const;
const priceList = ["PUBLIC_PRICE_LIST", "UNIT_PRICING"] as const;
const resources = ["BILLING_BASED_ON_PROVISIONED_RESOURCES"] as const;
const virtual = ["PUBLIC_PRICE_LIST", "VIRTUAL_CURRENCY"] as const;

/** Numbers are those of the rule model of 1.2, without the name of the column: `C-003-M` of `BilledCost` is `BilledCost-C-003-M`. */
const of12: readonly Shape[] = [
  ["AvailabilityZone", "String", null, [], "C-001-M", ["C-002-M"]],
  ["BilledCost", "Decimal", "D-006-M", [], "C-001-M", ["C-002-M", "C-004-M"], "C-003-M"],
  ["BillingAccountId", "String", "D-024-M", [], "C-002-M", ["C-003-M"], "C-001-M"],
  ["BillingAccountName", "String", "D-005-M", [], "C-001-M", ["C-002-M"]],
  ["BillingAccountType", "String", "D-007-C", ["MULTIPLE_BILLING_ACCOUNT_TYPES"], "C-001-M", ["C-002-M"]],
  ["BillingCurrency", "String", "D-035-M", [], "C-001-M", ["C-002-M"], "C-004-M"],
  ["BillingPeriodEnd", "Date/Time", "D-010-M", [], "C-001-M", ["C-002-M"], "C-003-M"],
  ["BillingPeriodStart", "Date/Time", "D-009-M", [], "C-001-M", ["C-002-M"], "C-003-M"],
  ["CapacityReservationId", "String", "D-065-C", ["CAPACITY_RESERVATION"], "C-001-M", ["C-002-M"]],
  ["CapacityReservationStatus", "String", "D-020-C", ["CAPACITY_RESERVATION"], "C-001-M", [], null, "C-006-M"],
  ["ChargeCategory", "String", "D-008-M", [], "C-001-M", [], "C-002-M", "C-003-M"],
  ["ChargeClass", "String", "D-026-M", [], "C-001-M", [], null, "C-005-C"],
  ["ChargeDescription", "String", "D-025-M", [], "C-001-M", ["C-002-M"]],
  ["ChargeFrequency", "String", null, [], "C-001-M", [], "C-002-M", "C-003-M"],
  ["ChargePeriodEnd", "Date/Time", "D-028-M", [], "C-001-M", ["C-002-M"], "C-003-M"],
  ["ChargePeriodStart", "Date/Time", "D-037-M", [], "C-001-M", ["C-002-M"], "C-003-M"],
  ["CommitmentDiscountCategory", "String", "D-016-C", commitments, "C-001-M", [], null, "C-005-M"],
  ["CommitmentDiscountId", "String", "D-013-C", commitments, "C-001-M", ["C-002-M"]],
  ["CommitmentDiscountName", "String", "D-012-C", commitments, "C-001-M", ["C-002-M"]],
  ["CommitmentDiscountQuantity", "Decimal", "D-018-C", commitments, "C-001-M", ["C-002-M", "C-009-M"]],
  ["CommitmentDiscountStatus", "String", "D-017-C", commitments, "C-001-M", [], null, "C-005-M"],
  ["CommitmentDiscountType", "String", "D-014-C", commitments, "C-001-M", ["C-002-M"]],
  ["CommitmentDiscountUnit", "String", "D-015-C", commitments, "C-001-M", ["C-002-M"]],
  ["ConsumedQuantity", "Decimal", "D-011-C", ["USAGE_MEASUREMENT"], "C-001-M", ["C-002-M", "C-008-C"]],
  ["ConsumedUnit", "String", "D-066-C", ["USAGE_MEASUREMENT"], "C-001-M", ["C-002-M"]],
  ["ContractedCost", "Decimal", "D-030-M", [], "C-001-M", ["C-002-M", "C-004-M"], "C-003-M"],
  ["ContractedUnitPrice", "Decimal", "D-034-C", ["NEGOTIATED_PRICING"], "C-002-M", ["C-003-M"]],
  ["EffectiveCost", "Decimal", "D-031-M", [], "C-001-M", ["C-002-M", "C-004-M"], "C-003-M"],
  ["InvoiceId", "String", null, [], "C-001-M", ["C-002-M"]],
  ["InvoiceIssuerName", "String", "D-023-M", [], "C-001-M", ["C-002-M"], "C-003-M"],
  ["ListCost", "Decimal", "D-032-M", [], "C-001-M", ["C-002-M", "C-004-M"], "C-003-M"],
  ["ListUnitPrice", "Decimal", "D-004-C", ["PUBLIC_PRICE_LIST"], "C-001-M", ["C-002-M"]],
  ["PricingCategory", "String", "D-022-C", ["MULTIPLE_PRICING_CATEGORIES"], "C-001-M", [], null, "C-007-M"],
  ["PricingCurrency", "String", "D-045-C", ["PRICING_BILLING_CURRENCY_DIFFERENCES"], "C-001-M", ["C-002-M"], "C-004-M"],
  ["PricingCurrencyContractedUnitPrice", "Decimal", "D-047-C", virtual, "C-001-M", ["C-002-M"]],
  ["PricingCurrencyEffectiveCost", "Decimal", "D-051-C", virtual, "C-001-M", ["C-002-M", "C-004-M"], "C-003-M"],
  ["PricingCurrencyListUnitPrice", "Decimal", "D-055-C", virtual, "C-001-M", ["C-002-M"]],
  ["PricingQuantity", "Decimal", "D-036-M", [], "C-001-M", ["C-002-M", "C-008-M"]],
  ["PricingUnit", "String", "D-068-M", [], "C-001-M", ["C-002-M"]],
  ["ProviderName", "String", "D-038-M", [], "C-001-M", ["C-002-M"], "C-003-M"],
  ["PublisherName", "String", "D-021-M", [], "C-001-M", ["C-002-M"], "C-003-M"],
  ["RegionId", "String", "D-063-C", ["REGION"], "C-001-M", ["C-002-M"]],
  ["RegionName", "String", "D-062-C", ["REGION"], "C-001-M", ["C-002-M"]],
  ["ResourceId", "String", "D-043-C", resources, "C-001-M", ["C-002-M"]],
  ["ResourceName", "String", "D-044-C", resources, "C-001-M", ["C-002-M"]],
  ["ResourceType", "String", "D-039-C", [...resources, "RESOURCE_TYPE_ASSIGNMENT"], "C-001-M", ["C-002-M"]],
  ["ServiceCategory", "String", "D-040-M", [], "C-001-M", [], "C-002-M", "C-003-M"],
  ["ServiceName", "String", "D-041-M", [], "C-001-M", ["C-002-M"], "C-003-M"],
  ["ServiceSubcategory", "String", null, [], "C-001-M", [], "C-002-M", "C-003-M"],
  ["SkuId", "String", "D-060-C", priceList, "C-001-M", ["C-002-M"]],
  ["SkuMeter", "String", "D-059-C", priceList, "C-001-M", ["C-002-M"]],
  ["SkuPriceDetails", "JSON", "D-061-C", priceList, null, ["C-001-M"]],
  ["SkuPriceId", "String", "D-058-C", priceList, "C-001-M", ["C-002-M"]],
  ["SubAccountId", "String", "D-019-C", ["SUB_ACCOUNT"], "C-001-M", ["C-002-M"]],
  ["SubAccountName", "String", "D-029-C", ["SUB_ACCOUNT"], "C-001-M", ["C-002-M"]],
  ["SubAccountType", "String", "D-067-C", ["MULTIPLE_SUB_ACCOUNT_TYPES"], "C-001-M", ["C-002-M"]],
  ["Tags", "JSON", "D-064-C", ["TAGGING"], null, ["C-001-M"]],
];

/**
 * What 1.3 adds; the provider's and the publisher's names are deprecated there and still wanted. Read in the pages of the
 * specification's repository (FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec, specification/datasets/cost_and_usage). The
 * names of these rules are the checker's own.
 */
const of13: readonly Shape[] = [
  ["ServiceProviderName", "String", "D-075-M", [], "1.3-type", ["1.3-format"], "1.3-not-null"],
  ["HostProviderName", "String", "D-076-M", [], "1.3-type", ["1.3-format"], "1.3-not-null"],
  ["AllocatedMethodId", "String", "D-1.3-AllocatedMethodId", ["SPLIT_COST_ALLOCATION"], "1.3-type", ["1.3-format"]],
  ["AllocatedMethodDetails", "JSON", null, [], "1.3-type", ["1.3-format"]],
  ["AllocatedResourceId", "String", "D-1.3-AllocatedResourceId", ["SPLIT_COST_ALLOCATION"], "1.3-type", ["1.3-format"]],
  ["AllocatedResourceName", "String", "D-1.3-AllocatedResourceName", ["SPLIT_COST_ALLOCATION"], "1.3-type", ["1.3-format"]],
  ["AllocatedTags", "JSON", "D-1.3-AllocatedTags", ["SPLIT_COST_ALLOCATION"], "1.3-type", ["1.3-format"]],
  ["ContractApplied", "JSON", null, [], "1.3-type", ["1.3-format"]],
];

export const columns: readonly Column[] = [...of12.map((shape) => columnOf(shape, "1.2")), ...of13.map((shape) => columnOf(shape, "1.3"))];

function columnOf([name, type, present, when, typeRule, formatRules, notNull = null, allowed = null]: Shape, since: Column["since"]): Column {
  const full = (rule: string): string => `${name}-${rule}`;
  return {
    name, type, since, present: present === null ? null : { rule: `CostAndUsage-${present}`, when },
    typeRule: typeRule === null ? null : full(typeRule), formatRules: formatRules.map(full),
    notNullRule: notNull === null ? null : full(notNull), allowedRule: allowed === null ? null : full(allowed),
  };
}
