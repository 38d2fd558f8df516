import type { Random } from "../model/random.ts";
import { draw } from "./moves/chooser.ts";
import type { MoveKind } from "./moves/context.ts";
import { closeHost } from "./moves/close-host.ts";
import { eject } from "./moves/eject.ts";
import { groupToDomain, rebuildGroup } from "./moves/group.ts";
import { emptyHost, exchangeHosts, fillHost, rebuildHosts, rebuildSome } from "./moves/host.ts";
import { pullBack } from "./moves/pull-back.ts";
import { swap } from "./moves/swap.ts";

const compound: readonly MoveKind[] = [
  swap, eject, rebuildGroup, groupToDomain, emptyHost, closeHost, exchangeHosts, fillHost, rebuildHosts, rebuildSome, pullBack,
];
/** Choices between two looks at what the moves have earned. */
const period = 400;
/** Share of the work that a move keeps even when it earns nothing. */
const floorShare = 0.03;
const relocateShare = 0.35;

/** Chooses among the moves by what they earn for the work that they cost. */
export class MoveMix {
  readonly kinds = compound;
  readonly #random: Random;
  readonly #earned = new Float64Array(compound.length);
  readonly #cost = new Float64Array(compound.length).fill(1);
  readonly #tries = new Float64Array(compound.length).fill(1);
  readonly #limits = new Float64Array(compound.length + 1);
  #left = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#share();
  }

  /** Position of the next move in `kinds`; -1 for a plain relocation, the cheapest. */
  next(): number {
    if (--this.#left <= 0) this.#share();
    const drawn = draw(this.#random, 1_000_000) / 1_000_000;
    if (drawn < (this.#limits[0] as number)) return -1;
    for (let i = 1; i < this.#limits.length; i++) if (drawn < (this.#limits[i] as number)) return i - 1;
    return -1;
  }

  /** What a move has cost (moves weighed), and what it was worth: 0 for nothing, more for the better. */
  record(kind: number, cost: number, worth: number): void {
    this.#cost[kind] = (this.#cost[kind] as number) + cost;
    this.#tries[kind] = (this.#tries[kind] as number) + 1;
    this.#earned[kind] = (this.#earned[kind] as number) + worth;
  }

  #share(): void {
    this.#left = period;
    const rates = this.#earned.map((earned, i) => earned / (this.#cost[i] as number));
    const sum = rates.reduce((a, b) => a + b, 0);
    const perTry = rates.map((rate, i) => {
      const share = floorShare + (sum === 0 ? 0 : ((1 - relocateShare - floorShare * rates.length) * rate) / sum);
      return (share * (this.#tries[i] as number)) / (this.#cost[i] as number);
    });
    const total = perTry.reduce((a, b) => a + b, relocateShare);
    let limit = relocateShare / total;
    this.#limits[0] = limit;
    perTry.forEach((part, i) => {
      limit += part / total;
      this.#limits[i + 1] = limit;
    });
    for (let i = 0; i < compound.length; i++) {
      this.#earned[i] = (this.#earned[i] as number) * 0.7;
      this.#cost[i] = Math.max(1, (this.#cost[i] as number) * 0.7);
      this.#tries[i] = Math.max(1, (this.#tries[i] as number) * 0.7);
    }
  }
}
