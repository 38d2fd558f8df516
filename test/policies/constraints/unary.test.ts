import { describe, expect, it } from "vitest";
import { ban } from "../../../policies/constraints/ban.ts";
import { fence } from "../../../policies/constraints/fence.ts";
import { hostState } from "../../../policies/constraints/host-state.ts";
import { layer } from "../../../policies/constraints/layer.ts";
import { offsiteBan } from "../../../policies/constraints/offsite-ban.ts";
import { root } from "../../../policies/constraints/root.ts";
import { securityLevel } from "../../../policies/constraints/security-level.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "../fleet-of.ts";
import { given, requestOf } from "../given.ts";

const cloud = siteOf("cloud", "external");

describe("host-state", () => {
  const hosts = { m: { state: "maintenance" }, f: { state: "failed" }, off: { state: "off" }, spare: { state: "off", powerManaged: true } } as const;

  it("refuses hosts in maintenance, failed, or off for good", () =>
    given("a:m b:f c:off", { hosts }).violates(hostState, {},
      "a is on m, which is in state maintenance", "b is on f, which is in state failed", "c is on off, which is off and may not be switched on"));
  it("lets a host be booted, and hosts that are on be used", () => given("a:spare b:h1", { hosts }).keeps(hostState));
  it("refuses to arrive on such a host", () => given("a:h1>m", { hosts }).violates(hostState, {}, "a is on m, which is in state maintenance"));
  it("counts a workload on its way off such a host until it has left", () =>
    given("a:m>h1", { hosts }).violates(hostState, {}, "a is on m, which is in state maintenance"));
  it("does not mind what is left behind, nor what is to be removed", () =>
    given("a:h1<m b:m", { hosts, workloads: { b: { desired: "removed" } } }).keeps(hostState));
  it("covers a workload that is to stay stopped", () =>
    given("a:m!", { hosts, workloads: { a: { desired: "stopped" } } }).violates(hostState, {}, "a is on m, which is in state maintenance"));
});

describe("fence", () => {
  it("refuses hosts outside", () => given("a:h1 b:h3", {}).violates(fence, { selected: { hosts: "h1" } }, "b is on h3, outside the hosts it is fenced to"));
  it("refuses to arrive outside, and to pass through", () =>
    given("a:h1>h2").violates(fence, { selected: { hosts: "h1" } }, "a is on h2, outside the hosts it is fenced to"));
  it("counts both places when both are outside", () => given("a:h1>h2 b:h3").amounts(fence, { workloads: "a", selected: { hosts: "h3" } }, 2));
  it("leaves others alone", () => given("a:h1 b:h2").keeps(fence, { workloads: "a", selected: { hosts: "h1" } }));
  it("lets an excepted host be used", () => given("a:h2 b:h1").keeps(fence, { selected: { hosts: "h1" }, excepted: "h2" }));
});

describe("ban", () => {
  it("refuses the banned hosts", () => given("a:h1 b:h2").violates(ban, { selected: { hosts: "h1" } }, "a is on h1, from which it is banned"));
  it("refuses to arrive there", () => given("a:h2>h1").violates(ban, { selected: { hosts: "h1" } }, "a is on h1, from which it is banned"));
  it("lets everything else be", () => given("a:h2 b:h1").keeps(ban, { workloads: "a", selected: { hosts: "h1" } }));
  it("lets an excepted host be used", () => given("a:h1").keeps(ban, { selected: { hosts: "h1" }, excepted: "h1" }));
});

describe("offsite-ban", () => {
  const facts = { hosts: { h1: { site: "s1" }, h2: { site: "s2" }, x: { site: "cloud" } }, fleet: { sites: [cloud] } };

  it("refuses external sites", () =>
    given("a:h1 b:x", facts).violates(offsiteBan, {}, "b is on x at external site cloud, it may only be at internal sites"));
  it("refuses the way through an external site, in, on and out", () => {
    given("a:h1>x", facts).violates(offsiteBan, {}, "a is on x at external site cloud, it may only be at internal sites");
    given("a:x>h1", facts).amounts(offsiteBan, {}, 1);
  });
  it("refuses a first copy there", () => given("a:>x", facts).amounts(offsiteBan, {}, 1));
  it("counts data left behind there", () =>
    given("a:h1<x", facts).violates(offsiteBan, {}, "a is on x at external site cloud, it may only be at internal sites"));
  it("permits named sites only, internal or not", () => {
    given("a:h2 b:x", facts).violates(offsiteBan, { raw: { sites: ["s1", "cloud"] } }, "a is on h2 at internal site s2, it may only be at s1, cloud");
  });
  it("never holds at the end only", () => expect(offsiteBan.holds.allowed).toEqual(["continuously"]));
  it("names a site that does not exist", () => {
    const index = fleetOf([hostOf("h1")], [workloadOf("a")]);
    expect(offsiteBan.faults?.({ ...requestOf(offsiteBan, {}, index), raw: { sites: ["s1", "s9"] } })).toEqual([
      { parameter: "sites", message: "site s9 does not exist", advice: "Name one of the fleet's sites: s1." },
    ]);
  });
});

