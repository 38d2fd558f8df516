import type { WallClock } from "../model/clock.ts";
import { lettersFor, type Letter } from "./commands.ts";
import { decide, wakesAfterMs, wakesAtMs, type Input } from "./decide.ts";
import { isPassing, type Moment, type RunEvent } from "./event.ts";
import { evolve } from "./evolve.ts";
import { beginning, Superseded, type Journal } from "./journal.ts";
import { replay } from "./recover.ts";
import type { RunState } from "./state.ts";
import type { Terms } from "./terms.ts";

/** Calls back once after a while, unless it is cancelled. */
export interface Alarm {
  after(delayMs: number, wake: () => void): () => void;
}

/** The way to the agents. A letter may be lost, come late or twice: nothing relies on its arrival. */
export interface Agents {
  send(letter: Letter): void;
}

/** What an execution needs of the world. */
export interface World {
  readonly clock: WallClock & Alarm;
  readonly journal: Journal;
  readonly agents: Agents;
  /** Told after each event, for whoever shows the progress. */
  readonly seen?: (event: RunEvent, state: RunState) => void;
}

type InputWithoutTime = Input extends infer Each ? (Each extends Input ? Omit<Each, "at"> : never) : never;

/**
 * The effect loop: what `decide` says is kept first and sent afterwards. Inputs are taken one after the other; those that
 * come while the journal is being written wait.
 */
export class Runner {
  readonly #terms: Terms;
  readonly #world: World;
  readonly #waiting: InputWithoutTime[] = [];
  #state: RunState;
  #lastHash: string;
  #busy = false;
  #cancelAlarm: () => void = () => {};
  /** When the alarm will ring; it may ring too early, and never too late. */
  #alarmAtMs = Infinity;
  #stopped: Error | null = null;
  readonly #whenAtRest: ((error: Error | null) => void)[] = [];

  private constructor(terms: Terms, world: World, state: RunState, lastHash: string) {
    this.#terms = terms;
    this.#world = world;
    this.#state = state;
    this.#lastHash = lastHash;
  }

  /** Reads the journal and stands where it ends. Replaying is recovery: nothing else is known after a crash. */
  static async open(terms: Terms, world: World): Promise<Runner> {
    const entries = await world.journal.read();
    return new Runner(terms, world, replay(terms, entries), entries.at(-1)?.hash ?? beginning);
  }

  get state(): RunState {
    return this.#state;
  }

  /** Why it does nothing any more; null while it does. */
  get stopped(): Error | null {
    return this.#stopped;
  }

  /** Takes an input; what follows from it happens soon. */
  take(input: InputWithoutTime): void {
    if (this.#stopped !== null) return;
    this.#waiting.push(input);
    if (!this.#busy) void this.#work();
  }

  /** Lets go of the execution as it is; another runner may take over from the journal. */
  stop(because: Error = new Error("stopped")): void {
    this.#stopped ??= because;
    this.#cancelAlarm();
    this.#waiting.length = 0;
    for (const tell of this.#whenAtRest.splice(0)) tell(this.#stopped);
  }

  /** Ends when nothing goes on by itself any more: paused or ended. Fails when the runner stops before. */
  async untilAtRest(): Promise<RunState> {
    await new Promise<void>((resolve, reject) => {
      this.#whenAtRest.push((error) => (error === null ? resolve() : reject(error)));
      this.#tellAtRest();
    });
    return this.#state;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let input = this.#waiting.shift(); input !== undefined; input = this.#waiting.shift()) {
      try {
        await this.#step(input);
      } catch (error) {
        // Not kept means not done: without its journal an execution ends here, and nothing more is sent.
        this.stop(error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }
    this.#busy = false;
    this.#tellAtRest();
  }

  async #step(input: InputWithoutTime): Promise<void> {
    const own = this.#state.epoch;
    if (input.kind === "report" && input.report.kind === "fenced" && input.report.epoch > own) throw new Superseded({ host: input.report.host, epoch: input.report.epoch, own });
    const at = this.#moment();
    const events = decide(this.#terms, this.#state, { ...input, at });
    const lasting = events.filter((event) => !isPassing(event));
    if (lasting.length > 0) {
      const kept = await this.#world.journal.append(this.#lastHash, lasting);
      this.#lastHash = kept.at(-1)?.hash ?? this.#lastHash;
    }
    if (this.#stopped !== null) return;
    for (const event of events) {
      this.#state = evolve(this.#terms.settings, this.#state, event);
      for (const letter of lettersFor(this.#state, event)) this.#world.agents.send(letter);
      this.#ringsBy(wakesAfterMs(this.#terms, this.#state, event, at), at.nowMs);
      this.#world.seen?.(event, this.#state);
    }
    if (input.kind === "time") this.#ringsBy(wakesAtMs(this.#terms, this.#state, at), at.nowMs);
  }

  #moment(): Moment {
    return { nowMs: this.#world.clock.nowMs(), utcMs: this.#world.clock.utcMs() };
  }

  #ringsBy(wakesMs: number | null, nowMs: number): void {
    if (wakesMs === null || wakesMs >= this.#alarmAtMs || this.#stopped !== null) return;
    this.#cancelAlarm();
    this.#alarmAtMs = wakesMs;
    this.#cancelAlarm = this.#world.clock.after(Math.max(0, wakesMs - nowMs), () => {
      this.#alarmAtMs = Infinity;
      this.take({ kind: "time" });
    });
  }

  #tellAtRest(): void {
    const { status } = this.#state;
    if (this.#busy || this.#waiting.length > 0 || (status !== "paused" && status !== "ended")) return;
    for (const tell of this.#whenAtRest.splice(0)) tell(null);
  }
}
