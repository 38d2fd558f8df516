import { describe, expect, it } from "vitest";
import { evaluate } from "../../../bench/roadef/evaluate.ts";
import { SumTooLarge } from "../../../bench/roadef/exact-sum.ts";
import { generateInstance } from "../../../bench/roadef/generate.ts";
import { lowerBound } from "../../../bench/roadef/lower-bound.ts";
import { readModel, type RoadefModel } from "../../../bench/roadef/model.ts";
import { Random } from "../../../model/random.ts";

const modelOf = (text: string): RoadefModel => readModel(new TextEncoder().encode(text));
const judge = (model: RoadefModel, original: readonly number[], placement: readonly number[]) => evaluate(model, Int32Array.from(original), Int32Array.from(placement));

describe("the worked example of the statement", () => {
  const model = modelOf(`2  1 100  0 10
    4  0 0 30 400 16 80 0 1 4 5  0 0 10 240 8 160 1 0 3 4  1 1 15 100 12 80 4 3 0 2  1 2 10 100 8 80 5 4 2 0
    2  2 0  1 1 0   3  0 12 10 1000  0 10 20 100  1 6 200 1   1  0 1 20  10   1 10 100`);
  it.each([
    ["the original", [0, 3, 0], { load: 1700, balance: 2500, process: 0, service: 0, machine: 0, total: 4200 }],
    ["one process moved", [0, 2, 0], { load: 1500, balance: 1700, process: 100, service: 10, machine: 200, total: 3510 }],
    ["the optimum", [0, 2, 1], { load: 400, balance: 1600, process: 101, service: 10, machine: 300, total: 2411 }],
  ])("costs what it says: %s", (_, placement, cost) => {
    expect(judge(model, [0, 3, 0], placement)).toEqual({ violations: [], cost });
    expect(lowerBound(model)).toBeLessThanOrEqual(cost.total);
  });
});

/** Hosts of a model of one resource: capacity, safety, location and neighbourhood; moving costs 0. */
function model(input: {
  readonly transient?: 0 | 1; readonly load?: number;
  readonly machines: readonly { readonly capacity: number; readonly safety?: number; readonly location?: number; readonly neighbourhood?: number; readonly costs?: readonly number[] }[];
  readonly services: readonly { readonly spread?: number; readonly needs?: readonly number[] }[];
  readonly processes: readonly { readonly service: number; readonly need: number; readonly cost?: number }[];
  readonly balances?: string;
  readonly weights?: readonly [process: number, service: number, machine: number];
}): RoadefModel {
  const { machines, services, processes } = input;
  return modelOf([
    `1 ${input.transient ?? 0} ${input.load ?? 0}`,
    `${machines.length} ${machines.map(({ capacity, safety, location, neighbourhood, costs }) =>
      `${neighbourhood ?? 0} ${location ?? 0} ${capacity} ${safety ?? capacity} ${(costs ?? machines.map(() => 0)).join(" ")}`).join(" ")}`,
    `${services.length} ${services.map(({ spread, needs }) => `${spread ?? 0} ${needs?.length ?? 0} ${(needs ?? []).join(" ")}`).join(" ")}`,
    `${processes.length} ${processes.map(({ service, need, cost }) => `${service} ${need} ${cost ?? 0}`).join(" ")}`,
    input.balances ?? "0", (input.weights ?? [0, 0, 0]).join(" "),
  ].join("\n"));
}

const solo = [{}, {}, {}];
const rooms = (...capacities: readonly number[]): readonly { readonly capacity: number }[] => capacities.map((capacity) => ({ capacity }));

