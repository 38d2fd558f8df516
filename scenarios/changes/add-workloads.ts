import { Type } from "typebox";
import type { WorkloadId } from "../../model/ids.ts";
import { workloadOf } from "../defaults.ts";
import { closed, id, labels, whole, type Written } from "../fields/common.ts";
import { workloadSchema, type WorkloadDocument } from "../fields/fleet.ts";
import { counted, listed, type ChangeContext, type ChangeKind } from "./change.ts";
import { freeIds } from "./free-ids.ts";
import { instanceLike } from "./grow-service.ts";

const optional = Type.Optional;

const likeSchema = closed({
  like: id("A workload whose fields the new ones take over; they start from its data when it has some."),
  count: optional(whole("How many. Default 1.", 1, 100_000)),
  idPrefix: optional(id("Ids are idPrefix-1, idPrefix-2, ...; the like workload's id and \"-more\" when absent.")),
  labels: optional(labels("Labels, over those of the like workload.")),
}, "New workloads like one that exists.");

const listSchema = closed({ workloads: Type.Array(workloadSchema, { minItems: 1, description: "The new workloads." }) }, "New workloads, described in full.");

const schema = Type.Union([listSchema, likeSchema], { description: "Workloads arrive." });

/** Workloads arrive: described in full, or like one that exists. */
export const addWorkloads: ChangeKind<Written<typeof schema>> = {
  name: "addWorkloads",
  meaning: "workloads arrive, described in full or like one that exists",
  schema,

  apply(params, context) {
    if ("workloads" in params) return addListed(params.workloads, context);
    const { draft, check, at } = context;
    const { like, count = 1 } = params;
    const pattern = check.exists("workload", like, draft.workloads, [...at, "like"]) ? draft.workloads.get(like as WorkloadId) : undefined;
    if (pattern === undefined) return null;
    const names = freeIds(params.idPrefix ?? `${like}-more`, count, draft.workloads) as readonly WorkloadId[];
    for (const name of names) {
      const made = instanceLike(pattern, name);
      draft.workloads.set(name, { ...made, labels: { ...made.labels, ...params.labels } });
    }
    return `${counted(count, "workload")} like ${like} added: ${listed(names)}`;
  },
};

function addListed(documents: readonly WorkloadDocument[], context: ChangeContext): string | null {
  const added = putWorkloads(documents, [...context.at, "workloads"], context);
  return added ? `${counted(documents.length, "workload")} added: ${listed(documents.map(({ id }) => id))}` : null;
}

/** Puts described workloads into the draft; false when a mistake was reported. */
export function putWorkloads(documents: readonly WorkloadDocument[], path: readonly (string | number)[], { draft, check }: ChangeContext): boolean {
  let good = true;
  const made = documents.map((document, i) => {
    check.amounts(document.reservation, draft, [...path, i, "reservation"]);
    check.amounts(document.expectedUse, draft, [...path, i, "expectedUse"]);
    const workload = workloadOf(document, draft.applications);
    if (draft.workloads.has(workload.id)) {
      good = false;
      check.problem("change-conflict", [...path, i, "id"], () => ({ message: `There is already a workload ${workload.id}.`, advice: "Choose another id." }));
    } else {
      draft.workloads.set(workload.id, workload);
    }
    return workload;
  });
  // Only once all are in: they may be copies of each other.
  made.forEach((workload, i) => check.workload(workload, draft, [...path, i]));
  return good;
}
