import { barChart, heatMap, page, paragraph, table, type Cell, type Markup } from "../../reports/html/index.ts";
import { formatAmount } from "../render/amount.ts";
import { formatDuration } from "../render/duration.ts";
import { capital } from "../render/forecast-words.ts";
import { resourceWords } from "../render/resource-words.ts";
import { heldWords, isHeld, linkNote, listed, otherWayWords, recoveryWords, slotWords } from "../render/sweep.ts";
import type { LossReport, SweepReport } from "../sweep/report.ts";

/** Rows of the heat map, of bars and of tables; the worst come first. */
const rowsMax = 60;
const reasonsMax = 3;

/** A failure sweep as a page: which losses are held when, who has no place, and which services stop. */
export function sweepPage(report: SweepReport): string {
  const { losses, slots } = report;
  const held = losses.filter((loss) => isHeld(loss, report)).length;
  const down = losses.filter((loss) => loss.down.length > 0).length;
  const without = new Set(losses.flatMap(({ unplaced }) => unplaced.map(({ workload }) => workload)));
  const [worst] = losses;
  return page({
    title: `Losses of ${report.name}`,
    subtitle: losses.length === 0 ? report.title : [report.title, `${losses.length} losses in each of ${slots} slots of ${formatDuration(report.stepMs)}, from ${slotWords(report.startMs, report)} on`].filter((part) => part !== "").join(" · "),
    facts: losses.length === 0 ? [] : [
      { label: "Held in every slot", value: `${held} of ${losses.length}`, tone: held === losses.length ? "good" : "warning" },
      { label: "Stop a service until the repair", value: String(down), tone: down === 0 ? "good" : "bad" },
      { label: "Workloads without a place at some loss", value: String(without.size), tone: without.size === 0 ? "good" : "warning" },
      ...worst === undefined ? [] : [{ label: "The worst", value: worst.name, note: `held in ${heldWords(worst, report)} of the slots` }],
    ],
    sections: [
      ...losses.length === 0 ? [] : [
        { title: "When each loss is held", words: "Each loss is tried in every slot: the planner says, under all policies, who takes what over, and the load says whether takers have that much.", content: overTime(report) },
        { title: "Who has no place, and why", content: [without.size === 0 ? paragraph("Everybody finds a place at every loss.") : placeTable(report)] },
        { title: "All losses", content: [lossTable(report)] },
      ],
      ...report.links.length === 0 ? [] : [{ title: "Links between sites", words: linkNote, content: [linkTable(report)] }],
    ],
  });
}

function overTime(report: SweepReport): readonly Markup[] {
  const shown = report.losses.filter(({ columns }) => columns.some((missing) => missing > 0)).slice(0, rowsMax);
  const [resource] = report.resources;
  if (shown.length === 0 || resource === undefined) return [paragraph("Nothing is missing at any loss, in any slot.")];
  const [scale, unit] = resource.unit === "millicores" ? [1000, "cores"] : [1, resource.unit];
  return [
    heatMap({
      title: `${capital(resourceWords(resource.name).name)} missing at each loss`,
      words: `${findingWords(report)} Missing is what takers cannot give beyond what they could not before, and what has no place: the most in each part of the time. Losses that miss nothing are left out.`,
      unit, columns: { kind: report.hasDate ? "utc" : "elapsed", from: report.hasDate ? report.startMs : 0, step: report.slotsPerColumn * report.stepMs },
      rows: shown.map(({ name, columns }) => ({ name, values: columns.map((missing) => missing / scale) })),
    }),
    ...shown.some(({ slotsHeld }) => slotsHeld > 0) ? [barChart({
      title: "Slots in which each loss is held", words: "Of every resource; the rest of the slots miss something, or somebody has no place.", unit: "%",
      categories: shown.map(({ name }) => name), series: [{ name: "held", values: shown.map(({ slotsHeld }) => Math.floor((1000 * slotsHeld) / report.slots) / 10) }],
    })] : [],
  ];
}

/** What is to be seen first: the worst loss, how often it is held, and when most is missing. */
function findingWords(report: SweepReport): string {
  const [worst] = report.losses;
  const [first] = worst?.resources ?? [];
  if (worst === undefined || first === undefined) return "";
  const unit = report.resources.find(({ name }) => name === first.resource)?.unit ?? "";
  const held = worst.slotsHeld === 0 ? "is never held" : `is held in ${heldWords(worst, report)} of the slots`;
  const missing = first.worstMissing === 0 ? "" : `: up to ${formatAmount(Math.round(first.worstMissing), unit)} are missing, on ${slotWords(first.worstAtMs, report)}`;
  return `${capital(worst.name)} ${held}${missing}.`;
}

function placeTable({ losses }: SweepReport): Markup {
  const rows = losses.flatMap(({ name, unplaced, refused }) => unplaced.map(({ workload, reasons }): readonly Cell[] =>
    [workload, name, refused ? "the verifier refused the answer of the planner" : [...reasons.slice(0, reasonsMax), ...reasons.length > reasonsMax ? [`and ${reasons.length - reasonsMax} more`] : []].join("; ")]));
  return table({ title: "Without a place", words: "What speaks against the hosts that are left.", columns: [{ head: "workload" }, { head: "at the loss of" }, { head: "why" }], rows, rowsMax: 200 });
}

function linkTable({ links }: SweepReport): Markup {
  const rows = links.map((link): readonly Cell[] => [
    { text: link.sites.join(" - "), tone: link.otherWay === null && link.split.length > 0 ? "warning" : "good" }, formatAmount(link.mbps, "Mbit/s"), listed(link.split, false), listed(link.cut, false), otherWayWords(link),
  ]);
  return table({ title: "Links", words: "Those first that cut services.", columns: ["link", "carries", "splits", "cuts", "another way"].map((head) => ({ head })), rows, rowsMax: 500 });
}

function lossTable(report: SweepReport): Markup {
  const rows = report.losses.map((loss): readonly Cell[] => [
    { text: loss.name, tone: toneOf(loss, report) }, loss.hosts.length, loss.workloads, loss.unplaced.length, heldWords(loss, report),
    missingWords(loss, report), listed(loss.interrupted, false), listed(loss.down, false), recoveryWords(loss),
  ]);
  return table({
    title: "Losses", words: "The worst first. Interrupted services come back when their workloads have started elsewhere; those that are down wait for the repair.",
    columns: ["loss", "hosts", "workloads", "no place", "held", "most is missing at", "interrupted", "down", "recovery"].map((head) => ({ head })), rows, rowsMax: 500,
  });
}

function missingWords({ resources }: LossReport, report: SweepReport): string {
  const [first, ...others] = resources;
  const worst = others.reduce((least, each) => (least === undefined || each.slotsHeld < least.slotsHeld ? each : least), first);
  return worst === undefined || worst.worstMissing === 0 ? "-" : `${slotWords(worst.worstAtMs, report)} (${resourceWords(worst.resource).name})`;
}

function toneOf(loss: LossReport, report: SweepReport): "good" | "bad" | "warning" {
  if (isHeld(loss, report)) return "good";
  return loss.down.length > 0 ? "bad" : "warning";
}
