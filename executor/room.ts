import { wantedMbps } from "../model/carrying.ts";
import { NetworkUse, type Carrier } from "../model/network.ts";
import type { Action } from "../model/plan.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { placesOf } from "./known-fleet.ts";
import type { RunState } from "./state.ts";

/** The network as far as an execution uses it: keeps live moves from taking from each other what they need to end. */
export class Room {
  readonly #index: FleetIndex;
  readonly #network: NetworkUse;

  constructor({ known: { index }, leg, underWay }: RunState) {
    this.#index = index;
    this.#network = new NetworkUse(index);
    for (const n of underWay) {
      const planned = leg.actions[n];
      if (planned !== undefined) this.take(planned.action);
    }
  }

  isFor(action: Action): boolean {
    const carrier = this.#carrierOf(action);
    return carrier === null || this.#network.leavesEnough(carrier);
  }

  /** An action begins. */
  take(action: Action): void {
    const carrier = this.#carrierOf(action);
    if (carrier !== null) this.#network.add(carrier);
  }

  #carrierOf(action: Action): Carrier | null {
    if (action.kind !== "migrate" && action.kind !== "transfer" && action.kind !== "copy") return null;
    const { workload, from, to } = placesOf(this.#index, action);
    return { from, to, wantedMbps: action.kind === "migrate" ? wantedMbps(this.#index.workloads[workload]?.memoryChangeMiBPerSecond ?? 0) : 0 };
  }
}
