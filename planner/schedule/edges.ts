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
  for (const scope of scopesOf(taken, (entry) => [
    ...hostsOf(entry.step).map((h) => `h${h}`),
    ...workloadsOf(entry.step).map((w) => `w${w}`),
    ...entry.touched.filter((k) => rules.constraints[k]?.workloads?.length !== 1).map((k) => `k${k}`),
    ...order.touchedBy(entry.step).map((n) => `n${n}`),
    ...limits.scopesOf(entry.step),
  ])) relate(scope, taken, befores);
  return reduce(befores, taken);
}

/** Positions of the taken steps by scope; only scopes with more than one. */
function scopesOf(taken: readonly Taken[], namesOf: (entry: Taken) => readonly string[]): readonly (readonly number[])[] {
  const scopes = new Map<string, number[]>();
  taken.forEach((entry, position) => {
    for (const name of namesOf(entry)) {
      const scope = scopes.get(name);
      if (scope === undefined) scopes.set(name, [position]);
      else scope.push(position);
    }
  });
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

/**
 * Leaves out each edge that a longer way makes; what remains is in order of start. The search backwards ends where
 * nothing that ended so early can still have one of the edges before it.
 */
function reduce(befores: readonly ReadonlySet<number>[], taken: readonly Taken[]): readonly (readonly number[])[] {
  const visitedFor = new Int32Array(taken.length).fill(-1);
  return befores.map((before, position) => {
    if (before.size < 2) return [...before];
    const earliestMs = [...before].reduce((min, each) => Math.min(min, taken[each]?.startMs ?? 0), Infinity);
    const implied = new Set<number>();
    const open = [...before];
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      for (const earlier of befores[each] ?? []) {
        if (visitedFor[earlier] === position || (taken[earlier]?.endMs ?? 0) <= earliestMs) continue;
        visitedFor[earlier] = position;
        if (before.has(earlier)) implied.add(earlier);
        open.push(earlier);
      }
    }
    return [...before].filter((each) => !implied.has(each)).sort((x, y) => (taken[x]?.startMs ?? 0) - (taken[y]?.startMs ?? 0) || x - y);
  });
}

function missing(): never {
  throw new Error("broken invariant: a position outside the schedule");
}
