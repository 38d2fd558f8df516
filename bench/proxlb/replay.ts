import type { Action, PlannedAction } from "../../model/plan.ts";
import { baseLoadId, noEasing, type Easing } from "./scenario.ts";
import type { CaseNode, CaseVm, RuleCase } from "./case.ts";

/** What a replay of a plan found; it knows nothing of planner or verifier. */
export interface Replay {
  /** Node of each VM at the end. */
  readonly placement: ReadonlyMap<string, string>;
  /** Overloads and other faults on the way, in words; empty when the path is sound. */
  readonly faults: readonly string[];
}

interface Where {
  node: string;
  arriving: string | null;
}

/**
 * Carries a plan out on the numbers of the case: a VM on its way holds memory and storage on both nodes. Of what
 * ends and what begins at the same moment, what begins first is the hard order unless the plan says otherwise.
 */
export function replay(ruleCase: RuleCase, actions: readonly PlannedAction[], easing: Easing = noEasing): Replay {
  const where = new Map<string, Where>(ruleCase.vms.map(({ name, node }) => [name, { node, arriving: null }]));
  const faults = new Set<string>();
  const before = new Map(excesses(ruleCase, where, easing).map(({ key, amount }) => [key, amount]));
  const look = (when: string): void => {
    for (const { key, amount } of excesses(ruleCase, where, easing)) {
      if (amount > (before.get(key) ?? 0)) faults.add(`${when}: ${key} by ${amount}`);
    }
  };
  for (const { begins, planned } of momentsOf(actions, faults)) {
    const fault = begins ? begin(planned.action, where) : end(planned.action, where);
    if (fault !== null) faults.add(`action ${planned.id}: ${fault}`);
    look(`action ${planned.id}`);
  }
  for (const [vm, { arriving }] of where) if (arriving !== null) faults.add(`${vm} is still on its way at the end`);
  return { placement: new Map([...where].map(([vm, { node }]) => [vm, node])), faults: [...faults] };
}

/** Beginnings and ends of actions in order of time; at one time an end counts first only for an action that waits for it. */
function momentsOf(actions: readonly PlannedAction[], faults: Set<string>): readonly { begins: boolean; planned: PlannedAction }[] {
  const byId = new Map(actions.map((planned) => [planned.id, planned]));
  const open = new Set<PlannedAction>();
  const moments: { begins: boolean; planned: PlannedAction }[] = [];
  const close = (planned: PlannedAction): void => {
    if (open.delete(planned)) moments.push({ begins: false, planned });
  };
  for (const planned of [...actions].sort((a, b) => a.startMs - b.startMs || actions.indexOf(a) - actions.indexOf(b))) {
    for (const done of [...open].filter(({ endMs }) => endMs < planned.startMs).sort((a, b) => a.endMs - b.endMs)) close(done);
    for (const id of planned.after) {
      const needed = byId.get(id);
      if (needed === undefined || needed.endMs > planned.startMs) faults.add(`action ${planned.id} starts before ${id}, which it waits for, has ended`);
      else close(needed);
    }
    open.add(planned);
    moments.push({ begins: true, planned });
  }
  for (const left of [...open].sort((a, b) => a.endMs - b.endMs)) close(left);
  return moments;
}

function begin(action: Action, where: Map<string, Where>): string | null {
  if (action.kind !== "migrate") return null;
  const vm = where.get(action.workload);
  if (vm === undefined) return `moves ${action.workload}, which is no VM of the case`;
  if (vm.node !== action.from || vm.arriving !== null) return `moves ${action.workload} from ${action.from}, but it is on ${vm.node}`;
  vm.arriving = action.to;
  return null;
}

function end(action: Action, where: Map<string, Where>): string | null {
  if (action.kind !== "migrate") return `does ${action.kind}; only moves are allowed to VMs that never stop`;
  const vm = where.get(action.workload);
  if (vm === undefined) return null;
  vm.node = action.to;
  vm.arriving = null;
  return null;
}

