import type { PolicyDocument } from "../model/policy.ts";
import type { Scenario } from "../model/scenario.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { AnyConstraintKind, Request } from "./constraint.ts";
import { exceptionsInForce } from "./exceptions.ts";
import type { Form } from "./form.ts";
import { groupings, groupWorkloads, isGrouping, workloadsHolding } from "./groups.ts";
import type { PolicyReport } from "./policy-report.ts";
import { select } from "./select.ts";
import type { Selectable } from "./selection-facts.ts";

/** What a policy selects, by kind, as dense indices. */
export type Selected = Readonly<Record<Selectable, Int32Array>>;

/** A policy with its selectors resolved; `selection` is from before its exceptions. */
interface ResolvedPolicy {
  readonly selection: Selected;
  readonly request: Request<unknown>;
  /** False when something in the selectors or exceptions is wrong: then the request has only what is right of them. */
  readonly isWhole: boolean;
}

interface Context {
  readonly scenario: Scenario;
  readonly index: FleetIndex;
  readonly otherMusts: () => readonly Form[];
}

/** Resolves the selectors of a policy, as far as they are right, and takes its exceptions out. */
export async function resolveRequest(
  document: PolicyDocument, entry: AnyConstraintKind, { scenario, index, otherMusts }: Context, report: PolicyReport,
): Promise<ResolvedPolicy> {
  let faults = 0;
  const counted: PolicyReport = { ...report, error: (...problem) => { faults++; report.error(...problem); } };
  const { groupBy } = document.select;
  if (groupBy !== undefined && !isGrouping(groupBy)) {
    counted.error("policy-parameter", ".select.groupBy", `groupBy is "${groupBy}"`, `Write one of ${groupings.join(", ")}.`);
  }
  const selection = await selectSubjects(document, entry, index, counted);
  const excepted = exceptionsInForce(document, scenario.asOf, index, counted);
  const workloads = excepted.workloads.size === 0 ? selection.workloads : selection.workloads.filter((w) => !excepted.workloads.has(w));
  const hosts = excepted.hosts.size === 0 ? selection.hosts : selection.hosts.filter((h) => !excepted.hosts.has(h));
  const parameters = await selectParameters(document, entry, index, counted);
  return {
    selection,
    isWhole: faults === 0,
    request: {
      raw: document.require.parameters,
      workloads, hosts, services: selection.services,
      groups: groupWorkloads(workloads, groupBy, index),
      ...parameters,
      index,
      settings: scenario.settings,
      excepted,
      otherMusts,
    },
  };
}

/** The same policy, as if it selected the whole fleet wherever it selects. */
export function ofEverybody(request: Request<unknown>, document: PolicyDocument, entry: AnyConstraintKind): Request<unknown> {
  const { index } = request;
  const whole = (field: string): Int32Array => all(index, entry.selectors[field] ?? "workloads");
  const workloads = all(index, "workloads");
  return {
    ...request,
    workloads, hosts: all(index, "hosts"), services: all(index, "services"),
    groups: groupWorkloads(workloads, document.select.groupBy, index),
    selected: Object.fromEntries(Object.keys(request.selected).map((field) => [field, whole(field)])),
    selectedLists: Object.fromEntries(Object.entries(request.selectedLists).map(([field, lists]) => [field, lists.map(() => whole(field))])),
  };
}

/** What each subject of an entry lets a policy select. */
const selectable: Readonly<Record<AnyConstraintKind["subject"], readonly Selectable[]>> = {
  workloads: ["workloads", "services"],
  hosts: ["hosts"],
  services: ["services"],
  plan: ["workloads", "hosts"],
};

/**
 * What the policy is about. A rule about workloads must say which, by themselves or by their services; one about hosts
 * or services means all of them when it does not say. For a rule about plans, selecting only one of workloads and hosts
 * leaves the other empty, and selecting neither means the whole fleet.
 */
