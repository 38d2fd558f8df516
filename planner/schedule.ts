import type { ActionId } from "../model/ids.ts";
import type { PlannedAction } from "../model/plan.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { Constraint } from "../policies/index.ts";
import { Course, type Taken } from "./schedule/course.ts";
import { WaysOut, type WaysAllowed } from "./schedule/detour.ts";
import { edgesOf } from "./schedule/edges.ts";
import { FleetState, startingHosts } from "./schedule/fleet-state.ts";
import { ReachSearch } from "./schedule/reach.ts";
import { arrivedAt, breachesAtTheEnd, brokenAtTheEnd, type BreachAtTheEnd } from "./schedule/settled.ts";
import { switchOffEmptyHosts } from "./schedule/switch-off.ts";
import { actionOf } from "./schedule/step.ts";
import { changesTooMuch } from "./schedule/too-much-change.ts";
import { scopeOfRoom } from "./schedule/waiting.ts";
import { Words } from "./schedule/words.ts";

export interface ScheduleInput {
  readonly index: FleetIndex;
  readonly constraints: readonly Constraint[];
  /** Target host of each workload (dense); -1 for nowhere. */
  readonly hostOf: Int32Array;
  /** Milliseconds since 1970 UTC at which the plan starts; windows count only when it is given. */
  readonly startsAtMs: number | null;
  readonly stopped: () => boolean;
  /** True when the target is known to break no must, so that nobody has to look once more. */
  readonly keepsMusts?: boolean;
  /** States that a complete search may look at when nothing simpler breaks a deadlock. */
  readonly nodeLimit?: number;
}

/** A workload that no order of actions brings to its target. Hosts are dense indices, -1 for nowhere. */
export interface Stuck {
  readonly workload: number;
  readonly from: number;
  readonly to: number;
  readonly because: string;
}

export type ScheduleResult =
  | { readonly kind: "scheduled"; readonly actions: readonly PlannedAction[]; readonly makespanMs: number }
  | {
      readonly kind: "unreachable";
      /** True when every order was tried; false when the search gave up. */
      readonly proved: boolean;
      readonly stuck: readonly Stuck[];
      /** A valid placement that can be reached, and the actions that lead to it. */
      readonly reached: Int32Array;
      readonly actions: readonly PlannedAction[];
      readonly makespanMs: number;
    };

const nodesDefault = 2000;
/** Fleets up to this size are searched as a whole, which is what makes a proof. */
const wholeFleet = { workloads: 60, hosts: 24 };
/** In larger fleets only those that wait, and those on the hosts that they want, are searched. */
const neighboursMax = 48;
/** How often the target is cut back when it cannot be reached. */
const cutsMax = 12;
/** So many who take part in what their target breaks are looked at one by one; of more, all stay. */
const keptBackMax = 48;

/** Target placement to ordered actions. When the target cannot be reached, the nearest one that was found can. */
export function schedule(input: ScheduleInput): ScheduleResult {
  const whole = attempt(input, new Set());
  const breaches = whole.kind === "arrived" && input.keepsMusts !== true ? breachesAtTheEnd(input.index, input.constraints, whole.course.state) : [];
  if (whole.kind === "arrived" && breaches.length === 0) return { kind: "scheduled", ...planned(whole.course, input.hostOf) };
  const stuck = whole.kind === "arrived" ? keptBack(input, breaches) : stuckIn(whole.course, input.hostOf);
  const near = isEndOfItsOwn(input, whole.course) ? whole.course : nearest(input, stuck.map(({ workload }) => workload));
  return {
    kind: "unreachable", proved: whole.kind !== "gave-up", stuck: [...stuck, ...leftBehind(near, stuck)],
    reached: Int32Array.from(input.index.workloads, (_, w) => near.state.hostOf(w)), ...planned(near, input.hostOf),
  };
}

interface Attempt {
  readonly kind: "arrived" | "unreachable" | "gave-up";
  readonly course: Course;
}

/** A way that changes more than a policy allows is none; without detours there may be one that does not. */
function attempt(input: ScheduleInput, frozen: ReadonlySet<number>): Attempt {
  const first = wayTo(input, frozen);
  const tooMuch = ({ kind, course }: Attempt): boolean => kind === "arrived" && changesTooMuch(course, input.constraints, input.startsAtMs);
  if (!tooMuch(first)) return first;
  const course = new Course(input.index, input.constraints, { ...input, target: input.hostOf, frozen });
  const direct: Attempt = { kind: runOn(course, { detours: false }) ? "arrived" : "gave-up", course };
  return tooMuch(direct) ? { kind: "gave-up", course } : direct;
}

