import type { Host, Labels, Site } from "../../model/fleet.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import type { CostReport } from "../cost/charge-lines.ts";
import type { ChargeLine, Period } from "../cost/charge.ts";
import { focusColumns, type FocusVersion } from "./columns.ts";
import { decimal, decimalOf, decimalText, negative, plus, type Decimal } from "./decimal.ts";
import { exactPrice, type ExactPrice } from "./exact-price.ts";
import { offers, roundingOffer, unitName } from "./offer.ts";
import { instantText, rowLayout, tagsText, type FocusCells, type FocusRow } from "./row.ts";

/** What charges do not say of themselves. */
export interface FocusSettings {
  readonly version: FocusVersion;
  readonly index: FleetIndex;
  /** Who runs the hosts and writes the bills. */
  readonly provider: string;
  /** Who is billed. */
  readonly account: string;
  /** The month that the charges are billed in. */
  readonly billingPeriod: Period;
}

/**
 * Charge lines as rows of FOCUS. In each row price times quantity is the cost without rounding, so costs have more places
 * than whole micro-units; the difference to the bill stands in one row of rounding for each who pays on each host. All
 * rows of a host add up to its bill, and all rows of a payer to what the cost report says, to the last micro-unit.
 */
export function focusRows(report: CostReport, settings: FocusSettings): readonly FocusRow[] {
  const layout = rowLayout(settings.version);
  const about = new Surroundings(report, settings);
  const left = new Map<string, { readonly line: ChargeLine; readonly rest: Decimal }>();
  const rows: FocusRow[] = [];
  for (const line of report.lines) {
    const price = exactPrice(line.quantity, line.listPrice);
    if (price !== null) rows.push(layout({ ...about.cells(line), ...usage(line, price) }));
    const billed = decimal(line.costMicros, 6);
    const rest = price === null ? billed : plus(billed, negative(price.cost));
    const payer = JSON.stringify([line.host, line.workload, line.application, line.service]);
    const known = left.get(payer);
    left.set(payer, { line: known?.line ?? line, rest: known === undefined ? rest : plus(known.rest, rest) });
  }
  for (const { line, rest } of left.values()) if (rest.digits !== 0n) rows.push(layout({ ...about.cells({ ...line, sharing: "metered" }), ...rounding(line, rest) }));
  return rows;
}

/** What rows are billed in all. */
export function totalBilled(version: FocusVersion, rows: readonly FocusRow[]): Decimal {
  const place = focusColumns(version).findIndex(({ name }) => name === "BilledCost");
  return rows.reduce((total, row) => plus(total, decimalOf(row[place] ?? "0")), decimal(0n, 0));
}

/** What is used and what it costs. Nobody negotiates and nothing is committed to, so all four costs are the same. */
function usage(line: ChargeLine, { perUnit, quantity, consumed, unitPrice, cost }: ExactPrice): FocusCells {
  const { serviceName, serviceCategory, serviceSubcategory, meter, isRecurring } = offers[line.item];
  const sku = line.item === "licence" ? `licence/${line.detail}` : line.item;
  const price = decimalText(unitPrice);
  return {
    ...costs(cost), ChargeCategory: "Usage", ChargeFrequency: isRecurring ? "Recurring" : "Usage-Based", ChargeDescription: describe(line, meter), PricingCategory: "Standard",
    ServiceName: serviceName, ServiceCategory: serviceCategory, ServiceSubcategory: serviceSubcategory,
    SkuId: sku, SkuMeter: meter, SkuPriceId: skuPriceId(line, sku, price), SkuPriceDetails: JSON.stringify({ x_Host: line.host }),
    ListUnitPrice: price, ContractedUnitPrice: price, PricingQuantity: decimalText(quantity), PricingUnit: unitName(line.unit, perUnit),
    ConsumedQuantity: decimalText(consumed), ConsumedUnit: unitName(line.unit),
    ...isReserved(line) ? { CapacityReservationId: `reserve/${line.host}/${line.detail}`, CapacityReservationStatus: "Unused" } : {},
    x_Item: line.item, x_Category: line.category, x_Detail: line.detail === "" ? null : line.detail,
  };
}

/**
 * The same price for the same thing on the same host. A move has the prices of both ends and of the way, and nobody
 * keeps licences of one name from having several.
 */
function skuPriceId({ host, item, detail, unit }: ChargeLine, sku: string, price: string): string {
  if (item === "move") return `${sku}/${host}/${detail}`;
  return item === "licence" ? `${sku}/${host}/${unit}/${price}` : `${sku}/${host}`;
}

