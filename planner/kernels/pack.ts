import { emptyAmount } from "../../policies/plain-amount.ts";
import { DomainLoads } from "./domain-loads.ts";
import { domainAt, type GroupKernel } from "./kernel.ts";

/** Counters of a pack form: the load of each domain. The entry is the workload's size. */
export class PackKernel implements GroupKernel {
  amount = 0;
  readonly load: DomainLoads;
  readonly #domainOfHost: Int32Array;
  readonly #limits: Float64Array;

  constructor(form: { readonly members: { readonly length: number }; readonly domainOfHost: Int32Array; readonly limits: Float64Array }) {
    this.#domainOfHost = form.domainOfHost;
    this.#limits = form.limits;
    this.load = new DomainLoads(form.limits.length, form.members.length);
    this.amount = emptyAmount(form.limits);
  }

  delta(size: number, from: number, to: number): number {
    const left = domainAt(this.#domainOfHost, from);
    const entered = domainAt(this.#domainOfHost, to);
    if (left === entered) return 0;
    let change = 0;
    if (left >= 0) {
      const over = this.load.get(left) - (this.#limits[left] as number);
      if (over > 0) change -= over < size ? over : size;
    }
    if (entered >= 0) {
      const over = this.load.get(entered) - (this.#limits[entered] as number) + size;
      if (over > 0) change += over < size ? over : size;
    }
    return change;
  }

  apply(size: number, from: number, to: number): void {
    this.amount += this.delta(size, from, to);
    const left = domainAt(this.#domainOfHost, from);
    const entered = domainAt(this.#domainOfHost, to);
    if (left >= 0) this.load.add(left, -size);
    if (entered >= 0) this.load.add(entered, size);
  }
}
