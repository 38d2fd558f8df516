import type { Course, Taken } from "./course.ts";
import { hostsOf, workloadsOf } from "./step.ts";

/**
 * Which actions come after which, so that the timed schedule's promises hold whatever the real durations are.
 *
 * Call two actions related when they touch one scope: a host, a workload, a rule, a link, the need of a service. For
 * each scope and each pair of related actions with end(B) <= start(A) in the timed schedule, B comes before A in the
 * graph. Then take any instant of any execution that respects the graph, and a scope; let A be the action among those
 * of the scope already started that starts last in the timed schedule. Whatever had ended in the timed schedule when A
 * started has ended now too, and whatever has started now had started then. So the instant differs from that instant
 * of the timed schedule at most by having fewer actions of the scope under way, which never breaks a monotone rule
 * more. Rules that are not monotone have their actions one after the other in the timed schedule; their states are
 * then the same in every execution. docs/decisions/003-order-keeps-rules.md has the proof at length.
 */
export function edgesOf(course: Course): readonly (readonly number[])[] {
  const { taken, rules, limits, order } = course;
  const befores: Set<number>[] = taken.map(() => new Set<number>());
  const { hosts, workloads } = course.index;
  const firstRule = hosts.length + workloads.length;
  const firstNeed = firstRule + rules.constraints.length;
  const firstLine = firstNeed + order.needs.length;
  for (const scope of scopesOf(taken, ({ step, touched }, emit) => {
    for (const h of hostsOf(step)) emit(h);
    for (const w of workloadsOf(step)) emit(hosts.length + w);
    for (const k of touched) if (rules.constraints[k]?.workloads?.length !== 1) emit(firstRule + k);
    for (const n of order.touchedBy(step)) emit(firstNeed + n);
    for (const line of limits.lines(step)) emit(firstLine + line);
  })) relate(scope, taken, befores);
  return reduce(befores, taken);
}

/** Positions of the taken steps by scope; only scopes with more than one. `numbersOf` calls back with those of one step. */
function scopesOf(taken: readonly Taken[], numbersOf: (entry: Taken, emit: (scope: number) => void) => void): readonly (readonly number[])[] {
  const scopes = new Map<number, number[]>();
  taken.forEach((entry, position) => numbersOf(entry, (number) => {
    const scope = scopes.get(number);
    if (scope === undefined) scopes.set(number, [position]);
    else scope.push(position);
  }));
  return [...scopes.values()].filter(({ length }) => length > 1);
}

/**
 * The order of one scope, without what follows from the rest of it: an action comes after those that ended before it
 * started, unless a third one fits between the two.
 */
function relate(scope: readonly number[], taken: readonly Taken[], befores: readonly Set<number>[]): void {
  const time = (position: number): Taken => taken[position] ?? missing();
  const byStart = [...scope].sort((a, b) => time(a).startMs - time(b).startMs || a - b);
  const byEnd = [...scope].sort((a, b) => time(a).endMs - time(b).endMs || a - b);
  let ended = 0;
  let lastStartMs = -1;
  let front: number[] = [];
  for (const position of byStart) {
    const { startMs } = time(position);
    for (; ended < byEnd.length; ended++) {
      const before = byEnd[ended] ?? missing();
      if (time(before).endMs > startMs) break;
      front.push(before);
      lastStartMs = Math.max(lastStartMs, time(before).startMs);
    }
    front = front.filter((before) => time(before).endMs > lastStartMs);
    for (const before of front) befores[position]?.add(before);
  }
}

/** So many actions are followed at a time, in rows of bits: 60,000 actions need no table of all pairs. */
const blockSize = 2048;
const wordsPerRow = blockSize >> 5;

/**
 * Leaves out each edge that a longer way makes; what remains is in order of start. An action is positioned after all
 * that come before it, so one pass over the edges tells whom the actions of a block lead to.
 */
function reduce(befores: readonly ReadonlySet<number>[], taken: readonly Taken[]): readonly (readonly number[])[] {
  const lists = befores.map((before) => [...before]);
  const kept: number[][] = lists.map((before) => (before.length < 2 ? before : []));
  const reach = new Int32Array(taken.length * wordsPerRow);
  for (let block = 0; block < taken.length; block += blockSize) {
    reach.fill(0);
    for (let position = block; position < taken.length; position++) keepDirect(position, block, lists, kept, reach);
  }
  const startMs = (position: number): number => taken[position]?.startMs ?? 0;
  return kept.map((before) => before.sort((x, y) => startMs(x) - startMs(y) || x - y));
}

/** Works out which actions of a block lead to an action, and keeps those before it that lead to it in no other way. */
function keepDirect(position: number, block: number, lists: readonly (readonly number[])[], kept: readonly number[][], reach: Int32Array): void {
  const before = lists[position] ?? [];
  const row = position * wordsPerRow;
  for (const each of before) {
    if (each < block) continue;
    const other = each * wordsPerRow;
    for (let word = 0; word < wordsPerRow; word++) reach[row + word] = (reach[row + word] ?? 0) | (reach[other + word] ?? 0);
  }
  const inBlock = before.filter((each) => each >= block && each < block + blockSize);
  if (before.length > 1) for (const each of inBlock) if (!hasBit(reach, row, each - block)) kept[position]?.push(each);
  for (const each of inBlock) {
    const at = row + ((each - block) >> 5);
    reach[at] = (reach[at] ?? 0) | (1 << ((each - block) & 31));
  }
}

function hasBit(bits: Int32Array, row: number, bit: number): boolean {
  return (((bits[row + (bit >> 5)] ?? 0) >>> (bit & 31)) & 1) === 1;
}

function missing(): never {
  throw new Error("broken invariant: a position outside the schedule");
}
