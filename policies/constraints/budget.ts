import { Type, type Static } from "typebox";
import { formatMicros } from "../../model/money.ts";
import { currentHosts } from "../../model/snapshot.ts";
import { billAt, billBefore, chargeAt, onAt } from "../bill.ts";
import type { ConstraintKind, Part } from "../constraint.ts";

const parameters = Type.Object({
  increasePermille: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description: "The hourly cost may rise by so many thousandths of what it is." })),
  increaseMicros: Type.Optional(Type.Integer({ minimum: 0, description: "The hourly cost may rise by so many micro-units; added to the thousandths when both are given." })),
}, { additionalProperties: false });

interface Params {
  readonly members: Int32Array;
  /** 1 for each host whose fixed cost belongs to the group; null when none does. */
  readonly hosts: Uint8Array | null;
  readonly limit: number;
}

/**
 * The hourly cost of a group stays within what it is now and a margin. Without a margin it may not rise at all. What a
 * host failure took down counts with what it cost there: restoring it is not a rise.
 */
export const budget: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "budget",
  meaning: "sum over w in group of charge(w, host(w)) + sum over selected hosts on of on(h) <= the same before x (1 + increasePermille / 1000) + increaseMicros",
  parameters,
  selectors: {},
  subject: "plan",
  holds: { default: "at-end", allowed: ["at-end"] },
  monotone: false,

  parts({ raw, groups, hosts, index }): readonly Part<Params>[] {
    const mask = hosts.length === 0 ? null : new Uint8Array(index.hosts.length);
    for (const h of hosts) if (mask !== null) mask[h] = 1;
    return groups.map(({ name, members }) => {
      const before = billBefore(members, mask, index);
      const limit = before + Math.floor((before * (raw.increasePermille ?? 0)) / 1000) + (raw.increaseMicros ?? 0);
      return { params: { members, hosts: mask, limit }, subject: name === "" ? "group" : `group ${name}`, workloads: mask === null ? members : null, hosts: null };
    });
  },

  check({ members, hosts, limit }, instant) {
    const value = billAt(members, hosts, instant);
    if (value <= limit) return [];
    const before = currentHosts(instant.index);
    const moved = [...members].filter((w) => instant.where(w).host !== before[w]);
    return [{ key: "hourly cost", amount: value - limit, workloads: moved, hosts: [], value, limit }];
  },

  lower({ members, hosts, limit }, index) {
    return [{
      kind: "linear", members, hosts, base: 0, limit,
      at: (w, h) => chargeAt(index, w, h),
      on: (h) => onAt(index, h),
    }];
  },

  explain: (_, { value, limit }, { fleet: { currency } }) =>
    `the group costs ${formatMicros(value)} ${currency} an hour, its limit is ${formatMicros(limit)} ${currency}`,
};
