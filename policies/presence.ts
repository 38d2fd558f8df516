import type { FleetIndex, Instant, Whereabouts } from "../model/snapshot.ts";
import type { Violation } from "./constraint.ts";
import type { Domains } from "./domains.ts";

/** The hosts on which a workload counts: where it is and where it will arrive. Data left behind does not count. */
export function placesOf({ host, arriving }: Whereabouts): readonly number[] {
  if (host < 0) return arriving < 0 ? [] : [arriving];
  return arriving < 0 || arriving === host ? [host] : [host, arriving];
}

/** One violation of amount 1 for each of the places that the workload may not be at. */
export function misplaced(instant: Instant, workload: number, places: readonly number[], permits: (host: number) => boolean): readonly Violation[] {
  return places.filter((h) => !permits(h)).map((h) => ({
    key: `host ${instant.index.hosts[h]?.id}`, amount: 1, workloads: [workload], hosts: [h], value: 1, limit: 0,
  }));
}

/** Which of the members count in each domain that has any, domains in order of number; one under way counts in both. */
export function membersPerDomain(members: Int32Array, domains: Domains, instant: Instant): ReadonlyMap<number, readonly number[]> {
  const inDomain = new Map<number, number[]>();
  for (const w of members) {
    for (const d of new Set(placesOf(instant.where(w)).map((h) => domains.domainOfHost[h] ?? -1))) {
      if (d < 0) continue;
      const together = inDomain.get(d);
      if (together === undefined) inDomain.set(d, [w]);
      else together.push(w);
    }
  }
  return new Map([...inDomain].sort(([a], [b]) => a - b));
}

/** The names of workloads as people list them, shortened when there are very many. */
export function namesOf(index: FleetIndex, workloads: readonly number[]): string {
  const shown = workloads.slice(0, 8).map((w) => index.workloads[w]?.id ?? `workload ${w}`);
  return workloads.length > shown.length ? `${shown.join(", ")} and ${workloads.length - shown.length} more` : shown.join(", ");
}

/**
 * The members that are not with the others in the fullest domain. One under way is with them only when both its places
 * are in the domain, so presence can only add to what is apart; a single member is never apart from itself.
 */
export function membersApart(members: Int32Array, domains: Domains, instant: Instant): { readonly apart: readonly number[]; readonly placedCount: number } {
  const placed = Array.from(members).filter((w) => placesOf(instant.where(w)).length > 0);
  const domainsOf = (w: number): readonly number[] => [...new Set(placesOf(instant.where(w)).map((h) => domains.domainOfHost[h] ?? -1))];
  if (placed.length === 1) return { apart: placed.filter((w) => domainsOf(w).includes(-1)), placedCount: 1 };
  const countOf = new Map<number, number>();
  for (const w of placed) {
    const [d, another] = domainsOf(w);
    if (d !== undefined && d >= 0 && another === undefined) countOf.set(d, (countOf.get(d) ?? 0) + 1);
  }
  const fullest = [...countOf].sort(([a, countA], [b, countB]) => countB - countA || a - b)[0]?.[0];
  return { apart: placed.filter((w) => fullest === undefined || domainsOf(w).some((d) => d !== fullest)), placedCount: placed.length };
}
