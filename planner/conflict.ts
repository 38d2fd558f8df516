import type { Clock } from "../model/clock.ts";
import type { PolicyId, WorkloadId } from "../model/ids.ts";
import type { Constraint } from "../policies/index.ts";
import { mustForms } from "./build-problem.ts";
import { exactSize, solveExactly } from "./exact/index.ts";
import { mustsLevel, unplacedLevel, type Problem, type Solution } from "./problem.ts";
import { search } from "./search.ts";

/** One side of a conflict: a policy that must hold, or a workload that wants a place. */
export type Element = { readonly kind: "policy"; readonly policy: PolicyId } | { readonly kind: "demand"; readonly workload: WorkloadId };

/**
 * Policies and demands that cannot all be met. `minimal`: with any one element taken away the rest can be, each shown
 * by a placement. `proved`: that all together cannot, shown by the exact engine.
 */
export interface Conflict {
  readonly elements: readonly Element[];
  readonly proved: boolean;
  readonly minimal: boolean;
}

export interface ConflictOptions {
  readonly seed: number;
  readonly timeMs: number;
  readonly clock: Clock;
  readonly stopped: () => boolean;
}

type Verdict = "possible" | "impossible" | "unknown";

/** Binaries up to which the exact engine is asked; a larger question stays open. */
const exactBinariesMax = 30_000;

/**
 * A minimal set of policies and demands in conflict, or null when everything can be met (or nothing could be shown).
 * Starts from the workloads without a place, adds neighbours until the conflict shows, then deletes what is not needed
 * (QuickXplain: Junker, "Preferred explanations and relaxations for over-constrained problems", 2004).
 */
export async function findConflict(problem: Problem, options: ConflictOptions): Promise<Conflict | null> {
  const placement = (await bestPlacement(problem, options)).hostOf;
  const policies = [...new Set(problem.constraints.filter(({ strength }) => strength === "must").map(({ policy }) => policy))];
  const ask = oracle(problem, options);
  const demands = await growUntilImpossible(problem, placement, policies, ask);
  if (demands === null) return null;
  const all: Element[] = [
    ...policies.map((policy) => ({ kind: "policy" as const, policy })),
    ...demands.map((w) => ({ kind: "demand" as const, workload: idOf(problem, w) })),
  ];
  const needed = await quickXplain([], false, all, async (elements) => (await ask(elements)) === "impossible");
  return { elements: needed, ...(await certify(needed, ask)) };
}

async function certify(elements: readonly Element[], ask: Oracle): Promise<{ proved: boolean; minimal: boolean }> {
  const proved = (await ask(elements)) === "impossible";
  let minimal = true;
  for (const left of elements) {
    if ((await ask(elements.filter((element) => element !== left))) !== "possible") minimal = false;
  }
  return { proved, minimal };
}

type Oracle = (elements: readonly Element[]) => Promise<Verdict>;

/** Can these policies be kept with these workloads placed, everybody else absent? */
function oracle(problem: Problem, options: ConflictOptions): Oracle {
  const deadline = options.clock.nowMs() + options.timeMs;
  const byPolicy = new Map<string, Constraint[]>();
  for (const constraint of problem.constraints) byPolicy.set(constraint.policy, [...(byPolicy.get(constraint.policy) ?? []), constraint]);
  const known = new Map<string, Verdict>();
  return async (elements) => {
    const key = elements.map((element) => (element.kind === "policy" ? `p ${element.policy}` : `w ${element.workload}`)).sort().join("\n");
    const found = known.get(key);
    if (found !== undefined) return found;
    const question: Problem = {
      ...problem,
      wanted: Int32Array.from(elements.flatMap((element) => {
        const w = element.kind === "demand" ? problem.index.workloadIndex.get(element.workload) : undefined;
        return w === undefined ? [] : [w];
      })).sort(),
      musts: mustForms(elements.flatMap((element) => (element.kind === "policy" ? (byPolicy.get(element.policy) ?? []) : []))),
      shoulds: [], levels: [], constraints: [],
    };
    const verdict = await answer(question, options, deadline);
    known.set(key, verdict);
    return verdict;
  };
}

async function answer(question: Problem, options: ConflictOptions, deadline: number): Promise<Verdict> {
  if (question.wanted.length === 0) return "possible";
  const left = Math.max(50, deadline - options.clock.nowMs());
  const common = { seed: options.seed, clock: options.clock, stopped: options.stopped };
  const quick = search(question, { ...common, timeMs: Math.min(left, 500), iterations: 2000 + 200 * question.wanted.length });
  if (isMet(quick)) return "possible";
  if (exactSize(question) > exactBinariesMax) return "unknown";
  const exact = await solveExactly(question, { ...common, timeMs: left, start: quick.hostOf });
  if (isMet(exact)) return "possible";
  return exact.claim.kind === "optimal" || (exact.bounds[mustsLevel] ?? 0) > 0 || (exact.bounds[unplacedLevel] ?? 0) > 0 ? "impossible" : "unknown";
}

