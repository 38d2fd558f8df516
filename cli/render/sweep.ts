import type { LinkLoss } from "../sweep/links.ts";
import type { LossReport, SweepReport } from "../sweep/report.ts";
import { formatAmount } from "./amount.ts";
import { countWords } from "./diagnostics.ts";
import { formatDuration } from "./duration.ts";
import type { Paint } from "./paint.ts";
import { sparkline } from "./sparkline.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

interface View {
  readonly paint: Paint;
  readonly columns: number;
  readonly full: boolean;
}

const rowsMax = 20;
const reasonsMax = 2;

/** An instant of the load to the minute: `2026-11-25 14:05`, or since the beginning. */
export function slotWords(atMs: number, { hasDate, startMs }: Pick<SweepReport, "hasDate" | "startMs">): string {
  return hasDate ? new Date(atMs).toISOString().slice(0, 16).replace("T", " ") : `after ${formatDuration(Math.max(0, atMs - startMs))}`;
}

/** The part of the slots in which a loss is held: never `100 %` when it is not quite all. */
export function heldWords({ slotsHeld }: Pick<LossReport, "slotsHeld">, { slots }: Pick<SweepReport, "slots">): string {
  return `${Math.floor((1000 * slotsHeld) / Math.max(1, slots)) / 10} %`;
}

