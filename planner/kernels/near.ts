import type { NearForm } from "../../policies/form.ts";
import { domainAt, type GroupKernel } from "./kernel.ts";

/** Counters of a near form. The entry is the role: 1 among members, 2 among near, 3 both. */
export class NearKernel implements GroupKernel {
  amount = 0;
  readonly #domainOfHost: Int32Array;
  readonly #members: Int32Array;
  readonly #near: Int32Array;

  constructor(form: NearForm) {
    this.#domainOfHost = form.domainOfHost;
    this.#members = new Int32Array(form.domainCount);
    this.#near = new Int32Array(form.domainCount);
  }

  delta(role: number, from: number, to: number): number {
    const left = domainAt(this.#domainOfHost, from);
    const entered = domainAt(this.#domainOfHost, to);
    if (left === entered) return 0;
    return this.#aloneChange(left, role, -1) + this.#aloneChange(entered, role, 1);
  }

  apply(role: number, from: number, to: number): void {
    this.amount += this.delta(role, from, to);
    this.#count(domainAt(this.#domainOfHost, from), role, -1);
    this.#count(domainAt(this.#domainOfHost, to), role, 1);
  }

  /** Change of the members in a domain that have none of `near` with them. Outside all domains a member is always alone. */
  #aloneChange(domain: number, role: number, change: number): number {
    const member = (role & 1) === 0 ? 0 : change;
    if (domain === -2) return 0;
    if (domain === -1) return member;
    const members = this.#members[domain] as number;
    const near = this.#near[domain] as number;
    const nearAfter = (role & 2) === 0 ? near : near + change;
    return (nearAfter === 0 ? members + member : 0) - (near === 0 ? members : 0);
  }

  #count(domain: number, role: number, change: number): void {
    if (domain < 0) return;
    if ((role & 1) !== 0) this.#members[domain] = (this.#members[domain] as number) + change;
    if ((role & 2) !== 0) this.#near[domain] = (this.#near[domain] as number) + change;
  }
}
