import { hostIsOnWhen } from "../model/snapshot.ts";
import { formAmount } from "../policies/amount.ts";
import { never } from "./kernels/allow.ts";
import { buildKernels, type Kernels } from "./kernels/build.ts";
import { firstObjectiveLevel, mustsLevel, unplacedLevel, type EngineOptions, type Problem, type Score } from "./problem.ts";

/**
 * The one mutable object of the search: a placement, its score and all counters behind it. A move is evaluated in two
 * steps, so that most bad ones cost only the first: `weighMusts`, then `weighLevels`; `commit` makes the move just
 * weighed. Moves are recorded and `undoTo` takes them back.
 *
 * `survive` musts are too dear to follow each move: their amount is brought up to date by `settle` only.
 */
export class State {
  readonly problem: Problem;
  readonly kernels: Kernels;
  readonly hostCount: number;
  readonly workloadCount: number;
  readonly levelCount: number;
  readonly hostOf: Int32Array;
  /** Placed workloads on each host, as linked lists in no particular order. */
  readonly population: Int32Array;
  readonly first: Int32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly score: Score;
  /** Broken musts as the search sees them: each breach weighted, the weights grow while it stays. */
  guide = 0;
  /** What the move weighed last would change. */
  readonly change: Float64Array;
  guideChange = 0;
  /** Moves weighed so far: the unit of work. */
  weighed = 0;
  /** Search weights of the groups that are musts. */
  readonly groupGuide: Float64Array;
  readonly #priorityOf: Float64Array;
  readonly #shouldsWeights: Float64Array;
  /** 1 for hosts that are on only while used. */
  readonly #switchable: Uint8Array;
  readonly #here: Float64Array;
  #shouldChange = 0;
  #weighed = -1;
  #weighedTo = -1;
  #journal = new Int32Array(1024);
  #journalLength = 0;
  #surviveMust = 0;
  #surviveShould = 0;
  readonly #remembered = new Map<string, readonly [must: number, should: number]>();
  /** Roughly the work of one `settle`, in looks at a workload, a form or a loss. */
  readonly settleWork: number;

  constructor(problem: Problem, forbidden: EngineOptions["forbidden"] = []) {
    this.problem = problem;
    this.kernels = buildKernels(problem, forbidden);
    this.hostCount = problem.index.hosts.length;
    this.workloadCount = problem.index.workloads.length;
    this.levelCount = firstObjectiveLevel + problem.levels.length;
    this.hostOf = new Int32Array(this.workloadCount).fill(-1);
    this.population = new Int32Array(this.hostCount);
    this.first = new Int32Array(this.hostCount).fill(-1);
    this.next = new Int32Array(this.workloadCount).fill(-1);
    this.previous = new Int32Array(this.workloadCount).fill(-1);
    this.score = new Float64Array(this.levelCount);
    this.change = new Float64Array(this.levelCount);
    this.groupGuide = Float64Array.from(this.kernels.groups, ({ must, unit }) => (must ? unit : 0));
    this.#priorityOf = Float64Array.from(problem.index.workloads, ({ priority }) => priority);
    this.#shouldsWeights = Float64Array.from(problem.levels, ({ shouldsWeight }) => shouldsWeight);
    this.#switchable = Uint8Array.from(problem.index.hosts, (host) => Number(hostIsOnWhen(host, true) && !hostIsOnWhen(host, false)));
    this.#here = new Float64Array(this.workloadCount * problem.levels.length);
    this.settleWork = this.kernels.survive.reduce((sum, { form }) => sum + this.workloadCount + form.keep().length + form.losses.length, 0);
    this.#scoreOfNothing();
  }

  /** Puts everybody where `hostOf` says; workloads that are not wanted, and forbidden pairs, are left out. */
  load(hostOf: ArrayLike<number>): void {
    for (const w of this.problem.wanted) {
      const host = hostOf[w] ?? -1;
      const to = host >= 0 && this.mayEnter(w, host) ? host : -1;
      if (to !== this.hostOf[w]) this.move(w, to);
    }
    this.settle();
    this.forget();
  }

  mayEnter(workload: number, host: number): boolean {
    return this.misfits(workload, host) !== never;
  }

