import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Service, Workload } from "../../model/fleet.ts";
import type { HostId, PolicyId } from "../../model/ids.ts";
import type { Plan, PlannedAction } from "../../model/plan.ts";
import type { PolicyDocument, Selector } from "../../model/policy.ts";
import type { Scenario } from "../../model/scenario.ts";
import { didYouMean, planDigest } from "../../policies/index.ts";
import { applyChanges, type ChangeDocument } from "../../scenarios/index.ts";
import { usageProblem } from "../failed.ts";
import { notAllowed } from "./not-allowed.ts";
import type { Wanted } from "./plan-and-apply.ts";

/** Where a service is to go. */
export interface Destination {
  readonly hosts: readonly string[];
  readonly sites: readonly string[];
}

/** A host without workloads: it is put in maintenance first, so that nothing comes back. */
export function evacuated(host: string): (now: Scenario) => Wanted {
  return (now) => changed(now, { maintenance: { hosts: [host] } }, "evacuate");
}

/** A copy of a service with all its workloads, under the same rules. */
export function serviceCopied(service: string, suffix: string): (now: Scenario) => Wanted {
  return (now) => changed(now, { copyService: { service, suffix } }, "place");
}

/** All workloads of a service running, in the order of its applications. */
export function serviceStarted(name: string): (now: Scenario) => Wanted {
  return (now) => withService(now, name, (service) => ({ ...desiring(now, workloadsOf(now, service), "running"), diagnostics: [] }));
}

/** All workloads of a service stopped, but for those that others need too, unless they are meant as well. */
export function serviceStopped(name: string, alsoShared: boolean): (now: Scenario) => Wanted {
  return (now) => withService(now, name, (service) => {
    const others = now.fleet.services.filter(({ id }) => id !== service.id);
    const needing = (workload: Workload): readonly Service[] => others.filter(({ applications }) => workload.applications.some((application) => applications.includes(application)));
    const all = workloadsOf(now, service);
    const kept = alsoShared ? [] : all.filter((workload) => needing(workload).length > 0);
    const warnings = kept.map((workload): Diagnostic => ({
      ...notAllowed(`${workload.id} goes on: ${needing(workload).map(({ id }) => id).join(", ")} needs it too`, "Stop it as well with --shared."), severity: "warning",
    }));
    return { ...desiring(now, all.filter((workload) => !kept.includes(workload)), "stopped"), diagnostics: warnings };
  });
}

/** All workloads of a service on other hosts. */
export function serviceMoved(name: string, to: Destination): (now: Scenario) => Wanted {
  return (now) => withService(now, name, (service) => {
    const unknown = [
      ...missing("host", to.hosts, now.fleet.hosts.map(({ id }) => id)), ...missing("site", to.sites, now.fleet.sites.map(({ id }) => id)),
    ];
    // Said as what is forbidden: a rule of the scenario that already says where it belongs is no other rule then.
    const others = now.fleet.hosts.filter(({ id, site }) => !to.hosts.includes(id) && !to.sites.includes(site)).map(({ id }) => id);
    if (others.length === 0) return { scenario: now, mode: "repair", diagnostics: unknown };
    const policy = notOn(others, workloadsOf(now, service), `errand: ${service.id} moves`, `Service ${service.id} goes to ${[...to.hosts, ...to.sites].join(", ")}`);
    return { scenario: { ...now, policies: [...now.policies, policy] }, mode: "repair", diagnostics: unknown };
  });
}

/** One workload stopped. */
export function workloadStopped(id: string): (now: Scenario) => Wanted {
  return (now) => withWorkload(now, id, (workload) => ({ ...desiring(now, [workload], "stopped"), diagnostics: [] }));
}

/** One workload going on from a checkpoint, on the host where that is kept. */
export function workloadRestored(id: string, host: string, checkpoint: string): (now: Scenario) => Wanted {
  return (now) => withWorkload(now, id, (workload) => {
    const others = now.fleet.hosts.filter((each) => each.id !== host).map((each) => each.id);
    const { scenario, mode } = desiring(now, [workload], "running");
    const policies = others.length === 0 ? now.policies : [...now.policies, notOn(others, [workload], `errand: ${id} goes on`, `${id} goes on from its checkpoint on ${host}`)];
    return { scenario: { ...scenario, policies }, mode, diagnostics: [], revise: (plan) => startingFrom(plan, workload, host, checkpoint) };
  });
}

