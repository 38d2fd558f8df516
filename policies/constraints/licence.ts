import { counted } from "../../model/counted.ts";
import { Type, type Static } from "typebox";
import { workloadAlone } from "../alone.ts";
import type { ConstraintKind, Part } from "../constraint.ts";
import { domainsByKey, exceptHosts, type Domains } from "../domains.ts";
import { membersPerDomain, misplaced, namesOf, placesOf } from "../presence.ts";
import { selectorSchema } from "../selector-schema.ts";

const parameters = Type.Object({
  atMost: Type.Integer({ minimum: 1, description: "The licence covers so many hosts." }),
  hosts: Type.Optional(selectorSchema),
}, { additionalProperties: false });

type Params =
  | { readonly kind: "count"; readonly members: Int32Array; readonly atMost: number; readonly hosts: Domains }
  | { readonly kind: "named"; readonly workload: number; readonly licensed: Uint8Array };

/** Licensed workloads use at most so many hosts, of those that the licence names when it names any. */
export const licence: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "licence",
  meaning: "|{host(w) : w in group}| <= atMost; for each w in group: host(w) in hosts",
  parameters,
  selectors: { hosts: "hosts" },
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts({ raw, workloads, groups, selected, excepted, index }): readonly Part<Params>[] {
    const hosts = exceptHosts(domainsByKey(index, "host"), excepted.hosts);
    const counted = groups.map(({ name, members }): Part<Params> => ({
      params: { kind: "count", members, atMost: raw.atMost, hosts },
      subject: name === "" ? "group" : `group ${name}`, workloads: members, hosts: null,
    }));
    if (raw.hosts === undefined) return counted;
    const licensed = new Uint8Array(index.hosts.length);
    for (const h of [...(selected["hosts"] ?? []), ...excepted.hosts]) licensed[h] = 1;
    const named = Array.from(workloads, (w): Part<Params> => ({
      params: { kind: "named", workload: w, licensed },
      subject: `workload ${index.workloads[w]?.id}`, workloads: workloadAlone(index, w), hosts: null,
    }));
    return [...counted, ...named];
  },

  check(params, instant) {
    if (params.kind === "named") {
      return misplaced(instant, params.workload, placesOf(instant.where(params.workload)), (h) => params.licensed[h] === 1);
    }
    const used = membersPerDomain(params.members, params.hosts, instant);
    if (used.size <= params.atMost) return [];
    return [{
      key: "licensed hosts", amount: used.size - params.atMost, value: used.size, limit: params.atMost,
      workloads: [...new Set([...used.values()].flat())].sort((a, b) => a - b), hosts: [...used.keys()],
    }];
  },

  lower(params) {
    if (params.kind === "named") return [{ kind: "allow", workload: params.workload, allowed: params.licensed }];
    const { members, atMost, hosts } = params;
    return [{ kind: "domains", members, domainOfHost: hosts.domainOfHost, domainCount: hosts.names.length, atLeast: 0, atMost, alwaysUsed: null }];
  },

  explain(params, { workloads, hosts, value, limit }, index) {
    if (params.kind === "named") return `${namesOf(index, workloads)} is on ${index.hosts[hosts[0] ?? -1]?.id}, which its licence does not name`;
    return `${namesOf(index, workloads)} ${workloads.length === 1 ? "uses" : "use"} ${counted(value, "host")}, the licence covers ${limit}`;
  },
};
