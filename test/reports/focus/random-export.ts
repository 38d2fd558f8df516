import * as fc from "fast-check";
import type { Labels } from "../../../model/fleet.ts";
import type { PolicyDocument } from "../../../model/policy.ts";
import { indexFleet, type FleetIndex } from "../../../model/snapshot.ts";
import type { CostReport, FocusSettings, FocusVersion, Period } from "../../../reports/index.ts";
import { policyOf } from "../../policies/scenario-of.ts";
import type { Known } from "./checker/finding.ts";

/** October of the random cost reports. */
export const month: Period = { startMs: Date.parse("2026-10-01T00:00:00Z"), endMs: Date.parse("2026-11-01T00:00:00Z") };

/** What the exporter says of itself: it measures, prices by a list, and splits what hosts cost. */
export function known(version: FocusVersion): Known {
  return {
    version, invoices: new Map(),
    supported: new Set([
      "ACCOUNT_NAMING", "AVAILABILITY_ZONE", "BILLING_BASED_ON_PROVISIONED_RESOURCES", "CAPACITY_RESERVATION", "COMMITMENT_DISCOUNT", "MULTIPLE_BILLING_ACCOUNT_TYPES",
      "MULTIPLE_PRICING_CATEGORIES", "MULTIPLE_SUB_ACCOUNT_TYPES", "NEGOTIATED_PRICING", "PUBLIC_PRICE_LIST", "REGION", "RESOURCE_TYPE_ASSIGNMENT", "SPLIT_COST_ALLOCATION", "SUB_ACCOUNT",
      "TAGGING", "UNIT_PRICING", "USAGE_MEASUREMENT",
    ]),
  };
}

/** Names that spreadsheets, quotes and guessing readers stumble over; ids may be all of these. */
export const hostileNames = ["=1+1", "+SUM(A1:A9)", "@cmd", "'=2", "a,b", 'say "x"', "Łódź ﬁ", "＝1", "#REF!", "{}"];

/** The same report and fleet under other names, and in whole seconds: a random report has odd milliseconds. */
export function renamed(report: CostReport, index: FleetIndex, names: readonly string[]): { readonly report: CostReport; readonly index: FleetIndex } {
  const ids = new Map<string, string>([...index.hosts, ...index.workloads].map(({ id }, i) => [id, names[i] ?? id]));
  const as = <Id extends string | null>(id: Id): Id => (id === null ? id : ((ids.get(id) ?? id) as Id));
  return {
    report: {
      ...report, period: inSeconds(report.period), bills: report.bills.map((bill) => ({ ...bill, host: as(bill.host) })),
      lines: report.lines.map((line) => ({ ...line, host: as(line.host), workload: as(line.workload), labels: hostileLabels(line.labels) })),
    },
    index: indexFleet({
      ...index.fleet, hosts: index.fleet.hosts.map((host) => ({ ...host, id: as(host.id), labels: { rack: "r1", "=key": "=1+1" } })).sort((a, b) => (a.id < b.id ? -1 : 1)),
      workloads: index.fleet.workloads.map((workload) => ({ ...workload, id: as(workload.id), host: as(workload.host) })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    }),
  };
}

/** Policies that ask for room to be kept free, under names that spreadsheets stumble over. */
export const reservePolicies: fc.Arbitrary<readonly PolicyDocument[]> = fc.subarray([
  policyOf("=failover", { hosts: { everything: true } }, "failover", { hosts: 1 }),
  policyOf("headroom", { hosts: { everything: true } }, "capacity", { headroomPermille: 150 }),
]);

function hostileLabels(labels: Labels): Labels {
  return { ...labels, "=key": "=1+1", "no value": "", "x\"y": "a\nb" };
}

export function inSeconds({ startMs, endMs }: Period): Period {
  return { startMs: Math.floor(startMs / 1000) * 1000, endMs: Math.ceil(endMs / 1000) * 1000 };
}

export function settingsOf(index: FleetIndex, version: FocusVersion): FocusSettings {
  return { version, index, provider: "Own IT", account: "shop", billingPeriod: month };
}
