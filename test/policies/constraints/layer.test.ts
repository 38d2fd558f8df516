import { describe, it } from "vitest";
import { layer } from "../../../policies/constraints/layer.ts";
import { given } from "../given.ts";

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
    given("a:same h:h1", { hosts, workloads: bound }).keeps(layer, { workloads: "a" });
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
    given("a:h1>same", { hosts }).keeps(layer);
    given("a:h1>intel!", { hosts }).keeps(layer);
  });
});
