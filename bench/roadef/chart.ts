import { lineImage, type LineChart } from "../../reports/html/index.ts";
import type { Reference } from "./reference.ts";
import type { InstanceResult, Point } from "./result.ts";

/** Nothing is known of earlier moments, and a logarithm needs one. */
const firstSeconds = 0.01;

/**
 * Cost over time of one result as an SVG file: the cost itself above, and below what is left above the lower bound, where
 * the last digits can be seen. Time is logarithmic: most is gained in the first seconds.
 */
export function chartOf({ name, seed, trace, initial, lowerBound, cost, seconds }: InstanceResult, { winner, bestFinalist }: Reference): string {
  const curve: readonly Point[] = [...trace, { seconds, cost: cost.total }];
  const levels = [
    { name: "initial", value: initial }, { name: "winner", value: winner }, { name: "best finalist", value: bestFinalist }, { name: "lower bound", value: lowerBound },
  ].flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]));
  // At least 1, so that it has a logarithm.
  const above = (figure: number): number => Math.max(1, figure - lowerBound);
  const time = {
    x: { kind: "number", label: "time from the start of the process", unit: "s", scale: "log" },
    at: curve.map((point) => Math.max(firstSeconds, point.seconds)),
  } as const;
  const charts: readonly LineChart[] = [{
    title: "Cost", words: `From ${grouped(initial)} to ${grouped(cost.total)}.`, x: time.x, y: { unit: "", from: "data" }, limits: levels,
    series: [{ name: "cost", x: time.at, y: curve.map((point) => point.cost), shape: "steps" }],
  }, {
    title: "Cost above the lower bound", words: `${grouped(cost.total - lowerBound)} above it at the end.`, x: time.x, y: { unit: "", scale: "log" },
    limits: levels.filter(({ value }) => value > lowerBound).map((level) => ({ ...level, value: above(level.value) })),
    series: [{ name: "cost", x: time.at, y: curve.map((point) => above(point.cost)), shape: "steps" }],
  }];
  return lineImage(`${name}, seed ${seed}: cost over time, final ${grouped(cost.total)}`, charts);
}

function grouped(figure: number): string {
  return figure.toLocaleString("en-US");
}
