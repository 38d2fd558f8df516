import type { Fleet, Host, Workload } from "../../model/fleet.ts";
import type { HostId, PolicyId, SiteId, WorkloadId } from "../../model/ids.ts";
import type { PolicyDocument } from "../../model/policy.ts";
import type { Resources } from "../../model/resource.ts";
import { defaultSettings, type Scenario } from "../../model/scenario.ts";
import { hasOf, needsAfter, overbookPermille, wantedStates } from "./needs.ts";
import { InstanceFault, type BtrInstance, type BtrNode, type BtrVm } from "./read.ts";
import { machinesResource, rulesOf, type Names } from "./rules.ts";
import { secondsOf } from "./seconds.ts";

/** An instance as a scenario, and which of its elements the scenario's are. */
export interface BtrScenario {
  readonly scenario: Scenario;
  readonly nodeOf: ReadonlyMap<string, number>;
  readonly vmOf: ReadonlyMap<string, number>;
}

/** Mebibytes that hosts carry in a second, so that a move of n seconds carries n thousand. */
const carriedPerSecondMiB = 1000;
const migrationMbps = 8389;
const siteId = "site" as SiteId;
const layer = "hypervisor";

/**
 * The fleet and the policies that an instance describes: what machines need is what they are to have at the end, so
 * that a node that cannot give it is overloaded now. Moves are live, and few; nothing is paid for.
 */
export function scenarioOf(name: string, instance: BtrInstance): BtrScenario {
  const wanted = wantedStates(instance);
  const workloadIds = new Map<number, WorkloadId>();
  const width = String(Math.max(instance.vms.at(-1)?.id ?? 0, instance.nodes.at(-1)?.id ?? 0)).length;
  for (const { id } of instance.vms) if (wanted.get(id) !== "nowhere") workloadIds.set(id, numbered("vm", id, width) as WorkloadId);
  const hostIds = new Map(instance.nodes.map(({ id }) => [id, numbered("node", id, width) as HostId]));
  const names: Names = { host: (node) => hostIds.get(node) ?? "", workload: (vm) => workloadIds.get(vm) ?? null };
  const { policies, labels, domains } = rulesOf(instance.constraints, names);
  const countsMachines = instance.constraints.some(({ id }) => id === "runningCapacity");
  const states = nodeStates(instance);
  const needs = instance.resources.map((resource) => needsAfter(resource, instance.constraints));
  const overbook = overbookPermille(instance.constraints);
  const amounts = new Amounts([...instance.resources.map(({ id }) => id), ...(countsMachines ? [machinesResource] : [])]);
  const capacityOf = (node: number): Resources =>
    amounts.of([...instance.resources.map((resource) => hasOf(resource, node)), ...(countsMachines ? [instance.vms.length] : [])]);
  const overcommitOf = (node: number): Record<string, number> => Object.fromEntries(
    [...overbook].flatMap(([resource, permille]) => (permille.has(node) ? [[resource, permille.get(node) ?? 1000] as const] : [])));
  const hosts = instance.nodes.map((node): Host => ({
    ...plainHost, id: hostIds.get(node.id) ?? ("" as HostId), domains: domains.get(node.id) ?? {}, capacity: capacityOf(node.id),
    overcommitPermille: overcommitOf(node.id), state: node.online ? "on" : "off", powerManaged: states.managed.has(node.id),
    bootMs: 1000 * secondsOf(instance.nodeSeconds, node.id, "boot"), shutdownMs: 1000 * secondsOf(instance.nodeSeconds, node.id, "shutdown"),
  }));
  const workloads = instance.vms.flatMap((vm): Workload[] => {
    const id = workloadIds.get(vm.id);
    if (id === undefined) return [];
    const reservation = amounts.of([...needs.map((after) => after(vm.id)), ...(countsMachines ? [1] : [])]);
    return [workloadOf(vm, { id, reservation, labels: labels.get(vm.id) ?? {}, wanted: wanted.get(vm.id) ?? "running", host: vm.node === null ? null : (hostIds.get(vm.node) ?? null), instance })];
  });
  const scenario: Scenario = {
    name, title: `BtrPlace instance ${name}`, description: "", asOf: null,
    fleet: fleetOf(instance, countsMachines, hosts, workloads),
    policies: [...policies, ...offPolicy([...states.toSwitchOff].map((node) => names.host(node)))],
    objectives: [{ terms: [{ objective: "moving", weight: 1 }] }], settings: defaultSettings, changes: [],
  };
  return {
    scenario,
    nodeOf: new Map([...hostIds].map(([node, id]) => [id, node])), vmOf: new Map([...workloadIds].map(([vm, id]) => [id, vm])),
  };
}

