/**
 * What can happen. The order is that of events at one instant: what ends comes before what fails, what fails before what
 * begins. The number after each event is its subject; the detail is the epoch of the subject when the event was made, and
 * an event of an earlier epoch means nothing any more.
 */
export const eventNames = [
  /** A stage or a checkpoint of task n is done, or its share must be looked at again. */
  "task",
  /** A checkpoint of workload n is due, or has been written. */
  "checkpoint",
  /** Transfer n has carried everything. */
  "transfer",
  /** Attempt n at an action of a plan: its time is over. */
  "action",
  /** Workload n, which starts by itself, runs. */
  "restarted",
  /** Failure n of the list begins; what fails by itself, number n, does. */
  "failure", "hostFailure",
  /** What failure n broke is repaired; what has failed by itself is. */
  "repair", "hostRepair",
  /** The plan begins; an answer to question n is due. */
  "plan", "question",
  /** The next task arrives. */
  "arrival",
  /** Uses are compared with the limits of services. */
  "watch",
  /** Execution n looks at the clock. */
  "executor",
] as const;

export type EventName = (typeof eventNames)[number];

/** The number of each event, which is also its priority. */
export const eventNumbers: Readonly<Record<EventName, number>> = Object.fromEntries(eventNames.map((name, n) => [name, n])) as Record<EventName, number>;
