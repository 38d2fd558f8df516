import type { Mode } from "../model/plan.ts";
import { firstObjectiveLevel, mustsLevel, unplacedLevel } from "../planner/index.ts";
import { countWords } from "./render/diagnostics.ts";
import { formatMicros, groupThousands } from "./render/money.ts";
import type { Ready } from "./prepare.ts";

/** The best placement that an engine knows, in words for somebody who waits: `11 of 12 placed, 2 moves, 1,656.03 EUR in 720 h`. */
export function bestWords(score: ArrayLike<number> | null, { scenario, index }: Ready, mode: Mode): string | null {
  if (score === null) return null;
  const words = [placedWords(score[unplacedLevel] ?? 0, index.workloads.filter(({ desired }) => desired !== "removed").map(({ priority }) => priority))];
  const broken = score[mustsLevel] ?? 0;
  if (broken > 0) words.push(`musts broken by ${groupThousands(broken)}`);
  // Repairs and evacuations count moves before the levels of the scenario.
  const countsMoves = mode === "repair" || mode === "evacuate";
  if (countsMoves) words.push(countWords(score[firstObjectiveLevel] ?? 0, "move"));
  const money = scenario.objectives.findIndex(({ terms: [first, ...others] }) => first?.objective === "money" && first.weight === 1 && others.length === 0);
  const value = score[firstObjectiveLevel + (countsMoves ? 1 : 0) + money];
  if (money >= 0 && value !== undefined) words.push(`${hundredths(value)} ${scenario.fleet.currency} in ${scenario.settings.paybackHours} h`);
  return words.join(", ");
}

/** A workload without a place counts 1 and its priority; how many there are is known where all have the same. */
function placedWords(unplaced: number, priorities: readonly number[]): string {
  const all = groupThousands(priorities.length);
  if (unplaced === 0) return `${all} of ${all} placed`;
  const [priority = 0] = priorities;
  return priorities.every((each) => each === priority)
    ? `${groupThousands(priorities.length - unplaced / (1 + priority))} of ${all} placed` : `not all ${all} placed`;
}

/** Nobody reads more decimals of a figure that changes while it is read. */
function hundredths(micros: number): string {
  return formatMicros(Math.round(micros / 10_000) * 10_000);
}
