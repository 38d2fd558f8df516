import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { compareScores, mustsLevel, unplacedLevel, type EngineOptions, type Problem } from "../../planner/problem.ts";
import { scoreOf, ScoreOverflow } from "../../planner/score.ts";
import { search } from "../../planner/search.ts";
import type { Form } from "../../policies/form.ts";
import { randomProblem } from "./random-problem.ts";

const options = (more: Partial<EngineOptions> = {}): EngineOptions => ({
  seed: 1, iterations: 20_000, timeMs: 1e9, clock: { nowMs: () => 0 }, stopped: () => false, ...more,
});

const someProblem = (seed: number, hosts = 6, workloads = 20): Problem =>
  randomProblem(new Random(seed), { hosts, workloads, musts: 6, shoulds: 4 });

/** No forms and no levels but those given. */
function plain(hosts: number, workloads: number, more: Partial<Problem>): Problem {
  return { ...randomProblem(new Random(1), { hosts, workloads, musts: 0, shoulds: 0 }), musts: [], shoulds: [], levels: [],
    current: new Int32Array(workloads).fill(-1), wanted: Int32Array.from({ length: workloads }, (_, w) => w), ...more };
}

function fills(sizes: readonly number[], limits: readonly number[]): Form[] {
  const members = Int32Array.from(sizes, (_, w) => w);
  const all = Float64Array.from(sizes);
  return limits.map((limit, h) => ({ kind: "fill", members, sizes: all, hosts: Int32Array.of(h), limit }));
}

/** Ten hosts of 10, of which any one may be lost; `current` says who is where. */
function failoverProblem(sizes: readonly number[], current: Int32Array): Problem {
  const keep = fills(sizes, Array.from({ length: 10 }, () => 10));
  const survive: Form = {
    kind: "survive", keep: () => keep, members: Int32Array.from(sizes, (_, w) => w),
    losses: Array.from({ length: 10 }, (_, h) => Int32Array.of(h)), takers: new Uint8Array(10).fill(1),
  };
  const onCost = { kind: "linear" as const, name: "money", unit: "micros", at: () => 1, on: () => 1000 };
  const workloads = sizes.length;
  return plain(10, workloads, {
    current, musts: [...keep, survive], levels: [{ name: "money", shouldsWeight: 0, terms: [{ objective: onCost, weight: 1 }] }],
  });
}

describe("search", () => {
  it("gives the same answer for the same problem, seed and work", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const [one, two] = [1, 2].map(() => search(someProblem(seed), options({ seed })));
      expect(one).toEqual(two);
    }
  });

  it("is never worse than the present placement", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const problem = someProblem(seed);
      const { score } = search(problem, options({ iterations: 3000 }));
      expect(compareScores(score, scoreOf(problem, problem.current))).toBeLessThanOrEqual(0);
    }
  });

  it("moves nothing when the present placement is as good as any", () => {
    const problem = plain(4, 8, { current: Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3), musts: fills([1, 1, 1, 1, 1, 1, 1, 1], [3, 3, 3, 3]) });
    expect([...search(problem, options()).hostOf]).toEqual([...problem.current]);
  });

  it("moves no workload that could as well go back alone", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const problem = someProblem(seed);
      const { hostOf, score } = search(problem, options());
      for (const w of problem.wanted) {
        const home = problem.current[w] ?? -1;
        if (home < 0 || hostOf[w] === home) continue;
        const back = hostOf.slice();
        back[w] = home;
        expect(compareScores(scoreOf(problem, back), score), `seed ${seed}, workload ${w}`).toBeGreaterThan(0);
      }
    }
  });

  it("plans nothing to do for its own answer", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const problem = plain(4, 10, { musts: fills([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], [12, 12, 12, 12]), current: someProblem(seed, 4, 10).current });
      const { hostOf } = search(problem, options({ seed }));
      const again = search({ ...problem, current: hostOf }, options({ seed: seed + 1 }));
      expect([...again.hostOf]).toEqual([...hostOf]);
    }
  });

  it("packs to the last unit when nothing else fits", () => {
    const sizes = [7, 5, 6, 4, 8, 2, 3, 9, 1, 5];
    const { hostOf, score } = search(plain(5, 10, { musts: fills(sizes, [10, 10, 10, 10, 10]) }), options({ iterations: 60_000 }));
    expect(score[mustsLevel]).toBe(0);
    expect(score[unplacedLevel]).toBe(0);
    expect([...hostOf].every((h) => h >= 0)).toBe(true);
  });

  it("leaves out what does not fit, the least important first, and proves it", () => {
    const problem = plain(2, 3, { musts: fills([4, 4, 4], [4, 4]) });
    const { score, bounds, claim } = search(problem, options());
    const priorities = problem.index.workloads.map(({ priority }) => 1 + priority);
    expect(score[mustsLevel]).toBe(0);
    expect(score[unplacedLevel]).toBe(Math.min(...priorities));
    expect(bounds[unplacedLevel]).toBe(Math.min(...priorities));
    expect(claim).toEqual({ kind: "optimal" });
  });

  it("never uses a forbidden pair", () => {
    const problem = plain(2, 2, { current: Int32Array.of(0, 0), musts: fills([1, 1], [1, 1]) });
    for (const forbidden of [[{ workload: 0, host: 1 }], [{ workload: 1, host: 1 }]]) {
      const { hostOf } = search(problem, options({ forbidden }));
      for (const { workload, host } of forbidden) expect(hostOf[workload]).not.toBe(host);
      expect([...hostOf].sort((a, b) => a - b)).toEqual([0, 1]);
    }
  });

  it("starts from a placement that it is given when that is better", () => {
    const problem = someProblem(4, 6, 24);
    const known = search(problem, options({ iterations: 100_000 }));
    const { score } = search(problem, options({ iterations: 1, start: known.hostOf }));
    expect(compareScores(score, known.score)).toBeLessThanOrEqual(0);
  });

  it("answers at once with something when it is stopped", () => {
    const problem = someProblem(2);
    const { hostOf, score } = search(problem, options({ stopped: () => true, iterations: 1e9 }));
    expect([...score]).toEqual([...scoreOf(problem, hostOf)]);
  });

  it("ends when its time is over", () => {
    let now = 0;
    const solution = search(someProblem(2), options({ iterations: 1e12, timeMs: 50, clock: { nowMs: () => now++ } }));
    expect(solution.hostOf.length).toBe(20);
  });

  it("takes a fleet without hosts, and one without workloads", () => {
    const noHosts = plain(1, 3, {});
    expect([...search({ ...noHosts, index: { ...noHosts.index, hosts: [] } }, options()).hostOf]).toEqual([-1, -1, -1]);
    expect(search(plain(3, 1, { wanted: new Int32Array(0) }), options()).claim).toEqual({ kind: "optimal" });
  });

  it("refuses numbers that a sum cannot hold exactly", () => {
    const level = { name: "money", shouldsWeight: 0, terms: [{ weight: 1, objective: { kind: "linear" as const, name: "money", unit: "micros", at: () => 6e15, on: () => 0 } }] };
    expect(() => search(plain(2, 4, { levels: [level] }), options())).toThrow(ScoreOverflow);
  });

  it("reports progress with the best score so far", () => {
    let now = 0;
    const reports: number[] = [];
    search(someProblem(4), options({ clock: { nowMs: () => (now += 300) }, progress: ({ done, total }) => { reports.push(done / total); } }));
    expect(reports.length).toBeGreaterThan(3);
    expect(Math.max(...reports)).toBeLessThanOrEqual(1);
  });
});

