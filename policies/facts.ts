import type { Host, Workload } from "../model/fleet.ts";
import { compareIds, type HostId, type WorkloadId } from "../model/ids.ts";
import type { Fact, Plan, PlannedAction } from "../model/plan.ts";
import type { PolicyDocument } from "../model/policy.ts";
import { addResources, type Resources } from "../model/resource.ts";
import { currentHosts, type FleetIndex } from "../model/snapshot.ts";
import { canonicalJson, sha256 } from "./canonical.ts";
import type { Constraint } from "./constraint.ts";
import { fleetDigest, fleetFact } from "./fleet-fact.ts";
import { verifyPlan } from "./verify.ts";

/** A fact that is not any more what it was when the plan was made. */
export interface StaleFact {
  readonly about: string;
  readonly was: string;
  readonly is: string;
  /** Does the plan fail because of it? */
  readonly matters: boolean;
  readonly why: string;
}

const absent = "absent";

/** The facts that a plan rests on: its workloads, the hosts that it touches and all that is there, and the policies. */
export function basisFacts(index: FleetIndex, actions: readonly PlannedAction[], policies: readonly PolicyDocument[]): readonly Fact[] {
  const workloads = new Set<WorkloadId>();
  const hosts = new Set<HostId>();
  for (const { action } of actions) {
    if ("workload" in action) workloads.add(action.workload);
    if (action.kind === "copy") workloads.add(action.source);
    if ("host" in action) hosts.add(action.host);
    else {
      hosts.add(action.from);
      hosts.add(action.to);
    }
  }
  const present = presentOn(index, hosts);
  const facts = [
    { about: fleetFact, value: fleetDigest(index) },
    ...[...workloads].flatMap((id) => workloadFacts(id, index.workloads[index.workloadIndex.get(id) ?? -1])),
    ...[...hosts].flatMap((id) => hostFacts(id, index.hosts[index.hostIndex.get(id) ?? -1], present.get(id) ?? [])),
    ...policies.map((policy) => ({ about: `policy ${policy.id}`, value: policyDigest(policy) })),
  ];
  return facts.sort((a, b) => compareIds(a.about, b.about));
}

/**
 * Which facts of a plan have changed, and whether the plan still passes the verifier with the facts as they are now.
 * A change matters when the plan fails and a finding names what changed, or no finding can be laid to any one change.
 * Time windows are those of `startsAtMs`; of the instant that the plan was made for unless somebody says another.
 */
export function compareFacts(
  plan: Plan, index: FleetIndex, policies: readonly PolicyDocument[], constraints: readonly Constraint[], startsAtMs: number | null = plan.asOf === null ? null : Date.parse(plan.asOf),
): readonly StaleFact[] {
  const now = new Map(basisFacts(index, plan.actions, policies).map(({ about, value }) => [about, value]));
  const was = new Map(plan.basis.map(({ about, value }) => [about, value]));
  const changed = [...new Set([...was.keys(), ...now.keys()])].sort(compareIds).filter((about) => was.get(about) !== now.get(about));
  if (changed.length === 0) return [];
  const { ok, problems, violations } = verifyPlan({ index, constraints, plan, startsAtMs });
  const findings = [...problems, ...violations.filter(({ before }) => !before).map(({ policy, words }) => `policy ${policy}: ${words}`)];
  const blamed = new Map(changed.map((about) => [about, ok ? undefined : findings.find((finding) => about !== fleetFact && names(finding, about))]));
  const nobody = [...blamed.values()].every((finding) => finding === undefined);
  return changed.map((about) => {
    const finding = blamed.get(about) ?? (nobody && !ok ? findings[0] : undefined);
    return {
      about, was: was.get(about) ?? absent, is: now.get(about) ?? absent, matters: finding !== undefined,
      why: finding ?? (ok ? "The plan passes the verifier with the facts as they are now." : "The plan fails, but for another reason."),
    };
  });
}

/** Does a finding speak of the workload, host or policy that a fact is about? Whole names only: h1 is not in h10. */
function names(finding: string, about: string): boolean {
  const name = about.split(" ")[1] ?? "";
  return finding.split(/[\s,;:()]+/).some((word) => word === name || word === `${name}.`);
}

function workloadFacts(id: WorkloadId, workload: Workload | undefined): readonly Fact[] {
  const fact = (name: string, value: string | undefined): Fact => ({ about: `workload ${id} ${name}`, value: value ?? absent });
  return [
    fact("host", workload === undefined ? undefined : (workload.host ?? "nowhere")),
    fact("state", workload === undefined ? undefined : `${workload.state}, wanted ${workload.desired}`),
    fact("reservation", workload === undefined ? undefined : canonicalJson(workload.reservation)),
  ];
}

function hostFacts(id: HostId, host: Host | undefined, present: readonly Workload[]): readonly Fact[] {
  const fact = (name: string, value: string | undefined): Fact => ({ about: `host ${id} ${name}`, value: value ?? absent });
  const reserved = present.reduce<Resources>((sum, { reservation }) => addResources(sum, reservation), {});
  return [
    fact("state", host?.state),
    fact("capacity", host === undefined ? undefined : canonicalJson({ capacity: host.capacity, reserve: host.reserve, overcommitPermille: host.overcommitPermille })),
    fact("workloads", host === undefined ? undefined : present.map((workload) => workload.id).join(", ")),
    fact("reserved", host === undefined ? undefined : canonicalJson(reserved)),
  ];
}

function presentOn(index: FleetIndex, hosts: ReadonlySet<HostId>): ReadonlyMap<HostId, readonly Workload[]> {
  const present = new Map<HostId, Workload[]>([...hosts].map((id) => [id, []]));
  currentHosts(index).forEach((h, w) => {
    const [host, workload] = [index.hosts[h], index.workloads[w]];
    if (host !== undefined && workload !== undefined) present.get(host.id)?.push(workload);
  });
  return present;
}

/** What a policy demands; its words may be improved without making a plan stale. */
function policyDigest({ id, enabled, select, require, strength, weight, holds, exceptions }: PolicyDocument): string {
  const waived = exceptions.map(({ workloads, hosts, expires }) => ({ workloads, hosts, expires }));
  return sha256(canonicalJson({ id, enabled, select, require, strength, weight, holds, exceptions: waived })).slice(0, 16);
}
