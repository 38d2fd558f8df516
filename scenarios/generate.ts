import { Random } from "../model/random.ts";
import { generateHosts, generateSites, type GeneratedHost } from "./generate/hosts.ts";
import type { GenerateOptions } from "./generate/options.ts";
import { Placement } from "./generate/placement.ts";
import { generateRules, headroomPermille } from "./generate/rules.ts";
import { generateServices, generateWorkloads, type GeneratedService, type GeneratedWorkload } from "./generate/services.ts";
import { generateTight } from "./generate/tight.ts";
import type { ScenarioDocument } from "./schema.ts";

/** A fleet of realistic shape with a placement that keeps all its musts, as a scenario document. */
export function generateScenario(options: GenerateOptions): ScenarioDocument {
  if (options.tight === true) return generateTight(options);
  const random = new Random(options.seed);
  const fillPermille = options.fillPermille ?? 600;
  const sites = generateSites(random.split(), siteCount(options));
  const hosts = generateHosts(random.split(), options.hosts, sites);
  const services = generateServices(random.split(), options.workloads, options.hosts);
  const workloads = generateWorkloads(random.split(), services, sizesFor(hosts, fillPermille));
  const workloadsOf = byService(workloads);
  const placement = new Placement(random.split(), hosts, sites, { headroomPermille, fillPermille });
  placeAll(placement, services, workloadsOf);
  switchOffSomeEmpty(hosts, placement);
  const hostById = new Map(hosts.map((host) => [host.id, host]));
  return {
    apiVersion: "stowage/v1",
    name: `generated-${options.seed}`,
    title: `Generated fleet of ${options.hosts} hosts and ${options.workloads} workloads`,
    description: `Made by stowage generate with seed ${options.seed}.`,
    sites: [...sites],
    hosts: [...hosts],
    applications: services.flatMap(({ tiers }) => tiers.map(({ application }) => ({ id: application }))),
    workloads: [...workloads],
    services: services.map(serviceDocument),
    links: sites.slice(1).map(({ id }, s) => ({
      a: sites[0]?.id ?? id, b: id, mbps: 10_000 + 5000 * (s % 3), transferMicrosPerGiB: 8000,
    })),
    policies: [...generateRules(options.policies, { services, workloadsOf, hostById, placement, random: random.split() })],
    ...changesOf(options, sites, hosts),
  };
}

function byService(workloads: readonly GeneratedWorkload[]): ReadonlyMap<string, readonly GeneratedWorkload[]> {
  const groups = new Map<string, GeneratedWorkload[]>();
  for (const workload of workloads) {
    const known = groups.get(workload.labels.service);
    if (known === undefined) groups.set(workload.labels.service, [workload]);
    else known.push(workload);
  }
  return groups;
}

function siteCount({ sites, hosts }: GenerateOptions): number {
  return Math.max(1, Math.min(hosts, sites ?? (hosts < 8 ? 1 : Math.min(8, 2 + Math.floor(hosts / 500)))));
}

/** How much all workloads reserve together, and how much one may at most: a quarter of the smallest host. */
function sizesFor(hosts: readonly GeneratedHost[], fillPermille: number): { memoryMiB: number; largestMiB: number } {
  const usable = hosts.map(({ capacity, reserve }) => capacity.memoryMiB - reserve.memoryMiB);
  const total = usable.reduce((sum, amount) => sum + amount, 0);
  return { memoryMiB: Math.floor((total * fillPermille) / 1000), largestMiB: Math.floor(Math.min(...usable) / 4) };
}

/** Services that must stay in one rack first, while there is room; large services before small ones. */
function placeAll(
  placement: Placement, services: readonly GeneratedService[], workloadsOf: ReadonlyMap<string, readonly GeneratedWorkload[]>,
): void {
  const difficulty = { "one-rack": 0, "one-zone": 1, "apart-from-next": 2, free: 2 } as const;
  const inOrder = services
    .map((service, s) => ({ service, before: services[s - 1] }))
    .sort((a, b) => difficulty[a.service.shape] - difficulty[b.service.shape] || (a.service.id < b.service.id ? -1 : 1));
  for (const { service, before } of inOrder) {
    const apart = before?.shape === "apart-from-next" ? before.id : null;
    placement.place(service, workloadsOf.get(service.id) ?? [], apart);
  }
}

/** A third of the empty hosts that may be switched off are off already. */
function switchOffSomeEmpty(hosts: readonly GeneratedHost[], placement: Placement): void {
  hosts.forEach((host, h) => {
    if (h % 3 === 0 && host.powerManaged && placement.isEmpty(h)) host.state = "off";
  });
}

function serviceDocument({ id, tiers, labels }: GeneratedService): NonNullable<ScenarioDocument["services"]>[number] {
  const needs = { front: ["app", "cache"], app: ["db", "cache"], cache: [], db: [] } as const;
  return {
    id,
    applications: tiers.map(({ application }) => application),
    startOrder: tiers.flatMap((tier) => tiers
      .filter(({ role }) => needs[tier.role].some((needed) => needed === role))
      .map((needed) => ({ application: tier.application, needs: needed.application }))),
    redundancy: tiers
      .filter(({ replicas }) => replicas > 1)
      .map(({ application, replicas }) => ({ application, minInstances: replicas - 1, minHosts: 2 })),
    labels,
  };
}

function changesOf({ change }: GenerateOptions, sites: readonly { id: string }[], hosts: readonly GeneratedHost[]): Partial<ScenarioDocument> {
  const [site] = sites;
  const [host] = hosts;
  if (change === "close-site" && site !== undefined) return { changes: [{ closeSite: { site: site.id } }] };
  if (change === "maintenance" && host !== undefined) return { changes: [{ maintenance: { hosts: [host.id] } }] };
  return {};
}
