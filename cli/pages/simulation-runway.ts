import { intervalChart, lineChart, paragraph, type Markup, type Section } from "../../reports/html/index.ts";
import { firstToCome, runwayWords } from "../render/simulation-runway.ts";
import { resourceWords } from "../render/resource-words.ts";
import type { SimulationReport } from "../simulation-report.ts";
import { axisOf } from "./simulation-hosts.ts";

const dayMs = 86_400_000;
const rowsMax = 20;

/** How long the fleet lasts with everybody where the plan brings them. */
export function runwaySection(report: SimulationReport): Section {
  const { runways, made: { startMs } } = report;
  const first = firstToCome(report) ?? runways[0];
  const words = "When demand first passes what may be used: the capacity of hosts, less what is kept free for a failure, less the buffer. The command stowage forecast tells what would help.";
  if (first === undefined) return { title: "Runway", content: [] };
  const ending = runways.filter(({ runway: { crossed } }) => crossed.p10 !== null);
  if (ending.length === 0) return { title: "Runway", words, content: [paragraph("Nothing runs out within two years on nine of ten paths of demand.")] };
  const { kind, from } = axisOf(report);
  const on = (ms: number | null): number | null => (ms === null ? null : ms - startMs + from);
  return {
    title: "Runway", words,
    content: [intervalChart({
      title: "When resources run out", words: "From one path in ten to nine in ten, most constrained first. An arrow goes on beyond two years.", x: { kind }, from,
      rows: ending.slice(0, rowsMax).map((pool) => ({
        name: pool.group, note: resourceWords(pool.resource).name, low: on(pool.runway.crossed.p10), middle: on(pool.runway.crossed.p50), high: on(pool.runway.crossed.p90), tone: runwayWords(pool, report).tone,
      })),
    }), outlookChart(report, first)],
  };
}

/** What runs out next: the peaks of its days so far and ahead. */
function outlookChart(report: SimulationReport, { group, resource, runway, outlook }: SimulationReport["runways"][number]): Markup {
  const { name, unit, scale } = resourceWords(resource);
  const { kind, from } = axisOf(report);
  const scaled = (values: Float64Array): Float64Array => values.map((value) => value / scale);
  const days = (firstMs: number, count: number): Float64Array => Float64Array.from({ length: count }, (_, d) => firstMs + d * dayMs - report.made.startMs + from);
  const [now, usable] = [(runway.peakNow / scale).toFixed(1), (runway.usable / scale).toFixed(1)];
  return lineChart({
    title: `What runs out next: ${name} of ${group}`, words: `Peaks of the days. ${now} ${unit} are needed at the peak of a day now, and ${usable} may be used.`,
    x: { kind }, y: { unit }, limits: [{ name: "usable", value: runway.usable / scale }],
    series: [
      { name: "so far", x: days(outlook.measuredFromMs, outlook.measured.length), y: scaled(outlook.measured) },
      { name: "ahead", x: days(outlook.aheadFromMs, outlook.p50.length), y: scaled(outlook.p50), band: { name: "eight of ten paths; the line is the middle one", low: scaled(outlook.p10), high: scaled(outlook.p90) } },
    ],
  });
}
