import { describe, expect, it } from "vitest";
import { standardResourceKinds } from "../../../model/resource.ts";
import { capacity } from "../../../policies/constraints/capacity.ts";
import { given } from "../given.ts";

const small = { capacity: { memoryMiB: 1000, cpuMillicores: 1000, storageMiB: 1000 } };
const facts = {
  hosts: { h1: { ...small, domains: { rack: "r1" } }, h2: { ...small, domains: { rack: "r1" } }, h3: small },
  workloads: {
    a: { reservation: { memoryMiB: 600, cpuMillicores: 100 } }, b: { reservation: { memoryMiB: 500 } },
    c: { reservation: { cpuMillicores: 900 } }, d: { reservation: { storageMiB: 700 } }, e: { reservation: { storageMiB: 400 } },
  },
};

/** Places, with where some workloads are before the plan. */
const at = (place: string, homes: Readonly<Record<string, string>>) => given(place, {
  ...facts, workloads: Object.fromEntries(Object.entries(facts.workloads).map(([id, workload]) =>
    [id, homes[id] === undefined ? workload : { ...workload, host: homes[id], state: "running" }])),
});

describe("capacity", () => {
  it("refuses more than a host has", () => given("a:h1 b:h1", facts).violates(capacity, {}, "host h1 memoryMiB holds 1100 MiB, the limit is 1000"));
  it("lets a host be full to the last unit", () => given("a:h1 c:h1", facts).keeps(capacity));
  it("takes off the host's reserve and the headroom, and adds overcommit", () => {
    const h1 = { ...small, reserve: { memoryMiB: 200 }, overcommitPermille: { memoryMiB: 1500 } };
    given("a:h1 b:h1", { ...facts, hosts: { h1 } }).keeps(capacity);
    given("a:h1 b:h1", { ...facts, hosts: { h1 } }).violates(capacity, { raw: { headroomPermille: 100, resources: ["memoryMiB"] } },
      "host h1 memoryMiB holds 1100 MiB, the limit is 1080");
  });
  it("counts memory of a live move on both hosts", () => {
    given("a:h1>h2 b:h2", facts).amounts(capacity, {}, 100);
    given("a:h1>h2 b:h1", facts).amounts(capacity, {}, 100);
  });
  it("counts the processor on both hosts too: a live move may land at any time", () =>
    given("a:h1>h2 c:h2", { ...facts, workloads: { ...facts.workloads, a: { reservation: { cpuMillicores: 200 } } } }).amounts(capacity, {}, 100));
  it("counts a resource only where it runs when its kind says so", () => {
    const gpu = { name: "gpuCount", unit: "GPUs", whileMoving: "running", whileStopped: false } as const;
    const one = { capacity: { gpuCount: 1 } };
    const on = given("a:h1>h2 b:h2", {
      hosts: { h1: one, h2: one }, workloads: { a: { reservation: { gpuCount: 1 } }, b: { reservation: { gpuCount: 1 } } },
      fleet: { resources: [...standardResourceKinds, gpu] },
    });
    on.keeps(capacity);
    expect(on.parts(capacity, { raw: { resources: ["gpuCount", "memoryMiB"] }, hosts: "h1" }).map((part) => part.monotone)).toEqual([true, false]);
  });
  it("counts the data of a stopped one, and what it left behind, but no memory", () => {
    given("a:h1! b:h1", facts).keeps(capacity);
    given("d:h1! e:h1", facts).violates(capacity, {}, "host h1 storageMiB holds 1100 MiB, the limit is 1000");
    given("d:h2<h1 e:h1", facts).violates(capacity, {}, "host h1 storageMiB holds 1100 MiB, the limit is 1000");
    given("d:h1>h2! e:h2", facts).violates(capacity, {}, "host h2 storageMiB holds 1100 MiB, the limit is 1000");
  });
  it("sums over a rack", () => {
    given("a:h1 b:h2", facts).violates(capacity, { raw: { perDomain: "rack", atMost: 1000, resources: ["memoryMiB"] } },
      "rack r1 memoryMiB holds 1100 MiB, the limit is 1000");
    given("a:h1 b:h1", facts).keeps(capacity, { raw: { perDomain: "rack" } });
    given("a:h1 b:h2", facts).keeps(capacity, { raw: { perDomain: "rack", atMost: 600 }, hosts: "h1" });
    given("a:h1 b:h2", facts).amounts(capacity, { raw: { perDomain: "rack", atMost: 500 }, hosts: "h1" }, 100);
  });
  it("names those that hold some of it, and no others", () => {
    const [memory] = given("a:h1 b:h1 d:h1", facts).found(capacity, { raw: { resources: ["memoryMiB"] } });
    expect(memory?.workloads).toEqual([0, 1]);
  });
  describe("counted on both ends", () => {
    const kept = { raw: { resources: ["memoryMiB"], countBothEnds: ["memoryMiB"] } };
    it("keeps the place of one that left", () => {
      at("a:h2 b:h1", { a: "h1" }).violates(capacity, kept, "host h1 memoryMiB holds 1100 MiB, the limit is 1000");
      at("a:h2 b:h1", { a: "h1" }).keeps(capacity, { raw: { resources: ["memoryMiB"], countBothEnds: ["storageMiB"] } });
    });
    it("needs room for both on both hosts of an exchange", () => at("a:h2 b:h1", { a: "h1", b: "h2" }).amounts(capacity, kept, 200));
    it("counts one that stays, or comes back, once", () => {
      at("a:h1 c:h1", { a: "h1" }).keeps(capacity, kept);
      at("a:h1", { a: "h1", b: "h2" }).keeps(capacity, kept);
    });
    it("counts on the host where a workload is now even when it has no place any more", () =>
      at("a:- b:h1", { a: "h1" }).amounts(capacity, kept, 100));
    it("keeps no place for what is to be removed, or stopped without its memory", () => {
      for (const desired of ["removed", "stopped"] as const) {
        const leaving = { ...facts.workloads.a, host: "h1", state: "running", desired } as const;
        given("a:h2 b:h1", { ...facts, workloads: { ...facts.workloads, a: leaving } }).keeps(capacity, kept);
      }
    });
    it("counts a domain's workloads on each of its hosts", () =>
      at("a:h2", { a: "h1" }).amounts(capacity, { raw: { ...kept.raw, perDomain: "rack", atMost: 1000 } }, 200));
    it("refuses resources that nobody knows", () =>
      expect(given("a:h1", facts).faults(capacity, { raw: { countBothEnds: ["memory"] } }).map(({ parameter, message }) => [parameter, message])).toEqual([
        ["countBothEnds", "resource memory does not exist"]]));
  });
  it("leaves hosts alone that are not selected", () => given("a:h1 b:h1", facts).keeps(capacity, { hosts: "h2 h3" }));
  it("refuses an unknown resource, and a limit for no domain", () =>
    expect(given("a:h1", facts).faults(capacity, { raw: { resources: ["memory"], atMost: 5 } }).map(({ message }) => message)).toEqual([
      "resource memory does not exist", "atMost 5 is the limit of a domain, but perDomain is not given"]));
});
