import { Type, type Static } from "typebox";
import { workloadAlone } from "../alone.ts";
import type { ConstraintKind } from "../constraint.ts";
import { misplaced, placesOf } from "../presence.ts";
import { selectorSchema } from "../selector-schema.ts";

const parameters = Type.Object({ hosts: selectorSchema }, { additionalProperties: false });

interface Params {
  readonly workload: number;
  /** 1 for each host inside the fence, and for those that an exception takes out. */
  readonly inside: Uint8Array;
}

/** Workloads stay on the selected hosts. */
export const fence: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "fence",
  meaning: "for each workload w: host(w) in hosts",
  parameters,
  selectors: { hosts: "hosts" },
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts({ workloads, selected, excepted, index }) {
    const inside = new Uint8Array(index.hosts.length);
    for (const h of [...(selected["hosts"] ?? []), ...excepted.hosts]) inside[h] = 1;
    return Array.from(workloads, (w) => ({
      params: { workload: w, inside },
      subject: `workload ${index.workloads[w]?.id}`,
      workloads: workloadAlone(index, w),
      hosts: null,
    }));
  },

  check: ({ workload, inside }, instant) =>
    misplaced(instant, workload, placesOf(instant.where(workload)), (h) => inside[h] === 1),

  lower: ({ workload, inside }) => [{ kind: "allow", workload, allowed: inside }],

  explain: (_, { workloads, hosts }, index) =>
    `${index.workloads[workloads[0] ?? -1]?.id} is on ${index.hosts[hosts[0] ?? -1]?.id}, outside the hosts it is fenced to`,
};
