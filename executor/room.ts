import { wantedMbps } from "../model/carrying.ts";
import { NetworkUse, type Carrier } from "../model/network.ts";
import type { Action } from "../model/plan.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { placesOf } from "./known-fleet.ts";
import type { Leg, RunState } from "./state.ts";

/** The network as far as an execution uses it: keeps live moves from taking from each other what they need to end. */
class Room {
  readonly #index: FleetIndex;
  readonly #network: NetworkUse;
  /** What each action under way carries; null for nothing. */
  readonly #taken = new Map<number, Carrier | null>();

  constructor(index: FleetIndex) {
    this.#index = index;
    this.#network = new NetworkUse(index);
  }

  /** Counts what is under way, and nothing else. */
  holdExactly({ leg, underWay }: RunState): void {
    const counted = new Set(underWay);
    for (const [n, carrier] of this.#taken) {
      if (counted.has(n)) continue;
      if (carrier !== null) this.#network.remove(carrier);
      this.#taken.delete(n);
    }
    for (const n of underWay) {
      const planned = leg.actions[n];
      if (planned !== undefined && !this.#taken.has(n)) this.take(n, planned.action);
    }
  }

  isFor(action: Action): boolean {
    const carrier = this.#carrierOf(action);
    return carrier === null || this.#network.leavesEnough(carrier);
  }

  /** The n-th action begins. */
  take(n: number, action: Action): void {
    const carrier = this.#carrierOf(action);
    this.#taken.set(n, carrier);
    if (carrier !== null) this.#network.add(carrier);
  }

  #carrierOf(action: Action): Carrier | null {
    if (action.kind !== "migrate" && action.kind !== "transfer" && action.kind !== "copy") return null;
    const { workload, from, to } = placesOf(this.#index, action);
    return { from, to, wantedMbps: action.kind === "migrate" ? wantedMbps(this.#index.workloads[workload]?.memoryChangeMiBPerSecond ?? 0) : 0 };
  }
}

/** One for each leg that is being carried out: with a thousand moves under way a new one would cost more than all else of a decision. */
const rooms = new WeakMap<Leg, Room>();

/** The network as the state's actions under way use it. */
export function roomOf(state: RunState): Room {
  const room = rooms.get(state.leg) ?? new Room(state.known.index);
  rooms.set(state.leg, room);
  room.holdExactly(state);
  return room;
}
