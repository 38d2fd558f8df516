import { describe, expect, it } from "vitest";
import { Random } from "../../../model/random.ts";
import { indexFleet } from "../../../model/snapshot.ts";
import { FleetState } from "../../../planner/schedule/fleet-state.ts";
import { changed, hashAfter, hashOf, KnownStates, type Change } from "../../../planner/schedule/known-states.ts";
import { Rules } from "../../../planner/schedule/rules.ts";
import { afterwards, during, type Step } from "../../../planner/schedule/step.ts";
import { KeptTally, ScannedTally } from "../../../planner/schedule/tally.ts";
import { given, policy, smallFleet, type WorkloadSpec } from "./small-fleet.ts";

const hosts = { h1: {}, h2: {}, h3: {}, h4: {} };
const names = Array.from({ length: 90 }, (_, w) => `w${String(w + 1).padStart(2, "0")}`);

function crowd(random: Random): Record<string, WorkloadSpec> {
  return Object.fromEntries(names.map((id) => [id, { on: random.chance(900) ? `h${random.between(1, 4)}` : null, memoryMiB: 1 }]));
}

/** A step that a workload could take next, whatever the rules say. */
function anyStep(state: FleetState, w: number, random: Random): Step {
  const { host, leaving } = state.where(w);
  const to = random.below(4);
  if (leaving >= 0) return { kind: "deleteSource", workload: w, from: leaving, to: -1, source: -1 };
  if (host < 0) return { kind: "start", workload: w, from: to, to: -1, source: -1 };
  return { kind: random.chance(500) ? "migrate" : "transfer", workload: w, from: host, to, source: -1 };
}

describe("a tally", () => {
  it.each([1, 2, 3, 4])("that is kept equals one that is counted, after every half of a step (seed %i)", (seed) => {
    const random = new Random(seed);
    const index = indexFleet(smallFleet(hosts, crowd(random)));
    const state = new FleetState(index);
    const members = Int32Array.from(names.keys()).filter(() => random.chance(700));
    const group = { members, sizes: Float64Array.from(members, () => random.below(5)), domainOfHost: Int32Array.of(0, 1, 1, -1), domainCount: 2 };
    const kept = new KeptTally(group, state);
    const scanned = new ScannedTally(group, state);
    state.watch((w, before, after) => kept.moved(w, before, after));
    for (let round = 0; round < 200; round++) {
      const w = random.below(names.length);
      const step = anyStep(state, w, random);
      for (const half of [during, afterwards]) {
        state.set(w, half(step, state.where(w)));
        expect([kept.at(0), kept.at(1), kept.used(), kept.has(w)]).toEqual([scanned.at(0), scanned.at(1), scanned.used(), scanned.has(w)]);
      }
    }
  });
});

describe("the rules over a large group", () => {
  it.each([1, 2, 3])("refuse exactly the steps after which a check is worse (seed %i)", async (seed) => {
    const random = new Random(seed);
    const world = await given(smallFleet(hosts, crowd(random)), [
      policy("thin", "spread", names.slice(0, 80), { atMost: 24 }),
      policy("few", "max-workloads", null, { atMost: 22 }, { hosts: ["h1", "h2", "h3"] }),
      policy("licensed", "licence", names.slice(0, 70), { atMost: 3 }),
      policy("split", "split", names.slice(0, 2), { from: { ids: names.slice(2, 88) } }),
    ]);
    const state = new FleetState(world.index);
    const rules = new Rules(world.index, world.constraints, state);
    const seen = { begun: 0, refused: 0 };
    for (let round = 0; round < 400; round++) {
      const w = random.below(names.length);
      const step = anyStep(state, w, random);
      const before = state.where(w);
      const refused = rules.refusalOf(step) !== null;
      state.set(w, during(step, before));
      const worse = rules.constraints.some((_, k) => rules.worse(k).length > 0);
      state.set(w, before);
      expect({ round, step, refused }).toEqual({ round, step, refused: worse });
      seen[refused ? "refused" : "begun"]++;
      if (refused) continue;
      rules.begin(step);
      rules.finish(step);
    }
    expect(Math.min(seen.begun, seen.refused)).toBeGreaterThan(20);
  });
});

describe("known states", () => {
  it("are found by their values, whatever number they have", () => {
    const known = new KnownStates();
    const at = Int16Array.of(1, 2, 3);
    const change: Change = { positions: [1], values: [-1] };
    known.add(Int16Array.of(9, 9, 9), 5);
    expect(known.has(at, change, 5)).toBe(false);
    known.add(changed(at, change), 5);
    expect(known.has(at, change, 5)).toBe(true);
    expect(known.count).toBe(2);
  });

  it.each([1, 2, 3])("have the same number whichever way leads to them (seed %i)", (seed) => {
    const random = new Random(seed);
    let at: Int16Array = Int16Array.from({ length: 20 }, () => random.between(-1, 6));
    let hash = hashOf(at);
    for (let step = 0; step < 100; step++) {
      const first = random.below(18);
      const change: Change = { positions: [first, first + 1], values: [random.between(-1, 6), random.between(-1, 6)] };
      hash = hashAfter(hash, at, change);
      at = changed(at, change);
      expect(hash).toBe(hashOf(at));
    }
  });
});
