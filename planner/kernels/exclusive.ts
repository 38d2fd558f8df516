import type { ExclusiveForm } from "../../policies/form.ts";
import { domainAt, type GroupKernel } from "./kernel.ts";

/** Counters of an exclusive form. The entry is the role: 1 in a, 2 in b, 3 in both. */
export class ExclusiveKernel implements GroupKernel {
  amount = 0;
  readonly #domainOfHost: Int32Array;
  readonly #a: Int32Array;
  readonly #b: Int32Array;

  constructor(form: ExclusiveForm) {
    this.#domainOfHost = form.domainOfHost;
    this.#a = new Int32Array(form.domainCount);
    this.#b = new Int32Array(form.domainCount);
  }

  delta(role: number, from: number, to: number): number {
    const left = domainAt(this.#domainOfHost, from);
    const entered = domainAt(this.#domainOfHost, to);
    if (left === entered) return 0;
    return (left >= 0 ? this.#meetingChange(left, role, -1) : 0) + (entered >= 0 ? this.#meetingChange(entered, role, 1) : 0);
  }

  apply(role: number, from: number, to: number): void {
    this.amount += this.delta(role, from, to);
    this.#count(domainAt(this.#domainOfHost, from), role, -1);
    this.#count(domainAt(this.#domainOfHost, to), role, 1);
  }

  #meetingChange(domain: number, role: number, change: number): number {
    const a = this.#a[domain] as number;
    const b = this.#b[domain] as number;
    const afterA = (role & 1) === 0 ? a : a + change;
    const afterB = (role & 2) === 0 ? b : b + change;
    return (afterA < afterB ? afterA : afterB) - (a < b ? a : b);
  }

  #count(domain: number, role: number, change: number): void {
    if (domain < 0) return;
    if ((role & 1) !== 0) this.#a[domain] = (this.#a[domain] as number) + change;
    if ((role & 2) !== 0) this.#b[domain] = (this.#b[domain] as number) + change;
  }
}
