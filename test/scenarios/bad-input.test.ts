import { describe, expect, it } from "vitest";
import { parseScenarioText } from "../../scenarios/index.ts";
import { asLine, smallFleet, smallFleetWith } from "./small-fleet.ts";

const head = "apiVersion: stowage/v1\nname: bad\n";

/** What is wrong, the text after the two lines of the head, and the line that is told. */
const yamlCases: readonly (readonly [string, string, string])[] = [
  ["an unknown key with a near one", "sties: []", 'unknown-key 3:1 sties | sties is not a key of the format.'],
  ["an unknown key deep inside", "sites: [{ id: a, knd: internal }]", "unknown-key 3:18 sites[0].knd | site a: knd is not a key of the format."],
  ["a duplicate key", "sites: [{ id: a, id: b }]", 'duplicate-key 3:18 sites[0].id | sites[0].id: the key "id" is given twice, first at line 3, column 11.'],
  ["a missing key", "sites: [{ kind: internal }]", "missing-key 3:9 sites[0].id | sites[0].id is missing."],
  ["a text for a number", 'sites: [{ id: a, carbonGramsPerKWh: "5" }]', 'wrong-type 3:37 sites[0].carbonGramsPerKWh | site a: carbonGramsPerKWh is "5"; it must be a whole number from 0 to 100000.'],
  ["a number for a text", "sites: [{ id: a, region: 5 }]", "wrong-type 3:26 sites[0].region | site a: region is 5; it must be a text."],
  ["a YAML 1.1 word for a boolean", "policies: [{ id: p, enabled: yes, require: spread }]", 'wrong-type 3:30 policies[0].enabled | policy p: enabled is "yes"; it must be true or false.'],
  ["an object for a list", "sites: { id: a }", "wrong-type 3:8 sites | sites is an object; it must be a list."],
  ["a list for an object", "hostTypes: []", "wrong-type 3:12 hostTypes | hostTypes is an empty list; it must be an object of keys and values."],
  ["a negative number", "sites: [{ id: a, carbonGramsPerKWh: -1 }]", "out-of-range 3:37 sites[0].carbonGramsPerKWh | site a: carbonGramsPerKWh is -1; it must be from 0 to 100000."],
  ["a fraction", "sites: [{ id: a, carbonGramsPerKWh: 0.5 }]", "not-integer 3:37 sites[0].carbonGramsPerKWh | site a: carbonGramsPerKWh is 0.5; it must be a whole number from 0 to 100000."],
  ["not a number", "applications: [{ id: a, needs: { memoryMiB: .nan } }]", "not-finite 3:45 applications[0].needs.memoryMiB | application a: needs.memoryMiB is not a number (NaN); it must be a whole number from 0 to 9007199254740991."],
  ["infinity", "applications: [{ id: a, needs: { memoryMiB: .inf } }]", "not-finite 3:45 applications[0].needs.memoryMiB | application a: needs.memoryMiB is too large to be a number; it must be a whole number from 0 to 9007199254740991."],
  ["1e400", "applications: [{ id: a, needs: { memoryMiB: 1e400 } }]", "not-finite 3:45 applications[0].needs.memoryMiB | application a: needs.memoryMiB is too large to be a number; it must be a whole number from 0 to 9007199254740991."],
  ["2^53", "applications: [{ id: a, needs: { memoryMiB: 9007199254740992 } }]", "out-of-range 3:45 applications[0].needs.memoryMiB | application a: needs.memoryMiB is 9007199254740992; it must be from 0 to 9007199254740991."],
  ["a word that is not one of the few", "sites: [{ id: a, kind: outer }]", 'not-allowed 3:24 sites[0].kind | site a: kind is "outer"; it must be internal or external.'],
  ["an id that looks like an option", "sites: [{ id: --help }]", 'bad-format 3:15 sites[0].id | site --help: id is "--help"; it must not start with "-" or a space, end with a space, or contain control characters.'],
  ["an id with an escape sequence", 'sites: [{ id: "a\\e[31m" }]', 'bad-format 3:15 sites[0].id | site a\\u001b[31m: id is "a\\u001b[31m"; it must not start with "-" or a space, end with a space, or contain control characters.'],
  ["an empty id", 'sites: [{ id: "" }]', 'out-of-range 3:15 sites[0].id | site : id is ""; it must not be empty.'],
  ["an id of 254 characters", `sites: [{ id: ${"x".repeat(254)} }]`, `out-of-range 3:15 sites[0].id | site ${"x".repeat(80)}: id is "${"x".repeat(56)}...", 254 characters long; the limit is 253.`],
  ["an instant without Z", "asOf: 2026-11-21T10:00:00", 'bad-format 3:7 asOf | asOf is "2026-11-21T10:00:00"; it must be a UTC instant such as 2026-11-21T18:30:00Z.'],
  ["an instant that does not exist", "asOf: 2026-02-30T10:00:00Z", 'bad-format 3:7 asOf | asOf is "2026-02-30T10:00:00Z"; there is no such instant.'],
  ["an hour that no day has", 'policies: [{ id: p, require: { window: { zone: UTC, allow: [{ from: "25:00", to: "06:00" }] } } }]', 'bad-format 3:69 policies[0].require.window.allow[0].from | policy p: require.window.allow[0].from is "25:00"; it must be a time of day from 00:00 to 24:00, such as 22:30.'],
  ["a forbidden key", "sites: [{ id: a, labels: { constructor: b } }]", 'forbidden-key 3:28 sites[0].labels.constructor | sites[0].labels.constructor: the key "constructor" is not allowed anywhere.'],
  ["a prototype key", "__proto__: { polluted: true }", 'forbidden-key 3:1 __proto__ | __proto__: the key "__proto__" is not allowed anywhere.'],
  ["tabs", "sites:\n\t- id: a", "bad-syntax 4:1  | bad.yaml is not valid YAML: Tabs are not allowed as indentation."],
  ["two documents", "---\nname: b", "bad-syntax 4:1  | bad.yaml holds 2 YAML documents; one file is one document."],
  ["a tag of its own", "title: !!binary aGVsbG8=", "bad-syntax 3:8  | bad.yaml is not valid YAML: Unresolved tag: tag:yaml.org,2002:binary."],
  ["a key that is a list", "? [a]\n: b", "wrong-type 3:3  | bad.yaml: a key is not a text."],
  ["an alias without anchor", "title: *nothing", "too-many-aliases 3:8 title | The alias *nothing names no anchor before it."],
  ["an alias inside its own value", "sites: &all [*all]", "too-many-aliases 3:14 sites[0] | The alias *all stands inside the value that it names, which would never end."],
  ["a failure of no domain", "simulation: { failures: [{ at: 1h, repair: 1h, domain: {} }] }", "out-of-range 3:56 simulation.failures[0].domain | simulation.failures[0].domain has 0 keys; at least 1 is needed."],
  ["a failure of two domains", "simulation: { failures: [{ at: 1h, repair: 1h, domain: { rack: a, row: b } }] }", "out-of-range 3:56 simulation.failures[0].domain | simulation.failures[0].domain has 2 keys; at most 1 is allowed."],
  ["a merge key, which YAML 1.2 does not have", "<<: { title: a }", 'unknown-key 3:1 ["<<"] | ["<<"] is not a key of the format.'],
  ["an unknown entry of the catalogue", "policies: [{ id: p, require: { sprea: {} } }]", "policy-unknown-entry 3:32 policies[0].require.sprea"],
  ["an unknown entry as a bare word", "policies: [{ id: p, require: sprea }]", 'policy-unknown-entry 3:30 policies[0].require | policy p: require is "sprea"; it must be'],
  ["two entries at once", "policies: [{ id: p, require: { spread: {}, root: {} } }]", 'not-allowed 3:30 policies[0].require | policy p: require has "spread" and "root"; exactly one key is allowed.'],
  ["a parameter that the entry does not have", "policies: [{ id: p, require: { spread: { kye: rack } } }]", "unknown-key 3:42 policies[0].require.spread.kye | policy p: require.spread.kye is not a key of the format."],
  ["a selector of no known form", "policies: [{ id: p, select: { workloads: { lables: {} } }, require: spread }]", "unknown-key 3:44 policies[0].select.workloads.lables | policy p: select.workloads.lables is unknown; expected is one of everything, ids, labels or where."],
  ["a fault deep in a condition", "policies: [{ id: p, select: { workloads: { where: { all: [{ not: { any: [{ fact: a, operator: b }] } }] } } }, require: spread }]",
    "missing-key 3:74 policies[0].select.workloads.where.all[0].not.any[0].value | policy p: select.workloads.where.all[0].not.any[0].value is missing."],
  ["an exception without expiry", "policies: [{ id: p, require: spread, exceptions: [{ reason: because }] }]", "missing-key 3:51 policies[0].exceptions[0].expires | policy p: exceptions[0].expires is missing."],
  ["an unknown change", "changes: [{ maintenence: { hosts: [a] } }]", "unknown-key 3:13 changes[0].maintenence | changes[0].maintenence is unknown; expected is one of addHosts,"],
  ["a change without content", "changes: [{}]", "missing-key 3:11 changes[0] | changes[0] is empty; it needs one of addHosts,"],
  ["a level of the objective that is a list", "objectives: [[]]", "wrong-type 3:14 objectives[0] | objectives[0] is an empty list; it must be an object of keys and values."],
  ["an unknown level of the objective", "objectives: [{ terms: [{ objective: mony }] }]", 'not-allowed 3:37 objectives[0].terms[0].objective | objectives[0].terms[0].objective is "mony"; it must be money, moving, balance, power, carbon, headroom, proportion, most-moved or shoulds.'],
];

