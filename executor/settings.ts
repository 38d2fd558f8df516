/** How an execution behaves; times in milliseconds. */
export interface RunSettings {
  /** Actions under way at once in all, on top of what the plan's own rules allow. */
  readonly actionsAtOnce: number;
  /** An attempt may take this many per thousand of its estimate, and so much more, before it is ended. */
  readonly deadlinePermille: number;
  readonly deadlineExtraMs: number;
  /** How often an attempt may fail when its agent says that another try may help. */
  readonly attemptsMax: number;
  /** How often in all it may be sent, counting those that never reached their agent. */
  readonly sendsMax: number;
  /** Pause before the second attempt; twice as long before each further one. */
  readonly retryMs: number;
  /** How often the outcome of an attempt is asked for. */
  readonly askEveryMs: number;
  /** Without a word for so long, or so long after its deadline, an outcome is called unknown. */
  readonly patienceMs: number;
  /** What follows when an action has failed for good: the rest that may safely go on does, nothing new begins, or all goes back. */
  readonly onFailure: "goOn" | "pause" | "goBack";
}

export const defaultRunSettings: RunSettings = {
  actionsAtOnce: 1000, deadlinePermille: 3000, deadlineExtraMs: 60_000, attemptsMax: 3, sendsMax: 20, retryMs: 5000,
  askEveryMs: 15_000, patienceMs: 300_000, onFailure: "goOn",
};
