import { currentHosts, type FleetIndex, type Instant, type Whereabouts } from "../../model/snapshot.ts";
import type { DenseAction } from "./dense-action.ts";

const nowhere: Whereabouts = { host: -1, arriving: -1, leaving: -1, activity: "stopped" };

/** The verifier's own fleet: replays actions one by one and believes nothing. */
export class ReplayState implements Instant {
  readonly index: FleetIndex;
  readonly #where: Whereabouts[];
  readonly #present: Set<number>[];
  readonly #sorted = new Map<number, readonly number[]>();
  readonly #power: ("off" | "booting" | "on" | "stopping")[];
  readonly #busy = new Set<number>();
  /** Copies being made of each source. */
  readonly #copied = new Map<number, number>();
  readonly #everExisted: Uint8Array;

  /** `begins`: workloads that are half-way already, and those under way in actions of which nobody knows the end. */
  constructor(index: FleetIndex, begins: ReadonlyMap<number, Whereabouts> = new Map()) {
    this.index = index;
    const hosts = currentHosts(index);
    this.#present = index.hosts.map(() => new Set<number>());
    this.#where = index.workloads.map((workload, w) => {
      const host = hosts[w] ?? -1;
      if (host < 0 || index.hosts[host]?.state === "failed") return nowhere;
      this.#present[host]?.add(w);
      return { host, arriving: -1, leaving: -1, activity: workload.state === "running" ? "running" : "stopped" };
    });
    for (const [w, where] of begins) {
      this.#put(w, where);
      if (where.arriving >= 0 || where.activity === "starting" || where.activity === "stopping") this.#busy.add(w);
    }
    this.#everExisted = Uint8Array.from(this.#where, ({ host }) => (host >= 0 ? 1 : 0));
    this.#power = index.hosts.map(({ state }) => (state === "on" || state === "maintenance" ? "on" : "off"));
  }

  where(workload: number): Whereabouts {
    return this.#where[workload] ?? nowhere;
  }

  present(host: number): readonly number[] {
    const known = this.#sorted.get(host);
    if (known !== undefined) return known;
    const sorted = [...(this.#present[host] ?? [])].sort((a, b) => a - b);
    this.#sorted.set(host, sorted);
    return sorted;
  }

  underWay(): readonly number[] {
    return [...this.#busy].filter((w) => this.where(w).arriving >= 0).sort((a, b) => a - b);
  }

  isOn(host: number): boolean {
    return this.#power[host] !== "off";
  }

  /** On, and neither being switched on nor off. */
  isReady(host: number): boolean {
    return this.#power[host] === "on";
  }

  /** Is an action of its own under way? */
  isBusy(workload: number): boolean {
    return this.#busy.has(workload);
  }

  isCopied(workload: number): boolean {
    return (this.#copied.get(workload) ?? 0) > 0;
  }

  /** Did it exist before the plan? Then it has data, which a copy needs and a bare start would ignore. */
  existedBefore(workload: number): boolean {
    return this.#everExisted[workload] === 1;
  }

  start(action: DenseAction): void {
    const { kind, workload: w, from, to } = action;
    if (kind === "bootHost" || kind === "shutdownHost") {
      this.#power[from] = kind === "bootHost" ? "booting" : "stopping";
      return;
    }
    this.#occupy(action, 1);
    const now = this.where(w);
    if (kind === "migrate" || kind === "transfer" || kind === "copy") this.#put(w, { ...now, arriving: to });
    else if (kind === "start") this.#put(w, { ...now, host: from, activity: "starting" });
    else if (kind === "stop") this.#put(w, { ...now, activity: "stopping" });
  }

  end(action: DenseAction): void {
    const { kind, workload: w, from, to } = action;
    if (kind === "bootHost" || kind === "shutdownHost") {
      this.#power[from] = kind === "bootHost" ? "on" : "off";
      return;
    }
    this.#occupy(action, -1);
    const now = this.where(w);
    switch (kind) {
      case "migrate": return this.#put(w, { host: to, arriving: -1, leaving: -1, activity: "running" });
      case "transfer": return this.#put(w, { host: to, arriving: -1, leaving: from, activity: "stopped" });
      case "copy": return this.#put(w, { host: to, arriving: -1, leaving: -1, activity: "stopped" });
      case "start": return this.#put(w, { ...now, activity: "running" });
      case "stop": return this.#put(w, { ...now, activity: "stopped" });
      case "deleteSource": return this.#put(w, { ...now, leaving: -1 });
      case "remove": return this.#put(w, nowhere);
    }
  }

  #occupy({ workload, source }: DenseAction, change: 1 | -1): void {
    if (change === 1) this.#busy.add(workload);
    else this.#busy.delete(workload);
    if (source >= 0) this.#copied.set(source, (this.#copied.get(source) ?? 0) + change);
  }

  #put(w: number, next: Whereabouts): void {
    const before = this.where(w);
    for (const h of [before.host, before.arriving, before.leaving]) {
      this.#present[h]?.delete(w);
      this.#sorted.delete(h);
    }
    for (const h of [next.host, next.arriving, next.leaving]) {
      this.#present[h]?.add(w);
      this.#sorted.delete(h);
    }
    this.#where[w] = next;
  }
}
