import type { SizeEffect } from "./effect.ts";
import type { SubjectUse, UsageReport } from "./report.ts";

/** The report for programs. Amounts are in the unit of their resource, instants in milliseconds, since 1970 when `hasDate`. */
export function usageDocument(report: UsageReport, effect: SizeEffect | null): Readonly<Record<string, unknown>> {
  const { unitOf, workloads, applications, services, hosts, fleet, courses: _courses, ...head } = report;
  return {
    ...head, units: Object.fromEntries(unitOf),
    workloads: workloads.map(subjectOf), applications: applications.map(subjectOf), services: services.map(subjectOf),
    hosts: hosts.map(({ host, resources, fullest, ...rest }) => ({ host: host.id, site: host.site, ...rest, fullest: fullest?.resource ?? null, resources })),
    fleet: fleet.map(({ use: _use, ...rest }) => rest),
    effect: effect?.rows.map(({ name, figures, moved, unplaced }) => ({
      name, microsPerHour: figures.cost.totalMicrosPerHour, hostsOn: figures.hostsOn, workloadsPlaced: figures.placedCount, workloadsWithoutPlace: unplaced, workloadsMoved: moved, powerMilliwatts: figures.powerMilliwatts,
    })) ?? null,
  };
}

function subjectOf({ statistics, ...rest }: SubjectUse): Readonly<Record<string, unknown>> {
  return { ...rest, use: Object.fromEntries(statistics) };
}
