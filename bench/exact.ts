/**
 * The exact engine and the search against looking at every placement, on random small scenarios with all entries.
 * npx tsx bench/exact.ts [--count 500] [--seed 1] [--search-ms 1000]
 */
import { parseArgs } from "node:util";
import { Random } from "../model/random.ts";
import { solveExactly } from "../planner/exact/index.ts";
import { buildProblem } from "../planner/build-problem.ts";
import { compareScores, mustsLevel, unplacedLevel, type EngineOptions, type Score } from "../planner/problem.ts";
import { search } from "../planner/search.ts";
import { compilePolicies } from "../policies/index.ts";
import { enumerate } from "../test/planner/exact-problems.ts";
import { smallScenario } from "../test/planner/small-scenario.ts";

const { values } = parseArgs({
  options: { count: { type: "string", default: "500" }, seed: { type: "string", default: "1" }, "search-ms": { type: "string", default: "1000" } },
});
const count = Number(values.count);
const random = new Random(Number(values.seed));
const clock = { nowMs: () => performance.now() };
const base = { seed: 1, clock, stopped: () => false } satisfies Partial<EngineOptions>;
const isFeasible = (score: Score): boolean => score[mustsLevel] === 0 && score[unplacedLevel] === 0;

const entries = new Map<string, number>();
const tally = { feasible: 0, sameFeasibility: 0, sameOptimum: 0, proved: 0, falseClaims: 0, searchOptimum: 0, searchFeasibility: 0, searchFalseClaims: 0 };
const times = { enumerationMs: 0, exactMs: 0, exactMsMax: 0, searchMs: 0 };

for (let i = 0; i < count; i++) {
  const seed = random.uint32();
  const { scenario, index } = smallScenario(new Random(seed), random.between(0, 8));
  const { constraints } = await compilePolicies(scenario, index);
  for (const kind of new Set(constraints.map((constraint) => constraint.kind))) entries.set(kind, (entries.get(kind) ?? 0) + 1);
  const mode = i % 4 === 3 ? "repair" : "optimise";
  const problem = buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode });

  const start = performance.now();
  const best = enumerate(problem);
  const enumerated = performance.now();
  const exact = await solveExactly(problem, { ...base, timeMs: 60_000 });
  const exactMs = performance.now() - enumerated;
  const searchStart = performance.now();
  const found = search(problem, { ...base, timeMs: Number(values["search-ms"]) });
  times.searchMs += performance.now() - searchStart;
  times.enumerationMs += enumerated - start;
  times.exactMs += exactMs;
  times.exactMsMax = Math.max(times.exactMsMax, exactMs);

  const same = compareScores(exact.score, best.score) === 0;
  tally.feasible += Number(isFeasible(best.score));
  tally.sameFeasibility += Number(isFeasible(exact.score) === isFeasible(best.score));
  tally.sameOptimum += Number(same);
  tally.proved += Number(exact.claim.kind === "optimal");
  tally.falseClaims += Number(exact.claim.kind === "optimal" && !same);
  const searchSame = compareScores(found.score, best.score) === 0;
  tally.searchOptimum += Number(searchSame);
  tally.searchFeasibility += Number(isFeasible(found.score) === isFeasible(best.score));
  tally.searchFalseClaims += Number(found.claim.kind === "optimal" && !searchSame);
  if (!same || exact.claim.kind !== "optimal") console.log(`seed ${seed}: exact ${[...exact.score].join(" ")} ${exact.claim.kind}, best ${[...best.score].join(" ")}`);
  if (!searchSame) console.log(`seed ${seed}: search ${[...found.score].join(" ")}, best ${[...best.score].join(" ")}`);
}

const of = (n: number): string => `${n} of ${count}`;
console.log(`entries: ${[...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, n]) => `${name} ${n}`).join(", ")} (${entries.size} kinds)`);
console.log(`enumeration: ${of(tally.feasible)} feasible, ${Math.round(times.enumerationMs)} ms in all`);
console.log(`exact: same feasibility ${of(tally.sameFeasibility)}, same optimum ${of(tally.sameOptimum)}, proved ${of(tally.proved)}, false claims ${tally.falseClaims}; ` +
  `${Math.round(times.exactMs / count)} ms each, at most ${Math.round(times.exactMsMax)} ms`);
console.log(`search, at most ${values["search-ms"]} ms: same optimum ${of(tally.searchOptimum)} (${Math.floor((tally.searchOptimum * 1000) / count) / 10} %), ` +
  `same feasibility ${of(tally.searchFeasibility)}, false claims ${tally.searchFalseClaims}; ${Math.round(times.searchMs / count)} ms each`);
const good = tally.sameOptimum === count && tally.sameFeasibility === count && tally.falseClaims === 0 &&
  tally.searchOptimum * 100 >= count * 95 && tally.searchFalseClaims === 0;
process.exitCode = good ? 0 : 1;
