import { closed, type Written } from "../fields/common.ts";
import { counted, decide, listed, type ChangeKind } from "./change.ts";
import { chosenWorkloads, workloadChoice } from "./choice.ts";

const schema = closed({ workloads: workloadChoice }, "Workloads are given up: the plan stops them and deletes their data.");

/** Workloads are given up: stopped, and their data deleted. One that never had a place is simply gone. */
export const removeWorkloads: ChangeKind<Written<typeof schema>> = {
  name: "removeWorkloads",
  meaning: "workloads are given up: stopped, and their data deleted",
  schema,

  apply({ workloads }, context) {
    const chosen = chosenWorkloads(workloads, context);
    if (chosen === null) return null;
    const { draft } = context;
    for (const workload of chosen) {
      if (!decide(context, `workload ${workload.id}`, "removed", "workloads")) return null;
      if (workload.host === null) draft.workloads.delete(workload.id);
      else draft.workloads.set(workload.id, { ...workload, desired: "removed" });
    }
    const gone = new Set<string>(chosen.map(({ id }) => id));
    const orphan = [...draft.workloads.values()].find(({ copyOf, desired }) => copyOf !== null && gone.has(copyOf) && desired !== "removed");
    if (orphan !== undefined) {
      context.check.problem("change-conflict", [...context.at, "workloads"], () => ({
        message: `removeWorkloads: ${orphan.copyOf} is to be removed, but ${orphan.id} is to be copied from it.`, advice: "Remove the copy too, or keep the original.",
      }));
      return null;
    }
    return `${counted(chosen.length, "workload")} to be removed: ${listed(chosen.map(({ id }) => id))}`;
  },
};
