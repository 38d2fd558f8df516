import { counted } from "../../model/counted.ts";
import { Type, type Static } from "typebox";
import { hostAlone } from "../alone.ts";
import type { ConstraintKind } from "../constraint.ts";
import { namesOf, placesOf } from "../presence.ts";
import { selectorSchema } from "../selector-schema.ts";

const parameters = Type.Object({
  atMost: Type.Integer({ minimum: 0, description: "So many workloads may be on each of the selected hosts." }),
  workloads: Type.Optional(selectorSchema),
}, { additionalProperties: false });

interface Params {
  readonly host: number;
  readonly atMost: number;
  /** Those that count, shared by all parts. */
  readonly members: Int32Array;
  readonly sizes: Float64Array;
  readonly counts: Uint8Array;
}

/** At most so many workloads on each of the selected hosts; of some only, when the rule names them. */
export const maxWorkloads: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "max-workloads",
  meaning: "for each host h: |{w in workloads : host(w) = h}| <= atMost",
  parameters,
  selectors: { workloads: "workloads" },
  subject: "hosts",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts({ raw, hosts, selected, excepted, index }) {
    const named = raw.workloads === undefined ? Int32Array.from(index.workloads.keys()) : (selected["workloads"] ?? new Int32Array());
    const members = named.filter((w) => !excepted.workloads.has(w));
    const counts = new Uint8Array(index.workloads.length);
    for (const w of members) counts[w] = 1;
    const shared = { members, sizes: new Float64Array(members.length).fill(1), counts, atMost: raw.atMost };
    return Array.from(hosts, (h) => ({
      params: { ...shared, host: h }, subject: `host ${index.hosts[h]?.id}`, workloads: null, hosts: hostAlone(index, h),
    }));
  },

  check({ host, atMost, counts }, instant) {
    const there = instant.present(host).filter((w) => counts[w] === 1 && placesOf(instant.where(w)).includes(host));
    if (there.length <= atMost) return [];
    return [{
      key: `host ${instant.index.hosts[host]?.id}`, amount: there.length - atMost, workloads: there, hosts: [host], value: there.length, limit: atMost,
    }];
  },

  lower: ({ host, atMost, members, sizes }) => [{ kind: "fill", members, sizes, hosts: Int32Array.of(host), limit: atMost }],

  explain: (_, { key, workloads, value, limit }, index) => `${key} has ${counted(value, "workload")} (${namesOf(index, workloads)}), at most ${limit} may be there`,
};
