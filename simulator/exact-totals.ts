/** Where the second number of a total begins; below 2^53 two of them can be added exactly. */
const unit = 2 ** 52;
const half = 2 ** 26;

/**
 * Running totals of whole numbers that outgrow a double: a year of microcores times milliseconds, or of microjoules.
 * What is added is a whole number below 2^52, or a product below 2^100; what comes out is exact, whatever the order.
 */
export class ExactTotals {
  #whole: Float64Array;
  #rest: Float64Array;

  constructor(count: number) {
    this.#whole = new Float64Array(count);
    this.#rest = new Float64Array(count);
  }

  get count(): number {
    return this.#whole.length;
  }

  /** Room for more totals, which begin at zero. */
  widen(count: number): void {
    const [whole, rest] = [this.#whole, this.#rest];
    this.#whole = new Float64Array(count);
    this.#rest = new Float64Array(count);
    this.#whole.set(whole);
    this.#rest.set(rest);
  }

  /** Adds a whole number from 0 to 2^52. */
  add(place: number, amount: number): void {
    const rest = (this.#rest[place] as number) + amount;
    if (rest < unit) this.#rest[place] = rest;
    else {
      this.#whole[place] = (this.#whole[place] as number) + 1;
      this.#rest[place] = rest - unit;
    }
  }

  /** Adds a product of whole numbers that may itself be too large for a double. */
  addProduct(place: number, a: number, b: number): void {
    const product = a * b;
    if (product < unit) {
      this.add(place, product);
      return;
    }
    // By halves of 26 bits: each product of two halves is exact, and so are the sums.
    const [highA, highB] = [Math.floor(a / half), Math.floor(b / half)];
    const [lowA, lowB] = [a - highA * half, b - highB * half];
    const middle = highA * lowB + lowA * highB;
    const carried = Math.floor(middle / half);
    this.#whole[place] = (this.#whole[place] as number) + highA * highB + carried;
    this.add(place, (middle - carried * half) * half);
    this.add(place, lowA * lowB);
  }

  exact(place: number): bigint {
    return BigInt(this.#whole[place] ?? 0) * BigInt(unit) + BigInt(this.#rest[place] ?? 0);
  }

  /** The nearest double. */
  number(place: number): number {
    return Number(this.exact(place));
  }

  /** The sum of all, exactly. */
  sum(): bigint {
    let sum = 0n;
    for (let place = 0; place < this.count; place++) sum += this.exact(place);
    return sum;
  }
}

/** A quotient of whole numbers, rounded half up: what a charge does once, at its end. */
export function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor);
}
