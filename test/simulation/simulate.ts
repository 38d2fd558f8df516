import type { Letter } from "../../executor/commands.ts";
import type { Wish } from "../../executor/event.ts";
import { evolve } from "../../executor/evolve.ts";
import { firstBreak } from "../../executor/journal.ts";
import type { Attempt, Report } from "../../executor/protocol.ts";
import { Runner } from "../../executor/run.ts";
import { defaultRunSettings, type RunSettings } from "../../executor/settings.ts";
import { newRun, type RunState } from "../../executor/state.ts";
import { termsOf, type Terms } from "../../executor/terms.ts";
import type { HostId, RunId, WorkloadId } from "../../model/ids.ts";
import type { Action, Plan } from "../../model/plan.ts";
import { Random } from "../../model/random.ts";
import type { Given } from "../planner/schedule/small-fleet.ts";
import { Drivers } from "./drivers.ts";
import { FakeAgent } from "./fake-agent.ts";
import type { Faults } from "./faults.ts";
import { Network } from "./network.ts";
import { Physical } from "./physical.ts";
import { RuleChecker } from "./rule-checker.ts";
import { SimulatedDisk, SimulatedJournal } from "./sim-journal.ts";
import { Timeline } from "./timeline.ts";

/** How one simulated execution went. */
export interface Simulated {
  /** Everything that must never happen and did; empty when all is well. */
  readonly wrong: readonly string[];
  readonly state: RunState;
  readonly events: number;
  readonly crashes: number;
}

/** A run must have ended so long after the last fault, however the faults were. */
const livenessMs = 6 * 3_600_000;

/** More is no execution of a small plan any more, but a loop. */
const eventsMax = 100_000;

interface Executor {
  readonly name: string;
  readonly runner: Runner;
  alive: boolean;
  stalledUntilMs: number;
}

/** One execution of a plan in a world where everything goes wrong that the seed says; the same for the same seed. */
export class Simulation {
  readonly #terms: Terms;
  readonly #plan: Plan;
  readonly #faults: Faults;
  readonly #random: Random;
  readonly #timeline = new Timeline();
  readonly #physical: Physical;
  readonly #rules: RuleChecker;
  readonly #network: Network;
  readonly #disk = new SimulatedDisk();
  readonly #agents = new Map<string, FakeAgent>();
  readonly #drivers: Drivers;
  readonly #wrong: string[] = [];
  readonly #performed: { readonly attempt: Attempt; readonly work: Action; readonly atMs: number }[] = [];
  readonly #powerCut = new Set<HostId>();
  readonly #died = new Set<WorkloadId>();
  #executors: Executor[] = [];
  #epoch = 0;
  #crashes = 0;
  #jumpMs = 0;

