import { describe, it } from "vitest";
import { split } from "../../../policies/constraints/split.ts";
import { given } from "../given.ts";

const racks = {
  hosts: { h1: { domains: { rack: "r1" } }, h2: { domains: { rack: "r1" } }, h3: { domains: { rack: "r2" } }, h4: { domains: { rack: "r3" } }, bare: {} },
};

describe("split", () => {
  const asked = { workloads: "a b", selected: { from: "c d" } };

  it("refuses a shared host", () => given("a:h1 b:h2 c:h1 d:h3").violates(split, asked, "a and c share host h1, but must be split"));
  it("refuses a shared rack", () => given("a:h1 c:h2", racks).violates(split, { workloads: "a", selected: { from: "c" }, raw: { key: "rack" } }, "a and c share rack r1, but must be split"));
  it("lets each group be together", () => given("a:h1 b:h1 c:h2 d:h2").keeps(split, asked));
  it("counts one under way on both sides", () => {
    given("a:h1>h2 b:h1 c:h2 d:h3").amounts(split, asked, 1);
    given("a:h1>h2 b:h3 c:h1 d:h4").amounts(split, asked, 1);
  });
  it("counts the smaller group of each domain", () => given("a:h1 b:h1 c:h1 d:h1").amounts(split, asked, 2));
  it("lets a group be split from everything else", () =>
    given("a:h1 b:h1 c:h1").violates(split, { groups: { x: "a b" }, selected: { from: "a b c" } }, "a, b and c share host h1, but must be split"));
  it("lets an excepted one in", () => given("a:h1 c:h1").keeps(split, { workloads: "a", selected: { from: "c" }, excepted: "c" }));
});
