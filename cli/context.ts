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
  /** Tells somebody who waits how far a command is: `asking the planner`, 3 of 40. */
  progress(stage: string, done: number, total: number): void;
}

/** The outcome, and whether somebody pressed Ctrl-C while it was made. */
export interface PlanJobResult {
  readonly outcome: PlanOutcome;
  readonly interrupted: boolean;
}