/** The plan with its start from a checkpoint; approvals are bound to that, too. Without such a start nothing would go back. */
function startingFrom(plan: Plan, { id, state, host: now }: Workload, host: string, checkpoint: string): Plan | Diagnostic {
  const refusal = `${id} does not go on from checkpoint ${JSON.stringify(checkpoint)} on host ${host}:`;
  if (now !== host || state !== "stopped") {
    return notAllowed(`${refusal} it must be stopped there just before, and ${now === null ? "is on no host" : `is ${state} on host ${now}`}`, "Maybe somebody has started or moved it since it was stopped: see to that, and restore again.");
  }
  const isStart = ({ action }: PlannedAction): boolean => action.kind === "start" && action.workload === id && action.host === host;
  if (!plan.actions.some(isStart)) return notAllowed(`${refusal} the plan does not start it there${plan.remarks.map((words) => `; ${words}`).join("")}`, `What it needs to be started on host ${host} must be there; \`stowage plan\` says what is missing.`);
  const actions = plan.actions.map((planned): PlannedAction => (isStart(planned) && planned.action.kind === "start" ? { ...planned, action: { ...planned.action, checkpoint } } : planned));
  const revised = { ...plan, actions };
  return { ...revised, digest: planDigest(revised) };
}

function changed(now: Scenario, change: ChangeDocument, mode: Wanted["mode"]): Wanted {
  const { fleet, policies, words, diagnostics } = applyChanges(now.fleet, now.policies, [change], { objectives: now.objectives });
  return { scenario: { ...now, fleet, policies, changes: [...now.changes, ...words] }, mode, diagnostics };
}

function notOn(hosts: readonly HostId[], workloads: readonly Workload[], id: string, title: string): PolicyDocument {
  return {
    id: id as PolicyId, title, why: "An operator asked for it.", enabled: true,
    select: { workloads: { ids: workloads.map((workload) => workload.id) } satisfies Selector }, require: { entry: "ban", parameters: { hosts: { ids: hosts } } },
    strength: "must", weight: 1, holds: "at-end", mayBeEmpty: false, exceptions: [], tests: [],
  };
}

function withWorkload(now: Scenario, id: string, wanted: (workload: Workload) => Wanted): Wanted {
  const workload = now.fleet.workloads.find((each) => each.id === id);
  return workload === undefined ? { scenario: now, mode: "repair", diagnostics: missing("workload", [id], now.fleet.workloads.map((each) => each.id)) } : wanted(workload);
}

function withService(now: Scenario, name: string, wanted: (service: Service) => Wanted): Wanted {
  const service = now.fleet.services.find(({ id }) => id === name);
  if (service !== undefined) return wanted(service);
  return { scenario: now, mode: "repair", diagnostics: missing("service", [name], now.fleet.services.map(({ id }) => id)) };
}

function missing(noun: string, names: readonly string[], known: readonly string[]): readonly Diagnostic[] {
  return names.filter((name) => !known.includes(name)).map((name) => usageProblem(`There is no ${noun} ${name} in this fleet.`, didYouMean(name, known)));
}

function workloadsOf({ fleet }: Scenario, { applications }: Service): readonly Workload[] {
  return fleet.workloads.filter((workload) => workload.desired !== "removed" && workload.applications.some((application) => applications.includes(application)));
}

function desiring(now: Scenario, workloads: readonly Workload[], desired: "running" | "stopped"): Omit<Wanted, "diagnostics"> {
  const chosen = new Set(workloads);
  const fleet = { ...now.fleet, workloads: now.fleet.workloads.map((workload) => (chosen.has(workload) ? { ...workload, desired } : workload)) };
  return { scenario: { ...now, fleet }, mode: "repair" };
}
