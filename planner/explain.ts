import { counted } from "../model/counted.ts";
import { hostIsOnWhen } from "../model/snapshot.ts";
import type { HostId, WorkloadId } from "../model/ids.ts";
import { totalAmount, type Constraint, type Violation } from "../policies/constraint.ts";
import { chargeMicrosPerHour, hostOnMicrosPerHour, licencesOfJoining } from "../policies/index.ts";
import type { Problem } from "./problem.ts";
import { quickForms, Trials } from "./trial.ts";
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
  /** Musts and shoulds that would be broken there, and more than they are now or would be without the workload. */
  readonly objections: readonly Objection[];
  /** What the fleet's hourly bill would change by; negative is cheaper. */
  readonly costDifferenceMicrosPerHour: number;
  /** Policies that were not asked about this host because the answer takes too long (failover of a large fleet). */
  readonly notAsked: readonly string[];
}

export interface Explanation {
  readonly workload: WorkloadId;
  /** What is wanted of it; one to be removed has no candidates. */
  readonly desired: "running" | "stopped" | "removed";
  readonly host: HostId | null;
  /** Rules that concern the workload where it is and are kept there, by all their parts that concern it. */
  readonly rulesKept: readonly string[];
  /** Rules in whose breach it takes part where it is: without it they would be broken less. */
  readonly objectionsHere: readonly Objection[];
  /** One for every other host, in order of id. */
  readonly candidates: readonly Candidate[];
}

/** Answers "why is it where it is, and why not elsewhere?" Built once for a placement, asked many times. */
export interface Explainer {
  explain(workload: number): Explanation;
}

/** From so many hosts on people feel how long an answer takes. */
const feltHostsMin = 1000;

/** An explainer of a placement, as it will be once what is not wanted any more is gone. */
export function explainer(problem: Problem, placement: ArrayLike<number>): Explainer {
  const desk = deskOf(problem, placement);
  const explain = (w: number): Explanation => new Question(desk, w).answer(placement[w] ?? -1);
  const { hosts, workloads } = problem.index;
  // The first question of a process is three times as slow as the others; where that is felt, preparing asks it.
  if (hosts.length >= feltHostsMin && workloads.length > 0) explain(0);
  return { explain };
}

/** Why unplaced workloads have no place: for each must, how many hosts it rules out, with one example. */
export function reasonsAgainst(problem: Problem, placement: ArrayLike<number>): (w: number) => readonly string[] {
  const desk = deskOf(problem, placement);
  return (w) => new Question(desk, w).reasons();
}

/** What all questions about one placement share. */
interface Desk {
  readonly problem: Problem;
  readonly rules: Touching;
  readonly world: WhatIf;
  readonly trials: Trials;
}

function deskOf(problem: Problem, placement: ArrayLike<number>): Desk {
  const { index, constraints } = problem;
  const settled = Int32Array.from(index.workloads, ({ desired }, w) => (desired === "removed" ? -1 : (placement[w] ?? -1)));
  const asked = constraints.filter(({ strength }) => strength !== "audit");
  const trials = new Trials(index, settled);
  trials.prepare(asked);
  return { problem, rules: touching(index, asked), world: whatIf(index, settled), trials };
}

/** Looks at workloads and hosts that finding words may cost; beyond it an objection names the rule and the amount only. */
const wordsWorkMax = 3_000_000;
/** Pairs of a loss and a host that may be looked at for rules that are searches of their own. */
const dearWorkMax = 3_000_000;

/** A rule broken on a host, before it is put in words. */
interface Breach {
  readonly constraint: Constraint;
  readonly amount: number;
  /** Where the workload is when the rule is broken least: where it is now, or -1. */
  readonly leastAt: number;
}

interface Draft {
  readonly h: number;
  readonly breaches: Breach[];
  readonly cost: number;
  notAsked: string[];
}

/** One workload in question. */
class Question {
  readonly #desk: Desk;
  readonly #w: number;
  readonly #here: number;
  /** Constraints whose amount may change by the workload's leaving alone, with the least amount. */
  readonly #known = new Map<Constraint, { readonly least: number; readonly leastAt: number }>();
  readonly #dear: Constraint[] = [];
  #wordsWork = 0;

