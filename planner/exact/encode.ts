import type { FillForm, Form, SurviveForm } from "../../policies/form.ts";
import type { LinearObjective, MostMovedObjective, Objective, OverObjective, PresenceObjective } from "../../policies/objective.ts";
import { firstObjectiveLevel, mustsLevel, unplacedLevel, type Problem } from "../problem.ts";
import { encodeForm } from "./encode-form.ts";
import { encodeSurvive } from "./encode-survive.ts";
import { Milp, Sum } from "./milp.ts";
import { Spots } from "./spots.ts";

/** A form whose breach the model does not know: it is looked at after each solve and cut off where it was wrong. */
export interface LateForm {
  readonly form: SurviveForm;
  /** The column that must reach the amount; null when the form must be kept. */
  readonly column: number | null;
}

/**
 * A problem as a mixed-integer linear model, with the levels of the score as sums over its columns.
 *
 * `strict`: every must holds, and pairs that a must forbids have no column; the model is small, and any solution has 0
 * at the level of the musts. Not `strict`, for problems whose musts cannot all hold: all pairs, and breaches counted.
 */
export class Encoding {
  readonly problem: Problem;
  readonly strict: boolean;
  readonly milp = new Milp();
  readonly spots: Spots;
  readonly late: LateForm[] = [];
  readonly #hostCount: number;
  /** Column of each pair; -1 for pairs that are out of the question. */
  readonly #pair: Int32Array;
  readonly #levels = new Map<number, Sum>();
  /** Hosts whose being on is tied to their capacity already. */
  readonly #tied = new Set<number>();
  #fillsOfHost: ReadonlyMap<number, readonly FillForm[]> | null = null;
  #shouldsSum: Sum | null = null;

  constructor(problem: Problem, strict: boolean, forbidden: readonly { readonly workload: number; readonly host: number }[]) {
    this.problem = problem;
    this.strict = strict;
    this.#hostCount = problem.index.hosts.length;
    this.spots = new Spots(this.milp, problem.index);
    this.#pair = new Int32Array(problem.index.workloads.length * this.#hostCount).fill(-1);
    const possible = possiblePairs(problem, strict, forbidden);
    for (const w of problem.wanted) this.#place(w, possible);
    if (strict) {
      const musts = new Set(problem.musts);
      for (const form of problem.musts) this.#keep(form, musts);
    }
  }

  /** The columns that say who is where, for a placement; null when it uses a pair that is out of the question. */
  startFrom(hostOf: ArrayLike<number>): { readonly indices: Int32Array; readonly values: Float64Array } | null {
    const indices: number[] = [];
    const values: number[] = [];
    for (const w of this.problem.wanted) {
      const host = hostOf[w] ?? -1;
      if (host >= 0 && this.pair(w, host) < 0) return null;
      for (let h = 0; h < this.#hostCount; h++) {
        if (this.pair(w, h) < 0) continue;
        indices.push(this.pair(w, h));
        values.push(h === host ? 1 : 0);
      }
    }
    return { indices: Int32Array.from(indices), values: Float64Array.from(values) };
  }

  /** Column of a pair, -1 when it is out of the question. */
  pair(workload: number, host: number): number {
    return this.#pair[workload * this.#hostCount + host] ?? -1;
  }

  /** The placement that a solver's values mean. */
  hostOf(values: ArrayLike<number>): Int32Array {
    const hostOf = new Int32Array(this.problem.index.workloads.length).fill(-1);
    for (const w of this.problem.wanted) {
      for (let h = 0; h < this.#hostCount; h++) {
        const column = this.pair(w, h);
        if (column >= 0 && (values[column] ?? 0) > 0.5) hostOf[w] = h;
      }
    }
    return hostOf;
  }

  /** 0 for exactly this placement, at least 1 for every other one. */
  distanceFrom(hostOf: ArrayLike<number>): Sum {
    const distance = new Sum();
    for (const w of this.problem.wanted) {
      const column = this.pair(w, hostOf[w] ?? -1);
      if ((hostOf[w] ?? -1) >= 0 && column >= 0) {
        distance.constant += 1;
        distance.add(column, -1);
      } else distance.addSum(this.spots.placed(w), 1);
    }
    return distance;
  }

