import { Type } from "typebox";
import type { Service, Workload } from "../../model/fleet.ts";
import type { ApplicationId, ServiceId, WorkloadId } from "../../model/ids.ts";
import { closed, id, labels, line, type Written } from "../fields/common.ts";
import { counted, type ChangeContext, type ChangeKind } from "./change.ts";
import { workloadsOf } from "./choice.ts";
import { policyForCopies, type Renamed } from "./copy-policy.ts";
import { instanceLike } from "./grow-service.ts";

const optional = Type.Optional;

const schema = closed({
  service: id("The service to copy."),
  suffix: optional(id("Added to the ids of the copies. Default \"copy\": web-1 becomes web-1-copy.")),
  virtualAddress: optional(line("Network address of the copy; none when absent.")),
  labels: optional(labels("Labels of the copies, over those of the originals; copyOfService is always there.")),
}, "A service is copied with all its workloads; the copies obey the rules of the original.");

/**
 * A service is copied: each of its workloads, and all that runs in them, under ids with a suffix. The copy is a service
 * of its own with the same redundancy, start order and limits; policies that bind the originals by name get a twin
 * that binds the copies, those that bind by label hold for both.
 */
export const copyService: ChangeKind<Written<typeof schema>> = {
  name: "copyService",
  meaning: "a service is copied with all its workloads, under the same rules",
  schema,

  apply(params, context) {
    const { draft, check, at } = context;
    const original = check.exists("service", params.service, draft.services, [...at, "service"]) ? draft.services.get(params.service as ServiceId) : undefined;
    if (original === undefined) return null;
    const suffix = `-${params.suffix ?? "copy"}`;
    const workloads = workloadsOf(original.id, context).filter(({ desired }) => desired !== "removed");
    const applications = [...new Set([...original.applications, ...workloads.flatMap((workload) => workload.applications)])];
    if (isTaken([original.id + suffix], draft.services, "service", context) || isTaken(applications.map((one) => one + suffix), draft.applications, "application", context) ||
      isTaken(workloads.map((one) => one.id + suffix), draft.workloads, "workload", context)) return null;
    for (const one of applications) {
      const found = draft.applications.get(one);
      if (found !== undefined) draft.applications.set(`${one}${suffix}` as ApplicationId, { ...found, id: `${one}${suffix}` as ApplicationId, title: `${found.title} (copy)` });
    }
    const copy = copiedService(original, suffix, params);
    draft.services.set(copy.id, copy);
    for (const workload of workloads) {
      const made = copiedWorkload(workload, suffix, original.id, params.labels ?? {});
      draft.workloads.set(made.id, made);
    }
    const twins = addTwins(original, workloads, applications, suffix, context);
    return `service ${original.id} copied to ${copy.id}: ${counted(workloads.length, "workload")}${twins > 0 ? `, ${counted(twins, "twin")} of policies that name the originals` : ""}`;
  },
};

function isTaken(names: readonly string[], known: { has(id: string): boolean }, noun: string, { check, at }: ChangeContext): boolean {
  const taken = names.find((name) => known.has(name));
  if (taken === undefined) return false;
  check.problem("change-conflict", [...at, "suffix"], () => ({ message: `copyService: there is already ${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun} ${taken}.`, advice: "Choose another suffix." }));
  return true;
}

function copiedService(original: Service, suffix: string, params: Written<typeof schema>): Service {
  const renamed = (one: ApplicationId): ApplicationId => `${one}${suffix}` as ApplicationId;
  return {
    id: `${original.id}${suffix}` as ServiceId,
    title: `${original.title} (copy)`,
    applications: original.applications.map(renamed),
    startOrder: original.startOrder.map(({ application, needs }) => ({ application: renamed(application), needs: renamed(needs) })),
    redundancy: original.redundancy.map((one) => ({ ...one, application: renamed(one.application) })),
    virtualAddress: params.virtualAddress ?? null,
    scale: original.scale.map((one) => ({ ...one, application: renamed(one.application) })),
    labels: { ...original.labels, ...params.labels },
  };
}

function copiedWorkload(workload: Workload, suffix: string, service: ServiceId, more: Readonly<Record<string, string>>): Workload {
  return {
    ...instanceLike(workload, `${workload.id}${suffix}` as WorkloadId),
    desired: workload.desired,
    applications: workload.applications.map((one) => `${one}${suffix}` as ApplicationId),
    replicaGroup: workload.replicaGroup === null ? null : `${workload.replicaGroup}${suffix}`,
    labels: { ...workload.labels, ...more, copyOfService: service },
  };
}

function addTwins(original: Service, workloads: readonly Workload[], applications: readonly ApplicationId[], suffix: string, { draft }: ChangeContext): number {
  const groups = workloads.flatMap(({ replicaGroup }) => (replicaGroup === null ? [] : [replicaGroup]));
  const renamed: Renamed = { suffix, workloads: new Set(workloads.map(({ id }) => id)), services: new Set([original.id]), applications: new Set(applications), replicaGroups: new Set(groups) };
  let count = 0;
  for (const policy of Array.from(draft.policies.values())) {
    const twin = policyForCopies(policy, renamed);
    if (twin === null || draft.policies.has(twin.id)) continue;
    draft.policies.set(twin.id, twin);
    count++;
  }
  return count;
}
