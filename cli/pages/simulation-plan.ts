import { formatMicros } from "../../model/money.ts";
import { barChart, notes, table, type Markup, type Section } from "../../reports/html/index.ts";
import { actionWords } from "../render/action.ts";
import { formatDuration } from "../render/duration.ts";
import { planOutcome, slowerThanPredicted, timeText, type SimulationReport } from "../simulation-report.ts";

const slowerMax = 8;
const hostsMax = 25;

/** What became of the plan, predicted and simulated. */
export function planSection(report: SimulationReport): Section {
  const { made: { carried, scenario }, result } = report;
  const outcome = planOutcome(report);
  if (outcome === null || carried === null) return { title: "The plan", content: [] };
  const own = new Set(carried.plan.actions);
  const saves = carried.plan.hourlyCostBeforeMicros - carried.plan.hourlyCostAfterMicros;
  return {
    title: "The plan",
    words: `From ${timeText(report, carried.atMs)} on, ${outcome.done} of ${outcome.actions} actions were done${outcome.tookMs === null ? "" : ` in ${formatDuration(outcome.tookMs)}`}; the plan predicted ${formatDuration(outcome.predictedMs)}. It was verified at ${carried.verification.checkedInstants} instants and ${saves >= 0 ? "saves" : "costs"} ${formatMicros(Math.abs(saves))} ${scenario.fleet.currency} an hour.`,
    content: [
      ...peaksDuringPlan(report), ...slowerThings(report),
      table({
        title: "Actions", rowsMax: 40, words: "Moves take the network that they really get, beside the load.", columns: [{ head: "action" }, { head: "began" }, { head: "took", unit: "s" }, { head: "predicted", unit: "s" }, { head: "outcome" }],
        rows: result.actions.filter(({ planned }) => own.has(planned)).map(({ planned, beganMs, endedMs, outcome: each, because }) => [
          actionWords(planned.action), beganMs === null ? null : timeText(report, beganMs), beganMs === null || endedMs === null ? null : Math.round((endedMs - beganMs) / 1000), Math.round((planned.endMs - planned.startMs) / 1000),
          each === "done" ? { text: each, tone: "good" } : { text: because === "" ? each : `${each}: ${because}`, tone: "warning" },
        ]),
      }),
    ],
  };
}

/** Why the plan took longer than it said. */
function slowerThings(report: SimulationReport): readonly Markup[] {
  const slower = slowerThanPredicted(report);
  if (slower.length === 0) return [];
  const items = slower.slice(0, slowerMax).map(({ action, tookMs, predictedMs }) => `${actionWords(action)}: ${formatDuration(tookMs)} instead of ${formatDuration(predictedMs)}`);
  return [notes({ title: "What took longer than predicted, beside the load and other moves", items: slower.length > slowerMax ? [...items, `and ${slower.length - slowerMax} more`] : items })];
}

/** How full hosts were at worst while actions were under way: what still ran and what already came, together. */
function peaksDuringPlan({ made: { scenario }, result }: SimulationReport): readonly Markup[] {
  const capacities = new Map(scenario.fleet.hosts.map(({ id, capacity }) => [id, capacity]));
  const hosts = result.hosts.flatMap((host) => {
    const [use] = host.uses;
    if (use === undefined || use.duringPlans === null || use.capacity === null || use.capacity === 0) return [];
    const memory = capacities.get(host.host)?.["memoryMiB"] ?? 0;
    return [{ name: host.host, processors: (100 * use.duringPlans) / use.capacity, memory: memory === 0 ? null : (100 * (host.promisedDuringPlans["memoryMiB"] ?? 0)) / memory }];
  });
  if (hosts.length === 0) return [];
  // Of many hosts the fullest come first; few stay where people look for them.
  if (hosts.length > hostsMax) hosts.sort((a, b) => (b.memory ?? 0) - (a.memory ?? 0) || b.processors - a.processors);
  const fullest = hosts.reduce((most, host) => ((host.memory ?? 0) > (most.memory ?? 0) ? host : most));
  return [barChart({
    title: "Peaks while actions were under way", rowsMax: hostsMax, unit: "% of the host's capacity", categories: hosts.map(({ name }) => name),
    words: fullest.memory === null ? "Of the processors, what was granted at most." : `Fullest was ${fullest.name}, with ${fullest.memory.toFixed(0)} % of its memory promised to those who were there and those who came.`,
    series: [{ name: "processors granted", values: hosts.map(({ processors }) => processors) }, { name: "memory promised", values: hosts.map(({ memory }) => memory) }],
  })];
}
