import type { Progress } from "./planning.ts";
import { formatDuration } from "./render/duration.ts";
import { fit, widthOf } from "./render/text.ts";

/** One line on a terminal that is written over and over, and gone at the end. */
export interface ProgressLine {
  show(progress: Progress): void;
  clear(): void;
}

/** What the line needs of the world. */
export interface ProgressView {
  readonly write: (text: string) => void;
  readonly nowMs: () => number;
  /** Width that must not be reached, so that the line is never wrapped. */
  readonly columns: number;
  /** What a search may take: together with its work it says how far it is. */
  readonly timeMs: number;
}

/** One line for each stage, with the time since the start: what STOWAGE_DEBUG prints where a report is needed. */
export function progressLog(write: (text: string) => void, elapsedMs: () => number): ProgressLine {
  let last = "";
  return {
    show({ stage }) {
      if (stage !== last) write(`[${Math.floor(elapsedMs())} ms] ${stageWords(stage)}\n`);
      last = stage;
    },
    clear: () => undefined,
  };
}

/** Draws on a terminal, and again every quarter of a second, so that somebody who waits sees the time move. */
export function progressLine({ write, nowMs, columns, timeMs }: ProgressView): ProgressLine {
  const beganMs = nowMs();
  let stageMs = beganMs;
  let latest: Progress | null = null;
  let width = 0;
  let searches = 0;
  const draw = (): void => {
    if (latest === null) return;
    const now = nowMs();
    const parts = [
      `${stageWords(latest.stage)}${latest.stage === "search" && searches > 1 ? `, round ${searches},` : ""}${shareWords(latest, now - stageMs, timeMs)}`, formatDuration(Math.floor((now - beganMs) / 1000) * 1000),
      ...(latest.best === null ? [] : [`best so far: ${latest.best}`]),
    ];
    const text = fit(parts.join(" · "), Math.max(20, columns - 1));
    write(`\r${text}${" ".repeat(Math.max(0, width - widthOf(text)))}`);
    width = widthOf(text);
  };
  let timer: NodeJS.Timeout | null = null;
  return {
    show(progress) {
      timer ??= setInterval(draw, 250).unref();
      // A search that begins again with less done is another one: it goes on from what the last one found.
      if (latest === null || latest.stage !== progress.stage || progress.done < latest.done) {
        stageMs = nowMs();
        if (progress.stage === "search") searches++;
      }
      latest = { ...progress, best: progress.best ?? latest?.best ?? null };
      draw();
    },
    clear() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      if (width > 0) write(`\r${" ".repeat(width)}\r`);
      width = 0;
    },
  };
}

/** What the planner does before and after its search; other commands say in words what they do, and count it. */
const planningStages = new Set(["load", "construct", "schedule", "verify"]);

function stageWords(stage: string): string {
  switch (stage) {
    case "load": return "reading the scenario";
    case "construct": return "placing";
    case "search": return "searching";
    case "schedule": return "ordering the actions";
    case "verify": return "verifying";
    default: return stage.replace(/^exact, level /, "proving ");
  }
}

/** A search ends when its work or its time is spent, whichever comes first; the other stages count what they do. */
function shareWords({ stage, done, total }: Progress, stageMs: number, timeMs: number): string {
  if (stage.startsWith("exact")) return ` (level ${Math.min(done + 1, total)} of ${total})`;
  if (total <= 1) return "";
  if (stage !== "search") return planningStages.has(stage) ? "" : ` (${done} of ${total})`;
  const share = Math.max(Math.min(done, total) / total, Math.min(stageMs, timeMs) / timeMs);
  return ` ${Math.floor(share * 100)} %`;
}
