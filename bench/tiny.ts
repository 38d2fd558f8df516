/**
 * javascript-lp-solver against HiGHS on the same tiny models, for docs/decisions/002-exact-engines.md.
 * npx tsx bench/tiny.ts [--count 300]
 */
import { parseArgs } from "node:util";
import { Random } from "../model/random.ts";
import { Encoding } from "../planner/exact/encode.ts";
import { askHighs } from "../planner/exact/highs.ts";
import { askTiny, tinyBinariesMax } from "../planner/exact/tiny.ts";
import { firstObjectiveLevel, unplacedLevel } from "../planner/problem.ts";
import { arbitraryProblem } from "../test/planner/exact-problems.ts";

const { values } = parseArgs({ options: { count: { type: "string", default: "300" } } });
const never = (): boolean => false;
const tally = new Map<string, number>();
const count = (what: string, by = 1): void => { tally.set(what, (tally.get(what) ?? 0) + by); };

for (let seed = 1; seed <= Number(values.count); seed++) {
  const encoding = new Encoding(arbitraryProblem(new Random(seed), { hosts: 4, workloads: 7, forms: 4 }), true, []);
  for (const objective of [encoding.level(unplacedLevel), encoding.level(firstObjectiveLevel)]) {
    const { milp } = encoding;
    if (milp.contradictory || milp.integerCount === 0 || milp.integerCount > tinyBinariesMax) continue;
    const data = milp.data(objective);
    const start = performance.now();
    const guess = await askTiny(data, never);
    const tinyMs = performance.now() - start;
    const proof = await askHighs({ data, start: null, timeMs: 60_000, seed: 1, nodes: 1e9, tolerance: 1e-6 }, { limitMs: 60_000, stopped: never });
    count("models");
    count("HiGHS ms", performance.now() - start - tinyMs);
    if (guess === null && tinyMs >= 1000) count("javascript-lp-solver hung");
    else {
      count("javascript-lp-solver ms", tinyMs);
      if (guess === null || proof.values === null) count(guess === null && proof.values === null ? "both infeasible" : "only one infeasible");
      else count(Math.abs(objective.valueOf(guess) - objective.valueOf(proof.values)) < 1e-3 ? "same value" : "different value");
    }
  }
}
for (const [what, n] of tally) console.log(`${what}: ${Math.round(n)}`);
