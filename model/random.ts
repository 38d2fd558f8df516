import { assert } from "./assert.ts";

/**
 * Seeded, splittable randomness (xoshiro128** seeded by splitmix32). Integers only in the interface, so results do
 * not depend on floating point. Source of the generator: Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2018.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    assert(Number.isSafeInteger(seed) && seed >= 0, `seed ${seed} is not a whole number from 0 to 2^53 - 1`);
    let state = (seed ^ Math.floor(seed / 4_294_967_296)) >>> 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) >>> 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1;
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return scrambled;
  }

  /** A whole number from 0 to `limit - 1`; `limit` from 1 to 2^32. */
  below(limit: number): number {
    assert(limit >= 1 && limit <= 4_294_967_296, `limit ${limit} of a random draw is not from 1 to 2^32`);
    return Math.floor((this.uint32() / 4_294_967_296) * limit);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `permille` of a thousand draws. */
  chance(permille: number): boolean {
    return this.below(1000) < permille;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    assert(item !== undefined, "pick from an empty list");
    return item;
  }

  /** Shuffles in place (Fisher-Yates) and returns the same list. */
  shuffle<List extends { length: number; [index: number]: unknown }>(items: List): List {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }

  /** An independent stream, itself determined by this one's state. */
  split(): Random {
    return new Random(this.uint32());
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
