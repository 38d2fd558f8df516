import { describe, expect, it } from "vitest";
import type { Host, Workload } from "../../model/fleet.ts";
import type { Scenario } from "../../model/scenario.ts";
import { parseScenarioText } from "../../scenarios/index.ts";
import { scenarioFrom, smallFleet, smallFleetWith } from "./small-fleet.ts";

const changed = (...changes: readonly unknown[]): Scenario => scenarioFrom(smallFleetWith({ changes }));
const host = ({ fleet }: Scenario, id: string): Host | undefined => fleet.hosts.find((one) => one.id === id);
const workload = ({ fleet }: Scenario, id: string): Workload | undefined => fleet.workloads.find((one) => one.id === id);

/** Each change, and what is to be found afterwards. */
const cases: readonly (readonly [string, readonly unknown[], (after: Scenario) => void, readonly string[]])[] = [
  ["addHosts like a host", [{ addHosts: { like: "h2", count: 2, idPrefix: "new", domains: { rack: "r7" } } }], (after) => {
    expect(after.fleet.hosts.map(({ id }) => id)).toEqual(["c1", "h1", "h2", "new-1", "new-2"]);
    expect(host(after, "new-2")).toEqual({ ...host(after, "h2"), id: "new-2", domains: { rack: "r7" } });
  }, ["2 hosts like h2 added at paris: new-1, new-2"]],
  ["addHosts of a type", [{ addHosts: { type: "r640", site: "cloud", ids: ["x"], prices: { onMicrosPerHour: 5 }, capacity: { memoryMiB: 1024 } } }], (after) => {
    expect(host(after, "x")).toMatchObject({ site: "cloud", state: "on", capacity: { cpuMillicores: 32_000, memoryMiB: 1024 }, prices: { onMicrosPerHour: 5 } });
  }, ["1 host like r640 added at cloud: x"]],
  ["addHosts at another site, of which the pattern says its own", [{ addHosts: { like: "h1", site: "cloud", ids: ["x"], domains: { site: "cloud", host: "x", rack: "r9" } } }], (after) => {
    expect(host(after, "x")).toMatchObject({ site: "cloud", domains: { rack: "r9" } });
  }, ["1 host like h1 added at cloud: x"]],
  ["removeHosts", [{ removeHosts: { hosts: ["h1"] } }], (after) => {
    expect(host(after, "h1")).toMatchObject({ state: "maintenance", powerManaged: true, labels: { pool: "web", "stowage.leaving": "removed" } });
    expect(host(after, "h2")).toMatchObject({ state: "on", labels: {} });
    expect(workload(after, "front-1")).toMatchObject({ host: "h1", state: "running" });
  }, ["1 host to be removed: h1"]],
  ["resizeHosts", [{ resizeHosts: { hosts: { labels: { pool: ["web", "db"] } }, capacity: { memoryMiB: 131_072 }, overcommitPermille: { cpuMillicores: 2000 } } }], (after) => {
    expect(host(after, "h1")).toMatchObject({ capacity: { cpuMillicores: 32_000, memoryMiB: 131_072 }, overcommitPermille: { cpuMillicores: 2000 } });
    expect(host(after, "h2")).toMatchObject({ capacity: { memoryMiB: 65_536 } });
  }, ["1 host resized to memoryMiB 131072, overcommit cpuMillicores 2000: h1"]],
  ["resizeWorkloads", [{ resizeWorkloads: { workloads: ["front-1"], reservation: { cpuMillicores: 10 }, expectedUse: { memoryMiB: 7 } } }], (after) => {
    // What is expected of it follows the reservation that falls below it.
    expect(workload(after, "front-1")).toMatchObject({ reservation: { cpuMillicores: 10 }, expectedUse: { cpuMillicores: 10, memoryMiB: 7 } });
    expect(workload(after, "front-1")?.reservation["memoryMiB"]).toBeGreaterThan(7);
  }, ["1 workload resized to cpuMillicores 10, expected use memoryMiB 7: front-1"]],
  ["repriceHosts", [{ repriceHosts: { hosts: { domains: { site: "paris" } }, factorPermille: 1500, prices: { cpuMicrosPerCoreHour: 7 } } }], (after) => {
    // 90001 x 1.5 is 135001.5, rounded up.
    expect(host(after, "h1")?.prices).toMatchObject({ onMicrosPerHour: 135_002, cpuMicrosPerCoreHour: 7 });
    expect(host(after, "c1")?.prices).toMatchObject({ onMicrosPerHour: 90_001, cpuMicrosPerCoreHour: 0 });
  }, ["2 hosts re-priced (all prices x 1500/1000, cpuMicrosPerCoreHour 7): h1, h2"]],
  ["closeSite", [{ closeSite: { site: "paris" } }], (after) => {
    expect(after.fleet.hosts.map(({ id, state, powerManaged }) => `${id} ${state} ${powerManaged}`)).toEqual(["c1 on false", "h1 maintenance true", "h2 maintenance true"]);
    expect(host(after, "h1")?.labels["stowage.leaving"]).toBe("site closed");
  }, ["site paris closes with its 2 hosts"]],
  ["maintenance", [{ maintenance: { hosts: { domains: { rack: "r2" } } } }], (after) => {
    expect(host(after, "h2")).toMatchObject({ state: "maintenance", powerManaged: true, labels: {} });
    expect(host(after, "h1")).toMatchObject({ state: "on" });
  }, ["1 host in maintenance: h2"]],
  ["hostFailure", [{ hostFailure: { hosts: { domains: { rack: "r1" } } } }], (after) => {
    expect(host(after, "h1")).toMatchObject({ state: "failed" });
    expect(workload(after, "front-1")).toMatchObject({ host: null, state: "new", lostFrom: "h1", desired: "running" });
    expect(workload(after, "base-1")).toMatchObject({ host: null, state: "new", desired: "running" });
    expect(workload(after, "front-2")).toMatchObject({ host: "h2", state: "running" });
  }, ["1 host failed (h1), 2 workloads lost their place"]],
  ["growService by a factor", [{ growService: { service: "shop", factorPermille: 1400 } }], (after) => {
    // 1001 x 1.4 is 1401.4, rounded up.
    expect(workload(after, "front-1")?.reservation).toEqual({ cpuMillicores: 1402, memoryMiB: 2868 });
    expect(workload(after, "base-1")?.expectedUse).toMatchObject({ cpuMillicores: 2800 });
  }, ["service shop grows: 3 workloads at 1400/1000 of their load"]],
  ["growService by instances", [{ growService: { service: "shop", extraInstances: 2, applications: ["front"] } }], (after) => {
    expect(after.fleet.workloads.map(({ id }) => id)).toEqual(["base-1", "front-1", "front-1-extra-1", "front-1-extra-2", "front-2"]);
    expect(workload(after, "front-1-extra-1")).toMatchObject({ host: null, state: "new", desired: "running", copyOf: null, replicaGroup: "front", labels: { tier: "front" } });
  }, ["service shop grows: 2 more instances (front-1-extra-1, front-1-extra-2)"]],
  ["growService by instances that have data", [{ growService: { service: "shop", extraInstances: 1, applications: ["base"] } }], (after) => {
    expect(workload(after, "base-1-extra-1")).toMatchObject({ copyOf: "base-1", dataMiB: 10_240 });
  }, ["service shop grows: 1 more instance (base-1-extra-1)"]],
  ["growLoad of some resources", [{ growLoad: { workloads: { labels: { tier: "front" } }, factorPermille: 2000, resources: ["memoryMiB"] } }], (after) => {
    expect(workload(after, "front-2")?.reservation).toEqual({ cpuMillicores: 1001, memoryMiB: 4096 });
    expect(workload(after, "base-1")?.reservation).toMatchObject({ memoryMiB: 8192 });
  }, ["2 workloads at 2000/1000 of their memoryMiB"]],
  ["growLoad of the expected use only", [{ growLoad: { workloads: ["front-1"], factorPermille: 1500, of: "expectedUse" } }], (after) => {
    expect(workload(after, "front-1")).toMatchObject({ reservation: { cpuMillicores: 1001 }, expectedUse: { cpuMillicores: 1502 } });
  }, ["1 workload at 1500/1000 of its expected use"]],
  ["growService of the reservation only", [{ growService: { service: "shop", applications: ["front"], factorPermille: 2000, of: "reservation" } }], (after) => {
    expect(workload(after, "front-1")).toMatchObject({ reservation: { cpuMillicores: 2002 }, expectedUse: { cpuMillicores: 1001 } });
  }, ["service shop grows: 2 workloads at 2000/1000 of their reservation"]],
  ["a change of all hosts", [{ repriceHosts: { hosts: { everything: true }, prices: { onMicrosPerHour: 7 } } }], (after) => {
    expect(after.fleet.hosts.map(({ prices }) => prices.onMicrosPerHour)).toEqual([7, 7, 7]);
  }, ["3 hosts re-priced (onMicrosPerHour 7): c1, h1, h2"]],
  ["addWorkloads in full", [{ addWorkloads: { workloads: [{ id: "job", layer: "process", reservation: { memoryMiB: 5 } }] } }], (after) => {
    expect(workload(after, "job")).toMatchObject({ host: null, state: "new", desired: "running", liveMove: false, mayStop: true });
  }, ["1 workload added: job"]],
  ["addWorkloads like one", [{ addWorkloads: { like: "base-1", count: 2, labels: { env: "test" } } }], (after) => {
    expect(workload(after, "base-1-more-2")).toMatchObject({ host: null, copyOf: "base-1", labels: { tier: "db", env: "test" } });
  }, ["2 workloads like base-1 added: base-1-more-1, base-1-more-2"]],
  ["removeWorkloads", [{ addWorkloads: { like: "front-1" } }, { removeWorkloads: { workloads: { application: "front" } } }], (after) => {
    expect(workload(after, "front-1")).toMatchObject({ desired: "removed", host: "h1" });
    expect(workload(after, "front-1-more-1")).toBeUndefined(); // it never was anywhere
  }, ["1 workload like front-1 added: front-1-more-1", "3 workloads to be removed: front-1, front-1-more-1, front-2"]],
  ["addService", [{ addService: { service: { id: "mail", applications: ["smtp", "base"] }, applications: [{ id: "smtp", needs: { memoryMiB: 7 } }], workloads: [{ id: "smtp-1", layer: "podman", applications: ["smtp"] }] } }], (after) => {
    expect(after.fleet.services.map(({ id }) => id)).toEqual(["mail", "shop"]);
    expect(workload(after, "smtp-1")?.reservation).toEqual({ memoryMiB: 7 });
  }, ["service mail added with 1 workload"]],
  ["setPolicy", [{ setPolicy: { id: "apart", enabled: false, strength: "should", weight: 9 } }], (after) => {
    expect(after.policies.find(({ id }) => id === "apart")).toMatchObject({ enabled: false, strength: "should", weight: 9 });
  }, ["policy apart: off, strength should, weight 9"]],
  ["setObjectives", [{ setObjectives: { objectives: [{ terms: [{ objective: "money" }, { objective: "balance", weight: 3 }] }, { terms: [{ objective: "moving" }] }] } }], (after) => {
    expect(after.objectives).toEqual([{ terms: [{ objective: "money", weight: 1 }, { objective: "balance", weight: 3 }] }, { terms: [{ objective: "moving", weight: 1 }] }]);
  }, ["objectives: money + 3 x balance, then moving"]],
  ["one after the other", [{ addHosts: { like: "h1", ids: ["h4"] } }, { maintenance: { hosts: ["h4"] } }], (after) => {
    expect(host(after, "h4")).toMatchObject({ state: "maintenance" });
  }, ["1 host like h1 added at paris: h4", "1 host in maintenance: h4"]],
];

