import type { Host } from "../model/fleet.ts";
import { isUsable } from "../model/fleet.ts";
import { compareIds, type HostId, type PolicyId, type WorkloadId } from "../model/ids.ts";
import type { Scenario } from "../model/scenario.ts";
import { currentHosts, indexFleet } from "../model/snapshot.ts";
import { compilePolicies, hostOnMicrosPerHour } from "../policies/index.ts";
import { hourlyBill } from "./assemble.ts";
import type { Conflict, ConflictOptions, Element } from "./conflict.ts";
import { planScenario } from "./plan.ts";

/** What one way out changes. */
export type RelaxationChange =
  | { readonly kind: "drop-workload"; readonly workload: WorkloadId }
  | { readonly kind: "audit-policy"; readonly policy: PolicyId }
  | { readonly kind: "add-host"; readonly like: HostId; readonly host: HostId };

/** One way out of a conflict, tried by planning with it. */
export interface Relaxation {
  readonly change: RelaxationChange;
  readonly words: string;
  /** Does it alone make everything fit, and is there a plan that gets there? False when another conflict remains. */
  readonly enough: boolean;
  /** What the hourly bill would be above the bill of now, micro-units; null when it is not enough. */
  readonly priceMicrosPerHour: number | null;
}

/** Demands of one conflict that are tried without; those of the lowest priority. */
const demandsMax = 6;
/** Moves that the search behind one price may try. */
const iterationsMax = 200_000;

/** Ways out of a conflict, the cheapest that is enough first. Each is planned on the whole scenario, not only on the conflict. */
export async function relaxations(scenario: Scenario, conflict: Conflict, options: ConflictOptions): Promise<readonly Relaxation[]> {
  const tried: Relaxation[] = [];
  const changes = changesFor(scenario, conflict);
  const index = indexFleet(scenario.fleet);
  const now = hourlyBill(index, currentHosts(index), "now");
  for (const change of changes) {
    if (options.stopped()) break;
    const bill = await billWith(relaxed(scenario, change), options, changes.length);
    tried.push({ change, words: wordsOf(scenario, change), enough: bill !== null, priceMicrosPerHour: bill === null ? null : bill - now });
  }
  return tried.sort((a, b) =>
    Number(b.enough) - Number(a.enough) || (a.priceMicrosPerHour ?? 0) - (b.priceMicrosPerHour ?? 0) || compareIds(a.words, b.words));
}

/** The scenario with one change made. */
export function relaxed(scenario: Scenario, change: RelaxationChange): Scenario {
  const { fleet } = scenario;
  switch (change.kind) {
    case "drop-workload": {
      const workloads = fleet.workloads.map((workload) => (workload.id === change.workload ? { ...workload, desired: "removed" as const } : workload));
      return { ...scenario, fleet: { ...fleet, workloads } };
    }
    case "audit-policy": {
      const policies = scenario.policies.map((policy) => (policy.id === change.policy ? { ...policy, strength: "audit" as const } : policy));
      return { ...scenario, policies };
    }
    case "add-host": {
      const more = fleet.hosts.filter(({ id }) => id === change.like).map((host) => ({ ...host, id: change.host, state: "on" as const }));
      return { ...scenario, fleet: { ...fleet, hosts: [...fleet.hosts, ...more].sort((a, b) => compareIds(a.id, b.id)) } };
    }
  }
}

function changesFor(scenario: Scenario, { elements }: Conflict): readonly RelaxationChange[] {
  const roomIsShort = elements.some((element) => element.kind === "policy" && element.policy === "built-in/capacity");
  return [
    ...elements.flatMap((element) => policyChange(scenario, element)),
    ...droppable(scenario, elements).slice(0, demandsMax).map((workload) => ({ kind: "drop-workload" as const, workload })),
    ...(roomIsShort ? newHosts(scenario) : []),
  ];
}

/** Only policies of the user, and never a ban on delocalised placement: that is not relaxed for anything. */
function policyChange({ policies }: Scenario, element: Element): readonly RelaxationChange[] {
  const policy = element.kind === "policy" ? policies.find(({ id }) => id === element.policy) : undefined;
  return policy === undefined || policy.require.entry === "offsite-ban" ? [] : [{ kind: "audit-policy", policy: policy.id }];
}

/** Those of lower priority first; of equals those that are new, which nobody would miss yet. */
function droppable({ fleet }: Scenario, elements: readonly Element[]): readonly WorkloadId[] {
  const demanded = new Set(elements.flatMap((element) => (element.kind === "demand" ? [element.workload] : [])));
  return fleet.workloads.filter(({ id }) => demanded.has(id))
    .sort((a, b) => a.priority - b.priority || Number(a.host !== null) - Number(b.host !== null) || compareIds(a.id, b.id)).map(({ id }) => id);
}

/** One more host like each kind that the fleet has; of hosts that differ in nothing but id and place one is enough. */
function newHosts({ fleet }: Scenario): readonly RelaxationChange[] {
  const kinds = new Map<string, Host>();
  for (const host of fleet.hosts) {
    const key = JSON.stringify([host.site, host.capacity, host.layers, host.features, host.securityLevel, host.prices]);
    if (isUsable(host) && !kinds.has(key)) kinds.set(key, host);
  }
  const index = indexFleet(fleet);
  return [...kinds.values()]
    .sort((a, b) => hostOnMicrosPerHour(index, a) - hostOnMicrosPerHour(index, b) || compareIds(a.id, b.id)).slice(0, 4)
    .map(({ id }) => ({ kind: "add-host", like: id, host: freeId(index.hostIndex, `${id}-more`) }));
}

function freeId(taken: ReadonlyMap<HostId, number>, wanted: string): HostId {
  let id = wanted as HostId;
  for (let n = 2; taken.has(id); n++) id = `${wanted}-${n}` as HostId;
  return id;
}

function wordsOf({ policies, fleet }: Scenario, change: RelaxationChange): string {
  switch (change.kind) {
    case "drop-workload": return `do without workload ${change.workload}`;
    case "audit-policy": return `relax policy ${change.policy} (${policies.find(({ id }) => id === change.policy)?.title ?? ""}) from must to audit`;
    case "add-host": return `add a host like ${change.like} on site ${fleet.hosts.find(({ id }) => id === change.like)?.site ?? ""}`;
  }
}

/** The hourly bill after a plan that places everything; null when there is no such plan. */
async function billWith(scenario: Scenario, options: ConflictOptions, ways: number): Promise<number | null> {
  const index = indexFleet(scenario.fleet);
  const { constraints, diagnostics } = await compilePolicies(scenario, index);
  if (diagnostics.some(({ severity }) => severity === "error")) return null;
  const plan = await planScenario({
    scenario, index, constraints, mode: "optimise", engine: "auto", seed: options.seed, timeMs: Math.max(500, options.timeMs / ways),
    iterations: iterationsMax, clock: options.clock, stopped: options.stopped, startsAtMs: scenario.asOf === null ? null : Date.parse(scenario.asOf),
  });
  const isWhole = plan.claim.kind !== "infeasible" && plan.unplaced.length === 0 && plan.unreached.length === 0 && plan.levels[0]?.after === 0;
  return isWhole ? plan.hourlyCostAfterMicros : null;
}
