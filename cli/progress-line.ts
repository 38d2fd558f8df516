import type { Progress } from "./planning.ts";

const stageWords: Readonly<Record<string, string>> = {
  load: "reading the scenario", construct: "placing", search: "searching", exact: "proving", schedule: "ordering the actions", verify: "verifying",
};

/** One line on a terminal that is written over and over, and gone at the end. */
export interface ProgressLine {
  show(progress: Progress): void;
  clear(): void;
}

/** One line for each stage, with the time since the start: what STOWAGE_DEBUG prints where a report is needed. */
export function progressLog(write: (text: string) => void, elapsedMs: () => number): ProgressLine {
  let last = "";
  return {
    show({ stage }) {
      if (stage !== last) write(`[${Math.floor(elapsedMs())} ms] ${stageWords[stage] ?? stage}\n`);
      last = stage;
    },
    clear: () => undefined,
  };
}

/** Draws on a terminal; does nothing when there is none. */
export function progressLine(write: ((text: string) => void) | null): ProgressLine {
  let width = 0;
  const draw = (text: string): void => {
    write?.(`\r${text.padEnd(width)}`);
    width = text.length;
  };
  return {
    show({ stage, done, total }) {
      const percent = total > 1 ? ` ${Math.floor((Math.min(done, total) * 100) / total)} %` : "";
      draw(`${stageWords[stage] ?? stage}${percent} ...`);
    },
    clear() {
      if (width > 0) write?.(`\r${" ".repeat(width)}\r`);
      width = 0;
    },
  };
}
