import type { Clock } from "../model/clock.ts";
import type { PlanJob, PlanOutcome } from "./planning.ts";
import type { Paint } from "./render/paint.ts";

/** What a command knows about the world. Made at the edge; tests make their own. */
export interface Context {
  readonly paint: Paint;
  /** Width to fit, in characters: of the terminal, from COLUMNS, or a hundred. */
  readonly columns: number;
  /** The same for tables that must not lose a column (`show --full`): unlimited unless there is a terminal or COLUMNS. */
  readonly columnsFull: number;
  readonly clock: Clock;
  /** UTC now, ISO 8601 with Z: the default of `--as-of`. */
  readonly nowUtc: string;
  /** Makes a plan where Ctrl-C can reach it: in a worker for the real command line. */
  makePlan(job: PlanJob): Promise<PlanJobResult>;
  /** For commands that run long, ask something, or serve. */
  readonly live: Live;
  /** Tells somebody who waits how far a command is: `asking the planner`, 3 of 40. */
  progress(stage: string, done: number, total: number): void;
}

/** The outcome, and whether somebody pressed Ctrl-C while it was made. */
export interface PlanJobResult {
  readonly outcome: PlanOutcome;
  readonly interrupted: boolean;
}

/** What goes on between a command and whoever runs it, before it has ended. */
export interface Live {
  /** Is there somebody at a terminal? Otherwise a program reads, and nobody can be asked. */
  readonly isTerminal: boolean;
  /** The account that runs this, when nobody says who they are. */
  readonly account: string;
  /** Where this account keeps its settings. */
  readonly home: string;
  readonly workingFolder: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** One line at once on standard output. */
  line(text: string): void;
  /** One line at once on standard error. */
  note(text: string): void;
  /** One line on a terminal that is written over; null takes it away. */
  status(text: string | null): void;
  /** What somebody answers; null when nobody can be asked. */
  ask(question: string): Promise<string | null>;
  /** Calls back at Ctrl-C, or when the system wants this process to end, until the answer is called. */
  onInterrupt(told: () => void): () => void;
}
