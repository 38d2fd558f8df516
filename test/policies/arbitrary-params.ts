import * as fc from "fast-check";
import type { FleetIndex } from "../../model/snapshot.ts";
import type { AnyConstraintKind, Request } from "../../policies/constraint.ts";
import { requestOf, type Asked } from "./given.ts";

type Ask = (index: FleetIndex) => fc.Arbitrary<Asked>;

/** Random parameters for each entry of the catalogue, by name; what they select comes on top. */
export const arbitraryParams: Readonly<Record<string, Ask>> = {
  among: (index) => fc.array(fc.integer({ min: -1, max: 1 }), { minLength: index.hosts.length, maxLength: index.hosts.length }).map((groupOf) => ({
    selected: { groups: [0, 1].map((g) => index.hosts.filter((_, h) => groupOf[h] === g || (h === g && !groupOf.includes(g) && groupOf[h] === -1)).map(({ id }) => id).join(" ")).filter((text) => text !== "") },
  })).filter(({ selected: { groups } }) => groups.length > 0),
  ban: (index) => some(index, "hosts").map((hosts) => ({ selected: { hosts } })),
  budget: () => raws({ increasePermille: fc.constantFrom(0, 50, 500), increaseMicros: fc.nat({ max: 100_000 }) }),
  capacity: () => raws({
    headroomPermille: fc.constantFrom(0, 100, 500), resources: fc.constantFrom(["memoryMiB"], ["cpuMillicores", "gpuCount"], ["storageMiB"]),
    perDomain: fc.constantFrom("host", "rack", "site"), countBothEnds: fc.constantFrom(["memoryMiB"], ["cpuMillicores", "storageMiB", "gpuCount"]),
  }).chain((asked) => fc.nat({ max: 6 }).map((atMost) => ("perDomain" in asked.raw && atMost < 4 ? { raw: { ...asked.raw, atMost } } : asked))),
  "change-limit": () => raws({ moves: fc.nat({ max: 3 }), dataMiB: fc.nat({ max: 3000 }) }),
  cordon: () => fc.constant({}),
  "disruption-budget": () => fc.oneof(fc.record({ min: fc.integer({ min: 1, max: 3 }) }), fc.record({ maxDown: fc.nat({ max: 2 }) })).map((raw) => ({ raw })),
  failover: (index) => fc.tuple(
    fc.oneof(fc.record({ hosts: fc.integer({ min: 1, max: 2 }) }), fc.record({ domain: fc.constantFrom("host", "zone", "site") })),
    fc.option(some(index, "hosts")), fc.option(some(index, "workloads")),
  ).map(([raw, takers, carried]) => ({ raw, selected: { ...(takers === null ? {} : { takers }), ...(carried === null ? {} : { carried }) } })),
  fence: (index) => some(index, "hosts").map((hosts) => ({ selected: { hosts } })),
  gather: () => raws({ key }),
  "host-state": () => fc.constant({}),
  layer: () => fc.constant({}),
  licence: (index) => fc.tuple(fc.integer({ min: 1, max: 3 }), fc.option(some(index, "hosts"))).map(([atMost, hosts]) =>
    (hosts === null ? { raw: { atMost } } : { raw: { atMost }, selected: { hosts } })),
  lonely: () => fc.constant({}),
  "max-online": () => fc.nat({ max: 3 }).map((atMost) => ({ raw: { atMost } })),
  "max-workloads": (index) => fc.tuple(fc.nat({ max: 2 }), fc.option(some(index, "workloads"))).map(([atMost, workloads]) =>
    (workloads === null ? { raw: { atMost } } : { raw: { atMost }, selected: { workloads } })),
  neighbourhood: (index) => fc.tuple(raws({ key }), some(index, "workloads")).map(([{ raw }, near]) => ({ raw, selected: { near } })),
  "offsite-ban": (index) => raws({ sites: fc.subarray(index.fleet.sites.map(({ id }) => id), { minLength: 1 }) }),
  payback: () => fc.integer({ min: 1, max: 90 }).map((days) => ({ raw: { days } })),
  quarantine: () => fc.constant({}),
  root: () => fc.constant({}),
  "security-level": () => raws({ exclusive: fc.boolean() }),
  split: (index) => fc.tuple(raws({ key }), some(index, "workloads")).map(([{ raw }, from]) => ({ raw, selected: { from } })),
  spread: () => raws({ key, atMost: fc.integer({ min: 1, max: 2 }), atLeast: fc.integer({ min: 2, max: 3 }), skew: fc.nat({ max: 1 }) }),
};

const key = fc.constantFrom("host", "rack", "zone", "site");

/** What a compiler could ask of an entry in a fleet: random parameters, selection, groups and exceptions. */
export function arbitraryRequest(kind: AnyConstraintKind, index: FleetIndex): fc.Arbitrary<Request<object>> {
  const params = arbitraryParams[kind.name];
  if (params === undefined) throw new Error(`test/policies/arbitrary-params.ts has no parameters for ${kind.name}`);
  const exception = fc.oneof({ weight: 4, arbitrary: fc.constant("") }, { weight: 1, arbitrary: some(index, "workloads", 1) }, { weight: 1, arbitrary: some(index, "hosts", 1) });
  const selection = fc.record({ workloads: some(index, "workloads"), hosts: some(index, "hosts"), excepted: exception, grouped: fc.boolean() });
  return fc.tuple(params(index), selection).map(([asked, { workloads, hosts, excepted, grouped }]) => {
    const groups = grouped && kind.subject === "workloads" ? { groups: halves(workloads) } : {};
    return requestOf(kind, { workloads, hosts, excepted, ...groups, ...asked }, index);
  }).filter((request) => (kind.faults?.(request) ?? []).length === 0);
}

/** Ids of at least one of the fleet's workloads or hosts, in a row. */
export function some(index: FleetIndex, sort: "workloads" | "hosts", maxLength?: number): fc.Arbitrary<string> {
  const ids = index[sort].map(({ id }): string => id);
  return fc.subarray(ids, { minLength: 1, maxLength: maxLength ?? ids.length }).map((chosen) => chosen.join(" "));
}

/** Parameters each of which may be absent. */
function raws(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<{ readonly raw: object }> {
  return fc.record(fields, { requiredKeys: [] }).map((raw) => ({ raw }));
}

function halves(workloads: string): Readonly<Record<string, string>> {
  const ids = workloads.split(" ");
  const half = Math.ceil(ids.length / 2);
  return ids.length < 2 ? { one: workloads } : { one: ids.slice(0, half).join(" "), two: ids.slice(half).join(" ") };
}
