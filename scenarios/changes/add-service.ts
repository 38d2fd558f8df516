import { Type } from "typebox";
import type { ApplicationId } from "../../model/ids.ts";
import { applicationOf, serviceOf } from "../defaults.ts";
import { closed, type Written } from "../fields/common.ts";
import { applicationSchema, serviceSchema, workloadSchema } from "../fields/fleet.ts";
import { putWorkloads } from "./add-workloads.ts";
import { counted, type ChangeKind } from "./change.ts";

const optional = Type.Optional;

const schema = closed({
  service: serviceSchema,
  applications: optional(Type.Array(applicationSchema, { description: "Applications that the fleet does not have yet." })),
  workloads: optional(Type.Array(workloadSchema, { description: "Workloads that run them." })),
}, "A service arrives, with its applications and workloads.");

/** A service arrives, with its applications and the workloads that run them. */
export const addService: ChangeKind<Written<typeof schema>> = {
  name: "addService",
  meaning: "a service arrives, with its applications and workloads",
  schema,

  apply({ service, applications = [], workloads = [] }, context) {
    const { draft, check, at } = context;
    for (const [i, document] of applications.entries()) {
      check.amounts(document.needs, draft, [...at, "applications", i, "needs"]);
      const application = applicationOf(document);
      if (draft.applications.has(application.id)) {
        check.problem("change-conflict", [...at, "applications", i, "id"], () => ({ message: `addService: there is already an application ${application.id}.`, advice: "Choose another id, or leave it out: a service may use applications that exist." }));
        return null;
      }
      draft.applications.set(document.id as ApplicationId, application);
    }
    const made = serviceOf(service);
    if (draft.services.has(made.id)) {
      check.problem("change-conflict", [...at, "service", "id"], () => ({ message: `addService: there is already a service ${made.id}.`, advice: "Choose another id." }));
      return null;
    }
    check.service(made, draft, [...at, "service"]);
    draft.services.set(made.id, made);
    if (!putWorkloads(workloads, [...at, "workloads"], context)) return null;
    return `service ${made.id} added with ${counted(workloads.length, "workload")}`;
  },
};