  /** Number of allow musts that a workload breaks on a host. */
  misfits(workload: number, host: number): number {
    return (this.kernels.allow.rows[this.kernels.allow.classOf[workload] as number] as Uint8Array)[host] as number;
  }

  /** Is the host on only while somebody is there? */
  isSwitchable(host: number): boolean {
    return this.#switchable[host] === 1;
  }

  /** First step: fills `guideChange` and `change` for the musts; returns guideChange. The workload must not be on `to`. */
  weighMusts(workload: number, to: number): number {
    const { kernels, change } = this;
    const from = this.hostOf[workload] as number;
    let must = 0;
    let guided = 0;
    let should = 0;
    const { classOf, rows } = kernels.allow;
    const row = rows[classOf[workload] as number] as Uint8Array;
    if (to >= 0) must += row[to] as number;
    if (from >= 0) must -= row[from] as number;
    guided += must * allowGuide;
    if (kernels.allowShoulds !== null) {
      const soft = kernels.allowShoulds.rows[kernels.allowShoulds.classOf[workload] as number] as Float64Array;
      should += (to >= 0 ? (soft[to] as number) : 0) - (from >= 0 ? (soft[from] as number) : 0);
    }
    const { fill, touchStart, touchGroup, touchEntry, groups } = kernels;
    if (fill.resources > 0) {
      fill.delta(workload, from, to);
      must += fill.mustChange;
      guided += fill.guideChange;
      should += fill.shouldChange;
    }
    const end = touchStart[workload + 1] as number;
    for (let i = touchStart[workload] as number; i < end; i++) {
      const g = touchGroup[i] as number;
      const group = groups[g] as Kernels["groups"][number];
      const amount = group.kernel.delta(touchEntry[i] as number, from, to);
      if (amount === 0) continue;
      if (group.must) {
        must += amount;
        guided += amount * (this.groupGuide[g] as number);
      } else should += amount * group.weight;
    }
    for (let i = 0; i < kernels.wide.length; i++) {
      const { kernel, must: isMust, unit, weight } = kernels.wide[i] as Kernels["wide"][number];
      const amount = kernel.deltaWithHosts(kernel.rowOf[workload] as number, from, to, this.#emptied(from), this.#filled(to));
      if (isMust) {
        must += amount;
        guided += amount * unit;
      } else should += amount * weight;
    }
    this.weighed += 1;
    change[mustsLevel] = must;
    this.guideChange = guided;
    this.#shouldChange = should;
    this.#weighed = workload;
    this.#weighedTo = to;
    return guided;
  }

  /** Second step: completes `change` for the move that `weighMusts` has just seen. */
  weighLevels(): void {
    const { kernels, change, levelCount } = this;
    const workload = this.#weighed;
    const to = this.#weighedTo;
    const from = this.hostOf[workload] as number;
    const { objectives, counted } = kernels;
    const own = 1 + (this.#priorityOf[workload] as number);
    change[unplacedLevel] = (to < 0 ? own : 0) - (from < 0 ? own : 0);
    const levels = levelCount - firstObjectiveLevel;
    const there = to >= 0 ? objectives.find(workload, to) : 0;
    const emptied = this.#emptied(from);
    const filled = this.#filled(to);
    for (let l = 0; l < levels; l++) {
      let value = (this.#shouldsWeights[l] as number) * this.#shouldChange;
      if (to >= 0) value += objectives.values[there + l] as number;
      if (from >= 0) value -= this.#here[workload * levels + l] as number;
      if (emptied >= 0) value -= objectives.on[emptied * levels + l] as number;
      if (filled >= 0) value += objectives.on[filled * levels + l] as number;
      change[firstObjectiveLevel + l] = value;
    }
    for (let i = 0; i < counted.length; i++) {
      const kernel = counted[i] as Kernels["counted"][number];
      const level = firstObjectiveLevel + kernel.level;
      change[level] = (change[level] as number) + kernel.weight * kernel.delta(workload, from, to);
    }
  }

  /** Makes the move just weighed in both steps. */
  commit(): void {
    const workload = this.#weighed;
    const to = this.#weighedTo;
    const from = this.hostOf[workload] as number;
    const { kernels, score, change } = this;
    const emptied = this.#emptied(from);
    const filled = this.#filled(to);
    for (let l = 0; l < this.levelCount; l++) score[l] = (score[l] as number) + (change[l] as number);
    this.guide += this.guideChange;
    kernels.fill.apply(workload, from, to);
    const { touchStart, touchGroup, touchEntry, groups, wide, counted, objectives } = kernels;
    const end = touchStart[workload + 1] as number;
    for (let i = touchStart[workload] as number; i < end; i++) {
      (groups[touchGroup[i] as number] as Kernels["groups"][number]).kernel.apply(touchEntry[i] as number, from, to);
    }
    for (let i = 0; i < wide.length; i++) {
      const { kernel } = wide[i] as Kernels["wide"][number];
      kernel.applyWithHosts(kernel.rowOf[workload] as number, from, to, emptied, filled);
    }
    for (let i = 0; i < counted.length; i++) (counted[i] as Kernels["counted"][number]).apply(workload, from, to);
    const levels = this.levelCount - firstObjectiveLevel;
    if (to >= 0) {
      const there = objectives.find(workload, to);
      for (let l = 0; l < levels; l++) this.#here[workload * levels + l] = objectives.values[there + l] as number;
    }
    this.#unlink(workload, from);
    this.#link(workload, to);
    this.hostOf[workload] = to;
    this.#record(workload, from);
  }

  /** Weighs and makes a move. */
  move(workload: number, to: number): void {
    this.weighMusts(workload, to);
    this.weighLevels();
    this.commit();
  }

  /** A point to come back to with `undoTo`. */
  mark(): number {
    return this.#journalLength;
  }

  undoTo(mark: number): void {
    while (this.#journalLength > mark) {
      const workload = this.#journal[this.#journalLength - 2] as number;
      const from = this.#journal[this.#journalLength - 1] as number;
      this.move(workload, from);
      // The move back has been recorded as well: drop both.
      this.#journalLength -= 4;
    }
  }

  /** Workloads moved since a mark, each as often as it moved. */
  movedSince(mark: number): Int32Array {
    const moved = new Int32Array((this.#journalLength - mark) / 2);
    for (let i = 0; i < moved.length; i++) moved[i] = this.#journal[mark + 2 * i] as number;
    return moved;
  }

  /** Forgets how it came here; marks become worthless. */
  forget(): void {
    this.#journalLength = 0;
  }

  get hasSurvive(): boolean {
    return this.kernels.survive.length > 0;
  }

  /**
   * Brings the amounts of survive forms up to date. Where that is dear (see `settlesOften`) the search does it at
   * checkpoints only, for placements that would be the best otherwise, and goes on from the best when they fail.
   */
  settle(): void {
    if (!this.hasSurvive) return;
    const key = this.workloadCount <= rememberedWorkloadsMax ? this.hostOf.join() : null;
    const known = key === null ? undefined : this.#remembered.get(key);
    const [must, should] = known ?? this.#surviveAmounts();
    if (key !== null && known === undefined && this.#remembered.size < rememberedMax) this.#remembered.set(key, [must, should]);
    this.restoreSettled(must, should);
  }

  #surviveAmounts(): readonly [must: number, should: number] {
    let must = 0;
    let should = 0;
    for (const { form, must: isMust, weight } of this.kernels.survive) {
      const amount = formAmount(form, this.problem.index, this.hostOf);
      if (isMust) must += amount;
      else should += weight * amount;
    }
    return [must, should];
  }

  /** True when survive forms are small enough to follow every move that is otherwise accepted. */
  get settlesOften(): boolean {
    return this.settleWork <= oftenWorkMax;
  }

  /** Amounts of survive forms in the score now, to come back to after an undo without a search. */
  settled(): readonly [must: number, should: number] {
    return [this.#surviveMust, this.#surviveShould];
  }

  restoreSettled(must: number, should: number): void {
    const mustChange = must - this.#surviveMust;
    this.score[mustsLevel] = (this.score[mustsLevel] as number) + mustChange;
    this.guide += mustChange;
    const shouldChange = should - this.#surviveShould;
    for (let l = 0; l < this.#shouldsWeights.length; l++) {
      const level = firstObjectiveLevel + l;
      this.score[level] = (this.score[level] as number) + (this.#shouldsWeights[l] as number) * shouldChange;
    }
    this.#surviveMust = must;
    this.#surviveShould = should;
  }

  /** Lets broken musts count more from here on, so that the search does not come back to the same breach. */
  raiseGuides(factor: number): void {
    const { groups, fill } = this.kernels;
    groups.forEach((group, g) => {
      if (group.must && group.kernel.amount > 0) this.groupGuide[g] = (this.groupGuide[g] as number) * factor;
    });
    for (let h = 0; h < this.hostCount; h++) fill.raiseGuides(h, factor);
    this.weighGuide();
  }

  /** Computes the guide afresh: its weights are fractions, so that sums of changes drift. */
  weighGuide(): void {
    const { groups, fill, wide } = this.kernels;
    let guide = this.#surviveMust;
    groups.forEach((group, g) => { if (group.must) guide += group.kernel.amount * (this.groupGuide[g] as number); });
    for (const { kernel, must, unit } of wide) if (must) guide += kernel.amount * unit;
    for (let h = 0; h < this.hostCount; h++) guide += fill.guidedExcess(h);
    for (const w of this.problem.wanted) {
      const host = this.hostOf[w] as number;
      if (host >= 0) guide += this.misfits(w, host) * allowGuide;
    }
    this.guide = guide;
  }

  #emptied(from: number): number {
    return from >= 0 && this.population[from] === 1 && this.#switchable[from] === 1 ? from : -1;
  }

  #filled(to: number): number {
    return to >= 0 && this.population[to] === 0 && this.#switchable[to] === 1 ? to : -1;
  }

  #scoreOfNothing(): void {
    const { groups, fill, wide, objectives, counted } = this.kernels;
    const totals = fill.totals();
    let must = totals.must;
    let should = totals.should;
    for (const { kernel, must: isMust, weight } of groups) {
      if (isMust) must += kernel.amount;
      else should += weight * kernel.amount;
    }
    for (const { kernel, must: isMust, weight } of wide) {
      if (isMust) must += kernel.amount;
      else should += weight * kernel.amount;
    }
    this.score[mustsLevel] = must;
    for (const w of this.problem.wanted) this.score[unplacedLevel] = (this.score[unplacedLevel] as number) + 1 + (this.#priorityOf[w] as number);
    this.problem.levels.forEach((_, l) => {
      this.score[firstObjectiveLevel + l] = (objectives.base[l] as number) + (this.#shouldsWeights[l] as number) * should;
    });
    for (const { level, weight, value } of counted) {
      this.score[firstObjectiveLevel + level] = (this.score[firstObjectiveLevel + level] as number) + weight * value;
    }
    this.weighGuide();
  }

  #link(workload: number, host: number): void {
    if (host < 0) return;
    const head = this.first[host] as number;
    this.next[workload] = head;
    this.previous[workload] = -1;
    if (head >= 0) this.previous[head] = workload;
    this.first[host] = workload;
    this.population[host] = (this.population[host] as number) + 1;
  }

  #unlink(workload: number, host: number): void {
    if (host < 0) return;
    const before = this.previous[workload] as number;
    const after = this.next[workload] as number;
    if (before >= 0) this.next[before] = after;
    else this.first[host] = after;
    if (after >= 0) this.previous[after] = before;
    this.population[host] = (this.population[host] as number) - 1;
  }

  #record(workload: number, from: number): void {
    if (this.#journalLength + 2 > this.#journal.length) {
      const longer = new Int32Array(this.#journal.length * 2);
      longer.set(this.#journal);
      this.#journal = longer;
    }
    this.#journal[this.#journalLength] = workload;
    this.#journal[this.#journalLength + 1] = from;
    this.#journalLength += 2;
  }
}

const oftenWorkMax = 150;
const rememberedWorkloadsMax = 40;
const rememberedMax = 50_000;

/** A broken allow must weighs like several breaches of others: nothing but leaving mends it. */
const allowGuide = 4;