  /**
   * Everybody has a host from now on: said for each workload, and as what any choice of switched-on hosts must be able
   * to hold together, because a solver cuts well with these rows and does not find them by itself.
   */
  placeAll(): void {
    for (const w of this.problem.wanted) this.milp.atLeast(this.spots.placed(w), 1);
    if (this.strict && this.#pricesHosts()) for (const hosts of this.#choices()) this.#holdTogether(hosts);
  }

  /** A level of the score. What only it needs is added to the model when it is first asked for. */
  level(level: number): Sum {
    const known = this.#levels.get(level);
    if (known !== undefined) return known;
    const made = level === mustsLevel ? this.#musts() : level === unplacedLevel ? this.#unplaced() : this.#objective(level - firstObjectiveLevel);
    const merged = made.merged();
    this.#levels.set(level, merged);
    return merged;
  }

  #place(workload: number, possible: (workload: number, host: number) => boolean): void {
    const one = new Sum();
    const atHost = Array.from({ length: this.#hostCount }, (_, h) => {
      const there = new Sum();
      if (!possible(workload, h)) return there;
      const column = this.milp.column(0, 1, true);
      this.#pair[workload * this.#hostCount + h] = column;
      one.add(column, 1);
      return there.add(column, 1);
    });
    this.spots.place(workload, atHost);
    this.milp.atMost(one, 1);
  }

