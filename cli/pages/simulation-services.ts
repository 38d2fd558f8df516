import { formatMicros } from "../../model/money.ts";
import { barChart, lineChart, paragraph, table, timeline, type Markup, type Section } from "../../reports/html/index.ts";
import { actionWords } from "../render/action.ts";
import { formatDuration } from "../render/duration.ts";
import { answerActions, columnsUsed, eventsOf, planOutcome, timeText, type SimulationReport } from "../simulation-report.ts";
import { axisOf, columnTimes } from "./simulation-hosts.ts";

/** Marks on one chart: more would cover it. */
const marksMax = 12;

/** Load against the limits of services, and the instances that were started. */
export function limitSection(report: SimulationReport): Section {
  const x = columnTimes(report);
  const used = columnsUsed(report.result);
  const { kind, from } = axisOf(report);
  const content = report.result.scaling.flatMap(({ service, application, abovePermille, maxInstances, usePermille, instances }): readonly Markup[] => {
    const marks = marksOf(report, service, application).map(({ atMs, words }) => ({ at: from + atMs, words }));
    return [
      lineChart({
        title: `${application} for ${service}: use of what its instances have reserved`,
        words: marks.length === 0 ? "The limit was never passed for long enough to call for another instance." : "When the limit is passed for long enough, another instance is called for; when it is not needed any more, it is let go.",
        x: { kind }, y: { unit: "%", from: "zero" }, limits: [{ name: "limit", value: abovePermille / 10 }], marks: marks.slice(0, marksMax),
        series: [{ name: application, x, y: usePermille.subarray(0, used).map((value) => value / 10) }],
      }),
      lineChart({
        title: `${application}: instances that serve`, words: `At most ${maxInstances} are allowed.`, x: { kind }, y: { unit: "instances", from: "zero" },
        series: [{ name: "instances", x, y: instances.subarray(0, used), shape: "steps" }],
      }),
    ];
  });
  return { title: "Load and limits", words: "How much services are asked for, and what is done about it.", content };
}

/** Calls for instances of an application, and what the planner did about them. */
function marksOf(report: SimulationReport, service: string, application: string): readonly { readonly atMs: number; readonly words: string }[] {
  const starts = answerActions(report).flatMap(({ planned: { action }, endedMs, outcome }) => (action.kind === "start" && outcome === "done" && endedMs !== null ? [{ atMs: endedMs, words: `${action.workload} runs on ${action.host}`, workload: action.workload }] : []));
  const instances = new Set(report.made.scenario.fleet.workloads.filter(({ applications }) => applications.some((id) => id === application)).map(({ id }) => id));
  const calls = report.result.happenings.flatMap((each) => (each.kind === "limit" && each.service === service && each.application === application ? [{
    atMs: each.atMs, words: each.wants === "one more" ? `${Math.floor(each.usePermille / 10)} %: one more is called for` : "one is let go",
  }] : []));
  return [...calls, ...starts.filter(({ workload }) => instances.has(workload))].sort((a, b) => a.atMs - b.atMs);
}

/** What became of the plan, predicted and simulated. */
export function planSection(report: SimulationReport): Section {
  const { made: { carried, scenario }, result } = report;
  const outcome = planOutcome(report);
  if (outcome === null || carried === null) return { title: "The plan", content: [] };
  const own = new Set(carried.plan.actions);
  const percent = (part: number | null, whole: number | null): number | null => (part === null || whole === null || whole === 0 ? null : Math.round((1000 * part) / whole) / 10);
  const saves = carried.plan.hourlyCostBeforeMicros - carried.plan.hourlyCostAfterMicros;
  return {
    title: "The plan",
    words: `From ${timeText(report, carried.atMs)} on, ${outcome.done} of ${outcome.actions} actions were done${outcome.tookMs === null ? "" : ` in ${formatDuration(outcome.tookMs)}`}; the plan predicted ${formatDuration(outcome.predictedMs)}. It was verified at ${carried.verification.checkedInstants} instants and ${saves >= 0 ? "saves" : "costs"} ${formatMicros(Math.abs(saves))} ${scenario.fleet.currency} an hour.`,
    content: [
      barChart({
        title: "Peak on each host", words: "The highest use of its processors while plans were carried out, and in all the time.", unit: "%", categories: result.hosts.map(({ host }) => host),
        series: [
          { name: "during plans", values: result.hosts.map(({ uses: [use] }) => (use === undefined ? null : percent(use.duringPlans, use.capacity))) },
          { name: "in all the time", values: result.hosts.map(({ uses: [use] }) => (use === undefined ? null : percent(use.grantedPeak, use.capacity))) },
        ],
      }),
      table({
        title: "Actions", words: "Moves take the network that they really get, beside the load.", columns: [{ head: "action" }, { head: "began" }, { head: "took", unit: "s" }, { head: "predicted", unit: "s" }, { head: "outcome" }],
        rows: result.actions.filter(({ planned }) => own.has(planned)).map(({ planned, beganMs, endedMs, outcome: each, because }) => [
          actionWords(planned.action), beganMs === null ? null : timeText(report, beganMs), beganMs === null || endedMs === null ? null : Math.round((endedMs - beganMs) / 1000), Math.round((planned.endMs - planned.startMs) / 1000),
          each === "done" ? { text: each, tone: "good" } : { text: because === "" ? each : `${each}: ${because}`, tone: "warning" },
        ]),
      }),
    ],
  };
}

const kinds = [{ name: "something fails", tone: "bad" }, { name: "not as it should be", tone: "warning" }, { name: "as it should be", tone: "good" }, { name: "a change", tone: "plain" }] as const;

/** Services over time, and everything that happened. */
export function serviceSection(report: SimulationReport): Section {
  const { result } = report;
  const events = eventsOf(report);
  const { kind, from } = axisOf(report);
  const lanes = new Map<string, { at: number; kind: number; words: string }[]>();
  for (const { atMs, about, words, tone } of events) {
    const lane = lanes.get(about) ?? [];
    lane.push({ at: from + atMs, kind: kinds.findIndex((each) => each.tone === tone), words });
    lanes.set(about, lane);
  }
  const hours = (ms: number): number => ms / 3_600_000;
  const content: readonly Markup[] = [
    ...(result.services.length === 0 ? [] : [table({
      title: "Services in figures", columns: [{ head: "service" }, { head: "available", unit: "%" }, { head: "degraded", unit: "h" }, { head: "down", unit: "h" }, { head: "interruptions" }, { head: "longest recovery" }],
      rows: result.services.map(({ service, availabilityPpm, degradedMs, downMs, interruptions, recoveryMsMax }) => [
        service, { text: (availabilityPpm / 10_000).toFixed(4), tone: availabilityPpm === 1_000_000 ? "good" : "bad" }, hours(degradedMs), hours(downMs), interruptions, recoveryMsMax === 0 ? "-" : formatDuration(recoveryMsMax),
      ]),
    })]),
    ...(events.length === 0 ? [paragraph("Nothing happened beside the load.")] : [timeline({
      title: "What happened", words: "Services, hosts, workloads, and what the planner did about it.", x: { kind }, from, to: from + result.lengthMs, kinds: [...kinds],
      lanes: [...lanes].map(([name, happened]) => ({ name, events: happened })),
    })]),
  ];
  return { title: "Services and events", words: "A service is down when an application of it has no instance that serves, and degraded when one is missing.", content };
}
