import { describe, expect, it } from "vitest";
import type { Plan } from "../../model/plan.ts";
import type { Verification } from "../../policies/index.ts";
import { file, stowage } from "./command-line.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a case lays over the two hosts, the workload, and the document. */
interface Alteration {
  readonly home?: Fields;
  readonly cheap?: Fields;
  readonly dear?: Fields;
  readonly workload?: Fields;
  readonly document?: Fields;
}

/** One workload on the dear host of two: when nothing speaks against it, it moves to the cheap one. */
function documentWith({ home = {}, cheap = {}, dear = {}, workload = {}, document = {} }: Alteration): string {
  const host = {
    capacity: { cpuMillicores: 8000, memoryMiB: 16_384, storageMiB: 100_000, networkMbps: 1000 }, layers: { libvirt: "9.0.0" }, powerManaged: true,
    migrationMbps: 1000,
  };
  return JSON.stringify({
    apiVersion: "stowage/v1", name: "fields",
    sites: [{ id: "home", electricityMicrosPerKWh: 200_000, carbonGramsPerKWh: 100, ...home }, { id: "cloud", kind: "external" }],
    hosts: [
      { ...host, id: "cheap", site: "home", prices: { onMicrosPerHour: 500_000 }, ...cheap },
      { ...host, id: "dear", site: "home", prices: { onMicrosPerHour: 600_000 }, ...dear },
    ],
    applications: [{ id: "app" }],
    workloads: [{ id: "w", layer: "libvirt", applications: ["app"], host: "dear", reservation: { cpuMillicores: 1000, memoryMiB: 2048, storageMiB: 1024 }, ...workload }],
    ...document,
  });
}

interface Report {
  readonly plan: Plan;
  readonly verification: Verification;
}

let made = 0;

/** The plan for an altered document; it must have passed its own verifier. */
async function planned(alteration: Alteration): Promise<Plan> {
  const { out } = await stowage("plan", "--json", file(`fields-${++made}.json`, documentWith(alteration)), "--engine", "search", "--iterations", "2000");
  const { plan, verification } = JSON.parse(out) as Report;
  expect(verification.ok).toBe(true);
  return plan;
}

const hostOf = (plan: Plan, workload = "w"): string | null => plan.target.find((each) => each.workload === workload)?.host ?? null;
const steps = (plan: Plan): readonly string[] => plan.actions.map(({ action }) => action.kind);

const resources = [{ name: "gpuCount", unit: "cards" }];
const priced = (prices: Fields): Alteration => ({ cheap: { prices: { onMicrosPerHour: 500_000, ...prices } } });
/** The cheap host stands in the cloud. */
const inCloud = { site: "cloud" };

