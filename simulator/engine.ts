import { assert } from "../model/assert.ts";
import type { PlannedAction } from "../model/plan.ts";
import { Random } from "../model/random.ts";
import { amountOf } from "../model/resource.ts";
import { termsOf } from "../executor/terms.ts";
import { windowsOf, type Constraint } from "../policies/index.ts";
import { Agents } from "./agents.ts";
import { Carriages } from "./carriage.ts";
import { Core } from "./core.ts";
import { eventNames, type EventName } from "./event.ts";
import { Execution, type ActionRecord } from "./execution.ts";
import { FailureTurns, hostsOf, scopeInWords } from "./failures.ts";
import { fleetNow, indexNow } from "./fleet-now.ts";
import { Flows } from "./flows.ts";
import { LoadWindow } from "./load-window.ts";
import { Meters } from "./meters.ts";
import { PlanPeaks } from "./plan-peaks.ts";
import { Recovery } from "./recovery.ts";
import { RuleWatch } from "./rule-watch.ts";
import { Scaling } from "./scaling.ts";
import { instancesByApplication } from "./services.ts";
import { defaultSimulation, type SimulationInput, type SimulationSettings } from "./simulation.ts";
import { Tasks } from "./tasks.ts";
import { Timeline } from "./timeline.ts";
import { CheckpointWriter } from "./workload-checkpoints.ts";

/** Actions that are kept one by one. */
const actionsMax = 100_000;

/** A simulation under way: the world, and `apply`, which changes it by one event. */
export class Engine {
  readonly core: Core;
  readonly tasks: Tasks;
  readonly checkpoints: CheckpointWriter;
  readonly rules: RuleWatch;
  readonly recovery: Recovery;
  readonly flows: Flows;
  readonly peaks: PlanPeaks;
  /** The plan that is carried out; what became of the actions of those that are over, the first ones. */
  #execution: Execution | null = null;
  readonly #ended: ActionRecord[] = [];
  readonly #input: SimulationInput;
  readonly settings: SimulationSettings;
  readonly scaling: Scaling;
  readonly #turns: FailureTurns;
  readonly #repairMs = new Map<number, number>();
  readonly #agents: Agents;
  /** What plans are held to; the answers to questions need not keep all of it. */
  readonly #constraints: readonly Constraint[];
  readonly #constraintsOfAnswers: readonly Constraint[];
  readonly #why: string[] = [];
  #executionCount = 0;
  /** The plan of the input is due, and waits for the end of the one before. */
  #planIsDue = false;
  #asked = false;
  /** Workloads have been lost since the last question. */
  #isUrgent = false;
  #someServes = false;

