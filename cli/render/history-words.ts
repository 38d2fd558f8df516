import type { Demand } from "../forecast/demand.ts";
import type { ForecastReport } from "../forecast/report.ts";
import { countWords } from "./diagnostics.ts";
import { formatDuration } from "./duration.ts";
import { dayWords } from "./forecast-words.ts";

/** Demands that are named at most. */
const namesMax = 6;

/** Level shifts and holes of the histories, a sentence each; none where there are none. */
export function historyWords(report: ForecastReport, demands: readonly Demand[], full: boolean): readonly string[] {
  const found = demands.flatMap((demand) => (demand.forecast.kind === "too-short" ? [] : [{ what: `${demand.name} ${demand.resource}`, ...demand.forecast }]));
  const shifted = found.flatMap(({ what, shifts }) => {
    const last = shifts.at(-1);
    return last === undefined ? [] : [`${what} (${shifts.length === 1 ? "on" : `${shifts.length}, the last on`} ${dayWords(last.atMs, report)})`];
  });
  const holed = found.flatMap(({ what, holes }) => {
    const [first] = holes;
    const ms = holes.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    return first === undefined ? [] : [`${what} (${formatDuration(ms)}${holes.length === 1 ? "" : ` in ${countWords(holes.length, "stretch", "stretches")}`}, from ${dayWords(first.fromMs, report)} on)`];
  });
  return [
    ...shifted.length === 0 ? [] : [`Level shifts: ${listed(shifted, full)}.`],
    ...holed.length === 0 ? [] : [`Holes, in which nothing was measured: ${listed(holed, full)}.`],
  ];
}

function listed(names: readonly string[], full: boolean): string {
  return full || names.length <= namesMax + 1 ? names.join(", ") : `${names.slice(0, namesMax).join(", ")} and ${names.length - namesMax} more (--full shows them)`;
}
