import type { FlatProblem, Grouping } from "./problem.ts";

/** Beyond so many cells a table of groups by hosts would not stay in the cache; then groups up to a size are looked through instead. */
const tableCellsMax = 1024 * 1024;
const lookedThroughMax = 12;

/**
 * The rules about groups of workloads, as counters. Members that must be apart never meet; spread and near may be broken
 * on the way at a price, since where they are tight a fleet can hardly be stirred without.
 */
export class GroupRules {
  readonly #problem: FlatProblem;
  readonly #hostOf: Int32Array;
  /** Apart: members by group, and for large groups their row in the table of rows x hosts: members there. */
  readonly #members: { readonly starts: Int32Array; readonly items: Int32Array };
  readonly #rowOf: Int32Array;
  readonly #onHost: Uint8Array;
  /** Spread: groups x domains, and domains that each group uses. */
  readonly #inSpread: Uint16Array;
  readonly #used: Int32Array;
  /** Near: groups x domains. */
  readonly #inNear: Uint16Array;
  readonly #moved: Int32Array;
  /** Groups by the number of members that have moved. */
  readonly #withMoved: Int32Array;
  #mostMoved = 0;
  /** Domains that groups lack. */
  spreadShort = 0;
  /** Needs that are not met: one for each domain, group there and group that it needs and does not find. */
  nearBroken = 0;

  /** `hostOf`: where each workload is, kept up to date by whoever moves them, after `move`. */
  constructor(problem: FlatProblem, hostOf: Int32Array, cellsMax = tableCellsMax) {
    this.#problem = problem;
    this.#hostOf = hostOf;
    const { apart, spread, near, mostMoved, hostCount, workloadCount } = problem;
    this.#members = membersOf(apart);
    const { starts } = this.#members;
    const groupCount = apart?.groupCount ?? 0;
    const lookedThrough = groupCount * hostCount > cellsMax ? lookedThroughMax : 0;
    let rows = 0;
    this.#rowOf = Int32Array.from({ length: groupCount }, (_, group) => ((starts[group + 1] as number) - (starts[group] as number) > lookedThrough ? rows++ : -1));
    this.#onHost = new Uint8Array(rows * hostCount);
    this.#inSpread = new Uint16Array(spread === null ? 0 : spread.groupCount * spread.domainCount);
    this.#used = new Int32Array(spread?.groupCount ?? 0);
    this.#inNear = new Uint16Array(near === null ? 0 : near.groupCount * near.domainCount);
    this.#moved = new Int32Array(mostMoved?.groupCount ?? 0);
    this.#withMoved = new Int32Array(mostMoved === null ? 0 : workloadCount + 1);
  }

