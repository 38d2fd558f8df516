import { describe, expect, it } from "vitest";
import { standardResourceKinds } from "../../../model/resource.ts";
import { capacity } from "../../../policies/constraints/capacity.ts";
import { cordon } from "../../../policies/constraints/cordon.ts";
import { maxOnline } from "../../../policies/constraints/max-online.ts";
import { maxWorkloads } from "../../../policies/constraints/max-workloads.ts";
import { quarantine } from "../../../policies/constraints/quarantine.ts";
import { given } from "../given.ts";

describe("capacity", () => {
  const small = { capacity: { memoryMiB: 1000, cpuMillicores: 1000, storageMiB: 1000 } };
  const facts = {
    hosts: { h1: { ...small, domains: { rack: "r1" } }, h2: { ...small, domains: { rack: "r1" } }, h3: small },
    workloads: {
      a: { reservation: { memoryMiB: 600, cpuMillicores: 100 } }, b: { reservation: { memoryMiB: 500 } },
      c: { reservation: { cpuMillicores: 900 } }, d: { reservation: { storageMiB: 700 } }, e: { reservation: { storageMiB: 400 } },
    },
  };

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
  });
  it("leaves hosts alone that are not selected", () => given("a:h1 b:h1", facts).keeps(capacity, { hosts: "h2 h3" }));
  it("refuses an unknown resource, and a limit for no domain", () =>
    expect(given("a:h1", facts).faults(capacity, { raw: { resources: ["memory"], atMost: 5 } }).map(({ message }) => message)).toEqual([
      "resource memory does not exist", "atMost 5 is the limit of a domain, but perDomain is not given"]));
});

describe("cordon", () => {
  it("refuses those that enter", () => {
    given("a:h1 b:h1", { workloads: { b: { host: "h2" } }, hosts: { h2: {} } }).violates(cordon, { hosts: "h1" }, "b enters h1, which is cordoned");
    given("a:h2>h1").violates(cordon, { hosts: "h1" }, "a enters h1, which is cordoned");
    given("a:>h1").amounts(cordon, { hosts: "h1" }, 1);
  });
  it("lets those that are there stay, leave and come back", () => {
    given("a:h1 b:h1>h2 c:h2").keeps(cordon, { hosts: "h1" });
    given("a:h2>h1", { workloads: { a: { host: "h1" } } }).keeps(cordon, { hosts: "h1" });
  });
  it("refuses the way from one cordoned host to another", () => given("a:h1>h2").amounts(cordon, { hosts: "h1 h2" }, 1));
  it("lets an excepted one in", () => given("a:h2>h1").keeps(cordon, { hosts: "h1", excepted: "a" }));
});

describe("quarantine", () => {
  it("refuses those that enter and those that leave", () => {
    given("a:h2>h1").violates(quarantine, { hosts: "h1" }, "a enters h1, which is in quarantine");
    given("a:h1>h2").violates(quarantine, { hosts: "h1" }, "a leaves h1, which is in quarantine");
    given("a:h2<h1").violates(quarantine, { hosts: "h1" }, "a leaves h1, which is in quarantine");
  });
  it("counts a way from one such host to another once", () => given("a:h1>h2").amounts(quarantine, { hosts: "h1 h2" }, 1));
  it("lets those inside be, and be stopped", () => given("a:h1 b:h1! c:h2>h3").keeps(quarantine, { hosts: "h1" }));
  it("lets an excepted one out", () => given("a:h1>h2").keeps(quarantine, { hosts: "h1", excepted: "a" }));
});

describe("max-online", () => {
  it("refuses too many hosts on", () => given("a:h1 b:h2 c:h3").violates(maxOnline, { raw: { atMost: 2 } }, "3 of the selected hosts are on, at most 2 may be"));
  it("counts empty hosts that stay on, and not those that can be switched off", () => {
    given("a:h1", { hosts: { h2: {} } }).amounts(maxOnline, { raw: { atMost: 1 } }, 1);
    given("a:h1", { hosts: { h2: { powerManaged: true }, h3: { state: "off" }, h4: { state: "failed" } } }).keeps(maxOnline, { raw: { atMost: 1 } });
  });
  it("counts a host from the moment that something arrives", () =>
    given("a:h1>h2", { hosts: { h2: { powerManaged: true } } }).amounts(maxOnline, { raw: { atMost: 1 } }, 1));
  it("looks at the selected hosts only", () => given("a:h1 b:h2").keeps(maxOnline, { raw: { atMost: 1 }, hosts: "h1" }));
});

describe("max-workloads", () => {
  it("refuses too many on a host", () => given("a:h1 b:h1 c:h1 d:h2").violates(maxWorkloads, { raw: { atMost: 2 } }, "host h1 has 3 workloads (a, b, c), at most 2 may be there"));
  it("counts one under way on both hosts, and not what it left behind", () => {
    given("a:h1>h2 b:h2").amounts(maxWorkloads, { raw: { atMost: 1 } }, 1);
    given("a:h1>h2 b:h1").amounts(maxWorkloads, { raw: { atMost: 1 } }, 1);
    given("a:h2<h1 b:h1").keeps(maxWorkloads, { raw: { atMost: 1 } });
  });
  it("counts the named workloads only", () => given("a:h1 b:h1 c:h1").keeps(maxWorkloads, { raw: { atMost: 1 }, selected: { workloads: "a" } }));
  it("does not count excepted workloads, nor look at other hosts", () => {
    given("a:h1 b:h1").keeps(maxWorkloads, { raw: { atMost: 1 }, excepted: "b" });
    given("a:h1 b:h1").keeps(maxWorkloads, { raw: { atMost: 1 }, excepted: "h1" });
  });
});
