/**
 * How long one explanation takes once a fleet is loaded, and how long a minimal conflict.
 * npx tsx bench/explain.ts [--hosts 5000] [--workloads 50000] [--conflict-hosts 500] [--seed 1]
 */
import { parseArgs } from "node:util";
import type { Host, Site, Workload } from "../model/fleet.ts";
import type { PolicyId, SiteId, WorkloadId } from "../model/ids.ts";
import type { PolicyDocument } from "../model/policy.ts";
import { Random } from "../model/random.ts";
import type { Scenario } from "../model/scenario.ts";
import { currentHosts, indexFleet } from "../model/snapshot.ts";
import { buildProblem, explainer, findConflict } from "../planner/index.ts";
import { compilePolicies } from "../policies/index.ts";
import { generateScenario, parseScenarioText } from "../scenarios/index.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "5000" },
    workloads: { type: "string", default: "50000" },
    "conflict-hosts": { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
  },
});
const seed = Number(values.seed);

async function fleetOf(hosts: number, workloads: number): Promise<Scenario> {
  const document = generateScenario({ seed, hosts, workloads, policies: 60 });
  const { scenario, diagnostics } = parseScenarioText(JSON.stringify(document), "generated.json");
  if (scenario === null) throw new Error(diagnostics[0]?.message ?? "no scenario");
  return scenario;
}

async function explainAtScale(): Promise<void> {
  const scenario = await fleetOf(Number(values.hosts), Number(values.workloads));
  const index = indexFleet(scenario.fleet);
  const { constraints } = await compilePolicies(scenario, index);
  const problem = buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" });
  const loaded = performance.now();
  const questions = explainer(problem, currentHosts(index));
  const prepared = performance.now() - loaded;
  const random = new Random(seed);
  const used = process.cpuUsage();
  const times = Array.from({ length: 21 }, () => {
    const begin = performance.now();
    questions.explain(random.below(index.workloads.length));
    return performance.now() - begin;
  }).sort((a, b) => a - b);
  const { user, system } = process.cpuUsage(used);
  console.log(
    `explain, ${index.hosts.length} hosts, ${index.workloads.length} workloads: median ${times[10]?.toFixed(0)} ms, ` +
    `slowest ${times[20]?.toFixed(0)} ms of 21, ${((user + system) / 21_000).toFixed(0)} ms of processor each (prepared once in ${prepared.toFixed(0)} ms)`,
  );
}

type Planted = (base: Scenario) => Scenario;

function policy(id: string, select: PolicyDocument["select"], entry: string, parameters: PolicyDocument["require"]["parameters"] = {}): PolicyDocument {
  return {
    id: id as PolicyId, title: id, why: "", enabled: true, select, require: { entry, parameters }, strength: "must", weight: 1,
    holds: null, mayBeEmpty: false, exceptions: [], tests: [],
  };
}

/** New workloads like an ordinary one, without what the generated policies ask of it. */
function newcomers(base: Scenario, count: number, own: (n: number) => Partial<Workload> = () => ({})): readonly Workload[] {
  const [template] = base.fleet.workloads;
  if (template === undefined) throw new Error("the generated fleet is empty");
  return Array.from({ length: count }, (_, n): Workload => ({
    ...template, id: `zz-${String(n).padStart(3, "0")}` as WorkloadId, host: null, state: "new", replicaGroup: null, labels: {},
    layerVersion: "", requiredFeatures: [], securityLevel: 0, offsiteBanned: false, applications: [], ...own(n),
  }));
}

function add(base: Scenario, workloads: readonly Workload[], policies: readonly PolicyDocument[] = []): Scenario {
  return { ...base, fleet: { ...base.fleet, workloads: [...base.fleet.workloads, ...workloads] }, policies: [...base.policies, ...policies] };
}

const idsOf = (things: readonly { readonly id: string }[]): { readonly ids: readonly string[] } => ({ ids: things.map(({ id }) => id) });

/** The first hosts that are in use, offer what an ordinary workload needs, and have the same room. */
function roomiest(base: Scenario, count: number): readonly Host[] {
  const layer = base.fleet.workloads[0]?.layer ?? "";
  const able = base.fleet.hosts.filter(({ state, layers }) => state === "on" && Object.hasOwn(layers, layer));
  return able.filter((host) => able[0] !== undefined && roomOf(host) === roomOf(able[0])).slice(0, count);
}

function roomOf({ capacity, reserve, overcommitPermille }: Host): string {
  return JSON.stringify([capacity, reserve, overcommitPermille]);
}

