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
  const found = groupingOf(index, groupBy);
  if (found === null) return [];
  const { names, starts, numbers } = found;
  const members: number[][] = [];
  for (const w of workloads) {
    for (let at = starts[w] ?? 0; at < (starts[w + 1] ?? 0); at++) (members[numbers[at] ?? 0] ??= []).push(w);
  }
  return names.flatMap((name, group) => {
    const inside = members[group];
    return inside === undefined ? [] : [{ name, members: Int32Array.from(inside) }];
  });
}

/** The groups that all workloads of a fleet make by one fact: workload w is in `numbers[starts[w]]` up to the next start. */
interface Grouping {
  /** In order of id. */
  readonly names: readonly string[];
  readonly starts: Int32Array;
  readonly numbers: Int32Array;
}

const groupingsByFact = new WeakMap<FleetIndex, Map<string, Grouping>>();

/** Worked out once for a fleet: its policies group by the same few facts. Null for a fact that it does not know. */
function groupingOf(index: FleetIndex, groupBy: string): Grouping | null {
  const known = groupingsByFact.get(index) ?? new Map<string, Grouping>();
  groupingsByFact.set(index, known);
  const found = known.get(groupBy);
  const fact = factsOf(index, "workloads").get(groupBy);
  if (found !== undefined || fact === undefined) return found ?? null;
  const values = index.workloads.map((_, w): readonly string[] => {
    const value = fact.value(w);
    return typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : [];
  });
  const names = [...new Set(values.flat())].sort(compareIds);
  const number = new Map(names.map((name, group) => [name, group]));
  const starts = new Int32Array(values.length + 1);
  values.forEach(({ length }, w) => { starts[w + 1] = (starts[w] ?? 0) + length; });
  const made = { names, starts, numbers: Int32Array.from(values.flat(), (name) => number.get(name) ?? 0) };
  known.set(groupBy, made);
  return made;
}

const holders = new WeakMap<FleetIndex, ReadonlyMap<string, readonly number[]>>();

/** Dense indices of the workloads that hold one of the applications, ascending. */
export function workloadsHolding(index: FleetIndex, applications: ReadonlySet<string>): Int32Array {
  const byApplication = holders.get(index) ?? holdersByApplication(index);
  holders.set(index, byApplication);
  if (applications.size > 1) return Int32Array.from(new Set([...applications].flatMap((id) => byApplication.get(id) ?? []))).sort();
  const [only] = applications;
  return Int32Array.from(byApplication.get(only ?? "") ?? []);
}

/** Looked up once for a fleet: a large one asks for each application of thousands of services. */
function holdersByApplication(index: FleetIndex): ReadonlyMap<string, readonly number[]> {
  const byApplication = new Map<string, number[]>();
  index.workloads.forEach(({ applications }, w) => {
    for (const id of applications) {
      const known = byApplication.get(id);
      if (known === undefined) byApplication.set(id, [w]);
      else if (known.at(-1) !== w) known.push(w);
    }
  });
  return byApplication;
}
