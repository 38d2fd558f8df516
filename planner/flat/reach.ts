import type { FlatProblem } from "./problem.ts";

/** Hosts beyond this share of all are not listed: drawing until one fits is as fast, and needs no memory. */
const listedShare = 0.5;

/**
 * The hosts that each workload can ever be on, whatever the others do: its rules allow them, and it fits beside what can
 * never leave, which in dimensions that count on both ends is all that is at home there. On a full fleet that leaves the
 * large ones few hosts, and search would waste most of its proposals on the rest.
 */
export interface Reach {
  /** Words of 32 hosts for each workload. */
  readonly wordCount: number;
  /** Workloads x words: bit h % 32 of word h / 32; its home is always in it. */
  readonly bits: Uint32Array;
  /** List of workload w: hosts[starts[w]] to hosts[starts[w + 1] - 1], without its home; empty when it is not listed. */
  readonly starts: Int32Array;
  readonly hosts: Uint16Array | Int32Array;
  /** Per workload, hosts other than home. */
  readonly counts: Int32Array;
}

export function reachOf(problem: FlatProblem): Reach {
  const { workloadCount, hostCount, home, allowed } = problem;
  const wordCount = Math.ceil(hostCount / 32);
  const bits = new Uint32Array(workloadCount * wordCount);
  const counts = new Int32Array(workloadCount);
  const room = roomBesideHomes(problem);
  const listed: number[] = [];
  const starts = new Int32Array(workloadCount + 1);
  const found = new Int32Array(hostCount);
  for (let w = 0; w < workloadCount; w++) {
    const tight = tightDimensions(problem, room, w);
    const may = allowed?.[w] ?? null;
    let count = 0;
    for (let h = 0; h < hostCount; h++) {
      const isHome = h === home[w];
      if (!isHome && (may?.[h] === 0 || !fits(problem, room.perHost, w, h, tight))) continue;
      bits[w * wordCount + (h >> 5)] = (bits[w * wordCount + (h >> 5)] as number) | 1 << (h & 31);
      if (!isHome) found[count++] = h;
    }
    counts[w] = count;
    if (count <= hostCount * listedShare) for (let i = 0; i < count; i++) listed.push(found[i] as number);
    starts[w + 1] = listed.length;
  }
  return { wordCount, bits, starts, hosts: hostCount <= 65_536 ? Uint16Array.from(listed) : Int32Array.from(listed), counts };
}

interface Room {
  /** Hosts x dimensions: hard limit less what counts there always. */
  readonly perHost: Float64Array;
  /** Per dimension, the least of all hosts. */
  readonly least: Float64Array;
}

function roomBesideHomes({ workloadCount, dimensionCount, bothEndsCount, sizes, home, hardLimits }: FlatProblem): Room {
  const perHost = hardLimits.slice();
  for (let w = 0; w < workloadCount; w++) {
    const row = (home[w] as number) * dimensionCount;
    for (let d = 0; d < bothEndsCount; d++) perHost[row + d] = (perHost[row + d] as number) - (sizes[w * dimensionCount + d] as number);
  }
  const least = new Float64Array(dimensionCount).fill(Infinity);
  perHost.forEach((room, i) => { least[i % dimensionCount] = Math.min(least[i % dimensionCount] as number, room); });
  return { perHost, least };
}

/** Dimensions in which the workload does not fit everywhere: most have none. */
function tightDimensions({ dimensionCount, sizes }: FlatProblem, { least }: Room, w: number): readonly number[] {
  const tight: number[] = [];
  for (let d = 0; d < dimensionCount; d++) if ((sizes[w * dimensionCount + d] as number) > (least[d] as number)) tight.push(d);
  return tight;
}

function fits({ dimensionCount, sizes }: FlatProblem, room: Float64Array, w: number, h: number, tight: readonly number[]): boolean {
  for (const d of tight) if ((sizes[w * dimensionCount + d] as number) > (room[h * dimensionCount + d] as number)) return false;
  return true;
}
