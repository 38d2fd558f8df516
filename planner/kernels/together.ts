import type { TogetherForm } from "../../policies/form.ts";
import { domainAt, type GroupKernel } from "./kernel.ts";

/** Counters of a together form; how many domains have each count tells whether the fullest one is alone. */
export class TogetherKernel implements GroupKernel {
  amount = 0;
  readonly #domainOfHost: Int32Array;
  readonly #counts: Int32Array;
  /** Number of domains by their count. */
  readonly #domainsWith: Int32Array;
  #most = 0;
  #placed = 0;

  constructor(form: TogetherForm) {
    this.#domainOfHost = form.domainOfHost;
    this.#counts = new Int32Array(form.domainCount);
    this.#domainsWith = new Int32Array(form.members.length + 2);
    this.#domainsWith[0] = form.domainCount;
  }

  delta(_: number, from: number, to: number): number {
    const placed = (to >= 0 ? 1 : 0) - (from >= 0 ? 1 : 0);
    return placed - (this.#mostAfter(from, to) - this.#most);
  }

  apply(_: number, from: number, to: number): void {
    this.#most = this.#mostAfter(from, to);
    this.#placed += (to >= 0 ? 1 : 0) - (from >= 0 ? 1 : 0);
    this.amount = this.#placed - this.#most;
    this.#count(domainAt(this.#domainOfHost, from), -1);
    this.#count(domainAt(this.#domainOfHost, to), 1);
  }

  #mostAfter(from: number, to: number): number {
    const left = domainAt(this.#domainOfHost, from);
    const entered = domainAt(this.#domainOfHost, to);
    let most = this.#most;
    if (left === entered) return most;
    if (left >= 0 && this.#counts[left] === most && this.#domainsWith[most] === 1) most -= 1;
    if (entered >= 0 && (this.#counts[entered] as number) >= most) most = (this.#counts[entered] as number) + 1;
    return most;
  }

  #count(domain: number, change: number): void {
    if (domain < 0) return;
    const before = this.#counts[domain] as number;
    this.#domainsWith[before] = (this.#domainsWith[before] as number) - 1;
    this.#domainsWith[before + change] = (this.#domainsWith[before + change] as number) + 1;
    this.#counts[domain] = before + change;
  }
}
