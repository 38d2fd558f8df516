import { Type, type Static } from "typebox";
import type { ConstraintKind, Request } from "../constraint.ts";
import { hostExceptionFaults, type Domains } from "../domains.ts";
import { membersApart, namesOf } from "../presence.ts";
import { selectorSchema } from "../selector-schema.ts";

const parameters = Type.Object({
  groups: Type.Array(selectorSchema, { minItems: 1, description: "Groups of hosts that share no host." }),
}, { additionalProperties: false });

interface Params {
  readonly members: Int32Array;
  /** The groups of hosts as domains; hosts outside all of them are in none. */
  readonly groups: Domains;
}

/** A group of workloads is inside one of several groups of hosts, whichever. */
export const among: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "among",
  meaning: "there is a group G of hosts such that for each w in group: host(w) in G",
  parameters,
  selectors: { groups: "hosts" },
  subject: "workloads",
  // As for gather: held at every instant, it would keep the group where it is.
  holds: { default: "at-end", allowed: ["at-end", "continuously"] },
  monotone: true,

  faults: (request) => [...overlaps(request), ...hostExceptionFaults("among", request.excepted.hosts)],

  parts({ groups, selectedLists, index }) {
    const lists = selectedLists["groups"] ?? [];
    const domainOfHost = new Int32Array(index.hosts.length).fill(-1);
    lists.forEach((hosts, g) => { for (const h of hosts) domainOfHost[h] = g; });
    const hostGroups = { key: "host group", names: lists.map((_, g) => String(g + 1)), domainOfHost };
    return groups.map(({ name, members }) => ({
      params: { members, groups: hostGroups },
      subject: name === "" ? "group" : `group ${name}`,
      workloads: members,
      hosts: null,
    }));
  },

  check({ members, groups }, instant) {
    const { apart, placedCount } = membersApart(members, groups, instant);
    if (apart.length === 0) return [];
    return [{ key: "one host group", amount: apart.length, workloads: apart, hosts: [], value: placedCount - apart.length, limit: placedCount }];
  },

  lower: ({ members, groups }) => [{ kind: "together", members, domainOfHost: groups.domainOfHost, domainCount: groups.names.length }],

  explain: ({ groups }, { workloads, value, limit }, index) =>
    `${value} of ${limit} are inside one of the ${groups.names.length} groups of hosts, ${namesOf(index, workloads)} not`,
};

/** Each pair of groups that shares a host, named with one such host. */
function overlaps({ selectedLists, index }: Request<Static<typeof parameters>>): { parameter: string; message: string; advice: string }[] {
  const lists = selectedLists["groups"] ?? [];
  return lists.flatMap((hosts, a) => lists.slice(a + 1).flatMap((others, after) => {
    const shared = hosts.find((h) => others.includes(h));
    return shared === undefined ? [] : [{
      parameter: "groups",
      message: `groups ${a + 1} and ${a + after + 2} both hold host ${index.hosts[shared]?.id}`,
      advice: "Let each host be in one group only; hosts that belong to both make a group of their own.",
    }];
  }));
}
