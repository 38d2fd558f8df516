import type { LoadSeries, LoadTrace } from "../../model/load.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { groupedBy, type LoadGroup } from "../../simulator/index.ts";

/** Whose demand is forecast. */
export const subjectKinds = ["workload", "service", "host", "site", "fleet"] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** The series of a trace by what they are looked at for: hosts and sites as everybody is placed now. In order of name. */
export function subjectsOf(kind: SubjectKind, trace: LoadTrace, index: FleetIndex): readonly LoadGroup[] {
  return [...groupedBy(trace, (series) => namesOf(kind, series, index))].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function namesOf(kind: SubjectKind, { subject }: LoadSeries, index: FleetIndex): readonly string[] {
  const workload = index.workloads[index.workloadIndex.get(subject.workload) ?? -1];
  if (workload === undefined) return [];
  const host = index.hosts[workload.host === null ? -1 : (index.hostIndex.get(workload.host) ?? -1)];
  switch (kind) {
    case "workload": return [workload.id];
    case "service": {
      const inside: readonly string[] = subject.application === null ? workload.applications : [subject.application];
      return index.fleet.services.filter(({ applications }) => applications.some((id) => inside.includes(id))).map(({ id }) => id);
    }
    case "host": return host === undefined ? [] : [host.id];
    case "site": return host === undefined ? [] : [host.site];
    case "fleet": return ["fleet"];
  }
}
