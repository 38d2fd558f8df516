import type { Core } from "./core.ts";
import { instancesByApplication } from "./services.ts";
import type { HostState } from "./world.ts";

const nowhere = { host: -1, arriving: -1, leaving: -1, activity: "stopped" } as const;

/** What others must do when a host fails or returns. */
export interface Bystanders {
  hostFails(host: number): void;
  hostReturns(host: number): void;
}

/**
 * Hosts fail and return. What ran on one is lost until somebody starts it elsewhere or the host is repaired; then it
 * starts there by itself, after those applications that it needs.
 */
export class Recovery {
  readonly #core: Core;
  readonly #bystanders: readonly Bystanders[];
  /** Reasons for which a host is down now, and what it was before the first. */
  readonly #causes: Int32Array;
  readonly #before: HostState[];
  /** The host that each failed workload was lost with; -1 for none. */
  readonly lostFrom: Int32Array;
  readonly #ran: Uint8Array;
  /** Those that stop for good. */
  readonly #retiring = new Set<number>();
  readonly #epochs: Int32Array;
  readonly #waiting = new Set<number>();
  readonly #needs: readonly (readonly (readonly number[])[])[];
  failures = 0;

  constructor(core: Core, bystanders: readonly Bystanders[]) {
    const { index } = core;
    this.#core = core;
    this.#bystanders = bystanders;
    this.#causes = new Int32Array(index.hosts.length);
    // A host that has failed already will be on when it is repaired.
    this.#before = index.hosts.map((_, h) => (core.world.hostState(h) === "failed" ? "on" : core.world.hostState(h)));
    this.#ran = new Uint8Array(index.workloads.length);
    this.#epochs = new Int32Array(index.workloads.length);
    this.lostFrom = Int32Array.from(index.workloads, ({ lostFrom, host }, w) => {
      const lost = core.world.stateOf(w) === "failed" ? host : (lostFrom ?? null);
      return lost === null ? -1 : (index.hostIndex.get(lost) ?? -1);
    });
    this.#needs = needsOf(core);
  }

  isLost(workload: number): boolean {
    return this.#core.world.stateOf(workload) === "failed";
  }

  /** Is any workload lost that should run, and does not wait for its turn to start by itself? */
  someAreLost(): boolean {
    return this.#core.index.workloads.some((_, w) => this.isLost(w) && this.#core.world.isWanted(w) && !this.#waiting.has(w));
  }

  fail(host: number, because: string): void {
    const causes = (this.#causes[host] as number) + 1;
    this.#causes[host] = causes;
    const { world } = this.#core;
    if (causes > 1 || world.hostState(host) === "failed") return;
    this.failures++;
    this.#before[host] = settled(world.hostState(host));
    for (const bystander of this.#bystanders) bystander.hostFails(host);
    for (const w of world.present(host)) this.#lose(w, host);
    this.#core.setHost(host, "failed", because);
  }

  repair(host: number): void {
    const causes = (this.#causes[host] as number) - 1;
    this.#causes[host] = causes;
    if (causes > 0) return;
    this.#core.setHost(host, this.#before[host] ?? "on", "repaired");
    if (!this.#core.world.runsWorkloads(host)) return;
    this.#core.index.workloads.forEach((_, w) => {
      if (this.lostFrom[w] === host && this.isLost(w)) this.#return(w);
    });
    for (const bystander of this.#bystanders) bystander.hostReturns(host);
  }

  /** A workload that starts by itself runs now; or one that stops has stopped. */
  restarted(workload: number, epoch: number): void {
    if (this.#epochs[workload] !== epoch) return;
    const there = this.#core.world.where(workload);
    const state = this.#core.world.stateOf(workload);
    if (state === "starting") this.#core.put(workload, { ...there, activity: "running" }, "running");
    else if (state === "stopping") this.#leave(workload);
  }

  /** Stops a workload for good, as when an instance is not needed any more. */
  retire(workload: number): void {
    this.#retiring.add(workload);
    this.#core.put(workload, { ...this.#core.world.where(workload), activity: "stopping" }, "stopping");
    this.#later(workload, this.#core.index.workloads[workload]?.stopMs ?? 1);
  }

  /** Something serves that did not: others may have waited for it. */
  retryStarts(): void {
    for (const w of [...this.#waiting].sort((a, b) => a - b)) this.#return(w);
  }

  /** What was stopped for good is gone: when it is called for again it is new, whatever it was lost with before. */
  #leave(w: number): void {
    this.#retiring.delete(w);
    this.lostFrom[w] = -1;
    this.#core.put(w, nowhere, "absent");
  }

  #lose(w: number, host: number): void {
    const there = this.#core.world.where(w);
    if (there.host !== host) {
      this.#core.put(w, { ...there, arriving: there.arriving === host ? -1 : there.arriving, leaving: there.leaving === host ? -1 : there.leaving }, this.#core.world.stateOf(w));
      return;
    }
    this.#epochs[w] = (this.#epochs[w] as number) + 1;
    // Nobody needs it any more: its host takes it along a little earlier.
    if (this.#retiring.has(w)) {
      this.#leave(w);
      return;
    }
    const wasStopped = there.activity === "stopped" || there.activity === "stopping";
    this.#ran[w] = Number(!wasStopped || this.#core.world.isWanted(w));
    this.lostFrom[w] = host;
    this.#core.put(w, nowhere, "failed");
    this.#tell(w, "its host failed");
  }

  /** Its host is back, and so is what lies there. */
  #return(w: number): void {
    const host = this.lostFrom[w] as number;
    this.#waiting.delete(w);
    if (!this.isLost(w) || !this.#core.world.runsWorkloads(host)) return;
    if (this.#ran[w] !== 1) {
      this.#core.put(w, { ...nowhere, host }, "stopped");
      return;
    }
    if (!this.#mayStart(w)) {
      this.#waiting.add(w);
      return;
    }
    this.#core.put(w, { ...nowhere, host, activity: "starting" }, "starting");
    this.#tell(w, "its host is back");
    this.#later(w, this.#core.index.workloads[w]?.startMs ?? 1);
  }

  #later(w: number, ms: number): void {
    this.#core.schedule("restarted", this.#core.nowMs + Math.max(1, ms), w, this.#epochs[w]);
  }

  #mayStart(w: number): boolean {
    const { world } = this.#core;
    return (this.#needs[w] ?? []).every((instances) => instances.length === 0 || !instances.some((n) => world.isWanted(n)) || instances.some((n) => world.serves(n)));
  }

  #tell(w: number, because: string): void {
    const workload = this.#core.index.workloads[w];
    if (workload === undefined) return;
    const host = this.#core.index.hosts[this.#core.world.where(w).host]?.id ?? null;
    this.#core.timeline.add(this.#core.nowMs, { kind: "workload", workload: workload.id, host, state: this.#core.world.stateOf(w), because });
  }
}

/** What a host was, or was about to be. */
function settled(state: HostState): HostState {
  switch (state) {
    case "booting": case "failed": return "on";
    case "stopping": return "off";
    case "off": case "on": case "maintenance": return state;
  }
}

/** For each workload, the instances of each application that one of its own needs. */
function needsOf({ index }: Core): readonly (readonly (readonly number[])[])[] {
  const instances = instancesByApplication(index);
  const needs: (readonly number[])[][] = index.workloads.map(() => []);
  for (const { startOrder } of index.fleet.services) {
    for (const order of startOrder) {
      for (const w of instances.get(order.application) ?? []) needs[w]?.push((instances.get(order.needs) ?? []).filter((other) => other !== w));
    }
  }
  return needs;
}
