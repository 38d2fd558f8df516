/**
 * Figures of the simulator: npx tsx bench/simulate.ts [WHAT ...] [--folder DIR] [--seeds N]
 * WHAT is any of opendc (needs --folder with its sample).
 */
import { parseArgs } from "node:util";
import { comparedWithOpenDC } from "./simulator/opendc.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { folder: { type: "string" }, seeds: { type: "string", default: "100" } } });

const parts: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  opendc: async () => (values.folder === undefined ? ["name the folder of the sample: --folder DIR"] : comparedWithOpenDC(values.folder)),
};

for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
  console.log(`# ${name}`);
  for (const line of (await parts[name]?.()) ?? [`there is no ${name}; choose of ${Object.keys(parts).join(", ")}`]) console.log(line);
}