describe("bad input in YAML", () => {
  it.each(yamlCases)("refuses %s", (_, text, told) => {
    const { scenario, diagnostics } = parseScenarioText(`${head}${text}\n`, "bad.yaml");
    expect(scenario).toBeNull();
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics.map(asLine)[0]).toContain(told);
    expect(diagnostics[0]).toMatchObject({ severity: "error", file: "bad.yaml" });
    expect(diagnostics[0]?.advice).toMatch(/[.?]$/);
  });

  it.each([
    ["sites: [{ id: a, knd: internal }]", "Did you mean kind?"],
    ["policies: [{ id: p, require: sprea }]", "Did you mean spread?"],
    ['sites: [{ id: a, carbonGramsPerKWh: "5" }]', "Remove the quotes: a text is not a number."],
    ["sites: [{ id: a, region: 5 }]", 'Put it in quotes: "5", or "5.0" if that was written.'],
    ["sites: [{ id: a }]\nhosts: [{ id: h, site: a, layers: { libvirt: 4.10 } }]", 'Put it in quotes: "4.1", or "4.10" if that was written.'],
    ["sites: [{ id: a }]\nhosts: [{ id: h, site: a, layers: { libvirt: { version: 9 } } }]", 'Write a text (Layers that it offers with their versions, e.g. { libvirt: "9.0.0", podman: "4.9" }; an open list).'],
    ["sites: [{ id: a }]\nhosts: [{ id: h, site: a, layers: [libvirt] }]", 'Write an object of keys and values (Layers that it offers with their versions, e.g. { libvirt: "9.0.0", podman: "4.9" }; an open list).'],
    ["changes: [{ maintenence: { hosts: [a] } }]", "Did you mean maintenance?"],
  ])("advises on %s", (text, advice) => {
    expect(parseScenarioText(`${head}${text}\n`, "bad.yaml").diagnostics[0]?.advice).toBe(advice);
  });
});

