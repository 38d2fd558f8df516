import type { SkewForm } from "../../policies/form.ts";
import { domainAt, type GroupKernel } from "./kernel.ts";

/** Counters of a skew form: the fullest and the emptiest domain, and how many domains have each count. */
export class SkewKernel implements GroupKernel {
  amount = 0;
  readonly #form: SkewForm;
  readonly #counts: Int32Array;
  readonly #domainsWith: Int32Array;
  #most = 0;
  #least = 0;

  constructor(form: SkewForm) {
    this.#form = form;
    this.#counts = new Int32Array(form.domainCount);
    this.#domainsWith = new Int32Array(form.members.length + 2);
    this.#domainsWith[0] = form.domainCount;
  }

  delta(_: number, from: number, to: number): number {
    const left = domainAt(this.#form.domainOfHost, from);
    const entered = domainAt(this.#form.domainOfHost, to);
    if (left === entered) return 0;
    return this.#amountAt(this.#mostAfter(left, entered), this.#leastAfter(left, entered)) - this.amount;
  }

  apply(_: number, from: number, to: number): void {
    const left = domainAt(this.#form.domainOfHost, from);
    const entered = domainAt(this.#form.domainOfHost, to);
    if (left === entered) return;
    const most = this.#mostAfter(left, entered);
    this.#least = this.#leastAfter(left, entered);
    this.#most = most;
    this.amount = this.#amountAt(most, this.#least);
    this.#count(left, -1);
    this.#count(entered, 1);
  }

  #amountAt(most: number, least: number): number {
    const over = most - least - this.#form.atMost;
    return over > 0 ? over : 0;
  }

  #mostAfter(left: number, entered: number): number {
    let most = this.#most;
    if (left >= 0 && this.#counts[left] === most && this.#domainsWith[most] === 1) most -= 1;
    if (entered >= 0 && (this.#counts[entered] as number) >= most) most = (this.#counts[entered] as number) + 1;
    return most;
  }

  #leastAfter(left: number, entered: number): number {
    const remaining = left >= 0 ? (this.#counts[left] as number) - 1 : -1;
    let least = this.#least;
    if (left >= 0 && remaining < least) least = remaining;
    if (entered < 0 || this.#counts[entered] !== least) return least;
    // The entered domain is an emptiest one: it takes the minimum with it unless another domain stays there.
    let others = (this.#domainsWith[least] as number) - 1;
    if (left >= 0) others += (remaining === least ? 1 : 0) - (remaining + 1 === least ? 1 : 0);
    return others > 0 ? least : least + 1;
  }

  #count(domain: number, change: number): void {
    if (domain < 0) return;
    const before = this.#counts[domain] as number;
    this.#domainsWith[before] = (this.#domainsWith[before] as number) - 1;
    this.#domainsWith[before + change] = (this.#domainsWith[before + change] as number) + 1;
    this.#counts[domain] = before + change;
  }
}
