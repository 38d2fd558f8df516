import { counted } from "../../model/counted.ts";
import { notes, table, type Markup, type Section } from "../../reports/html/index.ts";
import { formatDuration } from "../render/duration.ts";
import { loadWords } from "../render/simulation.ts";
import { timeText, type SimulationReport } from "../simulation-report.ts";

/** What the figures rest on: the load, what was repaired in it, how often the planner was asked, and tasks. */
export function groundSection(report: SimulationReport): Section {
  const { made: { simulation, answers }, result } = report;
  const items = [
    `Load: ${loadWords(report)}.`,
    `Slots of ${formatDuration(simulation.stepMs)}, seed ${simulation.seed}.`,
    answers.asked === 0 ? "The planner was not asked on the way." : `The planner was asked ${counted(answers.asked, "time")} on the way; each answer was verified under all policies before it was carried out${answers.refused === 0 ? "" : `, and ${answers.refused} were refused`}.`,
    ...answers.unplaced === 0 ? [] : [`${counted(answers.unplaced, "workload")} found no place.`],
    ...result.failures === 0 ? [] : [`${counted(result.failures, "failure")} of hosts.`],
  ];
  return { title: "What this rests on", content: [notes({ title: "How it was made", items }), ...taskTable(report), ...repairTable(report)] };
}

function taskTable({ made, result }: SimulationReport): readonly Markup[] {
  const tasks = result.tasks.slice(0, made.ownTasks);
  if (tasks.length === 0) return [];
  const time = (atMs: number | null): string | null => (atMs === null ? null : timeText({ made }, atMs));
  return [table({
    title: "Tasks", columns: [{ head: "task" }, { head: "state" }, { head: "started" }, { head: "ended" }, { head: "checkpoints" }, { head: "restarts" }],
    rows: tasks.map(({ id, state, startedMs, endedMs, saved, restarts }) => [id, state === "done" ? { text: state, tone: "good" } : state, time(startedMs), time(endedMs), saved, restarts]),
  })];
}

function repairTable({ made: { traces } }: SimulationReport): readonly Markup[] {
  const findings = traces.flatMap(({ report }) => report.findings);
  if (findings.length === 0) return [];
  return [table({
    title: "Rows of the traces that were not simply taken", columns: [{ head: "file" }, { head: "what" }, { head: "outcome" }, { head: "rows" }, { head: "first in row" }, { head: "found" }],
    rows: findings.map(({ file, kind, outcome, count, places }) => [file, kind.replaceAll("-", " "), outcome, count, places[0]?.firstRow ?? null, places[0]?.found ?? null]),
  })];
}
