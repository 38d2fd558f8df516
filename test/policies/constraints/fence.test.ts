import { describe, it } from "vitest";
import { fence } from "../../../policies/constraints/fence.ts";
import { given } from "../given.ts";

describe("fence", () => {
  it("refuses hosts outside", () => given("a:h1 b:h3", {}).violates(fence, { selected: { hosts: "h1" } }, "b is on h3, outside the hosts it is fenced to"));
  it("refuses to arrive outside, and to pass through", () =>
    given("a:h1>h2").violates(fence, { selected: { hosts: "h1" } }, "a is on h2, outside the hosts it is fenced to"));
  it("counts both places when both are outside", () => given("a:h1>h2 b:h3").amounts(fence, { workloads: "a", selected: { hosts: "h3" } }, 2));
  it("leaves others alone", () => given("a:h1 b:h2").keeps(fence, { workloads: "a", selected: { hosts: "h1" } }));
  it("lets an excepted host be used", () => given("a:h2 b:h1").keeps(fence, { selected: { hosts: "h1" }, excepted: "h2" }));
});
