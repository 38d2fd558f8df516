import { Type, type Static } from "typebox";
import { assert } from "../../model/assert.ts";
import type { FleetIndex, Instant } from "../../model/snapshot.ts";
import { workloadAlone } from "../alone.ts";
import type { ConstraintKind, Part, Request, Violation } from "../constraint.ts";
import { domainsByKey, exceptHosts, type Domains } from "../domains.ts";
import { membersPerDomain, misplaced, namesOf, placesOf } from "../presence.ts";

const parameters = Type.Object({
  exclusive: Type.Optional(Type.Boolean({ description: "Workloads of different levels never share a host; default false." })),
}, { additionalProperties: false });

type Params =
  | { readonly kind: "cleared"; readonly workload: number; readonly excepted: ReadonlySet<number>; readonly allowed: Uint8Array }
  /** Workloads of one level against those of all higher ones, so that each pair of levels counts once. */
  | { readonly kind: "apart"; readonly level: number; readonly own: Int32Array; readonly higher: Int32Array; readonly hosts: Domains };

/** Hosts are cleared for what they run; optionally different levels never share a host. */
export const securityLevel: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "security-level",
  meaning: "for each workload w: level(host(w)) >= level(w); exclusive: host(v) = host(w) implies level(v) = level(w)",
  parameters,
  selectors: {},
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts(request) {
    return [...clearedParts(request), ...(request.raw.exclusive === true ? apartParts(request) : [])];
  },

  check(params, instant) {
    if (params.kind === "apart") return mixedHosts(params, instant);
    const needed = levelOf(instant.index, params.workload);
    const levelAt = (h: number): number => instant.index.hosts[h]?.securityLevel ?? 0;
    return misplaced(instant, params.workload, placesOf(instant.where(params.workload)), (h) => params.excepted.has(h) || levelAt(h) >= needed)
      .map(({ key, amount, workloads, hosts }) => ({ key, amount, workloads, hosts, value: levelAt(hosts[0] ?? -1), limit: needed }));
  },

  lower(params) {
    if (params.kind === "cleared") return [{ kind: "allow", workload: params.workload, allowed: params.allowed }];
    const { domainOfHost, names } = params.hosts;
    return [{ kind: "exclusive", a: params.own, b: params.higher, domainOfHost, domainCount: names.length }];
  },

  explain(params, { key, workloads, hosts, value, limit }, index) {
    if (params.kind === "apart") return `${namesOf(index, workloads)} share ${key}, but workloads of level ${params.level} and of higher levels must not`;
    return `${namesOf(index, workloads)} needs security level ${limit}, ${index.hosts[hosts[0] ?? -1]?.id} has ${value}`;
  },
};

function levelOf(index: FleetIndex, w: number): number {
  const workload = index.workloads[w];
  assert(workload !== undefined, `workload ${w} is not of this fleet`);
  return workload.securityLevel;
}

/** One part for each workload that some host is not cleared for; workloads of a level share one row of hosts. */
function clearedParts({ workloads, excepted, index }: Request<Static<typeof parameters>>): readonly Part<Params>[] {
  // By level: the row, and whether any host is refused by it.
  const rows = new Map<number, { readonly allowed: Uint8Array; readonly refuses: boolean }>();
  return Array.from(workloads).flatMap((w) => {
    const level = levelOf(index, w);
    const known = rows.get(level);
    const allowed = known?.allowed ?? Uint8Array.from(index.hosts, (host, h) => Number(excepted.hosts.has(h) || host.securityLevel >= level));
    const refuses = known?.refuses ?? allowed.includes(0);
    rows.set(level, { allowed, refuses });
    return !refuses ? [] : [{ params: { kind: "cleared", workload: w, excepted: excepted.hosts, allowed }, subject: `workload ${index.workloads[w]?.id}`, workloads: workloadAlone(index, w), hosts: null }];
  });
}

function apartParts({ workloads, excepted, index }: Request<Static<typeof parameters>>): readonly Part<Params>[] {
  const levels = [...new Set(Array.from(workloads, (w) => levelOf(index, w)))].sort((a, b) => a - b);
  const hosts = exceptHosts(domainsByKey(index, "host"), excepted.hosts);
  return levels.slice(0, -1).map((level) => {
    const own = workloads.filter((w) => levelOf(index, w) === level);
    const higher = workloads.filter((w) => levelOf(index, w) > level);
    return {
      params: { kind: "apart", level, own, higher, hosts },
      subject: `level ${level} apart`, workloads: workloads.filter((w) => levelOf(index, w) >= level), hosts: null,
    };
  });
}

function mixedHosts({ own, higher, hosts }: Extract<Params, { kind: "apart" }>, instant: Instant): readonly Violation[] {
  const above = membersPerDomain(higher, hosts, instant);
  return [...membersPerDomain(own, hosts, instant)].flatMap(([d, low]) => {
    const high = above.get(d) ?? [];
    const amount = Math.min(low.length, high.length);
    if (amount === 0) return [];
    return [{ key: `host ${hosts.names[d]}`, amount, workloads: [...low, ...high].sort((a, b) => a - b), hosts: [d], value: amount, limit: 0 }];
  });
}
