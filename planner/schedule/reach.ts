import type { FleetIndex, Whereabouts } from "../../model/snapshot.ts";
import type { Constraint } from "../../policies/index.ts";
import { movesLive } from "../durations.ts";
import { EventQueue } from "./event-queue.ts";
import { FleetState, startingHosts } from "./fleet-state.ts";
import { changed, hashAfter, hashOf, KnownStates, type Change } from "./known-states.ts";
import { Rules } from "./rules.ts";
import { StartOrder } from "./start-order.ts";
import { afterwards, type Step } from "./step.ts";

/** The end of a complete search: a way, the proof that there is none, or neither within the limit. */
export type Reach =
  | { readonly kind: "way"; readonly steps: readonly Step[] }
  | { readonly kind: "none" }
  | { readonly kind: "gave-up" };

/** One state of the fleet with nothing under way, and how it was reached. */
interface Node {
  readonly at: Int16Array;
  readonly hash: number;
  readonly parent: Node | null;
  readonly step: Step | null;
  readonly depth: number;
}

/** Weight of what is still to do against what has been done: finds a way early, not always the shortest. */
const greed = 4;
const perWorkload = 3;

/**
 * Searches all states that single steps reach, each state once. One step after the other is enough: the rules that
 * forbid a state forbid it more with something else under way, and rules that are not monotone are kept one step at a
 * time anyway. So an exhausted search is a proof.
 */
export class ReachSearch {
  readonly #index: FleetIndex;
  readonly #target: Int32Array;
  readonly #movable: readonly number[];
  /** Position in a state of each movable workload. */
  readonly #position: ReadonlyMap<number, number>;
  readonly #state: FleetState;
  readonly #rules: Rules;
  readonly #order: StartOrder;
  readonly #stopped: () => boolean;
  /** Where everybody was before the plan: what had data then is copied and not made anew. */
  readonly #starting: Int32Array;

  /** `start` gives where the movable workloads are; everybody else stays as `start` has it. */
  constructor(index: FleetIndex, constraints: readonly Constraint[], input: {
    readonly target: Int32Array; readonly movable: readonly number[]; readonly start: FleetState; readonly stopped: () => boolean;
  }) {
    this.#index = index;
    this.#target = input.target;
    this.#movable = input.movable;
    this.#position = new Map(input.movable.map((w, m) => [w, m]));
    this.#state = new FleetState(index);
    this.#rules = new Rules(index, constraints, this.#state);
    this.#stopped = input.stopped;
    this.#starting = startingHosts(index);
    this.#order = new StartOrder(index, constraints, {
      isGiven: (w) => this.#position.has(w) && (input.target[w] ?? -1) >= 0,
      isMade: (w) => (this.#starting[w] ?? -1) < 0 && !this.#isCopied(w),
      // Every order is tried, so nobody has to know which is best.
      next: null,
    });
    index.workloads.forEach((_, w) => this.#state.set(w, input.start.where(w)));
    index.hosts.forEach((_, h) => this.#state.switchHost(h, input.start.isOn(h)));
  }

  find(nodesMax: number): Reach {
    const start = this.#read();
    const root: Node = { at: start, hash: hashOf(start), parent: null, step: null, depth: 0 };
    const known = new KnownStates();
    known.add(root.at, root.hash);
    const open = new EventQueue<Node>();
    open.add(greed * this.#remaining(root.at), root);
    for (let node = open.take(); node !== undefined; node = open.take()) {
      this.#load(node.at);
      if (this.#remaining(node.at) === 0) return { kind: "way", steps: stepsTo(node) };
      for (const step of this.#possible()) {
        const change = this.#changeOf(node.at, step);
        const hash = hashAfter(node.hash, node.at, change);
        if (known.has(node.at, change, hash) || this.#order.blocking(step, this.#state) >= 0 || this.#rules.refusalOf(step) !== null) continue;
        if (known.count >= nodesMax || this.#stopped()) return { kind: "gave-up" };
        const at = changed(node.at, change);
        known.add(at, hash);
        const next = { at, hash, parent: node, step, depth: node.depth + 1 };
        open.add(next.depth + greed * this.#remaining(at), next);
      }
    }
    return { kind: "none" };
  }

  #read(): Int16Array {
    const at = new Int16Array(this.#movable.length * perWorkload + this.#index.hosts.length);
    this.#movable.forEach((w, m) => write(at, m, this.#state.where(w)));
    this.#index.hosts.forEach((_, h) => {
      at[this.#movable.length * perWorkload + h] = this.#state.isOn(h) ? 1 : 0;
    });
    return at;
  }

  #load(at: Int16Array): void {
    this.#movable.forEach((w, m) => {
      const next = read(at, m);
      const now = this.#state.where(w);
      if (now.host !== next.host || now.leaving !== next.leaving || now.activity !== next.activity) this.#state.set(w, next);
    });
    this.#index.hosts.forEach((_, h) => this.#state.switchHost(h, at[this.#movable.length * perWorkload + h] === 1));
  }

  #changeOf(at: Int16Array, step: Step): Change {
    if (step.workload < 0) return { positions: [this.#movable.length * perWorkload + step.from], values: [step.kind === "bootHost" ? 1 : 0] };
    const m = this.#position.get(step.workload) ?? -1;
    const { host, leaving, activity } = afterwards(step, read(at, m));
    const first = m * perWorkload;
    return { positions: [first, first + 1, first + 2], values: [host, leaving, activity === "running" ? 1 : 0] };
  }

  /** At least so many steps are left. */
  #remaining(at: Int16Array): number {
    let steps = 0;
    this.#movable.forEach((w, m) => {
      const { host, leaving, activity } = read(at, m);
      const goal = this.#target[w] ?? -1;
      const desired = this.#index.workloads[w]?.desired ?? "running";
      if (desired === "removed") {
        steps += host < 0 ? 0 : activity === "running" ? 2 : 1;
        return;
      }
      if (leaving >= 0) steps++;
      if (host !== goal && goal >= 0) steps++;
      if (goal >= 0 && (activity === "running") !== (desired === "running")) steps++;
    });
    return steps;
  }

