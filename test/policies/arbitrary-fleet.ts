import * as fc from "fast-check";
import type { Application, Host, Service, Site, Workload } from "../../model/fleet.ts";
import type { ApplicationId, ServiceId, SiteId } from "../../model/ids.ts";
import { standardResourceKinds } from "../../model/resource.ts";
import type { Activity, FleetIndex, Whereabouts } from "../../model/snapshot.ts";
import { fleetOf, hostOf, workloadOf } from "./fleet-of.ts";
import { nowhere } from "./instant-of.ts";

const applications = ["web", "shop", "db"] as ApplicationId[];
const features = ["raid", "ups"];

const sites: readonly Site[] = [
  { id: "s1" as SiteId, kind: "internal", region: "north", electricityMicrosPerKWh: 200_000, carbonGramsPerKWh: 300, labels: {} },
  { id: "s2" as SiteId, kind: "internal", region: "south", electricityMicrosPerKWh: 150_000, carbonGramsPerKWh: 500, labels: {} },
  { id: "x" as SiteId, kind: "external", region: "south", electricityMicrosPerKWh: 0, carbonGramsPerKWh: 100, labels: {} },
];

/** A small fleet in which every rule has something to say: hosts off and failed, workloads stopped, new and to be removed. */
export const arbitraryFleet: fc.Arbitrary<FleetIndex> = fc
  .record({ hosts: fc.array(arbitraryHost(), { minLength: 2, maxLength: 5 }), services: fc.array(arbitraryService(), { maxLength: 2 }) })
  .chain(({ hosts, services }) => fc.array(arbitraryWorkload(hosts.length), { minLength: 1, maxLength: 7 }).map((workloads) =>
    fleetOf(
      hosts.map((host, h) => hostOf(`h${h + 1}`, host)),
      workloads.map((workload, w) => workloadOf(`w${w + 1}`, workload)),
      {
        sites,
        resources: [...standardResourceKinds, { name: "gpuCount", unit: "GPUs", whileMoving: "running", whileStopped: false }],
        applications: applications.map((id): Application => ({ id, title: id, needs: {} })),
        services: services.map((service, s): Service => ({ ...service, id: `service${s + 1}` as ServiceId })),
      },
    )));

/** A host for each workload, -1 for some and for all that are to be removed: a placement once a plan is done. */
export function arbitraryPlacement(index: FleetIndex): fc.Arbitrary<number[]> {
  return fc.tuple(...index.workloads.map(({ desired }) => (desired === "removed" ? fc.constant(-1) : arbitraryHostOrNone(index, 6))));
}

/** One workload that goes somewhere else, or nowhere. */
export function arbitraryMove(index: FleetIndex): fc.Arbitrary<{ readonly workload: number; readonly to: number }> {
  const movable = index.workloads.flatMap(({ desired }, w) => (desired === "removed" ? [] : [w]));
  return fc.record({ workload: movable.length === 0 ? fc.constant(-1) : fc.constantFrom(...movable), to: arbitraryHostOrNone(index, 6) });
}

/** Where a workload may be in the middle of a plan. */
export function arbitraryWhereabouts(index: FleetIndex): fc.Arbitrary<Whereabouts> {
  const host = fc.nat({ max: index.hosts.length - 1 });
  const two = fc.uniqueArray(host, { minLength: 2, maxLength: 2 });
  return fc.oneof(
    fc.constant(nowhere),
    fc.tuple(host, fc.constantFrom<Activity>("running", "running", "starting", "stopping", "stopped")).map(([h, activity]) => at({ host: h, activity })),
    two.map(([from = -1, to = -1]) => at({ host: from, arriving: to })),
    two.map(([from = -1, to = -1]) => at({ host: from, arriving: to, activity: "stopped" })),
    fc.tuple(two, fc.constantFrom<Activity>("running", "starting", "stopped")).map(([[from = -1, to = -1], activity]) => at({ host: to, leaving: from, activity })),
    host.map((to) => at({ arriving: to, activity: "stopped" })),
  );
}

function at(whereabouts: Partial<Whereabouts>): Whereabouts {
  return { ...nowhere, activity: "running", ...whereabouts };
}

