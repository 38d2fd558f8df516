import { assert } from "../model/assert.ts";
import type { ActionId, WorkloadId } from "../model/ids.ts";
import type { Action } from "../model/plan.ts";
import type { FleetIndex, Whereabouts } from "../model/snapshot.ts";
import type { Moment, Placed, RunEvent, Wish } from "./event.ts";
import { afterwards, during, placesOf, withoutEffect, type KnownFleet } from "./known-fleet.ts";
import type { RunSettings } from "./settings.ts";
import { legOf, stepsOf, type Leg, type RunState, type Status, type Step, type UnderWay } from "./state.ts";

/** The state after an event. Replaying a journal through this is recovery. */
export function evolve(settings: RunSettings, state: RunState, event: RunEvent): RunState {
  switch (event.kind) {
    case "began": return { ...onLeg(state, legOf(event.actions)), run: event.run, epoch: event.epoch, digest: event.digest, status: "running" };
    case "tookOver": return { ...state, epoch: event.epoch, steps: state.steps.map((step) => anew(step, event.at.nowMs, settings)) };
    case "wished": return { ...state, status: afterWish(state, event.wish), hasNoWayBack: false, because: event.wish === "resume" ? "" : `${words[event.wish]} by ${event.by}` };
    case "noticed": return { ...state, known: noticed(state.known, event.workload, event.activity) };
    case "paused": return { ...state, status: "paused" };
    case "ended": return { ...state, status: "ended", because: event.because, hasNoWayBack: event.hasNoWayBack ?? false };
    case "turnedBack": return {
      ...onLeg(state, legOf(event.actions)), status: "running", wayThere: { leg: state.leg, steps: state.steps }, left: event.left,
      known: event.begins.reduce(putBack, state.known),
    };
    case "dispatched": case "succeeded": case "failed": case "voided": case "overdue": case "lostTrack": case "asked": case "heard": case "sighted":
      return evolveStep(settings, state, event);
  }
}

type StepEvent = Extract<RunEvent, { readonly action: ActionId }>;

function evolveStep(settings: RunSettings, state: RunState, event: StepEvent): RunState {
  const n = positionOf(state.leg, event.action);
  const step = state.steps[n];
  const action = state.leg.actions[n]?.action;
  assert(step !== undefined && action !== undefined, `${event.kind} of ${event.action}, which is not there`);
  const { nowMs } = event.at;
  if (event.kind === "dispatched") {
    assert(step.kind === "waiting" && step.waitsFor === 0, `${event.action} is dispatched although it is ${step.kind}`);
    const estimateMs = (state.leg.actions[n]?.endMs ?? 0) - (state.leg.actions[n]?.startMs ?? 0);
    return {
      ...state, steps: state.steps.with(n, { ...sent(event.attempt, step.failures, event.at, estimateMs, settings), before: whereOf(state.known, action) }),
      ready: state.ready.filter((other) => other !== n), underWay: [...state.underWay, n], known: during(state.known, action),
    };
  }
  assert(step.kind === "underWay" || (step.kind === "unknown" && event.kind !== "overdue"), `${event.kind} of ${event.action}, which is ${step.kind}`);
  assert(step.attempt === event.attempt, `${event.kind} of attempt ${event.attempt} of ${event.action}, which is at ${step.attempt}`);
  const over = { ...state, underWay: state.underWay.filter((other) => other !== n) };
  const failures = step.kind === "underWay" ? step.failures : 0;
  switch (event.kind) {
    case "succeeded": return released({
      ...over, steps: state.steps.with(n, { kind: "done", tookMs: Math.max(0, event.at.utcMs - step.sentUtcMs), order: state.doneCount }),
      doneCount: state.doneCount + 1, known: afterwards(state.known, action),
    }, n);
    case "failed": {
      const ran = event.ran && "workload" in action ? [...state.ran, action.workload] : state.ran;
      const back = { ...over, known: withoutEffect(state.known, action, step.before, event.found), ran };
      if (!event.again) return { ...back, steps: state.steps.with(n, { kind: "failed", because: event.because }) };
      return waitingAgain(back, n, { sends: event.attempt, failures: failures + 1, notBeforeMs: nowMs + settings.retryMs * 2 ** failures });
    }
    case "voided": return waitingAgain({ ...over, known: withoutEffect(state.known, action, step.before, null) }, n, { sends: event.attempt, failures, notBeforeMs: nowMs });
    case "lostTrack": return { ...over, steps: state.steps.with(n, { kind: "unknown", because: event.because, attempt: event.attempt, sentUtcMs: step.sentUtcMs, before: step.before }) };
    case "overdue": case "asked": case "heard": case "sighted":
      return step.kind === "underWay" ? { ...state, steps: state.steps.with(n, timed(step, event, settings)) } : state;
  }
}

