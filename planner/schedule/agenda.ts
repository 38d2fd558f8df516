import type { FleetIndex } from "../../model/snapshot.ts";
import { EventQueue } from "./event-queue.ts";
import { carries, type Step } from "./step.ts";
import { Traffic, type Carrying } from "./traffic.ts";

/** What comes at its time: the end of a step, or the moment at which a workload may try again. */
export type Due<Entry> = { readonly kind: "end"; readonly entry: Entry } | { readonly kind: "retry"; readonly workload: number };

type Event<Entry> = Due<Entry> & { readonly atMs: number };

/** The time of a schedule in the making: when each step that is under way ends, which may change while it is. */
export class Agenda<Entry extends Carrying> {
  nowMs = 0;
  readonly traffic: Traffic;
  readonly #events = new EventQueue<Event<Entry>>();
  readonly #underWay = new Map<Carrying, Entry>();

  constructor(index: FleetIndex) {
    this.traffic = new Traffic(index);
  }

  /** Is nothing to come? */
  get isEmpty(): boolean {
    this.#dropOutdated();
    return this.#events.size === 0;
  }

  begin(entry: Entry): void {
    this.#underWay.set(entry, entry);
    if (carries(entry.step)) this.#endOtherwise(this.traffic.begin(entry));
    else this.#willEnd(entry);
  }

  retryAt(atMs: number, { workload }: Step): void {
    this.#events.add(atMs, { kind: "retry", workload, atMs });
  }

  /** To the time of what comes next. */
  forward(): void {
    this.#dropOutdated();
    this.nowMs = Math.max(this.nowMs, this.#events.nextMs);
  }

  /** What is due now and has not been taken; null when nothing is left. */
  take(): Due<Entry> | null {
    this.#dropOutdated();
    if (this.#events.nextMs > this.nowMs) return null;
    const event = this.#events.take() ?? null;
    if (event?.kind !== "end") return event;
    this.#underWay.delete(event.entry);
    if (carries(event.entry.step)) this.#endOtherwise(this.traffic.end(event.entry, this.nowMs));
    return event;
  }

  /** Those whose part of the network has changed end at another time. */
  #endOtherwise(changed: readonly Carrying[]): void {
    for (const carrying of changed) {
      const entry = this.#underWay.get(carrying);
      if (entry !== undefined) this.#willEnd(entry);
    }
  }

  #willEnd(entry: Entry): void {
    this.#events.add(entry.endMs, { kind: "end", entry, atMs: entry.endMs });
  }

  /** Ends that have been put off, or have come earlier, mean nothing any more. */
  #dropOutdated(): void {
    for (let next = this.#events.next; next?.kind === "end" && (next.atMs !== next.entry.endMs || !this.#underWay.has(next.entry)); next = this.#events.next) this.#events.take();
  }
}
