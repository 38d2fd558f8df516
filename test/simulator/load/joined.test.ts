import { array, assert, boolean, integer, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkloadId } from "../../../model/ids.ts";
import { loadResources, sampleMax, type LoadSource } from "../../../model/load.ts";
import { JoinedLoad, traceOf, type LoadShare } from "../../../simulator/index.ts";

const resources = [loadResources.cpuMillicores, loadResources.networkMbps];
const names = ["a", "b", "c"];
const subjects = names.map((id) => ({ workload: id as WorkloadId, application: null }));
const stepMs = 60_000;

/** A source with these samples for one workload and one resource, from a slot on. */
function share(workload: number, resource: number, firstSlot: number, samples: readonly number[], repeat = false): LoadShare {
  const subject = subjects[workload] ?? { workload: "a" as WorkloadId, application: null };
  const source: LoadSource = {
    resources: resources.slice(resource, resource + 1), subjects: [subject], startMs: firstSlot * stepMs, stepMs, slots: samples.length,
    open(fromSlot) {
      let slot = fromSlot;
      return {
        fill(block) {
          const filled = Math.max(0, Math.min(block.slots, samples.length - slot));
          block.samples[0]?.set(samples.slice(slot, slot + filled));
          slot += filled;
          return filled;
        },
      };
    },
  };
  return { source, repeat };
}

function joined(shares: readonly LoadShare[], slots: number, constant = 0): JoinedLoad {
  return new JoinedLoad(subjects, resources, { startMs: 0, stepMs, slots }, shares, resources.map(() => Int32Array.from(names, () => constant)));
}

const rowsOf = (load: JoinedLoad, resource = 0): readonly number[][] => traceOf(load).series.map(({ samples }) => [...samples[resource] ?? []]);

describe("shares of load together", () => {
  it.each<[string, JoinedLoad, readonly (readonly number[])[]]>([
    ["are constants where nobody tells", joined([], 3, 7), [[7, 7, 7], [7, 7, 7], [7, 7, 7]]],
    ["take the place of the constant for the whole time", joined([share(0, 0, 1, [5])], 3, 7), [[0, 5, 0], [7, 7, 7], [7, 7, 7]]],
    ["add up", joined([share(1, 0, 0, [1, 2, 3]), share(1, 0, 1, [10, 10])], 3), [[0, 0, 0], [1, 12, 13], [0, 0, 0]]],
    ["begin before the time", joined([share(2, 0, -2, [1, 2, 3])], 2), [[0, 0], [0, 0], [3, 0]]],
    ["begin again when they repeat, before their time too", joined([share(0, 0, 1, [1, 2], true)], 5), [[2, 1, 2, 1, 2], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]],
    ["are nothing when they are over before it begins", joined([share(0, 0, -5, [1, 2])], 2), [[0, 0], [0, 0], [0, 0]]],
  ])("%s", (_, load, rows) => {
    expect(rowsOf(load)).toEqual(rows);
  });

  it("keep to their resource", () => {
    expect(rowsOf(joined([share(0, 1, 0, [4])], 1, 2), 1)).toEqual([[4], [2], [2]]);
    expect(rowsOf(joined([share(0, 1, 0, [4])], 1, 2), 0)).toEqual([[2], [2], [2]]);
  });

  it("are cut at what can be counted, and say so", () => {
    const load = joined([share(0, 0, 0, [sampleMax]), share(0, 0, 0, [1])], 1);
    expect(rowsOf(load)[0]).toEqual([sampleMax]);
    expect(load.samplesAtLimit).toBe(1);
  });

  it("say so too when the one who made them up has cut them", () => {
    const load = joined([share(0, 0, 0, [5, sampleMax, sampleMax])], 3);
    rowsOf(load);
    expect(load.samplesAtLimit).toBe(2);
  });

  const shareOf = record({ workload: nat(2), first: integer({ min: -6, max: 6 }), samples: array(nat(1000), { minLength: 1, maxLength: 9 }), repeat: boolean() });
  it("are the same in blocks of any size, from any slot on", () => {
    assert(property(array(shareOf, { maxLength: 5 }), integer({ min: 1, max: 20 }), nat(19), integer({ min: 1, max: 7 }), (all, slots, from, blockSlots) => {
      const load = joined(all.map(({ workload, first, samples, repeat }) => share(workload, 0, first, samples, repeat)), slots);
      const expected = names.map((_, w) => Array.from({ length: slots }, (_unused, slot) => all.reduce((sum, { workload, first, samples, repeat }) => {
        const place = repeat ? (((slot - first) % samples.length) + samples.length) % samples.length : slot - first;
        return sum + (workload === w ? samples[place] ?? 0 : 0);
      }, 0)));
      expect(rowsOf(load)).toEqual(expected);
      const begin = Math.min(from, slots);
      const cursor = load.open(begin);
      const read = names.map((): number[] => []);
      for (;;) {
        const samples = resources.map(() => new Int32Array(names.length * blockSlots));
        // eslint-disable-next-line unicorn/no-array-fill-with-reference-type -- a cursor is no array
        const filled = cursor.fill({ slots: blockSlots, samples });
        if (filled === 0) break;
        read.forEach((row, w) => row.push(...samples[0]?.subarray(w * blockSlots, w * blockSlots + filled) ?? []));
      }
      expect(read).toEqual(expected.map((row) => row.slice(begin)));
    }), { seed: 20_261_122, numRuns: 200 });
  });
});