/** Memory of which so many fit on a host of a kind and not one more. */
function share(hosts: readonly Host[], perHost: number): number {
  const promised = hosts.map(({ capacity, reserve, overcommitPermille }) =>
    (((capacity["memoryMiB"] ?? 0) - (reserve["memoryMiB"] ?? 0)) * (overcommitPermille["memoryMiB"] ?? 1000)) / 1000);
  return Math.floor(Math.min(...promised) / (perHost + 0.5));
}

const planted: Readonly<Record<string, Planted>> = {
  "too big for any host": (base) => add(base, newcomers(base, 1, () => ({ reservation: { memoryMiB: 100_000_000 } }))),
  "fence and capacity": (base) => {
    const hosts = roomiest(base, 2);
    const many = newcomers(base, 12, () => ({ reservation: { memoryMiB: share(hosts, 2) } }));
    return add(base, many, [policy("on-two-hosts", { workloads: idsOf(many) }, "fence", { hosts: idsOf(hosts) })]);
  },
  "spread over too few racks": (base) => {
    const hosts = roomiest(base, 6);
    const racks = new Set(hosts.map(({ domains }) => domains["rack"]));
    const many = newcomers(base, racks.size + 1, () => ({ reservation: { memoryMiB: 64 } }));
    return add(base, many, [
      policy("fenced", { workloads: idsOf(many) }, "fence", { hosts: idsOf(hosts) }),
      policy("one-a-rack", { workloads: idsOf(many) }, "spread", { key: "rack" }),
    ]);
  },
  "gather against spread": (base) => {
    const many = newcomers(base, 4, () => ({ reservation: { memoryMiB: 64 } }));
    return add(base, many, [
      policy("together", { workloads: idsOf(many) }, "gather", { key: "host" }),
      policy("apart", { workloads: idsOf(many.slice(1, 3)) }, "spread", { key: "host" }),
    ]);
  },
  "licence, fence and capacity": (base) => {
    const hosts = roomiest(base, 8);
    const many = newcomers(base, 6, () => ({ reservation: { memoryMiB: share(hosts, 2) } }));
    return add(base, many, [
      policy("licensed", { workloads: idsOf(many) }, "licence", { atMost: 2 }),
      policy("fenced", { workloads: idsOf(many) }, "fence", { hosts: idsOf(hosts) }),
    ]);
  },
  "offsite ban and full internal hosts": (base) => {
    const inside = roomiest(base, 8);
    const isInside = new Set<string>(inside.map(({ id }) => id));
    const away = { ...base.fleet.sites[0], id: "zz-away" as SiteId, kind: "external" as const } as Site;
    const hosts = base.fleet.hosts.map((host) => (isInside.has(host.id) ? host : { ...host, site: away.id }));
    // All but the newcomers may be anywhere.
    const workloads = base.fleet.workloads.map((workload) => ({ ...workload, offsiteBanned: false }));
    const many = newcomers(base, 41, () => ({ offsiteBanned: true, reservation: { memoryMiB: share(inside, 5) } }));
    return { ...base, policies: [], fleet: { ...base.fleet, sites: [...base.fleet.sites, away], hosts, workloads: [...workloads, ...many] } };
  },
  "a host too few on": (base) => add(base, [], [policy("few-on", { hosts: { everything: true } }, "max-online", { atMost: Math.floor(base.fleet.hosts.length / 8) })]),
};

/** Conflicts planted in a large fleet, one after the other. */
async function conflictsAtScale(): Promise<void> {
  const hosts = Number(values["conflict-hosts"]);
  const base = await fleetOf(hosts, hosts * 8);
  const clock = { nowMs: () => performance.now() };
  for (const [name, plant] of Object.entries(planted)) {
    const scenario = plant(base);
    const index = indexFleet(scenario.fleet);
    const { constraints } = await compilePolicies(scenario, index);
    const problem = buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" });
    const [begin, used] = [performance.now(), process.cpuUsage()];
    const conflict = await findConflict(problem, { seed, clock, stopped: () => false, timeMs: 30_000 });
    const seconds = ((performance.now() - begin) / 1000).toFixed(2);
    const { user, system } = process.cpuUsage(used);
    const policies = conflict?.elements.flatMap((element) => (element.kind === "policy" ? [element.policy] : [])) ?? [];
    const demands = (conflict?.elements.length ?? 0) - policies.length;
    const certainty = conflict === null ? "none found"
      : `${policies.join(" + ")} + ${demands} demands, ${conflict.proved ? "proved" : "not proved"}, ${conflict.minimal ? "minimal" : "not minimal"}`;
    console.log(`conflict, ${hosts} hosts, ${index.workloads.length} workloads, ${name}: ${seconds} s (${((user + system) / 1e6).toFixed(2)} s of processor), ${certainty}`);
  }
}

if (values.hosts !== "0") await explainAtScale();
if (values["conflict-hosts"] !== "0") await conflictsAtScale();
process.exit();
