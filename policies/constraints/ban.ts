import { Type, type Static } from "typebox";
import { workloadAlone } from "../alone.ts";
import type { ConstraintKind } from "../constraint.ts";
import { misplaced, placesOf } from "../presence.ts";
import { selectorSchema } from "../selector-schema.ts";

const parameters = Type.Object({ hosts: selectorSchema }, { additionalProperties: false });

interface Params {
  readonly workload: number;
  /** 0 for each banned host. */
  readonly allowed: Uint8Array;
}

/** Workloads stay off the selected hosts. */
export const ban: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "ban",
  meaning: "for each workload w: host(w) not in hosts",
  parameters,
  selectors: { hosts: "hosts" },
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts({ workloads, selected, excepted, index }) {
    const allowed = new Uint8Array(index.hosts.length).fill(1);
    for (const h of selected["hosts"] ?? []) allowed[h] = Number(excepted.hosts.has(h));
    return Array.from(workloads, (w) => ({
      params: { workload: w, allowed },
      subject: `workload ${index.workloads[w]?.id}`,
      workloads: workloadAlone(index, w),
      hosts: null,
    }));
  },

  check: ({ workload, allowed }, instant) =>
    misplaced(instant, workload, placesOf(instant.where(workload)), (h) => allowed[h] === 1),

  lower: ({ workload, allowed }) => [{ kind: "allow", workload, allowed }],

  explain: (_, { workloads, hosts }, index) =>
    `${index.workloads[workloads[0] ?? -1]?.id} is on ${index.hosts[hosts[0] ?? -1]?.id}, from which it is banned`,
};
