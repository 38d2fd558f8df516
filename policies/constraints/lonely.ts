import { Type, type Static } from "typebox";
import type { ConstraintKind } from "../constraint.ts";
import { domainsByKey, exceptHosts, type Domains } from "../domains.ts";
import { membersPerDomain, namesOf, placesOf } from "../presence.ts";

const parameters = Type.Object({}, { additionalProperties: false });

interface Params {
  readonly members: Int32Array;
  /** Everybody else, but for those that an exception lets in. */
  readonly others: Int32Array;
  readonly excepted: ReadonlySet<number>;
  readonly hosts: Domains;
}

/** A group is alone on its hosts; its own members may share them. */
export const lonely: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "lonely",
  meaning: "for each w in group, v not in group: host(w) /= host(v)",
  parameters,
  selectors: {},
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts({ groups, excepted, index }) {
    const hosts = exceptHosts(domainsByKey(index, "host"), excepted.hosts);
    return groups.map(({ name, members }) => {
      const own = new Set(members);
      const others = Int32Array.from(index.workloads.keys()).filter((w) => !own.has(w) && !excepted.workloads.has(w));
      return { params: { members, others, excepted: excepted.workloads, hosts }, subject: name === "" ? "group" : `group ${name}`, workloads: null, hosts: null };
    });
  },

  check({ members, excepted, hosts }, instant) {
    const group = new Set(members);
    return [...membersPerDomain(members, hosts, instant)].flatMap(([h, own]) => {
      const foreign = instant.present(h).filter((w) => !group.has(w) && !excepted.has(w) && placesOf(instant.where(w)).includes(h));
      const amount = Math.min(own.length, foreign.length);
      if (amount === 0) return [];
      return [{ key: `host ${hosts.names[h]}`, amount, workloads: [...own, ...foreign].sort((a, b) => a - b), hosts: [h], value: amount, limit: 0 }];
    });
  },

  lower: ({ members, others, hosts }) =>
    [{ kind: "exclusive", a: members, b: others, domainOfHost: hosts.domainOfHost, domainCount: hosts.names.length }],

  explain({ members }, { key, workloads }, index) {
    const own = new Set(members);
    return `${namesOf(index, workloads.filter((w) => own.has(w)))} must be alone on ${key}, but ${namesOf(index, workloads.filter((w) => !own.has(w)))} is there too`;
  },
};
