import type { Clock } from "../model/clock.ts";
import { compareIds, type PolicyId, type WorkloadId } from "../model/ids.ts";
import { formAmount } from "../policies/amount.ts";
import type { Form } from "../policies/form.ts";
import { mustForms } from "./build-problem.ts";
import { exactSize, solveExactly } from "./exact/index.ts";
import { mustsLevel, unplacedLevel, type Problem } from "./problem.ts";
import { demandForm, smallProblem } from "./question.ts";
import { isPlainlyImpossible } from "./refute.ts";
import { search } from "./search.ts";
import { stackedPlacement } from "./stacked.ts";
import { troubledDemands, widerDemands } from "./suspects.ts";

/** One side of a conflict: a policy that must hold, or a workload that wants a place. */
export type Element = { readonly kind: "policy"; readonly policy: PolicyId } | { readonly kind: "demand"; readonly workload: WorkloadId };

/**
 * Policies and demands that cannot all be met. `minimal`: with any one element taken away the rest can be, each shown
 * by a placement. `proved`: that all together cannot, shown by counting or by the exact engine. Workloads that are not
 * named may be anywhere or nowhere.
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
/** Of the whole time, what one question may take. */
const questionTimePart = 0.3;
/** Workloads without a place around which a conflict is looked for. */
const seedsMax = 8;

/**
 * A minimal set of policies and demands in conflict, or null when everything can be met (or nothing could be shown).
 * Starts from a workload without a place, adds others until the conflict shows, then deletes what is not needed
 * (QuickXplain: Junker, "Preferred explanations and relaxations for over-constrained problems", 2004). Elements that
 * come late in the order are avoided: few demands, and policies of the user rather than those of the fleet.
 */
export async function findConflict(problem: Problem, options: ConflictOptions): Promise<Conflict | null> {
  const policies = policiesOf(problem);
  const alone = policies.find(({ forms }) => forms.some((form) => isBrokenByNobody(form, problem)));
  if (alone !== undefined) return { elements: [{ kind: "policy", policy: alone.id }], proved: true, minimal: true };
  const deadlineMs = options.clock.nowMs() + options.timeMs;
  for (const seed of troubledDemands(problem, options).slice(0, seedsMax)) {
    let demands: readonly number[] = [seed];
    for (const step of widerDemands(problem, seed)) {
      demands = step;
      const inquiry = new Inquiry(problem, policies, demands, options, deadlineMs);
      if ((await inquiry.ask(inquiry.all)) === "impossible") return await inquiry.smallest();
      if (options.stopped() || options.clock.nowMs() >= deadlineMs) return null;
    }
  }
  return null;
}

interface PolicyForms {
  readonly id: PolicyId;
  readonly forms: readonly Form[];
}

/** Musts about places; those of the user first, then those of the fleet itself. */
function policiesOf({ constraints }: Problem): readonly PolicyForms[] {
  const ids = [...new Set(constraints.filter(({ strength }) => strength === "must").map(({ policy }) => policy))];
  return ids.sort((a, b) => Number(isBuiltIn(a)) - Number(isBuiltIn(b)) || compareIds(a, b))
    .map((id) => ({ id, forms: mustForms(constraints.filter(({ policy }) => policy === id)) }));
}

function isBuiltIn(id: PolicyId): boolean {
  return id.startsWith("built-in/");
}

/** Is a rule broken by a fleet in which nobody has a place, so that no placement keeps it? */
function isBrokenByNobody(form: Form, { index }: Problem): boolean {
  switch (form.kind) {
    case "allow": case "together": case "exclusive": case "near": case "skew": case "survive": return false;
    case "fill": return form.home === undefined ? form.limit < 0 : formAmount(form, index, new Int32Array()) > 0;
    case "linear": return !asksForPresence(form, index.hosts.length) && formAmount(form, index, new Int32Array()) > 0;
    case "pack": case "domains": return formAmount(form, index, new Int32Array()) > 0;
  }
}

/** Is a sum made smaller by workloads that are somewhere, as when some must run? Asked about the first member and the first host. */
function asksForPresence(form: Form, hostCount: number): boolean {
  if (form.kind !== "linear") return false;
  const [first] = form.members;
  if (first === undefined || hostCount === 0) return false;
  return form.members.some((w) => form.at(w, 0) < 0) || Array.from({ length: hostCount }, (_, h) => form.at(first, h)).some((value) => value < 0);
}

/** All questions about one set of demands and the policies that concern them. */
class Inquiry {
  /** In the order in which elements are kept. */
  readonly all: readonly Element[];
  readonly #problem: Problem;
  readonly #options: ConflictOptions;
  readonly #deadlineMs: number;
  readonly #formsOf: ReadonlyMap<PolicyId, readonly Form[]>;
  readonly #known = new Map<string, Verdict>();