describe("changes", () => {
  it.each(cases)("%s", (_, changes, expected, words) => {
    const after = changed(...changes);
    expected(after);
    expect(after.changes).toEqual(words);
  });

  it("copies a service with its applications, workloads, rules and the policies that name them", () => {
    const after = changed({ copyService: { service: "shop", suffix: "b", labels: { env: "copy" }, virtualAddress: "10.0.0.9" } });
    expect(after.fleet.services.find(({ id }) => id === "shop-b")).toMatchObject({
      applications: ["front-b", "base-b"], virtualAddress: "10.0.0.9",
      startOrder: [{ application: "front-b", needs: "base-b" }], redundancy: [{ application: "front-b", minInstances: 2, minHosts: 2 }],
    });
    expect(after.fleet.workloads.map(({ id }) => id)).toEqual(["base-1", "base-1-b", "front-1", "front-1-b", "front-2", "front-2-b"]);
    expect(workload(after, "base-1-b")).toMatchObject({ copyOf: "base-1", host: null, state: "new", applications: ["base-b"], labels: { tier: "db", env: "copy", copyOfService: "shop" } });
    expect(workload(after, "front-2-b")).toMatchObject({ replicaGroup: "front-b", reservation: { cpuMillicores: 1001 } });
    expect(after.policies.map(({ id }) => id)).toEqual(["apart", "base-stays", "base-stays-b"]);
    expect(after.policies[2]).toMatchObject({ select: { workloads: { ids: ["base-1-b"] } }, require: { entry: "fence", parameters: { hosts: { ids: ["h1", "h2"] } } } });
  });

  it("gives copies the twin of a policy that names the service in a condition, and in a parameter", () => {
    const policies = [
      { id: "by-service", select: { workloads: { where: { all: [{ fact: "service", operator: "contains", value: "shop" }, { fact: "priority", operator: "greaterThan", value: 1 }] } } }, require: "root" },
      { id: "by-parameter", select: { workloads: { labels: { tier: "front" } } }, require: { split: { from: { ids: ["base-1"] } } } },
    ];
    const after = scenarioFrom(smallFleetWith({ policies, changes: [{ copyService: { service: "shop" } }] }));
    expect(after.policies.map(({ id }) => id)).toEqual(["by-service", "by-parameter", "by-service-copy", "by-parameter-copy"]);
    expect(after.policies[2]?.select.workloads).toEqual({ where: { all: [{ fact: "service", operator: "contains", value: "shop-copy" }, { fact: "priority", operator: "greaterThan", value: 1 }] } });
    expect(after.policies[3]?.require.parameters).toEqual({ from: { ids: ["base-1-copy"] } });
  });

  it("keeps hosts that are off or have failed as they are when their site closes, but never switches them on", () => {
    const hosts = [
      { id: "h1", site: "paris", type: "r640" }, { id: "h2", site: "paris", type: "r640" }, { id: "c1", site: "cloud", type: "r640" },
      { id: "h7", site: "paris", type: "r640", state: "off", powerManaged: true }, { id: "h8", site: "paris", type: "r640", state: "failed" },
    ];
    const after = scenarioFrom(smallFleetWith({ hosts, changes: [{ closeSite: { site: "paris" } }] }));
    expect(host(after, "h7")).toMatchObject({ state: "off", powerManaged: false });
    expect(host(after, "h8")).toMatchObject({ state: "failed" });
  });

  it.each<[what: string, limit: Readonly<Record<string, unknown>>, usePermille: number, instances: number, use: number, words: string]>([
    ["below its limit nothing", { abovePermille: 800, maxInstances: 9 }, 799, 2, 800, "no application is above its limits"],
    ["just above it one more", { abovePermille: 800, maxInstances: 9 }, 801, 3, 535, "front uses 801/1000 of cpuMillicores, above 800: 1 more instance (front-1-extra-1)"],
    ["at twice the limit twice as many", { abovePermille: 500, maxInstances: 9 }, 1000, 4, 501, "front uses 1000/1000 of cpuMillicores, above 500: 2 more instances (front-1-extra-1, front-1-extra-2)"],
    ["no more than are allowed", { abovePermille: 500, maxInstances: 3 }, 1000, 3, 668, "front uses 1000/1000 of cpuMillicores, above 500: 1 more instance (front-1-extra-1), 1 instance too few because of maxInstances"],
    ["none when there are enough already", { abovePermille: 500, maxInstances: 1 }, 1000, 2, 1001, "front uses 1000/1000 of cpuMillicores, above 500, 2 instances too few because of maxInstances"],
  ])("scales a service: %s", (_, limit, usePermille, instances, use, words) => {
    const services = [{ ...smallFleet.services[0], scale: [{ application: "front", resource: "cpuMillicores", ...limit }] }];
    const after = scenarioFrom(smallFleetWith({ services, changes: [
      { growLoad: { workloads: { application: "front" }, factorPermille: usePermille, of: "expectedUse" } }, { scaleService: { service: "shop" } },
    ] }));
    const fronts = after.fleet.workloads.filter(({ applications }) => applications.some((one) => one === "front"));
    expect(fronts).toHaveLength(instances);
    // Together they use what the two used before; none is above the limit unless more instances are not allowed.
    for (const { reservation, expectedUse } of fronts) expect([reservation["cpuMillicores"], expectedUse["cpuMillicores"]]).toEqual([1001, Math.min(use, expectedUse["cpuMillicores"] ?? 0)]);
    expect(Math.max(...fronts.map(({ expectedUse }) => expectedUse["cpuMillicores"] ?? 0))).toBe(use);
    expect(after.changes[1]).toBe(`service shop scales: ${words}`);
  });

  it("copies of lost data start from scratch", () => {
    const after = changed({ addWorkloads: { like: "base-1" } }, { hostFailure: { hosts: ["h1"] } });
    expect(workload(after, "base-1-more-1")).toMatchObject({ copyOf: null, host: null });
  });
});