  constructor(desk: Desk, w: number) {
    this.#desk = desk;
    this.#w = w;
    this.#here = desk.world.hostOf[w] ?? -1;
    for (const constraint of new Set([...desk.rules.ofWorkload(w), ...desk.rules.ofAll, ...(this.#here < 0 ? [] : desk.rules.ofHost(this.#here))])) {
      const forms = quickForms(constraint, w);
      if (forms === null) {
        this.#dear.push(constraint);
        continue;
      }
      const now = desk.trials.amount(forms, w, this.#here);
      const without = desk.trials.amount(forms, w, -1);
      this.#known.set(constraint, { least: Math.min(now, without), leastAt: now < without ? this.#here : -1 });
    }
  }

  answer(host: number): Explanation {
    const { problem: { index } } = this.#desk;
    const workload = index.workloads[this.#w];
    if (workload === undefined) throw new Error(`broken invariant: no workload ${this.#w}`);
    const common = { workload: workload.id, desired: workload.desired, host: index.hosts[host]?.id ?? null };
    if (workload.desired === "removed") return { ...common, rulesKept: [], objectionsHere: [], candidates: [] };
    const drafts = this.#drafts();
    const inOrder = [...drafts].sort((a, b) => resistance(a) - resistance(b) || a.cost - b.cost || a.h - b.h);
    this.#askTheDear(inOrder);
    const objectionsHere = this.#here < 0 ? [] : this.#wordsFor(this.#breachesHere(), this.#here);
    const objections = new Map(inOrder.map(({ h, breaches }) => [h, this.#wordsFor(breaches, h)]));
    return {
      ...common, rulesKept: this.#rulesKept(), objectionsHere,
      candidates: drafts.flatMap(({ h, cost, notAsked }) => {
        const id = index.hosts[h]?.id;
        return id === undefined ? [] : [{ host: id, objections: objections.get(h) ?? [], costDifferenceMicrosPerHour: cost, notAsked }];
      }),
    };
  }

  reasons(): readonly string[] {
    const drafts = this.#drafts();
    this.#askTheDear(drafts);
    const byPolicy = new Map<string, { count: number; readonly example: Breach; readonly h: number }>();
    for (const { h, breaches } of drafts) {
      const musts = breaches.filter(({ constraint }) => constraint.strength === "must");
      for (const [policy, example] of new Map(musts.map((breach) => [breach.constraint.policy, breach]))) {
        const known = byPolicy.get(policy);
        if (known === undefined) byPolicy.set(policy, { count: 1, example, h });
        else known.count += 1;
      }
    }
    return [...byPolicy].sort(([, a], [, b]) => b.count - a.count).map(([policy, { count, example, h }]) =>
      `${policy} rules out ${count} of ${counted(drafts.length, "host")}, e.g. ${this.#wordsFor([example], h)[0]?.words ?? example.constraint.title}`);
  }

  /** What the quick rules say about every other host, in order of id. */
  #drafts(): Draft[] {
    const { problem: { index } } = this.#desk;
    const costHere = this.#costOfBeing(this.#here);
    return index.hosts.flatMap((_, h) => h === this.#here ? [] : [{
      h, breaches: this.#breachesAt(h), cost: this.#costOfBeing(h) - costHere, notAsked: [],
    }]);
  }

  #breachesAt(h: number): Breach[] {
    const { rules, trials } = this.#desk;
    const breaches: Breach[] = [];
    for (const [constraint, { least, leastAt }] of this.#known) {
      const amount = trials.amount(this.#formsOf(constraint), this.#w, h) - least;
      if (amount > 0) breaches.push({ constraint, amount, leastAt });
    }
    for (const constraint of rules.ofHost(h)) {
      if (this.#known.has(constraint)) continue;
      const forms = this.#formsOf(constraint);
      const there = trials.amount(forms, this.#w, h);
      if (there === 0) continue;
      // It is about hosts among which the present one is not: nothing changes when the workload leaves.
      const amount = there - trials.amount(forms, this.#w, -1);
      if (amount > 0) breaches.push({ constraint, amount, leastAt: -1 });
    }
    return breaches;
  }

  readonly #forms = new Map<Constraint, NonNullable<ReturnType<typeof quickForms>>>();

  #formsOf(constraint: Constraint): NonNullable<ReturnType<typeof quickForms>> {
    const known = this.#forms.get(constraint);
    if (known !== undefined) return known;
    const forms = quickForms(constraint, this.#w) ?? [];
    // Most rules of a host are about that host only and asked for once or twice.
    if (constraint.forms().length > 1) this.#forms.set(constraint, forms);
    return forms;
  }

  #breachesHere(): readonly Breach[] {
    const { trials, world } = this.#desk;
    const quick = [...this.#known.keys()].flatMap((constraint) => {
      const forms = this.#formsOf(constraint);
      const amount = trials.amount(forms, this.#w, this.#here) - trials.amount(forms, this.#w, -1);
      return amount > 0 ? [{ constraint, amount, leastAt: -1 }] : [];
    });
    const dear = this.#dear.filter((constraint) => dearWork(constraint) * 2 <= dearWorkMax).flatMap((constraint) => {
      const now = totalAmount(constraint.check(world.instant));
      const amount = now - this.#checkedAt(constraint, -1);
      return amount > 0 ? [{ constraint, amount, leastAt: -1 }] : [];
    });
    return [...quick, ...dear];
  }

  /** Rules that are searches of their own are asked about the best candidates, as far as the work allows. */
  #askTheDear(drafts: readonly Draft[]): void {
    for (const constraint of this.#dear) {
      let work = 2 * dearWork(constraint);
      const isAskable = work <= dearWorkMax;
      const now = isAskable ? this.#checkedAt(constraint, this.#here) : 0;
      const without = isAskable ? this.#checkedAt(constraint, -1) : 0;
      for (const draft of drafts) {
        work += dearWork(constraint);
        if (work > dearWorkMax) {
          draft.notAsked.push(constraint.policy);
          continue;
        }
        const amount = this.#checkedAt(constraint, draft.h) - Math.min(now, without);
        if (amount > 0) draft.breaches.push({ constraint, amount, leastAt: now < without ? this.#here : -1 });
      }
    }
  }

  #checkedAt(constraint: Constraint, h: number): number {
    return totalAmount(this.#violationsAt(constraint, h));
  }

  #violationsAt(constraint: Constraint, h: number): readonly Violation[] {
    const { world } = this.#desk;
    world.put(this.#w, h);
    const violations = constraint.check(world.instant);
    world.put(this.#w, this.#here);
    return violations;
  }

  #wordsFor(breaches: readonly Breach[], h: number): readonly Objection[] {
    return breaches.flatMap(({ constraint, amount, leastAt }) => {
      const { policy, strength, title } = constraint;
      if (strength === "audit") return [];
      this.#wordsWork += this.#checkWork(constraint);
      if (this.#wordsWork > wordsWorkMax) return [{ policy, strength, words: `${title}: broken by ${amount}` }];
      const violations = this.#violationsAt(constraint, h);
      const before = new Map(violations.length === 1 ? [] : this.#violationsAt(constraint, leastAt).map((violation) => [violation.key, violation.amount]));
      const grown = violations.filter((violation) => violation.amount > (before.get(violation.key) ?? 0));
      const told = grown.find(({ workloads }) => workloads.includes(this.#w)) ?? grown[0] ?? violations[0];
      return told === undefined ? [] : [{ policy, strength, words: constraint.explain(told) }];
    });
  }

  #checkWork({ workloads, hosts }: Constraint): number {
    if (workloads !== null) return workloads.length;
    return hosts === null ? this.#desk.world.hostOf.length : 20 + hosts.length;
  }

  #rulesKept(): readonly string[] {
    if (this.#here < 0) return [];
    const { world } = this.#desk;
    const titles = new Map<string, string>();
    const broken = new Set<string>();
    for (const constraint of [...this.#known.keys(), ...this.#dear]) {
      if (!concerns(constraint, this.#w) || dearWork(constraint) > dearWorkMax) continue;
      if (constraint.check(world.instant).length > 0) broken.add(constraint.policy);
      titles.set(constraint.policy, `${constraint.policy}: ${constraint.title}`);
    }
    return [...titles].flatMap(([policy, words]) => (broken.has(policy) ? [] : [words]));
  }

  /** What being on a host adds to the bill: the charges, licences that nobody else has paid there, and the host's own cost when nobody else keeps it on. */
  #costOfBeing(h: number): number {
    const { problem: { index }, world } = this.#desk;
    const workload = index.workloads[this.#w];
    const host = index.hosts[h];
    if (workload === undefined || host === undefined) return 0;
    const present = world.instant.present(h);
    const others = present.length - Number(h === this.#here);
    const switchesOn = hostIsOnWhen(host, true) && !hostIsOnWhen(host, others > 0);
    return chargeMicrosPerHour(index, workload, host) + licencesOfJoining(index, this.#w, h, present) + (switchesOn ? hostOnMicrosPerHour(index, host) : 0);
  }
}

/** 0: nothing speaks against it; 1: a should does; 2: a must does. */
function resistance({ breaches }: Draft): number {
  return breaches.some(({ constraint }) => constraint.strength === "must") ? 2 : Math.min(1, breaches.length);
}

/** Pairs of a loss and a host that one look at a rule costs; 0 when it is no search of its own. */
function dearWork(constraint: Constraint): number {
  return constraint.forms().reduce((work, form) => work + (form.kind === "survive" ? form.losses.length * form.takers.length : 0), 0);
}

/** Is the rule about the workload, and not only about others on the same host or in the same fleet? */
function concerns(constraint: Constraint, w: number): boolean {
  return constraint.workloads !== null || constraint.forms().some((form) => {
    switch (form.kind) {
      case "allow": return form.workload === w;
      case "exclusive": return form.a.includes(w) || form.b.includes(w);
      case "near": return form.members.includes(w) || form.near.includes(w);
      case "fill": case "pack": case "domains": case "together": case "skew": case "linear": case "survive": return form.members.includes(w);
    }
  });
}