describe("hard constraints", () => {
  it("counts capacity, and names machine, resource, value and limit", () => {
    const tight = model({ machines: rooms(10, 10), services: solo, processes: [{ service: 0, need: 6 }, { service: 1, need: 5 }] });
    expect(judge(tight, [0, 1], [0, 0]).violations).toEqual(["capacity: machine 0 holds 11 of resource 0, its capacity is 10"]);
    expect(judge(tight, [0, 1], [1, 0]).violations).toEqual([]);
  });

  describe("of a transient resource", () => {
    const processes = [{ service: 0, need: 6 }, { service: 1, need: 5 }];
    const moving = model({ transient: 1, machines: rooms(10, 10, 12), services: solo, processes });
    it("needs room for both on both machines of a swap", () => expect(judge(moving, [0, 1], [1, 0]).violations).toEqual([
      "transient: machine 0 holds 11 of transient resource 0 while processes move, its capacity is 10",
      "transient: machine 1 holds 11 of transient resource 0 while processes move, its capacity is 10",
    ]));
    it("keeps the place of one that left, even when another takes it", () =>
      expect(judge(moving, [0, 1], [2, 0]).violations).toEqual(["transient: machine 0 holds 11 of transient resource 0 while processes move, its capacity is 10"]));
    it("counts one that stays once", () => expect(judge(moving, [0, 0], [0, 0]).violations).toEqual(["capacity: machine 0 holds 11 of resource 0, its capacity is 10"]));
    it("lets one go where there is room", () => expect(judge(moving, [0, 1], [2, 1]).violations).toEqual([]));
    it("leaves load and balance alone: they do not see what was left behind", () => {
      const loaded = model({ transient: 1, load: 3, machines: [{ capacity: 10, safety: 0 }, { capacity: 10, safety: 0 }], services: solo, processes, balances: "1 0 0 2 1" });
      const { load, balance } = judge(loaded, [0, 1], [0, 0]).cost;
      expect([load, balance]).toEqual([33, Math.max(0, 2 * -1 - -1) + (2 * 10 - 10)]);
      expect(judge(loaded, [0, 1], [1, 1]).cost.load).toBe(33);
    });
  });

  it("keeps processes of one service apart", () => {
    const pair = model({ machines: rooms(9, 9), services: [{}, {}], processes: [{ service: 1, need: 1 }, { service: 1, need: 1 }, { service: 0, need: 1 }] });
    expect(judge(pair, [0, 1, 0], [1, 1, 1]).violations).toEqual(["conflict: processes 0, 1 of service 1 share machine 1"]);
    expect(judge(pair, [0, 1, 0], [1, 0, 1]).violations).toEqual([]);
  });

  it("counts locations, whose numbers may have gaps", () => {
    const far = model({
      machines: [{ capacity: 9, location: 2 }, { capacity: 9, location: 2 }, { capacity: 9, location: 0 }], services: [{ spread: 2 }],
      processes: [{ service: 0, need: 1 }, { service: 0, need: 1 }],
    });
    expect(judge(far, [0, 2], [0, 1]).violations).toEqual(["spread: service 0 is in 1 locations, at least 2 are wanted"]);
    expect(judge(far, [0, 2], [1, 2]).violations).toEqual([]);
  });

  it("wants nothing of an empty service but what it cannot give", () => {
    const machines = rooms(9);
    const processes = [{ service: 0, need: 1 }];
    expect(judge(model({ machines, services: [{}, {}], processes }), [0], [0]).violations).toEqual([]);
    expect(judge(model({ machines, services: [{}, { spread: 1 }], processes }), [0], [0]).violations).toEqual(["spread: service 1 is in 0 locations, at least 1 are wanted"]);
  });

  describe("dependencies", () => {
    const machines = [{ capacity: 9, neighbourhood: 1 }, { capacity: 9, neighbourhood: 1 }, { capacity: 9, neighbourhood: 0 }];
    const processes = [{ service: 0, need: 1 }, { service: 1, need: 1 }];
    const near = model({ machines, services: [{ needs: [1] }, {}], processes });
    it("are broken by the one that needs, and by the one that is needed", () => {
      const words = "dependency: process 0 of service 0 is on machine";
      expect(judge(near, [0, 1], [2, 1]).violations).toEqual([`${words} 2 in neighbourhood 0, where service 1 is not`]);
      expect(judge(near, [0, 1], [0, 2]).violations).toEqual([`${words} 0 in neighbourhood 1, where service 1 is not`]);
    });
    it("go one way only", () => {
      const both = [...processes, { service: 1, need: 1 }];
      expect(judge(model({ machines, services: [{ needs: [1] }, {}], processes: both }), [0, 1, 2], [0, 1, 2]).violations).toEqual([]);
    });
    it("on itself are kept, and the same twice counts once", () => {
      expect(judge(model({ machines, services: [{ needs: [0] }, {}], processes }), [0, 1], [0, 2]).violations).toEqual([]);
      expect(judge(model({ machines, services: [{ needs: [1, 1] }, {}], processes }), [0, 1], [0, 2]).violations).toHaveLength(1);
    });
    it("on an empty service are broken by whoever has processes", () => {
      expect(judge(model({ machines, services: [{ needs: [2] }, {}, {}], processes }), [0, 1], [0, 1]).violations).toHaveLength(1);
      expect(judge(model({ machines, services: [{}, {}, { needs: [3] }, {}], processes }), [0, 1], [0, 1]).violations).toEqual([]);
    });
  });

  it("names everything that is broken, of every kind", () => {
    const all = model({
      machines: [{ capacity: 1, location: 0, neighbourhood: 0 }, { capacity: 9, location: 1, neighbourhood: 1 }],
      services: [{ spread: 2, needs: [1] }, {}], processes: [{ service: 0, need: 1 }, { service: 0, need: 1 }, { service: 1, need: 1 }],
    });
    expect(judge(all, [0, 1, 0], [0, 0, 1]).violations.map((words) => words.split(":")[0])).toEqual(["capacity", "conflict", "spread", "dependency", "dependency"]);
  });
});