/** Amounts by resource; equal ones are the same object, because many machines are alike. */
class Amounts {
  readonly #names: readonly string[];
  readonly #known = new Map<string, Resources>();

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  of(amounts: readonly number[]): Resources {
    const key = amounts.join(" ");
    const found = this.#known.get(key) ?? Object.fromEntries(this.#names.map((name, r) => [name, amounts[r] ?? 0]));
    this.#known.set(key, found);
    return found;
  }
}

/** Ids that sort as their numbers do. */
function numbered(sort: string, id: number, width: number): string {
  return `${sort}-${String(id).padStart(width, "0")}`;
}

const plainHost = {
  site: siteId, reserve: {}, layers: { [layer]: "1" }, features: [], cpuVendor: "any", cpuLevel: 0, securityLevel: 0,
  idlePowerWatts: 0, peakPowerWatts: 0, migrationMbps, labels: {},
  prices: { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 },
} as const;

const none: readonly never[] = [];

function workloadOf(
  vm: BtrVm,
  { id, reservation, labels, wanted, host, instance }: Pick<Workload, "id" | "reservation" | "labels" | "host"> & { wanted: string; instance: BtrInstance },
): Workload {
  const seconds = (action: string): number => secondsOf(instance.vmSeconds, vm.id, action);
  // Written out, because tens of thousands of spread objects take a second.
  return {
    id, layer, layerVersion: "", requiredFeatures: none, applications: none, reservation, expectedUse: reservation,
    memoryChangeMiBPerSecond: 0, securityLevel: 0, offsiteBanned: false, replicaGroup: null, priority: 0,
    host, liveMove: true, mayStop: false, copyOf: null, labels,
    // One mebibyte less, because a move counts one for itself.
    dataMiB: carriedPerSecondMiB * seconds("migrate") - 1,
    state: vm.state === "running" ? "running" : vm.state === "sleeping" ? "stopped" : "new",
    desired: wanted === "gone" ? "removed" : wanted === "sleeping" ? "stopped" : "running",
    startMs: 1000 * seconds(vm.state === "sleeping" ? "resume" : "boot"), stopMs: 1000 * seconds(wanted === "sleeping" ? "suspend" : "shutdown"),
  };
}

function fleetOf(instance: BtrInstance, countsMachines: boolean, hosts: readonly Host[], workloads: readonly Workload[]): Fleet {
  const names = [...instance.resources.map(({ id }) => id), ...(countsMachines ? [machinesResource] : [])];
  return {
    currency: "EUR", resources: names.map((name) => ({ name, unit: "units", whileMoving: "both", whileStopped: false })),
    sites: [{ id: siteId, kind: "internal", region: "", electricityMicrosPerKWh: 0, carbonGramsPerKWh: 0, labels: {} }],
    hosts, workloads, applications: [], services: [], links: [],
  };
}

/** Nodes that the plan may switch on or off, and those that it must switch off. */
function nodeStates({ nodes, constraints }: BtrInstance): { managed: ReadonlySet<number>; toSwitchOff: ReadonlySet<number> } {
  const online = new Set(constraints.flatMap(({ id, nodes: named }) => (id === "online" ? named : [])));
  const offline = new Set(constraints.flatMap(({ id, nodes: named }) => (id === "offline" ? named : [])));
  const few = new Set(constraints.flatMap(({ id, nodes: named }) => (id === "maxOnline" ? named : [])));
  const mustBoot = nodes.find((node) => !node.online && online.has(node.id));
  if (mustBoot !== undefined) throw new InstanceFault(`node ${mustBoot.id} is off and online asks for it; a host is switched on only for a machine, so this is not supported`);
  const mayChange = ({ id, online: isOn }: BtrNode): boolean => (isOn ? offline.has(id) || (few.has(id) && !online.has(id)) : !offline.has(id));
  return {
    managed: new Set(nodes.filter(mayChange).map(({ id }) => id)),
    toSwitchOff: new Set(nodes.filter(({ id, online: isOn }) => isOn && offline.has(id)).map(({ id }) => id)),
  };
}

function offPolicy(hosts: readonly string[]): readonly PolicyDocument[] {
  if (hosts.length === 0) return [];
  return [{
    id: "offline" as PolicyId, title: "Nodes to be switched off", why: "The instance says so.", enabled: true, select: { hosts: { ids: hosts } },
    require: { entry: "max-online", parameters: { atMost: 0 } }, strength: "must", weight: 1, holds: "at-end", mayBeEmpty: false, exceptions: [], tests: [],
  }];
}
