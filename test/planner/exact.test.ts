import { describe, expect, it } from "vitest";
import type { Clock } from "../../model/clock.ts";
import { Random } from "../../model/random.ts";
import { Encoding } from "../../planner/exact/encode.ts";
import { askTiny } from "../../planner/exact/tiny.ts";
import { exactSize, solveExactly } from "../../planner/exact/index.ts";
import { compareScores, firstObjectiveLevel, mustsLevel, unplacedLevel, type EngineOptions, type Problem } from "../../planner/problem.ts";
import { scoreOf } from "../../planner/score.ts";
import type { Form } from "../../policies/form.ts";
import { arbitraryForm, arbitraryProblem, bareIndex, enumerate, plainKinds, withHomes } from "./exact-problems.ts";

/** A clock that stands still: the solver's own limits never cut a small problem short. */
const clock: Clock = { nowMs: () => 0 };
const options: EngineOptions = { seed: 1, timeMs: 60_000, clock, stopped: () => false };

async function expectOptimum(problem: Problem): Promise<void> {
  const best = enumerate(problem);
  const solution = await solveExactly(problem, options);
  expect([...solution.score]).toEqual([...best.score]);
  expect([...scoreOf(problem, solution.hostOf)]).toEqual([...best.score]);
  expect(solution.claim).toEqual({ kind: "optimal" });
  expect(solution.bounds).toEqual([...best.score]);
}

/** Workloads on hosts at a price each, and musts. */
function priced(prices: readonly (readonly number[])[], musts: readonly Form[] = []): Problem {
  const hostCount = prices[0]?.length ?? 0;
  return {
    index: bareIndex(Array.from({ length: hostCount }, () => ({ state: "on", powerManaged: true })), prices.map(() => ({ priority: 0, desired: "running" }))),
    current: new Int32Array(prices.length).fill(-1), wanted: Int32Array.from(prices.keys()), musts, shoulds: [], constraints: [],
    levels: [{ name: "money", shouldsWeight: 0, terms: [{ weight: 1, objective: { kind: "linear", name: "money", unit: "micros", at: (w, h) => prices[w]?.[h] ?? 0, on: () => 0 } }] }],
  };
}

const room = (hosts: number[], limit: number, sizes: number[]): Form =>
  ({ kind: "fill", members: Int32Array.from(sizes.keys()), sizes: Float64Array.from(sizes), hosts: Int32Array.from(hosts), limit });

/** Many workloads, hosts with little room: hours of work to prove. */
function hard(workloads: number, hosts: number): Problem {
  const random = new Random(7);
  const sizes = Array.from({ length: workloads }, () => random.between(5, 19));
  const limit = Math.ceil((sizes.reduce((a, b) => a + b) / hosts) * 1.02);
  return priced(Array.from({ length: workloads }, () => Array.from({ length: hosts }, () => random.between(1, 1_000_000))),
    Array.from({ length: hosts }, (_, h) => room([h], limit, sizes)));
}

describe("the exact engine on small cases", () => {
  const cases: readonly { readonly says: string; readonly problem: Problem; readonly hostOf: number[]; readonly score: number[] }[] = [
    { says: "each workload goes where it is cheapest", problem: priced([[3, 1], [2, 5]]), hostOf: [1, 0], score: [0, 0, 3] },
    { says: "the one that loses less gives way", problem: priced([[1, 9], [1, 3]], [room([0], 1, [1, 1])]), hostOf: [0, 1], score: [0, 0, 4] },
    { says: "what does not fit stays unplaced", problem: priced([[1, 1], [1, 1]], [room([0, 1], 5, [5, 6])]), hostOf: [0, -1], score: [0, 1, 1] },
    {
      says: "a must that nobody can keep is broken as little as can be",
      problem: priced([[1, 1]], [{ kind: "linear", members: Int32Array.of(0), at: (_, h) => [-1, -3][h] ?? 0, hosts: null, on: () => 0, base: 5, limit: 0 }]),
      hostOf: [1], score: [2, 0, 1],
    },
    { says: "nobody is wanted", problem: { ...priced([[1, 1]]), wanted: new Int32Array(0) }, hostOf: [-1], score: [0, 0, 0] },
    { says: "there is no host", problem: priced([[], []]), hostOf: [-1, -1], score: [0, 2, 0] },
  ];
  for (const { says, problem, hostOf, score } of cases) {
    it(says, async () => {
      const solution = await solveExactly(problem, options);
      expect([...solution.hostOf]).toEqual(hostOf);
      expect([...solution.score]).toEqual(score);
      expect(solution.claim).toEqual({ kind: "optimal" });
    });
  }
});

