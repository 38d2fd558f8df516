/** Up to so many members the few domains in use are kept in a list; a fleet of thousands of hosts has thousands of such groups. */
const listedMembersMax = 16;

/** A number for each domain, zero at first: a table, or a short list of those that are not zero when few can be. */
export class DomainLoads {
  readonly #table: Float64Array | null;
  readonly #domains: Int32Array;
  readonly #values: Float64Array;

  /** At no time are more than `members` domains not zero. */
  constructor(domainCount: number, members: number) {
    const listed = members <= listedMembersMax && domainCount > 2 * members;
    this.#table = listed ? null : new Float64Array(domainCount);
    this.#domains = new Int32Array(listed ? members : 0).fill(-1);
    this.#values = new Float64Array(listed ? members : 0);
  }

  get(domain: number): number {
    if (this.#table !== null) return this.#table[domain] as number;
    for (let i = 0; i < this.#domains.length; i++) if (this.#domains[i] === domain) return this.#values[i] as number;
    return 0;
  }

  add(domain: number, change: number): void {
    if (this.#table !== null) {
      this.#table[domain] = (this.#table[domain] as number) + change;
      return;
    }
    let free = -1;
    for (let i = 0; i < this.#domains.length; i++) {
      if (this.#domains[i] === domain) {
        this.#values[i] = (this.#values[i] as number) + change;
        if (this.#values[i] === 0) this.#domains[i] = -1;
        return;
      }
      if (this.#domains[i] === -1) free = i;
    }
    if (change === 0) return;
    this.#domains[free] = domain;
    this.#values[free] = change;
  }
}
