import { Type, type Static } from "typebox";
import type { ConstraintKind } from "../constraint.ts";
import { domainsByKey, exceptHosts, unknownKeys, type Domains } from "../domains.ts";
import { membersPerDomain, namesOf } from "../presence.ts";
import { selectorSchema } from "../selector-schema.ts";

const parameters = Type.Object({
  from: selectorSchema,
  key: Type.Optional(Type.String({ description: "Domain key: host (default), rack, zone, site, ...", minLength: 1 })),
}, { additionalProperties: false });

interface Params {
  readonly members: Int32Array;
  /** Those kept away from, without the members themselves. */
  readonly others: Int32Array;
  readonly domains: Domains;
}

/** Two groups share no domain. A workload that both selections name belongs to the selected group. */
export const split: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "split",
  meaning: "for each w in group, v in from but not in group: domain(w) /= domain(v)",
  parameters,
  selectors: { from: "workloads" },
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  faults: ({ raw, index }) => unknownKeys(index, "key", raw.key),

  parts({ raw, groups, selected, excepted, index }) {
    const domains = exceptHosts(domainsByKey(index, raw.key ?? "host"), excepted.hosts);
    return groups.map(({ name, members }) => {
      const own = new Set(members);
      const others = (selected["from"] ?? new Int32Array()).filter((w) => !own.has(w) && !excepted.workloads.has(w));
      return {
        params: { members, others, domains },
        subject: name === "" ? "group" : `group ${name}`,
        workloads: Int32Array.from([...members, ...others]).sort(),
        hosts: null,
      };
    });
  },

  check({ members, others, domains }, instant) {
    const strangers = membersPerDomain(others, domains, instant);
    return [...membersPerDomain(members, domains, instant)].flatMap(([d, own]) => {
      const foreign = strangers.get(d) ?? [];
      const amount = Math.min(own.length, foreign.length);
      if (amount === 0) return [];
      return [{
        key: `${domains.key} ${domains.names[d]}`, amount, workloads: [...own, ...foreign].sort((a, b) => a - b), hosts: [], value: amount, limit: 0,
      }];
    });
  },

  lower: ({ members, others, domains }) =>
    [{ kind: "exclusive", a: members, b: others, domainOfHost: domains.domainOfHost, domainCount: domains.names.length }],

  explain({ members }, { key, workloads }, index) {
    const own = new Set(members);
    return `${namesOf(index, workloads.filter((w) => own.has(w)))} and ${namesOf(index, workloads.filter((w) => !own.has(w)))} share ${key}, but must be split`;
  },
};
