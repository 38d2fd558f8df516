import { describe, expect, it } from "vitest";
import { among } from "../../../policies/constraints/among.ts";
import { gather } from "../../../policies/constraints/gather.ts";
import { licence } from "../../../policies/constraints/licence.ts";
import { lonely } from "../../../policies/constraints/lonely.ts";
import { neighbourhood } from "../../../policies/constraints/neighbourhood.ts";
import { split } from "../../../policies/constraints/split.ts";
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
    given("a:h1 b:h2 c:h1", racks).violates(spread, { raw: { key: "rack", atLeast: 2 } }, "a, b, c use 1 racks, at least 2 are wanted");
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

describe("among", () => {
  const groups = { selected: { groups: ["h1 h2", "h3 h4"] } };

  it("lets the group be inside any one of the groups of hosts", () => {
    given("a:h1 b:h2 c:h1", racks).keeps(among, groups);
    given("a:h3 b:h4", racks).keeps(among, groups);
  });
  it("refuses two groups at once, and hosts of none", () => {
    given("a:h1 b:h2 c:h3", racks).violates(among, groups, "2 of 3 are inside one of the 2 groups of hosts, c not");
    given("a:bare b:h1", racks).violates(among, groups, "1 of 2 are inside one of the 2 groups of hosts, a not");
    given("a:bare", racks).amounts(among, groups, 1);
  });
  it("counts one under way between groups as outside", () => given("a:h1>h3 b:h1", racks).amounts(among, groups, 1));
  it("wants groups that share no host", () =>
    expect(given("a:h1", racks).faults(among, { selected: { groups: ["h1 h2", "h3", "h2 h3"] } }).map(({ message }) => message)).toEqual([
      "groups 1 and 3 both hold host h2", "groups 2 and 3 both hold host h3"]));
});

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

describe("neighbourhood", () => {
  const asked = { workloads: "a b", selected: { near: "n m" } };

  it("refuses an instance without a neighbour", () =>
    given("a:h1 b:h2 n:h1 m:h3").violates(neighbourhood, asked, "b is on host h2, none of its neighbours m, n is there"));
  it("is content with any one neighbour for many", () => given("a:h1 b:h1 n:h1 m:-").keeps(neighbourhood, asked));
  it("looks in the rack when told", () => {
    given("a:h1 n:h2", racks).keeps(neighbourhood, { workloads: "a", selected: { near: "n" }, raw: { key: "rack" } });
    given("a:bare n:bare", racks).violates(neighbourhood, { workloads: "a", selected: { near: "n" }, raw: { key: "rack" } },
      "a is on bare, which is in no rack, none of its neighbours n is there");
  });
  it("wants a neighbour at both ends of a move", () => {
    given("a:h1>h2 n:h1 b:- m:h2").keeps(neighbourhood, asked);
    given("a:h1>h2 n:h1 b:- m:h3").amounts(neighbourhood, asked, 1);
  });
  it("counts a neighbour where it still is, not where it arrives", () => {
    given("a:h1 n:h1>h2", racks).keeps(neighbourhood, { workloads: "a", selected: { near: "n" } });
    given("a:h2 n:h1>h2", racks).amounts(neighbourhood, { workloads: "a", selected: { near: "n" } }, 1);
  });
  it("refuses to make one its own neighbour", () =>
    expect(given("a:h1 n:h1").faults(neighbourhood, { workloads: "a", selected: { near: "a n" } }).map(({ message }) => message)).toEqual([
      "a would be its own neighbour: the policy selects it, and near does too"]));
});

describe("licence", () => {
  it("refuses more hosts than it covers", () => given("a:h1 b:h2 c:h3").violates(licence, { raw: { atMost: 2 } }, "a, b, c use 3 hosts, the licence covers 2"));
  it("lets any number share the hosts", () => given("a:h1 b:h2 c:h2 d:h1").keeps(licence, { raw: { atMost: 2 } }));
  it("counts the host that one arrives on", () => given("a:h1>h2 b:h1").amounts(licence, { raw: { atMost: 1 } }, 1));
  it("wants the named hosts, also on the way", () => {
    const asked = { raw: { atMost: 2 }, selected: { hosts: "h1 h2" } };
    given("a:h1 b:h3", racks).violates(licence, asked, "b is on h3, which its licence does not name");
    given("a:h1>h3", racks).amounts(licence, asked, 1);
    given("a:h1 b:h2", racks).keeps(licence, asked);
  });
  it("covers each group by itself", () => given("a:h1 b:h2").keeps(licence, { raw: { atMost: 1 }, groups: { x: "a", y: "b" } }));
  it("does not count excepted hosts", () => given("a:h1 b:h2").keeps(licence, { raw: { atMost: 1 }, selected: { hosts: "h1" }, excepted: "h2" }));
});
