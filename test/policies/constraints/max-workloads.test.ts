import { describe, it } from "vitest";
import { maxWorkloads } from "../../../policies/constraints/max-workloads.ts";
import { given } from "../given.ts";

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
