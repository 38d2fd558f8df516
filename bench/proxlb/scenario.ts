import type { ScenarioDocument } from "../../scenarios/index.ts";
import type { CaseBalancing, CaseNode, CaseVm, RuleCase } from "./case.ts";

type Workloads = NonNullable<ScenarioDocument["workloads"]>;
type Policies = NonNullable<ScenarioDocument["policies"]>;

/** A node without overcommit of this sort still carries any pressure: it is measured, not promised. */
const wholeMilliPercent = 100_000;
/** Price of touching a VM; the unit in which staying put is weighed against balance. */
const moveMicros = 1_000_000;
const balanceWeight = 100;
const softWeight = 100;
/** How many millionths of load, summed over the nodes, a move must even out to be worth it, by balanciness. */
const gainPpmByBalanciness: Readonly<Record<number, number>> = { 2: 100_000, 3: 50_000, 4: 20_000, 5: 10_000 };

/** The workload that stands for the pressure on a node that none of its VMs causes. */
export function baseLoadId(node: string): string {
  return `base load of ${node}`;
}

/**
 * Rules that hold at the end only, for VMs that trade places directly under a native anti-affinity. The cluster that
 * the cases come from sequences such a swap by itself; ours needs a place to park, or lets the two pass.
 */
export interface Easing {
  /** These may park beside their pins. */
  readonly park: ReadonlySet<string>;
  /** Rules with one of these hold at the end only. */
  readonly pass: ReadonlySet<string>;
}

export const noEasing: Easing = { park: new Set(), pass: new Set() };

/** A rule case as a scenario of ours: VMs that move live and never stop, hosts, policies, and levels of objectives. */
export function scenarioOf(ruleCase: RuleCase, easing: Easing = noEasing): ScenarioDocument {
  const { nodes, vms } = ruleCase;
  const storages = [...new Set([...nodes.flatMap(({ freeStorageMiB }) => [...(freeStorageMiB?.keys() ?? [])]), ...vms.flatMap(({ disksMiB }) => [...disksMiB.keys()])])];
  const ranks = fallbackRanks(ruleCase);
  return {
    apiVersion: "stowage/v1",
    name: "rule-case",
    title: ruleCase.name.slice(0, 200),
    resources: [
      ...storages.map((name) => ({ name: storageResource(name), unit: "MiB", whileMoving: "both" as const, whileStopped: true })),
      ...(["cpu", "memory", "io"] as const).map((sort) => ({ name: pressureResource(sort), unit: "thousandths of a per cent" })),
    ],
    sites: [{ id: "site" }],
    hosts: nodes.map((node, h) => ({
      id: node.name,
      site: "site",
      capacity: {
        cpuMillicores: node.cpuMillicores, memoryMiB: node.memoryMiB,
        cpuPressure: wholeMilliPercent, memoryPressure: wholeMilliPercent, ioPressure: wholeMilliPercent,
        ...Object.fromEntries(storages.map((name) => [storageResource(name), storageCapacity(ruleCase, node, name)])),
      },
      reserve: { cpuMillicores: node.reserveCpuMillicores, memoryMiB: node.reserveMemoryMiB },
      overcommitPermille: { cpuMillicores: ruleCase.balancing.cpuOvercommitPermille },
      layers: { libvirt: "1" },
      state: node.closed ? "maintenance" as const : "on" as const,
      prices: { cpuMicrosPerCoreHour: 100 * (ranks.get(node.name) ?? 0) + h },
    })),
    workloads: [...vms.map((vm) => workloadOf(vm)), ...baseLoads(ruleCase)],
    policies: policiesOf(ruleCase, easing),
    objectives: levelsOf(ruleCase),
    settings: {
      paybackHours: 1, downtimeMicrosPerSecond: 0, moveMicros,
      balance: { of: "expectedUse", dimensions: [balancedLoad(ruleCase.balancing)] },
    },
  };
}

function storageResource(name: string): string {
  return `storage ${name} MiB`;
}

function pressureResource(sort: "cpu" | "memory" | "io"): string {
  return `${sort}Pressure`;
}

/**
 * What is free now and what its VMs already hold there. A storage that a node does not list is not there, unless the
 * node lists none at all: then nobody knows, and it does not limit.
 */
function storageCapacity({ vms }: RuleCase, node: CaseNode, storage: string): number {
  const held = vms.filter((vm) => vm.node === node.name).reduce((sum, { disksMiB }) => sum + (disksMiB.get(storage) ?? 0), 0);
  if (node.freeStorageMiB === null) return vms.reduce((sum, { disksMiB }) => sum + 2 * (disksMiB.get(storage) ?? 0), 0);
  return held + (node.freeStorageMiB.get(storage) ?? 0);
}

