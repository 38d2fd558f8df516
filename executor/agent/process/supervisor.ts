import { join } from "node:path";
import { assert } from "../../../model/assert.ts";
import type { Clock } from "../../../model/clock.ts";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Found } from "../../protocol.ts";
import type { Alarm } from "../../run.ts";
import type { Owner } from "../owner.ts";
import { failed, type Changed, type Outcome } from "../driver.ts";
import { limit, unlimit } from "./control-group.ts";
import { folderName, type Places, type State } from "../place.ts";
import { holdersOf, isAlive, launch, signal, type ProcessId } from "./processes.ts";
import { readProgram, type Program } from "./program.ts";
import type { Turns } from "../turns.ts";

interface Ways {
  readonly allowed: readonly string[];
  readonly owner: Owner | null;
  readonly startAtBoot: boolean;
}

/** Starts programs, ends them, and starts them again when they fail. What is wanted is on the disk before it is done. */
export class Supervisor {
  onChange: Changed = () => {};
  isClosed = false;
  readonly #places: Places;
  readonly #turns: Turns;
  readonly #ways: Ways;
  readonly #world: { readonly clock: Clock & Alarm; readonly note: (words: string) => void };
  readonly #boot: string;
  /** How often a program was started again since it was last up for long, and when it may be next. */
  readonly #restarts = new Map<WorkloadId, { readonly count: number; readonly lastMs: number; readonly notBeforeMs: number }>();
  readonly #told = new Map<WorkloadId, Found>();
  #cancelLook: () => void = () => {};

  constructor(places: Places, turns: Turns, ways: Ways, world: { readonly clock: Clock & Alarm; readonly note: (words: string) => void }, boot: string) {
    this.#places = places;
    this.#turns = turns;
    this.#ways = ways;
    this.#world = world;
    this.#boot = boot;
  }