  /** Every single step that the states of the workloads and hosts allow, whatever the rules say. */
  * #possible(): Generator<Step> {
    const { hosts } = this.#index;
    const on = [...hosts.keys()].filter((h) => this.#state.isOn(h) && hosts[h]?.state !== "failed");
    for (const w of this.#movable) yield* this.#stepsOf(w, on);
    for (const [h, host] of hosts.entries()) {
      if (!host.powerManaged || host.state === "failed") continue;
      const step = { workload: -1, from: h, to: -1, source: -1 };
      if (!this.#state.isOn(h)) yield { kind: "bootHost", ...step };
      else if (this.#state.present(h).length === 0) yield { kind: "shutdownHost", ...step };
    }
  }

  * #stepsOf(w: number, on: readonly number[]): Generator<Step> {
    const index = this.#index;
    const workload = index.workloads[w];
    if (workload === undefined) return;
    const { host, leaving, activity } = this.#state.where(w);
    const at = (kind: Step["kind"], from: number, to = -1, source = -1): Step => ({ kind, workload: w, from, to, source });
    if (host < 0) {
      if (workload.desired !== "removed" && (this.#target[w] ?? -1) >= 0) yield* this.#births(w, on);
      return;
    }
    if (!this.#state.isOn(host)) return;
    if (leaving >= 0) {
      if (activity === "stopped" && workload.desired === "running") yield at("start", host);
      else if (this.#state.isOn(leaving)) yield at("deleteSource", leaving);
      return;
    }
    if (activity === "running") {
      const from = index.hosts[host];
      for (const h of on) {
        const to = index.hosts[h];
        if (h !== host && from !== undefined && to !== undefined && movesLive(index, workload, from, to)) yield at("migrate", host, h);
      }
      if (workload.mayStop || workload.desired !== "running") yield at("stop", host);
      return;
    }
    if (workload.desired === "removed") yield at("remove", host);
    if (workload.desired === "running") yield at("start", host);
    for (const h of on) if (h !== host) yield at("transfer", host, h);
  }

  #sourceOf(w: number): number | undefined {
    const copyOf = this.#index.workloads[w]?.copyOf ?? null;
    return copyOf === null ? undefined : this.#index.workloadIndex.get(copyOf);
  }

  /** Is there something to copy it from? Else it is made by a start. */
  #isCopied(w: number): boolean {
    return (this.#starting[this.#sourceOf(w) ?? -1] ?? -1) >= 0;
  }

  * #births(w: number, on: readonly number[]): Generator<Step> {
    const source = this.#sourceOf(w);
    const from = source === undefined ? -1 : this.#state.hostOf(source);
    for (const to of on) {
      if (source === undefined || !this.#isCopied(w)) yield { kind: "start", workload: w, from: to, to: -1, source: -1 };
      else if (from >= 0 && this.#state.isOn(from) && (this.#state.where(source).activity === "stopped" || this.#index.workloads[source]?.liveMove === true)) {
        yield { kind: "copy", workload: w, from, to, source };
      }
    }
  }
}

function write(at: Int16Array, m: number, { host, leaving, activity }: Whereabouts): void {
  at[m * perWorkload] = host;
  at[m * perWorkload + 1] = leaving;
  at[m * perWorkload + 2] = activity === "running" ? 1 : 0;
}

function read(at: Int16Array, m: number): Whereabouts {
  return {
    host: at[m * perWorkload] ?? -1, arriving: -1, leaving: at[m * perWorkload + 1] ?? -1,
    activity: at[m * perWorkload + 2] === 1 ? "running" : "stopped",
  };
}

function stepsTo(node: Node): readonly Step[] {
  const steps: Step[] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) if (at.step !== null) steps.push(at.step);
  return steps.reverse();
}