/** Alterations of the small fleet that only a look at the whole finds wrong. */
const wholeCases: readonly (readonly [string, Readonly<Record<string, unknown>>, readonly string[]])[] = [
  ["a host at an unknown site", { hosts: [...smallFleet.hosts, { id: "h3", site: "pari", type: "r640" }] },
    ['unknown-reference hosts[3].site | host h3: site is "pari"; there is no site with this id.']],
  ["a host of an unknown type", { hosts: [...smallFleet.hosts, { id: "h3", site: "paris", type: "r64" }] },
    ["missing-key hosts[3].capacity | host h3: capacity is missing, and no type gives it.", 'unknown-reference hosts[3].type | host h3: type is "r64"; there is no host type with this id.']],
  ["a workload on an unknown host", { workloads: [...smallFleet.workloads, { id: "w", layer: "podman", host: "h9" }] },
    ['unknown-reference workloads[3].host | workload w: host is "h9"; there is no host with this id.']],
  ["a workload with an unknown application", { workloads: [...smallFleet.workloads, { id: "w", layer: "podman", applications: ["frnt"] }] },
    ['unknown-reference workloads[3].applications[0] | workload w: applications[0] is "frnt"; there is no application with this id.']],
  ["a workload that names an application twice", { workloads: [...smallFleet.workloads, { id: "w", layer: "podman", applications: ["front", "front"] }] },
    ['duplicate-id workloads[3].applications[1] | workload w: applications names "front" twice.']],
  ["a copy of an unknown workload", { workloads: [...smallFleet.workloads, { id: "w", layer: "podman", copyOf: "base" }] },
    ['unknown-reference workloads[3].copyOf | workload w: copyOf is "base"; there is no workload with this id.']],
  ["a copy of itself", { workloads: [...smallFleet.workloads, { id: "w", layer: "podman", copyOf: "w" }] },
    ["contradiction workloads[3].copyOf | workload w is a copy of itself."]],
  ["workloads that are copies of each other in a circle", { workloads: [...smallFleet.workloads, ...[["z", "y"], ["y", "x"], ["x", "z"], ["v", "z"]].map(([id, copyOf]) => ({ id, layer: "podman", copyOf }))] },
    ["contradiction workloads[5].copyOf | Workloads go round in a circle as copies: x is a copy of z is a copy of y is a copy of x."]],
  ["a host that says another host and site in its domains than its own", { hosts: [{ ...smallFleet.hosts[0], domains: { host: "same", site: "rome", rack: "r1" } }, ...smallFleet.hosts.slice(1)] },
    ['contradiction hosts[0].domains.host | host h1: domains.host is "same", but the domain host is implied: it is "h1".',
      'contradiction hosts[0].domains.site | host h1: domains.site is "rome", but the domain site is implied: it is "paris".']],
  ["a host type that says a site in its domains", { hostTypes: { r640: { ...smallFleet.hostTypes.r640, domains: { site: "paris" } } } },
    ['contradiction hosts[2].domains.site | host c1: domains.site is "paris", but the domain site is implied: it is "cloud".']],
  ["a workload on one host that has lost another", { workloads: [...smallFleet.workloads, { id: "w", layer: "podman", host: "h1", lostFrom: "h9" }] },
    ['unknown-reference workloads[3].lostFrom | workload w: lostFrom is "h9"; there is no host with this id.', "contradiction workloads[3].lostFrom | workload w has lost host h9, but is on host h1."]],
  ["a running workload without host", { workloads: [...smallFleet.workloads, { id: "w", layer: "podman", state: "running" }] },
    ["contradiction workloads[3].state | workload w is running, but has no host."]],
  ["a new workload with a host", { workloads: [...smallFleet.workloads, { id: "w", layer: "podman", state: "new", host: "h1" }] },
    ["contradiction workloads[3].state | workload w is new, but is on host h1."]],
  ["a workload that runs on a host that is off", { hosts: [{ ...smallFleet.hosts[0], state: "off" }, ...smallFleet.hosts.slice(1)] },
    ["contradiction workloads[0].host | workload front-1 is running on host h1, which is off.", "contradiction workloads[2].host | workload base-1 is running on host h1, which is off."]],
  ["a service with an unknown application", { services: [{ id: "shop", applications: ["front", "back"] }] },
    ['unknown-reference services[0].applications[1] | service shop: applications[1] is "back"; there is no application with this id.']],
  ["a start order over somebody else's application", { services: [{ id: "shop", applications: ["front"], startOrder: [{ application: "front", needs: "base" }] }] },
    ['unknown-reference services[0].startOrder[0].needs | service shop: startOrder[0].needs is "base"; it is not one of the service\'s applications.']],
  ["an application that waits for itself", { services: [{ id: "shop", applications: ["front"], startOrder: [{ application: "front", needs: "front" }] }] },
    ["start-order-cycle services[0].startOrder[0] | The start order goes round in a circle: front needs front."]],
  ["a circle through two services", { services: [
    { id: "shop", applications: ["front", "base"], startOrder: [{ application: "front", needs: "base" }] },
    { id: "stock", applications: ["front", "base"], startOrder: [{ application: "base", needs: "front" }] },
  ] }, ["start-order-cycle services[1].startOrder[0] | The start order goes round in a circle: base needs front needs base."]],
  ["one virtual address for two services", { services: [{ id: "shop", applications: ["front"], virtualAddress: "10.0.0.1" }, { id: "stock", applications: ["base"], virtualAddress: "10.0.0.1" }] },
    ["contradiction services[1].virtualAddress | service stock: virtualAddress is 10.0.0.1, which service shop has already."]],
  ["a link to an unknown site", { links: [{ a: "paris", b: "clod", mbps: 100 }] }, ['unknown-reference links[0].b | links[0].b is "clod"; there is no site with this id.']],
  ["a link of a site with itself", { links: [{ a: "paris", b: "paris", mbps: 100 }] }, ["contradiction links[0].b | a link joins site paris with itself."]],
  ["the same link twice", { links: [{ a: "paris", b: "cloud", mbps: 100 }, { a: "cloud", b: "paris", mbps: 10 }] }, ["duplicate-id links[1] | the link between cloud and paris is defined twice."]],
  ["a resource that nobody declared", { applications: [{ id: "front", needs: { memoryMib: 1 } }, smallFleet.applications[1]] },
    ['unknown-key applications[0].needs.memoryMib | application front: needs: "memoryMib" is no resource of this fleet.']],
  ["a standard resource declared again", { resources: [{ name: "memoryMiB" }] }, ["duplicate-id resources[0].name | resource memoryMiB is one of the standard four; it is always there."]],
  ["a reserve above the capacity", { hosts: [{ ...smallFleet.hosts[0], reserve: { memoryMiB: 65_537 } }, ...smallFleet.hosts.slice(1)] },
    ["out-of-range hosts[0].reserve.memoryMiB | host h1: reserve.memoryMiB is 65537; it must not be above capacity.memoryMiB, 65536."]],
  ["a peak below idle power", { hosts: [{ ...smallFleet.hosts[0], idlePowerWatts: 200, peakPowerWatts: 100 }, ...smallFleet.hosts.slice(1)] },
    ["out-of-range hosts[0].peakPowerWatts | host h1: peakPowerWatts is 100; it must not be below idlePowerWatts, 200."]],
  ["an id that is given twice", { sites: [{ id: "paris" }, { id: "cloud" }, { id: "paris" }] },
    ["duplicate-id sites[2].id | site paris is defined twice: first in test.json at sites[0], and again in test.json at sites[2]."]],
  ["a change to an unknown policy", { changes: [{ setPolicy: { id: "apar", enabled: false } }] }, ['unknown-reference changes[0].setPolicy.id | changes[0].setPolicy.id is "apar"; there is no policy with this id.']],
  ["a sum that cannot be added exactly", { workloads: [{ id: "w1", layer: "a", reservation: { memoryMiB: Number.MAX_SAFE_INTEGER } }, { id: "w2", layer: "a", reservation: { memoryMiB: 2 }, expectedUse: {} }] },
    ["overflow workloads[0] | reservation.memoryMiB: the sum over 2 is 9007199254740993, of which workload w1 has 9007199254740991; the limit is 9007199254740991."]],
  ["a price that makes the bill inexact", { hosts: [{ ...smallFleet.hosts[0], prices: { memoryMicrosPerGiBHour: 1_000_000_000_000_000 } }, ...smallFleet.hosts.slice(1)] },
    ["overflow workloads[2] | cost of memory, per 1024: the sum over 3 is 12288000000000000000, of which workload base-1 has 8192000000000000000; the limit is 9007199254740991."]],
];