describe("security-level", () => {
  const facts = { hosts: { low: { securityLevel: 1 }, high: { securityLevel: 3 } }, workloads: { a: { securityLevel: 1 }, b: { securityLevel: 3 }, c: { securityLevel: 2 } } };

  it("refuses a host that is not cleared", () => given("a:low b:low", facts).violates(securityLevel, {}, "b needs security level 3, low has 1"));
  it("refuses to arrive there", () => given("b:high>low", facts).violates(securityLevel, {}, "b needs security level 3, low has 1"));
  it("permits an equal and a higher level", () => given("a:low b:high c:high", facts).keeps(securityLevel));
  it("keeps different levels apart when exclusive", () => {
    given("a:high b:high c:high", facts).violates(securityLevel, { raw: { exclusive: true } },
      "a, b, c share host high, but workloads of level 1 and of higher levels must not",
      "b, c share host high, but workloads of level 2 and of higher levels must not");
    given("a:low b:high", facts).keeps(securityLevel, { raw: { exclusive: true } });
  });
  it("keeps them apart on the way", () => given("a:low>high b:high", facts).amounts(securityLevel, { raw: { exclusive: true } }, 1));
  it("lets equal levels share", () => given("a:high b:high", { ...facts, workloads: {} }).keeps(securityLevel, { raw: { exclusive: true } }));
});

describe("layer", () => {
  const hosts = {
    new: { layers: { libvirt: "10.2.0", tomcat: "9" } }, old: { layers: { libvirt: "9.9.9" } }, none: { layers: {} },
    intel: { cpuVendor: "intel" }, early: { cpuLevel: 2 }, late: { cpuLevel: 4 }, raid: { features: ["raid", "ups"] },
  } as const;

  it.each([
    ["refuses a host without the layer", "a:none", {}, "a is on none, but the host does not offer layer libvirt"],
    ["refuses another layer", "a:old", { layer: "tomcat" }, "a is on old, but the host does not offer layer tomcat"],
    ["refuses an older version, number by number", "a:old", { layerVersion: "10.1" }, "a is on old, but the host offers libvirt 9.9.9, at least 10.1 is needed"],
    ["refuses a host without the features", "a:raid", { requiredFeatures: ["gpu", "raid", "tpm"] }, "a is on raid, but the host lacks gpu, tpm"],
    ["refuses to arrive there", "a:old>none", {}, "a is on none, but the host does not offer layer libvirt"],
  ])("%s", (_, text, said, words) => given(text, { hosts, workloads: { a: { mayStop: true, ...said } } }).violates(layer, {}, words));

  it.each([
    ["a newer version", "a:new", { layerVersion: "10.1.9" }],
    ["an equal version written shorter", "a:new", { layerVersion: "10.2" }],
    ["any version", "a:old", {}],
    ["a host with more features", "a:raid", { requiredFeatures: ["ups"] }],
  ])("permits %s", (_, text, said) => given(text, { hosts, workloads: { a: said } }).keeps(layer));

  it("does not take a name of every object for a layer", () =>
    given("a:h1", { workloads: { a: { layer: "constructor" } } }).violates(layer, {}, "a is on h1, but the host does not offer layer constructor"));

  const bound = { a: { mayStop: false, host: "h1", state: "running" } } as const;
  it("keeps one that may not stop within live reach", () => {
    given("a:intel h:h1", { hosts, workloads: bound }).violates(layer, { workloads: "a" },
      "a is on intel, but a may not be stopped, and a live move from h1 (amd level 3) to intel level 3 is not possible");
    given("a:early h:h1", { hosts, workloads: bound }).amounts(layer, { workloads: "a" }, 1);
    given("a:late h:h1", { hosts, workloads: bound }).keeps(layer, { workloads: "a" });
    given("a:h1 h:h1", { hosts, workloads: bound }).keeps(layer, { workloads: "a" });
  });
  it("keeps one where it is that can neither move live nor stop", () =>
    given("a:late h:h1", { hosts, workloads: { a: { ...bound.a, liveMove: false } } }).violates(layer, { workloads: "a" },
      "a is on late, but a may not be stopped and cannot move live, so it cannot leave h1"));
  it("lets one that may stop, is stopped, or has lost its host go anywhere", () => {
    given("a:intel h:h1", { hosts, workloads: { a: { ...bound.a, mayStop: true } } }).keeps(layer);
    given("a:intel h:h1", { hosts, workloads: { a: { ...bound.a, state: "stopped" } } }).keeps(layer);
    given("a:intel h:h1", { hosts: { ...hosts, h1: { state: "failed" } }, workloads: bound }).keeps(layer);
  });
  it("refuses a live move between processors that do not fit, whoever moves", () => {
    given("a:h1>intel", { hosts }).violates(layer, {}, "a cannot move live from h1 (amd level 3) to intel (intel level 3)");
    given("a:late>h1", { hosts }).amounts(layer, {}, 1);
    given("a:h1>late", { hosts }).keeps(layer);
    given("a:h1>intel!", { hosts }).keeps(layer);
  });
});

describe("root", () => {
  it("refuses another host, and the way there and back", () => {
    given("a:h2 b:h1", { workloads: { a: { host: "h1" } } }).violates(root, {}, "a is on h2, but must not leave h1");
    given("a:h1>h2").violates(root, {}, "a is on h2, but must not leave h1");
  });
  it("lets it be where it is, and be off", () => given("a:h1 b:h2!").keeps(root));
  it("lets a new one be placed", () => given("a:>h1 b:-").keeps(root));
  it("lets an excepted host be used", () => given("a:h1>h2").keeps(root, { excepted: "h2" }));
});