function workloadOf(vm: CaseVm): Workloads[number] {
  const disks = [...vm.disksMiB].map(([name, amount]) => [storageResource(name), amount] as const);
  return {
    id: vm.name,
    layer: "libvirt",
    reservation: { cpuMillicores: vm.cpuMillicores, memoryMiB: vm.memoryMiB, ...Object.fromEntries(disks) },
    expectedUse: {
      cpuMillicores: vm.cpuUseMillicores, memoryMiB: vm.memoryMiB,
      cpuPressure: vm.pressure.cpu, memoryPressure: vm.pressure.memory, ioPressure: vm.pressure.io,
      ...Object.fromEntries(disks),
    },
    // Moving an important VM counts as moving a larger one, so that of two equal ones the less important moves.
    dataMiB: disks.reduce((sum, [, amount]) => sum + amount, 0) + Math.max(0, vm.priority - 1) * vm.memoryMiB,
    priority: Math.min(1000, 100 * vm.priority),
    host: vm.node,
  };
}

/** Pressure that a node has without its VMs stays with the node. */
function baseLoads({ nodes, vms }: RuleCase): Workloads {
  return nodes.filter(({ closed }) => !closed).flatMap((node) => {
    const own = (sort: "cpu" | "memory" | "io"): number =>
      Math.max(0, node.pressure[sort] - vms.filter((vm) => vm.node === node.name).reduce((sum, { pressure }) => sum + pressure[sort], 0));
    const expectedUse = { cpuPressure: own("cpu"), memoryPressure: own("memory"), ioPressure: own("io") };
    if (Object.values(expectedUse).every((amount) => amount === 0)) return [];
    return [{ id: baseLoadId(node.name), layer: "libvirt", reservation: {}, expectedUse, host: node.name }];
  });
}

function policiesOf(ruleCase: RuleCase, { park, pass }: Easing): Policies {
  const { together, apart, pins, fixed } = ruleCase.rules;
  const known = new Set(ruleCase.nodes.map(({ name }) => name));
  const unmovable = [...fixed, ...baseLoads(ruleCase).map(({ id }) => id)];
  const { inflowMax, movesAtOnceMax } = ruleCase.balancing;
  return [
    ...together.map(({ name, vms, hard }, i) => ({
      id: `affinity ${i + 1}`, title: name.slice(0, 200), select: { workloads: { ids: [...vms] } },
      require: { gather: { key: "host" } }, strength: strengthOf(hard), weight: softWeight, holds: "at-end" as const,
    })),
    ...apart.map(({ name, vms, hard, always }, i) => ({
      id: `anti-affinity ${i + 1}`, title: name.slice(0, 200), select: { workloads: { ids: [...vms] } },
      require: { spread: { key: "host" } }, strength: strengthOf(hard), weight: softWeight, holds: always && !vms.some((vm) => pass.has(vm)) ? "continuously" as const : "at-end" as const,
    })),
    ...distinctPins(pins, known).map(({ vm, nodes, hard }, i) => ({
      id: `pin ${i + 1}`, title: `${vm} on ${nodes.join(", ")}`.slice(0, 200), select: { workloads: { ids: [vm] } },
      // A pin to nodes that do not exist leaves no host at all.
      require: nodes.length === 0 ? { ban: { hosts: { everything: true as const } } } : { fence: { hosts: { ids: [...nodes] } } },
      strength: strengthOf(hard), weight: softWeight, holds: park.has(vm) ? "at-end" as const : "continuously" as const,
    })),
    ...(unmovable.length === 0 ? [] : [{ id: "fixed", title: "do not move", select: { workloads: { ids: unmovable } }, require: { root: {} } }]),
    {
      id: "pace", title: "moves at once",
      require: { parallelism: { perHostIn: Math.max(1, inflowMax), ...(movesAtOnceMax === null ? {} : { total: Math.max(1, movesAtOnceMax) }) } },
    },
  ];
}

function strengthOf(hard: boolean): "must" | "should" {
  return hard ? "must" : "should";
}

/** Pins with known nodes only, each once: the same pin twice would be a duplicate policy. */
function distinctPins(pins: RuleCase["rules"]["pins"], known: ReadonlySet<string>): RuleCase["rules"]["pins"] {
  const seen = new Set<string>();
  return pins.map(({ vm, nodes, hard }) => ({ vm, hard, nodes: [...new Set(nodes)].filter((node) => known.has(node)) })).filter(({ vm, nodes }) => {
    const key = JSON.stringify([vm, [...nodes].sort()]);
    return !seen.has(key) && seen.add(key).has(key);
  });
}

/** Pins name nodes in order of preference: of equally good placements the one on the earlier named nodes wins. */
function fallbackRanks({ rules }: RuleCase): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const { nodes } of rules.pins) nodes.forEach((node, rank) => ranks.set(node, (ranks.get(node) ?? 0) + rank));
  return ranks;
}

