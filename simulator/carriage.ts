import { bitsPerMiB, usualLiveMove } from "../model/carrying.ts";
import type { Core } from "./core.ts";
import type { Flows } from "./flows.ts";

/** How live moves behave. */
export interface MoveSettings {
  /** As in `usualLiveMove`. */
  readonly pauseMs: number;
  readonly roundsMax: number;
  readonly longestPauseMs: number;
  /** What carrying asks of the processors of both hosts, millicores. */
  readonly processorMillicores: number;
}

export const defaultMoves: MoveSettings = { ...usualLiveMove, processorMillicores: 500 };

/** One carriage of a workload's data, and of its memory when it runs. */
export interface Carriage {
  readonly workload: number;
  readonly from: number;
  readonly to: number;
  readonly live: boolean;
  readonly dataMiB: number;
  readonly memoryMiB: number;
  readonly changeMiBPerSecond: number;
}

interface UnderWay {
  readonly carriage: Carriage;
  readonly rows: readonly [number, number];
  flow: number;
  amountMiB: number;
  /** 0 while data are carried, then the number of the round. */
  round: number;
  roundBeganMs: number;
  isLast: boolean;
}

export type CarriageStep = "goes on" | "pauses" | "arrived" | "refuses";

/**
 * Carries workloads between hosts. A live move sends the data, then the memory in rounds, each of which sends what was
 * dirtied during the one before, with the part of the network that it really gets.
 */
export class Carriages {
  readonly #core: Core;
  readonly #flows: Flows;
  readonly #settings: MoveSettings;
  readonly #demand: number;
  readonly #byFlow = new Map<number, UnderWay>();

  constructor(core: Core, flows: Flows, settings: MoveSettings) {
    this.#core = core;
    this.#flows = flows;
    this.#settings = settings;
    const resource = core.window.resources[core.meters.processor];
    this.#demand = resource?.name === "cpuMillicores" ? settings.processorMillicores * resource.perUnit : 0;
  }

  /** Begins; what happens at once is told like what happens later. Returns the number that `ended` is told. */
  begin(carriage: Carriage): { readonly id: number; readonly step: CarriageStep } {
    const rows: [number, number] = [this.#occupy(carriage.from), this.#occupy(carriage.to)];
    const way: UnderWay = { carriage, rows, flow: -1, amountMiB: 0, round: 0, roundBeganMs: 0, isLast: false };
    const dataFirst = carriage.dataMiB > 0 || !carriage.live;
    const step = dataFirst ? this.#send(way, carriage.dataMiB) : this.#round(way, carriage.memoryMiB);
    if (step === "refuses" || step === "arrived") this.#release(way);
    return { id: way.flow, step };
  }

  /** A transfer has ended: what comes next. A number that is not of a carriage gives null. */
  ended(flow: number): { readonly carriage: Carriage; readonly id: number; readonly step: CarriageStep } | null {
    const way = this.#byFlow.get(flow);
    if (way === undefined) return null;
    this.#byFlow.delete(flow);
    this.#charge(way);
    const step = this.#next(way);
    if (step === "arrived" || step === "refuses") this.#release(way);
    return { carriage: way.carriage, id: way.flow, step };
  }

  /** Gives a carriage up. */
  abandon(flow: number): void {
    const way = this.#byFlow.get(flow);
    if (way === undefined) return;
    this.#byFlow.delete(flow);
    this.#flows.end(flow, this.#core.nowMs);
    this.#release(way);
  }

  #next(way: UnderWay): CarriageStep {
    const { carriage } = way;
    if (!carriage.live || way.isLast) return "arrived";
    if (way.round === 0) return this.#round(way, carriage.memoryMiB);
    const lastedMs = this.#core.nowMs - way.roundBeganMs;
    const dirtyMiB = Math.min(carriage.memoryMiB, Math.ceil((lastedMs * carriage.changeMiBPerSecond) / 1000));
    return this.#round(way, dirtyMiB);
  }

  #round(way: UnderWay, amountMiB: number): CarriageStep {
    // Nothing changed since: it runs on the target without a pause.
    if (amountMiB === 0) return "arrived";
    const { from, to } = way.carriage;
    const { pauseMs, roundsMax, longestPauseMs } = this.#settings;
    const rate = this.#flows.rateFor(from, to, this.#core.nowMs);
    const takesMs = rate > 0 ? Math.ceil((amountMiB * bitsPerMiB) / rate) : Infinity;
    way.round++;
    way.isLast = takesMs <= pauseMs || way.round >= roundsMax;
    if (way.isLast && takesMs > longestPauseMs) return "refuses";
    this.#send(way, amountMiB);
    return way.isLast ? "pauses" : "goes on";
  }

  #send(way: UnderWay, amountMiB: number): CarriageStep {
    way.amountMiB = amountMiB;
    way.roundBeganMs = this.#core.nowMs;
    way.flow = this.#flows.begin(way.carriage.from, way.carriage.to, amountMiB, this.#core.nowMs);
    this.#byFlow.set(way.flow, way);
    return "goes on";
  }

  /** A row at the host for the work of carrying. */
  #occupy(host: number): number {
    const { meters, window } = this.#core;
    if (this.#demand === 0 || !this.#core.world.runsWorkloads(host)) return -1;
    const row = window.takeRow();
    this.#core.guest(host, row, true);
    this.#core.setRow(host, row, meters.processor, this.#demand);
    return row;
  }

  #release({ rows, carriage: { from, to } }: UnderWay): void {
    for (const [row, host] of [[rows[0], from], [rows[1], to]] as const) {
      if (row < 0) continue;
      this.#core.guest(host, row, false);
      this.#core.window.returnRow(row);
    }
  }

  #charge({ amountMiB, carriage: { from, to } }: UnderWay): void {
    const { index } = this.#core;
    const link = index.fleet.links[this.#flows.linkBetween(from, to)];
    const perGiB = (index.hosts[from]?.prices.transferMicrosPerGiB ?? 0) + (index.hosts[to]?.prices.transferMicrosPerGiB ?? 0) + (link?.transferMicrosPerGiB ?? 0);
    this.#core.bill.transferMicros += Math.round((amountMiB * perGiB) / 1024);
  }
}
