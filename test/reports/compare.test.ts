import { describe, expect, it } from "vitest";
import type { HostId, PolicyId, SiteId, WorkloadId } from "../../model/ids.ts";
import { compareSides, figuresOf, placedByPlan, placedNow, type Side } from "../../reports/index.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "../policies/fleet-of.ts";

const draw = { idlePowerWatts: 100, peakPowerWatts: 300, capacity: { cpuMillicores: 1000 } };
const index = fleetOf(
  [hostOf("h1", draw), hostOf("h2", { ...draw, site: "s2" as SiteId, state: "off", powerManaged: true }), hostOf("h3", { ...draw, state: "maintenance" }), hostOf("h4", { ...draw, state: "failed" }), hostOf("h5", { ...draw, powerManaged: true })],
  [workloadOf("a", { host: "h1", state: "running", expectedUse: { cpuMillicores: 500 } }), workloadOf("b"), workloadOf("c", { desired: "stopped", host: "h1", state: "stopped", expectedUse: { cpuMillicores: 500 } })],
  { sites: [{ ...siteOf("s1"), carbonGramsPerKWh: 10 }, { ...siteOf("s2"), carbonGramsPerKWh: 500 }] },
);

describe("the figures of a placement", () => {
  it("are those of the hosts that are on, and of what runs", () => {
    // Three idle hosts of 100 W, and half of the 200 W that use can add; the stopped one draws nothing.
    expect(figuresOf(placedNow(index))).toMatchObject({ powerMilliwatts: 400_000, carbonMilligramsPerHour: 4000, hostsOn: 3, placedCount: 2 });
  });

  it("of a plan count hosts as the plan leaves them", () => {
    const target = [{ workload: "a" as WorkloadId, host: "h2" as HostId }, { workload: "gone" as WorkloadId, host: "h1" as HostId }];
    const figures = figuresOf(placedByPlan(index, { target }));
    // h2 is switched on for it, at a site whose electricity is dirtier; h1 and h3 cannot be switched off, h5 is.
    expect(figures).toMatchObject({ powerMilliwatts: 400_000, carbonMilligramsPerHour: 2 * 1000 + 200 * 500, hostsOn: 3, placedCount: 1 });
  });
});

const nothing: Side = { name: "", currency: "EUR", hostOf: new Map(), costMicrosPerHour: 0, figures: null, rules: null, moves: null, makespanMs: null };

function side(places: Readonly<Record<string, string | null>>, rest: Partial<Side> = {}): Side {
  return { ...nothing, hostOf: new Map(Object.entries(places).map(([w, h]) => [w as WorkloadId, h as HostId | null])), ...rest };
}

const rule = (policy: string, brokenAmount: number) => ({ policy: policy as PolicyId, brokenAmount }) as NonNullable<Side["rules"]>[number];

describe("two sides", () => {
  it("are compared in cost, idle, power, carbon, hosts, workloads, rules, moves and time", () => {
    const figures = { cost: { ...figuresOf(placedNow(index)).cost, idleMicrosPerHour: 2 }, powerMilliwatts: 3, carbonMilligramsPerHour: 4, hostsOn: 5, placedCount: 1 };
    const a = side({ x: "h1", y: null }, { costMicrosPerHour: 1, figures, rules: [rule("p", 0), rule("q", 7)], moves: 6, makespanMs: 8 });
    const { measures } = compareSides(a, nothing);
    expect(measures.map((measure) => [measure.name, measure.unit, measure.a, measure.b])).toEqual([
      ["cost", "micros/h", 1, 0], ["of which idle", "micros/h", 2, null], ["power", "milliwatts", 3, null], ["carbon", "milligrams/h", 4, null],
      ["hosts on", "count", 5, null], ["workloads placed", "count", 1, 0], ["without a place", "count", 1, 0], ["rules broken", "count", 1, null], ["moves", "count", 6, null], ["duration", "ms", 8, null],
    ]);
  });

  it("differ in places where a workload is elsewhere, nowhere, or unknown", () => {
    const { places, samePlaces } = compareSides(side({ a: "h1", b: "h1", c: null, d: "h2" }), side({ b: "h2", a: "h1", c: "h3", e: null }));
    expect(samePlaces).toBe(1);
    expect(places.map((place) => [place.workload, place.a, place.b])).toEqual([["b", "h1", "h2"], ["c", null, "h3"], ["d", "h2", "absent"], ["e", "absent", null]]);
  });

  it("differ in rules that one has not, or that are broken anywhere", () => {
    const a = side({}, { rules: [rule("kept", 0), rule("broken", 2), rule("mended", 1), rule("mine", 0)] });
    const b = side({}, { rules: [rule("broken", 2), rule("kept", 0), rule("mended", 0)] });
    expect(compareSides(a, b).rules.map((each) => [each.policy, each.a, each.b])).toEqual([["broken", 2, 2], ["mended", 1, 0], ["mine", 0, null]]);
    expect(compareSides(side({}), side({})).rules).toEqual([]);
  });
});
