import { compareIds } from "../model/ids.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { factsOf } from "./selection-facts.ts";

/** Workloads that a policy treats as one. */
export interface Group {
  readonly name: string;
  readonly members: Int32Array;
}

/** What `groupBy` may name. */
export const groupings = ["replicaGroup", "service", "application", "layer", "label.NAME"] as const;

/** Is this a grouping that people may write? */
export function isGrouping(groupBy: string): boolean {
  return ["replicaGroup", "service", "application", "layer"].includes(groupBy) || (groupBy.startsWith("label.") && groupBy.length > 6);
}

/**
 * Groups workloads by a fact, in order of its values. A workload with several values is in several groups, one without
 * any in none. Without `groupBy` all are one group named "".
 */
export function groupWorkloads(workloads: Int32Array, groupBy: string | undefined, index: FleetIndex): readonly Group[] {
  if (groupBy === undefined) return [{ name: "", members: workloads }];
  const fact = factsOf(index, "workloads").get(groupBy);
  if (fact === undefined) return [];
  const groups = new Map<string, number[]>();
  for (const w of workloads) {
    const value = fact.value(w);
    const names = typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : [];
    for (const name of names) {
      const members = groups.get(name);
      if (members === undefined) groups.set(name, [w]);
      else members.push(w);
    }
  }
  return [...groups].sort(([a], [b]) => compareIds(a, b)).map(([name, members]) => ({ name, members: Int32Array.from(members) }));
}

const holders = new WeakMap<FleetIndex, ReadonlyMap<string, readonly number[]>>();

/** Dense indices of the workloads that hold one of the applications, ascending. */
export function workloadsHolding(index: FleetIndex, applications: ReadonlySet<string>): Int32Array {
  const byApplication = holders.get(index) ?? holdersByApplication(index);
  holders.set(index, byApplication);
  return Int32Array.from(new Set([...applications].flatMap((id) => byApplication.get(id) ?? []))).sort();
}

/** Looked up once for a fleet: a large one asks for each application of thousands of services. */
function holdersByApplication(index: FleetIndex): ReadonlyMap<string, readonly number[]> {
  const byApplication = new Map<string, number[]>();
  index.workloads.forEach(({ applications }, w) => {
    for (const id of applications) {
      const known = byApplication.get(id);
      if (known === undefined) byApplication.set(id, [w]);
      else known.push(w);
    }
  });
  return byApplication;
}
