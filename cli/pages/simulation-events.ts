import { table, timeline, type Markup, type Section, type TimelineEvent } from "../../reports/html/index.ts";
import { eventsOf, timeText, type SimulationReport } from "../simulation-report.ts";
import { axisOf } from "./simulation-hosts.ts";

const kinds = [
  { name: "degraded", tone: "warning" }, { name: "down or failed", tone: "bad" }, { name: "off", tone: "quiet" }, { name: "being switched", tone: "plain" }, { name: "planner", tone: "good" },
] as const;

/** Kinds by the state that they show; a state without a kind is the usual one. */
const kindOf: Readonly<Record<string, number>> = { degraded: 0, down: 1, failed: 1, off: 2, booting: 3, stopping: 3, maintenance: 3 };
const answerKind = 4;

/** What happened, to whom and when. */
export function eventSection(report: SimulationReport): Section {
  const { result } = report;
  const lanes = lanesOf(report);
  const told = Object.values(result.happeningCounts).reduce((sum, count) => sum + count, 0);
  const rest = told - result.happenings.length;
  const { kind, from } = axisOf(report);
  const chart: readonly Markup[] = lanes.length === 0 ? [] : [timeline({
    title: "States over time", words: "Services while they were not whole, hosts while they were not on, and when the planner answered. What never changed is left out.",
    x: { kind }, from, to: from + result.lengthMs, kinds, lanes,
  })];
  const rows = eventsOf(report).map(({ atMs, about, words, tone }) => [timeText(report, atMs), about, tone === "plain" ? words : { text: words, tone }]);
  const events: readonly Markup[] = rows.length === 0 ? [] : [table({
    title: "Events", ...rest > 0 ? { words: `${rest} more happenings were counted and not kept.` } : {}, columns: [{ head: "time" }, { head: "about" }, { head: "what" }], rows,
  })];
  return { title: "What happened", content: [...chart, ...breachTable(report), ...events] };
}

interface Lane { readonly name: string; readonly events: TimelineEvent[]; state: string; sinceMs: number }

/** Services first, then hosts, then the planner; a host that is booted first was off before. */
function lanesOf(report: SimulationReport): readonly Lane[] {
  const { happenings, lengthMs } = report.result;
  const { from } = axisOf(report);
  const lanes = new Map<string, Lane>();
  const close = (lane: Lane, atMs: number): void => {
    const kind = kindOf[lane.state];
    if (kind !== undefined && atMs > lane.sinceMs) lane.events.push({ at: from + lane.sinceMs, until: from + atMs, kind, words: `${lane.name} ${lane.state}` });
  };
  const answers: TimelineEvent[] = [];
  for (const happening of happenings) {
    if (happening.kind === "answer") answers.push({ at: from + happening.atMs, kind: answerKind, words: happening.because });
    if (happening.kind !== "service" && happening.kind !== "host") continue;
    const name = happening.kind === "service" ? `service ${happening.service}` : happening.host;
    const lane = lanes.get(name) ?? { name, events: [], state: happening.state === "booting" ? "off" : "usual", sinceMs: 0 };
    lanes.set(name, lane);
    close(lane, happening.atMs);
    lane.state = happening.state;
    lane.sinceMs = happening.atMs;
  }
  for (const lane of lanes.values()) close(lane, lengthMs);
  const isService = ({ name }: Lane): boolean => name.startsWith("service ");
  const byName = [...lanes.values()].filter(({ events }) => events.length > 0).sort((a, b) => Number(isService(b)) - Number(isService(a)) || (a.name < b.name ? -1 : 1));
  return answers.length === 0 ? byName : [...byName, { name: "planner", events: answers, state: "usual", sinceMs: 0 }];
}

function breachTable({ made, result: { breaches, breachCount, lengthMs } }: SimulationReport): readonly Markup[] {
  if (breaches.length === 0) return [];
  const time = (atMs: number): string => timeText({ made }, atMs);
  return [table({
    title: "Rules that were broken", words: breachCount > breaches.length ? `The first ${breaches.length} of ${breachCount}.` : "For how long, and what was wrong.",
    columns: [{ head: "policy" }, { head: "strength" }, { head: "from" }, { head: "until" }, { head: "what" }],
    rows: breaches.map(({ policy, strength, fromMs, toMs, words }) => [
      policy, strength === "must" ? { text: strength, tone: "bad" } : { text: strength, tone: "warning" }, time(fromMs), toMs === null ? `the end, ${time(lengthMs)}` : time(toMs), words,
    ]),
  })];
}