async function selectSubjects(document: PolicyDocument, entry: AnyConstraintKind, index: FleetIndex, report: PolicyReport): Promise<Selected> {
  const sorts: readonly Selectable[] = ["workloads", "hosts", "services"];
  const { subject, name } = entry;
  const chosen: Partial<Record<Selectable, Int32Array>> = {};
  for (const sort of sorts) {
    const selector = document.select[sort];
    if (selector === undefined) continue;
    if (!selectable[subject].includes(sort)) {
      report.error("policy-parameter", `.select.${sort}`, `it selects ${sort}, but ${name} is about ${selectable[subject].join(" or ")}`,
        `Select ${selectable[subject].join(" or ")}.`);
      continue;
    }
    const { chosen: found, problems } = await select(selector, sort, index);
    for (const { code, path, message, advice } of problems) report.error(code, `.select.${sort}${path}`, message, advice);
    chosen[sort] = found;
  }
  if (document.select.groupBy !== undefined && (subject === "hosts" || subject === "services")) {
    report.error("policy-parameter", ".select.groupBy", `groupBy groups workloads, but ${name} is about ${subject}`, "Remove groupBy.");
  }
  if (subject === "workloads" && document.select.workloads === undefined && document.select.services === undefined && document.select.hosts === undefined) {
    report.error("missing-key", ".select", `${name} is about workloads, but it selects none`, "Add select: { workloads: ... }; everything: true chooses all.");
  }
  const everything = (sort: Selectable): Int32Array => all(index, sort);
  const none = new Int32Array(0);
  const silent = chosen.workloads === undefined && chosen.hosts === undefined;
  return {
    workloads: subject === "workloads" ? ofServices(chosen, index) : chosen.workloads ?? (subject === "plan" && !silent ? none : everything("workloads")),
    hosts: chosen.hosts ?? (subject === "plan" && !silent ? none : everything("hosts")),
    services: chosen.services ?? everything("services"),
  };
}

/** The selected workloads; those of the selected services when services are selected. */
function ofServices({ workloads, services }: Partial<Record<Selectable, Int32Array>>, index: FleetIndex): Int32Array {
  if (services === undefined) return workloads ?? new Int32Array(0);
  const applications = new Set(Array.from(services).flatMap((s) => index.fleet.services[s]?.applications ?? []));
  const holding = workloadsHolding(index, applications);
  if (workloads === undefined) return holding;
  const wanted = new Set(workloads);
  return holding.filter((w) => wanted.has(w));
}

const wholes = new WeakMap<FleetIndex, Map<Selectable, Int32Array>>();

/** Everybody of a sort; one array for all policies of a fleet, which nobody changes. */
function all(index: FleetIndex, sort: Selectable): Int32Array {
  const known = wholes.get(index) ?? new Map<Selectable, Int32Array>();
  wholes.set(index, known);
  const whole = known.get(sort) ?? Int32Array.from({ length: countOf(index, sort) }, (_, i) => i);
  known.set(sort, whole);
  return whole;
}

function countOf(index: FleetIndex, sort: Selectable): number {
  return sort === "workloads" ? index.workloads.length : sort === "hosts" ? index.hosts.length : index.fleet.services.length;
}

/** The selectors among the parameters. One that chooses nothing is a mistake unless the policy may be empty. */
async function selectParameters(document: PolicyDocument, entry: AnyConstraintKind, index: FleetIndex, report: PolicyReport): Promise<Pick<Request<unknown>, "selected" | "selectedLists">> {
  const selected: Record<string, Int32Array> = {};
  const selectedLists: Record<string, readonly Int32Array[]> = {};
  const resolve = async (selector: unknown, sort: Selectable, path: string): Promise<Int32Array> => {
    const { chosen, problems } = await select(selector, sort, index);
    for (const { code, path: below, message, advice } of problems) report.error(code, `${path}${below}`, message, advice);
    if (problems.length === 0 && chosen.length === 0 && !document.mayBeEmpty) {
      report.error("policy-unreachable", path, `${path.slice(path.lastIndexOf(".") + 1)} chooses none of the ${sort}`,
        "Correct the selector, or set mayBeEmpty: true.");
    }
    return chosen;
  };
  for (const [field, sort] of Object.entries(entry.selectors)) {
    const raw = Object.hasOwn(document.require.parameters, field) ? document.require.parameters[field] : undefined;
    const path = `.require.${entry.name}.${field}`;
    if (raw === undefined) continue;
    if (!Array.isArray(raw)) {
      selected[field] = await resolve(raw, sort, path);
      continue;
    }
    const list: Int32Array[] = [];
    for (const [i, each] of raw.entries()) list.push(await resolve(each, sort, `${path}[${i}]`));
    selectedLists[field] = list;
  }
  return { selected, selectedLists };
}
