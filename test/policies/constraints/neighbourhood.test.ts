import { describe, expect, it } from "vitest";
import { neighbourhood } from "../../../policies/constraints/neighbourhood.ts";
import { given } from "../given.ts";

const racks = {
  hosts: { h1: { domains: { rack: "r1" } }, h2: { domains: { rack: "r1" } }, h3: { domains: { rack: "r2" } }, h4: { domains: { rack: "r3" } }, bare: {} },
};

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
