import { describe, it } from "vitest";
import { lonely } from "../../../policies/constraints/lonely.ts";
import { given } from "../given.ts";

describe("lonely", () => {
  it("refuses company", () => given("a:h1 b:h1 c:h1").violates(lonely, { workloads: "a" }, "a must be alone on host h1, but b, c is there too"));
  it("lets the group share its hosts", () => given("a:h1 b:h1 c:h2").keeps(lonely, { workloads: "a b" }));
  it("refuses company that arrives, and to arrive in company", () => {
    given("a:h1 b:h2>h1").amounts(lonely, { workloads: "a" }, 1);
    given("a:h2>h1 b:h1").amounts(lonely, { workloads: "a" }, 1);
  });
  it("does not mind data left behind", () => given("a:h1 b:h2<h1").keeps(lonely, { workloads: "a" }));
  it("keeps groups apart from one another", () => given("a:h1 b:h1").amounts(lonely, { groups: { x: "a", y: "b" } }, 2));
  it("lets an excepted one in", () => given("a:h1 b:h1").keeps(lonely, { workloads: "a", excepted: "b" }));
});
