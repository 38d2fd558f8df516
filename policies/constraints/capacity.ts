import { Type, type Static } from "typebox";
import type { Host, Workload } from "../../model/fleet.ts";
import { amountOf, type ResourceKind } from "../../model/resource.ts";
import type { FleetIndex, Whereabouts } from "../../model/snapshot.ts";
import type { ConstraintKind, Part } from "../constraint.ts";
import { domainsByKey, unknownKeys } from "../domains.ts";

const parameters = Type.Object({
  resources: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: "Which resources; all when absent." })),
  headroomPermille: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, description: "Kept free of what the host may promise, per thousand." })),
  perDomain: Type.Optional(Type.String({ minLength: 1, description: "Sum over the hosts of each domain of this key (rack, power feed)." })),
  atMost: Type.Optional(Type.Integer({ minimum: 0, description: "With perDomain: the limit of each domain, in the unit of the resource; the hosts' sum when absent." })),
}, { additionalProperties: false });

interface Params {
  readonly resource: ResourceKind;
  /** The hosts that share the limit: one, or those of a domain. */
  readonly hosts: Int32Array;
  readonly where: string;
  readonly limit: number;
}

/** What may be promised of a resource on a host: (capacity - reserve) x overcommit, less the headroom. */
function promisable(host: Host, resource: string, headroomPermille: number): number {
  const physical = amountOf(host.capacity, resource) - amountOf(host.reserve, resource);
  const overcommit = Object.hasOwn(host.overcommitPermille, resource) ? amountOf(host.overcommitPermille, resource) : 1000;
  const promised = Math.floor((physical * overcommit) / 1000);
  return promised - Math.ceil((promised * headroomPermille) / 1000);
}

/** Reservations fit, at every instant; memory and storage of a moving workload count on both hosts. */
export const capacity: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "capacity",
  meaning: "for each host h, resource r: sum over w on h of reservation(w, r) <= overcommit(h, r) x (capacity(h, r) - reserve(h, r)) - headroom",
  parameters,
  selectors: {},
  subject: "hosts",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  faults({ raw, index }) {
    const known = index.fleet.resources.map(({ name }) => name);
    const unknown = (raw.resources ?? []).filter((name) => !known.includes(name)).map((name) => ({
      parameter: "resources", message: `resource ${name} does not exist`, advice: `Name one of ${known.join(", ")}.`,
    }));
    const alone = raw.atMost === undefined || raw.perDomain !== undefined ? [] : [{
      parameter: "atMost", message: `atMost ${raw.atMost} is the limit of a domain, but perDomain is not given`,
      advice: "Add perDomain, e.g. perDomain: rack.",
    }];
    return [...unknown, ...alone, ...unknownKeys(index, "perDomain", raw.perDomain)];
  },

  parts({ raw, hosts, index }): readonly Part<Params>[] {
    const kinds = index.fleet.resources.filter(({ name }) => raw.resources === undefined || raw.resources.includes(name));
    const headroom = raw.headroomPermille ?? 0;
    if (raw.perDomain === undefined) {
      return Array.from(hosts).flatMap((h) => kinds.map((resource) => {
        const host = index.hosts[h] as Host;
        return part({ resource, hosts: Int32Array.of(h), where: `host ${host.id}`, limit: promisable(host, resource.name, headroom) });
      }));
    }
    const domains = domainsByKey(index, raw.perDomain);
    return domains.names.flatMap((name, d) => {
      const inside = hosts.filter((h) => domains.domainOfHost[h] === d);
      return inside.length === 0 ? [] : kinds.map((resource) => {
        const sum = inside.reduce((total, h) => total + promisable(index.hosts[h] as Host, resource.name, headroom), 0);
        return part({ resource, hosts: inside, where: `${domains.key} ${name}`, limit: raw.atMost ?? sum });
      });
    });
  },

  check({ resource, hosts, where, limit }, instant) {
    const present = [...new Set([...hosts].flatMap((h) => instant.present(h)))];
    let value = 0;
    for (const h of hosts) for (const w of instant.present(h)) value += held(instant.index.workloads[w] as Workload, resource, instant.where(w), h);
    if (value <= limit) return [];
    const holding = present.filter((w) => amountOf((instant.index.workloads[w] as Workload).reservation, resource.name) > 0).sort((a, b) => a - b);
    return [{ key: `${where} ${resource.name}`, amount: value - limit, workloads: holding, hosts: [...hosts], value, limit }];
  },

  lower({ resource, hosts, limit }, index) {
    return [{ kind: "fill", ...sizesOf(index, resource), hosts, limit, resource }];
  },

  explain: ({ resource }, { key, value, limit }) => `${key} holds ${value} ${resource.unit}, the limit is ${limit}`,
};

function part(params: Params): Part<Params> {
  return {
    params, subject: `${params.where} ${params.resource.name}`, workloads: null, hosts: params.hosts,
    // What counts only where it runs comes on top when it lands.
    monotone: params.resource.whileMoving === "both",
  };
}

/** How much of a resource a workload holds on host `h`, given where it is. */
function held(workload: Workload, resource: ResourceKind, { host, arriving, leaving, activity }: Whereabouts, h: number): number {
  const amount = amountOf(workload.reservation, resource.name);
  const stopped = activity === "stopped";
  if (host === h) return stopped && !resource.whileStopped ? 0 : amount;
  if (arriving === h) return (stopped ? resource.whileStopped : resource.whileMoving === "both") ? amount : 0;
  return leaving === h && resource.whileStopped ? amount : 0;
}

const settledSizes = new WeakMap<FleetIndex, Map<string, { members: Int32Array; sizes: Float64Array }>>();

/** Workloads that hold some of a resource once the plan is done, and how much. */
function sizesOf(index: FleetIndex, resource: ResourceKind): { members: Int32Array; sizes: Float64Array } {
  const known = settledSizes.get(index) ?? new Map<string, { members: Int32Array; sizes: Float64Array }>();
  settledSizes.set(index, known);
  const found = known.get(resource.name);
  if (found !== undefined) return found;
  const amount = (workload: Workload): number =>
    workload.desired === "running" || resource.whileStopped ? amountOf(workload.reservation, resource.name) : 0;
  const members = Int32Array.from(index.workloads.flatMap((workload, w) => (workload.desired !== "removed" && amount(workload) > 0 ? [w] : [])));
  const made = { members, sizes: Float64Array.from(members, (w) => amount(index.workloads[w] as Workload)) };
  known.set(resource.name, made);
  return made;
}