/** Fields that decide where the workload runs: without the alteration it would be on the cheap host. */
const deciding: readonly (readonly [field: string, alteration: Alteration, host: string | null])[] = [
  ["host.capacity", { cheap: { capacity: { cpuMillicores: 8000, memoryMiB: 1024, storageMiB: 100_000 } } }, "dear"],
  ["host.capacity of cpu", { cheap: { capacity: { cpuMillicores: 999, memoryMiB: 16_384, storageMiB: 100_000 } } }, "dear"],
  ["host.capacity of network", { cheap: { capacity: { cpuMillicores: 8000, memoryMiB: 16_384, storageMiB: 100_000, networkMbps: 9 } }, workload: { reservation: { networkMbps: 10 } } }, "dear"],
  ["host.capacity of a resource of the fleet's own", { document: { resources }, dear: { capacity: { gpuCount: 1 } }, workload: { reservation: { gpuCount: 1 } } }, "dear"],
  ["host.overcommitPermille", { cheap: { overcommitPermille: { memoryMiB: 124 } } }, "dear"],
  ["host.overcommitPermille that suffices", { cheap: { overcommitPermille: { memoryMiB: 125 } } }, "cheap"],
  ["host.reserve", { cheap: { reserve: { memoryMiB: 14_337 } } }, "dear"],
  ["host.layers", { cheap: { layers: { podman: "4.0" } } }, "dear"],
  ["workload.layer", { workload: { layer: "tomcat" }, dear: { layers: { tomcat: "10" } } }, "dear"],
  ["workload.layerVersion", { workload: { layerVersion: "9.1" }, dear: { layers: { libvirt: "9.10.0" } } }, "dear"],
  ["workload.requiredFeatures and host.features", { workload: { requiredFeatures: ["ups", "raid"] }, cheap: { features: ["ups"] }, dear: { features: ["raid", "ups"] } }, "dear"],
  ["host.cpuVendor", { cheap: { cpuVendor: "amd" }, dear: { cpuVendor: "intel" } }, "dear"],
  ["host.cpuLevel", { cheap: { cpuLevel: 2 }, dear: { cpuLevel: 3 } }, "dear"],
  ["workload.securityLevel", { workload: { securityLevel: 2 }, cheap: { securityLevel: 1 }, dear: { securityLevel: 2 } }, "dear"],
  ["site.kind and workload.offsiteBanned", { workload: { offsiteBanned: true }, cheap: inCloud }, "dear"],
  ["site.kind alone", { cheap: inCloud }, "cheap"],
  ["host.state failed", { cheap: { state: "failed" } }, "dear"],
  ["host.state maintenance", { cheap: { state: "maintenance" } }, "dear"],
  ["host.state maintenance of its own host", { dear: { state: "maintenance" }, cheap: { prices: { onMicrosPerHour: 900_000 } } }, "cheap"],
  ["host.state off", { cheap: { state: "off" } }, "cheap"],
  ["host.powerManaged", { cheap: { state: "off", powerManaged: false } }, "dear"],
  ["host.prices.onMicrosPerHour", priced({ onMicrosPerHour: 700_000 }), "dear"],
  ["host.prices.cpuMicrosPerCoreHour", priced({ cpuMicrosPerCoreHour: 150_000 }), "dear"],
  ["host.prices.memoryMicrosPerGiBHour", priced({ memoryMicrosPerGiBHour: 60_000 }), "dear"],
  ["host.prices.storageMicrosPerTiBHour", priced({ storageMicrosPerTiBHour: 200_000_000 }), "dear"],
  ["host.prices.networkMicrosPerGiB", { ...priced({ networkMicrosPerGiB: 5000 }), workload: { expectedUse: { networkMbps: 100 } } }, "dear"],
  ["host.prices.networkMicrosPerGiB of what is silent", { ...priced({ networkMicrosPerGiB: 5000 }), workload: { expectedUse: { cpuMillicores: 1000 } } }, "cheap"],
  ["finance.licences per core", { cheap: { capacity: { cpuMillicores: 16_000, memoryMiB: 16_384, storageMiB: 100_000 } }, document: { finance: { licences: [{ name: "db", per: "core", microsPerMonth: 10_000_000, workloads: { everything: true } }] } } }, "dear"],
  ["host.idlePowerWatts and site.electricityMicrosPerKWh", { cheap: { idlePowerWatts: 600 } }, "dear"],
  ["host.idlePowerWatts where electricity costs nothing", { cheap: { idlePowerWatts: 600 }, home: { electricityMicrosPerKWh: 0 } }, "cheap"],
  ["host.peakPowerWatts", { cheap: { peakPowerWatts: 5000 } }, "dear"],
  ["workload.liveMove and mayStop", { workload: { liveMove: false, mayStop: false } }, "dear"],
  ["workload.memoryChangeMiBPerSecond faster than the network", { workload: { memoryChangeMiBPerSecond: 200 } }, "dear"],
  ["site.labels", { home: { labels: { trusted: "yes" } }, cheap: inCloud, document: { policies: [
    { id: "trusted", select: { workloads: { everything: true } }, require: { fence: { hosts: { where: { fact: "siteLabel.trusted", operator: "equal", value: "yes" } } } } }] } }, "dear"],
  ["site.region", { home: { region: "eu" }, cheap: inCloud, document: { policies: [
    { id: "eu", select: { workloads: { everything: true } }, require: { fence: { hosts: { where: { fact: "region", operator: "equal", value: "eu" } } } } }] } }, "dear"],
  ["host.labels and workload.labels", { cheap: { labels: { pool: "a" } }, workload: { labels: { tier: "db" } }, document: { policies: [
    { id: "ban", select: { workloads: { labels: { tier: "db" } } }, require: { ban: { hosts: { labels: { pool: "a" } } } } }] } }, "dear"],
  ["host.domains", { cheap: { domains: { rack: "r1" } }, dear: { domains: { rack: "r2" } }, document: { policies: [
    { id: "r2", select: { workloads: { everything: true } }, require: { fence: { hosts: { where: { fact: "domain.rack", operator: "equal", value: "r2" } } } } }] } }, "dear"],
];

