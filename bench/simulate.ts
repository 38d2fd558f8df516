/**
 * Figures of the simulator: npx tsx bench/simulate.ts [WHAT ...] [--folder DIR] [--seeds N]
 * WHAT is any of opendc (needs --folder with its sample), real (needs --folder with a trace), queue, replay, year, whatif, plan, theory, invariants (--seeds 10000 in the results).
 */
import { parseArgs } from "node:util";
import { largePlan } from "./simulator/large-plan.ts";
import { comparedWithOpenDC } from "./simulator/opendc.ts";
import { inspectedSeeds } from "./simulator/seeds.ts";
import { realReplay } from "./simulator/real-replay.ts";
import { queueSpeed, replaySpeed, yearSpeed } from "./simulator/speed.ts";
import { theoryLines } from "./simulator/theory.ts";
import { whatIfSpeed } from "./simulator/what-if.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { folder: { type: "string" }, seeds: { type: "string", default: "100" } } });

const parts: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  opendc: async () => (values.folder === undefined ? ["name the folder of the sample: --folder DIR"] : comparedWithOpenDC(values.folder)),
  real: async () => (values.folder === undefined ? ["name the folder of a trace: --folder DIR"] : realReplay(values.folder)),
  queue: async () => queueSpeed(),
  replay: async () => replaySpeed(),
  year: async () => yearSpeed(10_000, 1000),
  whatif: async () => whatIfSpeed(),
  plan: async () => largePlan(500, 5000),
  theory: async () => theoryLines(100),
  invariants: async () => inspectedSeeds(Number(values.seeds)),
};

for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
  console.log(`# ${name}`);
  for (const line of (await parts[name]?.()) ?? [`there is no ${name}; choose of ${Object.keys(parts).join(", ")}`]) console.log(line);
}