  constructor(input: SimulationInput) {
    const settings = { ...defaultSimulation, ...input.settings };
    const { index, lengthMs, startMs } = input;
    assert(lengthMs > 0 && Number.isSafeInteger(lengthMs), "a simulation lasts a whole number of milliseconds above 0");
    this.#input = input;
    this.settings = settings;
    const timeline = new Timeline(settings.happeningsMax);
    const groups = settings.shareLoad ? sharingGroups(input) : [];
    const window = new LoadWindow({ index, source: input.load, startMs, lengthMs, groups, limitToReservation: settings.limitToReservation, limits: settings.limits });
    const columns = Math.min(settings.columns, lengthMs);
    const meters = new Meters({
      index, window, columns, columnMs: Math.ceil(lengthMs / columns), powerModels: input.powerModels ?? new Map(), carbon: input.carbon ?? [],
      virtualProcessors: settings.sharedBy === "workload" ? null : Int32Array.from(index.workloads, ({ reservation }) => Math.max(1, Math.ceil(amountOf(reservation, "cpuMillicores") / 1000))),
    });
    const groupOf = new Int32Array(index.workloads.length).fill(-1);
    groups.forEach(({ members }, g) => members.forEach((w) => {
      groupOf[w] = g;
    }));
    this.core = new Core({ index, window, meters, timeline, failedDraws: settings.failedDraws, groupOf, groups });
    const { core } = this;
    this.flows = new Flows(index, (id, atMs, epoch) => core.schedule("transfer", atMs, id, epoch));
    this.#agents = new Agents(core, new Carriages(core, this.flows, settings.moves));
    // Without a date there are no windows.
    this.#constraints = input.hasDate ? input.constraints : input.constraints.filter((constraint) => windowsOf([constraint]).length === 0);
    this.#constraintsOfAnswers = this.#constraints.filter(({ policy }) => input.setAside?.has(policy) !== true);
    this.tasks = new Tasks(core, input.tasks ?? [], (h) => processorsOf(input, h));
    this.recovery = new Recovery(core, [{ hostFails: () => this.#execution?.hostFails(), hostReturns: () => undefined }, this.#agents, { hostFails: (h) => this.tasks.hostFails(h), hostReturns: () => undefined }]);
    this.rules = new RuleWatch(core, input.constraints);
    this.peaks = new PlanPeaks(core);
    this.scaling = new Scaling(core, settings.scaling);
    this.#turns = new FailureTurns(index, input.processes ?? [], new Random(input.seed));
    this.checkpoints = new CheckpointWriter(core, input.checkpoints ?? []);
    this.#watchChanges();
    this.#scheduleFirst();
  }

  /** Runs to the end; `inspect` is called after every event, `inspectInstant` when all events of an instant are over. */
  async run(inspect?: (engine: Engine) => void, inspectInstant?: (engine: Engine) => void): Promise<void> {
    const { core } = this;
    const endMs = this.#input.lengthMs;
    for (;;) {
      const nextMs = core.queue.nextMs;
      const untilMs = Math.min(nextMs, core.window.endMs, endMs, this.#nextSlotMs());
      core.nowMs = untilMs;
      if (nextMs > untilMs && untilMs === endMs) break;
      if (untilMs === core.window.endMs && untilMs < endMs) core.moveWindow();
      while (core.queue.nextMs === untilMs) {
        core.queue.take();
        const { kind, subject, detail } = core.queue.taken;
        if (this.apply(eventNames[kind] ?? "watch", subject, detail)) await this.#ask();
        this.#hearAgents();
        inspect?.(this);
      }
      this.#endInstant();
      inspectInstant?.(this);
      if (this.#input.untilTasksAreDone === true && this.tasks.open === 0) break;
    }
    core.settleAll();
    this.peaks.end();
    core.bill.close(core.nowMs);
  }

  /** Changes the world by one event; true when the planner must be asked now. */
  apply(name: EventName, subject: number, detail: number): boolean {
    const { core } = this;
    switch (name) {
      case "task": this.tasks.due(subject, detail); break;
      case "checkpoint": this.checkpoints.due(subject, detail); break;
      case "transfer": this.#carried(subject, detail); break;
      case "action": this.#agents.due(subject); break;
      case "restarted": this.recovery.restarted(subject, detail); break;
      case "failure": this.#breaks(subject); break;
      case "hostFailure":
        for (const h of this.#turns.hostsOf(subject)) this.#hostFails(h, this.#turns.because(subject));
        core.schedule("hostRepair", core.nowMs + (this.#repairMs.get(subject) ?? 1), subject);
        break;
      case "repair": this.#mends(subject); break;
      case "hostRepair":
        for (const h of this.#turns.hostsOf(subject)) this.#hostReturns(h);
        this.#nextTurn(subject);
        break;
      case "plan":
        this.#planIsDue = this.#execution !== null;
        if (!this.#planIsDue) this.#carryOut(this.#input.plan?.plan.actions ?? [], this.#constraints);
        break;
      case "question": 
        if (this.#isUrgent && this.settings.failuresCancelPlans) this.#execution?.cancel("a failure");
        return this.#asked && this.#execution === null;
      case "arrival": this.tasks.arrive(); break;
      case "watch": this.#watch(); break;
      case "executor":
        if (subject === this.#executionCount) this.#execution?.look(detail);
        break;
    }
    return false;
  }

  /** What became of the actions of all plans so far. */
  actionRecords(): readonly ActionRecord[] {
    return [...this.#ended, ...(this.#execution?.records() ?? [])];
  }

  #watchChanges(): void {
    const { core } = this;
    core.changed.workload = (w) => {
      this.rules.touchWorkload(w);
      this.peaks.touch(w);
      this.tasks.workloadChanged(w);
      this.checkpoints.workloadChanged(w);
      if (core.world.serves(w)) this.#someServes = true;
    };
    core.changed.host = (h) => {
      this.rules.touchHost(h);
      this.tasks.hostChanged(h);
    };
    core.changed.load = (h) => this.tasks.loadChanged(h);
  }

  #scheduleFirst(): void {
    const { core } = this;
    const { failures = [], plan } = this.#input;
    failures.forEach(({ atMs }, n) => core.schedule("failure", atMs, n));
    for (let unit = 0; unit < this.#turns.count; unit++) this.#nextTurn(unit);
    if (plan !== undefined) core.schedule("plan", plan.atMs, 0);
    if (this.scaling.watches && this.#input.replan !== undefined) core.schedule("watch", 0, 0);
  }

  /** The next slot at which shares of tasks change; infinite when none depends on the load. */
  #nextSlotMs(): number {
    const { window, nowMs } = this.core;
    if (this.tasks.runningByWork === 0) return Infinity;
    return window.slotStartMs(window.slotAt(nowMs) + 1);
  }

  /** All events of an instant are applied. */
  #endInstant(): void {
    if (this.#someServes) {
      this.#someServes = false;
      this.recovery.retryStarts();
    }
    this.tasks.reshareChanged();
    this.rules.look();
    this.#closeExecution();
  }

  #carried(id: number, epoch: number): void {
    if (!this.flows.hasEnded(id, epoch)) return;
    this.flows.end(id, this.core.nowMs);
    this.#agents.carried(id);
  }

  #nextTurn(unit: number): void {
    const turn = this.#turns.next(unit);
    if (turn === null) return;
    this.#repairMs.set(unit, turn.repairMs);
    this.core.schedule("hostFailure", this.core.nowMs + turn.lifetimeMs, unit);
  }

  #breaks(n: number): void {
    const failure = this.#input.failures?.[n];
    if (failure === undefined) return;
    const { scope } = failure;
    if (scope.kind === "link") this.#setLink(scope.a, scope.b, true);
    else for (const h of hostsOf(scope, this.core.index)) this.#hostFails(h, scope.kind === "host" ? "it failed" : `${scopeInWords(scope)} failed`);
    this.core.schedule("repair", this.core.nowMs + failure.repairMs, n);
  }

  #mends(n: number): void {
    const scope = this.#input.failures?.[n]?.scope;
    if (scope === undefined) return;
    if (scope.kind === "link") this.#setLink(scope.a, scope.b, false);
    else for (const h of hostsOf(scope, this.core.index)) this.#hostReturns(h);
  }

  #setLink(a: string, b: string, broken: boolean): void {
    const link = this.flows.linkOf(a, b);
    const before = this.flows.isBroken(link);
    this.flows.setLink(link, broken, this.core.nowMs);
    const now = this.flows.isBroken(link);
    if (now !== before) this.core.timeline.add(this.core.nowMs, { kind: "link", sites: [a, b], state: now ? "broken" : "whole" });
  }

  #hostFails(h: number, because: string): void {
    const ran = this.core.world.present(h).length > 0;
    this.recovery.fail(h, because);
    this.#isUrgent ||= ran;
    if (ran) this.#call(`host ${this.core.index.hosts[h]?.id}${because === "it failed" ? " failed" : `: ${because}`}`, this.settings.detectMs + this.settings.decideMs);
  }

  /** What its return does not bring back by itself may find a place now. */
  #hostReturns(h: number): void {
    this.recovery.repair(h);
    if (this.core.world.runsWorkloads(h) && this.recovery.someAreLost()) this.#call(`host ${this.core.index.hosts[h]?.id} is back`, this.settings.decideMs);
  }

  /** A question to the planner, if there is one and none is on its way. */
  #call(why: string, afterMs: number): void {
    if (this.#input.replan === undefined) return;
    this.#why.push(why);
    if (this.#asked) return;
    this.#asked = true;
    this.core.schedule("question", this.core.nowMs + afterMs, 0);
  }

  async #ask(): Promise<void> {
    const { core } = this;
    const why = this.#why.splice(0);
    this.#asked = false;
    this.#isUrgent = false;
    const answer = await this.#input.replan?.({ atMs: core.nowMs, why, fleet: fleetNow(core, this.recovery.lostFrom) });
    core.timeline.add(core.nowMs, { kind: "answer", because: why.join("; "), moves: answer?.actions.length ?? 0 });
    if (answer && answer.actions.length > 0) this.#carryOut(answer.actions, this.#constraintsOfAnswers);
    else this.#giveUpSpares();
  }

  /** Only one plan is carried out at a time: the plan of the input, and questions, wait for the end of the one before. */
  #carryOut(actions: readonly PlannedAction[], constraints: readonly Constraint[]): void {
    const { core } = this;
    this.peaks.begin();
    const terms = termsOf(indexNow(core, this.recovery.lostFrom), constraints, this.settings.execution);
    this.#execution = new Execution(core, this.#agents, { number: ++this.#executionCount, actions, terms, epochMs: this.#input.startMs });
    this.#execution.begin();
  }

  /** What agents tell changes nothing of the world by itself: it is heard once an event is over. */
  #hearAgents(): void {
    for (let reports = this.#agents.takeReports(); reports.length > 0; reports = this.#agents.takeReports()) {
      for (const report of reports) this.#execution?.hear(report);
    }
    this.#execution?.settle();
  }

  /** A plan that is over frees the way for the next one, and for the next question. */
  #closeExecution(): void {
    if (this.#execution?.isOver !== true) return;
    if (this.#ended.length < actionsMax) this.#ended.push(...this.#execution.records());
    this.#execution = null;
    this.peaks.end();
    this.#giveUpSpares();
    if (this.#asked) this.core.schedule("question", this.core.nowMs + this.settings.decideMs, 0);
    if (this.#planIsDue) this.core.schedule("plan", this.core.nowMs, 0);
  }

  /** Instances that were called for and that nobody has placed are not wanted any more. */
  #giveUpSpares(): void {
    const { core } = this;
    if (this.#asked) return;
    core.index.workloads.forEach(({ state }, w) => {
      if (state !== "new" || !core.world.isWanted(w) || core.world.stateOf(w) !== "absent") return;
      core.want(w, false);
      this.scaling.refused(w);
    });
  }

  /** An instance stops for good. A host that it leaves empty may be one to switch off again. */
  #letGo(workload: number): void {
    const { world, index } = this.core;
    const { host } = world.where(workload);
    const { id, stopMs = 1 } = index.workloads[workload] ?? {};
    const leavesItEmpty = index.hosts[host]?.powerManaged === true && world.present(host).every((w) => w === workload);
    this.recovery.retire(workload);
    if (leavesItEmpty) this.#call(`one instance less: ${id}`, Math.max(1, stopMs) + this.settings.decideMs);
  }

  #watch(): void {
    const { core } = this;
    for (const { kind, workload } of this.scaling.watch()) {
      core.want(workload, kind === "one more");
      if (kind === "one less") this.#letGo(workload);
      else this.#call(`one more instance: ${core.index.workloads[workload]?.id}`, this.settings.decideMs);
    }
    const nextMs = core.nowMs + Math.max(this.settings.scaling.watchMs, core.window.stepMs);
    // At the end itself there is no load any more.
    if (nextMs < this.#input.lengthMs) core.schedule("watch", nextMs, 0);
  }
}

function processorsOf({ index, processors }: SimulationInput, h: number): number {
  const host = index.hosts[h];
  return host === undefined ? 0 : (processors?.get(host.id) ?? Math.floor(amountOf(host.capacity, "cpuMillicores") / 1000));
}

/** Workloads of each application that a service may scale; nobody is in two groups. */
function sharingGroups({ index }: SimulationInput): readonly { readonly members: readonly number[] }[] {
  const instances = instancesByApplication(index);
  const taken = new Set<number>();
  const names = new Set(index.fleet.services.flatMap(({ scale }) => scale.map(({ application }) => application)));
  return [...names].flatMap((name) => {
    const members = (instances.get(name) ?? []).filter((w) => !taken.has(w));
    for (const w of members) taken.add(w);
    return members.length < 2 ? [] : [{ members }];
  });
}