describe("the exact engine against looking at every placement", () => {
  for (let seed = 1; seed <= 64; seed++) {
    it(`finds and proves the optimum of random problem ${seed}, level by level`, async () => {
      await expectOptimum(arbitraryProblem(new Random(seed), { hosts: 4, workloads: 5, forms: 6 }));
    });
  }

  for (const kind of plainKinds) {
    it(`knows what ${kind} means, as a must and as a should`, async () => {
      const random = new Random(99);
      for (let i = 0; i < 6; i++) {
        const base = arbitraryProblem(random, { hosts: 4, workloads: 5, forms: 0 });
        const form = (): Form => arbitraryForm(random, kind, base.index.hosts.length, base.index.workloads.length);
        await expectOptimum({
          ...base, musts: [form(), form()], shoulds: [{ form: form(), weight: 2 }, { form: form(), weight: 3 }],
          levels: [{ name: "shoulds", shouldsWeight: 1, terms: [] }, ...base.levels],
        });
      }
    });
  }

  it("knows what survive means, as a must and as a should", async () => {
    const random = new Random(5);
    for (let i = 0; i < 14; i++) {
      const base = arbitraryProblem(random, { hosts: 4, workloads: 5, forms: 3 });
      const keep = base.musts.filter(({ kind }) => kind !== "survive");
      const survive = (): Form => ({
        kind: "survive", losses: base.index.hosts.map((_, h) => Int32Array.of(h)), members: base.wanted, keep: () => keep,
        takers: new Uint8Array(base.index.hosts.length).fill(1),
      });
      await expectOptimum(i % 2 === 0 ? { ...base, musts: [...keep, survive()] } : { ...base, shoulds: [{ form: survive(), weight: 2 }] });
    }
  });

  for (let seed = 1; seed <= 24; seed++) {
    it(`knows sizes that count at home, headroom and most-moved: random problem ${seed}`, async () => {
      const random = new Random(seed);
      await expectOptimum(withHomes(random, arbitraryProblem(random, { hosts: 4, workloads: 5, forms: 4 })));
    });
  }

  it("knows that what is lost starts anew, where a must forbids only to move there", async () => {
    const random = new Random(7);
    for (let i = 0; i < 8; i++) {
      const base = arbitraryProblem(random, { hosts: 4, workloads: 5, forms: 3 });
      const bound: Form[] = [...base.wanted].map((workload) => {
        const allowed = base.index.hosts.map(() => Number(random.chance(500)));
        return { kind: "allow", workload, allowed: Uint8Array.from(allowed), allowedAnew: Uint8Array.from(allowed, (row) => row || Number(random.chance(700))) };
      });
      const keep = [...base.musts.filter(({ kind }) => kind !== "survive"), ...bound];
      const survive: Form = {
        kind: "survive", losses: base.index.hosts.map((_, h) => Int32Array.of(h)), members: base.wanted, keep: () => keep,
        takers: new Uint8Array(base.index.hosts.length).fill(1),
      };
      await expectOptimum({ ...base, musts: [...keep, survive] });
    }
  });

  it("knows what survive means where sizes count at home", async () => {
    const random = new Random(6);
    for (let i = 0; i < 8; i++) {
      const made = withHomes(random, arbitraryProblem(random, { hosts: 4, workloads: 4, forms: 4 }));
      const keep = made.musts.filter(({ kind }) => kind !== "survive");
      const survive: Form = {
        kind: "survive", losses: made.index.hosts.map((_, h) => Int32Array.of(h)), members: made.wanted, keep: () => keep,
        takers: new Uint8Array(made.index.hosts.length).fill(1),
      };
      await expectOptimum({ ...made, musts: [...keep, survive] });
    }
  });

  it("never uses a pair that was ruled out", async () => {
    const random = new Random(11);
    for (let i = 0; i < 10; i++) {
      const problem = arbitraryProblem(random, { hosts: 4, workloads: 4, forms: 3 });
      const forbidden = Array.from(problem.wanted, (workload) => ({ workload, host: random.below(problem.index.hosts.length) }));
      const free = (w: number, h: number): boolean => !forbidden.some(({ workload, host }) => workload === w && host === h);
      const solution = await solveExactly(problem, { ...options, forbidden });
      expect([...solution.score]).toEqual([...enumerate(problem, free).score]);
      expect(problem.wanted.every((w) => (solution.hostOf[w] ?? -1) < 0 || free(w, solution.hostOf[w] ?? -1))).toBe(true);
    }
  });

  it("gives the same placement twice", async () => {
    const problem = arbitraryProblem(new Random(21), { hosts: 4, workloads: 5, forms: 4 });
    const [one, two] = [await solveExactly(problem, options), await solveExactly(problem, options)];
    expect([...one.hostOf]).toEqual([...two.hostOf]);
  });
});

