import { unreachable } from "../../model/assert.ts";
import type { Move, Plan, PlannedAction } from "../../model/plan.ts";
import type { PlanReport } from "../planning.ts";
import { actionSymbol, actionWords, moveSymbol, type Symbol } from "./action.ts";
import { paintedClaim } from "./claim.ts";
import { renderCostChange } from "./cost-change.ts";
import { countWords } from "./diagnostics.ts";
import { formatDuration, formatOffset } from "./duration.ts";
import { decimalsOf, formatChange, formatDifference, formatMicros, formatPerHour, formatPerMonth, groupThousands } from "./money.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { widthOf, wrap } from "./text.ts";
import { brokenBefore, brokenOnTheWay, onTheWay, refusals, verdictLine } from "./verification.ts";

/** How a plan is shown. */
export interface PlanView {
  readonly paint: Paint;
  readonly columns: number;
  /** Everything, however long; otherwise long lists are cut with a count of the rest. */
  readonly full: boolean;
}

/** Below this width the start times of actions stand on lines of their own. */
const columnsForTimes = 80;

/** Rows of a long list that are shown unless everything is asked for. */
const rowsMax = 40;

/** A verified plan for people: the summary first, then moves, actions, costs, and what is still wrong. */
export function renderPlan(report: PlanReport, view: PlanView): string {
  const { plan } = report;
  const sections = [
    renderSummary(report, view),
    ...refusals(report.verification).map(({ title, found, wayOut }) => `${listSection(title, found, view)}${wrap(`-> ${wayOut}`, view.columns, "  ", "     ")}\n`),
    listSection("Changes tried", report.changes.map((change) => `~ ${change}`), view),
    renderUnplaced(plan, view),
    renderMoves(plan, view),
    renderActions(plan, view),
    plan.moves.length === 0 ? "" : renderCostChange(report, view),
    listSection("Musts broken before, and not worse after", brokenBefore(report.verification), view),
    listSection("Shoulds still broken", report.verification.shoulds, view),
    listSection("Audits", report.verification.audits, view),
    listSection(brokenOnTheWay, onTheWay(report.verification), view),
    listSection("Remarks", plan.remarks, view),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function renderSummary({ plan, verification, before, after }: PlanReport, { paint, columns }: PlanView): string {
  const { currency, hourlyCostBeforeMicros: costBefore, hourlyCostAfterMicros: costAfter } = plan;
  const change = costAfter - costBefore;
  const painted = change < 0 ? paint.green : change > 0 ? paint.yellow : paint.dim;
  const percent = formatChange(costBefore, costAfter);
  const rows: [string, string][] = [
    ["claim", paintedClaim(plan, paint)],
    ["bound", boundWords(plan)],
    ["placed", placedWords(plan)],
    ["cost", `${formatPerHour(costBefore, currency)} -> ${formatPerHour(costAfter, currency)}`],
    ["", painted(`${formatDifference(change)} ${currency}/h${percent === "" ? "" : ` (${percent})`}`)],
    ["", `${formatPerMonth(costBefore, currency)} -> ${formatPerMonth(costAfter, currency)} (730 h)`],
    ["hosts on", `${groupThousands(before.hostsOn)} -> ${groupThousands(after.hostsOn)}`],
    ["moves", movesWords(plan)],
    ["verified", verdictLine(verification, paint)],
    ["engine", `${plan.engine}; mode ${plan.mode}, seed ${plan.seed}${plan.asOf === null ? "" : `, as of ${plan.asOf}`}`],
    ["digest", plan.digest],
  ];
  const lines = rows.map(([name, value]) => wrap(value, columns, `  ${paint.dim(name.padEnd(9))} `, " ".repeat(12)));
  return `${paint.bold(wrap(`Plan for ${plan.scenario}`, columns, ""))}\n${lines.join("\n")}\n`;
}

function placedWords(plan: Plan): string {
  const { against } = unplacedOf(plan);
  const kept = against.length === 0 ? "" : `; ${groupThousands(against.length)} of them ${against.length === 1 ? "stays" : "stay"} where a must is broken`;
  return `${groupThousands(plan.placedCount)} of ${countWords(plan.wantedCount, "workload")}${kept}`;
}

/** Those without an allowed place: some have no host at all, the others stay where they are against a must. */
function unplacedOf({ unplaced, target }: Plan): { readonly homeless: Plan["unplaced"]; readonly against: Plan["unplaced"] } {
  const placed = new Set(target.map(({ workload }) => workload));
  return { homeless: unplaced.filter(({ workload }) => !placed.has(workload)), against: unplaced.filter(({ workload }) => placed.has(workload)) };
}

/** The bound of the first level that is not shown to be reached, or that all are. */
function boundWords(plan: Plan): string {
  const open = plan.levels.find(({ after, bound }) => bound === null || after > bound);
  if (open === undefined) return "reached on every level: no plan is better";
  const words = (value: number): string =>
    open.name === "money" ? `${formatMicros(value)} ${plan.currency} over the payback time` : groupThousands(value);
  const reached = `${open.name}: ${words(open.after)} reached`;
  // Where musts could hold if something new were left out, the proof says no more than the claim does.
  if (plan.claim.kind === "infeasible" && open.bound === 0 && open === plan.levels[0]) return `${reached}; none with everything placed is impossible`;
  return open.bound === null ? `${reached}, no bound known` : `${reached}; below ${words(open.bound)} is impossible`;
}

function movesWords(plan: Plan): string {
  if (plan.actions.length === 0) return "none: nothing to do";
  const counts = new Map<string, number>();
  for (const { how } of plan.moves) counts.set(how, (counts.get(how) ?? 0) + 1);
  const kinds = [...counts].map(([how, count]) => `${count} ${how}`).join(", ");
  const detail = kinds === "" ? "" : ` (${kinds})`;
  return `${groupThousands(plan.moves.length)}${detail}, ${countWords(plan.actions.length, "action")}, done in ${formatDuration(plan.makespanMs)}`;
}

function renderMoves({ moves, currency }: Plan, view: PlanView): string {
  if (moves.length === 0) return "";
  const decimals = Math.max(2, ...moves.map(({ gainMicrosPerHour }) => decimalsOf(gainMicrosPerHour)));
  const shown = view.full ? moves : moves.slice(0, rowsMax);
  const rows = shown.map((move) => [
    paintSymbol(moveSymbol(move), view.paint), move.workload, route(move), move.how, gainWords(move, decimals, view.paint), move.reason,
  ]);
  const table = renderTable([
    { head: "" }, { head: "workload" }, { head: "from -> to", wraps: 10 }, { head: "how" },
    { head: `saves ${currency}/h`, align: "right" }, { head: "reason", wraps: 24, below: true },
  ], rows, view.columns);
  return `${view.paint.bold("Moves")}\n${table}\n${rest(moves.length - shown.length)}`;
}

function route({ from, to }: Move): string {
  if (from === null) return `-> ${to ?? ""}`;
  return to === null || to === from ? from : `${from} -> ${to}`;
}

function gainWords({ gainMicrosPerHour }: Move, decimals: number, paint: Paint): string {
  const words = formatDifference(gainMicrosPerHour, decimals);
  return gainMicrosPerHour > 0 ? paint.green(words) : gainMicrosPerHour < 0 ? paint.yellow(words) : paint.dim(words);
}

/** The schedule: one wave for each start time, `*` on the critical path. */
function renderActions({ actions, makespanMs }: Plan, view: PlanView): string {
  if (actions.length === 0) return "";
  const shown = view.full ? actions : actions.slice(0, rowsMax);
  const lines: string[] = [];
  let wave: number | null = null;
  const isNarrow = view.columns < columnsForTimes;
  const width = Math.max(17, ...shown.map(({ startMs }) => `at ${formatOffset(startMs)}`.length));
  for (const action of shown) {
    const time = action.startMs === wave ? "" : `at ${formatOffset(action.startMs)}`;
    wave = action.startMs;
    if (isNarrow && time !== "") lines.push(`  ${time}`);
    lines.push(actionLine(action, isNarrow ? "    " : `  ${time.padEnd(width)} `, view));
  }
  const title = `${view.paint.bold("Actions")} ${view.paint.dim(`(* critical path, ${formatDuration(makespanMs)})`)}`;
  return `${title}\n${lines.join("\n")}\n${rest(actions.length - shown.length)}`;
}

function actionLine({ id, action, startMs, endMs, critical }: PlannedAction, before: string, { paint, columns }: PlanView): string {
  const mark = critical ? paint.bold("*") : " ";
  const symbol = paintSymbol(actionSymbol(action), paint);
  const padding = actionSymbol(action).length === 1 ? " " : "";
  // Spaces that do not break keep the duration on one line.
  const duration = `(${formatDuration(endMs - startMs)})`.replaceAll(" ", "\u00A0");
  const words = `${actionWords(action)} ${paint.dim(duration)}`;
  const indent = `${before}${mark} ${id.padEnd(4)} ${symbol}${padding} `;
  return wrap(words, columns, indent, " ".repeat(widthOf(indent))).replaceAll("\u00A0", " ");
}

function renderUnplaced(plan: Plan, view: PlanView): string {
  const { paint, columns } = view;
  const blocks: string[] = [];
  const { homeless, against } = unplacedOf(plan);
  for (const [title, unplaced] of [["Not placed", homeless], ["Stay against a must", against]] as const) {
    if (unplaced.length === 0) continue;
    const shown = view.full ? unplaced : unplaced.slice(0, rowsMax);
    const lines = shown.flatMap(({ workload, reasons }) => [
      wrap(`${paint.red("x")} ${workload}`, columns, "  "), ...reasons.map((reason) => wrap(reason, columns, "      ")),
    ]);
    blocks.push(`${paint.bold(title)}\n${lines.join("\n")}\n${rest(unplaced.length - shown.length)}`);
  }
  const stuck = plan.unreached.map(({ workload, from, to, because }) => `${workload} ${from ?? "new"} -> ${to ?? "nowhere"}: ${because}`);
  blocks.push(listSection("Not reached", stuck, view));
  return blocks.filter((block) => block !== "").join("\n");
}

function listSection(title: string, items: readonly string[], { paint, columns, full }: PlanView): string {
  if (items.length === 0) return "";
  const shown = full ? items : items.slice(0, rowsMax);
  return `${paint.bold(title)}\n${shown.map((item) => wrap(item, columns, "  ")).join("\n")}\n${rest(items.length - shown.length)}`;
}

function rest(count: number): string {
  return count > 0 ? `  ... and ${groupThousands(count)} more (--full shows them)\n` : "";
}

function paintSymbol(symbol: Symbol, paint: Paint): string {
  switch (symbol) {
    case "+": return paint.green(symbol);
    case "-": return paint.red(symbol);
    case "->": return paint.cyan(symbol);
    case "~": return paint.yellow(symbol);
    default: return unreachable(symbol);
  }
}
