import { quantileOf } from "./quantile.ts";

/** Up to so many are sorted here: the engine's own sort takes longer to begin than they take. */
const fewSamples = 40;

/** Samples of which quantiles are wanted, in room that is used again and again: a forecast asks for hundreds of thousands. */
export class Samples {
  #values = new Float64Array(256);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  add(value: number): void {
    if (this.count === this.#values.length) {
      const larger = new Float64Array(2 * this.count);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.count++] = value;
  }

  /** Quantiles by proportion, NaN of none; the samples are in order afterwards. */
  quantiles(parts: readonly number[]): readonly number[] {
    const own = this.#values.subarray(0, this.count);
    if (this.count > fewSamples) own.sort();
    else sortFew(own);
    return parts.map((part) => quantileOf(own, part));
  }
}

function sortFew(values: Float64Array): void {
  for (let n = 1; n < values.length; n++) {
    const value = values[n] as number;
    let place = n;
    while (place > 0 && (values[place - 1] as number) > value) {
      values[place] = values[place - 1] as number;
      place--;
    }
    values[place] = value;
  }
}
