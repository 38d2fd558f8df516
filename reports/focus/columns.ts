/** Versions of the specification that can be written. */
export const focusVersions = ["1.2", "1.3"] as const;
export type FocusVersion = (typeof focusVersions)[number];

export type FocusKind = "text" | "decimal" | "instant";

const texts = [
  "AvailabilityZone", "BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency", "CapacityReservationId", "CapacityReservationStatus",
  "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName",
  "CommitmentDiscountStatus", "CommitmentDiscountType", "CommitmentDiscountUnit", "ConsumedUnit", "InvoiceId", "InvoiceIssuerName", "PricingCategory", "PricingUnit",
  "ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "ServiceSubcategory",
  "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "SubAccountType", "Tags",
] as const;

const decimals = [
  "BilledCost", "CommitmentDiscountQuantity", "ConsumedQuantity", "ContractedCost", "ContractedUnitPrice", "EffectiveCost", "ListCost", "ListUnitPrice", "PricingQuantity",
] as const;

const instants = ["BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart"] as const;

/** What 1.3 adds. It deprecates the names of provider and publisher and still wants them. */
const textsOf13 = ["AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName", "AllocatedTags", "HostProviderName", "ServiceProviderName"] as const;

/** Our own, with the prefix that the specification asks for: who is charged, in the words of Stowage, and for what. */
const own = ["x_Application", "x_Category", "x_Correction", "x_Detail", "x_Host", "x_Item", "x_Service", "x_Sharing", "x_Site", "x_Workload"] as const;

export type FocusColumnName = (typeof texts)[number] | (typeof decimals)[number] | (typeof instants)[number] | (typeof textsOf13)[number] | (typeof own)[number];

export interface FocusColumn {
  readonly name: FocusColumnName;
  readonly kind: FocusKind;
}

/** The columns of a version in the order in which they are written: those of the specification by name, our own last. */
export function focusColumns(version: FocusVersion): readonly FocusColumn[] {
  const specified = [...of(texts, "text"), ...of(decimals, "decimal"), ...of(instants, "instant"), ...of(version === "1.3" ? textsOf13 : [], "text")];
  return [...specified.sort((a, b) => (a.name < b.name ? -1 : 1)), ...of(own, "text")];
}

function of(names: readonly FocusColumnName[], kind: FocusKind): FocusColumn[] {
  return names.map((name) => ({ name, kind }));
}
