import { Type, type Static } from "typebox";
import type { ConstraintKind } from "../constraint.ts";
import { domainsByKey, hostExceptionFaults, unknownKeys, type Domains } from "../domains.ts";
import { membersApart, namesOf } from "../presence.ts";

const parameters = Type.Object({
  key: Type.Optional(Type.String({ description: "Domain key: host (default), rack, zone, site, ...", minLength: 1 })),
}, { additionalProperties: false });

interface Params {
  readonly members: Int32Array;
  readonly domains: Domains;
}

/** Affinity: the instances of a group are together in one failure domain. */
export const gather: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "gather",
  meaning: "for each v, w in group: domain(v) = domain(w)",
  parameters,
  selectors: {},
  subject: "workloads",
  // A group that must be together at every instant could never leave its domain.
  holds: { default: "at-end", allowed: ["at-end", "continuously"] },
  monotone: true,

  faults: ({ raw, index, excepted }) => [...unknownKeys(index, "key", raw.key), ...hostExceptionFaults("gather", excepted.hosts)],

  parts({ raw, groups, index }) {
    const domains = domainsByKey(index, raw.key ?? "host");
    return groups.map(({ name, members }) => ({
      params: { members, domains },
      subject: name === "" ? "group" : `group ${name}`,
      workloads: members,
      hosts: null,
    }));
  },

  check({ members, domains }, instant) {
    const { apart, placedCount } = membersApart(members, domains, instant);
    if (apart.length === 0) return [];
    return [{ key: `one ${domains.key}`, amount: apart.length, workloads: apart, hosts: [], value: placedCount - apart.length, limit: placedCount }];
  },

  lower: ({ members, domains }) =>
    [{ kind: "together", members, domainOfHost: domains.domainOfHost, domainCount: domains.names.length }],

  explain: ({ domains }, { workloads, value, limit }, index) =>
    `${value} of ${limit} are together in one ${domains.key}, ${namesOf(index, workloads)} not`,
};
