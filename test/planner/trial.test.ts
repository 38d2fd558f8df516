import { expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { Trials } from "../../planner/trial.ts";
import { plainAmount } from "../../policies/plain-amount.ts";
import { randomProblem } from "./random-problem.ts";

it.each([false, true])("counts every form with one workload elsewhere as from scratch, with homes: %s", (homes) => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const { index, musts } = randomProblem(random, { hosts: random.between(2, 5), workloads: random.between(3, 9), musts: 12, shoulds: 0, homes });
    const hostOf = Int32Array.from(index.workloads, () => random.between(-1, index.hosts.length - 1));
    const trials = new Trials(index, hostOf);
    for (const form of musts) {
      if (form.kind === "survive") continue;
      for (let w = 0; w < hostOf.length; w++) {
        // Whoever asks leaves out what only others may do.
        if (form.kind === "allow" && form.workload !== w) continue;
        const h = random.between(-1, index.hosts.length - 1);
        const moved = hostOf.slice();
        moved[w] = h;
        expect(trials.amount([form], w, h), `seed ${seed}, ${form.kind}, workload ${w} on ${h}`).toBe(plainAmount(form, index, moved));
      }
    }
  }
});
