import type { Approval, Drift } from "../../executor/index.ts";
import { counted } from "../../model/counted.ts";
import type { Plan } from "../../model/plan.ts";
import type { Context } from "../context.ts";
import { actionSymbol, actionWords } from "../render/action.ts";
import { formatDuration } from "../render/duration.ts";
import { wrap } from "../render/text.ts";

const actionsShown = 30;

/** What is about to happen, and who said that it may. */
export function previewOf(plan: Plan, author: string, approvals: readonly Approval[], drift: readonly Drift[], { paint, columns }: Context): string {
  const rest = plan.actions.length - actionsShown;
  const lines = [
    `plan ${plan.digest.slice(0, 12)} of ${author}: ${counted(plan.actions.length, "action")}, about ${formatDuration(plan.makespanMs)}`,
    ...plan.actions.slice(0, actionsShown).map(({ action }) => `  ${actionSymbol(action).padEnd(2)} ${actionWords(action)}`),
    ...(rest > 0 ? [`  ... and ${rest} more`] : []),
    ...approvals.map(({ by, comment, givenAtMs }) => `approved by ${by.name}${by.roles.length === 0 ? "" : ` (${by.roles.join(", ")})`} at ${new Date(givenAtMs).toISOString()}${comment === "" ? "" : `: ${comment}`}`),
    ...drift.map(({ about, believed, found }) => paint.yellow(`drift: ${about} was believed ${believed}, found ${found}; the plan holds all the same`)),
  ];
  return lines.map((line) => `${wrap(line, columns, "", "     ")}\n`).join("");
}