/** Mistakes in changes, each with what is told. */
const mistakes: readonly (readonly [string, readonly unknown[], string])[] = [
  ["an unknown host", [{ maintenance: { hosts: ["h1", "h9"] } }], 'unknown-reference changes[0].maintenance.hosts[1] | changes[0].maintenance.hosts[1] is "h9"; there is no host with this id.'],
  ["a choice of nothing", [{ maintenance: { hosts: { labels: { pool: "none" } } } }], "unknown-reference changes[0].maintenance.hosts | changes[0].maintenance.hosts chooses no host; at least one is needed."],
  ["an unknown service", [{ copyService: { service: "shoop" } }], 'unknown-reference changes[0].copyService.service | changes[0].copyService.service is "shoop"; there is no service with this id.'],
  ["an application of another service", [{ growService: { service: "shop", extraInstances: 1, applications: ["fro"] } }], 'unknown-reference changes[0].growService.applications[0] | changes[0].growService.applications[0] is "fro"; there is no application with this id.'],
  ["growth by nothing", [{ growService: { service: "shop" } }], "missing-key changes[0].growService | growService shop says neither factorPermille nor extraInstances; one is needed."],
  ["a host that is already there", [{ addHosts: { like: "h1", ids: ["h2"] } }], "change-conflict changes[0].addHosts.ids[0] | addHosts: there is already a host h2."],
  ["workloads added as copies of each other", [{ addWorkloads: { workloads: [{ id: "x", layer: "a", copyOf: "y" }, { id: "y", layer: "a", copyOf: "x" }] } }], "contradiction  | Workloads go round in a circle as copies: x is a copy of y is a copy of x."],
  ["new hosts of another site than where they stand", [{ addHosts: { like: "h1", domains: { site: "cloud" } } }], 'contradiction changes[0].addHosts.domains.site | addHosts: domains.site is "cloud", but the domain site is implied: it is "paris".'],
  ["a workload that is already there", [{ addWorkloads: { workloads: [{ id: "base-1", layer: "a" }] } }], "change-conflict changes[0].addWorkloads.workloads[0].id | There is already a workload base-1."],
  ["a service that is already there", [{ addService: { service: { id: "shop", applications: [] } } }], "change-conflict changes[0].addService.service.id | addService: there is already a service shop."],
  ["a pattern that is missing", [{ addHosts: { count: 2 } }], "missing-key changes[0].addHosts | addHosts names neither like nor type; exactly one is needed."],
  ["a type without site", [{ addHosts: { type: "r640" } }], "missing-key changes[0].addHosts | addHosts with a type names no site; a host stands somewhere."],
  ["a suffix that is taken", [{ copyService: { service: "shop" } }, { copyService: { service: "shop" } }], "change-conflict changes[1].copyService.suffix | copyService: there is already a service shop-copy."],
  ["one host removed and in maintenance", [{ removeHosts: { hosts: ["h1"] } }, { maintenance: { hosts: ["h1"] } }], "change-conflict changes[1].maintenance.hosts | change 2 (maintenance) wants host h1 in maintenance, but change 1 (removeHosts) has it removed."],
  ["a policy switched twice", [{ setPolicy: { id: "apart", enabled: false } }, { setPolicy: { id: "apart", enabled: true } }], "change-conflict changes[1].setPolicy.enabled | change 2 (setPolicy) wants enabled of policy apart true, but change 1 (setPolicy) has it false."],
  ["an original removed whose copy is wanted", [{ addWorkloads: { like: "base-1" } }, { removeWorkloads: { workloads: ["base-1"] } }], "change-conflict changes[1].removeWorkloads.workloads | removeWorkloads: base-1 is to be removed, but base-1-more-1 is to be copied from it."],
  ["a service without limits that is to scale", [{ scaleService: { service: "shop" } }], "missing-key changes[0].scaleService.service | scaleService: service shop has no scale limits."],
  ["an undeclared resource of a workload", [{ resizeWorkloads: { workloads: ["front-1"], reservation: { memory: 1 } } }], 'unknown-key changes[0].resizeWorkloads.reservation.memory | changes[0].resizeWorkloads.reservation: "memory" is no resource of this fleet.'],
  ["an undeclared resource", [{ resizeHosts: { hosts: ["h1"], capacity: { memory: 1 } } }], 'unknown-key changes[0].resizeHosts.capacity.memory | changes[0].resizeHosts.capacity: "memory" is no resource of this fleet.'],
  ["a new start order that closes a circle", [{ addService: { service: { id: "s2", applications: ["front", "base"], startOrder: [{ application: "base", needs: "front" }] } } }], "start-order-cycle  | The start order goes round in a circle: base needs front needs base."],
];

