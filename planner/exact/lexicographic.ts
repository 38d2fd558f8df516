import { counted } from "../../model/counted.ts";
import { formAmount } from "../../policies/amount.ts";
import { claimOf } from "../claim.ts";
import { compareScores, mustsLevel, unplacedLevel, type EngineOptions, type Problem, type Score, type Solution } from "../problem.ts";
import { levelName, scoreOf } from "../score.ts";
import { Encoding, exactSize } from "./encode.ts";
import { askHighs, type HighsAnswer } from "./highs.ts";
import { commonDivisor, Sum } from "./milp.ts";
import { askTiny, tinyBinariesMax } from "./tiny.ts";

interface Found {
  readonly hostOf: Int32Array;
  readonly score: Score;
}

/** What became of one level: the best placement, and what no placement can be below. */
interface LevelEnd {
  /** False when the model of the musts has no solution at all. */
  readonly possible: boolean;
  readonly proved: boolean;
  readonly bound: number;
}

/** Binaries beyond which a model does not fit into WebAssembly memory with the solver's own copies. */
const binariesMax = 40_000;
/** Entries of the matrix beyond which the same is true. */
const entriesMax = 2_000_000;
/** The wish to stop is asked for every 20 ms; a report is due at least once a second. */
const asksPerReport = 40;
/** Solves of one level: each after the first cuts off a placement that the model judged wrongly. */
const roundsMax = 500;

/**
 * Best placement by the lexicographic score, level after level: a level's optimum becomes a limit for the next ones.
 * Nothing that the solver says about a placement is believed: each is scored again in whole numbers. What is believed
 * is its bound, and a level counts as proved when a placement meets it.
 */
export async function solveExactly(problem: Problem, options: EngineOptions): Promise<Solution> {
  const run = new Run(problem, options);
  return run.solve();
}

class Run {
  readonly #problem: Problem;
  readonly #options: EngineOptions;
  readonly #deadlineMs: number;
  readonly #levelCount: number;
  readonly #bounds: (number | null)[];
  #best: Found;
  #solves = 0;
  #guesses = 0;

  constructor(problem: Problem, options: EngineOptions) {
    this.#problem = problem;
    this.#options = options;
    this.#deadlineMs = options.clock.nowMs() + options.timeMs;
    this.#best = bestKnown(problem, options);
    this.#levelCount = this.#best.score.length;
    this.#bounds = Array.from({ length: this.#levelCount }, () => null);
  }

