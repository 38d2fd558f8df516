/** A process of a guest, as its kernel counts it. */
interface Counted {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly ticks: number;
  readonly pages: number;
}

/** What the processes of one application use together. */
export interface ProcessUse {
  readonly cpuMs: number;
  readonly memoryMiB: number;
}

const millisecondsPerTick = 10;
const bytesPerPage = 4096;
const bytesPerMiB = 1_048_576;

/** Reads lines of `/proc/<pid>/stat`; the name in brackets may hold anything but a line break. */
export function processesOf(text: string): ReadonlyMap<number, Counted> {
  const all = new Map<number, Counted>();
  for (const line of text.split("\n")) {
    const pid = /^\d{1,9}(?= \()/.exec(line)?.[0];
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
    if (pid === undefined || fields.length < 40 || fields.slice(1).some((field) => !/^-?\d{1,20}$/.test(field))) continue;
    const at = (n: number): number => Number(fields[n - 3] ?? 0);
    all.set(Number(pid), { pid: Number(pid), parent: at(4), session: at(6), ticks: at(14) + at(15) + at(16) + at(17), pages: Math.max(0, at(24)) });
  }
  return all;
}

/** What a process uses, with all that it has begun; null when it is not there. */
export function useOf(all: ReadonlyMap<number, Counted>, root: number): ProcessUse | null {
  if (!all.has(root)) return null;
  const isOfIt = (process: Counted): boolean => {
    let at: Counted | undefined = process;
    for (let steps = 0; at !== undefined && steps < 1000; steps++) {
      if (at.pid === root || at.session === root) return true;
      at = all.get(at.parent);
    }
    return false;
  };
  const mine = [...all.values()].filter(isOfIt);
  const sum = (count: (process: Counted) => number): number => mine.reduce((total, process) => total + count(process), 0);
  return { cpuMs: sum(({ ticks }) => ticks) * millisecondsPerTick, memoryMiB: Math.ceil((sum(({ pages }) => pages) * bytesPerPage) / bytesPerMiB) };
}
