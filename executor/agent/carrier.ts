import type { HostId, WorkloadId } from "../../model/ids.ts";

/** How much of what one task sent has arrived: all of it, on the disk; some of it; or another task's. */
export type Arrival = "whole" | "part" | "nothing" | "another";

/** The way to the same layer on other hosts. Everything fails when the other host does not answer. */
export interface Carrier {
  /** Why nothing can be sent to a host at all; null when it may be tried. */
  objection?(to: HostId): string | null;
  /** Sends data of a workload; ends when they are whole on the disk of the other host, though nothing runs there yet. */
  send(to: HostId, workload: WorkloadId, key: string, data: AsyncIterable<Buffer>, ended: AbortSignal): Promise<void>;
  arrived(at: HostId, workload: WorkloadId, key: string): Promise<Arrival>;
  /** Deletes what a task has sent in part, and makes sure that nothing of it arrives any more. */
  discard(at: HostId, workload: WorkloadId, key: string): Promise<void>;
}

/** The other end of a carrier: what a driver does with data from other hosts. */
export interface Receiver {
  receive(workload: WorkloadId, key: string, data: AsyncIterable<Buffer>): Promise<void>;
  arrived(workload: WorkloadId, key: string): Promise<Arrival>;
  discard(workload: WorkloadId, key: string): Promise<void>;
}
