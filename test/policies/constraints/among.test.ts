import { describe, expect, it } from "vitest";
import { among } from "../../../policies/constraints/among.ts";
import { given } from "../given.ts";

const racks = {
  hosts: { h1: { domains: { rack: "r1" } }, h2: { domains: { rack: "r1" } }, h3: { domains: { rack: "r2" } }, h4: { domains: { rack: "r3" } }, bare: {} },
};

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
