import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Domain } from "./domains.ts";

/** Where libvirt keeps the numbers of its machines' processes. */
const numbers = "/run/libvirt/qemu";

/** The process of a machine that runs; null when it is not where this agent is, or cannot be seen from here. */
export async function processOf({ name, uuid }: Domain): Promise<number | null> {
  const number = Number(await readFile(join(numbers, `${name}.pid`), "utf8").catch(() => ""));
  if (!Number.isSafeInteger(number) || number < 2) return null;
  const words = (await readFile(`/proc/${number}/cmdline`, "utf8").catch(() => "")).split("\0");
  return words[words.indexOf("-uuid") + 1] === uuid ? number : null;
}

/** Also false where another process has got its number since. */
export function hasEnded(number: number): boolean {
  try {
    process.kill(number, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