/** Everything that is more than allowed at one moment; also what may not be on the way. */
function excesses(ruleCase: RuleCase, where: ReadonlyMap<string, Where>, easing: Easing): readonly { key: string; amount: number }[] {
  return [...ruleCase.nodes.flatMap((node) => overloads(ruleCase, node, where)), ...forbiddenMoves(ruleCase, where, easing)].filter(({ amount }) => amount > 0);
}

function sum(vms: readonly CaseVm[], of: (vm: CaseVm) => number): number {
  return vms.reduce((total, vm) => total + of(vm), 0);
}

function overloads(ruleCase: RuleCase, node: CaseNode, where: ReadonlyMap<string, Where>): { key: string; amount: number }[] {
  const present = ruleCase.vms.filter(({ name }) => where.get(name)?.node === node.name || where.get(name)?.arriving === node.name);
  const running = present.filter(({ name }) => where.get(name)?.node === node.name);
  const arriving = present.filter(({ name }) => where.get(name)?.arriving === node.name);
  const { balancing } = ruleCase;
  const cpuLimit = Math.floor(((node.cpuMillicores - node.reserveCpuMillicores) * balancing.cpuOvercommitPermille) / 1000);
  const storages = [...(node.freeStorageMiB ?? [])].map(([name, free]) => {
    const held = sum(ruleCase.vms.filter((vm) => vm.node === node.name), ({ disksMiB }) => disksMiB.get(name) ?? 0);
    return { key: `${name} of ${node.name} is over`, amount: sum(present, ({ disksMiB }) => disksMiB.get(name) ?? 0) - held - free };
  });
  return [
    { key: `memory of ${node.name} is over`, amount: sum(present, ({ memoryMiB }) => memoryMiB) - (node.memoryMiB - node.reserveMemoryMiB) },
    { key: `cpu of ${node.name} is over`, amount: sum(running, ({ cpuMillicores }) => cpuMillicores) - cpuLimit },
    ...storages,
    { key: `${node.name} takes in too many VMs at once`, amount: arriving.length - Math.max(1, balancing.inflowMax) },
    { key: `${node.name} is closed but VMs arrive`, amount: node.closed ? arriving.length : 0 },
  ];
}

function forbiddenMoves({ rules, balancing }: RuleCase, where: ReadonlyMap<string, Where>, { park, pass }: Easing): { key: string; amount: number }[] {
  const places = (vm: string): readonly string[] => [where.get(vm)?.node, where.get(vm)?.arriving].filter((node): node is string => typeof node === "string");
  const underWay = [...where.values()].filter(({ arriving }) => arriving !== null).length;
  return [
    ...rules.apart.filter(({ vms, hard, always }) => hard && always && !vms.some((vm) => pass.has(vm))).map(({ name, vms }) => {
      const counts = new Map<string, number>();
      for (const node of vms.flatMap((vm) => [...new Set(places(vm))])) counts.set(node, (counts.get(node) ?? 0) + 1);
      return { key: `${name} shares a node`, amount: [...counts.values()].reduce((total, count) => total + Math.max(0, count - 1), 0) };
    }),
    ...rules.pins.filter(({ vm, hard }) => hard && !park.has(vm)).map(({ vm, nodes }) => {
      const arriving = where.get(vm)?.arriving ?? null;
      return { key: `${vm} goes to ${arriving}, beside its pin`, amount: arriving === null || nodes.includes(arriving) ? 0 : 1 };
    }),
    ...rules.fixed.map((vm) => ({ key: `${vm} moves but must not`, amount: where.get(vm)?.arriving === null ? 0 : 1 })),
    { key: "too many moves at once", amount: balancing.movesAtOnceMax === null ? 0 : underWay - Math.max(1, balancing.movesAtOnceMax) },
  ];
}

/** Is this workload one that stands for a node's own load? Those are no VMs of the case. */
export function isBaseLoad(ruleCase: RuleCase, workload: string): boolean {
  return ruleCase.nodes.some(({ name }) => baseLoadId(name) === workload);
}
