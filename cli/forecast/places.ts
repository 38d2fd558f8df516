import type { Workload } from "../../model/fleet.ts";
import { compareIds, type ApplicationId, type HostId, type PolicyId, type WorkloadId } from "../../model/ids.ts";
import type { LoadTrace } from "../../model/load.ts";
import { amountOf } from "../../model/resource.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { Purchase, Simulation } from "../../model/simulation.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario } from "../../planner/index.ts";
import { compilePolicies } from "../../policies/index.ts";
import {
  endsWithin, instanceRunway, instancesNeeded, mostConstrainedFirst, RunwayModel, useOfGroups, waysOfInstances,
  type Grid, type Horizon, type InstancePool, type InstanceRunway, type Offer, type Remedy, type Way,
} from "../../simulator/index.ts";
import { instantMs } from "../instant.ts";
import type { GrowthOf } from "./growth.ts";

/** Further instances of an application that are asked about at most. */
const moreMax = 64;

/** When the next typical instance of an application no longer has a place under the policies, and what would help. */
export interface PlacesRunway {
  readonly application: ApplicationId;
  readonly services: readonly string[];
  /** The instance that others are like. */
  readonly like: WorkloadId;
  readonly perInstance: number;
  readonly runway: InstanceRunway;
  readonly ways: readonly Way[];
}

export interface PlacesSettings {
  readonly scenario: Scenario;
  readonly trace: LoadTrace;
  readonly grid: Grid;
  readonly simulation: Simulation;
  readonly resources: readonly string[];
  readonly offers: readonly Offer[];
  readonly growthOf: GrowthOf;
  readonly horizon: Horizon & { readonly days: number };
  readonly seed: number;
  /** Instances that the planner is asked about even when none is needed. */
  readonly leastAsked: number;
}

/** The runway of an application under the rules; null when it has no instance, or no load that instances could share. */
export async function placesRunway(about: PlacesSettings, application: ApplicationId): Promise<PlacesRunway | null> {
  const { scenario, horizon } = about;
  const instances = scenario.fleet.workloads.filter(({ applications, desired }) => desired === "running" && applications.includes(application));
  const like = instances.at(-1);
  if (like === undefined) return null;
  const fits = remembered((more, remedy) => havePlaces(about, like, more, remedy));
  const found: { readonly pool: InstancePool; readonly model: RunwayModel; readonly runway: InstanceRunway }[] = [];
  for (const pool of instancePools(about, application, instances)) {
    const model = new RunwayModel({ ...pool, growthAt: about.growthOf(membersOf(about.trace, application, instances), pool.resource) }, { seed: about.seed });
    const needed = Math.min(moreMax, Math.max(about.leastAsked, instancesNeeded(pool, model, 730)));
    found.push({ pool, model, runway: await instanceRunway({ ...pool, moreMax: needed }, model, (more) => fits(more, null)) });
  }
  const [first] = found.sort((a, b) => mostConstrainedFirst(a.runway, b.runway));
  if (first === undefined) return null;
  const services = scenario.fleet.services.filter(({ applications }) => applications.includes(application)).map(({ id }) => id);
  const needed = Math.min(moreMax, instancesNeeded(first.pool, first.model, horizon.days));
  const ways = endsWithin(first.runway, horizon) ? await waysOfInstances({ ...first, fits }, needed, about.offers, relaxable(scenario), horizon) : [];
  return { application, services, like: like.id, perInstance: first.pool.perInstance, runway: first.runway, ways };
}

/** One for the resource that a service scales it by, else for each that an instance reserves. */
function instancePools({ scenario, trace, grid, resources }: PlacesSettings, application: ApplicationId, instances: readonly Workload[]): readonly InstancePool[] {
  const limits = scenario.fleet.services.flatMap(({ scale }) => scale).filter((limit) => limit.application === application);
  const members = membersOf(trace, application, instances);
  return resources.flatMap((resource): readonly InstancePool[] => {
    const own = limits.filter((limit) => limit.resource === resource).map(({ abovePermille }) => abovePermille);
    const usable = (of: Workload | undefined): number => (amountOf(of?.reservation ?? {}, resource) * Math.min(1000, ...own)) / 1000;
    const perInstance = usable(instances.at(-1));
    if (perInstance === 0 || members.length === 0 || (limits.length > 0 && own.length === 0)) return [];
    const [history] = useOfGroups(trace, resource, grid, [{ name: application, members }]);
    const usableNow = instances.reduce((sum, instance) => sum + usable(instance), 0);
    return history === undefined ? [] : [{ name: application, resource, history, instances: instances.length, usableNow, perInstance, moreMax }];
  });
}

