import type { WorkloadId } from "../../model/ids.ts";
import type { Action } from "../../model/plan.ts";
import type { Expectation, Found, Inventory, KeptCheckpoint } from "../protocol.ts";

/** How an action ended; what a failure must be able to say stands at the report `failed`. */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly because: string; readonly again: boolean; readonly found: Found | null; readonly ran: boolean };

/** One try at one action. The same task keeps its key when its agent has died and comes back. */
export interface Task {
  readonly key: string;
  readonly work: Action;
  readonly expects: Expectation;
  /** Of which layer its workload is; the one that has the workload when nobody says. */
  readonly layer?: string;
}

/** What goes on while a task is performed. */
export interface Course {
  /** Aborted when it should end with everything as it was, if that is still possible. */
  readonly signal: AbortSignal;
  progress(permille: number): void;
}

/** Told when something has changed that no task was about. */
export type Changed = (workload: WorkloadId, found: Found) => void;

/** Keeps workloads as they were at one instant; `start` with a checkpoint lets one go on from there. All of it throws why not. */
export interface Checkpointing {
  list(workload: WorkloadId): Promise<readonly KeptCheckpoint[]>;
  /** Of one that runs, and runs on. */
  take(workload: WorkloadId, name: string): Promise<void>;
  drop(workload: WorkloadId, name: string): Promise<void>;
}

/**
 * What one layer of a host can do. All drivers are held to one contract (`test/executor/agent/driver-contract.ts`):
 *
 * - `perform` looks whether the expectation holds just before it touches anything, and fails with nothing touched if not.
 * - It ends with the truth: what cannot be known yet (the other side of a move does not answer) is waited for.
 * - The source of a move is let go only after the target has been seen to have everything.
 * - Whatever instant its agent is killed at, `resolve` says later how a task that had begun has ended, by looking: it may
 *   finish what was begun or clean it up, and never reports as done what is not.
 */
export interface Driver {
  readonly layer: string;
  find(workload: WorkloadId): Promise<Found>;
  perform(task: Task, course: Course): Promise<Outcome>;
  resolve(task: Task, course: Course): Promise<Outcome>;
  /** Everything that is found here. */
  workloads(): Promise<Inventory["workloads"]>;
  /** Everything of several layers, with those that have not answered in time; only of what drives several. */
  look?(withinMs: number): Promise<Pick<Inventory, "workloads" | "layers" | "silent">>;
  /** The version of the layer, as policies compare it; "1" when it has none. */
  version?(): Promise<string>;
  /** Has one application inside of a workload started or stopped; null when it is so, else why not. Asking again does no harm. */
  tellApplication?(workload: WorkloadId, application: string, wish: "running" | "stopped"): Promise<string | null>;
  /** Only of layers that keep checkpoints. */
  readonly checkpoints?: Checkpointing;
  /** From now on tells of changes; at most one listener. */
  watch(changed: Changed): void;
  /** Lets go of everything in this process; what runs on the host goes on. */
  close(): Promise<void>;
}

/** Why an expectation does not hold; null when it does. */
export function unmet(expects: Expectation, found: Found, workload: WorkloadId): string | null {
  const fits = expects === "present" ? found === "running" || found === "stopped" : found === expects;
  return fits ? null : `${workload} is ${found}, not ${expects}`;
}

export function failed(because: string, found: Found | null, more: { readonly again?: boolean; readonly ran?: boolean } = {}): Outcome & { readonly kind: "failed" } {
  return { kind: "failed", because, again: more.again ?? true, found, ran: more.ran ?? false };
}