/** Runs, breaks deadlocks one by one, and searches completely when nothing simpler helps. */
function wayTo(input: ScheduleInput, frozen: ReadonlySet<number>): Attempt {
  const course = new Course(input.index, input.constraints, { ...input, target: input.hostOf, frozen });
  if (runOn(course)) return { kind: "arrived", course };
  if (input.stopped()) return { kind: "gave-up", course };
  if (frozen.size === 0 && waitsForRoom(course)) {
    const again = new Course(input.index, input.constraints, { ...input, target: input.hostOf, frozen, fillLast: true });
    if (runOn(again, { detours: true, wholeHosts: true })) return { kind: "arrived", course: again };
  }
  const nodes = input.nodeLimit ?? nodesDefault;
  const { workloads, hosts } = input.index;
  if (workloads.length <= wholeFleet.workloads && hosts.length <= wholeFleet.hosts) {
    if (isForbidden(input, frozen)) return { kind: "unreachable", course };
    const again = new Course(input.index, input.constraints, { ...input, target: input.hostOf, frozen });
    const movable = [...workloads.keys()].filter((w) => !frozen.has(w));
    const reach = new ReachSearch(input.index, input.constraints, { target: input.hostOf, movable, start: again.state, stopped: input.stopped }).find(nodes);
    if (reach.kind === "none") return { kind: "unreachable", course };
    if (reach.kind === "way" && again.follow(reach.steps) && runOn(again)) return { kind: "arrived", course: again };
    return { kind: "gave-up", course };
  }
  const movable = neighbours(course);
  if (movable.length > neighboursMax) return { kind: "gave-up", course };
  const reach = new ReachSearch(input.index, input.constraints, { target: input.hostOf, movable, start: course.state, stopped: input.stopped }).find(nodes);
  return { kind: reach.kind === "way" && course.follow(reach.steps) && runOn(course) ? "arrived" : "gave-up", course };
}

/** Do most of those that wait lack room on a host? */
function waitsForRoom({ blocked }: Course): boolean {
  return 2 * [...blocked.values()].filter(({ scope }) => scope <= scopeOfRoom(0)).length > blocked.size;
}

/** Does the target itself break a continuous must more than the fleet does now? Then no way to it is allowed. */
function isForbidden({ index, constraints, hostOf }: ScheduleInput, frozen: ReadonlySet<number>): boolean {
  const throughout = constraints.filter(({ holds }) => holds === "continuously");
  return brokenAtTheEnd(index, throughout, arrivedAt(index, hostOf, frozen)).length > 0;
}

/** True once nothing waits any more. */
function runOn(course: Course, ways: WaysAllowed = { detours: true }): boolean {
  let waysOut: WaysOut | null = null;
  for (;;) {
    course.run();
    if (course.interrupted) return false;
    if (course.blocked.size === 0) {
      if (!course.release()) return true;
      continue;
    }
    waysOut ??= new WaysOut(course, ways);
    if (waysOut.take()) continue;
    if (!course.release()) return false;
    waysOut.beginAgain();
  }
}

/** Those that wait, and everybody on the hosts that they want. */
function neighbours(course: Course): readonly number[] {
  const around = new Set(course.blocked.keys());
  for (const w of course.blocked.keys()) {
    for (const other of course.state.present(course.target[w] ?? -1)) if (!course.frozen.has(other)) around.add(other);
  }
  return [...around].sort((a, b) => a - b);
}

/** Has everybody arrived but those that are stuck, who are as they were, with no rule broken by that? */
function isEndOfItsOwn({ index, constraints, startsAtMs }: ScheduleInput, course: Course): boolean {
  if (course.interrupted || course.blocked.size === 0) return false;
  const before = new FleetState(index);
  const asBefore = (w: number): boolean => {
    const [then, now] = [before.where(w), course.state.where(w)];
    return then.host === now.host && then.activity === now.activity && now.arriving < 0 && now.leaving < 0;
  };
  const atRest = [...index.workloads.keys()].every((w) => (course.blocked.has(w) ? asBefore(w) : course.next(w).kind === "done"));
  return atRest && brokenAtTheEnd(index, constraints, course.state).length === 0 && !changesTooMuch(course, constraints, startsAtMs);
}

/** Leaves those that are stuck where they are, and those who then break a rule too, until the rest arrives. */
function nearest(input: ScheduleInput, stuck: readonly number[]): Course {
  const frozen = new Set(stuck);
  for (let cut = 0; cut < cutsMax && !input.stopped(); cut++) {
    const next = attempt({ ...input, nodeLimit: 1000 }, frozen);
    const worse = next.kind === "arrived"
      ? brokenAtTheEnd(input.index, input.constraints, next.course.state)
      : [...next.course.blocked.keys()];
    if (next.kind === "arrived" && worse.length === 0) return next.course;
    const known = frozen.size;
    for (const w of worse) frozen.add(w);
    if (frozen.size === known) break;
  }
  return new Course(input.index, input.constraints, { ...input, target: input.hostOf, frozen: new Set(input.index.workloads.keys()) });
}

/**
 * Those that must not get where the target has them, or every order of actions ends in a breach of a must: as few of those
 * who take part in one as keep it from arising.
 */
