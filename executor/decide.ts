import type { RunId, WorkloadId } from "../model/ids.ts";
import type { Action, PlannedAction } from "../model/plan.ts";
import { isPassing, type AskedWish, type Happening, type Moment, type RunEvent, type Wish } from "./event.ts";
import { evolve } from "./evolve.ts";
import type { Addressee, Report } from "./protocol.ts";
import { onReport } from "./on-report.ts";
import { roomOf } from "./room.ts";
import { isAtRest, type RunState, type Step } from "./state.ts";
import type { Terms } from "./terms.ts";
import { wayBack } from "./way-back.ts";

/** What comes to an execution from outside. */
export type Input = { readonly at: Moment } & (
  | { readonly kind: "begin"; readonly run: RunId; readonly epoch: number; readonly digest: string; readonly actions: readonly PlannedAction[] }
  /** `news`: what agents find now that nobody has listened to; `wish`: what is taken over for. Both count before anything begins. */
  | { readonly kind: "takeOver"; readonly epoch: number; readonly news?: readonly Report[]; readonly wish?: AskedWish }
  /** `role`: as whom its sender has spoken; anybody where nobody says, as in a simulation. */
  | { readonly kind: "report"; readonly report: Report; readonly role?: Addressee["role"] }
  | { readonly kind: "wish"; readonly wish: Wish; readonly by: string }
  | { readonly kind: "time" }
);

/** A state while its next events are being found. */
interface Draft {
  readonly terms: Terms;
  readonly at: Moment;
  state: RunState;
  readonly events: RunEvent[];
}

/**
 * What follows from an input: a list of events, to be kept and then acted upon. Pure: the same state and input give the
 * same events, whoever asks and whenever.
 */
export function decide(terms: Terms, state: RunState, input: Input): readonly RunEvent[] {
  const draft: Draft = { terms, at: input.at, state, events: [] };
  switch (input.kind) {
    case "begin":
      if (state.status === "new") happen(draft, { kind: "began", run: input.run, epoch: input.epoch, digest: input.digest, actions: input.actions });
      break;
    case "takeOver":
      if (state.status === "new" || input.epoch <= state.epoch) break;
      happen(draft, { kind: "tookOver", epoch: input.epoch });
      if (input.wish !== undefined) follow(draft, input.wish);
      for (const report of input.news ?? []) hear(draft, report, "agent");
      break;
    case "report":
      hear(draft, input.report, input.role ?? null);
      break;
    case "wish":
      follow(draft, input);
      break;
    case "time":
      break;
  }
  if (input.kind === "time" || input.kind === "takeOver") lookAtTimers(draft);
  // What only says that it still goes on lets nothing begin.
  if (input.kind !== "report" || !draft.events.every(isPassing)) goOn(draft);
  return draft.events;
}

function happen(draft: Draft, happening: Happening): void {
  const event: RunEvent = { ...happening, at: draft.at };
  draft.events.push(event);
  draft.state = evolve(draft.terms.settings, draft.state, event);
  const { onFailure } = draft.terms.settings;
  if (event.kind !== "failed" || event.again || draft.state.status !== "running" || draft.state.wayThere !== null || onFailure === "goOn") return;
  happen(draft, { kind: "wished", wish: onFailure, by: `the failure of ${event.action}` });
}

function hear(draft: Draft, report: Report, role: Addressee["role"] | null): void {
  for (const happening of onReport(draft.terms.settings, draft.state, report, role)) happen(draft, happening);
}

function follow(draft: Draft, { wish, by }: AskedWish): void {
  if (mayWish(draft.state, wish)) happen(draft, { kind: "wished", wish, by });
}

/** Does a wish make sense now? Going back does as long as there is a way there, also after its end. */
export function mayWish({ status, wayThere }: RunState, wish: Wish): boolean {
  switch (wish) {
    case "pause": return status === "running";
    case "resume": return status === "pausing" || status === "paused";
    case "cancel": return status === "running" || status === "pausing" || status === "paused";
    case "goBack": return wayThere === null && status !== "new" && status !== "turningBack";
  }
}

