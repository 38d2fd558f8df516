import type { HostId, WorkloadId } from "../model/ids.ts";
import { totalAmount, type Constraint } from "../policies/constraint.ts";
import { chargeMicrosPerHour, hostOnMicrosPerHour } from "../policies/index.ts";
import { hostIsOnWhen } from "../model/snapshot.ts";
import type { Problem } from "./problem.ts";
import { touching, whatIf, type Touching, type WhatIf } from "./what-if.ts";

/** A rule that speaks against a host, in words that name the value and the limit. */
export interface Objection {
  readonly policy: string;
  readonly strength: "must" | "should";
  readonly words: string;
}

/** What speaks for and against one host for one workload, everybody else staying where they are. */
export interface Candidate {
  readonly host: HostId;
  /** Musts and shoulds that would be broken, or more broken than now. */
  readonly objections: readonly Objection[];
  /** What the fleet's hourly bill would change by; negative is cheaper. */
  readonly costDifferenceMicrosPerHour: number;
}

export interface Explanation {
  readonly workload: WorkloadId;
  readonly host: HostId | null;
  /** Rules that concern the workload where it is, and those it breaks there. */
  readonly rulesKept: readonly string[];
  readonly objectionsHere: readonly Objection[];
  /** One for every other host, in order of id. */
  readonly candidates: readonly Candidate[];
}

/** Answers "why is it where it is, and why not elsewhere?" Built once for a placement, asked many times. */
export interface Explainer {
  explain(workload: number): Explanation;
}

export function explainer(problem: Problem, placement: ArrayLike<number>): Explainer {
  const rules = touching(problem.index, problem.constraints.filter(({ strength }) => strength !== "audit"));
  const world = whatIf(problem.index, placement);
  return { explain: (workload) => explainOne(problem, rules, world, workload) };
}

function explainOne(problem: Problem, rules: Touching, world: WhatIf, w: number): Explanation {
  const { index } = problem;
  const workload = index.workloads[w];
  if (workload === undefined) throw new Error(`broken invariant: no workload ${w}`);
  const here = world.hostOf[w] ?? -1;
  const own = rules.ofWorkload(w);
  const concerned = [...own, ...(here >= 0 ? rules.ofHost(here) : []), ...rules.ofAll];
  world.put(w, -1);
  const without = new Map(own.map((constraint) => [constraint, totalAmount(constraint.check(world.instant))]));
  for (const constraint of rules.ofAll) without.set(constraint, totalAmount(constraint.check(world.instant)));
  world.put(w, here);
  const kept = concerned.filter((constraint) => constraint.check(world.instant).length === 0);
  const objectionsHere = here < 0 ? [] : objectionsAgainst(rules, world, w, here, without);
  world.put(w, -1);
  const costHere = costOfBeing(problem, world, w, here);
  const costs = index.hosts.map((_, h) => costOfBeing(problem, world, w, h) - costHere);
  const candidates = index.hosts.flatMap((host, h) => h === here ? [] : [{
    host: host.id,
    objections: objectionsAgainst(rules, world, w, h, without),
    costDifferenceMicrosPerHour: costs[h] ?? 0,
  }]);
  world.put(w, here);
  return {
    workload: workload.id, host: index.hosts[here]?.id ?? null,
    rulesKept: [...new Set(kept.map(({ policy, title }) => `${policy}: ${title}`))], objectionsHere, candidates,
  };
}

/** Rules whose breach grows when the workload comes to a host, compared with the fleet without it. */
function objectionsAgainst(
  rules: Touching, world: WhatIf, w: number, h: number, without: ReadonlyMap<Constraint, number>,
): readonly Objection[] {
  const about = rules.ofHost(h);
  world.put(w, -1);
  const before = about.map((constraint) => totalAmount(constraint.check(world.instant)));
  world.put(w, h);
  const objections: Objection[] = [];
  const consider = (constraint: Constraint, amountWithout: number): void => {
    const violations = constraint.check(world.instant);
    if (constraint.strength === "audit" || totalAmount(violations) <= amountWithout) return;
    const own = violations.find(({ workloads }) => workloads.includes(w)) ?? violations[0];
    if (own !== undefined) objections.push({ policy: constraint.policy, strength: constraint.strength, words: constraint.explain(own) });
  };
  about.forEach((constraint, position) => consider(constraint, before[position] ?? 0));
  for (const [constraint, amount] of without) consider(constraint, amount);
  return objections;
}

/** What being on a host costs: the charges, and the host's own cost when nobody else keeps it on. The workload must be nowhere. */
function costOfBeing({ index }: Problem, world: WhatIf, w: number, h: number): number {
  const workload = index.workloads[w];
  const host = index.hosts[h];
  if (workload === undefined || host === undefined) return 0;
  const onAnyway = hostIsOnWhen(host, world.instant.present(h).length > 0);
  return chargeMicrosPerHour(index, workload, host) + (onAnyway ? 0 : hostOnMicrosPerHour(index, host));
}

/** Why an unplaced workload has no place: for each rule, how many hosts it rules out, with one example. */
export function reasonsAgainst(problem: Problem, placement: ArrayLike<number>, w: number): readonly string[] {
  const { candidates } = explainer(problem, placement).explain(w);
  const byPolicy = new Map<string, { count: number; example: string }>();
  for (const { objections } of candidates) {
    for (const { policy, strength, words } of objections) {
      if (strength !== "must") continue;
      const known = byPolicy.get(policy);
      byPolicy.set(policy, { count: (known?.count ?? 0) + 1, example: known?.example ?? words });
    }
  }
  const total = candidates.length;
  return [...byPolicy].sort(([, a], [, b]) => b.count - a.count).map(([policy, { count, example }]) =>
    `${policy} rules out ${count} of ${total} hosts, e.g. ${example}`);
}