describe("bad input that only the whole shows", () => {
  it.each(wholeCases)("refuses %s", (_, changed, told) => {
    const { scenario, diagnostics } = parseScenarioText(smallFleetWith(changed), "test.json");
    expect(scenario).toBeNull();
    expect(diagnostics.map(({ code, path, message }) => `${code} ${path} | ${message}`)).toEqual(told);
    expect(diagnostics.every(({ line, column }) => line !== null && line > 1 && column !== null)).toBe(true);
  });

  it("tells all mistakes at once, in the order of the text, each one once", () => {
    const text = smallFleetWith({ sites: [{ id: "paris", kind: "outer" }], links: [{ a: "paris", b: "nowhere", mbps: 0 }], changes: [{ closeSite: { site: "rome" } }] });
    // Hosts at site paris are not told as well: the site is there, only its kind is wrong.
    expect(parseScenarioText(text, "test.json").diagnostics.map(({ code, path }) => `${code} ${path}`)).toEqual([
      "not-allowed sites[0].kind", "unknown-reference hosts[2].site", "out-of-range links[0].mbps", "unknown-reference changes[0].closeSite.site",
    ]);
  });

  it("shows a hundred and counts the rest", () => {
    // Each has two mistakes: its priority and its host.
    const workloads = Array.from({ length: 5000 }, (_, i) => ({ id: `w${i}`, layer: "a", host: `nowhere${i}`, priority: -1 }));
    const { diagnostics } = parseScenarioText(smallFleetWith({ workloads }), "test.json");
    expect(diagnostics).toHaveLength(101);
    expect(diagnostics.at(-1)).toMatchObject({ code: "more-problems", message: "9900 more problems are not shown; the limit is 100." });
  });
});
