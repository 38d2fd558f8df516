import { describe, expect, it } from "vitest";
import { gather } from "../../../policies/constraints/gather.ts";
import { given } from "../given.ts";

const racks = {
  hosts: { h1: { domains: { rack: "r1" } }, h2: { domains: { rack: "r1" } }, h3: { domains: { rack: "r2" } }, h4: { domains: { rack: "r3" } }, bare: {} },
};

describe("gather", () => {
  it("refuses two hosts, and says who is apart", () => given("a:h1 b:h1 c:h2").violates(gather, {}, "2 of 3 are together in one host, c not"));
  it("gathers in a rack", () => {
    given("a:h1 b:h2", racks).keeps(gather, { raw: { key: "rack" } });
    given("a:h1 b:h3 c:h4", racks).amounts(gather, { raw: { key: "rack" } }, 2);
  });
  it("refuses hosts that are in no rack", () => given("a:bare b:bare", racks).violates(gather, { raw: { key: "rack" } }, "0 of 2 are together in one rack, a, b not"));
  it("counts one that leaves or arrives as apart", () => {
    given("a:h1>h2 b:h2").violates(gather, {}, "1 of 2 are together in one host, a not");
    given("a:h1>h2 b:h1").amounts(gather, {}, 1);
    given("a:h1>h2 b:h3>h2").amounts(gather, {}, 2);
  });
  it("lets them move within the rack, and a single one anywhere", () => {
    given("a:h1>h2 b:h2>h1", racks).keeps(gather, { raw: { key: "rack" } });
    given("a:h1>h3 b:-", racks).keeps(gather, { raw: { key: "rack" } });
  });
  it("does not count those that are nowhere", () => given("a:h1 b:-").keeps(gather));
  it("holds at the end unless told otherwise", () => expect(gather.holds.default).toBe("at-end"));
});
