import type { Scenario } from "../../model/scenario.ts";
import type { Candidate, Conflict, Explanation, Objection, Relaxation } from "../../planner/index.ts";
import { countWords } from "./diagnostics.ts";
import { decimalsOf, formatDifference, formatMicros, formatPerHour, groupThousands } from "./money.ts";
import type { Paint } from "./paint.ts";
import { fit, renderTable, wrap } from "./table.ts";

interface View {
  readonly paint: Paint;
  readonly columns: number;
}

/** Hosts named one by one unless everything is asked for: those that could take it first, cheapest first. */
const hostsMax = 25;

/** Why a workload is where it is, and what speaks against every other host. */
export function renderExplanation(
  explanation: Explanation, currency: string, view: View & { readonly full: boolean },
): string {
  const { paint, columns } = view;
  const { workload, host, objectionsHere, rulesKept, candidates } = explanation;
  const lines = [paint.bold(host === null ? `${workload} is on no host` : `${workload} is on host ${host}`), ""];
  if (objectionsHere.length > 0) lines.push(paint.red("Broken there"), ...objectionsHere.map((each) => wrap(objectionWords(each), columns, "  ")), "");
  if (host !== null) {
    lines.push("Kept there", ...(rulesKept.length === 0 ? ["  no rule concerns it"] : rulesKept.map((rule) => wrap(rule, columns, "  "))), "");
  }
  const ordered = inOrderOfFitness(candidates);
  const shown = view.full ? ordered : ordered.slice(0, hostsMax);
  lines.push(paint.bold(verdict(candidates, host)), candidateTable(shown, currency, view));
  if (ordered.length > shown.length) lines.push(`  ... and ${countWords(ordered.length - shown.length, "more host", "more hosts")} (--full shows them)`);
  return `${lines.join("\n")}\n`;
}

function verdict(candidates: readonly Candidate[], host: string | null): string {
  const allowed = candidates.filter(({ objections }) => objections.every(({ strength }) => strength !== "must"));
  const cheaper = allowed.filter(({ costDifferenceMicrosPerHour }) => costDifferenceMicrosPerHour < 0);
  const others = host === null ? "hosts" : "other hosts";
  if (allowed.length === 0) return `None of the ${groupThousands(candidates.length)} ${others} is allowed`;
  return `${groupThousands(allowed.length)} of ${groupThousands(candidates.length)} ${others} allowed, ${cheaper.length === 0 ? "none cheaper" : `${groupThousands(cheaper.length)} cheaper`} (everybody else staying)`;
}

function inOrderOfFitness(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates
    .map((candidate, position) => ({ candidate, position }))
    .sort((a, b) => resistance(a.candidate) - resistance(b.candidate) ||
      a.candidate.costDifferenceMicrosPerHour - b.candidate.costDifferenceMicrosPerHour || a.position - b.position)
    .map(({ candidate }) => candidate);
}

/** 0: nothing speaks against it; 1: a should does; 2: a must does. */
function resistance({ objections }: Candidate): number {
  return objections.some(({ strength }) => strength === "must") ? 2 : objections.length > 0 ? 1 : 0;
}

function candidateTable(candidates: readonly Candidate[], currency: string, { paint, columns }: View): string {
  const decimals = Math.max(2, ...candidates.map(({ costDifferenceMicrosPerHour }) => decimalsOf(costDifferenceMicrosPerHour)));
  const idWidth = Math.min(Math.floor(columns / 4), candidates.reduce((width, { host }) => Math.max(width, host.length), 4));
  const rows = candidates.flatMap(({ host, objections, costDifferenceMicrosPerHour: cost }) => {
    const words = objections.length === 0 ? [paint.dim("nothing speaks against it")] : objections.map(objectionWords);
    const room = Math.max(30, columns - idWidth - 24);
    const wrapped = words.flatMap((each) => (objections.length === 0 ? [each] : wrap(each, room, "").split("\n")));
    const forbidden = objections.some(({ strength }) => strength === "must");
    const mark = forbidden ? paint.red("x") : objections.length > 0 ? paint.yellow("!") : paint.green("+");
    return wrapped.map((line, i) => (i === 0 ? [mark, fit(host, idWidth), formatDifference(cost, decimals), line] : ["", "", "", line]));
  });
  return renderTable([{ head: "" }, { head: "host" }, { head: `${currency}/h`, align: "right" }, { head: "what speaks against it" }], rows);
}

function objectionWords({ policy, strength, words }: Objection): string {
  return `${policy}${strength === "should" ? " (should)" : ""}: ${words}`;
}

/** What cannot all be met, and what would help. */
export function renderConflict(
  conflict: Conflict | null, relaxations: readonly Relaxation[], scenario: Scenario, { paint, columns }: View,
): string {
  if (conflict === null) return `${paint.green("No conflict")}: every workload has a place under all musts, or nothing else could be shown.\n`;
  const titles = new Map(scenario.policies.map(({ id, title }) => [id, title]));
  const how = [conflict.proved ? "proved" : "not proved", conflict.minimal ? "minimal: take any one away and the rest can be met" : "perhaps not minimal"].join("; ");
  const elements = conflict.elements.map((element) =>
    element.kind === "policy" ? `rule ${element.policy}${titlePart(titles.get(element.policy))}` : `demand: workload ${element.workload} wants a place`);
  const lines = [paint.red("These cannot all be met") + paint.dim(` (${how})`), ...elements.map((each) => wrap(each, columns, "  ")), ""];
  lines.push(paint.bold("Ways out"), ...relaxations.map((way) => wrap(wayWords(way, scenario.fleet.currency), columns, "  ")));
  if (relaxations.length === 0) lines.push("  none was found");
  return `${lines.join("\n")}\n`;
}

function titlePart(title: string | undefined): string {
  return title === undefined || title === "" ? "" : ` (${title})`;
}

function wayWords({ words, enough, priceMicrosPerHour }: Relaxation, currency: string): string {
  if (!enough || priceMicrosPerHour === null) return `- ${words}: not enough alone`;
  if (priceMicrosPerHour <= 0) return `+ ${words}: enough, and the bill is ${formatMicros(-priceMicrosPerHour)} ${currency}/h below that of now`;
  return `+ ${words}: enough, for ${formatPerHour(priceMicrosPerHour, currency)} more than now`;
}
