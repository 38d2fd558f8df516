import { expect, it } from "vitest";
import { renderComparison } from "../../../cli/render/comparison.ts";
import { paintFor } from "../../../cli/render/paint.ts";
import type { HostId, WorkloadId } from "../../../model/ids.ts";
import { compareSides, type Side } from "../../../reports/index.ts";

const figures = {
  cost: { hosts: [], workloads: [], applications: [], services: [], totalMicrosPerHour: 0, idleMicrosPerHour: 0 },
  powerMilliwatts: 0, carbonMilligramsPerHour: 0, hostsOn: 0, placedCount: 0,
};
const side = (name: string, hosts: readonly (string | null)[], milliwatts: number): Side => ({
  name, currency: "EUR", costMicrosPerHour: 0, rules: null, moves: null, makespanMs: null,
  hostOf: new Map(hosts.map((host, w) => [`w${w}` as WorkloadId, host as HostId | null])),
  figures: { ...figures, powerMilliwatts: milliwatts, carbonMilligramsPerHour: milliwatts / 10 },
});
const told = (a: Side, b: Side, columns = 80): string =>
  renderComparison(a, b, compareSides(a, b), { paint: paintFor(false), columns, full: false });

it("says how many workloads want a place and have none", () => {
  const text = told(side("a.yaml", ["h1"], 0), side("b.yaml", ["h1", null, null], 0));
  expect(text).toMatch(/workloads placed +1 +1 +same/);
  expect(text).toMatch(/without a place +0 +2 +\+2/);
});

it("tells the difference from nothing, where there is no percentage", () => {
  const text = told(side("a.yaml", ["h1"], 0), side("b.yaml", ["h1"], 120_000));
  expect(text).toMatch(/power +0 W +120 W +\+120 W/);
  expect(text).toMatch(/carbon +0 g CO2\/h +12 g CO2\/h +\+12 g CO2\/h/);
});

it.each([60, 80, 100])("names files without their folders, in whole words, at %i columns", (columns) => {
  const folder = "/a/long/way/from/here/to-the/scenarios";
  const text = told(side(`${folder}/e-commerce.yaml`, ["h1"], 0), side(`${folder}/e-commerce.yaml+${folder}/close-site.yaml`, ["h2"], 1000), columns);
  expect(text.match(/(?<![\w/-])e-commerce\.yaml(?![\w/])/g)).toHaveLength(4);
  expect(text.match(/(?<![\w/-])close-site\.yaml(?![\w/])/g)).toHaveLength(2);
});

it("keeps the folders of two files of one name", () => {
  expect(told(side("old/fleet.yaml", ["h1"], 0), side("new/fleet.yaml", ["h1"], 0))).toMatch(/old\/fleet\.yaml +new\/fleet\.yaml/);
});