  constructor(world: Given, plan: Plan, faults: Faults, seed: number, settings: Partial<RunSettings> = {}) {
    this.#terms = termsOf(world.index, world.constraints, { ...defaultRunSettings, ...settings });
    this.#plan = plan;
    this.#faults = faults;
    this.#random = new Random(seed);
    this.#physical = new Physical(world.index);
    this.#rules = new RuleChecker(this.#physical, world.constraints);
    this.#physical.onChange = () => this.#rules.look();
    this.#network = new Network(this.#timeline, this.#random.split(), faults);
    const driverWorld = {
      timeline: this.#timeline, random: this.#random.split(), physical: this.#physical, faults: this.#untilTheEnd(),
      linked: (a: HostId, b: HostId) => !this.#network.isCut(a, b) && !this.#network.isCut(b, a),
    };
    this.#drivers = new Drivers(driverWorld);
    for (const { id } of world.index.hosts) {
      for (const role of ["agent", "power"] as const) {
        const name = `${id}/${role}`;
        const agent = new FakeAgent(id, role, driverWorld, this.#drivers, (work) => this.#estimateMs(work), (report) => this.#broadcast(name, report));
        agent.onBegin = (attempt, work) => this.#begins(attempt, work);
        this.#agents.set(name, agent);
        if (role === "agent" && !this.#physical.isOn(id)) agent.crash();
      }
    }
  }

  async run(): Promise<Simulated> {
    await this.#newExecutor();
    this.#planFaults();
    const limitMs = this.#faults.endMs + livenessMs;
    let events = 0;
    while (events < eventsMax && this.#timeline.step(limitMs)) {
      events++;
      // Promises of the executors are kept before time goes on.
      await new Promise((resolve) => { setImmediate(resolve); });
      this.#reviveAgents();
      if (this.#isOver()) break;
    }
    this.#judge();
    return { wrong: [...new Set([...this.#wrong, ...this.#physical.wrong, ...this.#rules.wrong])], state: this.#finalState(), events, crashes: this.#crashes };
  }

  /** The same faults, but none once they have ended. */
  #untilTheEnd(): Faults {
    const { timeline, faults } = { timeline: this.#timeline, faults: this.#faults };
    return new Proxy(faults, { get: (target, name) => (name !== "endMs" && timeline.nowMs >= faults.endMs ? 0 : Reflect.get(target, name)) });
  }

  #estimateMs(work: Action): number {
    const same = this.#plan.actions.find(({ action }) => action.kind === work.kind && ("workload" in action ? "workload" in work && action.workload === work.workload : "host" in work && action.host === work.host));
    return same === undefined ? 5000 : same.endMs - same.startMs;
  }

  async #newExecutor(): Promise<void> {
    const name = `executor${this.#executors.length + 1}`;
    const holder: { executor: Executor | null } = { executor: null };
    const random = this.#random.split();
    const die = (): void => { if (holder.executor !== null) this.#executorDies(holder.executor); };
    const crashes = (): boolean => this.#timeline.nowMs < this.#faults.endMs && random.chance(this.#faults.executorCrashes);
    const zeroMs = random.below(1_000_000_000);
    const runner = await Runner.open(this.#terms, {
      clock: {
        nowMs: () => zeroMs + this.#timeline.nowMs, utcMs: () => 1_800_000_000_000 + this.#timeline.nowMs + this.#jumpMs,
        after: (delayMs, wake) => this.#timeline.after(delayMs, () => this.#whenAwake(holder.executor, wake)),
      },
      journal: new SimulatedJournal(this.#disk, this.#timeline, random, crashes, die),
      agents: { send: (letter) => this.#send(holder.executor, letter) },
    });
    const executor: Executor = { name, runner, alive: true, stalledUntilMs: 0 };
    holder.executor = executor;
    this.#executors.push(executor);
    const epoch = ++this.#epoch;
    if (runner.state.status === "new") runner.take({ kind: "begin", run: "run" as RunId, epoch, digest: this.#plan.digest, actions: this.#plan.actions });
    else runner.take({ kind: "takeOver", epoch });
  }

  /** A stalled executor does what it has to when it wakes up, as if no time had passed. */
  #whenAwake(executor: Executor | null, act: () => void): void {
    if (executor === null || !executor.alive) return;
    const forMs = executor.stalledUntilMs - this.#timeline.nowMs;
    if (forMs > 0) this.#timeline.after(forMs, () => this.#whenAwake(executor, act));
    else act();
  }

  #executorDies(executor: Executor): void {
    if (!executor.alive) return;
    executor.alive = false;
    executor.runner.stop();
    this.#crashes++;
    this.#timeline.after(this.#random.between(100, 120_000), () => void this.#newExecutor());
  }

  #send(executor: Executor | null, { to, command }: Letter): void {
    if (executor === null || !executor.alive) return;
    const name = `${to.host}/${to.role}`;
    this.#whenAwake(executor, () => this.#network.send("executor", name, () => this.#agents.get(name)?.receive(command)));
  }

  /** Agents answer whoever listens; every living executor hears it. */
  #broadcast(name: string, report: Report): void {
    for (const executor of this.#executors) {
      if (!executor.alive) continue;
      this.#network.send(name, "executor", () => this.#whenAwake(executor, () => executor.runner.take({ kind: "report", report })));
    }
  }

  /** An action begins in the world: it must stand in the plan, have been kept in the journal, and wait for nothing. */
  #begins(attempt: Attempt, work: Action): void {
    const dispatched = this.#disk.entries.filter(({ event }) => event.kind === "dispatched" && event.action === attempt.action && event.attempt === attempt.attempt);
    if (dispatched.length !== 1) this.#wrong.push(`${attempt.action} attempt ${attempt.attempt} was dispatched ${dispatched.length} times in the journal`);
    const turned = this.#disk.entries.find(({ event }) => event.kind === "turnedBack")?.event;
    const allowed = [...this.#plan.actions, ...(turned?.kind === "turnedBack" ? turned.actions : [])];
    const planned = allowed.find(({ id }) => id === attempt.action);
    if (planned === undefined || JSON.stringify(planned.action) !== JSON.stringify(work)) this.#wrong.push(`${attempt.action} (${work.kind}) is not of the approved plan`);
    for (const before of planned?.after ?? []) {
      if (!this.#disk.entries.some(({ event }) => event.kind === "succeeded" && event.action === before)) this.#wrong.push(`${attempt.action} begins although ${before} has not succeeded`);
    }
    this.#performed.push({ attempt, work, atMs: this.#timeline.nowMs });
  }

  #reviveAgents(): void {
    for (const { id } of this.#terms.index.hosts) {
      const agent = this.#agents.get(`${id}/agent`);
      if (agent === undefined) continue;
      if (agent.alive && !this.#physical.isOn(id)) agent.crash();
      else if (!agent.alive && this.#physical.isOn(id) && !agent.comesBack) agent.revive();
    }
  }

  #planFaults(): void {
    const { endMs } = this.#faults;
    const random = this.#random;
    // Most plans take a minute or two: faults come while they are carried out.
    const withinMs = Math.max(1, this.#plan.makespanMs) * 2 + 10_000;
    const some = (chance: number, act: () => void, most = 1): void => {
      for (let n = 0; n < most; n++) if (random.chance(chance)) this.#timeline.after(random.below(Math.min(endMs, withinMs)), act);
    };
    for (const { id } of this.#terms.index.hosts) {
      some(this.#faults.powerCuts, () => this.#cutPower(id));
      some(this.#faults.fullDisks, () => {
        this.#physical.at(id).fullDisk = true;
        this.#timeline.after(endMs - this.#timeline.nowMs, () => { this.#physical.at(id).fullDisk = false; });
      });
      some(this.#faults.cuts, () => this.#network.cut("executor", `${id}/agent`, this.#soon()), 2);
      some(this.#faults.cuts, () => this.#network.cut(`${id}/agent`, "executor", this.#soon()), 2);
      for (const { id: other } of this.#terms.index.hosts) some(this.#faults.cuts, () => this.#network.cut(id, other, this.#soon()));
    }
    for (const { id } of this.#terms.index.workloads) some(this.#faults.guestDeaths, () => this.#guestDies(id));
    some(this.#faults.rivals, () => void this.#newExecutor(), 3);
    some(this.#faults.executorStalls, () => { for (const executor of this.#executors) executor.stalledUntilMs = this.#soon(); }, 3);
    some(this.#faults.clockJumps, () => { this.#jumpMs += random.between(-86_400_000, 86_400_000); }, 3);
    for (const wish of ["pause", "cancel", "goBack", "goBack"] as const satisfies readonly Wish[]) some(this.#faults.wishes, () => this.#wish(wish));
  }

  /** Until some time later, but not after the faults have ended. */
  #soon(): number {
    return Math.min(this.#faults.endMs, this.#timeline.nowMs + this.#random.below(600_000));
  }

  /** An operator who finds nobody there comes back later. */
  #wish(wish: Wish): void {
    const inCharge = this.#executors.filter(({ alive, runner }) => alive && runner.stopped === null && runner.state.epoch === this.#epoch);
    if (inCharge.length === 0) {
      this.#timeline.after(60_000, () => this.#wish(wish));
      return;
    }
    for (const { runner } of inCharge) runner.take({ kind: "wish", wish, by: "operator" });
    if (wish === "pause" || wish === "resume") this.#timeline.after(this.#random.between(60_000, 900_000), () => this.#resumeIfPaused());
  }

  /** A wish may die with the executor that took it: whoever looks again sees that nothing has come of it. */
  #resumeIfPaused(): void {
    const { status } = this.#finalState();
    if (status === "paused" || status === "pausing") this.#wish("resume");
  }

  #cutPower(host: HostId): void {
    if (!this.#physical.isOn(host)) return;
    this.#powerCut.add(host);
    this.#rules.onlyMonotone();
    this.#drivers.cutPower(host);
    this.#physical.cutPower(host);
    this.#rules.allowWhatIs();
    if (this.#random.chance(this.#faults.deaths)) this.#physical.at(host).dead = true;
    else this.#timeline.after(this.#soon() - this.#timeline.nowMs, () => {
      this.#physical.at(host).power = "on";
      this.#physical.changed();
    });
  }

  /** Its agent sees it and says so, if anybody hears it. */
  #guestDies(workload: WorkloadId): void {
    const host = [...this.#physical.hosts].find(([, { running }]) => running.get(workload) === "running")?.[0];
    if (host === undefined) return;
    this.#died.add(workload);
    this.#rules.onlyMonotone();
    this.#physical.halt(workload, host);
    this.#rules.allowWhatIs();
    this.#broadcast(`${host}/agent`, { kind: "changed", host, workload, found: "stopped" });
  }

  #finalState(): RunState {
    return this.#disk.entries.reduce((state, { event }) => evolve(this.#terms.settings, state, event), newRun(this.#terms.index));
  }

  /** At rest, with nobody left who would go on. */
  #isOver(): boolean {
    const living = this.#executors.filter(({ alive, runner }) => alive && runner.stopped === null);
    return this.#timeline.nowMs >= this.#faults.endMs && living.some(({ runner }) => runner.state.status === "ended");
  }

  #judge(): void {
    const broken = firstBreak(this.#disk.entries);
    if (broken !== null) this.#wrong.push(`the journal's chain breaks at entry ${broken}`);
    const state = this.#finalState();
    if (state.status !== "ended") this.#wrong.push(`the run is ${state.status} ${livenessMs / 3_600_000} h after the last fault, with ${state.underWay.length} actions under way`);
    const living = this.#executors.filter(({ alive, runner }) => alive && runner.stopped === null).map(({ runner }) => runner.state);
    const live = living.find(({ epoch }) => epoch === state.epoch);
    if (live !== undefined && !sameMeaning(live, state)) this.#wrong.push("replaying the journal gives another state than the one that wrote it");
    this.#judgeOutcomes(state);
  }

  /** What the executor says must be so in the world, where it is certain and no host has failed by itself. */
  #judgeOutcomes(state: RunState): void {
    if (this.#powerCut.size > 0) return;
    const uncertain = new Set([state.leg, state.wayThere?.leg].flatMap((leg, i) => {
      const steps = i === 0 ? state.steps : (state.wayThere?.steps ?? []);
      return (leg?.actions ?? []).flatMap(({ action }, n) => (steps[n]?.kind === "unknown" && "workload" in action ? [action.workload] : []));
    }));
    const real = this.#physical.instant();
    this.#terms.index.workloads.forEach(({ id }, w) => {
      const [known, there] = [state.known.where(w), real.where(w)];
      const placed = known.host === there.host && known.leaving === there.leaving;
      // Stopped with equal data on two hosts, it may be said to be on either.
      const onEither = known.host === there.leaving && known.leaving === there.host && there.activity === "stopped";
      const same = (placed || onEither) && known.activity === there.activity && there.arriving < 0;
      const ranAndDied = state.ran.includes(id);
      if (!same && !uncertain.has(id) && !ranAndDied && !this.#died.has(id)) this.#wrong.push(`${id} is ${JSON.stringify(there)}, the executor believes ${JSON.stringify(known)}`);
    });
    if (this.#faults.endMs === 0 && state.doneCount !== this.#plan.actions.length) this.#wrong.push(`without any fault ${state.doneCount} of ${this.#plan.actions.length} actions were done`);
  }
}

function sameMeaning(a: RunState, b: RunState): boolean {
  return meaningOf(a) === meaningOf(b);
}

/** All of a state but its timers, which start anew after a crash. */
function meaningOf({ status, epoch, steps, leg, known, ready, underWay, ran }: RunState): string {
  return JSON.stringify([
    status, epoch, steps.map(({ kind }) => kind), leg.actions.map(({ id }) => id), known.index.workloads.map((_, w) => known.where(w)), ready, underWay, ran,
  ]);
}
