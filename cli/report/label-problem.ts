import type { Diagnostic } from "../../model/diagnostic.ts";
import { compareIds } from "../../model/ids.ts";
import { didYouMean } from "../../policies/index.ts";
import { nameIn } from "../../reports/index.ts";
import { usageProblem } from "../failed.ts";
import type { MadeCost } from "./made-cost.ts";
import { groupingOf, type GroupChoice } from "./cost-options.ts";

/** A label that nothing has divides no cost: refused where it was named, told where it is the usual one. */
export function labelProblem({ scenario, cost: { lines, finance } }: MadeCost, choice: GroupChoice): readonly Diagnostic[] {
  const by = groupingOf(choice, finance);
  if (typeof by !== "object" || lines.length === 0 || lines.some((line) => nameIn(line, by) !== null)) return [];
  const known = [...new Set(lines.flatMap(({ labels }) => Object.keys(labels)))].sort(compareIds);
  const message = `Nothing that costs in ${scenario} has a label ${JSON.stringify(by.label)}.`;
  if (choice.label !== null) return [usageProblem(message, didYouMean(by.label, known, "Name a label that workloads, services or hosts have."))];
  const advice = known.length === 0 ? "Give workloads or services that label." : `Name another, e.g. --by team=${known[0] ?? ""}, or set finance.teamLabel; there are ${known.slice(0, 12).join(", ")}.`;
  return [{ ...usageProblem(message, advice), severity: "warning" }];
}