/** Broken shoulds, then balance against the number of moves, then the size of moves, then the preferred hosts. */
function levelsOf(ruleCase: RuleCase): NonNullable<ScenarioDocument["objectives"]> {
  const gainPpm = leastGainPpm(ruleCase);
  const scale = Math.max(1, Object.values(balancedLoad(ruleCase.balancing)).reduce((sum, weight) => sum + weight, 0));
  const moving = { objective: "money" as const, weight: Math.max(1, Math.round(((gainPpm ?? 1) * balanceWeight * scale) / moveMicros)) };
  const balance = { objective: "balance" as const, weight: balanceWeight };
  return [
    { terms: [{ objective: "shoulds", weight: 1 }] },
    { terms: gainPpm === null ? [moving] : gainPpm === 0 ? [balance] : [balance, moving] },
    { terms: [{ objective: "moving", weight: 1 }] },
    { terms: [{ objective: "money", weight: 1 }] },
  ];
}

/** What a move must gain; 0 when moves are free, null when nothing is to be balanced at all. */
function leastGainPpm(ruleCase: RuleCase): number | null {
  const { balanciness, balanceWeight: balance, stayWeight, thresholds } = ruleCase.balancing;
  if (balance === 0) return null;
  const now = new Map(ruleCase.vms.map(({ name, node }) => [name, node]));
  const exceeded = [...thresholds].some(([resource, percent]) => loadsPpm(ruleCase, now, { [resource]: 1 }).some((ppm) => ppm > percent * 10_000));
  if (thresholds.size > 0 && !exceeded) return null;
  if (stayWeight === 0) return 0;
  if (stayWeight !== null) return Math.min(1_000_000, Math.round((20_000 * stayWeight) / (balance ?? Math.max(1, balanciness))));
  return gainPpmByBalanciness[balanciness] ?? null;
}

/** The mixture of resources that a case's method balances, as weights by resource. */
export function balancedLoad({ method, mode, weights }: CaseBalancing): Readonly<Record<string, number>> {
  const weight = (key: string): number => Math.round(weights[key] ?? 0);
  const cpu = (factor: number) => ({ cpuMillicores: factor * weight("w_cpu_usage"), cpuPressure: factor * weight("w_cpu_psi") });
  const memory = (factor: number) => ({ memoryMiB: factor * weight("w_mem_usage"), memoryPressure: factor * weight("w_mem_psi") });
  const io = (factor: number) => ({ ioPressure: factor * Math.max(1, weight("w_io_psi")) });
  const chosen: Record<string, number> = method === "global_smart" ? { ...memory(weight("w_global_mem")), ...cpu(weight("w_global_cpu")), ...io(weight("w_global_io")) }
    : method === "cpu_smart" ? cpu(1)
    : method === "memory_smart" ? memory(1)
    : method.startsWith("io") || method === "disk" ? io(1)
    : method === "cpu_psi" || (method === "cpu" && mode === "psi") ? { cpuPressure: 1 }
    : method === "memory_psi" || (method === "memory" && mode === "psi") ? { memoryPressure: 1 }
    : method === "cpu" ? { cpuMillicores: 1 }
    : { memoryMiB: 1 };
  const positive = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value > 0));
  return Object.keys(positive).length === 0 ? { memoryMiB: 1 } : positive;
}

function partPpm(amount: number, of: number): number {
  return of === 0 ? 0 : (amount * 1_000_000) / of;
}

/** The balanced load of each open node under a placement, in millionths of the node. */
export function loadsPpm(
  ruleCase: RuleCase, placement: ReadonlyMap<string, string>, mixture: Readonly<Record<string, number>> = balancedLoad(ruleCase.balancing),
): readonly number[] {
  const bases = new Map(baseLoads(ruleCase).map(({ id, expectedUse }) => [id, expectedUse]));
  return ruleCase.nodes.filter(({ closed }) => !closed).map((node) => {
    const here = ruleCase.vms.filter(({ name }) => placement.get(name) === node.name);
    const sum = (of: (vm: CaseVm) => number): number => here.reduce((total, vm) => total + of(vm), 0);
    const base = bases.get(baseLoadId(node.name)) ?? {};
    const uses: Readonly<Record<string, number>> = {
      cpuMillicores: partPpm(sum((vm) => vm.cpuUseMillicores), node.cpuMillicores),
      memoryMiB: partPpm(sum((vm) => vm.memoryMiB), node.memoryMiB),
      cpuPressure: partPpm(sum((vm) => vm.pressure.cpu) + (base["cpuPressure"] ?? 0), wholeMilliPercent),
      memoryPressure: partPpm(sum((vm) => vm.pressure.memory) + (base["memoryPressure"] ?? 0), wholeMilliPercent),
      ioPressure: partPpm(sum((vm) => vm.pressure.io) + (base["ioPressure"] ?? 0), wholeMilliPercent),
    };
    return Object.entries(mixture).reduce((total, [name, weight]) => total + weight * (uses[name] ?? 0), 0);
  });
}
