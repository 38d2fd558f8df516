import type { WorkloadId } from "../model/ids.ts";
import type { Core } from "./core.ts";

/** Checkpoints of workloads: a failure takes of their work what came after the last one. */
export interface WorkloadCheckpoints {
  readonly workloads: readonly WorkloadId[];
  /** Between two of them, of the time in which it serves. */
  readonly intervalMs: number;
  /** How long it takes to write one, beside the load. */
  readonly durationMs: number;
  /** What writing asks of the processor of the host, in fine units. */
  readonly demand: number;
}

/** What became of the checkpoints of a workload. */
export interface CheckpointRecord {
  readonly saved: number;
  /** How often it went back to one, or to its beginning. */
  readonly restarts: number;
  /** Processor granted, fine units x ms, and then lost with a host. */
  readonly undone: bigint;
}

interface Saver {
  readonly workload: number;
  readonly settings: WorkloadCheckpoints;
  /** Where it serves; -1 for nowhere. */
  host: number;
  epoch: number;
  /** The row that writing has at the host; -1 for none. */
  row: number;
  isWriting: boolean;
  /** The time in service at which the next one begins. */
  dueServedMs: number;
  /** All that it had been granted when the last checkpoint began, and when the one being written did. */
  kept: bigint;
  begun: bigint;
  saved: number;
  restarts: number;
  undone: bigint;
}

/**
 * Workloads that are saved while they serve. What a checkpoint keeps is how things were when it began; one that was being
 * written when its host failed, or when its workload moved, is none. A workload that is stopped in order loses nothing.
 */
export class CheckpointWriter {
  readonly #core: Core;
  readonly #savers = new Map<number, Saver>();

  /** Where several name a workload the last counts. */
  constructor(core: Core, checkpoints: readonly WorkloadCheckpoints[]) {
    this.#core = core;
    for (const settings of checkpoints) {
      for (const id of settings.workloads) {
        const workload = core.index.workloadIndex.get(id);
        if (workload !== undefined) {
          this.#savers.set(workload, {
            workload, settings, host: -1, epoch: 0, row: -1, isWriting: false, dueServedMs: settings.intervalMs, kept: 0n, begun: 0n, saved: 0, restarts: 0, undone: 0n,
          });
        }
      }
    }
    for (const workload of this.#savers.keys()) this.workloadChanged(workload);
  }

  /** Null for a workload of which no checkpoints are taken. */
  record(workload: number): CheckpointRecord | null {
    const saver = this.#savers.get(workload);
    return saver === undefined ? null : { saved: saver.saved, restarts: saver.restarts, undone: saver.undone };
  }

  workloadChanged(workload: number): void {
    const saver = this.#savers.get(workload);
    if (saver === undefined) return;
    const { world } = this.#core;
    const state = world.stateOf(workload);
    const host = world.serves(workload) ? world.where(workload).host : -1;
    const isEnded = state === "stopped" || state === "absent";
    if (host === saver.host && state !== "failed" && !isEnded) return;
    if (saver.isWriting) this.#endWriting(saver);
    if (state === "failed") this.#goBack(saver);
    else if (isEnded) saver.kept = this.#granted(saver);
    saver.host = host;
    if (host >= 0) this.#scheduleNext(saver);
    else saver.epoch++;
  }

  /** A checkpoint is due, or has been written. */
  due(workload: number, epoch: number): void {
    const saver = this.#savers.get(workload);
    if (saver === undefined || saver.epoch !== epoch) return;
    this.#core.settle(saver.host);
    if (!saver.isWriting) this.#beginWriting(saver);
    else {
      this.#endWriting(saver);
      saver.kept = saver.begun;
      saver.saved++;
      saver.dueServedMs = this.#core.servedMs(workload) + saver.settings.intervalMs;
      this.#scheduleNext(saver);
    }
  }

  #scheduleNext(saver: Saver): void {
    const { nowMs } = this.#core;
    saver.epoch++;
    this.#core.schedule("checkpoint", nowMs + Math.max(0, saver.dueServedMs - this.#core.servedMs(saver.workload)), saver.workload, saver.epoch);
  }

  #beginWriting(saver: Saver): void {
    const { meters, window, nowMs } = this.#core;
    const { durationMs, demand } = saver.settings;
    saver.isWriting = true;
    saver.begun = this.#granted(saver);
    if (demand > 0 && meters.processor >= 0) {
      saver.row = window.takeRow();
      this.#core.guest(saver.host, saver.row, true);
      this.#core.setRow(saver.host, saver.row, meters.processor, demand);
    }
    saver.epoch++;
    this.#core.schedule("checkpoint", nowMs + durationMs, saver.workload, saver.epoch);
  }

  #endWriting(saver: Saver): void {
    saver.isWriting = false;
    if (saver.row < 0) return;
    this.#core.guest(saver.host, saver.row, false);
    this.#core.window.returnRow(saver.row);
    saver.row = -1;
  }

  /** Its host has failed: what was granted since the last checkpoint began is to be done again. */
  #goBack(saver: Saver): void {
    const granted = this.#granted(saver);
    saver.dueServedMs = this.#core.servedMs(saver.workload) + saver.settings.intervalMs;
    if (granted === saver.kept) return;
    saver.undone += granted - saver.kept;
    saver.restarts++;
    saver.kept = granted;
  }

  #granted({ workload }: Saver): bigint {
    const { meters } = this.#core;
    if (meters.processor < 0) return 0n;
    const { demand, stolen } = meters.ofRow(meters.processor, workload);
    return demand - stolen;
  }
}