  async solve(): Promise<Solution> {
    const size = exactSize(this.#problem);
    if (size > binariesMax) return this.#end(`exact refused: ${size} binaries, at most ${binariesMax} fit into memory`);
    let encoding = new Encoding(this.#problem, true, this.#options.forbidden ?? []);
    let level = unplacedLevel;
    let provedLevels = 0;
    let end = await this.#optimise(encoding, level);
    if (!end.possible) {
      const pairs = this.#problem.wanted.length * this.#problem.index.hosts.length;
      if (pairs > binariesMax) return this.#end(`exact refused: ${pairs} binaries, at most ${binariesMax} fit into memory`);
      encoding = new Encoding(this.#problem, false, this.#options.forbidden ?? []);
      level = mustsLevel;
      end = await this.#optimise(encoding, level);
    } else if (this.#best.score[mustsLevel] === 0) {
      this.#bounds[mustsLevel] = 0;
      provedLevels = 1;
    }
    for (;;) {
      if (provedLevels === level) {
        this.#bounds[level] = end.bound;
        if (end.proved) provedLevels += 1;
      }
      level += 1;
      if (level >= this.#levelCount || this.#isOver()) break;
      if (encoding.strict && this.#best.score[mustsLevel] !== 0) break; // nothing to stand on
      this.#close(encoding, level - 1);
      end = await this.#optimise(encoding, level);
    }
    return this.#end(this.#solves === 0 && this.#guesses > 0
      ? `exact (javascript-lp-solver, checked), ${counted(this.#guesses, "solve")}` : `exact (HiGHS), ${counted(this.#solves, "solve")}`);
  }

  #isOver(): boolean {
    return this.#options.stopped() || this.#options.clock.nowMs() >= this.#deadlineMs;
  }

  /** Minimises one level among the placements that are as good as the best one at all levels before. */
  async #optimise(encoding: Encoding, level: number): Promise<LevelEnd> {
    const objective = encoding.level(level);
    const divisor = commonDivisor(objective.factors);
    const allPlaced = level > unplacedLevel && this.#best.score[unplacedLevel] === 0;
    let bound = leastOf(encoding, objective, allPlaced);
    const met = (): boolean => this.#isValid(encoding) && (this.#best.score[level] ?? 0) <= bound;
    if (!met()) await this.#guess(encoding, objective, divisor, level);
    let tolerance = 1e-6;
    for (let round = 0; round < roundsMax && !met() && !this.#isOver(); round++) {
      this.#report(level);
      if (encoding.milp.contradictory) return { possible: false, proved: false, bound };
      const answer = await this.#ask(encoding, objective, divisor, level, tolerance);
      if (answer.status === "infeasible") return { possible: this.#isValid(encoding), proved: false, bound };
      if (answer.bound !== null) bound = Math.max(bound, roundUp(answer.bound) * divisor + objective.constant);
      if (answer.values === null || answer.status !== "optimal") {
        if (answer.values !== null) this.#consider(encoding, encoding.hostOf(answer.values), level);
        break;
      }
      const hostOf = encoding.hostOf(answer.values);
      const found = this.#consider(encoding, hostOf, level);
      if (met()) break;
      if (this.#cut(encoding, hostOf, found, level)) continue;
      if (tolerance <= 1e-9) break;
      tolerance = 1e-9;
    }
    return { possible: true, proved: met(), bound };
  }

  /**
   * Lets javascript-lp-solver guess where the model is tiny: the placement counts when it scores well, its word does
   * not. Once HiGHS had to be asked it is warm and proves what it finds; guesses would only cost time then.
   */
  async #guess(encoding: Encoding, objective: Sum, divisor: number, level: number): Promise<void> {
    const { milp } = encoding;
    if (milp.contradictory || milp.integerCount === 0 || milp.integerCount > tinyBinariesMax || this.#solves > 0 || this.#isOver()) return;
    this.#guesses += 1;
    const values = await askTiny(milp.data(scaled(objective, divisor)), this.#options.stopped);
    if (values !== null) this.#consider(encoding, encoding.hostOf(values), level);
  }

  async #ask(encoding: Encoding, objective: Sum, divisor: number, level: number, tolerance: number): Promise<HighsAnswer> {
    if (encoding.milp.entryCount > entriesMax) return { status: "failed", values: null, bound: null };
    const leftMs = this.#deadlineMs - this.#options.clock.nowMs();
    // Most of what is left, so that later levels, which are easier, get their turn; the last level may use all of it.
    const timeMs = Math.max(1, level === this.#levelCount - 1 ? leftMs : leftMs * 0.75);
    this.#solves += 1;
    return askHighs({
      data: encoding.milp.data(scaled(objective, divisor)), timeMs, tolerance,
      start: this.#isValid(encoding) ? encoding.startFrom(this.#best.hostOf) : null,
      seed: this.#options.seed % 2_147_483_647, nodes: Math.min(2_147_483_647, this.#options.iterations ?? 2_147_483_647),
    }, { limitMs: timeMs, stopped: this.#watch(level) });
  }

  /** The wish to stop, as it is asked for while the solver runs; now and then it says that work goes on. */
  #watch(level: number): () => boolean {
    let asked = 0;
    return () => {
      asked += 1;
      if (asked % asksPerReport === 0) this.#report(level);
      return this.#options.stopped();
    };
  }

  /** Can the best placement be a solution of this model? */
  #isValid(encoding: Encoding): boolean {
    return !encoding.strict || this.#best.score[mustsLevel] === 0;
  }

  /** Scores a placement in whole numbers and keeps it when it is better. */
  #consider(encoding: Encoding, hostOf: Int32Array, level: number): Found & { readonly fits: boolean } {
    const score = scoreOf(this.#problem, hostOf);
    const fits = Array.from(score.subarray(0, level)).every((value, before) => value <= (this.#best.score[before] ?? 0)) &&
      (!encoding.strict || score[mustsLevel] === 0);
    if (compareScores(score, this.#best.score) < 0) this.#best = { hostOf, score };
    return { hostOf, score, fits };
  }

  /** Tells the model what it did not know about a placement; false when there is nothing to tell. */
  #cut(encoding: Encoding, hostOf: Int32Array, { score, fits }: Found & { readonly fits: boolean }, level: number): boolean {
    const { milp } = encoding;
    const distance = encoding.distanceFrom(hostOf);
    let told = false;
    for (const { form, column } of encoding.late) {
      const amount = formAmount(form, this.#problem.index, hostOf);
      if (amount === 0) continue;
      if (column === null) milp.atLeast(distance, 1);
      else milp.atLeast(new Sum().add(column, 1).addSum(distance, amount), amount);
      told = true;
    }
    if (told) return true;
    if (fits && (score[level] ?? 0) <= (this.#best.score[level] ?? 0)) return false;
    // The solver's tolerances let it through: it is worse than what is known, so nothing is lost without it.
    milp.atLeast(distance, 1);
    return true;
  }

  /** From now on no placement is worse than the best one at this level. */
  #close(encoding: Encoding, level: number): void {
    if (level === unplacedLevel && this.#best.score[unplacedLevel] === 0) {
      encoding.placeAll();
      return;
    }
    const objective = encoding.level(level);
    const divisor = commonDivisor(objective.factors);
    // Values are whole multiples of the divisor: half of one more leaves room for rounding and lets nothing else in.
    encoding.milp.atMost(scaled(objective, divisor), ((this.#best.score[level] ?? 0) - objective.constant) / divisor + 0.5);
  }

  #report(level: number): void {
    this.#options.progress?.({
      stage: `exact, level ${levelName(this.#problem, level)}`, done: level, total: this.#levelCount, score: this.#best.score,
    });
  }

  #end(engine: string): Solution {
    return { hostOf: this.#best.hostOf, score: this.#best.score, bounds: this.#bounds, claim: claimOf(this.#best.score, this.#bounds), engine };
  }
}

/** The best of what is known without solving: the current placement, the given one, and nobody placed. */
function bestKnown(problem: Problem, options: EngineOptions): Found {
  const forbidden = new Set((options.forbidden ?? []).map(({ workload, host }) => workload * problem.index.hosts.length + host));
  const wanted = new Set(problem.wanted);
  const candidates = [problem.current, ...(options.start === undefined ? [] : [options.start]), new Int32Array(problem.current.length).fill(-1)];
  const found = candidates.map((candidate) => {
    const hostOf = Int32Array.from(candidate, (host, w) =>
      host < 0 || !wanted.has(w) || forbidden.has(w * problem.index.hosts.length + host) ? -1 : host);
    return { hostOf, score: scoreOf(problem, hostOf) };
  });
  return found.reduce((best, next) => (compareScores(next.score, best.score) < 0 ? next : best));
}

/** What a level cannot be below, from the columns alone: each workload at its best host, or nowhere where that is left open. */
function leastOf(encoding: Encoding, objective: Sum, allPlaced: boolean): number {
  const factorOf = new Map(objective.columns.map((column, i) => [column, objective.factors[i] ?? 0]));
  let least = objective.constant;
  for (const w of encoding.problem.wanted) {
    let cheapest = allPlaced ? Infinity : 0;
    for (let h = 0; h < encoding.problem.index.hosts.length; h++) {
      const column = encoding.pair(w, h);
      if (column < 0) continue;
      cheapest = Math.min(cheapest, factorOf.get(column) ?? 0);
      factorOf.delete(column);
    }
    least += cheapest === Infinity ? 0 : cheapest;
  }
  for (const [column, factor] of factorOf) least += Math.min(factor * encoding.milp.lowerOf(column), factor * encoding.milp.upperOf(column));
  return least;
}

/** The columns of a level, divided by what all its values have in common. */
function scaled(objective: Sum, divisor: number): Sum {
  const sum = new Sum();
  objective.columns.forEach((column, i) => sum.add(column, (objective.factors[i] ?? 0) / divisor));
  return sum;
}

/** The next whole number, unless the bound is above a whole one by no more than what floating point may have added. */
function roundUp(bound: number): number {
  return Math.ceil(bound - 1e-4 - 1e-12 * Math.abs(bound));
}
