import { Type, type Static } from "typebox";
import { currentHosts } from "../../model/snapshot.ts";
import type { ConstraintKind } from "../constraint.ts";
import { placesOf } from "../presence.ts";

const parameters = Type.Object({}, { additionalProperties: false });

interface Params {
  readonly cordoned: Int32Array;
  readonly current: Int32Array;
  /** Workloads that an exception lets in. */
  readonly excepted: ReadonlySet<number>;
}

/** Nothing new enters the selected hosts; what is there may stay, leave and, at the end of a detour, be back. */
export const cordon: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "cordon",
  meaning: "for each host h, each w on h: current(w) = h",
  parameters,
  selectors: {},
  subject: "hosts",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts: ({ hosts, excepted, index }) => hosts.length === 0 ? [] : [{
    params: { cordoned: hosts, current: currentHosts(index), excepted: excepted.workloads },
    subject: "hosts", workloads: null, hosts,
  }],

  check({ cordoned, current, excepted }, instant) {
    return Array.from(cordoned).flatMap((h) => instant.present(h)
      .filter((w) => placesOf(instant.where(w)).includes(h) && current[w] !== h && !excepted.has(w))
      .map((w) => ({
        key: `workload ${instant.index.workloads[w]?.id} on host ${instant.index.hosts[h]?.id}`,
        amount: 1, workloads: [w], hosts: [h], value: 1, limit: 0,
      })));
  },

  lower({ cordoned, current, excepted }, index) {
    const closed = new Uint8Array(index.hosts.length).fill(1);
    for (const h of cordoned) closed[h] = 0;
    // Those on one cordoned host share a row, and so do all who come from outside.
    const rows = new Map<number, Uint8Array>([[-1, closed]]);
    return index.workloads.flatMap((_, w) => {
      if (excepted.has(w)) return [];
      const home = closed[current[w] ?? -1] === 0 ? (current[w] ?? -1) : -1;
      const allowed = rows.get(home) ?? closed.map((open, h) => Number(open === 1 || h === home));
      rows.set(home, allowed);
      return [{ kind: "allow", workload: w, allowed }];
    });
  },

  explain: (_, { workloads, hosts }, index) =>
    `${index.workloads[workloads[0] ?? -1]?.id} enters ${index.hosts[hosts[0] ?? -1]?.id}, which is cordoned`,
};