function keptBack({ index, hostOf }: ScheduleInput, breaches: readonly BreachAtTheEnd[]): readonly Stuck[] {
  const before = new FleetState(index);
  const after = arrivedAt(index, hostOf, new Set());
  const changes = (w: number): boolean => before.hostOf(w) !== after.hostOf(w) || before.where(w).activity !== after.where(w).activity;
  const because = new Map<number, string>();
  for (const { rule, violation, workloads } of breaches) {
    for (const w of workloads) if (changes(w) && !because.has(w)) because.set(w, `${rule.policy}: ${rule.explain(violation)}`);
  }
  const kept = new Set([...because.keys()].sort((a, b) => a - b));
  const rules = [...new Set(breaches.map(({ rule }) => rule))];
  for (const w of kept.size > keptBackMax ? [] : [...kept]) {
    kept.delete(w);
    if (breachesAtTheEnd(index, rules, arrivedAt(index, hostOf, kept)).length > 0) kept.add(w);
  }
  return [...kept].sort((a, b) => a - b).map((workload) => ({
    workload, from: before.hostOf(workload), to: hostOf[workload] ?? -1, because: because.get(workload) ?? "",
  }));
}

/** Those that could move, but not without the ones that are stuck. */
function leftBehind(near: Course, stuck: readonly Stuck[]): readonly Stuck[] {
  const known = new Set(stuck.map(({ workload }) => workload));
  const { index, target, state } = near;
  const starting = startingHosts(index);
  return [...near.frozen].sort((a, b) => a - b).filter((w) => {
    const { host, activity } = state.where(w);
    const desired = index.workloads[w]?.desired;
    const there = desired === "removed" ? host < 0 : host === target[w] && (host < 0 || (activity === "running") === (desired === "running"));
    return !known.has(w) && !there;
  }).map((workload) => ({
    workload, from: starting[workload] ?? -1, to: target[workload] ?? -1, because: "it goes only together with others that are stuck",
  }));
}

function stuckIn(course: Course, target: Int32Array): readonly Stuck[] {
  const from = startingHosts(course.index);
  if (course.blocked.size === 0) return [...target.keys()].filter((w) => course.next(w).kind !== "done").map((w) => ({ workload: w, from: from[w] ?? -1, to: target[w] ?? -1, because: "the planning was stopped before it could be ordered" }));
  return [...course.blocked].sort(([a], [b]) => a - b)
    .map(([workload, { because }]) => ({ workload, from: from[workload] ?? -1, to: target[workload] ?? -1, because }));
}

/** The taken steps as the plan shows them: numbered in order of start, with edges, words and the critical path. */
function planned(course: Course, target: Int32Array): { readonly actions: readonly PlannedAction[]; readonly makespanMs: number } {
  switchOffEmptyHosts(course);
  const order = new Map(course.taken.map((entry, position) => [entry, position]));
  course.taken.sort((a, b) => a.startMs - b.startMs || (order.get(a) ?? 0) - (order.get(b) ?? 0));
  const edges = edgesOf(course);
  const critical = criticalOf(course.taken, edges);
  const words = new Words(course.index, course.taken, target);
  const later: ActionId[][] = course.taken.map(() => []);
  edges.forEach((before, position) => before.forEach((b) => later[b]?.push(id(position))));
  const actions = course.taken.map(({ step, startMs, endMs }, position): PlannedAction => ({
    id: id(position), action: actionOf(course.index, step), after: (edges[position] ?? []).map(id), startMs, endMs,
    reason: words.reason(step), ifItFails: words.ifItFails(step, later[position] ?? []), critical: critical[position] === 1,
  }));
  return { actions, makespanMs: course.taken.reduce((max, { endMs }) => Math.max(max, endMs), 0) };
}

/** Actions are numbered in order of start, from one. */
function id(position: number): ActionId {
  return `a${position + 1}` as ActionId;
}

/** 1 for each action on a longest chain of the graph: any delay of it delays the end. */
function criticalOf(taken: readonly Taken[], edges: readonly (readonly number[])[]): Uint8Array {
  const lasts = taken.map(({ startMs, endMs }) => endMs - startMs);
  const until = new Float64Array(taken.length);
  taken.forEach((_, a) => {
    until[a] = (edges[a] ?? []).reduce((max, b) => Math.max(max, until[b] ?? 0), 0) + (lasts[a] ?? 0);
  });
  const after = new Float64Array(taken.length);
  for (let a = taken.length - 1; a >= 0; a--) {
    for (const b of edges[a] ?? []) after[b] = Math.max(after[b] ?? 0, (after[a] ?? 0) + (lasts[a] ?? 0));
  }
  const longest = until.reduce((max, length) => Math.max(max, length), 0);
  return Uint8Array.from(taken, (_, a) => ((until[a] ?? 0) + (after[a] ?? 0) === longest ? 1 : 0));
}

