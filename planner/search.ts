import { assert } from "../model/assert.ts";
import { Random } from "../model/random.ts";
import { Acceptance } from "./acceptance.ts";
import { lowerBounds } from "./bound.ts";
import { claimOf } from "./claim.ts";
import { construct } from "./construct.ts";
import { MoveMix } from "./move-mix.ts";
import { draw, guideTolerance, isGain } from "./moves/chooser.ts";
import { MoveContext } from "./moves/context.ts";
import { focusOf } from "./moves/focus.ts";
import { descend, pullEveryoneBack, tryPairs } from "./polish.ts";
import { freeWorkloads } from "./free.ts";
import { compareScores, mustsLevel, type EngineOptions, type Problem, type Score, type Solution } from "./problem.ts";
import { exactSumLimit, levelName, scoreOf, ScoreOverflow } from "./score.ts";
import { State } from "./state.ts";
import { repairSurvival } from "./survive-repair.ts";

/** Moves weighed between two looks at the clock. */
const checkEvery = 2048;
/** Workloads times hosts up to which bounds are computed between rounds. */
const provablePairsMax = 2000;
/** Work after the last better placement that a search of a small problem does at least, and its share of the limit. */
const stallMin = 40_000;
const stallShare = 1 / 3;
/** Work once it is known who stays: for whoever else there is. */
const freeWork = { atLeast: 40_000, each: 100 };
/** Choices between two looks at what is wrong. */
const focusEvery = 512;

/**
 * The engine for any size: constructs a placement, then anneals over many kinds of moves, in rounds that start from the
 * best known. Musts may break on the way; what is kept is the best by true score. The same problem, seed and work limit
 * give the same answer.
 */
export function search(problem: Problem, options: EngineOptions): Solution {
  return new Search(problem, options).run();
}

class Search {
  readonly #problem: Problem;
  readonly #options: EngineOptions;
  readonly #random: Random;
  readonly #state: State;
  readonly #context: MoveContext;
  readonly #acceptance: Acceptance;
  readonly #mix: MoveMix;
  #workMax: number;
  /** Whoever may still be placed better; null for everybody. */
  #free: Int32Array | null = null;
  readonly #deadlineMs: number;
  readonly #best: { readonly hostOf: Int32Array; readonly score: Score };
  /** State is better than the best kept, and not yet copied. */
  #isAhead = false;
  /** Work that had been done when the best was kept. */
  #bestAt = 0;
  /** Copying only what moved since the last copy is possible. */
  #journalIsWhole = false;
  #nextCheck = 0;
  #nextReportMs = 0;
  #outOfTime = false;
  #nextSettle = 0;
  readonly #settleGap: number;
  #bestSettled: readonly [must: number, should: number] = [0, 0];
  readonly #before: Float64Array;
  readonly #change: Float64Array;

  constructor(problem: Problem, options: EngineOptions) {
    this.#problem = problem;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#state = new State(problem, options.forbidden);
    this.#context = new MoveContext(this.#state, this.#random);
    this.#acceptance = new Acceptance(this.#random, this.#state.levelCount);
    this.#mix = new MoveMix(this.#random);
    this.#workMax = options.iterations ?? defaultWork(problem);
    this.#settleGap = Math.ceil(this.#workMax / this.#settlesMax());
    this.#deadlineMs = options.clock.nowMs() + options.timeMs;
    this.#best = { hostOf: new Int32Array(this.#state.workloadCount).fill(-1), score: this.#state.score.slice().fill(Infinity) };
    this.#before = new Float64Array(this.#state.levelCount);
    this.#change = new Float64Array(this.#state.levelCount);
  }

