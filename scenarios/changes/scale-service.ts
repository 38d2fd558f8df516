import type { ScaleLimit, Workload } from "../../model/fleet.ts";
import type { ApplicationId, ServiceId, WorkloadId } from "../../model/ids.ts";
import { amountOf } from "../../model/resource.ts";
import { closed, id, type Written } from "../fields/common.ts";
import { counted, listed, type ChangeContext, type ChangeKind } from "./change.ts";
import { freeIds } from "./free-ids.ts";
import { instanceLike } from "./grow-service.ts";

const schema = closed({
  service: id("The service whose scale limits are applied."),
}, "A service scales by its own limits: applications above them get more instances.");

/**
 * A service scales by its own limits: an application whose instances are expected to use more of their reservation than
 * the limit gets more instances, as many as bring it back below, and its use is spread over all of them.
 */
export const scaleService: ChangeKind<Written<typeof schema>> = {
  name: "scaleService",
  meaning: "a service scales by its own limits: applications above them get more instances",
  schema,

  apply({ service }, context) {
    const { draft, check, at } = context;
    const found = check.exists("service", service, draft.services, [...at, "service"]) ? draft.services.get(service as ServiceId) : undefined;
    if (found === undefined) return null;
    if (found.scale.length === 0) {
      check.problem("missing-key", [...at, "service"], () => ({ message: `scaleService: service ${service} has no scale limits.`, advice: "Give it scale: [{ application: APPLICATION, resource: cpuMillicores, abovePermille: 800, maxInstances: 5 }]." }));
      return null;
    }
    const applications = [...new Set(found.scale.map(({ application }) => application))];
    const words = applications.flatMap((application) => scaleApplication(application, found.scale.filter((limit) => limit.application === application), context));
    return `service ${service} scales: ${words.length === 0 ? "no application is above its limits" : words.join("; ")}`;
  },
};

/** Adds the instances that the limits of one application call for; words, none when they call for nothing. */
function scaleApplication(application: ApplicationId, limits: readonly ScaleLimit[], { draft }: ChangeContext): readonly string[] {
  const instances = [...draft.workloads.values()].filter(({ applications, desired }) => applications.includes(application) && desired === "running");
  const pattern = instances.reduce<Workload | undefined>((first, workload) => (first === undefined || workload.id < first.id ? workload : first), undefined);
  if (pattern === undefined) return [];
  const passed = limits.map((limit) => ({ limit, missing: missingInstances(limit, instances, pattern), used: usedPermille(limit, instances) })).filter(({ missing }) => missing > 0);
  const [worst] = passed.sort((a, b) => b.missing - a.missing);
  if (worst === undefined) return [];
  const most = Math.max(0, Math.min(...limits.map(({ maxInstances }) => maxInstances)) - instances.length);
  const count = Math.min(worst.missing, most);
  const { resource, abovePermille } = worst.limit;
  const names = freeIds(`${pattern.id}-extra`, count, draft.workloads) as readonly WorkloadId[];
  if (count > 0) spreadUse(instances, names.map((name) => instanceLike(pattern, name)), draft.workloads);
  const above = `${application} uses ${worst.used}/1000 of ${resource}, above ${abovePermille}`;
  const more = count === 0 ? "" : `: ${counted(count, "more instance")} (${listed(names)})`;
  return [`${above}${more}${count < worst.missing ? `, ${counted(worst.missing - count, "instance")} too few because of maxInstances` : ""}`];
}

/** How many instances like the pattern are missing until use is no longer above the limit. */
function missingInstances({ resource, abovePermille }: ScaleLimit, instances: readonly Workload[], pattern: Workload): number {
  const [used, promised] = [total(instances, resource, "expectedUse"), total(instances, resource, "reservation")];
  const [excess, relief] = [used * 1000n - BigInt(abovePermille) * promised, BigInt(abovePermille) * BigInt(amountOf(pattern.reservation, resource))];
  return excess <= 0n || relief === 0n ? 0 : Number((excess + relief - 1n) / relief);
}

function usedPermille({ resource }: ScaleLimit, instances: readonly Workload[]): number {
  const promised = total(instances, resource, "reservation");
  return promised === 0n ? 0 : Number((total(instances, resource, "expectedUse") * 1000n) / promised);
}

/** What the old instances used together is used by old and new ones, each in proportion to its reservation, rounded up. */
function spreadUse(old: readonly Workload[], added: readonly Workload[], workloads: Map<WorkloadId, Workload>): void {
  const all = [...old, ...added];
  const resources = [...new Set(old.flatMap(({ expectedUse }) => Object.keys(expectedUse)))].map((name) => (
    { name, used: total(old, name, "expectedUse"), promised: total(all, name, "reservation") }));
  for (const workload of all) {
    const share = ({ name, used, promised }: (typeof resources)[number]): number => promised === 0n ? amountOf(workload.expectedUse, name)
      : Number((used * BigInt(amountOf(workload.reservation, name)) + promised - 1n) / promised);
    workloads.set(workload.id, { ...workload, expectedUse: Object.fromEntries(resources.map((resource) => [resource.name, share(resource)])) });
  }
}

/** Amounts may be as large as whole numbers get, and are multiplied here. */
function total(workloads: readonly Workload[], resource: string, field: "reservation" | "expectedUse"): bigint {
  return workloads.reduce((sum, workload) => sum + BigInt(amountOf(workload[field], resource)), 0n);
}
