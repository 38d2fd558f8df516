import type { Happening } from "./event.ts";
import { performerOf, type Addressee, type Report } from "./protocol.ts";
import type { RunSettings } from "./settings.ts";
import type { RunState, Step } from "./state.ts";

type Outcome = Extract<Report, { readonly attempt: number }>;

/** What a report of an agent tells an execution: nothing when it is of another one, old, or said by the wrong host. */
export function onReport(settings: RunSettings, state: RunState, report: Report, role: Addressee["role"] | null): readonly Happening[] {
  switch (report.kind) {
    case "heartbeat": case "inventory": case "fenced": case "application": case "checkpoints": return [];
    // Only who is on a host sees its workloads.
    case "changed": return role === "power" ? [] : onChanged(state, report);
    case "found": return role === "power" ? [] : onFound(state, report);
    case "begun": case "done": case "failed": case "void": return onOutcome(settings, state, report, role);
  }
}

function onOutcome(settings: RunSettings, state: RunState, report: Exclude<Outcome, { readonly kind: "fenced" }>, role: Addressee["role"] | null): readonly Happening[] {
  const n = state.leg.position.get(report.action) ?? -1;
  const step = state.steps[n];
  const action = state.leg.actions[n]?.action;
  if (action === undefined || !isOpen(step) || step.attempt !== report.attempt || report.run !== state.run) return [];
  const performer = performerOf(action);
  if (performer.host !== report.host || (role !== null && performer.role !== role)) return [];
  const about = { action: report.action, attempt: report.attempt };
  switch (report.kind) {
    case "begun": return step.kind === "underWay" ? [{ kind: "heard", ...about, permille: report.permille, passing: true }] : [];
    case "done": return [{ kind: "succeeded", ...about }];
    case "void":
      return report.attempt < settings.sendsMax && step.kind === "underWay" ? [{ kind: "voided", ...about }]
        : [{ kind: "failed", ...about, because: `it did not reach host ${report.host} in ${report.attempt} attempts`, again: false, found: null, ran: false }];
    case "failed": {
      const again = report.again && step.kind === "underWay" && step.failures + 1 < settings.attemptsMax && report.attempt < settings.sendsMax;
      return [{ kind: "failed", ...about, because: report.because, again, found: report.found, ran: report.ran }];
    }
  }
}

/** The outcome is still wanted: also of one that has been given up. */
function isOpen(step: Step | undefined): step is Extract<Step, { readonly kind: "underWay" | "unknown" }> {
  return step?.kind === "underWay" || step?.kind === "unknown";
}

function onFound({ underWay, leg, steps, run }: RunState, report: Extract<Report, { readonly kind: "found" }>): readonly Happening[] {
  if (report.run !== run) return [];
  for (const n of underWay) {
    const planned = leg.actions[n];
    const step = steps[n];
    if (planned === undefined || step?.kind !== "underWay" || !("to" in planned.action)) continue;
    if (planned.action.workload !== report.workload || planned.action.to !== report.host) continue;
    return [{ kind: "sighted", action: planned.id, attempt: step.attempt, found: report.found, passing: true }];
  }
  return [];
}

/** What happens by itself to a workload counts at once, unless an action is at it: that one will tell. */
function onChanged({ known, leg, steps, status, wayThere }: RunState, { host, workload, found }: Extract<Report, { readonly kind: "changed" }>): readonly Happening[] {
  const w = known.index.workloadIndex.get(workload);
  if (w === undefined || status === "new" || status === "ended" || found === "paused" || found === "incoming") return [];
  const where = known.where(w);
  const activity = found === "running" ? "running" : "stopped";
  if (known.index.hosts[where.host]?.id !== host || where.activity === activity) return [];
  const isBusy = [{ leg, steps }, ...(wayThere === null ? [] : [wayThere])].some((each) =>
    each.leg.actions.some(({ action }, n) => isOpen(each.steps[n]) && "workload" in action && action.workload === workload));
  return isBusy ? [] : [{ kind: "noticed", workload, activity }];
}
