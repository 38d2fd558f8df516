import { describe, expect, it } from "vitest";
import { offsiteBan } from "../../../policies/constraints/offsite-ban.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "../fleet-of.ts";
import { given, requestOf } from "../given.ts";

const cloud = siteOf("cloud", "external");

describe("offsite-ban", () => {
  const facts = { hosts: { h1: { site: "s1" }, h2: { site: "s2" }, x: { site: "cloud" } }, fleet: { sites: [cloud] } };

  it("refuses external sites", () =>
    given("a:h1 b:x", facts).violates(offsiteBan, {}, "b is on x at external site cloud, it may only be at internal sites"));
  it("refuses the way through an external site, in, on and out", () => {
    given("a:h1>x", facts).violates(offsiteBan, {}, "a is on x at external site cloud, it may only be at internal sites");
    given("a:x>h1", facts).amounts(offsiteBan, {}, 1);
  });
  it("refuses a first copy there", () => given("a:>x", facts).amounts(offsiteBan, {}, 1));
  it("counts data left behind there", () =>
    given("a:h1<x", facts).violates(offsiteBan, {}, "a is on x at external site cloud, it may only be at internal sites"));
  it("permits named sites only, internal or not", () => {
    given("a:h2 b:x", facts).violates(offsiteBan, { raw: { sites: ["s1", "cloud"] } }, "a is on h2 at internal site s2, it may only be at s1, cloud");
  });
  it("never holds at the end only", () => expect(offsiteBan.holds.allowed).toEqual(["continuously"]));
  it("names a site that does not exist", () => {
    const index = fleetOf([hostOf("h1")], [workloadOf("a")]);
    expect(offsiteBan.faults?.({ ...requestOf(offsiteBan, {}, index), raw: { sites: ["s1", "s9"] } })).toEqual([
      { parameter: "sites", message: "site s9 does not exist", advice: "Name one of the fleet's sites: s1." },
    ]);
  });
});
