import type { Diagnostic } from "../../model/diagnostic.ts";
import { compareIds } from "../../model/ids.ts";
import { didYouMean } from "../../policies/index.ts";
import { nameIn } from "../../reports/index.ts";
import { usageProblem } from "../failed.ts";
import type { Ready } from "../prepare.ts";
import { countWords } from "../render/diagnostics.ts";
import type { MadeCost } from "./made-cost.ts";
import { groupingOf, type GroupChoice } from "./cost-options.ts";

/** What is to be told beside a report, so that it is not taken for more than it says. */
export function costProblems(ready: Ready, made: MadeCost, choice: GroupChoice): readonly Diagnostic[] {
  return [...labelProblem(made, choice), ...placeless(ready, made), ...nobodyAgreed(made)];
}

/** A label that nothing has divides no cost: refused where it was named, told where it is the usual one. */
function labelProblem({ scenario, cost: { lines, finance } }: MadeCost, choice: GroupChoice): readonly Diagnostic[] {
  const by = groupingOf(choice, finance);
  if (typeof by !== "object" || lines.length === 0 || lines.some((line) => nameIn(line, by) !== null)) return [];
  const known = [...new Set(lines.flatMap(({ labels }) => Object.keys(labels)))].sort(compareIds);
  const message = `Nothing that costs in ${scenario} has a label ${JSON.stringify(by.label)}.`;
  if (choice.label !== null) return [usageProblem(message, didYouMean(by.label, known, "Name a label that workloads, services or hosts have."))];
  const advice = known.length === 0 ? "Give workloads or services that label." : `Name another, e.g. --by team=${known[0] ?? ""}, or set finance.teamLabel; there are ${known.slice(0, 12).join(", ")}.`;
  return [{ ...usageProblem(message, advice), severity: "warning" }];
}

/** Who should run and is nowhere is on no host's bill: that is no saving. */
function placeless({ scenario }: Ready, { cost: { lines } }: MadeCost): readonly Diagnostic[] {
  const charged = new Set<string | null>(lines.map(({ workload }) => workload));
  const ids = scenario.fleet.workloads.filter(({ id, host, desired }) => host === null && desired === "running" && !charged.has(id)).map(({ id }) => id);
  if (ids.length === 0) return [];
  const names = `${ids.slice(0, 5).join(", ")}${ids.length > 5 ? ` and ${ids.length - 5} more` : ""}`;
  return [{ ...usageProblem(`${countWords(ids.length, "workload")} that should run ${ids.length === 1 ? "has" : "have"} no host and ${ids.length === 1 ? "costs" : "cost"} nothing: ${names}.`, "Plan, and cost the plan with --plan."), severity: "warning" }];
}

/** Agreed parts of which there are none leave all of it to nobody. */
function nobodyAgreed({ cost: { finance: { idle, reserve, fixedShares } } }: MadeCost): readonly Diagnostic[] {
  const fixed = [...idle === "fixed" ? ["idle"] : [], ...reserve === "fixed" ? ["reserve"] : []];
  if (fixed.length === 0 || fixedShares.length > 0) return [];
  return [{ ...usageProblem(`By agreed parts nobody pays for ${fixed.join(" and ")}, since finance.fixedShares names nobody.`, "Say there who pays how much, or choose another --share."), severity: "warning" }];
}