function whereOf(known: KnownFleet, action: Action): Whereabouts {
  return known.where(placesOf(known.index, action).workload);
}

function timed(step: UnderWay, event: Extract<StepEvent, { readonly kind: "overdue" | "asked" | "heard" | "sighted" }>, { askEveryMs }: RunSettings): UnderWay {
  const { nowMs } = event.at;
  switch (event.kind) {
    case "overdue": return { ...step, overdueMs: nowMs };
    case "asked": return { ...step, askAtMs: nowMs + askEveryMs, asks: step.asks + 1 };
    case "heard": return { ...step, heardMs: nowMs, asks: 0, permille: Math.max(step.permille, event.permille) };
    case "sighted": return { ...step, otherSide: event.found };
  }
}

function sent(attempt: number, failures: number, { nowMs, utcMs }: Moment, estimateMs: number, settings: RunSettings): Omit<UnderWay, "before"> {
  return {
    kind: "underWay", attempt, failures, sinceMs: nowMs, sentUtcMs: utcMs, deadlineMs: nowMs + Math.ceil((estimateMs * settings.deadlinePermille) / 1000) + settings.deadlineExtraMs,
    askAtMs: nowMs + settings.askEveryMs, heardMs: nowMs, overdueMs: null, asks: 0, permille: 0, otherSide: null,
  };
}

/** After a crash every timer starts anew, and what is under way is asked for at once. */
function anew(step: Step, nowMs: number, { deadlineExtraMs }: RunSettings): Step {
  if (step.kind === "waiting") return { ...step, notBeforeMs: nowMs };
  if (step.kind !== "underWay") return step;
  const allowedMs = Math.max(step.deadlineMs - step.sinceMs, deadlineExtraMs);
  return { ...step, sinceMs: nowMs, deadlineMs: nowMs + allowedMs, askAtMs: nowMs, heardMs: nowMs, overdueMs: null };
}

function onLeg(state: RunState, leg: Leg): RunState {
  const steps = stepsOf(leg);
  const ready = steps.flatMap((step, n) => (step.kind === "waiting" && step.waitsFor === 0 ? [n] : []));
  return { ...state, leg, steps, ready, underWay: [], doneCount: 0 };
}

/** Those that waited for an action wait for one less. */
function released(state: RunState, n: number): RunState {
  let { steps, ready } = state;
  for (const later of state.leg.dependents[n] ?? []) {
    const step = steps[later];
    assert(step?.kind === "waiting" && step.waitsFor > 0, "an action went on before those that it waits for");
    steps = steps.with(later, { ...step, waitsFor: step.waitsFor - 1 });
    if (step.waitsFor === 1) ready = withReady(ready, later);
  }
  return { ...state, steps, ready };
}

function waitingAgain(state: RunState, n: number, { sends, failures, notBeforeMs }: { readonly sends: number; readonly failures: number; readonly notBeforeMs: number }): RunState {
  return { ...state, steps: state.steps.with(n, { kind: "waiting", waitsFor: 0, sends, failures, notBeforeMs }), ready: withReady(state.ready, n) };
}

function withReady(ready: readonly number[], n: number): readonly number[] {
  const at = ready.findLastIndex((other) => other < n);
  return ready.toSpliced(at + 1, 0, n);
}

const words = { pause: "paused", cancel: "cancelled", goBack: "turned back" } as const;

function afterWish({ status }: RunState, wish: Wish): Status {
  switch (wish) {
    case "pause": return status === "running" ? "pausing" : status;
    case "resume": return "running";
    case "cancel": return "cancelling";
    case "goBack": return "turningBack";
  }
}

function noticed(known: KnownFleet, workload: WorkloadId, activity: "running" | "stopped"): KnownFleet {
  const w = known.index.workloadIndex.get(workload);
  return w === undefined ? known : known.put(w, { ...known.where(w), activity });
}

function putBack(known: KnownFleet, { workload, host, leaving, activity }: Placed): KnownFleet {
  const { index } = known;
  const w = index.workloadIndex.get(workload);
  assert(w !== undefined, `workload ${workload} is not of this fleet`);
  return known.put(w, { host: hostIn(index, host), arriving: -1, leaving: hostIn(index, leaving), activity });
}

function hostIn(index: FleetIndex, host: Placed["host"]): number {
  return host === null ? -1 : (index.hostIndex.get(host) ?? -1);
}

function positionOf({ position }: Leg, action: ActionId): number {
  const n = position.get(action);
  assert(n !== undefined, `action ${action} is not of this run`);
  return n;
}