/** Several mistakes in one change, all of which are told. */
const together: readonly (readonly [string, unknown, readonly string[]])[] = [
  ["every id that is taken", { addHosts: { like: "h1", ids: ["n", "n", "h1", "h2"] } }, [
    "ids[1] | addHosts: ids names n twice.", "ids[2] | addHosts: there is already a host h1.", "ids[3] | addHosts: there is already a host h2.",
  ]],
  ["an unknown pattern and site, a wrong count and an id that is taken", { addHosts: { like: "nope", site: "rome", ids: ["h1"], count: 3 } }, [
    'like | changes[0].addHosts.like is "nope"; there is no host with this id.', 'site | changes[0].addHosts.site is "rome"; there is no site with this id.',
    "ids[0] | addHosts: there is already a host h1.", "count | addHosts: count is 3, but ids names 1 host.",
  ]],
  ["an unknown type without site", { addHosts: { type: "r64" } }, [
    ' | addHosts with a type names no site; a host stands somewhere.', 'type | changes[0].addHosts.type is "r64"; there is no host type with this id.',
  ]],
];

describe("mistakes in changes", () => {
  it.each(together)("tells %s at once", (_, change, told) => {
    const { scenario, diagnostics } = parseScenarioText(smallFleetWith({ changes: [change] }), "test.json");
    expect(scenario).toBeNull();
    expect(diagnostics.map(({ path, message }) => `${path.replace(/^changes\[0\]\.addHosts\.?/, "")} | ${message}`)).toEqual(told);
  });

  it.each(mistakes)("%s", (_, changes, told) => {
    const { scenario, diagnostics } = parseScenarioText(smallFleetWith({ changes }), "test.json");
    expect(scenario).toBeNull();
    expect(diagnostics.map(({ code, path, message }) => `${code} ${path} | ${message}`)).toEqual([told]);
  });
});
