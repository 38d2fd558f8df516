import { readdir, readFile } from "node:fs/promises";

/** What the processes of one session use together. */
export interface SessionUse {
  readonly cpuMs: number;
  readonly memoryMiB: number;
}

// What Linux shows in /proc is in hundredths of a second and pages of 4 KiB, whatever the processor.
const tickMs = 10;
const pagesPerMiB = 256;
const field = { session: 3, userTicks: 11, systemTicks: 12, residentPages: 21 } as const;

/** What all processes of this host use, by their session: every program that we begin leads one of its own. */
export async function useBySession(): Promise<ReadonlyMap<number, SessionUse>> {
  const uses = new Map<number, SessionUse>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, "utf8").catch(() => null);
    if (text === null) continue;
    // The name of the program stands in brackets and may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
    const [session = 0, user = 0, system = 0, pages = 0] = [fields[field.session], fields[field.userTicks], fields[field.systemTicks], fields[field.residentPages]];
    const before = uses.get(session) ?? { cpuMs: 0, memoryMiB: 0 };
    uses.set(session, { cpuMs: before.cpuMs + tickMs * (user + system), memoryMiB: before.memoryMiB + pages / pagesPerMiB });
  }
  return uses;
}