/** Asks for what has not been heard of, ends what takes too long, and gives up on what nobody can tell. */
function lookAtTimers(draft: Draft): void {
  const { settings: { patienceMs } } = draft.terms;
  const { nowMs } = draft.at;
  for (const n of draft.state.underWay) {
    const step = draft.state.steps[n];
    const action = draft.state.leg.actions[n];
    if (step?.kind !== "underWay" || action === undefined) continue;
    const attempt = { action: action.id, attempt: step.attempt };
    if (nowMs >= Math.min(step.heardMs, step.overdueMs ?? Infinity) + patienceMs) {
      happen(draft, { kind: "lostTrack", ...attempt, because: whyUnknown(action.action, step, nowMs) });
      continue;
    }
    if (nowMs >= step.deadlineMs && step.overdueMs === null) happen(draft, { kind: "overdue", ...attempt });
    if (nowMs >= step.askAtMs) happen(draft, { kind: "asked", ...attempt, passing: true });
  }
}

function whyUnknown(action: Action, { heardMs, otherSide }: Extract<Step, { readonly kind: "underWay" }>, nowMs: number): string {
  const silent = `host ${"host" in action ? action.host : action.from} has not said how it went for ${Math.round((nowMs - heardMs) / 1000)} s`;
  return otherSide === null || !("to" in action) ? silent : `${silent}; host ${action.to} finds ${action.workload} ${otherSide}`;
}

/** Begins what may begin; says so when nothing is left that could. */
function goOn(draft: Draft): void {
  if (isAtRest(draft.state)) return;
  const waits = draft.state.status === "turningBack" ? false : beginReady(draft);
  const { status, underWay } = draft.state;
  if (underWay.length > 0) return;
  switch (status) {
    case "running":
      if (!waits) happen(draft, { kind: "ended", because: heldBack(draft) });
      return;
    case "pausing":
      if (!waits) happen(draft, { kind: "paused" });
      return;
    case "cancelling":
      if (!waits) happen(draft, { kind: "ended", because: draft.state.because });
      return;
    case "turningBack": return turnBack(draft);
    case "new": case "paused": case "ended": return;
  }
}

function turnBack(draft: Draft): void {
  const back = wayBack(draft.terms, draft.state);
  if (back.kind === "blocked") {
    happen(draft, { kind: "ended", because: `there is no way back: ${back.because}`, hasNoWayBack: true });
    return;
  }
  happen(draft, { kind: "turnedBack", actions: back.actions, begins: back.begins, left: back.left });
  goOn(draft);
}

/** Dispatches, in the order of the plan, what nothing holds. True when something is held by time alone. */
function beginReady(draft: Draft): boolean {
  const { guard, settings } = draft.terms;
  if (draft.state.ready.length === 0) return false;
  const room = roomOf(draft.state);
  const carriedOn = draft.state.status === "running" ? null : neededAtRest(draft.state);
  let waits = false;
  for (const n of draft.state.ready) {
    if (draft.state.underWay.length >= settings.actionsAtOnce) return true;
    const step = draft.state.steps[n];
    const planned = draft.state.leg.actions[n];
    if (step?.kind !== "waiting" || planned === undefined) continue;
    if (carriedOn !== null && !carriedOn.has(n)) continue;
    const opensMs = guard.opensMs(planned.action, draft.at.utcMs, planned.endMs - planned.startMs);
    // Where there is no room on the network others are under way: it is looked at again when one of them ends.
    if (opensMs === null || !room.isFor(planned.action) || guard.objection(draft.state.known, planned.action) !== null) continue;
    if (opensMs > draft.at.utcMs || step.notBeforeMs > draft.at.nowMs) {
      waits = true;
      continue;
    }
    happen(draft, { kind: "dispatched", action: planned.id, attempt: step.sends + 1 });
    room.take(n, planned.action);
  }
  return waits;
}

