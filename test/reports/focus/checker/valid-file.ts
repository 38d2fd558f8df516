import { capabilities, columns } from "./columns.ts";
import type { Dataset } from "./dataset.ts";
import type { Known } from "./finding.ts";

export type Cells = Readonly<Record<string, string | null>>;

/** Everything that a provider may support, so that no rule is left out. */
export function everything(version: Known["version"]): Known {
  return { version, supported: new Set(capabilities), invoices: new Map([["inv-1", "13.5"]]) };
}

const priced = { ListUnitPrice: "0.5", ContractedUnitPrice: "0.25", PricingCurrencyListUnitPrice: "5.5", PricingCurrencyContractedUnitPrice: "2.5", PricingQuantity: "6.0", PricingUnit: "GB-Hours" };
const unpriced = Object.fromEntries([...Object.keys(priced), "SkuId", "SkuMeter", "SkuPriceId", "SkuPriceDetails", "PricingCategory", "ConsumedQuantity", "ConsumedUnit"].map((name) => [name, null]));
const committed = {
  CommitmentDiscountId: "plan-1", CommitmentDiscountName: "Plan", CommitmentDiscountCategory: "Spend", CommitmentDiscountType: "Savings plan", CommitmentDiscountQuantity: "4.0", CommitmentDiscountUnit: "Hours",
};

const plain: Cells = {
  AvailabilityZone: "north-1", BilledCost: "1.5", BillingAccountId: "acct-1", BillingAccountName: "Shop", BillingAccountType: "Company", BillingCurrency: "EUR",
  BillingPeriodStart: "2026-10-01T00:00:00Z", BillingPeriodEnd: "2026-11-01T00:00:00Z", ChargePeriodStart: "2026-10-05T00:00:00Z", ChargePeriodEnd: "2026-10-06T00:00:00Z",
  CapacityReservationId: null, CapacityReservationStatus: null, ChargeCategory: "Usage", ChargeClass: null, ChargeDescription: "Memory", ChargeFrequency: "Usage-Based",
  ...Object.fromEntries([...Object.keys(committed), "CommitmentDiscountStatus"].map((name) => [name, null])),
  ConsumedQuantity: "6.0", ConsumedUnit: "GB-Hours", ContractedCost: "1.5", EffectiveCost: "1.5", InvoiceId: null, InvoiceIssuerName: "Cloud", ListCost: "3.0", PricingCategory: "Standard",
  PricingCurrency: "EUR", PricingCurrencyEffectiveCost: "1.5", ProviderName: "Cloud", PublisherName: "Cloud", RegionId: "reg-1", RegionName: "North", ResourceId: "vm-1", ResourceName: "web", ResourceType: "Machine",
  ServiceCategory: "Compute", ServiceName: "Machines", ServiceSubcategory: "Virtual Machines", SkuId: "sku-1", SkuMeter: "Memory", SkuPriceDetails: '{"MemorySize":1.5,"x_Kind":"fast"}', SkuPriceId: "price-1",
  SubAccountId: "sub-1", SubAccountName: "Team", SubAccountType: "Group", Tags: '{"team":"red","set":true}', ...priced,
};

const of13: Cells = {
  ServiceProviderName: "Cloud", HostProviderName: "Cloud", AllocatedMethodId: null, AllocatedMethodDetails: null, AllocatedResourceId: null, AllocatedResourceName: null, AllocatedTags: null, ContractApplied: null,
};

/** Rows of every kind, one of each. Numbers are the places of rows that tests change. */
export const rowOf = { usage: 0, rounding: 1, tax: 2, bought: 3, used: 4, unused: 5, reserved: 6, correction: 7, virtual: 8, allocated: 9 } as const;

const rows: readonly Cells[] = [
  { ...plain, InvoiceId: "inv-1" },
  { ...plain, ...unpriced, ChargeCategory: "Adjustment", BilledCost: "-0.5", ContractedCost: "-0.5", EffectiveCost: "-0.5", ListCost: "-0.5" },
  { ...plain, ...unpriced, ChargeCategory: "Tax", ResourceId: null, ResourceName: null, ResourceType: null, BilledCost: "2.0", InvoiceId: "inv-1" },
  {
    ...plain, ...committed, ChargeCategory: "Purchase", ChargeFrequency: "One-Time", SkuId: "sku-2", SkuPriceId: "price-2", ListUnitPrice: "2.5", ContractedUnitPrice: "2.5", PricingQuantity: "4.0", PricingUnit: "1000 Requests",
    ListCost: "10.0", ContractedCost: "10.0", BilledCost: "10.0", EffectiveCost: "0.0", ConsumedQuantity: null, ConsumedUnit: null, InvoiceId: "inv-1", ResourceId: "plan-1", ResourceName: "Plan", ResourceType: "Plan",
  },
  { ...plain, ...committed, CommitmentDiscountStatus: "Used", PricingCategory: "Committed", BilledCost: "0.0", EffectiveCost: "6.0" },
  { ...plain, ...committed, CommitmentDiscountStatus: "Unused", PricingCategory: "Committed", BilledCost: "0.0", EffectiveCost: "4.0", ConsumedQuantity: null, ConsumedUnit: null, ResourceId: "plan-1", ResourceName: "Plan", ResourceType: "Plan" },
  { ...plain, CapacityReservationId: "res-1", CapacityReservationStatus: "Unused" },
  { ...plain, ChargeClass: "Correction", ChargePeriodStart: "2026-09-05T00:00:00Z", ChargePeriodEnd: "2026-09-06T00:00:00Z", PricingQuantity: "-6.0", ListCost: "-2.9", SkuPriceId: null, SkuPriceDetails: null },
  { ...plain, ChargeDescription: "1.5e3", PricingCurrency: "Tokens", BilledCost: "1.5E-3" },
  { ...plain, ResourceId: "host-1", ResourceName: "blade", ResourceType: "Host" },
];

/** A file that breaks no rule, although every column and every kind of charge is in it. */
export function validFile(version: Known["version"]): Dataset {
  const names = columns.filter(({ since }) => since <= version).map(({ name }) => name);
  const shared = { AllocatedMethodId: "even", AllocatedResourceId: "vm-1", AllocatedResourceName: "web", AllocatedTags: '{"team":"blue"}', AllocatedMethodDetails: '{"Elements":[{"AllocatedRatio":1}]}' };
  return {
    columns: [...names, "x_Own"], stored: null,
    rows: rows.map((row, r) => {
      const cells: Cells = { x_Own: "own", ...row, ...of13, ...r === rowOf.allocated ? shared : {} };
      return new Map([...names, "x_Own"].map((name) => [name, cells[name] ?? null]));
    }),
  };
}