function arbitraryHostOrNone(index: FleetIndex, weight: number): fc.Arbitrary<number> {
  return fc.oneof({ weight, arbitrary: fc.nat({ max: index.hosts.length - 1 }) }, { weight: 1, arbitrary: fc.constant(-1) });
}

function arbitraryHost(): fc.Arbitrary<Partial<Host>> {
  return fc.record({
    site: fc.constantFrom(...sites.map(({ id }) => id)),
    domains: fc.record({ rack: fc.constantFrom("r1", "r2"), zone: fc.constantFrom("z1", "z2", "z3") }, { requiredKeys: ["zone"] }),
    capacity: fc.record({ cpuMillicores: fc.nat({ max: 8 }), memoryMiB: fc.nat({ max: 8 }), storageMiB: fc.nat({ max: 8 }), gpuCount: fc.nat({ max: 2 }) }),
    reserve: fc.record({ memoryMiB: fc.nat({ max: 2 }) }, { requiredKeys: [] }),
    overcommitPermille: fc.record({ cpuMillicores: fc.constantFrom(1000, 1500, 2000) }, { requiredKeys: [] }),
    layers: fc.record({ libvirt: fc.constantFrom("8", "9.1", "10.0.2"), tomcat: fc.constantFrom("9", "10") }, { requiredKeys: [] }),
    features: fc.subarray(features),
    cpuVendor: fc.constantFrom("amd", "intel"),
    cpuLevel: fc.integer({ min: 1, max: 3 }),
    securityLevel: fc.nat({ max: 3 }),
    state: fc.constantFrom("on", "on", "on", "off", "maintenance", "failed"),
    powerManaged: fc.boolean(),
    prices: fc.record({
      onMicrosPerHour: fc.nat({ max: 500_000 }), cpuMicrosPerCoreHour: fc.nat({ max: 40_000 }), memoryMicrosPerGiBHour: fc.nat({ max: 9000 }),
      storageMicrosPerTiBHour: fc.nat({ max: 90_000 }), transferMicrosPerGiB: fc.nat({ max: 90_000 }),
    }),
    labels: fc.record({ env: fc.constantFrom("prod", "test") }, { requiredKeys: [] }),
  });
}

function arbitraryWorkload(hostCount: number): fc.Arbitrary<Partial<Workload>> {
  const reservation = fc.record({ cpuMillicores: fc.nat({ max: 4 }), memoryMiB: fc.nat({ max: 4 }), storageMiB: fc.nat({ max: 4 }), gpuCount: fc.nat({ max: 1 }) });
  const place = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.integer({ min: 1, max: hostCount }), fc.constantFrom("running", "running", "stopped")).map(([h, state]) => ({ host: `h${h}`, state })) },
    { weight: 1, arbitrary: fc.constant({ host: null, state: "new" }) },
  );
  const rest = fc.record({
    layer: fc.constantFrom("libvirt", "libvirt", "tomcat"),
    layerVersion: fc.constantFrom("", "9", "9.2", "10"),
    requiredFeatures: fc.subarray(features, { maxLength: 1 }),
    applications: fc.subarray(applications),
    reservation,
    dataMiB: fc.nat({ max: 2000 }),
    securityLevel: fc.nat({ max: 3 }),
    offsiteBanned: fc.boolean(),
    replicaGroup: fc.constantFrom("g1", "g2", null),
    priority: fc.nat({ max: 3 }),
    desired: fc.constantFrom("running", "running", "running", "stopped", "removed"),
    liveMove: fc.boolean(),
    mayStop: fc.boolean(),
    labels: fc.record({ tier: fc.constantFrom("web", "db") }, { requiredKeys: [] }),
  });
  return fc.tuple(place, rest).map(([where, workload]) => Object.assign({ expectedUse: workload.reservation }, workload, where) as Partial<Workload>);
}

function arbitraryService(): fc.Arbitrary<Omit<Service, "id">> {
  return fc.subarray(applications, { minLength: 1 }).map((chosen) => ({
    title: "", applications: chosen, redundancy: [], virtualAddress: null, scale: [], labels: {},
    // Later ones need the first: an order without cycles.
    startOrder: chosen.slice(1).map((application) => ({ application, needs: chosen[0] as ApplicationId })),
  }));
}