describe("search under a failover must too dear to follow each move", () => {
  it("keeps it while it saves", () => {
    const sizes = Array.from({ length: 150 }, (_, w) => (w % 50 === 0 ? 5 : 0));
    const problem = failoverProblem(sizes, Int32Array.from(sizes, (_, w) => w % 10));
    const { hostOf, score } = search(problem, options({ iterations: 60_000 }));
    expect([...score]).toEqual([...scoreOf(problem, hostOf)]);
    expect(score[mustsLevel]).toBe(0);
    expect(score[unplacedLevel]).toBe(0);
    expect(score[2]).toBeLessThan(scoreOf(problem, problem.current)[2] ?? 0);
  });

  it("mends it where others must make room for it", () => {
    // The one of 10 needs an empty host, and on every other there is one of 5: two of them have to share.
    const sizes = Array.from({ length: 150 }, (_, w) => (w === 0 ? 10 : w < 10 ? 5 : 0));
    const problem = { ...failoverProblem(sizes, Int32Array.from(sizes, (_, w) => w % 10)), levels: [] };
    expect(scoreOf(problem, problem.current)[mustsLevel]).toBe(1);
    const { score } = search(problem, options({ iterations: 60_000 }));
    expect([...score]).toEqual([0, 0]);
  });

  it("rather leaves somebody out than to break it", () => {
    // Nineteen of 5 on ten hosts of 10: losing a host of two needs two places where only one is left.
    const sizes = Array.from({ length: 150 }, (_, w) => (w < 19 ? 5 : 0));
    const problem = failoverProblem(sizes, Int32Array.from(sizes, (_, w) => Math.floor((w % 20) / 2)));
    expect(scoreOf(problem, problem.current)[mustsLevel]).toBeGreaterThan(0);
    const { score } = search(problem, options({ iterations: 60_000 }));
    expect(score[mustsLevel]).toBe(0);
    expect(score[unplacedLevel]).toBeGreaterThan(0);
  });
});

describe("bounds of the search", () => {
  it("are never above what a placement reaches", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const problem = someProblem(seed, 4, 8);
      const { score, bounds, claim } = search(problem, options());
      bounds.forEach((bound, level) => {
        if (bound !== null) expect(bound, `seed ${seed}, level ${level}`).toBeLessThanOrEqual(score[level] ?? 0);
      });
      if (claim.kind === "optimal") expect([...score]).toEqual([...bounds]);
    }
  });
});
