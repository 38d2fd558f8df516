import { Type, type Static } from "typebox";
import { currentHosts } from "../../model/snapshot.ts";
import { workloadAlone } from "../alone.ts";
import type { ConstraintKind } from "../constraint.ts";
import { misplaced, placesOf } from "../presence.ts";

const parameters = Type.Object({}, { additionalProperties: false });

interface Params {
  readonly workload: number;
  /** Where it is now. */
  readonly host: number;
  /** 1 for that host only. */
  readonly allowed: Uint8Array;
}

/** Workloads do not move. One that has no host yet goes wherever it may. */
export const root: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "root",
  meaning: "for each workload w with a current host: host(w) = current(w)",
  parameters,
  selectors: {},
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts({ workloads, excepted, index }) {
    const current = currentHosts(index);
    const rows = new Map<number, Uint8Array>();
    return Array.from(workloads.filter((w) => (current[w] ?? -1) >= 0), (w) => {
      const host = current[w] ?? -1;
      const allowed = rows.get(host) ?? only([host, ...excepted.hosts], index.hosts.length);
      rows.set(host, allowed);
      return { params: { workload: w, host, allowed }, subject: `workload ${index.workloads[w]?.id}`, workloads: workloadAlone(index, w), hosts: null };
    });
  },

  check: ({ workload, allowed }, instant) =>
    misplaced(instant, workload, placesOf(instant.where(workload)), (h) => allowed[h] === 1),

  lower: ({ workload, allowed }) => [{ kind: "allow", workload, allowed }],

  explain: ({ host }, { workloads, hosts }, index) =>
    `${index.workloads[workloads[0] ?? -1]?.id} is on ${index.hosts[hosts[0] ?? -1]?.id}, but must not leave ${index.hosts[host]?.id}`,
};

/** 1 for each of these hosts; a fleet may need as many rows as it has hosts, so they are made without a look at each. */
function only(hosts: readonly number[], hostCount: number): Uint8Array {
  const row = new Uint8Array(hostCount);
  for (const h of hosts) row[h] = 1;
  return row;
}