/** What a rule has kept from beginning until nothing was left to wait for, in words; empty for nothing. */
function heldBack({ terms: { guard }, state, at }: Draft): string {
  for (const n of state.ready) {
    const planned = state.leg.actions[n];
    if (planned === undefined) continue;
    const because = guard.objection(state.known, planned.action);
    if (because !== null) return `${planned.id} was held: ${because}`;
    if (guard.opensMs(planned.action, at.utcMs, planned.endMs - planned.startMs) === null) return `${planned.id} was held: no window is long enough for it`;
  }
  return "";
}

/** What must still be done so that nobody stays half-way: actions that bring such workloads further, and all that those wait for. */
function neededAtRest(state: RunState): ReadonlySet<number> {
  const { leg, steps } = state;
  const needed = new Set<number>();
  const open = leg.actions.flatMap(({ action }, n) => (steps[n]?.kind === "waiting" && endsHalfWay(state, action) ? [n] : []));
  for (let n = open.pop(); n !== undefined; n = open.pop()) {
    if (needed.has(n)) continue;
    needed.add(n);
    for (const id of leg.actions[n]?.after ?? []) {
      const before = leg.position.get(id) ?? -1;
      if (steps[before]?.kind === "waiting") open.push(before);
    }
  }
  return needed;
}

/** Does an action bring a workload further that this execution has stopped, or whose data lie on two hosts because of it? */
function endsHalfWay(run: RunState, action: Action): boolean {
  if (!("workload" in action)) return false;
  const { known } = run;
  const w = known.index.workloadIndex.get(action.workload);
  if (w === undefined) return false;
  const { activity, leaving } = known.where(w);
  const { state, desired } = known.index.workloads[w] ?? {};
  return leaving >= 0 || (state === "running" && desired === "running" && activity === "stopped" && hasStopped(run, action.workload));
}

/** Has this execution stopped a workload, on the way there or back? Who has died by itself is not half-way because of it. */
function hasStopped({ leg, steps, wayThere }: RunState, workload: WorkloadId): boolean {
  return [{ leg, steps }, ...(wayThere === null ? [] : [wayThere])].some((each) =>
    each.leg.actions.some(({ action }, n) => action.kind === "stop" && action.workload === workload && each.steps[n]?.kind === "done"));
}

/** The instant at which time alone may change something; null when it cannot. */
export function wakesAtMs(terms: Terms, state: RunState, at: Moment): number | null {
  return isAtRest(state) ? null : earliest([...state.underWay, ...state.ready].map((n) => wakeOf(terms, state, n, at)));
}

/** The same for those alone that an event has touched: its action, and those that wait for it. */
export function wakesAfterMs(terms: Terms, state: RunState, event: RunEvent, at: Moment): number | null {
  if (isAtRest(state)) return null;
  if (!("action" in event)) return wakesAtMs(terms, state, at);
  const n = state.leg.position.get(event.action) ?? -1;
  return earliest([n, ...(state.leg.dependents[n] ?? [])].map((touched) => wakeOf(terms, state, touched, at)));
}

function wakeOf({ guard, settings }: Terms, { steps, leg }: RunState, n: number, at: Moment): number {
  const step = steps[n];
  const planned = leg.actions[n];
  if (step?.kind === "underWay") {
    const overMs = Math.min(step.heardMs, step.overdueMs ?? Infinity) + settings.patienceMs;
    return Math.min(step.askAtMs, overMs, step.overdueMs === null ? step.deadlineMs : Infinity);
  }
  if (step?.kind !== "waiting" || planned === undefined || step.waitsFor > 0) return Infinity;
  if (step.notBeforeMs > at.nowMs) return step.notBeforeMs;
  // The date may jump while we wait for a window, so it is looked at again before long.
  return (guard.opensMs(planned.action, at.utcMs, planned.endMs - planned.startMs) ?? 0) > at.utcMs ? at.nowMs + windowLookMs : Infinity;
}

function earliest(instantsMs: readonly number[]): number | null {
  const first = instantsMs.reduce((a, b) => Math.min(a, b), Infinity);
  return first === Infinity ? null : first;
}

const windowLookMs = 30_000;
