import type { FlatProblem } from "./problem.ts";

/** Hosts beyond this share of all are not listed: drawing until one fits is as fast, and needs no memory. */
const listedShare = 0.5;

/**
 * The hosts that each workload can ever be on, whatever the others do: its rules allow them, and it fits beside what can
 * never leave, which in dimensions that count on both ends is all that is at home there. On a full fleet that leaves the
 * large ones few hosts, and search would waste most of its proposals on the rest.
 */
export interface Reach {
  /** Per workload, its row in `bits`; -1 when it can be on every host. */
  readonly rowOf: Int32Array;
  /** Words of 32 hosts in a row. */
  readonly wordCount: number;
  /** Rows x words: bit h % 32 of word h / 32; its home is always in it. */
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
  const counts = new Int32Array(workloadCount).fill(hostCount - 1);
  const rowOf = new Int32Array(workloadCount).fill(-1);
  const rows: Uint32Array[] = [];
  const listed: number[] = [];
  const starts = new Int32Array(workloadCount + 1);
  const narrow = narrowHosts(problem);
  const everywhere = new Uint32Array(wordCount);
  for (let h = 0; h < hostCount; h++) set(everywhere, h);
  const within = everywhere.slice();
  for (let w = 0; w < workloadCount; w++) {
    within.set(everywhere);
    for (let d = 0; d < narrow.length; d++) clearNarrow(within, narrow[d] as NarrowHosts, problem.sizes[w * problem.dimensionCount + d] as number);
    allowed?.[w]?.forEach((may, h) => { if (may === 0) clear(within, h); });
    set(within, home[w] as number);
    const count = countOf(within) - 1;
    if (count < hostCount - 1) {
      rowOf[w] = rows.length;
      rows.push(within.slice());
      counts[w] = count;
      if (count <= hostCount * listedShare) for (let h = 0; h < hostCount; h++) if (h !== home[w] && isSet(within, h)) listed.push(h);
    }
    starts[w + 1] = listed.length;
  }
  const bits = new Uint32Array(rows.length * wordCount);
  rows.forEach((row, i) => { bits.set(row, i * wordCount); });
  return { rowOf, wordCount, bits, starts, hosts: hostCount <= 65_536 ? Uint16Array.from(listed) : Int32Array.from(listed), counts };
}

/** The hosts of one dimension, those with the least room first, and how much each has. */
interface NarrowHosts {
  readonly hosts: Int32Array;
  readonly room: Float64Array;
}

/** Per dimension; room is the hard limit less what counts there always. */
function narrowHosts({ workloadCount, hostCount, dimensionCount, bothEndsCount, sizes, home, hardLimits }: FlatProblem): readonly NarrowHosts[] {
  const free = hardLimits.slice();
  for (let w = 0; w < workloadCount; w++) {
    const row = (home[w] as number) * dimensionCount;
    for (let d = 0; d < bothEndsCount; d++) free[row + d] = (free[row + d] as number) - (sizes[w * dimensionCount + d] as number);
  }
  return Array.from({ length: dimensionCount }, (_, d) => {
    const room = (h: number): number => free[h * dimensionCount + d] as number;
    const hosts = Int32Array.from({ length: hostCount }, (__, h) => h).sort((a, b) => (room(a) === room(b) ? 0 : room(a) - room(b)));
    return { hosts, room: Float64Array.from(hosts, room) };
  });
}

function clearNarrow(within: Uint32Array, { hosts, room }: NarrowHosts, size: number): void {
  for (let i = 0; i < hosts.length && (room[i] as number) < size; i++) clear(within, hosts[i] as number);
}

function clear(bits: Uint32Array, h: number): void {
  bits[h >> 5] = (bits[h >> 5] as number) & ~(1 << (h & 31));
}

function set(bits: Uint32Array, h: number): void {
  bits[h >> 5] = (bits[h >> 5] as number) | 1 << (h & 31);
}

function isSet(bits: Uint32Array, h: number): boolean {
  return ((bits[h >> 5] as number) >>> (h & 31) & 1) === 1;
}

/** Bits that are set, each word's by adding up neighbours in halves, quarters and so on. */
function countOf(words: Uint32Array): number {
  let count = 0;
  for (const word of words) {
    let sums = word - (word >>> 1 & 0x5555_5555);
    sums = (sums & 0x3333_3333) + (sums >>> 2 & 0x3333_3333);
    sums = sums + (sums >>> 4) & 0x0f0f_0f0f;
    count += Math.imul(sums, 0x0101_0101) >>> 24;
  }
  return count;
}
