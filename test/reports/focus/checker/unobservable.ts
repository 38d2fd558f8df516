/** Rules of 1.2 that no file can be seen to break: what they speak of is not in it. */
export const unobservable: Readonly<Record<string, readonly string[]>> = {
  "what the provider has, means or intends": [
    "CurrencyFormat-A-002-C", "StringHandling-A-003-M", "ColumnHandling-A-002-M", "CommitmentDiscountName-C-006-C", "AvailabilityZone-C-003-C", "CommitmentDiscountId-C-004-C", "CommitmentDiscountId-C-005-C",
    "ResourceId-C-004-C", "ResourceId-C-005-C", "CapacityReservationId-C-004-C", "CapacityReservationId-C-005-C", "SubAccountId-C-004-C", "SubAccountId-C-005-C", "ServiceName-C-006-C", "RegionId-C-004-C",
    "ResourceName-C-005-C", "PricingCategory-C-008-C", "PricingCategory-C-010-C", "PricingCategory-C-011-C", "SubAccountType-C-006-M", "BillingAccountType-C-006-M", "CommitmentDiscountUnit-C-009-M",
    "CapacityReservationStatus-C-007-C", "CapacityReservationStatus-C-008-C", "SkuPriceId-C-012-C", "SkuId-C-011-C", "BilledCost-C-005-C",
  ],
  "a price list, an invoice or another account, which are other documents": [
    "SkuPriceId-C-010-M", "SkuPriceId-C-013-M", "SkuId-C-008-M", "SkuId-C-009-M", "SkuId-C-010-M", "InvoiceId-C-004-C", "InvoiceId-C-005-C", "InvoiceId-C-007-C", "PricingUnit-C-009-C", "BillingCurrency-C-005-M",
    "SkuPriceDetails-C-008-M", "SkuPriceDetails-C-018-C", "SkuPriceDetails-C-022-C",
  ],
  "the currency that an amount is meant in: it has one column of its own": [
    "ListUnitPrice-C-009-M", "PricingCurrencyListUnitPrice-C-009-M", "PricingCurrencyContractedUnitPrice-C-009-C", "PricingCurrencyEffectiveCost-C-006-M", "EffectiveCost-C-006-M", "BilledCost-C-006-M",
    "ContractedUnitPrice-C-010-C", "ContractedCost-C-005-M", "ListCost-C-005-M",
  ],
  "what was said before, or will be": ["StringHandling-A-004-M", "StringHandling-A-005-M", "StringHandling-A-006-M", "SkuPriceId-C-009-M"],
  "which other charges a charge comes from": ["EffectiveCost-C-009-C", "ContractedCost-C-007-C", "ListCost-C-007-C", "PricingCurrencyEffectiveCost-C-005-M", "EffectiveCost-C-013-C"],
  "how discounts and commitments came about": [
    "DiscountHandling-A-003-C", "DiscountHandling-A-004-C", "DiscountHandling-A-009-C", "DiscountHandling-A-010-C", "DiscountHandling-A-015-C", "DiscountHandling-A-016-C", "DiscountHandling-A-017-C",
    "DiscountHandling-A-020-C", "CommitmentDiscountQuantity-C-011-C", "CommitmentDiscountQuantity-C-012-C", "CommitmentDiscountQuantity-C-014-C", "CommitmentDiscountQuantity-C-015-C",
  ],
  "how tags were made": ["Tags-C-004-M", "Tags-C-005-M", "Tags-C-010-C", "Tags-C-012-M", "Tags-C-015-C", "Tags-C-016-C", "Tags-C-017-M"],
  "the specification's own columns: a checker that knows their names, types and values has seen to it": ["NumericFormat-A-012-M", "ColumnHandling-A-006-M", "ColumnHandling-A-008-M"],
};
