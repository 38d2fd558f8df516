import { spawnSync } from "node:child_process";
import { missingPackages } from "../../cli/lab/index.ts";

/** Is there all that a lab needs? Says so loudly when not; where everything must be tested, that is a failure. */
export function canHaveLab(suite: string): boolean {
  const missing = process.getuid?.() === 0 ? missingPackages() : ["the rights of root"];
  if (missing.length === 0) return true;
  const words = `${suite}: left out, since this machine has no ${missing.join(", ")}`;
  if (process.env["STOWAGE_REQUIRE_ALL"] === "1") throw new Error(`${words}; STOWAGE_REQUIRE_ALL=1 asks for it`);
  console.warn(`\n!!! ${words}\n`);
  return false;
}

/** Does somebody at this address answer to this machine, within a second? */
export function answers(address: string): boolean {
  return spawnSync("ping", ["-n", "-c", "1", "-W", "1", address]).status === 0;
}

/** The network card that this machine believes an address to be at. */
export function cardOf(address: string): string | null {
  const { stdout } = spawnSync("ip", ["neighbour", "show", address], { encoding: "utf8" });
  return / lladdr (\S+)/.exec(stdout)?.[1] ?? null;
}
