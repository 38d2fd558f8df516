import type { Whereabouts } from "../../model/snapshot.ts";
import type { FleetState } from "./fleet-state.ts";

/** What the members of a group weigh in each domain; one with anything in two domains weighs in both. */
export interface Tally {
  at(domain: number): number;
  /** Number of domains in which any member has anything. */
  used(): number;
  has(workload: number): boolean;
}

/** Members, what each weighs, and the domains of hosts. */
export interface Group {
  readonly members: Int32Array;
  readonly sizes: Float64Array | null;
  readonly domainOfHost: Int32Array;
  readonly domainCount: number;
}

/** For small groups: looks at each member when asked, and keeps nothing. */
export class ScannedTally implements Tally {
  readonly #group: Group;
  readonly #state: FleetState;
  readonly #seen: number[] = [];

  constructor(group: Group, state: FleetState) {
    this.#group = group;
    this.#state = state;
  }

  at(domain: number): number {
    const { members, sizes, domainOfHost } = this.#group;
    let load = 0;
    for (let m = 0; m < members.length; m++) {
      const w = members[m] ?? -1;
      const isThere = domainOfHost[this.#state.hostOf(w)] === domain || domainOfHost[this.#state.arrivingAt(w)] === domain ||
        domainOfHost[this.#state.leavingFrom(w)] === domain;
      if (isThere) load += sizes === null ? 1 : (sizes[m] ?? 0);
    }
    return load;
  }

  used(): number {
    this.#seen.length = 0;
    for (const w of this.#group.members) {
      this.#note(this.#state.hostOf(w));
      this.#note(this.#state.arrivingAt(w));
      this.#note(this.#state.leavingFrom(w));
    }
    return this.#seen.length;
  }

  has(workload: number): boolean {
    return this.#group.members.includes(workload);
  }

  #note(host: number): void {
    const domain = this.#group.domainOfHost[host] ?? -1;
    if (domain >= 0 && !this.#seen.includes(domain)) this.#seen.push(domain);
  }
}

/** For large groups: sums that follow each change of place. */
export class KeptTally implements Tally {
  readonly #domainOfHost: Int32Array;
  readonly #sizeOf = new Map<number, number>();
  readonly #loads: Float64Array;
  readonly #counts: Int32Array;
  #used = 0;

  constructor({ members, sizes, domainOfHost, domainCount }: Group, state: FleetState) {
    this.#domainOfHost = domainOfHost;
    this.#loads = new Float64Array(domainCount);
    this.#counts = new Int32Array(domainCount);
    members.forEach((w, m) => {
      this.#sizeOf.set(w, sizes === null ? 1 : (sizes[m] ?? 0));
      this.#add(w, state.where(w), 1);
    });
  }

  at(domain: number): number {
    return this.#loads[domain] ?? 0;
  }

  used(): number {
    return this.#used;
  }

  has(workload: number): boolean {
    return this.#sizeOf.has(workload);
  }

  moved(workload: number, before: Whereabouts, after: Whereabouts): void {
    if (!this.#sizeOf.has(workload)) return;
    this.#add(workload, before, -1);
    this.#add(workload, after, 1);
  }

  #add(workload: number, { host, arriving, leaving }: Whereabouts, sign: 1 | -1): void {
    const first = this.#domainOfHost[host] ?? -1;
    const second = this.#domainOfHost[arriving] ?? -1;
    const third = this.#domainOfHost[leaving] ?? -1;
    this.#addAt(workload, first, sign);
    if (second !== first) this.#addAt(workload, second, sign);
    if (third !== first && third !== second) this.#addAt(workload, third, sign);
  }

  #addAt(workload: number, domain: number, sign: 1 | -1): void {
    if (domain < 0) return;
    const before = this.#counts[domain] ?? 0;
    this.#counts[domain] = before + sign;
    if (before === 0) this.#used++;
    else if (before + sign === 0) this.#used--;
    this.#loads[domain] = (this.#loads[domain] ?? 0) + sign * (this.#sizeOf.get(workload) ?? 0);
  }
}
