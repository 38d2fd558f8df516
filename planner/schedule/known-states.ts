/** What a step changes in a state: positions and their new values. */
export interface Change {
  readonly positions: readonly number[];
  readonly values: readonly number[];
}

/**
 * The states that a search has met. A state is found by a number that is kept up to date change by change; states with
 * one number are compared value by value, so that no two are ever taken for one.
 */
export class KnownStates {
  readonly #byHash = new Map<number, Int16Array[]>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(at: Int16Array, hash: number): void {
    this.#count++;
    const same = this.#byHash.get(hash);
    if (same === undefined) this.#byHash.set(hash, [at]);
    else same.push(at);
  }

  /** Is the state known that a change makes of `at`? `hash` is that of the changed state. */
  has(at: Int16Array, change: Change, hash: number): boolean {
    return this.#byHash.get(hash)?.some((known) => isChanged(known, at, change)) ?? false;
  }
}

/** The number of a whole state. */
export function hashOf(at: Int16Array): number {
  return at.reduce((hash, value, position) => hash ^ mixed(position, value), 0);
}

/** The number of a state once it is changed. */
export function hashAfter(hash: number, at: Int16Array, { positions, values }: Change): number {
  let after = hash;
  for (let c = 0; c < positions.length; c++) {
    const position = positions[c] ?? 0;
    after ^= mixed(position, at[position] ?? 0) ^ mixed(position, values[c] ?? 0);
  }
  return after;
}

export function changed(at: Int16Array, { positions, values }: Change): Int16Array {
  const next = at.slice();
  positions.forEach((position, c) => {
    next[position] = values[c] ?? 0;
  });
  return next;
}

function isChanged(known: Int16Array, at: Int16Array, { positions, values }: Change): boolean {
  for (let c = 0; c < positions.length; c++) if (known[positions[c] ?? 0] !== values[c]) return false;
  for (let p = 0; p < at.length; p++) if (known[p] !== at[p] && !positions.includes(p)) return false;
  return true;
}

/** Spreads a pair of small numbers over 32 bits (the finalizer of MurmurHash3). */
function mixed(position: number, value: number): number {
  let bits = Math.imul(position + 1, 0x9e3779b1) ^ Math.imul(value + 2, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
