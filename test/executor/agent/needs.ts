import { existsSync } from "node:fs";

/**
 * Is everything there that a suite needs? It says loudly what is missing and is left out then; where STOWAGE_REQUIRE_ALL=1
 * asks for everything it fails.
 */
export function isThere(suite: string, paths: Readonly<Record<string, string>>): boolean {
  const missing = Object.entries(paths).flatMap(([path, debian]) => (existsSync(path) ? [] : [`${path} (Debian's ${debian})`]));
  if (process.getuid?.() !== 0) missing.push("the rights of root");
  if (missing.length === 0) return true;
  const words = `${suite}: left out, since this machine has no ${missing.join(", ")}`;
  if (process.env["STOWAGE_REQUIRE_ALL"] === "1") throw new Error(`${words}; STOWAGE_REQUIRE_ALL=1 asks for it`);
  console.warn(`\n!!! ${words}\n`);
  return false;
}
