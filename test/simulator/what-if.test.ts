import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { loadOf, minute } from "./given.ts";
import { firstHostThatRuns } from "./random-simulation.ts";
import { answeredLoss, lossScopes, pairedDifference, replayInput, sweepFailures, WhatIf, type ReplayInput, type RowMove } from "../../simulator/index.ts";

const inputs = fc.record({ slots: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 6 }) }, { weight: 1, arbitrary: fc.constantFrom(64, 150) }), rows: fc.integer({ min: 1, max: 7 }), hosts: fc.integer({ min: 1, max: 4 }) }).chain(({ slots, rows, hosts }) => fc.record({
  input: fc.record({
    slots: fc.constant(slots),
    samples: fc.array(fc.nat({ max: 1000 }), { minLength: slots * rows, maxLength: slots * rows }).map((samples) => Int32Array.from(samples)),
    hostOf: fc.array(fc.integer({ min: -1, max: hosts - 1 }), { minLength: rows, maxLength: rows }),
    capacity: fc.array(fc.nat({ max: 3000 }), { minLength: hosts, maxLength: hosts }),
    idleMilliwatts: fc.constant(Array(hosts).fill(100_000) as number[]), peakMilliwatts: fc.constant(Array(hosts).fill(250_000) as number[]),
  }),
  moves: fc.uniqueArray(fc.record({ row: fc.nat({ max: rows - 1 }), to: fc.integer({ min: -1, max: hosts - 1 }) }), { selector: ({ row }) => row, maxLength: 5 }),
}));

function moved(input: ReplayInput, moves: readonly RowMove[]): ReplayInput {
  return { ...input, hostOf: Array.from(input.hostOf, (host, row) => moves.find((move) => move.row === row)?.to ?? host) };
}

describe("WhatIf", () => {
  it("answers as a replay from the beginning would, and changes nothing by being asked", () => {
    fc.assert(fc.property(inputs, ({ input, moves }) => {
      const replay = new WhatIf(input);
      const [before, after] = [new WhatIf(input), new WhatIf(moved(input, moves))];
      const changes = new Map(replay.ask(moves).map((change) => [change.host, change]));
      input.capacity.forEach?.((_, host) => {
        expect(changes.get(host)?.after ?? replay.figures(host)).toEqual(after.figures(host));
        expect(replay.figures(host)).toEqual(before.figures(host));
      });
      replay.apply(moves);
      input.capacity.forEach?.((_, host) => {
        expect(replay.figures(host)).toEqual(after.figures(host));
        expect(replay.loadOf(host)).toEqual(after.loadOf(host));
      });
      expect(moves.every(({ row, to }) => replay.hostOf(row) === to)).toBe(true);
    }), { seed: 1, numRuns: 500 });
  });

  it("adds up what hosts are asked for, miss and draw", () => {
    const replay = new WhatIf({ slots: 2, samples: Int32Array.of(1000, 3000, 500, 2500), hostOf: [0, 0], capacity: [4000], idleMilliwatts: [100_000], peakMilliwatts: [200_000] });
    // 1500 and 5500 of 4000: 37.5 % and all of it.
    expect(replay.figures(0)).toEqual({ demand: 7000, stolen: 1500, demandPeak: 5500, slotsOver: 1, milliwatts: 137_500 + 200_000 });
  });
});

describe("sweepFailures", () => {
  const input = { slots: 3, samples: Int32Array.of(10, 20, 30, 5, 5, 5, 40, 40, 90), hostOf: [0, 0, 1], capacity: [100, 60, 30], idleMilliwatts: [0, 0, 0], peakMilliwatts: [0, 0, 0] };
  const replay = new WhatIf(input);

  it("tells for each loss in how many slots its takers hold it, and where most is missing", () => {
    const outcomes = sweepFailures(replay, input.samples, input.capacity, 3, [
      { name: "host 0", hosts: [0], moves: [{ row: 0, to: 1 }, { row: 1, to: 2 }] },
      { name: "host 0, half of it lost", hosts: [0], moves: [{ row: 0, to: 2 }] },
      { name: "host 1", hosts: [1], moves: [{ row: 2, to: 0 }] },
    ]);
    expect(outcomes).toEqual([
      // In the last slot host 1 misses 30 already; what it takes over, 30, is missing on top.
      { name: "host 0", slotsHeld: 2, slots: 3, worstSlot: 2, worstMissing: 30, stolen: 30, lost: [], crowded: [1] },
      { name: "host 0, half of it lost", slotsHeld: 0, slots: 3, worstSlot: 0, worstMissing: 5, stolen: 15, lost: [1], crowded: [] },
      { name: "host 1", slotsHeld: 2, slots: 3, worstSlot: 2, worstMissing: 25, stolen: 25, lost: [], crowded: [0] },
    ]);
  });
});

