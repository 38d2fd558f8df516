import { summaryOf, type ActionSummary, type RunState, type RunSummary } from "../../executor/index.ts";
import { actionWords } from "./action.ts";
import { countWords } from "./diagnostics.ts";
import { formatDuration, formatMeasured } from "./duration.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

interface View {
  readonly paint: Paint;
  readonly columns: number;
  readonly full: boolean;
}

const rowsMax = 40;

/** How far an execution is, in one line: `7 of 20 done, 2 under way · 35 % · 12 a minute · about 3 min left · migrate w1 h1 -> h2 43 %`. */
export function statusLine(state: RunState): string {
  const { done, all, permille, remainsMs, status, wayThere, wayBack } = summaryOf(state);
  const current = wayBack.length > 0 ? wayBack : wayThere;
  const tookMs = current.reduce((sum, action) => sum + (action.tookMs ?? 0), 0);
  const rate = done > 0 && tookMs > 0 ? [`${Math.max(1, Math.round((done * 60_000) / tookMs))} a minute and lane`] : [];
  const left = remainsMs === null ? [] : [`about ${formatDuration(remainsMs)} left`];
  const underWay = state.underWay.slice(0, 2).map((n) => {
    const [planned, step] = [state.leg.actions[n], state.steps[n]];
    const share = step?.kind === "underWay" && step.permille > 0 ? ` ${Math.floor(step.permille / 10)} %` : "";
    return planned === undefined ? "" : `${actionWords(planned.action)}${share}`;
  });
  const what = wayBack.length > 0 ? "undone" : "done";
  const begun = state.underWay.length === 0 ? "" : `, ${state.underWay.length} under way`;
  return [`${status === "running" ? "" : `${status}: `}${done} of ${all} ${what}${begun}`, `${Math.floor(permille / 10)} %`, ...rate, ...left, ...underWay].join(" · ");
}

const statusWords: Readonly<Record<RunState["status"], string>> = {
  new: "not begun", running: "running", pausing: "pausing", paused: "paused", cancelling: "cancelling", turningBack: "turning back", ended: "ended",
};

/** How an execution stands or stood, action by action. */
export function renderExecution(run: string, state: RunState, isAtWork: boolean, view: View): string {
  const { paint, columns } = view;
  const summary = summaryOf(state);
  const isLeftAlone = !isAtWork && state.status !== "ended" && state.status !== "paused" && state.status !== "new";
  const head = [
    `${paint.bold(`execution ${run}`)}: ${statusWords[state.status]}${isLeftAlone ? paint.yellow(", and nobody carries it on: stowage resume") : ""}`,
    `  plan ${state.digest.slice(0, 12)}: ${progressWords(summary)}`,
    ...(summary.because === "" ? [] : [`  ${summary.because}`]),
    ...(summary.left.map((words) => `  left as it is: ${words}`)),
  ].map((line) => wrap(line, columns, "", "    "));
  const tables = [
    ...(summary.wayBack.length > 0 ? [section("Way back", summary.wayBack, view)] : []),
    section(summary.wayBack.length > 0 ? "Way there" : "Actions", summary.wayThere, view),
  ];
  return `${[...head, ...tables].join("\n")}\n`;
}

function progressWords({ done, all, hasTurnedBack, wayBack, wayThere }: RunSummary): string {
  if (hasTurnedBack && all === 0) return "nothing to undo";
  return `${done} of ${countWords(all, "action")} ${hasTurnedBack ? "of the way back " : ""}done${duration(hasTurnedBack ? wayBack : wayThere)}`;
}

function duration(actions: readonly ActionSummary[]): string {
  const done = actions.filter(({ tookMs }) => tookMs !== null);
  const sum = (of: (action: ActionSummary) => number): number => done.reduce((total, action) => total + of(action), 0);
  return done.length === 0 ? "" : `, in ${formatMeasured(sum(({ tookMs }) => tookMs ?? 0))} of work against ${formatDuration(sum(({ estimateMs }) => estimateMs))} predicted`;
}

function section(title: string, actions: readonly ActionSummary[], { paint, columns, full }: View): string {
  if (actions.length === 0) return "";
  const shown = full ? actions : interesting(actions);
  const rows = shown.map(({ planned, outcome, because, estimateMs, tookMs }) => [
    planned.id, actionWords(planned.action), painted(outcome, paint), formatDuration(estimateMs), tookMs === null ? "" : formatMeasured(tookMs), because,
  ]);
  const table = renderTable([{ head: "id" }, { head: "action", wraps: 24 }, { head: "outcome" }, { head: "predicted", align: "right", dropRank: 1 }, { head: "took", align: "right" }, { head: "", wraps: 20, below: true }], rows, columns);
  const rest = actions.length - shown.length;
  return `\n${paint.bold(title)}\n${table}${rest > 0 ? `\n  ... and ${rest} more (--full shows them)` : ""}`;
}

/** Where there is no room for all: what is not simply done or waiting comes first. */
function interesting(actions: readonly ActionSummary[]): readonly ActionSummary[] {
  if (actions.length <= rowsMax) return actions;
  const first = actions.filter(({ outcome }) => outcome === "unknown" || outcome === "underWay" || outcome === "undone");
  const chosen = new Set([...first, ...actions].slice(0, rowsMax));
  return actions.filter((action) => chosen.has(action));
}

function painted(outcome: ActionSummary["outcome"], paint: Paint): string {
  switch (outcome) {
    case "done": return paint.green("done");
    case "undone": return paint.yellow("undone");
    case "unknown": return paint.red("unknown");
    case "underWay": return "under way";
    case "waiting": return "waiting";
  }
}