  load(hostOf: Int32Array): void {
    this.nearBroken = 0;
    for (const counters of [this.#onHost, this.#inSpread, this.#used, this.#inNear, this.#moved, this.#withMoved]) counters.fill(0);
    const { home, mostMoved } = this.#problem;
    for (let w = 0; w < hostOf.length; w++) {
      this.#enter(w, hostOf[w] as number);
      const group = mostMoved?.groupOf[w] ?? -1;
      if (group >= 0 && home[w] !== hostOf[w]) this.#moved[group] = (this.#moved[group] as number) + 1;
    }
    this.spreadShort = 0;
    this.#problem.spread?.atLeast.forEach((atLeast, group) => { this.spreadShort += Math.max(0, atLeast - (this.#used[group] as number)); });
    this.#mostMoved = 0;
    for (const count of this.#moved) {
      this.#withMoved[count] = (this.#withMoved[count] as number) + 1;
      this.#mostMoved = Math.max(this.#mostMoved, count);
    }
  }

  mostMovedCost(): number {
    return (this.#problem.mostMoved?.weight ?? 0) * this.#mostMoved;
  }

  get isWhole(): boolean {
    return this.spreadShort === 0 && this.nearBroken === 0;
  }

  /** May the workload be on that host at all, and is nobody there from whom it must be apart? */
  allows(w: number, to: number): boolean {
    const { apart, allowed } = this.#problem;
    if (apart !== null && this.#meets(apart.groupOf[w] as number, to)) return false;
    return allowed === null || allowed[w]?.[to] !== 0;
  }

  /** May two workloads change places? */
  allowsSwap(p: number, q: number, a: number, b: number): boolean {
    const { apart, allowed } = this.#problem;
    if (allowed !== null && (allowed[p]?.[b] === 0 || allowed[q]?.[a] === 0)) return false;
    if (apart === null) return true;
    const g = apart.groupOf[p] as number;
    const k = apart.groupOf[q] as number;
    return g === k || !this.#meets(g, b) && !this.#meets(k, a);
  }

  /** May the workload go to a host that another one leaves for it? */
  allowsReplace(w: number, leaving: number, to: number): boolean {
    const { apart, allowed } = this.#problem;
    if (allowed !== null && allowed[w]?.[to] === 0) return false;
    if (apart === null) return true;
    const group = apart.groupOf[w] as number;
    return group === apart.groupOf[leaving] || !this.#meets(group, to);
  }

  /** Is a member of the group (-1 for none) on the host? */
  #meets(group: number, host: number): boolean {
    if (group < 0) return false;
    const row = this.#rowOf[group] as number;
    if (row >= 0) return this.#onHost[row * this.#problem.hostCount + host] !== 0;
    const { starts, items } = this.#members;
    const end = starts[group + 1] as number;
    for (let i = starts[group] as number; i < end; i++) if (this.#hostOf[items[i] as number] === host) return true;
    return false;
  }

  /** Counts a member that comes to a host (1) or leaves it (-1). */
  #countApart(w: number, host: number, change: number): void {
    const { apart, hostCount } = this.#problem;
    const group = apart?.groupOf[w] ?? -1;
    const row = group < 0 ? -1 : this.#rowOf[group] as number;
    if (row >= 0) this.#onHost[row * hostCount + host] = (this.#onHost[row * hostCount + host] as number) + change;
  }

  /** Domains that the workload's group would lack more, or fewer, if it went. */
  spreadChange(w: number, from: number, to: number): number {
    const { spread } = this.#problem;
    if (spread === null) return 0;
    const group = spread.groupOf[w] as number;
    const left = spread.domainOf[from] as number;
    const entered = spread.domainOf[to] as number;
    if (group < 0 || left === entered) return 0;
    const row = group * spread.domainCount;
    const change = (this.#inSpread[row + entered] === 0 ? 1 : 0) - (this.#inSpread[row + left] === 1 ? 1 : 0);
    if (change === 0) return 0;
    const spare = (this.#used[group] as number) - (spread.atLeast[group] as number);
    return Math.max(0, -spare - change) - Math.max(0, -spare);
  }

  /** Needs that would be broken more, or fewer, if the workload went. */
  nearChange(w: number, from: number, to: number): number {
    const { near } = this.#problem;
    if (near === null) return 0;
    const group = near.groupOf[w] as number;
    const left = near.domainOf[from] as number;
    const entered = near.domainOf[to] as number;
    if (group < 0 || left === entered) return 0;
    const row = group * near.domainCount;
    return (this.#inNear[row + entered] === 0 ? this.#appearing(near, group, entered) : 0)
      - (this.#inNear[row + left] === 1 ? this.#appearing(near, group, left) : 0);
  }

  /** Are both in one group of spread (near), so that they can change places without anybody noticing? */
  sharesSpread(p: number, q: number): boolean {
    const { spread } = this.#problem;
    return spread !== null && spread.groupOf[p] === spread.groupOf[q];
  }

  sharesNear(p: number, q: number): boolean {
    const { near } = this.#problem;
    return near !== null && near.groupOf[p] === near.groupOf[q];
  }

  /** Counts a move, and returns the change of the cost of the group that moved most. */
  move(w: number, from: number, to: number): number {
    this.#leave(w, from);
    this.#enter(w, to);
    const { mostMoved, home } = this.#problem;
    const group = mostMoved?.groupOf[w] ?? -1;
    if (mostMoved === null || group < 0) return 0;
    const change = (home[w] !== to ? 1 : 0) - (home[w] !== from ? 1 : 0);
    if (change === 0) return 0;
    const before = this.#moved[group] as number;
    const most = this.#mostMoved;
    this.#moved[group] = before + change;
    this.#withMoved[before] = (this.#withMoved[before] as number) - 1;
    this.#withMoved[before + change] = (this.#withMoved[before + change] as number) + 1;
    if (before + change > most) this.#mostMoved = before + change;
    else if (before === most && this.#withMoved[before] === 0) this.#mostMoved = before + change;
    return mostMoved.weight * (this.#mostMoved - most);
  }

  /** Change of the cost of the group that moved most, if the workload went. */
  movedChange(w: number, from: number, to: number): number {
    const { mostMoved, home } = this.#problem;
    if (mostMoved === null) return 0;
    const change = (home[w] !== to ? 1 : 0) - (home[w] !== from ? 1 : 0);
    if (change === 0) return 0;
    const group = mostMoved.groupOf[w] as number;
    if (group < 0) return 0;
    const before = this.#moved[group] as number;
    if (change > 0) return before === this.#mostMoved ? mostMoved.weight : 0;
    return before === this.#mostMoved && this.#withMoved[before] === 1 ? -mostMoved.weight : 0;
  }

  /** Broken needs more when a group comes to be in a domain: its own that it does not find, less those that it meets. */
  #appearing({ needs, neededBy, domainCount }: NonNullable<FlatProblem["near"]>, group: number, domain: number): number {
    let change = 0;
    for (let i = needs.starts[group] as number; i < (needs.starts[group + 1] as number); i++) {
      if (this.#inNear[(needs.items[i] as number) * domainCount + domain] === 0) change++;
    }
    for (let i = neededBy.starts[group] as number; i < (neededBy.starts[group + 1] as number); i++) {
      if (this.#inNear[(neededBy.items[i] as number) * domainCount + domain] !== 0) change--;
    }
    return change;
  }

  #arriveNear(w: number, host: number): void {
    const { near } = this.#problem;
    const group = near?.groupOf[w] ?? -1;
    if (near === null || group < 0) return;
    const domain = near.domainOf[host] as number;
    const cell = group * near.domainCount + domain;
    if (this.#inNear[cell] === 0) this.nearBroken += this.#appearing(near, group, domain);
    this.#inNear[cell] = (this.#inNear[cell] as number) + 1;
  }

  #leaveNear(w: number, host: number): void {
    const { near } = this.#problem;
    const group = near?.groupOf[w] ?? -1;
    if (near === null || group < 0) return;
    const domain = near.domainOf[host] as number;
    const cell = group * near.domainCount + domain;
    this.#inNear[cell] = (this.#inNear[cell] as number) - 1;
    if (this.#inNear[cell] === 0) this.nearBroken -= this.#appearing(near, group, domain);
  }

  #enter(w: number, host: number): void {
    const { spread } = this.#problem;
    this.#countApart(w, host, 1);
    this.#arriveNear(w, host);
    const spreadGroup = spread?.groupOf[w] ?? -1;
    if (spread === null || spreadGroup < 0) return;
    const cell = spreadGroup * spread.domainCount + (spread.domainOf[host] as number);
    if (this.#inSpread[cell] === 0) this.#useDomains(spread, spreadGroup, 1);
    this.#inSpread[cell] = (this.#inSpread[cell] as number) + 1;
  }

  #leave(w: number, host: number): void {
    const { spread } = this.#problem;
    this.#countApart(w, host, -1);
    this.#leaveNear(w, host);
    const spreadGroup = spread?.groupOf[w] ?? -1;
    if (spread === null || spreadGroup < 0) return;
    const cell = spreadGroup * spread.domainCount + (spread.domainOf[host] as number);
    this.#inSpread[cell] = (this.#inSpread[cell] as number) - 1;
    if (this.#inSpread[cell] === 0) this.#useDomains(spread, spreadGroup, -1);
  }

  #useDomains({ atLeast }: NonNullable<FlatProblem["spread"]>, group: number, change: number): void {
    const used = this.#used[group] as number;
    const least = atLeast[group] as number;
    this.#used[group] = used + change;
    this.spreadShort += Math.max(0, least - used - change) - Math.max(0, least - used);
  }
}

/** Members of each group, one group after the other. */
function membersOf(grouping: Grouping | null): { readonly starts: Int32Array; readonly items: Int32Array } {
  const starts = new Int32Array((grouping?.groupCount ?? 0) + 1);
  const groupOf = grouping?.groupOf ?? new Int32Array();
  for (const group of groupOf) if (group >= 0) starts[group + 1] = (starts[group + 1] as number) + 1;
  for (let group = 1; group < starts.length; group++) starts[group] = (starts[group] as number) + (starts[group - 1] as number);
  const next = starts.slice();
  const items = new Int32Array(starts.at(-1) ?? 0);
  groupOf.forEach((group, w) => {
    if (group < 0) return;
    items[next[group] as number] = w;
    next[group] = (next[group] as number) + 1;
  });
  return { starts, items };
}
