import { Type } from "typebox";
import { domainOf, type Host, type Labels, type Workload } from "../../model/fleet.ts";
import { compareIds, type ApplicationId, type HostId, type ServiceId, type WorkloadId } from "../../model/ids.ts";
import { closed, id, ids, type Written } from "../fields/common.ts";
import type { ChangeContext } from "./change.ts";

const labelValues = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })]), {
  description: "All must match; a list of values means any of them.",
});

/** Hosts that a change is about. */
export const hostChoice = Type.Union([
  ids("Host ids.", 1),
  closed({ labels: labelValues }),
  closed({ domains: labelValues }),
  closed({ everything: Type.Literal(true, { description: "All hosts." }) }),
], { description: "Hosts: a list of ids, { labels: { pool: web } }, { domains: { rack: r1 } } (keys host and site too), or { everything: true }." });

/** Workloads that a change is about. */
export const workloadChoice = Type.Union([
  ids("Workload ids.", 1),
  closed({ labels: labelValues }),
  closed({ service: id("All workloads with an application of this service.") }),
  closed({ application: id("All workloads with this application.") }),
  closed({ everything: Type.Literal(true, { description: "All workloads." }) }),
], { description: "Workloads: a list of ids, { labels: { tier: db } }, { service: shop }, { application: web }, or { everything: true }." });

type HostChoice = Written<typeof hostChoice>;
type WorkloadChoice = Written<typeof workloadChoice>;

/** The hosts chosen, in order of id; null when a mistake was reported. Choosing none is a mistake. */
export function chosenHosts(choice: HostChoice, context: ChangeContext, field = "hosts"): readonly Host[] | null {
  const { draft, check, at } = context;
  const path = [...at, field];
  if (isList(choice)) {
    const found = choice.filter((host, i) => check.exists("host", host, draft.hosts, [...path, i]));
    return found.length < choice.length ? null : pick(draft.hosts, found as HostId[]);
  }
  const all = [...draft.hosts.values()];
  if ("everything" in choice) return someOf(all, "host", context, field);
  const chosen = "labels" in choice
    ? all.filter((host) => matches(choice.labels, (key) => labelOf(host.labels, key)))
    : all.filter((host) => matches(choice.domains, (key) => domainOf(host, key)));
  return someOf(chosen, "host", context, field);
}

/** The workloads chosen, in order of id; null when a mistake was reported. Choosing none is a mistake. */
export function chosenWorkloads(choice: WorkloadChoice, context: ChangeContext, field = "workloads"): readonly Workload[] | null {
  const { draft, check, at } = context;
  const path = [...at, field];
  if (isList(choice)) {
    const found = choice.filter((workload, i) => check.exists("workload", workload, draft.workloads, [...path, i]));
    return found.length < choice.length ? null : pick(draft.workloads, found as WorkloadId[]);
  }
  const all = [...draft.workloads.values()];
  if ("labels" in choice) return someOf(all.filter(({ labels }) => matches(choice.labels, (key) => labelOf(labels, key))), "workload", context, field);
  if ("everything" in choice) return someOf(all, "workload", context, field);
  if ("application" in choice) {
    if (!check.exists("application", choice.application, draft.applications, [...path, "application"])) return null;
    return someOf(all.filter(({ applications }) => applications.includes(choice.application as ApplicationId)), "workload", context, field);
  }
  if (!check.exists("service", choice.service, draft.services, [...path, "service"])) return null;
  return someOf(workloadsOf(choice.service as ServiceId, context), "workload", context, field);
}

/** All workloads with an application of a service, in order of id. */
export function workloadsOf(service: ServiceId, { draft }: ChangeContext): readonly Workload[] {
  const applications = new Set(draft.services.get(service)?.applications);
  return [...draft.workloads.values()].filter((workload) => workload.applications.some((application) => applications.has(application))).sort((a, b) => compareIds(a.id, b.id));
}

function pick<Id extends string, Thing>(things: ReadonlyMap<Id, Thing>, chosen: readonly Id[]): readonly Thing[] {
  return [...new Set(chosen)].sort(compareIds).flatMap((one) => things.get(one) ?? []);
}

function someOf<Thing extends { readonly id: string }>(chosen: readonly Thing[], noun: string, { check, at }: ChangeContext, field: string): readonly Thing[] | null {
  if (chosen.length > 0) return [...chosen].sort((a, b) => compareIds(a.id, b.id));
  check.problem("unknown-reference", [...at, field], () => ({
    message: `${check.subject([...at, field])} chooses no ${noun}; at least one is needed.`, advice: `Correct the choice, or name the ${noun}s by id.`,
  }));
  return null;
}

function matches(wanted: Readonly<Record<string, string | readonly string[]>>, valueOf: (key: string) => string | null): boolean {
  return Object.entries(wanted).every(([key, values]) => {
    const value = valueOf(key);
    return value !== null && (typeof values === "string" ? values === value : values.includes(value));
  });
}

function labelOf(labels: Labels, key: string): string | null {
  return Object.hasOwn(labels, key) ? (labels[key] ?? null) : null;
}

function isList(choice: HostChoice | WorkloadChoice): choice is readonly string[] {
  return Array.isArray(choice);
}
