import { Type, type Static } from "typebox";
import type { ConstraintKind, Request } from "../constraint.ts";
import { domainsByKey, hostExceptionFaults, unknownKeys, type Domains } from "../domains.ts";
import { namesOf, placesOf } from "../presence.ts";
import { selectorSchema } from "../selector-schema.ts";

const parameters = Type.Object({
  near: selectorSchema,
  key: Type.Optional(Type.String({ description: "Domain key: host (default), rack, zone, site, ...", minLength: 1 })),
}, { additionalProperties: false });

interface Params {
  readonly members: Int32Array;
  readonly near: Int32Array;
  readonly domains: Domains;
}

/** Where an instance of one group is, one of another group is too. */
export const neighbourhood: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "neighbourhood",
  meaning: "for each w in group there is v in near: domain(v) = domain(w)",
  parameters,
  selectors: { near: "workloads" },
  subject: "workloads",
  // As for gather: held at every instant, it would keep an instance and its only neighbour where they are.
  holds: { default: "at-end", allowed: ["at-end", "continuously"] },
  // A neighbour that lands elsewhere is gone from where it was.
  monotone: false,

  faults: (request) => [
    ...unknownKeys(request.index, "key", request.raw.key), ...ownNeighbours(request), ...hostExceptionFaults("neighbourhood", request.excepted.hosts),
  ],

  parts({ raw, groups, selected, index }) {
    const domains = domainsByKey(index, raw.key ?? "host");
    const near = selected["near"] ?? new Int32Array();
    return groups.map(({ name, members }) => ({
      params: { members, near, domains },
      subject: name === "" ? "group" : `group ${name}`,
      workloads: Int32Array.from(new Set([...members, ...near])).sort(),
      hosts: null,
    }));
  },

  check({ members, near, domains }, instant) {
    const domainAt = (h: number): number => domains.domainOfHost[h] ?? -1;
    // A neighbour under way serves from where it still is; an instance under way needs one on both sides.
    const served = new Set(Array.from(near, (v) => domainAt(instant.where(v).host)));
    served.delete(-1);
    return Array.from(members).flatMap((w) => {
      const bare = placesOf(instant.where(w)).filter((h) => !served.has(domainAt(h)));
      const domainsOnce = bare.filter((h, i) => bare.findIndex((other) => domainAt(other) === domainAt(h)) === i);
      return domainsOnce.map((h) => ({
        key: `workload ${instant.index.workloads[w]?.id} ${domains.key} ${domains.names[domainAt(h)] ?? "none"}`,
        amount: 1, workloads: [w], hosts: [h], value: 0, limit: 1,
      }));
    });
  },

  lower: ({ members, near, domains }) =>
    [{ kind: "near", members, near, domainOfHost: domains.domainOfHost, domainCount: domains.names.length }],

  explain({ near, domains }, { workloads, hosts }, index) {
    const h = hosts[0] ?? -1;
    const domain = domains.names[domains.domainOfHost[h] ?? -1];
    const where = domain === undefined ? `${index.hosts[h]?.id}, which is in no ${domains.key}` : `${domains.key} ${domain}`;
    return `${namesOf(index, workloads)} is on ${where}, none of its neighbours ${namesOf(index, [...near])} is there`;
  },
};

/** One that is in both groups would be its own neighbour, and the rule would say nothing about it. */
function ownNeighbours({ workloads, selected, index }: Request<Static<typeof parameters>>): { parameter: string; message: string; advice: string }[] {
  const near = new Set(selected["near"]);
  const both = Array.from(workloads).filter((w) => near.has(w));
  return both.length === 0 ? [] : [{
    parameter: "near",
    message: `${namesOf(index, both)} would be its own neighbour: the policy selects it, and near does too`,
    advice: "Let near select other workloads; use gather for instances of one group.",
  }];
}
