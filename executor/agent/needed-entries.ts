import { keyOf } from "../protocol.ts";
import type { LogEntry } from "./agent-log.ts";

/** Attempts of so many runs are remembered, however long ago they were. */
const runsKept = 20;

/**
 * What of an agent's log may still be asked for. Everything that has not ended; of what has, the runs that were heard of
 * last, and all that was begun in the present epoch: a command of an earlier one is refused whatever it asks for.
 */
export function neededEntries(entries: readonly LogEntry[]): readonly LogEntry[] {
  const ended = new Set(entries.flatMap((entry) => (entry.kind === "ended" ? [keyOf(entry.attempt)] : [])));
  const lastFence = entries.findLastIndex(({ kind }) => kind === "fence");
  const lastHeard = new Map<string, number>();
  entries.forEach((entry, n) => { if ("attempt" in entry) lastHeard.set(entry.attempt.run, n); });
  const runs = new Set([...lastHeard].sort(([, a], [, b]) => b - a).slice(0, runsKept).map(([run]) => run));
  const times = entries.reduce((sum, entry) => (entry.kind === "started" ? sum + (entry.times ?? 1) : sum), 0);
  return [
    ...(times === 0 ? [] : [{ kind: "started", times } as const]),
    ...entries.filter((entry, n) => {
      switch (entry.kind) {
        case "started": return false;
        case "fence": return n === lastFence;
        // How it ended is all that is asked of what has ended.
        case "begun": return !ended.has(keyOf(entry.attempt));
        case "ended": case "void": return n > lastFence || runs.has(entry.attempt.run);
      }
    }),
  ];
}