  constructor(problem: Problem, policies: readonly PolicyForms[], demands: readonly number[], options: ConflictOptions, deadlineMs: number) {
    this.#options = options;
    this.#deadlineMs = deadlineMs;
    const hostCount = problem.index.hosts.length;
    const isWanted = new Set(problem.wanted);
    const helpers = helpersOf(policies.flatMap(({ forms }) => forms), demands, (form) => asksForPresence(form, hostCount));
    const all = [...demands, ...helpers.filter((w) => isWanted.has(w))];
    const small = smallProblem(problem, [], all);
    const inside = new Set(all);
    // Rules that ask for others than these to be somewhere are left out: that can only make a conflict harder to show.
    const concerning = (forms: readonly Form[]): readonly Form[] =>
      forms.filter((form) => !asksForPresence(form, hostCount) || (form.kind === "linear" && form.members.some((w) => inside.has(w))));
    const own = policies.map(({ id, forms }) => ({ id, forms: smallProblem(problem, concerning(forms), all).problem.musts })).filter(({ forms }) => forms.length > 0);
    this.#problem = small.problem;
    this.#formsOf = new Map(own.map(({ id, forms }) => [id, forms]));
    const demanded = demands.map((w): Element => ({ kind: "demand", workload: idOf(problem, w) }));
    this.all = [...demanded.slice(0, 1), ...own.map(({ id }): Element => ({ kind: "policy", policy: id })), ...demanded.slice(1)];
  }

  /** The conflict among all elements, which are impossible together. */
  async smallest(): Promise<Conflict> {
    const elements = await quickXplain([], false, this.all, async (some) => (await this.ask(some)) === "impossible");
    let minimal = true;
    for (const left of elements) {
      if ((await this.ask(elements.filter((element) => element !== left))) !== "possible") minimal = false;
    }
    return { elements, proved: (await this.ask(elements)) === "impossible", minimal };
  }

  /** Can these policies be kept with these workloads placed, all others wherever they help? */
  async ask(elements: readonly Element[]): Promise<Verdict> {
    const key = elements.map((element) => (element.kind === "policy" ? `p ${element.policy}` : `w ${element.workload}`)).sort().join("\n");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const verdict = await this.#answer(elements);
    this.#known.set(key, verdict);
    return verdict;
  }

  async #answer(elements: readonly Element[]): Promise<Verdict> {
    const forms = elements.flatMap((element) => (element.kind === "policy" ? (this.#formsOf.get(element.policy) ?? []) : []));
    const demands = elements.flatMap((element) => element.kind === "demand" ? (this.#problem.index.workloadIndex.get(element.workload) ?? []) : []);
    const needed = forms.flatMap((form) => (form.kind === "linear" && asksForPresence(form, this.#problem.index.hosts.length) ? [...form.members] : []));
    const helpers = helpersOf(forms, [...demands, ...needed], () => false).concat(needed).filter((w) => !demands.includes(w));
    if (demands.length === 0 && helpers.length === 0) return "possible";
    const plain = smallProblem(this.#problem, forms, demands).problem;
    if (demands.length > 0 && isPlainlyImpossible(plain)) return "impossible";
    if (this.#options.stopped() || this.#options.clock.nowMs() >= this.#deadlineMs) return "unknown";
    if (helpers.length === 0) return await this.#solve(plain, true);
    return await this.#solve(smallProblem(this.#problem, [...forms, ...demands.map(demandForm)], [...demands, ...helpers]).problem, false);
  }

  /** `everybody`: all must have a place; otherwise the musts themselves say who. */
  async #solve(question: Problem, everybody: boolean): Promise<Verdict> {
    const { seed, clock, stopped, timeMs: whole } = this.#options;
    const isMet = (score: Float64Array): boolean => score[mustsLevel] === 0 && (!everybody || score[unplacedLevel] === 0);
    const timeMs = Math.max(50, Math.min(this.#deadlineMs - clock.nowMs(), whole * questionTimePart));
    const quick = search(question, { seed, clock, stopped, timeMs, iterations: 2000 + 300 * question.wanted.length, start: stackedPlacement(question) });
    if (isMet(quick.score)) return "possible";
    if (exactSize(question) > exactBinariesMax) return "unknown";
    const exact = await solveExactly(question, { seed, clock, stopped, timeMs, start: quick.hostOf });
    if (isMet(exact.score)) return "possible";
    const isShown = exact.claim.kind === "optimal" || (exact.bounds[mustsLevel] ?? 0) > 0 || (everybody && (exact.bounds[unplacedLevel] ?? 0) > 0);
    return isShown ? "impossible" : "unknown";
  }
}

/** Workloads beside the demands whose presence can mend a rule: neighbours, and those that fill domains. Of these again. */
function helpersOf(forms: readonly Form[], demands: readonly number[], asks: (form: Form) => boolean): readonly number[] {
  const inside = new Set(demands);
  const helping = forms.flatMap((form) => form.kind === "near" ? [{ about: form.members, by: form.near }]
    : form.kind === "linear" ? (asks(form) ? [{ about: form.members, by: form.members }] : [])
    : form.kind === "skew" || (form.kind === "domains" && form.atLeast > 0) ? [{ about: form.members, by: form.members }] : []);
  let before = -1;
  while (inside.size !== before) {
    before = inside.size;
    for (const { about, by } of helping) {
      if (about.some((w) => inside.has(w))) for (const w of by) inside.add(w);
    }
  }
  for (const w of demands) inside.delete(w);
  return [...inside].sort((a, b) => a - b);
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
