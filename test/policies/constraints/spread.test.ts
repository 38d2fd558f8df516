import { describe, expect, it } from "vitest";
import { spread } from "../../../policies/constraints/spread.ts";
import { given } from "../given.ts";

const racks = {
  hosts: { h1: { domains: { rack: "r1" } }, h2: { domains: { rack: "r1" } }, h3: { domains: { rack: "r2" } }, h4: { domains: { rack: "r3" } }, bare: {} },
};

describe("spread", () => {
  it("refuses two on one host", () => given("a:h1 b:h1 c:h2").violates(spread, {}, "a, b share host h1: 2 there, at most 1 may be"));
  it("counts each one too many", () => given("a:h1 b:h1 c:h1 d:h1").amounts(spread, { raw: { atMost: 2 } }, 2));
  it("refuses two in one rack", () => given("a:h1 b:h2 c:h3", racks).violates(spread, { raw: { key: "rack" } }, "a, b share rack r1: 2 there, at most 1 may be"));
  it("counts one under way on both hosts", () => {
    given("a:h1>h2 b:h2").violates(spread, {}, "a, b share host h2: 2 there, at most 1 may be");
    given("a:h1>h2 b:h1").violates(spread, {}, "a, b share host h1: 2 there, at most 1 may be");
  });
  it("does not count a move within a rack twice", () => given("a:h1>h2 b:h3", racks).keeps(spread, { raw: { key: "rack" } }));
  it("wants enough domains, no more than there are instances", () => {
    given("a:h1 b:h2 c:h1", racks).violates(spread, { raw: { key: "rack", atLeast: 2 } }, "a, b, c use 1 rack, at least 2 are wanted");
    given("a:h1 b:h3", racks).keeps(spread, { raw: { key: "rack", atLeast: 3 } });
    given("a:h1 b:-", racks).keeps(spread, { raw: { key: "rack", atLeast: 2 } });
  });
  it("wants the counts even, empty domains included", () => {
    given("a:h1 b:h2 c:h3", racks).violates(spread, { raw: { key: "rack", skew: 1 } }, "a, b, c are uneven over racks: the counts differ by 2, at most 1 is allowed");
    given("a:h1 b:h3 c:h4", racks).keeps(spread, { raw: { key: "rack", skew: 0 } });
  });
  it("judges each group by itself", () => given("a:h1 b:h1 c:h2 d:h2").keeps(spread, { groups: { x: "a c", y: "b d" } }));
  it("does not count instances on an excepted host, nor excepted instances", () => {
    given("a:h1 b:h1").keeps(spread, { excepted: "h1" });
    given("a:h1 b:h1").keeps(spread, { excepted: "b" });
  });
  it("knows which of its rules a departure can break", () => {
    const parts = [{}, { atLeast: 2 }, { skew: 1, atMost: 1 }].map((raw) => given("a:h1", racks).parts(spread, { raw }));
    expect(parts.map((each) => each.map(({ monotone }) => monotone))).toEqual([[true], [false], [true, false]]);
  });
  it("names a key that no host has", () =>
    expect(given("a:h1", racks).faults(spread, { raw: { key: "rakc" } })).toEqual([
      { parameter: "key", message: 'no host has a domain "rakc"', advice: "Use one of host, rack, site, or give hosts the domain." }]));
});
