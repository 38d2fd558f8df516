import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { EventQueue, priorityLimit } from "../../simulator/queue.ts";

interface Event {
  readonly atMs: number;
  readonly priority: number;
  readonly subject: number;
}

/** What is taken when some events are added at first and others, after those taken before them, in between. */
function course(first: readonly Event[], later: readonly { readonly afterMs: number; readonly priority: number }[], taking: readonly number[]): { readonly taken: readonly number[]; readonly expected: readonly number[] } {
  const queue = new EventQueue(4);
  const pending: (Event & { readonly sequence: number })[] = [];
  let sequence = 0;
  const add = ({ atMs, priority, subject }: Event): void => {
    queue.add(atMs, priority, 7, subject, subject / 2);
    pending.push({ atMs, priority, subject, sequence: sequence++ });
    pending.sort((a, b) => a.atMs - b.atMs || a.priority - b.priority || a.sequence - b.sequence);
  };
  const [taken, expected]: [number[], number[]] = [[], []];
  let nowMs = 0;
  const take = (): void => {
    expect(queue.nextMs).toBe(pending[0]?.atMs ?? Infinity);
    expect(queue.size).toBe(pending.length);
    const next = pending.shift();
    expect(queue.take()).toBe(next !== undefined);
    if (next === undefined) return;
    nowMs = next.atMs;
    expect(queue.taken).toEqual({ atMs: next.atMs, kind: 7, subject: next.subject, detail: next.subject / 2 });
    taken.push(queue.taken.subject);
    expected.push(next.subject);
  };
  first.forEach(add);
  later.forEach(({ afterMs, priority }, i) => {
    for (let n = 0; n < (taking[i % Math.max(1, taking.length)] ?? 0); n++) take();
    add({ atMs: nowMs + afterMs, priority, subject: first.length + i });
  });
  while (pending.length > 0) take();
  take();
  return { taken, expected };
}

const times = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 31_536_000_000, 1e12));
const priorities = fc.nat({ max: priorityLimit - 1 });

describe("EventQueue", () => {
  it.each([
    ["by time", [[30, 0], [10, 0], [20, 0]], [1, 2, 0]],
    ["by priority at one time", [[5, 2], [5, 0], [5, 1]], [1, 2, 0]],
    ["as they were added where time and priority are the same", [[5, 1], [5, 1], [5, 1]], [0, 1, 2]],
    ["also when times lie ten thousand years apart", [[3e14, 0], [0, 3], [3e14, 0], [1, 0]], [1, 3, 0, 2]],
  ] as const)("gives events %s", (_, events, expected) => {
    const queue = new EventQueue();
    events.forEach(([atMs, priority], subject) => queue.add(atMs, priority, 0, subject));
    const taken: number[] = [];
    while (queue.take()) taken.push(queue.taken.subject);
    expect(taken).toEqual(expected);
  });

  it.each([[-1, 0], [Number.NaN, 0], [Infinity, 0], [0, -1], [0, priorityLimit]])("refuses an event at %s ms with priority %s", (atMs, priority) => {
    expect(() => new EventQueue().add(atMs, priority, 0, 0)).toThrow(RangeError);
  });

  it("keeps the total order, whatever is added before and in between", () => {
    fc.assert(fc.property(
      fc.array(fc.record({ atMs: times, priority: priorities, subject: fc.nat() })),
      fc.array(fc.record({ afterMs: times, priority: priorities }), { size: "+1" }),
      fc.array(fc.nat({ max: 3 }), { maxLength: 5 }),
      (first, later, taking) => {
        const { taken, expected } = course(first, later, taking);
        expect(taken).toEqual(expected);
      },
    ), { seed: 1, numRuns: 300 });
  });

  it.each([1, 2, 3])("keeps it while thousands are pending and their distances change (seed %s)", (seed) => {
    const random = new Random(seed);
    const first = Array.from({ length: 1000 }, (_, subject) => ({ atMs: random.below(1 << random.below(20)), priority: random.below(4), subject }));
    const later = Array.from({ length: 2000 }, (_, i) => ({ afterMs: random.below(1 << (i < 1000 ? 3 : 24)), priority: random.below(4) }));
    const { taken, expected } = course(first, later, [1, 0, 2, 1, 1, 3, 0]);
    expect(taken).toEqual(expected);
  });
});
