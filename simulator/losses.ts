import { domainOf, type Fleet } from "../model/fleet.ts";
import type { Plan } from "../model/plan.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { Loss } from "./failure-sweep.ts";
import type { FailureScope } from "../model/simulation.ts";
import { hostsOf, scopeInWords } from "./failures.ts";
import type { Replan } from "./simulation.ts";
import type { RowMove } from "./what-if.ts";

/** Things that may fail together: each host, each domain of more than one host by key, and pairs of hosts or of domains. */
export interface SweepScopes {
  readonly hosts: boolean;
  /** `rack`, `site`, ... */
  readonly domains: readonly string[];
  readonly pairs: boolean;
  /** Any two domains of these keys. */
  readonly pairsOf?: readonly string[];
}

/** Everything that a sweep tries, each with its hosts, in order of kind and id. */
export function lossScopes(index: FleetIndex, scopes: SweepScopes): readonly { readonly name: string; readonly hosts: readonly number[] }[] {
  const named = (scope: FailureScope): { readonly name: string; readonly hosts: readonly number[] } => ({ name: scopeInWords(scope), hosts: hostsOf(scope, index) });
  const single = index.hosts.map(({ id }) => named({ kind: "host", host: id }));
  const domainsOf = (key: string): readonly ReturnType<typeof named>[] => {
    const values = new Set(index.hosts.flatMap((host) => domainOf(host, key) ?? []));
    return [...values].sort().map((value) => named({ kind: "domain", key, value }));
  };
  const domains = scopes.domains.flatMap((key) => domainsOf(key).filter(({ hosts }) => hosts.length > 1));
  const pairsOfDomains = (scopes.pairsOf ?? []).flatMap((key) => {
    const all = domainsOf(key);
    return all.flatMap((a, n) => all.slice(n + 1).map((b) => ({ name: `${a.name} and ${b.name}`, hosts: [...a.hosts, ...b.hosts].sort((x, y) => x - y) })));
  });
  const pairs = index.hosts.flatMap((a, h) => index.hosts.slice(h + 1).map((b, n) => ({ name: `hosts ${a.id} and ${b.id}`, hosts: [h, h + 1 + n] })));
  return [...(scopes.hosts ? single : []), ...domains, ...(scopes.pairs ? pairs : []), ...pairsOfDomains];
}

/** The fleet once some hosts have failed: what ran there is new, and says from where. */
export function fleetAfterLoss(index: FleetIndex, hosts: readonly number[]): Fleet {
  const lost = new Set(hosts.map((h) => index.hosts[h]?.id));
  return {
    ...index.fleet,
    hosts: index.hosts.map((host) => (lost.has(host.id) ? { ...host, state: "failed" as const } : host)),
    workloads: index.workloads.map((workload) => (workload.host !== null && lost.has(workload.host)
      ? { ...workload, host: null, state: "new" as const, lostFrom: workload.host } : workload)),
  };
}

/** Where the actions of a plan bring workloads; rows are workloads. */
export function movesOfPlan(index: FleetIndex, actions: Plan["actions"]): readonly RowMove[] {
  const places = new Map<number, number>();
  for (const { action } of actions) {
    if (action.kind !== "start" && action.kind !== "migrate") continue;
    const row = index.workloadIndex.get(action.workload);
    const to = index.hostIndex.get(action.kind === "start" ? action.host : action.to);
    if (row !== undefined && to !== undefined) places.set(row, to);
  }
  return [...places].map(([row, to]): RowMove => ({ row, to }));
}

/** Asks the planner what it would do about the loss of some hosts. */
export async function answeredLoss(index: FleetIndex, name: string, hosts: readonly number[], replan: Replan): Promise<Loss> {
  const answer = await replan({ atMs: 0, why: [`${name} failed`], fleet: fleetAfterLoss(index, hosts) });
  return { name, hosts, moves: movesOfPlan(index, answer?.actions ?? []) };
}
