import type { ChargeLine } from "../cost/charge.ts";
import type { Rational } from "../cost/rational.ts";
import type { KeptLine } from "./variance.ts";

/** Parts in which a comparison counts quantities, and prices. */
export const quantityParts = 10n ** 12n;
export const priceParts = 1_000_000n;

/** A charge line as comparisons take it; its team is the value of that label. */
export function keptLine({ host, site, workload, application, service, labels, category, item, detail, quantity, listPrice, costMicros }: ChargeLine, teamLabel: string): KeptLine {
  return {
    host, site, workload, application, service, category, item, detail, team: Object.hasOwn(labels, teamLabel) ? (labels[teamLabel] ?? null) : null,
    quantity: inParts(quantity, quantityParts), listPrice: inParts(listPrice, priceParts), micros: costMicros,
  };
}

function inParts({ numerator, denominator }: Rational, parts: bigint): bigint {
  return (numerator * parts) / denominator;
}
