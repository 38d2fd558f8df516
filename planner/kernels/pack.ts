import { domainAt, type GroupKernel } from "./kernel.ts";

/** Counters of a pack form: the load of each domain. The entry is the workload's size. */
export class PackKernel implements GroupKernel {
  amount = 0;
  readonly load: Float64Array;
  readonly #domainOfHost: Int32Array;
  readonly #limits: Float64Array;

  constructor(form: { readonly domainOfHost: Int32Array; readonly limits: Float64Array }) {
    this.#domainOfHost = form.domainOfHost;
    this.#limits = form.limits;
    this.load = new Float64Array(form.limits.length);
    for (const limit of form.limits) this.amount += Math.max(0, -limit);
  }

  delta(size: number, from: number, to: number): number {
    const left = domainAt(this.#domainOfHost, from);
    const entered = domainAt(this.#domainOfHost, to);
    if (left === entered) return 0;
    let change = 0;
    if (left >= 0) {
      const over = (this.load[left] as number) - (this.#limits[left] as number);
      if (over > 0) change -= over < size ? over : size;
    }
    if (entered >= 0) {
      const over = (this.load[entered] as number) - (this.#limits[entered] as number) + size;
      if (over > 0) change += over < size ? over : size;
    }
    return change;
  }

  apply(size: number, from: number, to: number): void {
    this.amount += this.delta(size, from, to);
    const left = domainAt(this.#domainOfHost, from);
    const entered = domainAt(this.#domainOfHost, to);
    if (left >= 0) this.load[left] = (this.load[left] as number) - size;
    if (entered >= 0) this.load[entered] = (this.load[entered] as number) + size;
  }
}