describe("a field of the model decides where a workload runs", () => {
  it("which is the cheap host when no field is altered", async () => {
    const plan = await planned({});
    expect([hostOf(plan), plan.moves.map(({ how }) => how), steps(plan)]).toEqual(["cheap", ["live"], ["migrate", "shutdownHost"]]);
  });

  it.each(deciding)("%s", async (_, alteration, host) => {
    expect(hostOf(await planned(alteration))).toBe(host);
  });
});

/** Fields that decide what the plan does: its actions, or how long they take. */
const acting: readonly (readonly [field: string, alteration: Alteration, seen: (plan: Plan) => unknown, expected: unknown])[] = [
  ["workload.liveMove", { workload: { liveMove: false } }, steps, ["stop", "transfer", "start", "deleteSource", "shutdownHost"]],
  ["workload.desired removed", { workload: { desired: "removed" } }, (plan) => steps(plan).filter((kind) => kind !== "shutdownHost"), ["stop", "remove"]],
  ["workload.desired stopped", { workload: { desired: "stopped" }, cheap: { state: "off" } }, (plan) => steps(plan)[0], "stop"],
  ["workload.state stopped, desired running", { workload: { state: "stopped", desired: "running" }, cheap: { state: "failed" } }, steps, ["start"]],
  ["workload.host absent: it is new", { workload: { host: null } }, (plan) => [steps(plan)[0], hostOf(plan)], ["start", "cheap"]],
  ["workload.copyOf", { document: { workloads: [
    { id: "w", layer: "libvirt", host: "cheap", reservation: { memoryMiB: 1 }, dataMiB: 100 }, { id: "w2", layer: "libvirt", copyOf: "w", reservation: { memoryMiB: 1 }, dataMiB: 100 }] } },
    (plan) => plan.actions.flatMap(({ action }) => (action.kind === "copy" ? [action.workload, action.source] : [])), ["w2", "w"]],
  ["workload.startMs", { workload: { host: null, startMs: 77_000 } }, (plan) => plan.actions.find(({ action }) => action.kind === "start")?.endMs, 77_000],
  ["workload.stopMs", { workload: { liveMove: false, stopMs: 33_000 } }, (plan) => plan.actions.find(({ action }) => action.kind === "stop")?.endMs, 33_000],
  ["host.bootMs", { cheap: { state: "off", bootMs: 55_000 } }, (plan) => plan.actions.find(({ action }) => action.kind === "bootHost")?.endMs, 55_000],
  ["host.shutdownMs", { dear: { shutdownMs: 44_000 } }, (plan) => lengthOf(plan, "shutdownHost"), 44_000],
  // 1000 Mbit/s carry 1024 MiB in 8590 ms.
  ["workload.dataMiB", { workload: { liveMove: false, dataMiB: 1024 } }, (plan) => lengthOf(plan, "transfer"), 8590],
  ["host.migrationMbps", { workload: { liveMove: false, dataMiB: 1024 }, cheap: { migrationMbps: 100 } }, (plan) => lengthOf(plan, "transfer"), 85_900],
  ["links.mbps", { workload: { liveMove: false, dataMiB: 1024 }, cheap: inCloud, document: { links: [{ a: "home", b: "cloud", mbps: 10 }] } }, (plan) => lengthOf(plan, "transfer"), 858_994],
];

function lengthOf(plan: Plan, kind: string): number | null {
  const found = plan.actions.find(({ action }) => action.kind === kind);
  return found === undefined ? null : found.endMs - found.startMs;
}

