import { describe, it } from "vitest";
import { cordon } from "../../../policies/constraints/cordon.ts";
import { given } from "../given.ts";

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
