import type { FleetIndex, Whereabouts } from "../model/snapshot.ts";
import { Bill } from "./bill.ts";
import { eventNumbers, type EventName } from "./event.ts";
import { ExactTotals } from "./exact-totals.ts";
import type { LoadWindow } from "./load-window.ts";
import type { Drawing, Meters } from "./meters.ts";
import { EventQueue } from "./queue.ts";
import { Services } from "./services.ts";
import type { Timeline } from "./timeline.ts";
import { World, type HostState, type WorkloadState } from "./world.ts";

export interface CoreOptions {
  readonly index: FleetIndex;
  readonly window: LoadWindow;
  readonly meters: Meters;
  readonly timeline: Timeline;
  /** A failed host draws power as when idle. */
  readonly failedDraws: boolean;
  /** Which sharing group a workload is in; -1 for none. */
  readonly groupOf: Int32Array;
  readonly groups: readonly { readonly members: readonly number[] }[];
}

/**
 * What all parts of a simulation share: the clock, the queue, the world, and the meters that must be settled before
 * anything about a host changes. Only this changes the world.
 */
export class Core {
  nowMs = 0;
  readonly queue = new EventQueue(1024);
  readonly world: World;
  readonly index: FleetIndex;
  readonly window: LoadWindow;
  readonly meters: Meters;
  readonly timeline: Timeline;
  readonly services: Services;
  readonly bill: Bill;
  /** Called after a workload or a host has changed; `load` just before others draw on a host, or the same ask for something else. */
  readonly changed: { workload: (w: number) => void; host: (h: number) => void; load: (h: number) => void } = { workload: () => undefined, host: () => undefined, load: () => undefined };
  /** By resource: what wanted workloads would have asked for while they did not serve, fine units x ms. */
  readonly lost: readonly ExactTotals[];
  /** Milliseconds of each host in each state, and of each workload in service, until they last changed. */
  readonly #hostMs: Map<HostState, number>[];
  readonly #hostSince: Float64Array;
  readonly #servedMs: Float64Array;
  readonly #servedSince: Float64Array;
  readonly #options: CoreOptions;
  readonly #lostSince: Float64Array;
  readonly #guests: number[][];
  #rowsOn: (readonly number[] | null)[];

  constructor(options: CoreOptions) {
    const { index, window, meters, timeline } = options;
    this.#options = options;
    this.index = index;
    this.window = window;
    this.meters = meters;
    this.timeline = timeline;
    this.world = new World(index);
    this.services = new Services(this.world, timeline);
    this.bill = new Bill(index, window.resources.some(({ name }) => name === "networkMbps"));
    this.lost = window.resources.map(() => new ExactTotals(index.workloads.length));
    this.#lostSince = new Float64Array(index.workloads.length);
    this.#hostMs = index.hosts.map(() => new Map<HostState, number>());
    this.#hostSince = new Float64Array(index.hosts.length);
    this.#servedMs = new Float64Array(index.workloads.length);
    this.#servedSince = new Float64Array(index.workloads.length);
    this.#guests = index.hosts.map(() => []);
    this.#rowsOn = index.hosts.map(() => null);
    index.hosts.forEach((_, h) => this.bill.setHost(h, this.world.isOn(h), 0));
    index.workloads.forEach((_, w) => this.bill.place(w, this.world.where(w).host, this.world.stateOf(w) !== "stopped", 0));
    this.#spread();
  }

  schedule(name: EventName, atMs: number, subject: number, epoch = 0): void {
    const number = eventNumbers[name];
    this.queue.add(atMs, number, number, subject, epoch);
  }

