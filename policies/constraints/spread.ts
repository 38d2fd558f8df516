import { counted } from "../../model/counted.ts";
import { Type, type Static } from "typebox";
import type { ConstraintKind, Violation } from "../constraint.ts";
import { domainsByKey, exceptHosts, unknownKeys, type Domains } from "../domains.ts";
import type { Form } from "../form.ts";
import { membersPerDomain, namesOf, placesOf } from "../presence.ts";

const parameters = Type.Object({
  key: Type.Optional(Type.String({ description: "Domain key: host (default), rack, zone, site, ...", minLength: 1 })),
  atMost: Type.Optional(Type.Integer({ minimum: 1, description: "At most so many instances in one domain; default 1." })),
  atLeast: Type.Optional(Type.Integer({ minimum: 2, description: "Instances use at least so many domains." })),
  skew: Type.Optional(Type.Integer({ minimum: 0, description: "The fullest and the emptiest domain differ by at most this." })),
}, { additionalProperties: false });

interface Params {
  readonly members: Int32Array;
  readonly domains: Domains;
  readonly rule: { readonly kind: "atMost" | "atLeast" | "skew"; readonly limit: number };
}

/** Anti-affinity: the instances of a group are distributed over failure domains. */
export const spread: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "spread",
  meaning: "for each domain d of the key: |{w in group : w on d}| <= atMost; |{d : used}| >= min(atLeast, placed); max_d - min_d <= skew",
  parameters,
  selectors: {},
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  faults: ({ raw, index }) => unknownKeys(index, "key", raw.key),

  parts({ raw, groups, excepted, index }) {
    const domains = exceptHosts(domainsByKey(index, raw.key ?? "host"), excepted.hosts);
    const rules: Params["rule"][] = [];
    if (raw.atMost !== undefined || (raw.atLeast === undefined && raw.skew === undefined)) rules.push({ kind: "atMost", limit: raw.atMost ?? 1 });
    if (raw.atLeast !== undefined) rules.push({ kind: "atLeast", limit: raw.atLeast });
    if (raw.skew !== undefined) rules.push({ kind: "skew", limit: raw.skew });
    return groups.flatMap(({ name, members }) => rules.map((rule) => ({
      params: { members, domains, rule },
      subject: `${name === "" ? "group" : `group ${name}`}${rules.length > 1 ? ` ${rule.kind}` : ""}`,
      workloads: members,
      hosts: null,
      // An instance that has left its domain may leave too few of them, or too uneven ones.
      monotone: rule.kind === "atMost",
    })));
  },

  check({ members, domains, rule }, instant) {
    const inDomain = membersPerDomain(members, domains, instant);
    switch (rule.kind) {
      case "atMost":
        return [...inDomain].flatMap(([d, together]) => together.length <= rule.limit ? [] : [
          violation(`${domains.key} ${domains.names[d]}`, together.length - rule.limit, together, together.length, rule.limit)]);
      case "atLeast": {
        const placed = members.filter((w) => placesOf(instant.where(w)).length > 0).length;
        const used = inDomain.size;
        const wanted = Math.min(rule.limit, placed);
        return used >= wanted ? [] : [violation(`number of ${domains.key}s`, wanted - used, [...members], used, wanted)];
      }
      case "skew": {
        const counts = domains.names.map((_, d) => inDomain.get(d)?.length ?? 0);
        const skew = counts.length === 0 ? 0 : counts.reduce((a, b) => Math.max(a, b)) - counts.reduce((a, b) => Math.min(a, b));
        return skew <= rule.limit ? [] : [violation(`skew over ${domains.key}s`, skew - rule.limit, [...members], skew, rule.limit)];
      }
    }
  },

  lower({ members, domains, rule }): readonly Form[] {
    const { domainOfHost, names: { length: domainCount } } = domains;
    switch (rule.kind) {
      case "atMost":
        return [{ kind: "pack", members, sizes: new Float64Array(members.length).fill(1), domainOfHost, limits: equalLimits(domains, rule.limit) }];
      case "atLeast":
        return [{ kind: "domains", members, domainOfHost, domainCount, atLeast: rule.limit, atMost: domainCount, alwaysUsed: null }];
      case "skew":
        return [{ kind: "skew", members, domainOfHost, domainCount, atMost: rule.limit }];
    }
  },

  explain({ domains, rule }, { key, workloads, value }, index) {
    const names = namesOf(index, workloads);
    switch (rule.kind) {
      case "atMost": return `${names} share ${key}: ${value} there, at most ${rule.limit} may be`;
      case "atLeast": return `${names} ${workloads.length === 1 ? "uses" : "use"} ${counted(value, domains.key)}, at least ${rule.limit} are wanted`;
      case "skew": return `${names} are uneven over ${domains.key}s: the counts differ by ${value}, at most ${rule.limit} is allowed`;
    }
  },
};

const limitsOf = new WeakMap<Domains, Map<number, Float64Array>>();

/** The same limit for each domain; one array for all groups, since a large fleet has thousands of groups and of hosts. */
function equalLimits(domains: Domains, limit: number): Float64Array {
  const known = limitsOf.get(domains) ?? new Map<number, Float64Array>();
  limitsOf.set(domains, known);
  const limits = known.get(limit) ?? new Float64Array(domains.names.length).fill(limit);
  known.set(limit, limits);
  return limits;
}

function violation(key: string, amount: number, workloads: readonly number[], value: number, limit: number): Violation {
  return { key, amount, workloads, hosts: [], value, limit };
}
