import { hasOf, needsAfter, overbookPermille, usesNow, wantedStates } from "./needs.ts";
import type { BtrConstraint, BtrInstance } from "./read.ts";
import type { TimedAction } from "./timing.ts";

/**
 * Carries timed actions out on the instance itself, with nothing of the planner or its verifier, and says what is wrong.
 * As BtrPlace has it: on its way a machine holds what it used on the node it leaves until the end, and what it will need
 * on the other node from the start; one that stays and needs more gets it once nothing moves any more.
 */
export function faultsOf(instance: BtrInstance, actions: readonly TimedAction[]): readonly string[] {
  const replay = new Replay(instance, actions);
  return replay.run();
}

class Replay {
  readonly #instance: BtrInstance;
  readonly #events: readonly { readonly begins: boolean; readonly action: TimedAction }[];
  /** Nodes on which a machine is now: one, two while it moves, none when it does not run. */
  readonly #on = new Map<number, readonly number[]>();
  readonly #sides: readonly Side[];
  /** Continuous rules by machine. One that is broken from the start need only hold at the end. */
  readonly #rulesOf = new Map<number, BtrConstraint[]>();
  readonly #faults = new Set<string>();

  constructor(instance: BtrInstance, actions: readonly TimedAction[]) {
    this.#instance = instance;
    this.#events = actions.flatMap((action) => [{ begins: true, action }, { begins: false, action }])
      .sort((a, b) => timeOf(a) - timeOf(b) || Number(a.begins) - Number(b.begins));
    const moving = new Set(actions.flatMap(({ vm }) => (vm === null ? [] : [vm])));
    const wanted = wantedStates(instance);
    this.#sides = instance.resources.map((resource) => {
      const after = needsAfter(resource, instance.constraints);
      const overbook = overbookPermille(instance.constraints).get(resource.id);
      return {
        name: resource.id, loads: new Map<number, number>(),
        leaves: (vm) => (moving.has(vm) ? usesNow(resource, vm) : Math.min(usesNow(resource, vm), after(vm))), arrives: after,
        limitOf: (node) => Math.floor((hasOf(resource, node) * (overbook?.get(node) ?? 1000)) / 1000),
      };
    });
    for (const { id, state, node } of instance.vms) {
      const runs = state === "running" && node !== null;
      this.#on.set(id, runs ? [node] : []);
      if (runs) for (const side of this.#sides) side.loads.set(node, (side.loads.get(node) ?? 0) + side.leaves(id));
      if (runs && !moving.has(id) && wanted.get(id) !== "running") this.#faults.add(`vm ${id} should be ${wanted.get(id)} and nothing is done about it`);
    }
    for (const rule of instance.constraints) {
      if (!rule.continuous || this.#isBroken(rule)) continue;
      for (const vm of rule.vms) {
        const known = this.#rulesOf.get(vm);
        if (known === undefined) this.#rulesOf.set(vm, [rule]);
        else known.push(rule);
      }
    }
  }

  run(): readonly string[] {
    for (const event of this.#events) this.#step(event);
    this.#lookAtTheEnd();
    return [...this.#faults];
  }

  #step({ begins, action: { kind, vm, from, to, start, end } }: { begins: boolean; action: TimedAction }): void {
    if (vm === null) return;
    const at = `at ${begins ? start : end} s, ${kind} of vm ${vm}`;
    const known = this.#on.get(vm) ?? [];
    const running = kind === "migrate" || kind === "suspend" || kind === "kill";
    if (begins && running && !(known.length === 1 && known[0] === from) && kind !== "kill") this.#faults.add(`${at}: it is not on node ${from}`);
    if (begins && to !== null && kind !== "carry") {
      this.#on.set(vm, [...known, to]);
      for (const side of this.#sides) {
        const load = (side.loads.get(to) ?? 0) + side.arrives(vm);
        side.loads.set(to, load);
        if (load > side.limitOf(to)) this.#faults.add(`${at}: node ${to} holds ${load} of ${side.limitOf(to)} ${side.name}`);
      }
      for (const rule of this.#rulesOf.get(vm) ?? []) this.#look(rule, at);
    }
    if (!begins && running && from !== null && known.includes(from)) {
      this.#on.set(vm, known.filter((node) => node !== from));
      for (const side of this.#sides) side.loads.set(from, (side.loads.get(from) ?? 0) - side.leaves(vm));
    }
  }

  /** A rule about places, on the way or at the end. */
  #look(rule: BtrConstraint, at: string): void {
    if (this.#isBroken(rule)) this.#faults.add(`${at}: ${rule.id} of vms ${rule.vms.join(", ")} is broken`);
  }

  #isBroken({ id, vms, nodes, parts }: BtrConstraint): boolean {
    const used = vms.flatMap((vm) => this.#on.get(vm) ?? []);
    if (id === "spread") return new Set(used).size < used.length;
    if (id === "gather") return new Set(used).size > 1;
    if (id === "among") return !parts.some((part) => used.every((node) => part.includes(node)));
    if (id === "fence") return used.some((node) => !nodes.includes(node));
    return id === "ban" && used.some((node) => nodes.includes(node));
  }

  #lookAtTheEnd(): void {
    const wanted = wantedStates(this.#instance);
    const sums = this.#sides.map((side) => ({ ...side, loads: new Map<number, number>() }));
    for (const [vm, places] of this.#on) {
      const [node] = places;
      if ((wanted.get(vm) === "running") !== (places.length === 1)) this.#faults.add(`at the end vm ${vm} runs on ${places.length} nodes, but should be ${wanted.get(vm)}`);
      if (node !== undefined) for (const { loads, arrives } of sums) loads.set(node, (loads.get(node) ?? 0) + arrives(vm));
    }
    for (const { loads, limitOf, name } of sums) {
      for (const [node, load] of loads) if (load > limitOf(node)) this.#faults.add(`at the end node ${node} holds ${load} of ${limitOf(node)} ${name}`);
    }
    for (const rule of this.#instance.constraints) {
      this.#look(rule, "at the end");
      if (rule.id === "resourceCapacity") {
        const load = rule.nodes.reduce((sum, node) => sum + (sums.find(({ name }) => name === rule.resource)?.loads.get(node) ?? 0), 0);
        if (load > rule.amount) this.#faults.add(`at the end nodes ${rule.nodes.join(", ")} hold ${load} of ${rule.amount} ${rule.resource}`);
      }
    }
    const offline = new Set(this.#instance.constraints.flatMap(({ id, nodes }) => (id === "offline" ? nodes : [])));
    for (const [vm, places] of this.#on) if (places.some((node) => offline.has(node))) this.#faults.add(`at the end vm ${vm} is on a node that should be off`);
  }
}

/** One resource on the way: what is held where, what a machine gives back and what it takes. */
interface Side {
  readonly name: string;
  readonly loads: Map<number, number>;
  readonly leaves: (vm: number) => number;
  readonly arrives: (vm: number) => number;
  readonly limitOf: (node: number) => number;
}

function timeOf({ begins, action }: { readonly begins: boolean; readonly action: TimedAction }): number {
  return begins ? action.start : action.end;
}
