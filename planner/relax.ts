import type { Host } from "../model/fleet.ts";
import { compareIds, type HostId } from "../model/ids.ts";
import type { Scenario } from "../model/scenario.ts";
import { isUsable } from "../model/fleet.ts";
import { indexFleet } from "../model/snapshot.ts";
import { compilePolicies, hostOnMicrosPerHour } from "../policies/index.ts";
import { hourlyBill } from "./assemble.ts";
import { buildProblem } from "./build-problem.ts";
import type { Conflict, ConflictOptions, Element } from "./conflict.ts";
import { mustsLevel, unplacedLevel } from "./problem.ts";
import { search } from "./search.ts";

/** One way out of a conflict, tried by planning with it. */
export interface Relaxation {
  readonly words: string;
  /** Does it alone make everything fit? False when another conflict remains. */
  readonly enough: boolean;
  /** What the hourly bill would be above the bill of now, micro-units; null when it is not enough. */
  readonly priceMicrosPerHour: number | null;
}

/** Ways out of a conflict, the cheapest that is enough first. Each is tried on the whole scenario, not only on the conflict. */
export async function relaxations(scenario: Scenario, conflict: Conflict, options: ConflictOptions): Promise<readonly Relaxation[]> {
  const index = indexFleet(scenario.fleet);
  const billNow = hourlyBill(index, index.workloads.map(({ host }) => (host === null ? -1 : (index.hostIndex.get(host) ?? -1))), "now");
  const tried: Relaxation[] = [];
  for (const { words, scenario: relaxed } of proposals(scenario, conflict)) {
    if (options.stopped()) break;
    const bill = await billWithEverythingPlaced(relaxed, options);
    tried.push({ words, enough: bill !== null, priceMicrosPerHour: bill === null ? null : bill - billNow });
  }
  return tried.sort((a, b) =>
    Number(b.enough) - Number(a.enough) || (a.priceMicrosPerHour ?? 0) - (b.priceMicrosPerHour ?? 0) || compareIds(a.words, b.words));
}

function proposals(scenario: Scenario, { elements }: Conflict): readonly { words: string; scenario: Scenario }[] {
  const made = elements.flatMap((element) => proposalsFor(scenario, element));
  const roomIsShort = elements.some((element) => element.kind === "policy" && element.policy === "built-in/capacity");
  return roomIsShort ? [...made, ...newHosts(scenario)] : made;
}

function proposalsFor(scenario: Scenario, element: Element): readonly { words: string; scenario: Scenario }[] {
  if (element.kind === "demand") {
    const workloads = scenario.fleet.workloads.filter(({ id }) => id !== element.workload);
    return [{ words: `do without workload ${element.workload}`, scenario: { ...scenario, fleet: { ...scenario.fleet, workloads } } }];
  }
  const policy = scenario.policies.find(({ id }) => id === element.policy);
  if (policy === undefined) return [];
  const policies = scenario.policies.map((other) => (other === policy ? { ...other, strength: "audit" as const } : other));
  return [{ words: `relax policy ${policy.id} (${policy.title}) from must to audit`, scenario: { ...scenario, policies } }];
}

/** One more host like each kind that the fleet has; of hosts that differ in nothing but id and place one is enough. */
function newHosts(scenario: Scenario): readonly { words: string; scenario: Scenario }[] {
  const kinds = new Map<string, Host>();
  for (const host of scenario.fleet.hosts) {
    const key = JSON.stringify([host.site, host.capacity, host.layers, host.features, host.securityLevel, host.prices]);
    if (isUsable(host) && !kinds.has(key)) kinds.set(key, host);
  }
  const index = indexFleet(scenario.fleet);
  const cheapest = [...kinds.values()]
    .sort((a, b) => hostOnMicrosPerHour(index, a) - hostOnMicrosPerHour(index, b) || compareIds(a.id, b.id)).slice(0, 4);
  return cheapest.map((host) => {
    const id = `${host.id}-more` as HostId;
    const hosts = [...scenario.fleet.hosts, { ...host, id, state: "on" as const }].sort((a, b) => compareIds(a.id, b.id));
    return { words: `add a host like ${host.id} on site ${host.site}`, scenario: { ...scenario, fleet: { ...scenario.fleet, hosts } } };
  });
}

/** The bill once everything wanted is placed under all musts; null when that was not reached. */
async function billWithEverythingPlaced(scenario: Scenario, options: ConflictOptions): Promise<number | null> {
  const index = indexFleet(scenario.fleet);
  const { constraints, diagnostics } = await compilePolicies(scenario, index);
  if (diagnostics.some(({ severity }) => severity === "error")) return null;
  const problem = buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" });
  const { hostOf, score } = search(problem, { ...options, timeMs: Math.min(options.timeMs, 2000), iterations: 200_000 });
  return score[mustsLevel] === 0 && score[unplacedLevel] === 0 ? hourlyBill(index, hostOf, "planned") : null;
}