/** Losses for people, the worst first. */
export function renderSweep(report: SweepReport, view: View): string {
  const { paint, columns } = view;
  const { losses, slots, stepMs } = report;
  const held = losses.filter((loss) => isHeld(loss, report)).length;
  const title = paint.bold(`Losses of ${report.name}`);
  const head = losses.length === 0 ? [title] : [
    title,
    wrap(`${countWords(losses.length, "loss", "losses")} in each of ${countWords(slots, "slot")} of ${formatDuration(stepMs)}, from ${slotWords(report.startMs, report)} on`, columns, "  ", "    "),
    wrap(`${held} of ${losses.length} held in every slot: everybody has a place under the policies, and takers have what is asked of them`, columns, "  ", "    "),
  ];
  const blocks = [head.join("\n"), ...losses.length === 0 ? [] : [lossTable(report, view), placeTable(report, view)], linkTable(report, view)];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** Nothing is missing in any slot, and everybody has a place. */
export function isHeld({ slotsHeld, unplaced }: LossReport, { slots }: Pick<SweepReport, "slots">): boolean {
  return slotsHeld === slots && unplaced.length === 0;
}

function lossTable(report: SweepReport, { paint, columns, full }: View): string {
  const shown = full ? report.losses : report.losses.slice(0, rowsMax);
  const most = report.losses.reduce((highest, loss) => Math.max(highest, ...loss.columns), 0);
  const rows = shown.map((loss) => {
    const worst = worstOf(loss);
    return [
      isHeld(loss, report) ? paint.green("+") : loss.down.length > 0 ? paint.red("x") : paint.yellow("!"),
      loss.name, String(loss.workloads), loss.unplaced.length === 0 ? "-" : String(loss.unplaced.length), heldWords(loss, report),
      worst === undefined || worst.worstMissing === 0 ? "-" : `${amountOf(worst.worstMissing, worst.resource, report)}, ${slotWords(worst.worstAtMs, report)}`,
      sparkline(loss.columns, most, 12), listed(loss.interrupted.filter((id) => !loss.down.includes(id)), full), listed(loss.down, full), recoveryWords(loss),
    ];
  });
  const table = renderTable([
    { head: "" }, { head: "loss", wraps: 12 }, { head: "workloads", align: "right", dropRank: 2 }, { head: "no place", align: "right" }, { head: "held", align: "right" },
    { head: "most is missing", wraps: 16 }, { head: "over time", dropRank: 3 }, { head: "interrupted", wraps: 8, dropRank: 1 }, { head: "down", wraps: 8 }, { head: "recovery", align: "right" },
  ], rows, columns);
  const words = "Held: in so many slots everybody has a place, and nothing is missing of what is asked for. Interrupted services come back when their workloads have started elsewhere; services that are down wait for the repair.";
  return `${paint.bold("Losses, the worst first")}\n${table}${rest(report.losses.length - shown.length)}\n${wrap(words, columns, "  ")}`;
}

/** From the failure until the last of those who find a place has started. */
export function recoveryWords({ workloads, unplaced, recoveryMs }: LossReport): string {
  return unplaced.length >= workloads ? "-" : formatDuration(recoveryMs);
}

const namesMax = 3;

/** The first of some names, and how many more there are. */
export function listed(names: readonly string[], full: boolean): string {
  if (names.length === 0) return "-";
  return full || names.length <= namesMax + 1 ? names.join(", ") : `${names.slice(0, namesMax).join(", ")} and ${names.length - namesMax} more`;
}

/** The resource of which least of the time is held. */
function worstOf({ resources }: LossReport): LossReport["resources"][number] | undefined {
  return resources.reduce<LossReport["resources"][number] | undefined>((worst, each) => (worst === undefined || each.slotsHeld < worst.slotsHeld ? each : worst), undefined);
}

function amountOf(amount: number, resource: string, { resources }: SweepReport): string {
  return formatAmount(Math.round(amount), resources.find(({ name }) => name === resource)?.unit ?? "");
}

/** Who has no place, and why. */
function placeTable({ losses }: SweepReport, { paint, columns, full }: View): string {
  const all = losses.flatMap((loss) => loss.unplaced.map(({ workload, reasons }) => ({ loss, workload, reasons })));
  if (all.length === 0) return "";
  const shown = full ? all : all.slice(0, rowsMax);
  const rows = shown.map(({ loss, workload, reasons }) => {
    const told = full ? reasons : reasons.slice(0, reasonsMax);
    const words = loss.refused ? ["the verifier refused the answer of the planner"] : [...told, ...reasons.length > told.length ? [`and ${reasons.length - told.length} more reasons`] : []];
    return [workload, loss.name, words.join("\n") || "no place was found"];
  });
  const table = renderTable([{ head: "workload" }, { head: "at the loss of", wraps: 12 }, { head: "why", wraps: 24 }], rows, columns);
  return `${paint.bold("Without a place")}\n${table}${rest(all.length - shown.length)}`;
}

/** What is told of links, beside the table. */
export const linkNote = "Nobody loses a place with a link. Split services serve at both of its ends (without another way: on both sides of it); they are cut when neither side has all of their applications. Moves between the two sites do not go on until the link is back, and take no other way.";

/** The other way between the ends of a link. */
export function otherWayWords({ otherWay }: LinkLoss): string {
  return otherWay === null ? "none" : `over ${otherWay.join(", ")}`;
}

function linkTable({ links }: SweepReport, { paint, columns, full }: View): string {
  if (links.length === 0) return "";
  const shown = full ? links : links.slice(0, rowsMax);
  const rows = shown.map((link) => [
    link.otherWay === null && link.split.length > 0 ? paint.yellow("!") : paint.green("+"), link.sites.join(" - "), formatAmount(link.mbps, "Mbit/s"), listed(link.split, full), listed(link.cut, full), otherWayWords(link),
  ]);
  const table = renderTable([
    { head: "" }, { head: "link", wraps: 12 }, { head: "carries", align: "right", dropRank: 1 }, { head: "splits", wraps: 12 }, { head: "cuts", wraps: 12 }, { head: "another way", wraps: 10 },
  ], rows, columns);
  return `${paint.bold("Links between sites")}\n${table}${rest(links.length - shown.length)}\n${wrap(linkNote, columns, "  ")}`;
}

function rest(count: number): string {
  return count > 0 ? `\n  ... and ${count} more (--full shows them)` : "";
}
