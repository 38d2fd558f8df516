import { hostIsOnWhen } from "../model/snapshot.ts";
import { formAmount } from "../policies/amount.ts";
import type { FillForm, Form } from "../policies/form.ts";
import type { BalanceObjective, LinearObjective, MostMovedObjective, Objective, OverObjective, PresenceObjective } from "../policies/objective.ts";
import { usedHosts } from "../policies/plain-amount.ts";
import { firstObjectiveLevel, mustsLevel, unplacedLevel, type Problem, type Score } from "./problem.ts";

/** Sums of whole numbers stay exact in a double up to this. */
export const exactSumLimit = Number.MAX_SAFE_INTEGER;

/** A score could not be kept exactly: the numbers of the scenario are too large for sums of whole numbers. */
export class ScoreOverflow extends Error {
  readonly level: string;
  readonly value: number;

  constructor(level: string, value: number) {
    super(`level ${level} of the score can reach ${value}; whole numbers are exact only up to ${exactSumLimit}. ` +
      "Use smaller weights, or coarser units for prices and sizes.");
    this.name = "ScoreOverflow";
    this.level = level;
    this.value = value;
  }
}

/** The score of a placement, from scratch: what every incremental score must equal. */
export function scoreOf(problem: Problem, hostOf: ArrayLike<number>): Score {
  const score = new Float64Array(firstObjectiveLevel + problem.levels.length);
  const amount = amountReader(problem, hostOf);
  for (const form of problem.musts) score[mustsLevel] = (score[mustsLevel] ?? 0) + amount(form);
  for (const w of problem.wanted) {
    if ((hostOf[w] ?? -1) < 0) score[unplacedLevel] = (score[unplacedLevel] ?? 0) + 1 + (problem.index.workloads[w]?.priority ?? 0);
  }
  const shoulds = problem.shoulds.reduce((sum, { form, weight }) => sum + weight * amount(form), 0);
  const used = usedHosts(problem.index, hostOf);
  problem.levels.forEach((level, l) => {
    score[firstObjectiveLevel + l] = level.terms.reduce(
      (sum, { objective, weight }) => sum + weight * objectiveValue(problem, objective, hostOf, used), level.shouldsWeight * shoulds);
  });
  assertExact(problem, score);
  return score;
}

/** What a placement costs under one objective, from scratch. */
export function objectiveValue(problem: Problem, objective: Objective, hostOf: ArrayLike<number>, used: Uint8Array): number {
  switch (objective.kind) {
    case "linear": return linearValue(problem, objective, hostOf, used);
    case "balance": return balanceValue(problem, objective, hostOf);
    case "over": return overValue(problem, objective, hostOf);
    case "most-moved": return mostMovedValue(problem, objective, hostOf);
    case "presence": return presenceValue(problem, objective, hostOf);
  }
}

function linearValue(
  { index, wanted }: Problem, objective: LinearObjective, hostOf: ArrayLike<number>, used: Uint8Array,
): number {
  let sum = 0;
  for (const w of wanted) {
    const host = hostOf[w] ?? -1;
    if (host >= 0) sum += objective.at(w, host);
  }
  index.hosts.forEach((host, h) => {
    if (hostIsOnWhen(host, used[h] === 1)) sum += objective.on(h);
  });
  return sum;
}

function balanceValue({ index, wanted }: Problem, objective: BalanceObjective, hostOf: ArrayLike<number>): number {
  let sum = 0;
  for (const dimension of objective.dimensions) {
    const use = new Float64Array(index.hosts.length);
    for (const w of wanted) {
      const host = hostOf[w] ?? -1;
      if (host >= 0) use[host] = (use[host] ?? 0) + dimension.ppm(w, host);
    }
    for (const h of objective.hosts) sum += Math.abs((use[h] ?? 0) - dimension.targetPpm);
  }
  return sum;
}

function overValue({ wanted }: Problem, { sizes, limits }: OverObjective, hostOf: ArrayLike<number>): number {
  const load = new Float64Array(limits.length);
  for (const w of wanted) {
    const host = hostOf[w] ?? -1;
    if (host >= 0) load[host] = (load[host] ?? 0) + (sizes[w] ?? 0);
  }
  return load.reduce((sum, value, h) => sum + Math.max(0, value - (limits[h] ?? Infinity)), 0);
}

function mostMovedValue({ wanted }: Problem, { groupOf, groupCount, current }: MostMovedObjective, hostOf: ArrayLike<number>): number {
  const moved = new Int32Array(groupCount);
  for (const w of wanted) {
    const [group, host, now] = [groupOf[w] ?? -1, hostOf[w] ?? -1, current[w] ?? -1];
    if (group >= 0 && host >= 0 && now >= 0 && host !== now) moved[group] = (moved[group] ?? 0) + 1;
  }
  return moved.reduce((most, count) => Math.max(most, count), 0);
}

function presenceValue({ index, wanted }: Problem, { groups }: PresenceObjective, hostOf: ArrayLike<number>): number {
  const isWanted = new Set(wanted);
  return groups.reduce((sum, { members, prices }) => {
    const used = new Set(Array.from(members).filter((w) => isWanted.has(w)).map((w) => hostOf[w] ?? -1));
    return sum + index.hosts.reduce((paid, _, h) => paid + (used.has(h) ? (prices[h] ?? 0) : 0), 0);
  }, 0);
}

/**
 * Amounts by form. A fleet has a fill form for each host and resource: their loads are summed once for each resource,
 * because a pass over all workloads for each of them would take hours.
 */
function amountReader({ index }: Problem, hostOf: ArrayLike<number>): (form: Form) => number {
  const loads = new Map<Float64Array, Float64Array>();
  return (form) => {
    if (form.kind !== "fill") return formAmount(form, index, hostOf);
    const load = loads.get(form.sizes) ?? loadPerHost(form, index.hosts.length, hostOf);
    loads.set(form.sizes, load);
    return Math.max(0, form.hosts.reduce((sum, h) => sum + (load[h] ?? 0), 0) - form.limit);
  };
}

function loadPerHost({ members, sizes, home }: FillForm, hostCount: number, hostOf: ArrayLike<number>): Float64Array {
  const load = new Float64Array(hostCount);
  members.forEach((w, i) => {
    const [host, kept] = [hostOf[w] ?? -1, home?.[i] ?? -1];
    if (host >= 0) load[host] = (load[host] ?? 0) + (sizes[i] ?? 0);
    if (kept >= 0 && kept !== host) load[kept] = (load[kept] ?? 0) + (sizes[i] ?? 0);
  });
  return load;
}

function assertExact(problem: Problem, score: Score): void {
  score.forEach((value, level) => {
    if (!Number.isSafeInteger(value)) throw new ScoreOverflow(levelName(problem, level), value);
  });
}

/** How a level of the score is called in front of people. */
export function levelName(problem: Problem, level: number): string {
  if (level === mustsLevel) return "musts";
  if (level === unplacedLevel) return "unplaced";
  return problem.levels[level - firstObjectiveLevel]?.name ?? `level ${level}`;
}
