import { createHash } from "node:crypto";
import type { HostId } from "../model/ids.ts";
import type { RunEvent } from "./event.ts";

/**
 * The record of an execution: only ever added to, each entry bound to the one before it by its hash, so that nothing in
 * it can be changed, left out or put in unseen. What has been kept stays kept when the process or the machine dies.
 */
export interface Journal<Event = RunEvent> {
  /** All entries, from the first. */
  read(): Promise<readonly Entry<Event>[]>;
  /**
   * Keeps events after the entry with this hash; fails with `Superseded`, and keeps nothing, when another one has
   * written since. Ends when they would survive a power cut.
   */
  append(after: string, events: readonly Event[]): Promise<readonly Entry<Event>[]>;
}

export interface Entry<Event = RunEvent> {
  /** From 1. */
  readonly sequence: number;
  readonly previous: string;
  readonly event: Event;
  readonly hash: string;
}

/** Another executor has gone on with this journal. */
export class Superseded extends Error {
  /** The larger epoch that an agent knows; null when somebody else has written in the journal. */
  readonly epoch: number | null;

  constructor(known: { readonly host: HostId; readonly epoch: number; readonly own: number } | null = null) {
    super(known === null ? "another executor has taken over this execution"
      : `the agent of host ${known.host} obeys another executor: the epoch that it knows is ${known.epoch}, here it is ${known.own}`);
    this.epoch = known?.epoch ?? null;
  }
}

/** What comes before the first entry. */
export const beginning = "0".repeat(64);

/** The next entries of a journal, chained to what is there. */
export function chained<Event>(last: Entry<Event> | undefined, events: readonly Event[]): readonly Entry<Event>[] {
  let { sequence, hash } = last ?? { sequence: 0, hash: beginning };
  return events.map((event) => {
    const previous = hash;
    sequence++;
    hash = hashOf(sequence, previous, JSON.stringify(event));
    return { sequence, previous, event, hash };
  });
}

/** One entry as a line of text, without its end. */
export function lineOf({ sequence, previous, event, hash }: Entry<unknown>): string {
  return `${sequence} ${previous} ${hash} ${JSON.stringify(event)}`;
}

/** `s`: a text may hold signs that end a line elsewhere, U+2028 and U+2029. */
const line = /^(\d{1,15}) ([0-9a-f]{64}) ([0-9a-f]{64}) (\{.*\})$/s;

/** Reads a line back as the entry after `last`; null when it is not that entry, whole and unchanged. */
export function entryOf<Event = RunEvent>(text: string, last: Entry<Event> | undefined): Entry<Event> | null {
  const [, number = "", previous = "", hash = "", json = ""] = line.exec(text) ?? [];
  const sequence = Number(number);
  if (sequence !== (last?.sequence ?? 0) + 1 || previous !== (last?.hash ?? beginning) || hash !== hashOf(sequence, previous, json)) return null;
  // Whoever can make the hash fit has written the event as well; its form is not in question then.
  return { sequence, previous, hash, event: JSON.parse(json) as Event };
}

function hashOf(sequence: number, previous: string, json: string): string {
  return createHash("sha256").update(`${sequence} ${previous} ${json}`).digest("hex");
}

/** The first entry that does not follow from those before it; null when the chain is whole. */
export function firstBreak(entries: readonly Entry[]): number | null {
  let last: Entry | undefined;
  for (const entry of entries) {
    const [expected] = chained(last, [entry.event]);
    if (expected?.hash !== entry.hash || entry.sequence !== expected.sequence || entry.previous !== expected.previous) return entry.sequence;
    last = entry;
  }
  return null;
}

/** A journal that lasts as long as the process: for dry runs and tests. */
export class MemoryJournal implements Journal {
  #entries: Entry[] = [];

  read(): Promise<readonly Entry[]> {
    return Promise.resolve(Array.from(this.#entries));
  }

  append(after: string, events: readonly RunEvent[]): Promise<readonly Entry[]> {
    const last = this.#entries.at(-1);
    if ((last?.hash ?? beginning) !== after) return Promise.reject(new Superseded());
    const added = chained(last, events);
    this.#entries.push(...added);
    return Promise.resolve(added);
  }
}
