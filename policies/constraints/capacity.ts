import { Type, type Static } from "typebox";
import { unitFor } from "../../model/counted.ts";
import type { Host, Workload } from "../../model/fleet.ts";
import { amountOf, type ResourceKind } from "../../model/resource.ts";
import { currentHosts, type FleetIndex, type Whereabouts } from "../../model/snapshot.ts";
import { hostAlone } from "../alone.ts";
import type { ConstraintKind, Part } from "../constraint.ts";
import { domainsByKey, unknownKeys } from "../domains.ts";
import { lasting } from "../lasting.ts";

const parameters = Type.Object({
  resources: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: "Which resources; all when absent." })),
  headroomPermille: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, description: "Kept free of what the host may promise, per thousand." })),
  perDomain: Type.Optional(Type.String({ minLength: 1, description: "Sum over the hosts of each domain of this key (rack, power feed)." })),
  atMost: Type.Optional(Type.Integer({ minimum: 0, description: "With perDomain: the limit of each domain, in the unit of the resource; the hosts' sum when absent." })),
  countBothEnds: Type.Optional(Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1, description: "Resources that a workload keeps on the host where it is now, wherever it goes: as when everybody moves at once.",
  })),
}, { additionalProperties: false });

interface Params {
  readonly resource: ResourceKind;
  /** The hosts that share the limit: one, or those of a domain. */
  readonly hosts: Int32Array;
  readonly where: string;
  readonly limit: number;
  /** Workloads count on their present host too, wherever they are. */
  readonly bothEnds: boolean;
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
    const unknown = (["resources", "countBothEnds"] as const).flatMap((parameter) =>
      (raw[parameter] ?? []).filter((name) => !known.includes(name)).map((name) => ({
        parameter, message: `resource ${name} does not exist`, advice: `Name one of ${known.join(", ")}.`,
      })));
    const alone = raw.atMost === undefined || raw.perDomain !== undefined ? [] : [{
      parameter: "atMost", message: `atMost ${raw.atMost} is the limit of a domain, but perDomain is not given`,
      advice: "Add perDomain, e.g. perDomain: rack.",
    }];
    return [...unknown, ...alone, ...unknownKeys(index, "perDomain", raw.perDomain)];
  },

  parts({ raw, hosts, index }): readonly Part<Params>[] {
    const kinds = index.fleet.resources.filter(({ name }) => raw.resources === undefined || raw.resources.includes(name));
    const headroom = raw.headroomPermille ?? 0;
    const isKept = (resource: ResourceKind): boolean => raw.countBothEnds?.includes(resource.name) === true;
    if (raw.perDomain === undefined) {
      return Array.from(hosts).flatMap((h) => kinds.map((resource) => {
        const host = index.hosts[h] as Host;
        return part({ resource, hosts: hostAlone(index, h), where: `host ${host.id}`, limit: promisable(host, resource.name, headroom), bothEnds: isKept(resource) });
      }));
    }
    const domains = domainsByKey(index, raw.perDomain);
    return domains.names.flatMap((name, d) => {
      const inside = hosts.filter((h) => domains.domainOfHost[h] === d);
      return inside.length === 0 ? [] : kinds.map((resource) => {
        const sum = inside.reduce((total, h) => total + promisable(index.hosts[h] as Host, resource.name, headroom), 0);
        return part({ resource, hosts: inside, where: `${domains.key} ${name}`, limit: raw.atMost ?? sum, bothEnds: isKept(resource) });
      });
    });
  },

  check({ resource, hosts, where, limit, bothEnds }, instant) {
    const { index } = instant;
    const homes = bothEnds ? homesOf(index) : null;
    const amountOn = (w: number, h: number): number => {
      const [workload, isHome] = [index.workloads[w] as Workload, homes?.hostOf[w] === h];
      return Math.max(held(workload, resource, instant.where(w), h), isHome ? lasting(workload, resource) : 0);
    };
    const presentOn = (h: number): Iterable<number> =>
      (homes === null ? instant.present(h) : new Set([...instant.present(h), ...(homes.workloadsOf[h] ?? [])]));
    let value = 0;
    for (const h of hosts) for (const w of presentOn(h)) value += amountOn(w, h);
    if (value <= limit) return [];
    const holding = new Set([...hosts].flatMap((h) => [...presentOn(h)])
      .filter((w) => amountOf((index.workloads[w] as Workload).reservation, resource.name) > 0));
    return [{ key: `${where} ${resource.name}`, amount: value - limit, workloads: [...holding].sort((a, b) => a - b), hosts: [...hosts], value, limit }];
  },

  lower({ resource, hosts, limit, bothEnds }, index) {
    return [{ kind: "fill", ...sizesOf(index, resource, bothEnds), hosts, limit, resource }];
  },

  explain: ({ resource }, { key, value, limit }) => `${key} holds ${value} ${unitFor(value, resource.unit)}, the limit is ${limit}`,
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

interface Homes {
  readonly hostOf: Int32Array;
  readonly workloadsOf: readonly (readonly number[])[];
}

const homesByFleet = new WeakMap<FleetIndex, Homes>();

/** Where workloads are before the plan. */
function homesOf(index: FleetIndex): Homes {
  const known = homesByFleet.get(index);
  if (known !== undefined) return known;
  const workloadsOf: number[][] = index.hosts.map(() => []);
  const hostOf = currentHosts(index);
  hostOf.forEach((h, w) => workloadsOf[h]?.push(w));
  const homes = { hostOf, workloadsOf };
  homesByFleet.set(index, homes);
  return homes;
}

interface Sizes {
  readonly members: Int32Array;
  readonly sizes: Float64Array;
  readonly home?: Int32Array;
}

const settledSizes = new WeakMap<FleetIndex, Map<string, Sizes>>();

/** Workloads that hold some of a resource once the plan is done, and how much; with `bothEnds` also where they are now. */
function sizesOf(index: FleetIndex, resource: ResourceKind, bothEnds: boolean): Sizes {
  const known = settledSizes.get(index) ?? new Map<string, Sizes>();
  settledSizes.set(index, known);
  const key = `${bothEnds ? "both ends " : ""}${resource.name}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const members = Int32Array.from(index.workloads.flatMap((workload, w) => (lasting(workload, resource) > 0 ? [w] : [])));
  const sizes = Float64Array.from(members, (w) => lasting(index.workloads[w] as Workload, resource));
  const current = bothEnds ? homesOf(index).hostOf : null;
  const made = { members, sizes, ...(current === null ? {} : { home: Int32Array.from(members, (w) => current[w] ?? -1) }) };
  known.set(key, made);
  return made;
}
