import { assert } from "../../model/assert.ts";
import { newLoadBlock, sampleMax, type LoadBlock, type LoadCursor, type LoadResource, type LoadSource, type LoadSubject } from "../../model/load.ts";
import type { Grid } from "./grid.ts";

/** What some subjects ask for, on slots of the same length that may begin and end elsewhere; it begins again when it repeats. */
export interface LoadShare {
  readonly source: LoadSource;
  readonly repeat: boolean;
}

/**
 * Shares of load together: what several tell of one subject adds up, and where none does it is a constant. A share that
 * does not repeat is 0 before its first and after its last slot.
 */
export class JoinedLoad implements LoadSource {
  readonly resources: readonly LoadResource[];
  readonly subjects: readonly LoadSubject[];
  readonly startMs: number;
  readonly stepMs: number;
  readonly slots: number;
  /** Samples at the limit of what can be counted so far: they would have been more. */
  samplesAtLimit = 0;
  readonly #shares: readonly OpenShare[];
  readonly #constants: readonly Int32Array[];

  /** `constants[r][subject]`: what is asked for of a resource by subjects of which no share tells; in fine units. */
  constructor(subjects: readonly LoadSubject[], resources: readonly LoadResource[], grid: Grid, shares: readonly LoadShare[], constants: readonly Int32Array[]) {
    ({ startMs: this.startMs, stepMs: this.stepMs, slots: this.slots } = grid);
    this.subjects = subjects;
    this.resources = resources;
    this.#shares = shares.map((share) => openShare(share, this));
    this.#constants = constants.map((own, r) => own.map((constant, row) => (this.#shares.some(({ rows, resourceOf }) => resourceOf.includes(r) && rows.includes(row)) ? 0 : constant)));
  }

  open(fromSlot: number): LoadCursor {
    const cursors = this.#shares.map((share) => new ShareCursor(share, this.startMs, fromSlot));
    let slot = fromSlot;
    return {
      fill: (block) => {
        const filled = Math.max(0, Math.min(block.slots, this.slots - slot));
        slot += filled;
        this.#constants.forEach((own, r) => {
          const samples = block.samples[r];
          if (samples !== undefined) for (let row = 0; row < own.length; row++) samples.fill(own[row] as number, row * block.slots, row * block.slots + filled);
        });
        for (const cursor of cursors) this.samplesAtLimit += cursor.addTo(block, filled);
        return filled;
      },
    };
  }
}

interface OpenShare extends LoadShare {
  /** Row of each of its subjects, -1 for none; resource of each of its own, -1 for none. */
  readonly rows: readonly number[];
  readonly resourceOf: readonly number[];
}

function openShare(share: LoadShare, { subjects, resources, startMs, stepMs }: JoinedLoad): OpenShare {
  const { source } = share;
  assert(source.stepMs === stepMs && (source.startMs - startMs) % stepMs === 0, "shares of load lie on the same slots");
  const rowOf = new Map(subjects.map(({ workload }, row) => [workload, row]));
  const names = resources.map(({ name }) => name);
  return { ...share, rows: source.subjects.map(({ workload }) => rowOf.get(workload) ?? -1), resourceOf: source.resources.map(({ name }) => names.indexOf(name)) };
}

/** Reads one share and adds it to blocks of all. */
class ShareCursor {
  readonly #share: OpenShare;
  #block: LoadBlock | null = null;
  #cursor: LoadCursor | null = null;
  /** The next slot, counted from the first of the share. */
  #slot: number;

  constructor(share: OpenShare, startMs: number, fromSlot: number) {
    this.#share = share;
    this.#slot = fromSlot - (share.source.startMs - startMs) / share.source.stepMs;
  }

  /** Adds the next slots to the first of a block; says how many samples were cut at the limit. */
  addTo(to: LoadBlock, slots: number): number {
    const { source, repeat } = this.#share;
    let cut = 0;
    for (let done = 0; done < slots && source.slots > 0;) {
      const place = repeat ? ((this.#slot % source.slots) + source.slots) % source.slots : this.#slot;
      const wanted = place < 0 ? Math.min(slots - done, -place) : Math.min(slots - done, source.slots - place);
      if (wanted <= 0) {
        this.#slot += slots - done;
        break;
      }
      if (place >= 0) cut += this.#copy(to, done, place, wanted);
      this.#slot += wanted;
      done += wanted;
    }
    return cut;
  }

  #copy(to: LoadBlock, at: number, place: number, wanted: number): number {
    const { source, rows, resourceOf } = this.#share;
    // A cursor only goes on: at the beginning of the share, and where the length asked for changes, another one is opened.
    if (this.#block?.slots !== wanted || place === 0) {
      this.#block = newLoadBlock(source, wanted);
      this.#cursor = source.open(place);
    }
    this.#cursor?.fill(this.#block);
    let cut = 0;
    for (const [own, r] of resourceOf.entries()) {
      const [read, samples] = [this.#block.samples[own], to.samples[r]];
      if (read === undefined || samples === undefined) continue;
      rows.forEach((row, subject) => {
        if (row >= 0) cut += addRow(samples, row * to.slots + at, read, subject * wanted, wanted);
      });
    }
    return cut;
  }
}

function addRow(to: Int32Array, at: number, from: Int32Array, begin: number, count: number): number {
  let cut = 0;
  for (let s = 0; s < count; s++) {
    const before = to[at + s] as number;
    const sum = before + (from[begin + s] as number);
    // Load that was made up has been cut by its maker: each sample at the limit counts, once.
    if (sum >= sampleMax && before < sampleMax) cut++;
    to[at + s] = sum > sampleMax ? sampleMax : sum;
  }
  return cut;
}