  /** Accounts for everything at a host up to now. */
  settle(host: number): void {
    if (host < 0) return;
    this.meters.settle(host, this.nowMs, this.#rows(host), this.#drawing(host));
  }

  settleAll(): void {
    for (let h = 0; h < this.index.hosts.length; h++) this.settle(h);
    for (let w = 0; w < this.index.workloads.length; w++) this.#settleLost(w);
  }

  /** To the load that follows what is in the window. */
  moveWindow(): void {
    this.settleAll();
    this.window.forward();
    this.#spread();
  }

  put(workload: number, next: Whereabouts, state: WorkloadState): void {
    const before = this.world.where(workload);
    const stateBefore = this.world.stateOf(workload);
    const served = this.world.serves(workload);
    const serves = state === "running" || state === "moving";
    const moved = before.host !== next.host;
    if (served !== serves || (served && moved)) this.#prepare(workload, before.host, next.host);
    this.#settleLost(workload);
    this.#servedMs[workload] = this.servedMs(workload);
    this.#servedSince[workload] = this.nowMs;
    this.world.put(workload, next, state);
    for (const h of [before.host, next.host]) this.#rowsOn[h] = null;
    if (served !== serves) this.#respread(workload);
    if (moved || (stateBefore === "stopped") !== (state === "stopped")) this.bill.place(workload, next.host, state !== "stopped", this.nowMs);
    this.services.changed(workload, this.nowMs);
    this.changed.workload(workload);
  }

  /** Whether a workload is wanted from now on. */
  want(workload: number, wanted: boolean): void {
    this.#settleLost(workload);
    this.world.want(workload, wanted);
    this.services.changed(workload, this.nowMs);
  }

  setHost(host: number, state: HostState, because: string): void {
    this.settle(host);
    this.#hostMs[host]?.set(this.world.hostState(host), this.hostMs(host, this.world.hostState(host)));
    this.#hostSince[host] = this.nowMs;
    this.world.setHost(host, state);
    this.bill.setHost(host, this.world.isOn(host), this.nowMs);
    const id = this.index.hosts[host]?.id;
    if (id !== undefined) this.timeline.add(this.nowMs, { kind: "host", host: id, state, because });
    this.changed.host(host);
  }

  /** How long a host was in a state until now. */
  hostMs(host: number, state: HostState): number {
    const before = this.#hostMs[host]?.get(state) ?? 0;
    return this.world.hostState(host) === state ? before + this.nowMs - (this.#hostSince[host] as number) : before;
  }

  /** How long a workload has served until now. */
  servedMs(workload: number): number {
    const before = this.#servedMs[workload] as number;
    return this.world.serves(workload) ? before + this.nowMs - (this.#servedSince[workload] as number) : before;
  }

  /** A row that is no workload draws on a host from now on, or does not any more. */
  guest(host: number, row: number, present: boolean): void {
    this.#prepareHost(host);
    const guests = this.#guests[host] ?? [];
    if (present) guests.push(row);
    else guests.splice(guests.indexOf(row), 1);
    this.#rowsOn[host] = null;
  }

  /** What a row of a host asks for from now on. */
  setRow(host: number, row: number, resource: number, amount: number): void {
    this.#prepareHost(host);
    this.window.setConstant(row, resource, amount);
  }

  /** The rows that draw on a host, workloads first. */
  rows(host: number): readonly number[] {
    return this.#rows(host);
  }

  #rows(host: number): readonly number[] {
    const known = this.#rowsOn[host];
    if (known) return known;
    const guests = this.#guests[host] ?? [];
    const rows = guests.length === 0 ? this.world.drawing(host).slice() : [...this.world.drawing(host), ...guests];
    this.#rowsOn[host] = rows;
    return rows;
  }

  #drawing(host: number): Drawing {
    switch (this.world.hostState(host)) {
      case "off": return "nothing";
      case "failed": return this.#options.failedDraws ? "idle" : "nothing";
      case "booting": case "stopping": return "idle";
      case "on": case "maintenance": return "use";
    }
  }

  /** Settles every host whose load a change at a workload may change: the one that it leaves and the one that it reaches. */
  #prepare(workload: number, from: number, to: number): void {
    this.#prepareHost(from);
    if (to !== from) this.#prepareHost(to);
    for (const w of this.#options.groups[this.#options.groupOf[workload] ?? -1]?.members ?? []) {
      this.#prepareHost(this.world.where(w).host);
      this.#settleLost(w);
    }
  }

  /** The load of a host is about to change: it is accounted for until now, and who depends on it is told. */
  #prepareHost(host: number): void {
    if (host < 0) return;
    this.settle(host);
    this.changed.load(host);
  }

  #respread(workload: number): void {
    const group = this.#options.groupOf[workload] ?? -1;
    if (group >= 0) this.window.spread(group, (w) => this.world.serves(w), this.window.slotAt(this.nowMs));
  }

  #spread(): void {
    this.#options.groups.forEach((_, group) => this.window.spread(group, (w) => this.world.serves(w), 0));
  }

  #settleLost(w: number): void {
    const fromMs = this.#lostSince[w] as number;
    this.#lostSince[w] = this.nowMs;
    if (fromMs >= this.nowMs || !this.world.isWanted(w) || this.world.serves(w)) return;
    const { window } = this;
    for (let ms = fromMs; ms < this.nowMs;) {
      const slot = window.slotAt(ms);
      const end = Math.min(this.nowMs, window.slotStartMs(slot + 1));
      this.lost.forEach((lost, r) => lost.addProduct(w, window.samples(r)[w * window.slots + slot] ?? 0, end - ms));
      ms = end;
    }
  }
}
