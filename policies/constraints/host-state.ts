import { Type, type Static } from "typebox";
import { isUsable, type Host } from "../../model/fleet.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { workloadAlone } from "../alone.ts";
import type { ConstraintKind } from "../constraint.ts";
import { misplaced, placesOf } from "../presence.ts";

const parameters = Type.Object({}, { additionalProperties: false });

interface Params {
  readonly workload: number;
}

/** Nothing that is wanted stays on, or goes to, a host that cannot run it. Implied for every fleet. */
export const hostState: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "host-state",
  meaning: "for each wanted workload w: state(host(w)) = on, or state(host(w)) = off and host(w) is power-managed",
  parameters,
  selectors: {},
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts({ workloads, index }) {
    if (index.hosts.every(isUsable)) return [];
    return Array.from(workloads.filter((w) => index.workloads[w]?.desired !== "removed"), (w) => ({
      params: { workload: w },
      subject: `workload ${index.workloads[w]?.id}`,
      workloads: workloadAlone(index, w),
      hosts: null,
    }));
  },

  check: ({ workload }, instant) =>
    misplaced(instant, workload, placesOf(instant.where(workload)), (h) => isUsable(instant.index.hosts[h] as Host)),

  lower: ({ workload }, index) => [{ kind: "allow", workload, allowed: usableHosts(index) }],

  explain(_, { workloads, hosts }, index) {
    const host = index.hosts[hosts[0] ?? -1];
    const state = host?.state === "off" ? "off and may not be switched on" : `in state ${host?.state}`;
    return `${index.workloads[workloads[0] ?? -1]?.id} is on ${host?.id}, which is ${state}`;
  },
};

const usable = new WeakMap<FleetIndex, Uint8Array>();

function usableHosts(index: FleetIndex): Uint8Array {
  const found = usable.get(index) ?? Uint8Array.from(index.hosts, (host) => Number(isUsable(host)));
  usable.set(index, found);
  return found;
}