function membersOf(trace: LoadTrace, application: ApplicationId, instances: readonly Workload[]): readonly number[] {
  const ids = new Set(instances.map(({ id }) => id));
  return trace.series.flatMap(({ subject }, i) => (ids.has(subject.workload) && (subject.application ?? application) === application ? [i] : []));
}

/** Musts of the user that might be relaxed; a ban on delocalised placement never is. */
function relaxable({ policies }: Scenario): readonly PolicyId[] {
  return policies.filter(({ enabled, strength, require: { entry } }) => enabled && strength === "must" && entry !== "offsite-ban").map(({ id }) => id);
}

type Asked = (more: number, remedy: Remedy | null) => Promise<boolean>;

function remembered(ask: Asked): Asked {
  const answers = new Map<string, Promise<boolean>>();
  return (more, remedy) => {
    const key = JSON.stringify([more, remedy]);
    const known = answers.get(key) ?? ask(more, remedy);
    answers.set(key, known);
    return known;
  };
}

/** Does the planner find places for so many more instances, with moves of others if need be, and no must broken that was kept? */
async function havePlaces({ scenario, simulation, seed }: PlacesSettings, like: Workload, more: number, remedy: Remedy | null): Promise<boolean> {
  const added = new Set<string>();
  const asked = withInstances(withRemedy(scenario, remedy, simulation), like, more, added);
  const index = indexFleet(asked.fleet);
  const { constraints, diagnostics } = await compilePolicies(asked, index, { lint: false });
  if (diagnostics.some(({ severity }) => severity === "error")) return false;
  const plan = await planScenario({
    scenario: asked, index, constraints, mode: "repair", engine: "search", seed, iterations: simulation.recovery.iterations, timeMs: Number.MAX_SAFE_INTEGER,
    clock: { nowMs: () => 0 }, stopped: () => false, startsAtMs: instantMs(asked.asOf),
  });
  const [musts] = plan.levels;
  return !plan.unplaced.some(({ workload }) => added.has(workload)) && (musts === undefined || musts.after <= musts.before);
}

function withInstances(scenario: Scenario, like: Workload, more: number, added: Set<string>): Scenario {
  const { lostFrom: _lost, ...kept } = like;
  const taken = new Set<string>(scenario.fleet.workloads.map(({ id }) => id));
  const copies: Workload[] = [];
  for (let n = 1; copies.length < more; n++) {
    const id = `${like.id}-more-${n}` as WorkloadId;
    if (taken.has(id)) continue;
    added.add(id);
    copies.push({ ...kept, id, host: null, state: "new", desired: "running", copyOf: null });
  }
  return { ...scenario, fleet: { ...scenario.fleet, workloads: [...scenario.fleet.workloads, ...copies].sort((a, b) => compareIds(a.id, b.id)) } };
}

function withRemedy(scenario: Scenario, remedy: Remedy | null, { forecast, recovery }: Simulation): Scenario {
  const aside = new Set<string>(recovery.setAside);
  if (remedy?.kind === "relax-policy") aside.add(remedy.policy);
  const policies = scenario.policies.map((policy) => (aside.has(policy.id) ? { ...policy, strength: "audit" as const } : policy));
  const purchase = remedy?.kind === "buy" ? forecast.purchases.find(({ name }) => name === remedy.offer) : undefined;
  if (purchase === undefined || remedy?.kind !== "buy") return { ...scenario, policies };
  const hosts = [...scenario.fleet.hosts, ...bought(purchase, remedy.count, scenario)].sort((a, b) => compareIds(a.id, b.id));
  return { ...scenario, policies, fleet: { ...scenario.fleet, hosts } };
}

function bought({ name, host }: Purchase, count: number, { fleet }: Scenario): Scenario["fleet"]["hosts"] {
  const taken = new Set<string>(fleet.hosts.map(({ id }) => id));
  const free = (n: number): string => (taken.has(`${name} ${n}`) ? free(n + count) : `${name} ${n}`);
  return Array.from({ length: count }, (_, i) => ({ ...host, id: free(i + 1) as HostId }));
}
