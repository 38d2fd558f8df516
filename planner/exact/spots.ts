import { hostIsOnWhen, type FleetIndex } from "../../model/snapshot.ts";
import { Sum, type Milp } from "./milp.ts";

/**
 * A placement as unknowns: whether workload w is on host h, and whether host h is on. The forms are encoded over this,
 * so that one encoding serves the placement itself and what becomes of it after a loss.
 */
export class Spots {
  readonly milp: Milp;
  readonly index: FleetIndex;
  readonly hostCount: number;
  readonly #at: (readonly Sum[] | undefined)[] = [];
  readonly #on = new Map<number, Sum>();

  constructor(milp: Milp, index: FleetIndex) {
    this.milp = milp;
    this.index = index;
    this.hostCount = index.hosts.length;
  }

  /** States where workload w may be: for each host an expression that is 1 when it is there, else 0. */
  place(workload: number, atHost: readonly Sum[]): void {
    this.#at[workload] = atHost;
  }

  /** 1 when the workload is on the host; null when it never is. */
  at(workload: number, host: number): Sum | null {
    const sum = this.#at[workload]?.[host];
    return sum === undefined || (sum.columns.length === 0 && sum.constant === 0) ? null : sum;
  }

  /** 1 when the workload is on one of the hosts; null when it never is. */
  atAny(workload: number, hosts: readonly number[]): Sum | null {
    let any: Sum | null = null;
    for (const host of hosts) {
      const there = this.at(workload, host);
      if (there !== null) any = (any ?? new Sum()).addSum(there, 1);
    }
    return any;
  }

  /** 1 when the workload has a host. */
  placed(workload: number): Sum {
    const sum = new Sum();
    for (let h = 0; h < this.hostCount; h++) {
      const there = this.at(workload, h);
      if (there !== null) sum.addSum(there, 1);
    }
    return sum;
  }

  /** 1 when the host is on once the plan is done: exactly so in every solution, whatever is minimised. */
  on(host: number): Sum {
    const known = this.#on.get(host);
    if (known !== undefined) return known;
    const made = this.#switch(host);
    this.#on.set(host, made);
    return made;
  }

  #switch(host: number): Sum {
    const found = this.index.hosts[host];
    const on = new Sum();
    on.constant = Number(hostIsOnWhen(found, false));
    if (on.constant === 1 || !hostIsOnWhen(found, true)) return on;
    const there = this.index.workloads.map((_, w) => this.at(w, host)).filter((sum) => sum !== null);
    if (there.length === 0) return on;
    const column = this.milp.column(0, 1, true);
    on.add(column, 1);
    const all = new Sum().add(column, 1);
    for (const one of there) {
      this.milp.atMost(new Sum().addSum(one, 1).add(column, -1), 0);
      all.addSum(one, -1);
    }
    this.milp.atMost(all, 0);
    return on;
  }
}

/** Hosts of each domain; the last list holds those that are in none. */
export function hostsByDomain(domainOfHost: Int32Array, domainCount: number): readonly (readonly number[])[] {
  const lists: number[][] = Array.from({ length: domainCount + 1 }, () => []);
  domainOfHost.forEach((d, h) => lists[d < 0 ? domainCount : d]?.push(h));
  return lists;
}
