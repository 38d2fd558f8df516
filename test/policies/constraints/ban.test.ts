import { describe, it } from "vitest";
import { ban } from "../../../policies/constraints/ban.ts";
import { given } from "../given.ts";

describe("ban", () => {
  it("refuses the banned hosts", () => given("a:h1 b:h2").violates(ban, { selected: { hosts: "h1" } }, "a is on h1, from which it is banned"));
  it("refuses to arrive there", () => given("a:h2>h1").violates(ban, { selected: { hosts: "h1" } }, "a is on h1, from which it is banned"));
  it("lets everything else be", () => given("a:h2 b:h1").keeps(ban, { workloads: "a", selected: { hosts: "h1" } }));
  it("lets an excepted host be used", () => given("a:h1").keeps(ban, { selected: { hosts: "h1" }, excepted: "h1" }));
});
