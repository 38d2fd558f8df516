import type { Dataset } from "./dataset.ts";
import { decimalOf, nothing, same, sum, type Decimal } from "./decimal.ts";
import { categoryOfSubcategory } from "./allowed.ts";
import type { Finding, Known } from "./finding.ts";

/** Rules that need several rows: what belongs together does so everywhere. */
export function tableFindings({ rows, columns }: Dataset, { invoices }: Known): readonly Finding[] {
  return [
    ...onePartner(rows, "SkuPriceId", ["SkuId"], "SkuPriceId-C-008-M"),
    ...onePartner(rows, "SkuPriceId", ["SkuPriceDetails"], "SkuPriceDetails-C-007-M"),
    ...onePartner(rows, "SkuPriceId", ["PricingUnit"], "PricingUnit-C-008-M", isPriced),
    ...onePartner(rows, "SkuPriceId", ["ListUnitPrice", "ChargePeriodStart"], "SkuPriceId-C-014-C", isPriced, ["ChargePeriodStart"]),
    ...onePartner(rows, "ServiceName", ["ServiceCategory"], "ServiceName-C-005-C"),
    ...onePartner(rows, "ResourceId", ["ResourceType"], "ResourceId-C-007-M"),
    ...onePartner(rows, "BillingAccountId", ["BillingAccountName"], "BillingAccountId-C-004-M", undefined, ["BillingPeriodStart"]),
    ...onePartner(rows, "CommitmentDiscountId", ["CommitmentDiscountUnit"], "CommitmentDiscountUnit-C-008-M"),
    ...onePartner(rows, "CommitmentDiscountId", ["CommitmentDiscountName"], "CommitmentDiscountId-C-007-M"),
    ...onePartner(rows, "CapacityReservationId", ["RegionId", "AvailabilityZone"], "CapacityReservationId-C-008-M"),
    ...rows.flatMap((row, r): Finding[] => {
      const [category, subcategory] = [row.get("ServiceCategory") ?? null, row.get("ServiceSubcategory") ?? null];
      const parent = categoryOfSubcategory.get(subcategory ?? "");
      return parent === undefined || parent === category ? [] : [{ rule: "ServiceSubcategory-C-004-M", column: "ServiceSubcategory", row: r, found: `${subcategory ?? ""} in ${category ?? "no category"}` }];
    }),
    ...periodsOverlap(rows),
    ...invoiceSums(rows, invoices),
    ...(columns.includes("CommitmentDiscountId") ? commitmentSums(rows) : []),
  ];
}

const isPriced = (row: ReadonlyMap<string, string | null>): boolean =>
  (row.get("ChargeCategory") === "Usage" || row.get("ChargeCategory") === "Purchase") && row.get("ChargeClass") !== "Correction";

/** Whoever has the same value here has the same values there. */
function onePartner(
  rows: Dataset["rows"], here: string, there: readonly string[], rule: string,
  counts: (row: Dataset["rows"][number]) => boolean = () => true, within: readonly string[] = [],
): readonly Finding[] {
  const first = new Map<string, string>();
  return rows.flatMap((row, r) => {
    const key = row.get(here) ?? null;
    if (key === null || !counts(row)) return [];
    const place = [key, ...within.map((column) => row.get(column) ?? "")].join("\u0000");
    const partner = there.map((column) => row.get(column) ?? "(null)").join(" ");
    const known = first.get(place);
    if (known === undefined) first.set(place, partner);
    return known === undefined || known === partner ? [] : [{ rule, column: here, row: r, found: `${key}: ${known} and ${partner}` }];
  });
}

/** Billing periods are the same or apart: the end of one is not in it. */
function periodsOverlap(rows: Dataset["rows"]): readonly Finding[] {
  const periods = new Map<string, readonly [number, number]>();
  for (const row of rows) {
    const [start, end] = [row.get("BillingPeriodStart") ?? "", row.get("BillingPeriodEnd") ?? ""];
    periods.set(`${row.get("BillingAccountId") ?? ""} ${start} ${end}`, [Date.parse(start), Date.parse(end)]);
  }
  const sorted = [...periods.values()].sort(([a], [b]) => a - b);
  return sorted.flatMap(([start], p) => {
    const [, before = 0] = sorted[p - 1] ?? [];
    return p > 0 && start < before ? [{ rule: "BillingPeriodEnd-C-004-M", column: "BillingPeriodEnd", row: null, found: new Date(start).toISOString() }] : [];
  });
}

function invoiceSums(rows: Dataset["rows"], invoices: ReadonlyMap<string, string>): readonly Finding[] {
  return [...invoices].flatMap(([invoice, payable]) => {
    const billed = sumOf(rows.filter((row) => row.get("InvoiceId") === invoice), "BilledCost");
    return same(billed, decimalOf(payable) ?? nothing) ? [] : [{ rule: "BilledCost-C-007-M", column: "BilledCost", row: null, found: `invoice ${invoice} of ${payable}` }];
  });
}

/** What was bought once is used, or not, to the same amount. */
function commitmentSums(rows: Dataset["rows"]): readonly Finding[] {
  const ids = new Set(rows.map((row) => row.get("CommitmentDiscountId") ?? null).filter((id) => id !== null));
  return [...ids].flatMap((id) => {
    const its = rows.filter((row) => row.get("CommitmentDiscountId") === id);
    const bought = its.filter((row) => row.get("ChargeCategory") === "Purchase");
    if (bought.length === 0) return [];
    const spent = sumOf(its.filter((row) => row.get("ChargeCategory") === "Usage"), "EffectiveCost");
    return same(spent, sumOf(bought, "BilledCost")) ? [] : ["EffectiveCost-C-012-C", "DiscountHandling-A-011-C"].map((rule) => ({ rule, column: "EffectiveCost", row: null, found: id }));
  });
}

export function sumOf(rows: Dataset["rows"], column: string): Decimal {
  return rows.reduce((total, row) => sum(total, decimalOf(row.get(column) ?? "") ?? nothing), nothing);
}