describe("the exact engine that is cut short", () => {
  it("answers with the best that it was given, and claims no more, when it is stopped at once", async () => {
    const problem = priced([[3, 1], [2, 5]]);
    const start = Int32Array.of(0, 0);
    const solution = await solveExactly(problem, { ...options, start, stopped: () => true });
    expect([...solution.hostOf]).toEqual([0, 0]);
    expect([...solution.score]).toEqual([0, 0, 5]);
    expect(solution.claim).toEqual({ kind: "best-found" });
  });

  it("tells the truth about what it has when it is stopped in the middle, and works afterwards", async () => {
    const problem = hard(60, 12);
    let levels = 0;
    const solution = await solveExactly(problem, { ...options, stopped: () => levels > 1, progress: () => { levels += 1; } });
    expect([...scoreOf(problem, solution.hostOf)]).toEqual([...solution.score]);
    expect(solution.claim.kind).not.toBe("optimal");
    solution.bounds.forEach((bound, level) => expect(bound ?? -Infinity).toBeLessThanOrEqual(solution.score[level] ?? 0));
    await expectOptimum(priced([[3, 1], [2, 5]]));
  });

  it("keeps to its time, with the best found and a bound below it", async () => {
    const problem = hard(100, 20);
    let nowMs = 0;
    const solution = await solveExactly(problem, { ...options, timeMs: 600, clock: { nowMs: () => (nowMs += 1) } });
    expect([...scoreOf(problem, solution.hostOf)]).toEqual([...solution.score]);
    expect(solution.claim.kind).not.toBe("optimal");
    solution.bounds.forEach((bound, level) => expect(bound ?? -Infinity).toBeLessThanOrEqual(solution.score[level] ?? 0));
  });

  it("is never worse than the placement that it starts from", async () => {
    const problem = hard(40, 8);
    const start = Int32Array.from({ length: 40 }, (_, w) => w % 8);
    const solution = await solveExactly(problem, { ...options, start, timeMs: 100 });
    expect(compareScores(solution.score, scoreOf(problem, start))).toBeLessThanOrEqual(0);
  });

  it("refuses a model that would not fit into memory, with what it was given", async () => {
    const problem = hard(210, 200);
    expect(exactSize(problem)).toBe(42_000);
    const solution = await solveExactly(problem, options);
    expect(solution.engine).toBe("exact refused: 42000 binaries, at most 40000 fit into memory");
    expect(solution.score[mustsLevel]).toBe(0);
    expect(solution.score[unplacedLevel]).toBe(210);
    expect(solution.claim).toEqual({ kind: "best-found" });
  });
});

it("outlives a guess that never comes back: javascript-lp-solver hangs on the seed 153", async () => {
  const problem = arbitraryProblem(new Random(153), { hosts: 4, workloads: 7, forms: 4 });
  const encoding = new Encoding(problem, true, []);
  const unplaced = encoding.level(unplacedLevel);
  encoding.level(firstObjectiveLevel);
  expect(await askTiny(encoding.milp.data(unplaced), () => false)).toBeNull();
  expect((await solveExactly(problem, options)).claim).toEqual({ kind: "optimal" });
});

it("counts only pairs that no must forbids", () => {
  const allow: Form = { kind: "allow", workload: 0, allowed: Uint8Array.of(1, 0) };
  expect(exactSize(priced([[1, 1], [1, 1]]))).toBe(4);
  expect(exactSize(priced([[1, 1], [1, 1]], [allow]))).toBe(3);
});