/** Only who has a place and who has none matters here, so the levels are left out. */
async function bestPlacement(problem: Problem, options: ConflictOptions): Promise<Solution> {
  const question: Problem = { ...problem, shoulds: [], levels: [] };
  const quick = search(question, { ...options, timeMs: Math.min(options.timeMs, 2000), iterations: 100_000 });
  if (isMet(quick) || exactSize(question) > exactBinariesMax) return quick;
  return solveExactly(question, { ...options, start: quick.hostOf });
}

function isMet({ score }: Solution): boolean {
  return score[mustsLevel] === 0 && score[unplacedLevel] === 0;
}

/** Demands around one that cannot be met, grown ring by ring until together they are impossible. */
async function growUntilImpossible(problem: Problem, placement: ArrayLike<number>, policies: readonly PolicyId[], ask: Oracle): Promise<readonly number[] | null> {
  const musts = policies.map((policy) => ({ kind: "policy" as const, policy }));
  const isImpossible = async (demands: readonly number[]): Promise<boolean> =>
    (await ask([...musts, ...demands.map((w) => ({ kind: "demand" as const, workload: idOf(problem, w) }))])) === "impossible";
  for (const seed of troubled(problem, placement).slice(0, 8)) {
    let ring = [seed];
    for (;;) {
      if (await isImpossible(ring)) return ring;
      const wider = neighbours(problem, placement, ring);
      if (wider.length === ring.length) break;
      ring = wider;
    }
  }
  const everybody = [...problem.wanted];
  return (await isImpossible(everybody)) ? everybody : null;
}

/** Workloads without a place. */
function troubled(problem: Problem, hostOf: ArrayLike<number>): readonly number[] {
  return [...problem.wanted].filter((w) => (hostOf[w] ?? -1) < 0);
}

/** Adds those who share a constraint of few members, then those on the hosts that the ring could use. */
function neighbours(problem: Problem, hostOf: ArrayLike<number>, ring: readonly number[]): number[] {
  const inside = new Set(ring);
  const wanted = new Set(problem.wanted);
  for (const { workloads, strength } of problem.constraints) {
    if (strength !== "must" || workloads === null || workloads.length < 2 || !workloads.some((w) => inside.has(w) && ring.includes(w))) continue;
    for (const w of workloads) if (wanted.has(w)) inside.add(w);
  }
  if (inside.size === ring.length) {
    const hosts = allowedHosts(problem, ring);
    for (const w of problem.wanted) if (hosts.has(hostOf[w] ?? -1)) inside.add(w);
  }
  return [...inside].sort((a, b) => a - b);
}

function allowedHosts(problem: Problem, ring: readonly number[]): ReadonlySet<number> {
  const ruledOut = new Map<number, Uint8Array[]>();
  for (const form of problem.musts) {
    if (form.kind === "allow") ruledOut.set(form.workload, [...(ruledOut.get(form.workload) ?? []), form.allowed]);
  }
  const hosts = new Set<number>();
  for (const w of ring) {
    const rows = ruledOut.get(w) ?? [];
    problem.index.hosts.forEach((_, h) => {
      if (rows.every((allowed) => allowed[h] === 1)) hosts.add(h);
    });
  }
  return hosts;
}

/** Junker's QuickXplain: a minimal subset of `candidates` that is impossible together with `background`. */
async function quickXplain(
  background: readonly Element[], grown: boolean, candidates: readonly Element[], impossible: (elements: readonly Element[]) => Promise<boolean>,
): Promise<readonly Element[]> {
  if (grown && (await impossible(background))) return [];
  if (candidates.length === 1) return candidates;
  const middle = candidates.length >> 1;
  const [front, back] = [candidates.slice(0, middle), candidates.slice(middle)];
  const fromBack = await quickXplain([...background, ...front], front.length > 0, back, impossible);
  const fromFront = await quickXplain([...background, ...fromBack], fromBack.length > 0, front, impossible);
  return [...fromFront, ...fromBack];
}

function idOf(problem: Problem, w: number): WorkloadId {
  const workload = problem.index.workloads[w];
  if (workload === undefined) throw new Error(`broken invariant: no workload ${w}`);
  return workload.id;
}
