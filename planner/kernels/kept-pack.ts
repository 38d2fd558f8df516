import type { GroupKernel } from "./kernel.ts";
import { PackKernel } from "./pack.ts";

/** Counters of a pack whose members also count on their home, wherever they are. The entry is the member's row. */
export class KeptPackKernel implements GroupKernel {
  readonly #pack: PackKernel;
  readonly #sizes: Float64Array;
  readonly #home: Int32Array;

  constructor(form: { readonly members: Int32Array; readonly sizes: Float64Array; readonly home: Int32Array; readonly domainOfHost: Int32Array; readonly limits: Float64Array }) {
    // At home and elsewhere: twice as many domains may be in use.
    this.#pack = new PackKernel({ members: { length: 2 * form.members.length }, domainOfHost: form.domainOfHost, limits: form.limits });
    this.#sizes = form.sizes;
    this.#home = form.home;
    form.home.forEach((host, row) => this.#pack.apply(form.sizes[row] as number, -1, host));
  }

  get amount(): number {
    return this.#pack.amount;
  }

  delta(row: number, from: number, to: number): number {
    const home = this.#home[row] as number;
    return this.#pack.delta(this.#sizes[row] as number, from === home ? -1 : from, to === home ? -1 : to);
  }

  apply(row: number, from: number, to: number): void {
    const home = this.#home[row] as number;
    this.#pack.apply(this.#sizes[row] as number, from === home ? -1 : from, to === home ? -1 : to);
  }
}
