import { Type, type Static } from "typebox";
import { currentHosts } from "../../model/snapshot.ts";
import type { ConstraintKind } from "../constraint.ts";
import { placesOf } from "../presence.ts";

const parameters = Type.Object({}, { additionalProperties: false });

interface Params {
  /** `in`: those from outside do not enter; `out`: those from inside stay on their host. */
  readonly way: "in" | "out";
  readonly quarantined: Int32Array;
  readonly current: Int32Array;
  /** Workloads that this part is about, without those that an exception lets in and out. */
  readonly members: Int32Array;
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

  parts({ hosts, excepted, index }) {
    if (hosts.length === 0) return [];
    const current = currentHosts(index);
    const inside = new Set(hosts);
    const members = (from: boolean): Int32Array => Int32Array.from(index.workloads.keys())
      .filter((w) => !excepted.workloads.has(w) && inside.has(current[w] ?? -1) === from);
    return [
      { params: { way: "in", quarantined: hosts, current, members: members(false) }, subject: "way in", workloads: members(false), hosts },
      { params: { way: "out", quarantined: hosts, current, members: members(true) }, subject: "way out", workloads: members(true), hosts: null },
    ];
  },

  check({ way, quarantined, current, members }, instant) {
    const inside = new Set(quarantined);
    return Array.from(members).flatMap((w) => {
      const places = placesOf(instant.where(w));
      const home = current[w] ?? -1;
      // One that has left is not any more out for being on its way to yet another host.
      const broken = way === "in" ? places.filter((h) => inside.has(h)) : places.some((h) => h !== home) ? [home] : [];
      return broken.map((h) => ({
        key: `workload ${instant.index.workloads[w]?.id} host ${instant.index.hosts[h]?.id}`, amount: 1, workloads: [w], hosts: [h], value: 1, limit: 0,
      }));
    });
  },

  lower({ way, quarantined, current, members }, index) {
    const inside = new Set(quarantined);
    const outside = Uint8Array.from(index.hosts, (_, h) => Number(!inside.has(h)));
    const homes = new Map<number, Uint8Array>();
    return Array.from(members, (w) => {
      if (way === "in") return { kind: "allow", workload: w, allowed: outside };
      const home = current[w] ?? -1;
      const allowed = homes.get(home) ?? outside.map((_, h) => Number(h === home));
      homes.set(home, allowed);
      return { kind: "allow", workload: w, allowed };
    });
  },

  explain: ({ way }, { workloads, hosts }, index) =>
    `${index.workloads[workloads[0] ?? -1]?.id} ${way === "in" ? "enters" : "leaves"} ${index.hosts[hosts[0] ?? -1]?.id}, which is in quarantine`,
};