describe("a sweep of a fleet", () => {
  const hosts = ["h1", "h2", "h3"].map((id, h) => hostOf(id, { capacity: { cpuMillicores: 1000 }, domains: { rack: h < 2 ? "r1" : "r2" } }));
  const index = fleetOf(hosts, ["a", "b", "c"].map((id, w) => workloadOf(id, { host: `h${w + 1}`, state: "running" })));
  const load = loadOf("cpuMillicores", minute, { a: Array(300).fill(300), b: Array(300).fill(200), c: [...Array(299).fill(600), 800] });

  it("tries every host, domain and pair with the planner's answers", async () => {
    const scopes = lossScopes(index, { hosts: true, domains: ["rack", "site"], pairs: true });
    expect(scopes).toEqual([
      { name: "host h1", hosts: [0] }, { name: "host h2", hosts: [1] }, { name: "host h3", hosts: [2] },
      { name: "rack r1", hosts: [0, 1] }, { name: "site s1", hosts: [0, 1, 2] },
      { name: "hosts h1 and h2", hosts: [0, 1] }, { name: "hosts h1 and h3", hosts: [0, 2] }, { name: "hosts h2 and h3", hosts: [1, 2] },
    ]);
    expect(lossScopes(index, { hosts: false, domains: [], pairs: false, pairsOf: ["rack"] })).toEqual([{ name: "rack r1 and rack r2", hosts: [0, 1, 2] }]);
    const input = replayInput(index, load);
    const losses = await Promise.all(scopes.map(async ({ name, hosts: lost }) => answeredLoss(index, name, lost, firstHostThatRuns)));
    const outcomes = sweepFailures(new WhatIf(input), input.samples, input.capacity, 3, losses);
    expect(outcomes.map(({ name, slotsHeld, worstMissing, lost }) => [name, slotsHeld, worstMissing, lost.length])).toEqual([
      ["host h1", 300, 0, 0], ["host h2", 300, 0, 0], ["host h3", 299, 100_000, 0],
      // 1100 of 1000 millicores, and 1300 in the last slot; nobody is left to take a whole site.
      ["rack r1", 0, 300_000, 0], ["site s1", 0, 1_300_000, 3],
      ["hosts h1 and h2", 0, 300_000, 0], ["hosts h1 and h3", 0, 300_000, 0], ["hosts h2 and h3", 0, 300_000, 0],
    ]);
  });

  it("counts what makes room for others", () => {
    const input = replayInput(index, load);
    const [outcome] = sweepFailures(new WhatIf(input), input.samples, input.capacity, 3, [{ name: "h3", hosts: [2], moves: [{ row: 2, to: 0 }, { row: 0, to: 1 }] }]);
    expect(outcome).toMatchObject({ slotsHeld: 300, lost: [], crowded: [] });
  });
});

describe("pairedDifference", () => {
  it("is sure of a small difference that is there at every seed, however much the seeds differ", () => {
    const before = [100, 900, 400, 700];
    expect(pairedDifference(before, before.map((value, n) => value + 2 + (n % 2) / 10))).toMatchObject({ pairs: 4, isSure: true });
    expect(pairedDifference(before, [...before].reverse())).toMatchObject({ mean: 0, isSure: false });
    expect(pairedDifference([1], [2])).toMatchObject({ mean: 1, low: -Infinity, high: Infinity, isSure: false });
  });

  it.each([[2, 12.706 / Math.SQRT2], [31, 2.042 / Math.sqrt(31)]])("has the width of Student's interval for %s pairs", (pairs, perDeviation) => {
    const after = Array.from({ length: pairs }, (_, n) => (n % 2 === 0 ? 1 : -1));
    const { mean, high } = pairedDifference(after.map(() => 0), after);
    const deviation = Math.sqrt(after.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (pairs - 1));
    expect(high - mean).toBeCloseTo(perDeviation * deviation, 9);
  });
});
