import { Type, type Static } from "typebox";
import { currentHosts, type Instant } from "../../model/snapshot.ts";
import type { ConstraintKind, Violation } from "../constraint.ts";
import { placesOf } from "../presence.ts";

const parameters = Type.Object({}, { additionalProperties: false });

interface Params {
  readonly quarantined: Int32Array;
  readonly current: Int32Array;
  /** Workloads that an exception lets in and out. */
  readonly excepted: ReadonlySet<number>;
}

/** Nothing enters the selected hosts and nothing leaves them, not even from one of them to another. */
export const quarantine: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "quarantine",
  meaning: "for each host h: {w : host(w) = h} = {w : current(w) = h, w placed}",
  parameters,
  selectors: {},
  subject: "hosts",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts: ({ hosts, excepted, index }) => hosts.length === 0 ? [] : [{
    params: { quarantined: hosts, current: currentHosts(index), excepted: excepted.workloads },
    subject: "hosts", workloads: null, hosts,
  }],

  check(params, instant) {
    const inside = new Set(params.quarantined);
    return instant.index.workloads.flatMap((_, w) => params.excepted.has(w) ? [] : crossing(params, inside, w, instant));
  },

  lower({ quarantined, current, excepted }, index) {
    const closed = new Uint8Array(index.hosts.length).fill(1);
    for (const h of quarantined) closed[h] = 0;
    // Those inside share a row with their host; all others share the row of the hosts outside.
    const rows = new Map<number, Uint8Array>([[-1, closed]]);
    return index.workloads.flatMap((_, w) => {
      if (excepted.has(w)) return [];
      const home = closed[current[w] ?? -1] === 0 ? (current[w] ?? -1) : -1;
      const allowed = rows.get(home) ?? closed.map((_open, h) => Number(h === home));
      rows.set(home, allowed);
      return [{ kind: "allow", workload: w, allowed }];
    });
  },

  explain(_, { key, workloads, hosts }, index) {
    const host = index.hosts[hosts[0] ?? -1]?.id;
    return `${index.workloads[workloads[0] ?? -1]?.id} ${key.endsWith("left") ? "leaves" : "enters"} ${host}, which is in quarantine`;
  },
};

/** A workload from inside that is anywhere else has left, once; one from outside enters each host that it is on. */
function crossing({ current }: Params, inside: ReadonlySet<number>, w: number, instant: Instant): readonly Violation[] {
  const places = placesOf(instant.where(w));
  const home = current[w] ?? -1;
  const breach = (h: number, verb: string): Violation => ({
    key: `workload ${instant.index.workloads[w]?.id} host ${instant.index.hosts[h]?.id} ${verb}`,
    amount: 1, workloads: [w], hosts: [h], value: 1, limit: 0,
  });
  if (inside.has(home)) return places.every((h) => h === home) ? [] : [breach(home, "left")];
  return places.filter((h) => inside.has(h)).map((h) => breach(h, "entered"));
}
