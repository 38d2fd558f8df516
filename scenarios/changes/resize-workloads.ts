import { Type } from "typebox";
import { amountOf } from "../../model/resource.ts";
import { amounts, closed, type Written } from "../fields/common.ts";
import { counted, listed, type ChangeKind } from "./change.ts";
import { chosenWorkloads, workloadChoice } from "./choice.ts";

const schema = closed({
  workloads: workloadChoice,
  reservation: Type.Optional(amounts("New reservations; resources that are not named stay as they are.")),
  expectedUse: Type.Optional(amounts("New expected use; resources that are not named stay as they are, but follow a reservation that is lowered below them.")),
}, "Workloads get more or less of some resources.");

/** Workloads get more or less of some resources. */
export const resizeWorkloads: ChangeKind<Written<typeof schema>> = {
  name: "resizeWorkloads",
  meaning: "workloads get more or less of some resources",
  schema,

  apply({ workloads, reservation = {}, expectedUse = {} }, context) {
    const { draft, check, at } = context;
    check.amounts(reservation, draft, [...at, "reservation"]);
    check.amounts(expectedUse, draft, [...at, "expectedUse"]);
    const chosen = chosenWorkloads(workloads, context);
    if (chosen === null) return null;
    for (const workload of chosen) {
      const lowered = Object.entries(reservation).filter(([name, amount]) => {
        const use = amountOf(workload.expectedUse, name);
        return use > amount && use <= amountOf(workload.reservation, name);
      });
      const resized = {
        ...workload, reservation: { ...workload.reservation, ...reservation },
        expectedUse: { ...workload.expectedUse, ...Object.fromEntries(lowered), ...expectedUse },
      };
      check.workload(resized, draft, at);
      draft.workloads.set(workload.id, resized);
    }
    const what = [["", reservation], ["expected use ", expectedUse]] as const;
    const words = what.flatMap(([prefix, map]) => Object.entries(map).map(([name, amount]) => `${prefix}${name} ${amount}`));
    return `${counted(chosen.length, "workload")} resized to ${words.join(", ") || "what they were"}: ${listed(chosen.map(({ id }) => id))}`;
  },
};
