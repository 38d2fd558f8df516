import type { Finance } from "../../model/finance.ts";
import type { HostId, SiteId } from "../../model/ids.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import type { Constraint } from "../../policies/index.ts";
import type { ChargeCategory, ChargeLine, Period } from "./charge.ts";
import type { Charged } from "./charged.ts";
import { consumption, movesCharged } from "./consumption.ts";
import type { Course } from "./course.ts";
import { noMicros, sumOf } from "./group.ts";
import { holding } from "./holding.ts";
import { licencesCharged } from "./licences.ts";
import { meter, type Measured } from "./meter.ts";
import { linesOf, type ApplicationUse } from "./owners.ts";
import { payersOf } from "./payers.ts";
import { reserveAsks } from "./reserves.ts";

/** Everything that decides what was spent on whom. */
export interface CostInput {
  readonly index: FleetIndex;
  /** Policies in force: some keep room free. */
  readonly constraints: readonly Constraint[];
  readonly finance: Finance;
  readonly period: Period;
  readonly course: Course;
  /** What was used; null: what is expected to be. */
  readonly measured: Measured | null;
  readonly applicationUse: ApplicationUse;
}

/** The bill of one host: whole micro-units by category. */
export interface HostBill {
  readonly host: HostId;
  readonly site: SiteId;
  readonly onMs: bigint;
  readonly micros: Readonly<Record<ChargeCategory, bigint>>;
  readonly totalMicros: bigint;
}

export interface CostReport {
  readonly period: Period;
  readonly currency: string;
  readonly finance: Finance;
  readonly bills: readonly HostBill[];
  readonly lines: readonly ChargeLine[];
  readonly totalMicros: bigint;
}

/** The bills of all hosts in a period, and the lines that they are made of: whoever groups the lines gets the same total. */
export function chargeLines({ index, constraints, finance, period, course, measured, applicationUse }: CostInput): CostReport {
  const asks = reserveAsks(index, constraints);
  const reserved = Float64Array.from(index.hosts, (_, host) => asks.reduce((sum, { parts }) => sum + (parts[host] ?? 0), 0));
  const metered = meter({ index, period, course, measured, basis: finance.basis, reserveOf: (host) => reserved[host] ?? 0 });
  const { held, unheld } = holding(index, metered, asks);
  const charged = [
    ...held, ...consumption(index, metered), ...movesCharged(index, course), ...licencesCharged(index, course, metered),
    ...payersOf(index, metered, finance, unheld),
  ].sort((a, b) => a.host - b.host || (a.workload < 0 ? 1 : b.workload < 0 ? -1 : a.workload - b.workload));
  const bills = billsOf(index, charged, metered.hosts.map(({ onMs }) => onMs));
  return {
    period, currency: index.fleet.currency, finance, bills, lines: linesOf(index, charged, finance, applicationUse),
    totalMicros: bills.reduce((sum, { totalMicros }) => sum + totalMicros, 0n),
  };
}

function billsOf(index: FleetIndex, charged: readonly Charged[], onMs: readonly bigint[]): readonly HostBill[] {
  const sums = index.hosts.map(() => noMicros());
  for (const { host, category, micros } of charged) {
    const sum = sums[host];
    if (sum !== undefined) sum[category] += micros;
  }
  return index.hosts.map(({ id, site }, h) => {
    const micros = sums[h] ?? noMicros();
    return { host: id, site, onMs: onMs[h] ?? 0n, micros, totalMicros: sumOf(micros) };
  });
}