describe("costs", () => {
  it("counts no load where the safety capacity is above the capacity", () => {
    const safe = model({ load: 5, machines: [{ capacity: 10, safety: 20 }, { capacity: 10, safety: 7 }], services: solo, processes: [{ service: 0, need: 10 }, { service: 1, need: 10 }] });
    expect(judge(safe, [0, 1], [0, 1]).cost.load).toBe(15);
  });

  it("takes balance machine by machine, also of a resource with itself", () => {
    const own = model({ machines: rooms(10, 10), services: solo, processes: [{ service: 0, need: 4 }], balances: "2  0 0 3 1  0 0 1 9" });
    expect(judge(own, [0], [0]).cost.balance).toBe(2 * 6 + 2 * 10);
  });

  it("counts the moves of the service that is hit hardest, which goes down when that one does", () => {
    const services = [{}, {}, {}];
    const processes = [0, 0, 1, 1, 2].map((service) => ({ service, need: 0 }));
    const moves = model({ machines: rooms(9, 9, 9), services, processes, weights: [0, 10, 0] });
    const original = [0, 1, 0, 1, 0];
    expect([[0, 1, 0, 1, 0], [2, 1, 0, 1, 0], [2, 0, 0, 1, 0], [2, 0, 2, 0, 0], [2, 0, 2, 1, 1], [0, 1, 2, 1, 1]].map((placement) => judge(moves, original, placement).cost.service))
      .toEqual([0, 10, 20, 20, 20, 10]);
  });

  it("takes the way from the original machine, and back is another price", () => {
    const machines = [{ capacity: 9, costs: [0, 5, 100] }, { capacity: 9, costs: [7, 0, 1] }, { capacity: 9, costs: [2, 3, 4] }];
    const ways = model({ machines, services: solo, processes: [{ service: 0, need: 1, cost: 11 }, { service: 1, need: 1, cost: 13 }], weights: [2, 0, 3] });
    expect(judge(ways, [0, 1], [1, 0]).cost).toMatchObject({ process: 2 * 24, machine: 3 * (5 + 7) });
    expect(judge(ways, [0, 1], [2, 1]).cost).toMatchObject({ process: 2 * 11, machine: 3 * 100 });
  });

  it("adds a machine's cost to itself, should it have one, also for a process that stays", () => {
    const machines = [{ capacity: 9, costs: [0, 5, 100] }, { capacity: 9, costs: [7, 0, 1] }, { capacity: 9, costs: [2, 3, 4] }];
    const ways = model({ machines, services: solo, processes: [{ service: 0, need: 1, cost: 11 }], weights: [2, 0, 3] });
    expect(judge(ways, [2], [2]).cost).toMatchObject({ process: 0, machine: 12 });
  });

  it("refuses sums that a double would round, and names them", () => {
    const big = 4_294_967_295;
    const load = model({ load: big, machines: [{ capacity: big, safety: 0 }], services: solo, processes: [{ service: 0, need: big }] });
    expect(() => judge(load, [0], [0])).toThrow(SumTooLarge);
    expect(() => judge(load, [0], [0])).toThrow(/^load cost of resource 0 on machine 0 reaches 18446744065119617000, but whole numbers are exact only up to 9007199254740991/u);
    expect(() => lowerBound(load)).toThrow(SumTooLarge);
    const balance = model({ machines: rooms(big), services: solo, processes: [{ service: 0, need: 0 }], balances: `1 0 0 ${big} 1` });
    expect(() => judge(balance, [0], [0])).toThrow(/^balance 0 on machine 0 reaches/u);
    const moves = model({ machines: rooms(9, 9), services: solo, processes: [{ service: 0, need: 1, cost: big }], weights: [big, 0, 0] });
    expect(() => judge(moves, [0], [1])).toThrow(/^process move cost reaches/u);
    expect(judge(moves, [0], [0]).cost.total).toBe(0);
    const two = (weight: number): RoadefModel => model({
      load: weight, machines: [{ capacity: big, safety: 0 }, { capacity: big, safety: 0 }], services: solo, processes: [{ service: 0, need: big }, { service: 1, need: big }],
    });
    expect(judge(two(1_048_576), [0, 1], [0, 1]).cost.load).toBe(9_007_199_252_643_840);
    expect(() => judge(two(1_048_577), [0, 1], [0, 1])).toThrow(/^load cost reaches/u);
  });
});

it("finds generated instances allowed before and after, the answer never above its safety capacity and nothing below the bound", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const { model: made, original, answer } = generateInstance(random, {
      machines: random.between(2, 12), resources: random.between(1, 5), services: random.between(1, 15), largest: 4, locations: 4, neighbourhoods: 3, balances: 1, movedPermille: 400,
    });
    const [before, after] = [evaluate(made, original, original), evaluate(made, original, answer)];
    expect([before.violations, after.violations, after.cost.load], `seed ${seed}`).toEqual([[], [], 0]);
    expect(Math.min(before.cost.total, after.cost.total)).toBeGreaterThanOrEqual(lowerBound(made));
  }
});