  /** Looks after what ran before this process did; after the host was down, it runs again only where that is wanted. */
  async takeUp(): Promise<void> {
    for (const { workload, state } of await this.#places.all()) {
      if (state.wanted !== "running" || state.boot === this.#boot || this.#ways.startAtBoot) continue;
      await this.#places.keep(workload, { ...state, wanted: "stopped", pid: 0 });
      this.#world.note(`${workload} ran when the host went down, and stays stopped`);
    }
    this.#lookLater();
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.#cancelLook();
    return Promise.resolve();
  }

  async find(workload: WorkloadId): Promise<Found> {
    const state = await this.#places.state(workload);
    if (state === null) return await this.#places.has(this.#places.incoming(workload)) ? "incoming" : "absent";
    if (await this.#process(workload, state) !== null) return "running";
    // It is wanted and not there: soon it runs again.
    return state.wanted === "running" ? "paused" : "stopped";
  }

  async start(workload: WorkloadId, ended: AbortSignal): Promise<Outcome> {
    const place = this.#places.of(workload);
    const runnable = await readProgram(place, this.#ways.allowed);
    if ("because" in runnable) return failed(runnable.because, "stopped", { again: false });
    const child = await this.#launch(workload, runnable.program, runnable.path, "starting");
    const state = await this.#state(workload);
    if (child !== null && await this.#staysUp(child, runnable.program.settleMs ?? defaultSettleMs, ended)) {
      await this.#places.keep(workload, { ...state, wanted: "running" });
      this.#restarts.delete(workload);
      return { kind: "done" };
    }
    await this.#endAll(workload, state);
    await this.#places.keep(workload, { ...state, wanted: "stopped", pid: 0 });
    const because = child === null ? "it could not be begun" : ended.aborted ? "it was ended" : "it ended by itself at once; its output.log may say why";
    // Nobody can prove that it did nothing in its short life.
    return failed(because, "stopped", { ran: true });
  }

  /** After a crash during a start: does it run? From now on it is looked after, or ended for good. */
  async confirm(workload: WorkloadId): Promise<boolean> {
    const state = await this.#state(workload);
    const child = state.wanted === "starting" ? await this.#process(workload, state) : null;
    if (child !== null) {
      await this.#places.keep(workload, { ...state, ...child, boot: this.#boot, wanted: "running" });
      return true;
    }
    await this.#endAll(workload, state);
    await this.#places.keep(workload, { ...state, wanted: "stopped", pid: 0 });
    return false;
  }

  async stop(workload: WorkloadId, ended: AbortSignal): Promise<Outcome> {
    const before = await this.#state(workload);
    const runnable = await readProgram(this.#places.of(workload), this.#ways.allowed);
    const { graceMs = defaultGraceMs, mayKill = true } = "program" in runnable ? runnable.program : {};
    const child = await this.#process(workload, before);
    const state = { ...before, ...child };
    await this.#places.keep(workload, { ...state, wanted: "stopped" });
    if (child !== null) await signal(child, "SIGTERM");
    const gone = child === null || await this.#goes(child, graceMs, ended);
    if (!gone && (ended.aborted || !mayKill)) {
      await this.#places.keep(workload, { ...state, wanted: "running" });
      return failed(ended.aborted ? "it was ended before the program had" : `the program has not ended in ${graceMs} ms, and may not be killed`, "running");
    }
    await this.#endAll(workload, state);
    await this.#places.keep(workload, { ...state, wanted: "stopped", pid: 0 });
    return { kind: "done" };
  }

  async forget(workload: WorkloadId): Promise<void> {
    this.#restarts.delete(workload);
    await unlimit(this.#places.of(workload));
  }

  /** What was wanted is kept first; then the program is begun, and then which one it is. */
  async #launch(workload: WorkloadId, program: Program, path: string, wanted: "starting" | "running"): Promise<ProcessId | null> {
    const place = this.#places.of(workload);
    const before = await this.#state(workload);
    await this.#endAll(workload, before);
    await this.#places.keep(workload, { ...before, wanted, boot: this.#boot, pid: 0, began: "" });
    const child = await launch({
      place, path, args: program.command.slice(1), uid: this.#ways.owner?.uid, gid: this.#ways.owner?.gid,
      environment: { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", ...program.environment, HOME: join(place, "files"), STOWAGE_WORKLOAD: workload },
    }, () => {
      this.#look(workload).catch((error: unknown) => this.#world.note(`${workload}: ${error instanceof Error ? error.message : String(error)}`));
    });
    if (child === null) return null;
    const unlimited = program.limits === undefined ? [] : await limit(place, child.pid, program.limits);
    for (const words of unlimited) this.#world.note(`${workload}: ${words}`);
    await this.#places.keep(workload, { ...before, wanted, boot: this.#boot, ...child });
    return child;
  }

  /** The process of a workload: the one that is known, or after a crash the one that holds the lock. */
  async #process(workload: WorkloadId, { pid, began, boot, wanted }: State): Promise<ProcessId | null> {
    if (boot !== this.#boot) return null;
    if (pid > 0) return await isAlive({ pid, began }) ? { pid, began } : null;
    return wanted === "stopped" ? null : (await holdersOf(this.#places.of(workload)))[0] ?? null;
  }

  /** Ends everything that still holds the lock: children that their program has left behind. */
  async #endAll(workload: WorkloadId, state: State): Promise<void> {
    if (state.boot !== this.#boot) return;
    for (let tries = 0; tries < endTries; tries++) {
      const holders = await holdersOf(this.#places.of(workload));
      if (holders.length === 0) return;
      for (const holder of holders) await signal(holder, "SIGKILL");
      await this.#pause(lookEveryMs / 20);
    }
    throw new Error(`${workload} has processes that cannot be ended`);
  }

  async #staysUp(child: ProcessId, forMs: number, ended: AbortSignal): Promise<boolean> {
    const untilMs = this.#world.clock.nowMs() + forMs;
    while (!ended.aborted && await isAlive(child)) {
      const leftMs = untilMs - this.#world.clock.nowMs();
      if (leftMs <= 0) return true;
      await this.#pause(Math.min(leftMs, lookEveryMs / 10));
    }
    return false;
  }

  async #goes(child: ProcessId, withinMs: number, ended: AbortSignal): Promise<boolean> {
    const untilMs = this.#world.clock.nowMs() + withinMs;
    while (await isAlive(child)) {
      if (ended.aborted || this.#world.clock.nowMs() >= untilMs) return false;
      await this.#pause(lookEveryMs / 20);
    }
    return true;
  }

  #lookLater(): void {
    if (this.isClosed) return;
    this.#cancelLook = this.#world.clock.after(lookEveryMs, () => {
      void this.#lookAtAll().then(() => this.#lookLater(), (error: unknown) => {
        this.#world.note(`programs cannot be looked after: ${error instanceof Error ? error.message : String(error)}`);
        this.#lookLater();
      });
    });
  }

  async #lookAtAll(): Promise<void> {
    for (const { workload, state } of await this.#places.all()) {
      if (state.wanted === "running" && await this.#process(workload, state) === null) await this.#look(workload);
    }
  }

  /** Starts a program again that should run and does not; the pause before that grows with each time. */
  async #look(workload: WorkloadId): Promise<void> {
    if (this.isClosed || this.#turns.isTaken(folderName(workload)) || await this.find(workload) !== "paused") return;
    const restart = this.#restarts.get(workload);
    this.#tell(workload, "paused");
    if (this.#world.clock.nowMs() < (restart?.notBeforeMs ?? 0)) return;
    await this.#turns.take(folderName(workload), () => this.#startAgain(workload));
  }

  #tell(workload: WorkloadId, found: Found): void {
    if (this.#told.get(workload) === found) return;
    this.#told.set(workload, found);
    this.onChange(workload, found);
  }

  async #startAgain(workload: WorkloadId): Promise<void> {
    if (this.isClosed || await this.find(workload) !== "paused") return;
    const nowMs = this.#world.clock.nowMs();
    const before = this.#restarts.get(workload);
    const count = before === undefined || nowMs - before.lastMs > restartMaxMs ? 1 : before.count + 1;
    this.#restarts.set(workload, { count, lastMs: nowMs, notBeforeMs: nowMs + Math.min(restartMaxMs, restartMs * 2 ** Math.min(count - 1, 10)) });
    const runnable = await readProgram(this.#places.of(workload), this.#ways.allowed);
    if ("because" in runnable) this.#world.note(`${workload} cannot be started again: ${runnable.because}`);
    else if (await this.#launch(workload, runnable.program, runnable.path, "running") !== null) this.#tell(workload, "running");
  }

  async #state(workload: WorkloadId): Promise<State> {
    const state = await this.#places.state(workload);
    assert(state !== null, `workload ${workload} has no place`);
    return state;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => { this.#world.clock.after(ms, resolve); });
  }
}

const defaultSettleMs = 500;
const defaultGraceMs = 30_000;
const lookEveryMs = 1000;
const restartMs = 1000;
const restartMaxMs = 60_000;
const endTries = 100;