  run(): Solution {
    const state = this.#state;
    const stopped = (): boolean => this.#isOver("construct");
    for (const start of this.#starts()) {
      this.#journalIsWhole = false;
      // As it is it may break a must, but nothing that is worse may be the answer.
      state.load(start);
      this.#noteIfBest();
      this.#keepBest();
      this.#journalIsWhole = false;
      construct(state, this.#random, start, stopped);
      this.#endStage();
      if (state.settlesOften) continue;
      repairSurvival(state, this.#random, this.#settlesMax(), stopped);
      this.#endStage();
    }
    if (this.#problem.wanted.length > 0 && state.hostCount > 0) this.#anneal();
    this.#loadBest();
    this.#polish();
    return this.#solution();
  }

  /** Placements to construct from: the present one, and the one that the caller knows. */
  #starts(): readonly ArrayLike<number>[] {
    const { start } = this.#options;
    return start === undefined ? [this.#problem.current] : [this.#problem.current, start];
  }

  #anneal(): void {
    const state = this.#state;
    this.#narrow();
    if (this.#free?.length === 0) return;
    this.#acceptance.calibrate(this.#context);
    for (let round = 0; !this.#isOver("search") && !this.#isProved() && !this.#isStalled(); round++) {
      if (round > 0) this.#restart(round);
      const length = roundLength(this.#context.wanted.length, state.hostCount, this.#workMax);
      const heats = this.#workMax / this.#context.wanted.length >= thoroughWork ? thoroughHeats : carefulHeats;
      const heat = heats[round % heats.length] as number;
      this.#round(Math.min(length, this.#workMax - state.weighed), heat);
      descend(state, this.#random, this.#context.wanted, this.#descentMax(), () => this.#isOver("search"));
      this.#endStage();
      this.#narrow();
    }
  }

  /** Once it is known who stays in the end, only the others are looked at, with work for as many. */
  #narrow(): void {
    if (this.#free !== null) return;
    this.#free = freeWorkloads(this.#state, this.#best.score);
    if (this.#free === null) return;
    this.#loadBest();
    this.#context.narrow(this.#free);
    this.#workMax = Math.min(this.#workMax, this.#state.weighed + freeWork.atLeast + freeWork.each * this.#free.length);
  }

  /** Nothing is left to find once every level stands at its bound; asked where bounds cost less than a round. */
  #isProved(): boolean {
    if (this.#free?.length === 0) return true;
    if (this.#state.workloadCount * this.#state.hostCount > provablePairsMax) return false;
    return claimOf(this.#best.score, lowerBounds(this.#state, this.#best.score, this.#best.hostOf)).kind === "optimal";
  }

  /** Small problems are searched through long before their work is spent: a third of it without a better placement is enough. */
  #isStalled(): boolean {
    if (this.#state.workloadCount * this.#state.hostCount > provablePairsMax) return false;
    return this.#state.weighed - this.#bestAt > Math.max(stallMin, this.#workMax * stallShare);
  }

  /** Most rounds go on from the best; some go on from where the last one ended, so as not to circle around one place. */
  #restart(round: number): void {
    if (round % 4 !== 3) this.#loadBest();
    if (round % 8 !== 7 || this.#free !== null) return;
    this.#journalIsWhole = false;
    construct(this.#state, this.#random, new Int32Array(this.#state.workloadCount).fill(-1), () => this.#isOver("search"));
    this.#noteIfBest();
  }

  #round(length: number, heat: number): void {
    const state = this.#state;
    const from = state.weighed;
    let untilFocus = 0;
    while (state.weighed - from < length) {
      if (--untilFocus <= 0) {
        untilFocus = focusEvery;
        if (this.#isOver("search")) return;
        this.#context.focus = focusOf(state, this.#context.wanted);
        if (state.guide > guideTolerance) state.raiseGuides(1.05);
        this.#acceptance.cool(heat, (state.weighed - from) / length);
        this.#trimJournal();
      }
      const kind = this.#mix.next();
      if (kind < 0 && !(state.hasSurvive && state.settlesOften)) this.#relocate();
      else this.#compound(kind);
    }
  }

  /** The hot path: one workload to one host, nothing done unless accepted. */
  #relocate(): void {
    const state = this.#state;
    const context = this.#context;
    const workload = context.drawWorkload(300);
    const to = draw(this.#random, 100) < 2 ? -1 : context.drawHost(workload);
    if (to === state.hostOf[workload]) return;
    const guide = state.weighMusts(workload, to);
    if (!this.#acceptance.passesMusts(guide)) return;
    state.weighLevels();
    if (!this.#acceptance.passesLevels(guide, state.change)) return;
    if (this.#isAhead && !isGain(guide, state.change)) {
      // `keepBest` does not touch what has been weighed.
      this.#keepBest();
    }
    state.commit();
    this.#noteIfBest();
  }

  /** Any other move: made, then kept or undone. */
  #compound(kind: number): void {
    const state = this.#state;
    if (this.#isAhead) this.#keepBest();
    const mark = state.mark();
    const weighed = state.weighed;
    const guide = state.guide;
    const settled = state.settled();
    this.#before.set(state.score);
    if (kind < 0) this.#jump();
    else this.#mix.kinds[kind]?.propose(this.#context);
    if (state.mark() === mark) {
      if (kind >= 0) this.#mix.record(kind, state.weighed - weighed + 1, 0);
      return;
    }
    // Survive rules are dear: a move that would be refused without them is not worth the look while they hold.
    let accepted = (state.settlesOften && settled[0] > 0) || this.#accepts(guide);
    if (accepted && state.settlesOften) {
      state.settle();
      accepted = this.#accepts(guide);
    }
    let worth = 0;
    if (accepted) {
      if (isGain(state.guide - guide, this.#change)) worth = 0.2;
      this.#noteIfBest();
      if (this.#isAhead) worth = 1 + this.#acceptance.sizeOf(this.#change);
    } else {
      state.undoTo(mark);
      if (state.hasSurvive) state.restoreSettled(...settled);
    }
    if (kind >= 0) this.#mix.record(kind, state.weighed - weighed + 1, worth);
  }

  #jump(): void {
    const workload = this.#context.drawWorkload(300);
    const to = draw(this.#random, 100) < 2 ? -1 : this.#context.drawHost(workload);
    if (to !== this.#state.hostOf[workload]) this.#state.move(workload, to);
  }

  #accepts(guideBefore: number): boolean {
    const { score, guide } = this.#state;
    for (let level = 0; level < score.length; level++) this.#change[level] = (score[level] as number) - (this.#before[level] as number);
    return this.#acceptance.passesMusts(guide - guideBefore) && this.#acceptance.passesLevels(guide - guideBefore, this.#change);
  }

  #noteIfBest(): void {
    this.#isAhead = compareScores(this.#state.score, this.#best.score) < 0;
  }

  /** Copies the state when it is better than the best; only what moved since the last copy where that is known. */
  #keepBest(): void {
    if (!this.#isAhead || !this.#survivesCheckpoint()) return;
    const state = this.#state;
    if (this.#journalIsWhole) for (const w of state.movedSince(0)) this.#best.hostOf[w] = state.hostOf[w] as number;
    else this.#best.hostOf.set(state.hostOf);
    this.#best.score.set(state.score);
    this.#bestAt = state.weighed;
    this.#assertExact();
    this.#journalIsWhole = true;
    this.#isAhead = false;
    state.forget();
  }

  /**
   * Where survive rules are too dear to follow each move, the score goes on with what they were for the best; here, and
   * not too often, they are looked at. A placement that turns out worse is not kept.
   */
  #survivesCheckpoint(): boolean {
    const state = this.#state;
    if (!state.hasSurvive || state.settlesOften) return true;
    if (state.weighed >= this.#nextSettle) {
      this.#nextSettle = state.weighed + this.#settleGap;
      state.settle();
      this.#noteIfBest();
      if (this.#isAhead) {
        this.#bestSettled = state.settled();
        return true;
      }
      state.restoreSettled(...this.#bestSettled);
    }
    this.#isAhead = false;
    return false;
  }

  /** Looks at all losses that the whole search may spend. */
  #settlesMax(): number {
    return Math.min(5000, Math.max(30, Math.floor(1_000_000 / Math.max(1, this.#state.settleWork))));
  }

  #loadBest(): void {
    this.#state.load(this.#best.hostOf);
    this.#state.weighGuide();
    this.#journalIsWhole = true;
    this.#isAhead = false;
  }

  #trimJournal(): void {
    if (this.#state.mark() < 400_000) return;
    this.#state.forget();
    this.#journalIsWhole = false;
  }

  #polish(): void {
    const state = this.#state;
    const hardStop = (): boolean => this.#hardStop();
    for (let pass = 0; pass < 3 && !this.#hardStop(); pass++) {
      descend(state, this.#random, this.#context.wanted, this.#descentMax(), hardStop);
      const improved = state.settlesOften && tryPairs(state, hardStop);
      this.#endStage();
      if (!improved) break;
    }
    this.#loadBest();
    // Where it is known who stays, nobody else can go back.
    if (this.#free === null) pullEveryoneBack(state, () => this.#options.stopped());
    state.settle();
    if (compareScores(state.score, this.#best.score) > 0) return;
    this.#best.hostOf.set(state.hostOf);
    this.#best.score.set(state.score);
  }

  /** Whatever the state has come to is looked at in full. */
  #endStage(): void {
    this.#nextSettle = 0;
    this.#noteIfBest();
    this.#keepBest();
  }

  /** Work that one way down may cost. */
  #descentMax(): number {
    return Math.max(50_000, Math.floor(this.#workMax / 10));
  }

  #hardStop(): boolean {
    return this.#options.stopped() || this.#options.clock.nowMs() > this.#deadlineMs + this.#options.timeMs / 10;
  }

  /** Asked often; looks at the clock seldom. */
  #isOver(stage: string): boolean {
    const { weighed } = this.#state;
    // The first placement is made whatever it costs; the work limit is for making it better.
    if (this.#outOfTime || (weighed >= this.#workMax && stage !== "construct")) return true;
    if (weighed < this.#nextCheck) return false;
    this.#nextCheck = weighed + checkEvery;
    const now = this.#options.clock.nowMs();
    this.#outOfTime = this.#options.stopped() || now >= this.#deadlineMs;
    if (now >= this.#nextReportMs) {
      this.#nextReportMs = now + 250;
      const score = this.#best.score[mustsLevel] === Infinity ? null : this.#best.score.slice();
      this.#options.progress?.({ stage, done: Math.min(weighed, this.#workMax), total: this.#workMax, score });
    }
    return this.#outOfTime;
  }

  #assertExact(): void {
    this.#best.score.forEach((value, level) => {
      if (Math.abs(value) > exactSumLimit) throw new ScoreOverflow(levelName(this.#problem, level), value);
    });
  }

  #solution(): Solution {
    const { hostOf } = this.#best;
    const score = scoreOf(this.#problem, hostOf);
    assert(compareScores(score, this.#best.score) === 0, `the search counted ${this.#best.score.join(", ")}, from scratch it is ${score.join(", ")}`);
    const bounds = lowerBounds(this.#state, score, hostOf, this.#options.bound ?? true);
    return {
      hostOf, score, bounds,
      claim: claimOf(score, bounds),
      engine: `search, ${this.#state.weighed.toLocaleString("en-US")} moves tried`,
    };
  }
}

/** How hot rounds start, one after the other, where there is work enough to forget everything and begin again. */
const thoroughHeats = [0.5, 0.15, 1, 0.05, 0.3, 2, 0.1] as const;
/** Where there is not: hot rounds would displace everybody, and never find the way back. */
const carefulHeats = [0.02, 0.01, 0.05, 0.02, 0.1] as const;
/** Work for each workload from which on a search may be thorough. */
const thoroughWork = 20_000;

/** Work that is worth doing when nobody sets a limit, so that an answer seldom depends on the speed of a machine. */
function defaultWork({ wanted, index }: Problem): number {
  return Math.min(30_000_000, 400_000 + 3000 * wanted.length + 100 * index.hosts.length);
}

function roundLength(workloads: number, hosts: number, workMax: number): number {
  const thorough = 12_000 + 40 * workloads * Math.min(hosts, 60);
  return Math.max(1, Math.min(thorough, Math.floor(workMax * 0.45)));
}