  #keep(form: Form, musts: ReadonlySet<Form>): void {
    if (form.kind === "allow") return; // no column for what it forbids
    if (form.kind !== "survive") {
      encodeForm(this.spots, form, false);
      return;
    }
    // Looked at late in any case: its amount counts what is not shown within a limit, and the copies know no such limit.
    this.late.push({ form, column: null });
    encodeSurvive(this.spots, form, musts);
  }

  /** How much a form is broken. */
  #amount(form: Form): Sum {
    if (form.kind !== "survive") return encodeForm(this.spots, form, true);
    const column = this.milp.column(0, form.losses.length, false);
    this.late.push({ form, column });
    return new Sum().add(column, 1);
  }

  #musts(): Sum {
    const sum = new Sum();
    if (!this.strict) for (const form of this.problem.musts) sum.addSum(this.#amount(form), 1);
    return sum;
  }

  #unplaced(): Sum {
    const sum = new Sum();
    for (const w of this.problem.wanted) {
      const weight = 1 + (this.problem.index.workloads[w]?.priority ?? 0);
      sum.constant += weight;
      sum.addSum(this.spots.placed(w), -weight);
    }
    return sum;
  }

  #objective(level: number): Sum {
    const sum = new Sum();
    const found = this.problem.levels[level];
    if (found === undefined) return sum;
    if (found.shouldsWeight !== 0) sum.addSum(this.#shoulds(), found.shouldsWeight);
    for (const { objective, weight } of found.terms) if (weight !== 0) sum.addSum(this.#objectiveSum(objective), weight);
    return sum;
  }

  #shoulds(): Sum {
    if (this.#shouldsSum !== null) return this.#shouldsSum;
    const sum = new Sum();
    for (const { form, weight } of this.problem.shoulds) if (weight !== 0) sum.addSum(this.#amount(form), weight);
    this.#shouldsSum = sum;
    return sum;
  }

  #objectiveSum(objective: Objective): Sum {
    switch (objective.kind) {
      case "linear": return this.#linear(objective);
      case "balance": {
        const sum = new Sum();
        for (const dimension of objective.dimensions) {
          for (const h of objective.hosts) sum.add(this.#deviation(h, (w) => dimension.ppm(w, h), dimension.targetPpm), 1);
        }
        return sum;
      }
      case "over": return this.#over(objective);
      case "most-moved": return this.#mostMoved(objective);
      case "presence": return this.#presence(objective);
    }
  }

  #linear(objective: LinearObjective): Sum {
    const sum = new Sum();
    for (let h = 0; h < this.#hostCount; h++) {
      for (const w of this.problem.wanted) {
        const column = this.pair(w, h);
        if (column >= 0) sum.add(column, objective.at(w, h));
      }
      const on = objective.on(h);
      if (on !== 0) sum.addSum(this.#on(h), on);
    }
    return sum;
  }

  /** For each host a column that is at least its load above the limit, and equal to it when minimised. */
  #over({ sizes, limits }: OverObjective): Sum {
    const sum = new Sum();
    limits.forEach((limit, h) => {
      if (limit === Infinity) return;
      const over = new Sum();
      for (const w of this.problem.wanted) if (this.pair(w, h) >= 0) over.add(this.pair(w, h), sizes[w] ?? 0);
      if (over.columns.length === 0) {
        sum.constant += Math.max(0, -limit);
        return;
      }
      const column = this.milp.column(0, Infinity, false);
      this.milp.atMost(over.add(column, -1), limit);
      sum.add(column, 1);
    });
    return sum;
  }

  /** One column that no group's number of moved members is above. */
  #mostMoved({ groupOf, current }: MostMovedObjective): Sum {
    const movedOf = new Map<number, Sum>();
    for (const w of this.problem.wanted) {
      const [group, now] = [groupOf[w] ?? -1, current[w] ?? -1];
      if (group < 0 || now < 0) continue;
      const moved = movedOf.get(group) ?? new Sum();
      movedOf.set(group, moved);
      for (let h = 0; h < this.#hostCount; h++) if (h !== now && this.pair(w, h) >= 0) moved.add(this.pair(w, h), 1);
    }
    const most = this.milp.column(0, Infinity, false);
    for (const moved of movedOf.values()) this.milp.atMost(moved.add(most, -1), 0);
    return new Sum().add(most, 1);
  }

  /** For each group and host a column that is 1 when a member is there, and 0 otherwise when minimised. */
  #presence({ groups }: PresenceObjective): Sum {
    const sum = new Sum();
    for (const { members, prices } of groups) {
      prices.forEach((price, h) => {
        const there = Array.from(members, (w) => this.pair(w, h)).filter((column) => column >= 0);
        if (price === 0 || there.length === 0) return;
        const used = this.milp.column(0, 1, false);
        for (const column of there) this.milp.atMost(new Sum().add(column, 1).add(used, -1), 0);
        sum.add(used, price);
      });
    }
    return sum;
  }

  /** Whether a host is on, tied to what it can hold: true anyway in whole numbers, and a far better bound in fractions. */
  #on(host: number): Sum {
    const on = this.spots.on(host);
    if (!this.strict || on.columns.length === 0 || this.#tied.has(host)) return on;
    this.#tied.add(host);
    for (const { members, sizes, limit } of this.#fills().get(host) ?? []) {
      const load = new Sum().addSum(on, -limit);
      members.forEach((w, i) => {
        const column = this.pair(w, host);
        if (column >= 0) load.add(column, sizes[i] ?? 0);
      });
      this.milp.atMost(load, 0);
    }
    return on;
  }

  /** Does any level care which hosts are on? */
  #pricesHosts(): boolean {
    return this.problem.levels.some(({ terms }) =>
      terms.some(({ objective }) => objective.kind === "linear" && this.problem.index.hosts.some((_, h) => objective.on(h) !== 0)));
  }

  /** The sets of hosts that workloads choose from, each once, and all hosts. */
  #choices(): readonly ReadonlySet<number>[] {
    const choices = new Map<string, ReadonlySet<number>>();
    for (const w of this.problem.wanted) choices.set(this.#choiceOf(w).join(), new Set(this.#choiceOf(w)));
    const all = Array.from({ length: this.#hostCount }, (_, h) => h);
    return [...choices.set(all.join(), new Set(all)).values()].slice(0, choicesMax);
  }

  #choiceOf(workload: number): readonly number[] {
    return Array.from({ length: this.#hostCount }, (_, h) => h).filter((h) => this.pair(workload, h) >= 0);
  }

  /** The hosts that are on have room for everybody who can be on no other host. */
  #holdTogether(hosts: ReadonlySet<number>): void {
    const bound = new Set(this.problem.wanted.filter((w) => this.#choiceOf(w).every((h) => hosts.has(h))));
    const roomOf = new Map<Float64Array, { readonly form: FillForm; readonly limits: Map<number, number> }>();
    for (const host of hosts) {
      for (const form of this.#fills().get(host) ?? []) {
        const known = roomOf.get(form.sizes) ?? { form, limits: new Map<number, number>() };
        known.limits.set(host, Math.min(Math.max(0, form.limit), known.limits.get(host) ?? Infinity));
        roomOf.set(form.sizes, known);
      }
    }
    for (const { form: { members, sizes }, limits } of roomOf.values()) {
      if (limits.size < hosts.size) continue;
      const need = members.reduce((sum, w, i) => sum + (bound.has(w) ? (sizes[i] ?? 0) : 0), 0);
      const room = new Sum();
      for (const [host, limit] of limits) room.addSum(this.spots.on(host), limit);
      this.milp.atLeast(room, need);
    }
  }

  /** Musts about one resource of one host. */
  #fills(): ReadonlyMap<number, readonly FillForm[]> {
    if (this.#fillsOfHost !== null) return this.#fillsOfHost;
    const fills = new Map<number, FillForm[]>();
    for (const form of this.problem.musts) {
      const [host] = form.kind === "fill" ? form.hosts : [];
      if (form.kind !== "fill" || host === undefined || form.hosts.length > 1) continue;
      const known = fills.get(host);
      if (known === undefined) fills.set(host, [form]);
      else known.push(form);
    }
    this.#fillsOfHost = fills;
    return fills;
  }

  /** A column that is at least |use of the host - target|, and equal to it when minimised. */
  #deviation(host: number, ppm: (workload: number) => number, target: number): number {
    const column = this.milp.column(0, Infinity, false);
    const use = new Sum();
    use.constant = -target;
    for (const w of this.problem.wanted) {
      const pair = this.pair(w, host);
      if (pair >= 0) use.add(pair, ppm(w));
    }
    this.milp.atMost(new Sum().addSum(use, 1).add(column, -1), 0);
    this.milp.atLeast(new Sum().addSum(use, 1).add(column, 1), 0);
    return column;
  }
}

/** Sets of hosts for which rows about room in common are added. */
const choicesMax = 12;

/** Which pairs get a column: none that was ruled out by the caller and, when strict, none that a must forbids. */
function possiblePairs(
  problem: Problem, strict: boolean, forbidden: readonly { readonly workload: number; readonly host: number }[],
): (workload: number, host: number) => boolean {
  const rows = new Map<number, Uint8Array[]>();
  if (strict) {
    for (const form of problem.musts) {
      if (form.kind !== "allow") continue;
      const known = rows.get(form.workload);
      if (known === undefined) rows.set(form.workload, [form.allowed]);
      else known.push(form.allowed);
    }
  }
  const out = new Set(forbidden.map(({ workload, host }) => workload * problem.index.hosts.length + host));
  return (workload, host) =>
    !out.has(workload * problem.index.hosts.length + host) && (rows.get(workload) ?? []).every((allowed) => allowed[host] === 1);
}

/** How many binaries a strict model has, to choose an engine by; an upper bound where counting would take long. */
export function exactSize(problem: Problem): number {
  const hostCount = problem.index.hosts.length;
  const countMax = 4_000_000;
  if (problem.wanted.length * hostCount > countMax) return problem.wanted.length * hostCount;
  const possible = possiblePairs(problem, true, []);
  let size = 0;
  for (const w of problem.wanted) for (let h = 0; h < hostCount; h++) size += Number(possible(w, h));
  return size;
}
