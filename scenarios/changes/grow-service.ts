import { Type } from "typebox";
import type { Workload } from "../../model/fleet.ts";
import type { ApplicationId, ServiceId, WorkloadId } from "../../model/ids.ts";
import { closed, id, permille, whole, type Written } from "../fields/common.ts";
import { counted, listed, type ChangeContext, type ChangeKind } from "./change.ts";
import { workloadsOf } from "./choice.ts";
import { freeIds } from "./free-ids.ts";
import { grown, growthOf, growthWords } from "./growth.ts";

const optional = Type.Optional;

const schema = closed({
  service: id("The service that grows."),
  factorPermille: optional(permille("Reservations and expected use of its workloads become this part of what they were: 1400 is 40 % more.", 1)),
  of: optional(growthOf),
  extraInstances: optional(whole("So many more instances of each of its applications.", 1, 10_000)),
  applications: optional(Type.Array(Type.String(), { minItems: 1, description: "Only these applications of the service; all when absent." })),
}, "A service grows: its workloads become larger, or more.");

/** A service grows: its workloads become larger, or more of them run, or both. */
export const growService: ChangeKind<Written<typeof schema>> = {
  name: "growService",
  meaning: "a service grows: its workloads become larger, or more",
  schema,

  apply(params, context) {
    const { draft, check, at } = context;
    const { service, factorPermille, extraInstances, of } = params;
    if (!check.exists("service", service, draft.services, [...at, "service"])) return null;
    if (factorPermille === undefined && extraInstances === undefined) {
      check.problem("missing-key", at, () => ({ message: `growService ${service} says neither factorPermille nor extraInstances; one is needed.`, advice: "factorPermille: 1400 is 40 % more load; extraInstances: 2 starts two more of each application." }));
      return null;
    }
    const applications = chosenApplications(params, context);
    if (applications === null) return null;
    const own = workloadsOf(service as ServiceId, context).filter((workload) => workload.applications.some((one) => applications.includes(one)));
    const words: string[] = [];
    if (factorPermille !== undefined) {
      for (const workload of own) draft.workloads.set(workload.id, grown(workload, factorPermille, of === undefined ? {} : { of }));
      words.push(`${counted(own.length, "workload")} at ${factorPermille}/1000 of ${own.length === 1 ? "its" : "their"} ${growthWords(of)}`);
    }
    if (extraInstances !== undefined) {
      const more = extra(applications, extraInstances, context);
      if (more === null) return null;
      words.push(`${counted(more.length, "more instance")} (${listed(more)})`);
    }
    return `service ${service} grows: ${words.join(", ")}`;
  },
};

function chosenApplications({ service, applications }: Written<typeof schema>, { draft, check, at }: ChangeContext): readonly ApplicationId[] | null {
  const own = draft.services.get(service as ServiceId)?.applications ?? [];
  if (applications === undefined) return own;
  const found = applications.filter((one, i) => check.exists("application", one, new Set<string>(own), [...at, "applications", i]));
  return found.length < applications.length ? null : (found as ApplicationId[]);
}

/** More instances, each in the likeness of the first workload (by id) that has the application. */
function extra(applications: readonly ApplicationId[], count: number, { draft, check, at }: ChangeContext): readonly string[] | null {
  const patterns = new Map<WorkloadId, Workload>();
  for (const application of applications) {
    const pattern = [...draft.workloads.values()].filter((workload) => workload.applications.includes(application) && workload.desired === "running")
      .reduce<Workload | null>((first, workload) => (first === null || workload.id < first.id ? workload : first), null);
    if (pattern === null) {
      check.problem("change-conflict", [...at, "extraInstances"], () => ({ message: `growService: no workload runs application ${application}, so there is nothing to make more of.`, advice: "Add the first instance with addWorkloads." }));
      return null;
    }
    patterns.set(pattern.id, pattern);
  }
  return [...patterns.values()].flatMap((pattern) => {
    const names = freeIds(`${pattern.id}-extra`, count, draft.workloads);
    for (const name of names) draft.workloads.set(name as WorkloadId, instanceLike(pattern, name as WorkloadId));
    return names;
  });
}

/** A new instance: it starts from the pattern's data when the pattern has some. */
export function instanceLike(pattern: Workload, id: WorkloadId): Workload {
  const hasData = pattern.host !== null && pattern.dataMiB > 0;
  const { lostFrom: _itsOwn, ...like } = pattern;
  return { ...like, id, host: null, state: "new", desired: "running", copyOf: hasData ? pattern.id : null };
}
