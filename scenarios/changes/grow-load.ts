import { Type } from "typebox";
import { closed, permille, type Written } from "../fields/common.ts";
import { counted, type ChangeKind } from "./change.ts";
import { chosenWorkloads, workloadChoice } from "./choice.ts";
import { grown, growthOf, growthWords } from "./growth.ts";

const schema = closed({
  workloads: workloadChoice,
  factorPermille: permille("Reservations and expected use become this part of what they were: 1400 is 40 % more.", 1),
  of: Type.Optional(growthOf),
  resources: Type.Optional(Type.Array(Type.String(), { minItems: 1, description: "Only these resources; all when absent." })),
}, "Workloads need more or less.");

/** Workloads need more or less of all, or of some, resources. */
export const growLoad: ChangeKind<Written<typeof schema>> = {
  name: "growLoad",
  meaning: "workloads need more or less",
  schema,

  apply({ workloads, factorPermille, ...what }, context) {
    const { draft, check, at } = context;
    const { of, resources } = what;
    const names = new Set(draft.resources.map(({ name }) => name));
    const known = (resources ?? []).filter((name, i) => check.exists("resource", name, names, [...at, "resources", i]));
    const chosen = chosenWorkloads(workloads, context);
    if (chosen === null || known.length < (resources ?? []).length) return null;
    for (const workload of chosen) draft.workloads.set(workload.id, grown(workload, factorPermille, what));
    return `${counted(chosen.length, "workload")} at ${factorPermille}/1000 of ${chosen.length === 1 ? "its" : "their"} ${resources === undefined ? growthWords(of) : `${of === undefined ? "" : `${growthWords(of)} of `}${resources.join(", ")}`}`;
  },
};
