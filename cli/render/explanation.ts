import type { Scenario } from "../../model/scenario.ts";
import type { Candidate, Conflict, Explanation, Objection, Relaxation } from "../../planner/index.ts";
import { countWords } from "./diagnostics.ts";
import { decimalsOf, formatDifference, formatMicros, formatPerHour, groupThousands } from "./money.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

interface View {
  readonly paint: Paint;
  readonly columns: number;
}

/** Rows of hosts unless everything is asked for: those that could take it first, cheapest first. */
const rowsMax = 25;

/** Why a workload is where it is, and what speaks against every other host. */
export function renderExplanation(
  explanation: Explanation, currency: string, view: View & { readonly full: boolean },
): string {
  const { paint, columns } = view;
  const { workload, host, desired, objectionsHere, rulesKept, candidates } = explanation;
  const lines = [wrap(paint.bold(host === null ? `${workload} is on no host` : `${workload} is on host ${host}`), columns, "")];
  if (desired === "removed") return `${[...lines, "It is not wanted any more; a plan removes it."].join("\n")}\n`;
  lines.push(wrap(verdict(candidates, host), columns, ""), "");
  if (objectionsHere.length > 0) lines.push(paint.red("Broken there"), ...objectionsHere.map((each) => wrap(objectionWords(each), columns, "  ")), "");
  if (host !== null) {
    lines.push(paint.bold("Kept there"), ...(rulesKept.length === 0 ? ["  no rule concerns it"] : rulesKept.map((rule) => wrap(rule, columns, "  "))), "");
  }
  const rows = rowsOf(candidates, workload);
  const shown = view.full ? rows : rows.slice(0, rowsMax);
  if (rows.length > 0) lines.push(paint.bold(host === null ? "Hosts" : "Other hosts"), candidateTable(shown, currency, view));
  const hidden = rows.slice(shown.length).reduce((count, { hosts }) => count + hosts.length, 0);
  if (hidden > 0) lines.push(`  ... and ${countWords(hidden, "more host", "more hosts")} (--full shows them)`);
  const unasked = [...new Set(candidates.flatMap(({ notAsked }) => notAsked))];
  if (unasked.length > 0) {
    const count = candidates.filter(({ notAsked }) => notAsked.length > 0).length;
    lines.push("", wrap(`${unasked.join(", ")} was not asked about ${countWords(count, "host")}: it takes too long for a fleet of this size.`, columns, ""));
  }
  return `${lines.join("\n")}\n`;
}

function verdict(candidates: readonly Candidate[], host: string | null): string {
  const allowed = candidates.filter(({ objections }) => objections.every(({ strength }) => strength !== "must"));
  const cheaper = allowed.filter(({ costDifferenceMicrosPerHour }) => costDifferenceMicrosPerHour < 0);
  const others = `${host === null ? "" : "other "}host${candidates.length === 1 ? "" : "s"}`;
  if (allowed.length === 0) return `None of the ${groupThousands(candidates.length)} ${others} may take it (everybody else staying).`;
  const price = host === null ? "" : cheaper.length === 0 ? ", none cheaper" : `, ${groupThousands(cheaper.length)} cheaper`;
  return `${groupThousands(allowed.length)} of ${groupThousands(candidates.length)} ${others} may take it${price} (everybody else staying).`;
}

/** Hosts against which the same speaks, at the same price. */
interface Row {
  readonly hosts: string[];
  readonly candidate: Candidate;
  readonly words: readonly string[];
}

/** In order of fitness: nothing against, then a should, then a must; then by price. */
function rowsOf(candidates: readonly Candidate[], workload: string): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const candidate of candidates) {
    const words = candidate.objections.map((objection) => withoutHost(objectionWords(objection), candidate.host, workload));
    const key = JSON.stringify([candidate.costDifferenceMicrosPerHour, candidate.objections.map(({ strength }) => strength), words]);
    const known = rows.get(key);
    if (known === undefined) rows.set(key, { hosts: [candidate.host], candidate, words });
    else known.hosts.push(candidate.host);
  }
  return [...rows.values()].map((row) => (row.hosts.length > 1 ? row : { ...row, words: row.candidate.objections.map(objectionWords) }))
    .sort((a, b) => resistance(a.candidate) - resistance(b.candidate) ||
      a.candidate.costDifferenceMicrosPerHour - b.candidate.costDifferenceMicrosPerHour || (a.candidate.host < b.candidate.host ? -1 : 1));
}

