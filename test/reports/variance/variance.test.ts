import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CostInput } from "../../../reports/cost/charge-lines.ts";
import { chargeLines } from "../../../reports/cost/charge-lines.ts";
import { courseOf } from "../../../reports/cost/course.ts";
import { keptLine } from "../../../reports/variance/kept-line.ts";
import { causes, varianceOf, type KeptLine, type Variance, type VarianceKind, type VarianceSide } from "../../../reports/variance/variance.ts";
import { indexFleet } from "../../../model/snapshot.ts";
import { constraintsOf, costInput } from "../cost/random-cost.ts";

const kinds: readonly VarianceKind[] = ["host", "workload", "application", "service", "site", "team"];

async function sideOf(input: Omit<CostInput, "constraints">): Promise<VarianceSide> {
  return { lines: chargeLines({ ...input, constraints: await constraintsOf(input.index) }).lines.map((line) => keptLine(line, "team")), policies: [] };
}

/** A line that takes so much, at so many micro-units a unit. */
function taken(host: string, workload: string | null, quantity: number, price: number, rest: Partial<KeptLine> = {}): KeptLine {
  return {
    host, site: "s", workload, application: null, service: null, team: null, category: "compute", item: "processor", detail: "",
    quantity: BigInt(quantity) * 10n ** 12n, listPrice: BigInt(price) * 1_000_000n, micros: BigInt(quantity * price), ...rest,
  };
}

function causesOf({ total }: Variance): Readonly<Record<string, number>> {
  return Object.fromEntries(causes.filter((cause) => total.by[cause] !== 0n).map((cause) => [cause, Number(total.by[cause])]));
}

const none = { policies: [] };
const ban = (digest: string): VarianceSide["policies"] => [{ id: "ban", digest, workloads: new Set(["w"]) }];
const sum = (lines: readonly KeptLine[]): bigint => lines.reduce((all, { micros }) => all + micros, 0n);

describe("a variance", () => {
  it.each<{ name: string; a: KeptLine[]; b: KeptLine[]; by: Record<string, number> }>([
    { name: "more cores at the same price are volume", a: [taken("h1", "w", 10, 5)], b: [taken("h1", "w", 14, 5)], by: { volume: 20 } },
    { name: "a higher price is price, at what was taken the second time", a: [taken("h1", "w", 10, 5)], b: [taken("h1", "w", 14, 6)], by: { volume: 20, price: 14 } },
    { name: "the same on a dearer host is mix", a: [taken("h1", "w", 10, 5), taken("h2", "v", 1, 8)], b: [taken("h2", "w", 10, 8), taken("h2", "v", 1, 8)], by: { mix: 30 } },
    { name: "a host that nobody used before is another place, at its own price", a: [taken("h1", "w", 10, 5)], b: [taken("h9", "w", 10, 4)], by: { mix: -10 } },
    { name: "somebody new is volume at the usual price, and mix beyond it", a: [taken("h1", "w", 10, 5), taken("h2", "v", 10, 7)], b: [taken("h1", "w", 10, 5), taken("h2", "v", 10, 7), taken("h2", "n", 1, 7)], by: { volume: 6, mix: 1 } },
    { name: "somebody gone is volume", a: [taken("h1", "w", 10, 5), taken("h2", "v", 1, 8)], b: [taken("h1", "w", 10, 5)], by: { volume: -8 } },
    {
      name: "hosts that nobody holds are idle, and a reserve is policy; each at the price of before",
      a: [taken("h1", null, 10, 5, { category: "idle", item: "idle-host" })],
      b: [taken("h1", null, 6, 6, { category: "idle", item: "idle-host" }), taken("h1", null, 2, 6, { category: "reserve", item: "reserve-host" })], by: { price: 8, idle: -20, policy: 10 },
    },
  ])("says that $name", ({ a, b, by }) => {
    expect(causesOf(varianceOf({ ...none, lines: a }, { ...none, lines: b }, "host"))).toEqual(by);
  });

  it("says that another place is policy for those about whom a rule has changed", () => {
    const [a, b] = [[taken("h1", "w", 10, 5), taken("h1", "v", 10, 5), taken("h2", "x", 1, 8)], [taken("h2", "w", 10, 8), taken("h2", "v", 10, 8), taken("h2", "x", 1, 8)]];
    const changed = varianceOf({ lines: a, policies: ban("one") }, { lines: b, policies: ban("two") }, "workload");
    expect(changed.changedPolicies).toEqual(["ban"]);
    expect(causesOf(changed)).toEqual({ mix: 30, policy: 30 });
    expect(causesOf(varianceOf({ lines: a, policies: ban("one") }, { lines: b, policies: ban("one") }, "workload"))).toEqual({ mix: 60 });
    for (const kind of kinds) expect(causesOf(varianceOf({ lines: a, policies: [] }, { lines: b, policies: [] }, kind))).toEqual({ mix: 60 });
    expect(causesOf(varianceOf({ lines: a, policies: [] }, { lines: b, policies: ban("one") }, "workload"))).toEqual({ mix: 30, policy: 30 });
  });
});

describe("whatever the two sides are", () => {
  it("first and all causes add up to second, in every row and in the total, by whatever it is shown", () => fc.assert(fc.asyncProperty(costInput, costInput, fc.constantFrom(...kinds), async (one, other, kind) => {
    const [a, b] = [await sideOf(one), await sideOf(other)];
    const { rows, total } = varianceOf(a, b, kind);
    expect([total.a, total.b]).toEqual([sum(a.lines), sum(b.lines)]);
    for (const row of [...rows, total]) expect(row.a + causes.reduce((all, cause) => all + row.by[cause], 0n)).toBe(row.b);
    for (const cause of causes) expect(rows.reduce((all, { by }) => all + by[cause], 0n)).toBe(total.by[cause]);
  }), { seed: 81, numRuns: 80 }));

  it("there is none between a side and itself", () => fc.assert(fc.asyncProperty(costInput, fc.constantFrom(...kinds), async (input, kind) => {
    const side = await sideOf(input);
    for (const { by } of varianceOf(side, side, kind).rows) expect(causes.every((cause) => by[cause] === 0n)).toBe(true);
  }), { seed: 82, numRuns: 60 }));

  it("prices alone make price alone, but for what rounding leaves", () => fc.assert(fc.asyncProperty(costInput, async (input) => {
    const { fleet } = input.index;
    const dearer = indexFleet({ ...fleet, hosts: fleet.hosts.map((host) => ({ ...host, prices: Object.fromEntries(Object.entries(host.prices).map(([name, price]) => [name, 2 * price])) as Record<keyof typeof host.prices, number> })), sites: fleet.sites.map((site) => ({ ...site, electricityMicrosPerKWh: 2 * site.electricityMicrosPerKWh })), links: [], licences: [] });
    const plain = { ...input, index: indexFleet({ ...fleet, links: [], licences: [] }) };
    const a = await sideOf({ ...plain, course: courseOf(plain.index, input.period) });
    const b = await sideOf({ ...plain, index: dearer, course: courseOf(dearer, input.period) });
    const { total } = varianceOf(a, b, "host");
    const rounding = BigInt(2 * (a.lines.length + b.lines.length) + 2);
    for (const cause of ["volume", "mix", "idle", "policy"] as const) expect(total.by[cause] <= rounding && total.by[cause] >= -rounding, `${cause} ${total.by[cause]}`).toBe(true);
  }), { seed: 83, numRuns: 60 }));
});
