import type { DomainsForm } from "../../policies/form.ts";
import { DomainLoads } from "./domain-loads.ts";
import { domainAt, type GroupKernel } from "./kernel.ts";

/** Counters of a domains form: members in each domain, domains used, members placed. The entry is not used. */
export class DomainsKernel implements GroupKernel {
  amount: number;
  readonly #form: DomainsForm;
  readonly #counts: DomainLoads;
  #used: number;
  #placed = 0;

  constructor(form: DomainsForm) {
    this.#form = form;
    this.#counts = new DomainLoads(form.domainCount, form.members.length);
    this.#used = form.alwaysUsed === null ? 0 : form.alwaysUsed.subarray(0, form.domainCount).reduce((sum, always) => sum + Number(always === 1), 0);
    this.amount = this.#amountAt(this.#used, 0);
  }

  delta(_: number, from: number, to: number): number {
    return this.#amountAt(this.#used + this.#usedChange(from, to), this.#placed + placedChange(from, to)) - this.amount;
  }

  apply(_: number, from: number, to: number): void {
    this.#used += this.#usedChange(from, to);
    this.#placed += placedChange(from, to);
    this.amount = this.#amountAt(this.#used, this.#placed);
    const left = domainAt(this.#form.domainOfHost, from);
    const entered = domainAt(this.#form.domainOfHost, to);
    if (left >= 0) this.#counts.add(left, -1);
    if (entered >= 0) this.#counts.add(entered, 1);
  }

  #amountAt(used: number, placed: number): number {
    const { atLeast, atMost } = this.#form;
    const wanted = placed < atLeast ? placed : atLeast;
    return (wanted > used ? wanted - used : 0) + (used > atMost ? used - atMost : 0);
  }

  #usedChange(from: number, to: number): number {
    const { domainOfHost, alwaysUsed } = this.#form;
    const left = domainAt(domainOfHost, from);
    const entered = domainAt(domainOfHost, to);
    if (left === entered) return 0;
    let change = 0;
    if (left >= 0 && this.#counts.get(left) === 1 && (alwaysUsed === null || alwaysUsed[left] !== 1)) change -= 1;
    if (entered >= 0 && this.#counts.get(entered) === 0 && (alwaysUsed === null || alwaysUsed[entered] !== 1)) change += 1;
    return change;
  }
}

function placedChange(from: number, to: number): number {
  return (to >= 0 ? 1 : 0) - (from >= 0 ? 1 : 0);
}