describe("a field of the model decides what the plan does", () => {
  it.each(acting)("%s", async (_, alteration, seen, expected) => {
    expect(seen(await planned(alteration))).toEqual(expected);
  });

  it("workload.memoryChangeMiBPerSecond makes a live move longer", async () => {
    const [calm, busy] = [await planned({}), await planned({ workload: { memoryChangeMiBPerSecond: 50 } })];
    expect(lengthOf(busy, "migrate")).toBeGreaterThan(lengthOf(calm, "migrate") ?? 0);
  });

  it("workload.priority decides who gets the last place", async () => {
    for (const [low, high] of [["a", "b"], ["b", "a"]]) {
      const big = { layer: "libvirt", reservation: { memoryMiB: 10_000 } };
      const plan = await planned({ cheap: { state: "failed" }, document: { workloads: [{ ...big, id: low, priority: 1 }, { ...big, id: high, priority: 2 }] } });
      expect([hostOf(plan, high), hostOf(plan, low), plan.unplaced.map(({ workload }) => workload)]).toEqual(["dear", null, [low]]);
    }
  });

  it("workload.replicaGroup, and redundancy of a service, keep instances apart", async () => {
    const two = [1, 2].map((i) => ({ id: `w${i}`, layer: "libvirt", applications: ["app"], replicaGroup: "g", reservation: { memoryMiB: 1 } }));
    const together = await planned({ document: { workloads: two } });
    expect(hostOf(together, "w1")).toBe(hostOf(together, "w2"));
    const policies = [{ id: "apart", select: { workloads: { everything: true }, groupBy: "replicaGroup" }, require: "spread" }];
    const services = [{ id: "s", applications: ["app"], redundancy: [{ application: "app", minInstances: 2, minHosts: 2 }] }];
    for (const document of [{ workloads: two, policies }, { workloads: two, services }]) {
      const plan = await planned({ document });
      expect(hostOf(plan, "w1")).not.toBe(hostOf(plan, "w2"));
    }
  });

  it("service.redundancy calls for instances that are not there", async () => {
    const services = [{ id: "s", applications: ["app"], redundancy: [{ application: "app", minInstances: 2 }] }];
    const { err } = await stowage("validate", file("redundancy.json", documentWith({ document: { services } })));
    expect(err).toContain("service s: application app has 1 of the 2 instances that redundancy asks for.");
  });

  it("service.startOrder decides who starts first", async () => {
    const pair = ["front", "base"].map((id) => ({ id, layer: "libvirt", applications: [id], reservation: { memoryMiB: 1 } }));
    for (const [first, then] of [["front", "base"], ["base", "front"]]) {
      const services = [{ id: "s", applications: ["front", "base"], startOrder: [{ application: then, needs: first }] }];
      const plan = await planned({ document: { applications: [{ id: "front" }, { id: "base" }], workloads: pair, services } });
      const starts = plan.actions.flatMap(({ action }) => (action.kind === "start" ? [action.workload] : []));
      expect(starts).toEqual([first, then]);
    }
  });

  it("application.needs are what a workload reserves when it does not say", async () => {
    const document = { applications: [{ id: "app", needs: { memoryMiB: 17_000 } }], workloads: [{ id: "w", layer: "libvirt", applications: ["app", "app2"].slice(0, 1) }] };
    expect((await planned({ document })).unplaced.map(({ workload }) => workload)).toEqual(["w"]);
  });

  it("workload.expectedUse is what balance evens out when it is told to", async () => {
    const calm = { layer: "libvirt", reservation: { cpuMillicores: 1000 } };
    const document = {
      workloads: [
        { ...calm, id: "a", host: "dear", expectedUse: { cpuMillicores: 900 } }, { ...calm, id: "b", host: "dear", expectedUse: { cpuMillicores: 900 } },
        { ...calm, id: "c", host: "cheap", expectedUse: { cpuMillicores: 0 } }, { ...calm, id: "d", host: "cheap", expectedUse: { cpuMillicores: 0 } },
      ],
      objectives: [{ terms: [{ objective: "balance" }] }], settings: { balance: { of: "expectedUse", dimensions: [{ cpuMillicores: 1 }] } },
    };
    const plan = await planned({ document });
    expect(hostOf(plan, "a")).not.toBe(hostOf(plan, "b"));
  });

  it("site.carbonGramsPerKWh is what the fleet's carbon comes from", async () => {
    expect([await grams({}), await grams({ carbonGramsPerKWh: 300 })]).toEqual([100_000, 300_000]);
  });
});

async function grams(home: Fields): Promise<number> {
  const { out } = await stowage("show", "--json", file(`carbon-${++made}.json`, documentWith({ home, dear: { idlePowerWatts: 1000 } })));
  return (JSON.parse(out) as { totals: { carbonMilligramsPerHour: number } }).totals.carbonMilligramsPerHour;
}
