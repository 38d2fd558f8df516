import type { BtrConstraint, BtrInstance, BtrResource, BtrVm } from "./read.ts";

/** What a constraint of the state of a machine makes of it; as it is when nothing is said. */
export type Wanted = "running" | "sleeping" | "gone" | "nowhere";

/** State that each machine is to have, by number. A machine that is nowhere and not asked for stays nowhere. */
export function wantedStates({ vms, constraints }: BtrInstance): ReadonlyMap<number, Wanted> {
  const wanted = new Map<number, Wanted>(vms.map(({ id, state }) => [id, state === "ready" ? "nowhere" : state]));
  for (const { id, vms: named } of constraints) {
    if (id === "running" || id === "sleeping") for (const vm of named) wanted.set(vm, id);
    if (id === "ready" || id === "killed") for (const vm of named) wanted.set(vm, wanted.get(vm) === "nowhere" ? "nowhere" : "gone");
  }
  return wanted;
}

/** What machines use of a resource once the plan is done: `preserve` says it, else they use what they use now. */
export function needsAfter(resource: BtrResource, constraints: readonly BtrConstraint[]): (vm: number) => number {
  const preserved = new Map<number, number>();
  for (const { id, resource: of, vms, amount } of constraints) {
    if (id !== "preserve" || of !== resource.id) continue;
    for (const vm of vms) preserved.set(vm, Math.max(amount, preserved.get(vm) ?? 0));
  }
  return (vm) => preserved.get(vm) ?? usesNow(resource, vm);
}

export function usesNow({ uses, useElse }: BtrResource, vm: number): number {
  return uses.get(vm) ?? useElse;
}

/** What a node has of a resource, before any overbooking. */
export function hasOf({ capacities, capacityElse }: BtrResource, node: number): number {
  return capacities.get(node) ?? capacityElse;
}

/** Per thousand that may be promised of a resource of a node, for those that have an `overbook`. */
export function overbookPermille(constraints: readonly BtrConstraint[]): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const byResource = new Map<string, Map<number, number>>();
  for (const { id, resource, nodes, ratio } of constraints) {
    if (id !== "overbook") continue;
    const known = byResource.get(resource) ?? new Map<number, number>();
    byResource.set(resource, known);
    for (const node of nodes) known.set(node, Math.min(known.get(node) ?? Infinity, Math.floor(ratio * 1000)));
  }
  return byResource;
}

/** Machines that run now, by node. */
export function runningOn({ vms }: BtrInstance): ReadonlyMap<number, readonly BtrVm[]> {
  const byNode = new Map<number, BtrVm[]>();
  for (const vm of vms) {
    if (vm.state !== "running" || vm.node === null) continue;
    const known = byNode.get(vm.node);
    if (known === undefined) byNode.set(vm.node, [vm]);
    else known.push(vm);
  }
  return byNode;
}