function isReserved({ category, detail }: ChargeLine): boolean {
  return category === "reserve" && detail !== "";
}

function rounding(line: ChargeLine, rest: Decimal): FocusCells {
  return {
    ...costs(rest), ...roundingCells, ChargeDescription: `Rounding to whole millionths: ${line.workload ?? "nobody"} on host ${line.host}`,
    x_Item: "rounding", x_Category: "rounding", x_Sharing: null,
  };
}

const roundingCells = {
  ChargeCategory: "Adjustment", ChargeFrequency: "Recurring",
  ServiceName: roundingOffer.serviceName, ServiceCategory: roundingOffer.serviceCategory, ServiceSubcategory: roundingOffer.serviceSubcategory,
} as const;

function costs(cost: Decimal): FocusCells {
  const text = decimalText(cost);
  return { BilledCost: text, ContractedCost: text, EffectiveCost: text, ListCost: text };
}

function describe({ workload, host, detail, item }: ChargeLine, meter: string): string {
  const what = item === "licence" ? `Licence ${detail}` : meter;
  return `${what}: ${workload ?? "nobody"} on host ${host}`;
}

/** What a row says of when, where and who. */
class Surroundings {
  readonly #settings: FocusSettings;
  readonly #common: FocusCells;
  readonly #teamLabel: string;
  readonly #hosts: ReadonlyMap<string, Host>;

  constructor({ period, currency, finance }: CostReport, settings: FocusSettings) {
    const { provider, account, billingPeriod, index } = settings;
    this.#settings = settings;
    this.#teamLabel = finance.teamLabel;
    this.#hosts = new Map(index.hosts.map((host) => [host.id, host]));
    this.#common = {
      BillingAccountId: `fleet/${account}`, BillingAccountName: account, BillingAccountType: "Fleet", BillingCurrency: currency,
      BillingPeriodStart: instantText(billingPeriod.startMs), BillingPeriodEnd: instantText(billingPeriod.endMs),
      ChargePeriodStart: instantText(period.startMs), ChargePeriodEnd: instantText(period.endMs),
      InvoiceIssuerName: provider, ProviderName: provider, PublisherName: provider, ...settings.version === "1.3" ? { ServiceProviderName: provider } : {},
    };
  }

  cells(line: ChargeLine): FocusCells {
    const site = this.#settings.index.siteById.get(line.site);
    const zone = this.#hosts.get(line.host)?.domains["zone"];
    const team = Object.hasOwn(line.labels, this.#teamLabel) ? (line.labels[this.#teamLabel] ?? "") : "";
    return {
      ...this.#common, ...this.#who(line), ...regionOf(line, site),
      ...zone === undefined ? {} : { AvailabilityZone: `${line.site}/${zone}` },
      ...team === "" ? {} : { SubAccountId: `team/${team}`, SubAccountName: team, SubAccountType: "Team" },
      ...this.#settings.version === "1.3" ? { HostProviderName: site?.kind === "external" ? site.id : this.#settings.provider } : {},
      x_Application: line.application, x_Host: line.host, x_Service: line.service, x_Sharing: line.sharing, x_Site: line.site, x_Workload: line.workload,
    };
  }

  /**
   * The resource is who is charged. In 1.3 a part of what a whole host costs is a charge of the host that is allocated to
   * a workload, with the labels of each in its own column; what stays with nobody is the rest of it.
   */
  #who(line: ChargeLine): FocusCells {
    const { workload, host, sharing, labels } = line;
    const isSplit = this.#settings.version === "1.3" && sharing !== "metered";
    if (!isSplit) return { ...workload === null ? hostCells(host) : workloadCells(workload), Tags: tagsText(labels) };
    const ofHost = this.#hosts.get(host)?.labels ?? {};
    const allocated = workload === null ? {} : { AllocatedResourceId: `workload/${workload}`, AllocatedResourceName: workload, AllocatedTags: tagsText(without(labels, ofHost)) };
    return { ...hostCells(host), Tags: tagsText(ofHost), AllocatedMethodId: sharing, ...allocated };
  }
}

function hostCells(host: string): FocusCells {
  return { ResourceId: `host/${host}`, ResourceName: host, ResourceType: "Host" };
}

function workloadCells(workload: string): FocusCells {
  return { ResourceId: `workload/${workload}`, ResourceName: workload, ResourceType: "Workload" };
}

function regionOf({ site: id }: ChargeLine, site: Site | undefined): FocusCells {
  return { RegionId: `site/${id}`, RegionName: site === undefined || site.region === "" ? id : site.region };
}

function without(labels: Labels, others: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key, value]) => !Object.hasOwn(others, key) || others[key] !== value));
}
