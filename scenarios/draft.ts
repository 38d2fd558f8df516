import type { Application, Fleet, Host, Service, Site, SiteLink, Workload } from "../model/fleet.ts";
import { compareIds, type ApplicationId, type HostId, type PolicyId, type ServiceId, type SiteId, type WorkloadId } from "../model/ids.ts";
import type { PolicyDocument } from "../model/policy.ts";
import type { ResourceKind } from "../model/resource.ts";
import type { ObjectiveLevel } from "../model/scenario.ts";
import type { HostTypeDocument } from "./fields/fleet.ts";

/** A scenario under construction: the one thing that changes write to. */
export interface Draft {
  readonly resources: readonly ResourceKind[];
  readonly hostTypes: ReadonlyMap<string, HostTypeDocument>;
  /** The type that each host was declared with; of hosts that changes add, that of the host they are like. */
  readonly hostTypeOf: Map<HostId, string>;
  readonly sites: Map<SiteId, Site>;
  readonly hosts: Map<HostId, Host>;
  readonly applications: Map<ApplicationId, Application>;
  readonly workloads: Map<WorkloadId, Workload>;
  readonly services: Map<ServiceId, Service>;
  readonly links: SiteLink[];
  readonly policies: Map<PolicyId, PolicyDocument>;
  objectives: readonly ObjectiveLevel[];
  /** What an earlier change has decided, and which one: a later change may not decide otherwise. */
  readonly decided: Map<string, { readonly what: string; readonly by: string }>;
}

/** The fleet of a draft, lists in order of id. */
export function fleetOf(draft: Draft, currency: string): Fleet {
  return {
    currency,
    resources: draft.resources,
    sites: inOrder(draft.sites),
    hosts: inOrder(draft.hosts),
    applications: inOrder(draft.applications),
    workloads: inOrder(draft.workloads),
    services: inOrder(draft.services),
    links: [...draft.links].sort((a, b) => compareIds(a.a, b.a) || compareIds(a.b, b.b)),
  };
}

function inOrder<Thing extends { readonly id: string }>(things: ReadonlyMap<string, Thing>): readonly Thing[] {
  return [...things.values()].sort((a, b) => compareIds(a.id, b.id));
}
