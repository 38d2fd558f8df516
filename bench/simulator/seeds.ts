import { Engine } from "../../simulator/engine.ts";
import { brokenAtRest, brokenNow, brokenTotals } from "../../simulator/invariants.ts";
import { randomSimulation } from "../../test/simulator/random-simulation.ts";

/** Runs so many random worlds and looks at what must hold after every event. */
export async function inspectedSeeds(count: number): Promise<readonly string[]> {
  let events = 0;
  const failed: string[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const engine = new Engine(randomSimulation(seed));
    const broken: string[] = [];
    try {
      await engine.run((now) => {
        events++;
        if (broken.length === 0) broken.push(...brokenNow(now));
      }, (now) => {
        if (broken.length === 0) broken.push(...brokenAtRest(now));
      });
      broken.push(...brokenTotals(engine));
    } catch (error) {
      broken.push(error instanceof Error ? error.message : String(error));
    }
    if (broken.length > 0) failed.push(`seed ${seed}: ${broken[0]}`);
  }
  return [`${count} seeds, ${events} events, ${failed.length} seeds with something broken`, ...failed.slice(0, 20)];
}
