import type { PlannedAction } from "../../model/plan.ts";

/**
 * The order that the edges of a plan make. Reachability is worked out for a block of sources at a time, in typed
 * arrays: 50,000 actions need no recursion and no table of all pairs.
 */
export class Precedence {
  readonly problems: readonly string[];
  /** True when the graph has an order at all; without one nothing precedes anything. */
  readonly isAcyclic: boolean;
  readonly #befores: readonly (readonly number[])[];
  readonly #order: Int32Array;
  readonly #startMs: Float64Array;
  readonly #endMs: Float64Array;
  /** Does no action start before the end of one that it waits for? */
  readonly #keepsTimes: boolean;
  /** Per action, the last single question in which it was met. */
  readonly #metIn: Int32Array;
  #questions = 0;
  #blockStart = -1;
  #reach: Int32Array | null = null;

  constructor(actions: readonly PlannedAction[]) {
    const problems: string[] = [];
    const position = new Map<string, number>();
    actions.forEach(({ id }, a) => {
      if (position.has(id)) problems.push(`two actions have the id ${id}`);
      position.set(id, a);
    });
    this.#befores = actions.map(({ id, after }) => after.flatMap((before) => {
      const found = position.get(before);
      if (found === undefined) problems.push(`${id} comes after ${before}, which the plan does not have`);
      return found === undefined ? [] : [found];
    }));
    this.#order = this.#sort();
    this.#startMs = Float64Array.from(actions, ({ startMs }) => startMs);
    this.#endMs = Float64Array.from(actions, ({ endMs }) => endMs);
    this.#keepsTimes = this.#befores.every((before, b) => before.every((a) => (this.#endMs[a] ?? 0) <= (this.#startMs[b] ?? 0)));
    this.#metIn = new Int32Array(actions.length);
    this.isAcyclic = this.#order.length === actions.length;
    if (!this.isAcyclic) {
      const sorted = new Set(this.#order);
      const inCycle = actions.filter((_, a) => !sorted.has(a)).map(({ id }) => id);
      problems.push(`the order of actions is a circle: ${inCycle.slice(0, 5).join(", ")}${inCycle.length > 5 ? ` and ${inCycle.length - 5} more` : ""} wait for each other`);
    }
    this.problems = problems;
  }

  /** Must `a` have ended before `b` starts? Fast when asked for sources that lie close together. */
  precedes(a: number, b: number): boolean {
    if (!this.isAcyclic || a === b) return false;
    const blockStart = Math.floor(a / blockSize) * blockSize;
    if (this.#reach === null || this.#blockStart !== blockStart) this.#fill(blockStart);
    const bit = a - blockStart;
    return (((this.#reach?.[b * words + (bit >> 5)] ?? 0) >>> (bit & 31)) & 1) === 1;
  }

  /**
   * The same for a question by itself: looks back from `b`, nearest first, and no further than actions that start after
   * the end of `a`.
   */
  leadsTo(a: number, b: number): boolean {
    if (!this.isAcyclic || a === b) return false;
    const endMs = this.#endMs[a] ?? 0;
    if (this.#keepsTimes && endMs > (this.#startMs[b] ?? 0)) return false;
    const question = ++this.#questions;
    const queue = [b];
    for (let next = 0; next < queue.length; next++) {
      for (const before of this.#befores[queue[next] ?? b] ?? []) {
        if (before === a) return true;
        if (this.#metIn[before] === question || (this.#keepsTimes && (this.#startMs[before] ?? 0) < endMs)) continue;
        this.#metIn[before] = question;
        queue.push(before);
      }
    }
    return false;
  }

  /** For each action of the block, whom it reaches. */
  #fill(blockStart: number): void {
    const reach = this.#reach ?? new Int32Array(this.#befores.length * words);
    reach.fill(0);
    for (const b of this.#order) {
      for (const a of this.#befores[b] ?? []) {
        for (let word = 0; word < words; word++) {
          const at = b * words + word;
          reach[at] = (reach[at] ?? 0) | (reach[a * words + word] ?? 0);
        }
        const bit = a - blockStart;
        if (bit >= 0 && bit < blockSize) {
          const at = b * words + (bit >> 5);
          reach[at] = (reach[at] ?? 0) | (1 << (bit & 31));
        }
      }
    }
    this.#reach = reach;
    this.#blockStart = blockStart;
  }

  /** Kahn's algorithm; actions in a circle are left out. */
  #sort(): Int32Array {
    const count = this.#befores.length;
    const waits = Int32Array.from(this.#befores, (before) => before.length);
    const afters: number[][] = this.#befores.map(() => []);
    this.#befores.forEach((before, b) => before.forEach((a) => afters[a]?.push(b)));
    const order = new Int32Array(count);
    let length = 0;
    for (let a = 0; a < count; a++) if (waits[a] === 0) order[length++] = a;
    for (let next = 0; next < length; next++) {
      for (const b of afters[order[next] ?? 0] ?? []) {
        waits[b] = (waits[b] ?? 0) - 1;
        if (waits[b] === 0) order[length++] = b;
      }
    }
    return order.subarray(0, length);
  }
}

const blockSize = 2048;
const words = blockSize >> 5;
