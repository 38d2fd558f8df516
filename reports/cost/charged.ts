import type { ChargeCategory, ChargeItem, ChargeUnit, Sharing } from "./charge.ts";
import type { Rational } from "./rational.ts";

/** A charge of one host to one workload, or to nobody (-1), before it is divided among applications and services. */
export interface Charged {
  readonly host: number;
  readonly workload: number;
  readonly category: ChargeCategory;
  readonly item: ChargeItem;
  readonly detail: string;
  readonly quantity: Rational;
  readonly unit: ChargeUnit;
  readonly listPrice: Rational;
  readonly micros: bigint;
  readonly sharing: Sharing;
}

export const hourMs = 3_600_000n;
/** Microjoules in a kilowatt-hour. */
export const microjoulesPerKWh = 3_600_000_000_000n;