/** The same sentence for each host of a row: `w is on h1, outside ...` becomes `w is on it, outside ...`. */
function withoutHost(words: string, host: string, workload: string): string {
  return host === workload ? words : words.split(/(?<=^|[ ,:(])/).map((word) => word.replace(/[,.:)]?\s*$/, "") === host ? word.replace(host, "it") : word).join("");
}

/** 0: nothing speaks against it; 1: a should does; 2: a must does. */
function resistance({ objections }: Candidate): number {
  return objections.some(({ strength }) => strength === "must") ? 2 : objections.length > 0 ? 1 : 0;
}

function candidateTable(rows: readonly Row[], currency: string, { paint, columns }: View): string {
  const decimals = Math.max(2, ...rows.map(({ candidate }) => decimalsOf(candidate.costDifferenceMicrosPerHour)));
  const cells = rows.map(({ hosts, candidate, words }) => [
    [paint.green("+"), paint.yellow("!"), paint.red("x")][resistance(candidate)] ?? "",
    wrap(hosts.join(", "), Math.max(12, Math.floor(columns / 3)), ""),
    formatDifference(candidate.costDifferenceMicrosPerHour, decimals),
    words.length === 0 ? paint.dim("nothing speaks against it") : words.join("\n"),
  ]);
  return renderTable([
    { head: "" }, { head: "host", wraps: 12 }, { head: `${currency}/h`, align: "right" },
    { head: "what speaks against it", wraps: 30, below: true },
  ], cells, columns);
}

function objectionWords({ policy, strength, words }: Objection): string {
  return `${policy}${strength === "should" ? " (should)" : ""}: ${words}`;
}

/** Demands of a conflict named one by one; of more the first, and how many more. */
const demandsMax = 12;

/** What cannot all be met, and what would help. */
export function renderConflict(
  conflict: Conflict | null, relaxations: readonly Relaxation[], scenario: Scenario, { paint, columns }: View,
): string {
  if (conflict === null) return `${wrap(`${paint.green("No conflict")}: every workload has a place under all musts, or nothing else could be shown.`, columns, "")}\n`;
  const titles = new Map(scenario.policies.map(({ id, title }) => [id, title]));
  const how = [conflict.proved ? "proved" : "not proved", conflict.minimal ? "minimal: take any one away and the rest can be met" : "perhaps not minimal"].join("; ");
  const rules = conflict.elements.flatMap((element) => (element.kind === "policy" ? [`rule ${element.policy}${titlePart(titles.get(element.policy))}`] : []));
  const demands = conflict.elements.flatMap((element) => (element.kind === "demand" ? [element.workload] : []));
  const more = demands.length > demandsMax ? ` and ${groupThousands(demands.length - demandsMax)} more (--json names all)` : "";
  const wanted = demands.length === 0 ? [] : [
    `${demands.length === 1 ? "demand: workload" : `demands: ${groupThousands(demands.length)} workloads`} ${demands.slice(0, demandsMax).join(", ")}${more} ${demands.length === 1 ? "wants a place" : "want a place each"}`];
  const lines = [wrap(paint.red("These cannot all be met") + paint.dim(` (${how})`), columns, ""), ...[...rules, ...wanted].map((each) => wrap(each, columns, "  ")), ""];
  lines.push(paint.bold("Ways out"), ...relaxations.map((way) => wrap(wayWords(way, scenario.fleet.currency), columns, "  ")));
  if (relaxations.length === 0) lines.push("  none was found");
  else if (!relaxations.some(({ enough }) => enough)) {
    lines.push("", wrap("None is enough alone: more stands in the way than this conflict. Make one of these changes in an overlay file and ask again for the next.", columns, ""));
  }
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
