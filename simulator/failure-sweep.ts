import type { RowMove, WhatIf } from "./what-if.ts";

/**
 * Hosts that fail together, and where the planner would start what ran there, or move what others must make room for. Rows
 * of the hosts that are not named are lost.
 */
export interface Loss {
  readonly name: string;
  readonly hosts: readonly number[];
  readonly moves: readonly RowMove[];
}

/** What a loss would do, had it happened in any one slot of the replay. */
export interface LossOutcome {
  readonly name: string;
  /** Slots in which every taker has room for what it takes, and in which nobody stays without a place. */
  readonly slotsHeld: number;
  readonly slots: number;
  /** The slot in which most is missing, and how much: what takers cannot give beyond what they missed before, and what has no place. */
  readonly worstSlot: number;
  readonly worstMissing: number;
  /** All that is missing, in fine units times slots. */
  readonly stolen: number;
  /** Rows without a place. */
  readonly lost: readonly number[];
  /** Hosts that are beyond their capacity in some slot, ascending. */
  readonly crowded: readonly number[];
}

/**
 * Tries losses in every slot of a replay: the load of each taker with what it takes over, slot by slot. The answers of the
 * planner, which keep the rules, are given; only hosts to which something comes or from which it goes are looked at.
 */
export class FailureSweep {
  /** What was missing in each slot at the loss that was tried last; not to be written to. */
  readonly missing: Float64Array;
  readonly #replay: WhatIf;
  readonly #samples: Int32Array;
  readonly #capacity: ArrayLike<number>;
  readonly #taken: Float64Array;
  readonly #rowsOn = new Map<number, number[]>();

  /** `samples` are those of the replay, by row; `capacity` is by host. */
  constructor(replay: WhatIf, samples: Int32Array, capacity: ArrayLike<number>, rows: number) {
    this.#replay = replay;
    this.#samples = samples;
    this.#capacity = capacity;
    this.missing = new Float64Array(replay.slots);
    this.#taken = new Float64Array(replay.slots);
    for (let row = 0; row < rows; row++) {
      const host = replay.hostOf(row);
      if (host >= 0) this.#rowsOn.set(host, [...(this.#rowsOn.get(host) ?? []), row]);
    }
  }

  try(loss: Loss): LossOutcome {
    const { missing } = this;
    missing.fill(0);
    const placed = new Set(loss.moves.map(({ row }) => row));
    const lost = loss.hosts.flatMap((host) => this.#rowsOn.get(host) ?? []).filter((row) => !placed.has(row)).sort((a, b) => a - b);
    for (const row of lost) add(missing, this.#samples, row, 1);
    const crowded: number[] = [];
    for (const [host, changes] of changesByHost(loss, this.#replay)) {
      this.#taken.fill(0);
      for (const { row, sign } of changes) add(this.#taken, this.#samples, row, sign);
      if (beyond(this.#replay.loadOf(host), this.#taken, this.#capacity[host] ?? 0, missing)) crowded.push(host);
    }
    return { name: loss.name, ...worst(missing), stolen: missing.reduce((sum, amount) => sum + amount, 0), slots: this.#replay.slots, lost, crowded };
  }
}

/** Tries every loss. */
export function sweepFailures(replay: WhatIf, samples: Int32Array, capacity: ArrayLike<number>, rows: number, losses: readonly Loss[]): readonly LossOutcome[] {
  const sweep = new FailureSweep(replay, samples, capacity, rows);
  return losses.map((loss) => sweep.try(loss));
}

/** Rows that come to each host that stands, and those that leave it for another. */
function changesByHost({ hosts, moves }: Loss, replay: WhatIf): readonly (readonly [number, readonly { readonly row: number; readonly sign: 1 | -1 }[]])[] {
  const changes = new Map<number, { row: number; sign: 1 | -1 }[]>();
  const change = (host: number, row: number, sign: 1 | -1): void => void changes.set(host, [...(changes.get(host) ?? []), { row, sign }]);
  for (const { row, to } of moves) {
    const from = replay.hostOf(row);
    if (from === to) continue;
    if (to >= 0) change(to, row, 1);
    if (from >= 0 && !hosts.includes(from)) change(from, row, -1);
  }
  return [...changes].sort(([a], [b]) => a - b);
}

function add(sums: Float64Array, samples: Int32Array, row: number, sign: 1 | -1): void {
  const first = row * sums.length;
  for (let s = 0; s < sums.length; s++) sums[s] = (sums[s] as number) + sign * (samples[first + s] as number);
}

/** Adds what a host cannot give of what it takes over; is there such a slot? */
function beyond(load: Float64Array, taken: Float64Array, capacity: number, missing: Float64Array): boolean {
  let crowded = false;
  for (let s = 0; s < missing.length; s++) {
    const own = load[s] as number;
    const over = own + (taken[s] as number) - Math.max(own, capacity);
    if (over <= 0) continue;
    crowded = true;
    missing[s] = (missing[s] as number) + over;
  }
  return crowded;
}

function worst(missing: Float64Array): Pick<LossOutcome, "slotsHeld" | "worstSlot" | "worstMissing"> {
  let [slotsHeld, worstSlot] = [0, 0];
  missing.forEach((amount, s) => {
    if (amount === 0) slotsHeld++;
    if (amount > (missing[worstSlot] as number)) worstSlot = s;
  });
  return { slotsHeld, worstSlot, worstMissing: missing[worstSlot] ?? 0 };
}
