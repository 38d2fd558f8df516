import type { Problem } from "../problem.ts";
import type { Kernels } from "../kernels/build.ts";

const membersMax = 64;

/** A group of workloads that a rule ties together by domains: what moves that shift whole groups draw from. */
export interface MovableGroup {
  readonly members: Int32Array;
  readonly domainOfHost: Int32Array;
  /** Hosts of each domain. */
  readonly hostsOf: readonly Int32Array[];
}

/** Groups small enough to be moved as one; each list of members once for each map of domains. */
export function movableGroups({ groups }: Kernels, problem: Problem): readonly MovableGroup[] {
  const wanted = new Set(problem.wanted);
  const known = new Map<Int32Array, readonly Int32Array[]>();
  const hostsOf = (domainOfHost: Int32Array): readonly Int32Array[] => {
    const found = known.get(domainOfHost) ?? invert(domainOfHost);
    known.set(domainOfHost, found);
    return found;
  };
  return groups.flatMap(({ members, domainOfHost }) => {
    if (domainOfHost === null || members.length < 2 || members.length > membersMax) return [];
    const movable = members.filter((w) => wanted.has(w));
    return movable.length < 2 ? [] : [{ members: movable, domainOfHost, hostsOf: hostsOf(domainOfHost) }];
  });
}

function invert(domainOfHost: Int32Array): readonly Int32Array[] {
  const hosts: number[][] = [];
  domainOfHost.forEach((domain, h) => {
    if (domain >= 0) (hosts[domain] ??= []).push(h);
  });
  return Array.from(hosts, (list) => Int32Array.from(list ?? []));
}
