import { hasOf, needsAfter, overbookPermille, runningOn, wantedStates } from "./needs.ts";
import type { BtrInstance } from "./read.ts";

/**
 * Fewest machines that must leave their node, whatever is done: those that may not stay where they are, and from each
 * node that is still overloaded as many more as its largest needs, counted for the resource that asks for most. Rules
 * about groups and limits over several nodes are left out, so it may be too low and never too high.
 */
export function fewestMoves(instance: BtrInstance): number {
  const { constraints } = instance;
  const wanted = wantedStates(instance);
  const barred = barredFrom(instance);
  const offline = new Set(constraints.flatMap(({ id, nodes }) => (id === "offline" ? nodes : [])));
  const limits = limitsOf(instance);
  let moves = 0;
  for (const [node, vms] of runningOn(instance)) {
    const onward = vms.filter(({ id }) => wanted.get(id) === "running").map(({ id }) => id);
    const staying = onward.filter((vm) => !offline.has(node) && !barred(vm, node));
    const asked = limits.map(({ limitOf, needOf }) => leavers(staying.map(needOf), limitOf(node)));
    moves += onward.length - staying.length + Math.max(0, ...asked);
  }
  return moves;
}

/** How many of these amounts must go until the rest fits, the largest first. */
function leavers(amounts: readonly number[], limit: number): number {
  const falling = [...amounts].sort((a, b) => b - a);
  let excess = falling.reduce((sum, amount) => sum + amount, 0) - limit;
  let count = 0;
  for (; excess > 0 && count < falling.length; count++) excess -= falling[count] ?? 0;
  return count;
}

interface NodeLimit {
  readonly limitOf: (node: number) => number;
  readonly needOf: (vm: number) => number;
}

/** What each node can give of each resource at the end, and how many machines it may run. */
function limitsOf({ resources, constraints }: BtrInstance): readonly NodeLimit[] {
  const overbook = overbookPermille(constraints);
  const least = (wanted: string, resource: string): ReadonlyMap<number, number> => {
    const known = new Map<number, number>();
    for (const { id, resource: of, nodes, amount } of constraints) {
      const [node] = nodes;
      if (id === wanted && of === resource && node !== undefined && nodes.length === 1) known.set(node, Math.min(amount, known.get(node) ?? Infinity));
    }
    return known;
  };
  const counted = least("runningCapacity", "");
  return [
    ...resources.map((resource): NodeLimit => {
      const capped = least("resourceCapacity", resource.id);
      const permille = overbook.get(resource.id);
      return {
        limitOf: (node) => Math.min(Math.floor((hasOf(resource, node) * (permille?.get(node) ?? 1000)) / 1000), capped.get(node) ?? Infinity),
        needOf: needsAfter(resource, constraints),
      };
    }),
    { limitOf: (node) => counted.get(node) ?? Infinity, needOf: () => 1 },
  ];
}

/** Whether a fence or a ban keeps a machine from a node. */
function barredFrom({ constraints }: BtrInstance): (vm: number, node: number) => boolean {
  const rules = new Map<number, { readonly nodes: ReadonlySet<number>; readonly inside: boolean }[]>();
  for (const { id, vms, nodes } of constraints) {
    if (id !== "fence" && id !== "ban") continue;
    const rule = { nodes: new Set(nodes), inside: id === "fence" };
    for (const vm of vms) {
      const known = rules.get(vm);
      if (known === undefined) rules.set(vm, [rule]);
      else known.push(rule);
    }
  }
  return (vm, node) => (rules.get(vm) ?? []).some(({ nodes, inside }) => nodes.has(node) !== inside);
}
