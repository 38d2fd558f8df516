import type { PolicyDocument } from "../../model/policy.ts";
import { catalogue, type AnyConstraintKind } from "../../policies/index.ts";

/** Names of originals, whose copies have the same name and a suffix. */
export interface Renamed {
  readonly suffix: string;
  readonly workloads: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly applications: ReadonlySet<string>;
  readonly replicaGroups: ReadonlySet<string>;
}

/**
 * The twin of a policy that names originals: the same rule about their copies, and about nothing else that it names.
 * Null for a policy that names none of them; it holds for the copies too if what it selects by fits them.
 */
export function policyForCopies(policy: PolicyDocument, renamed: Renamed): PolicyDocument | null {
  const namesOne = { value: false };
  const twin = (selector: unknown, about: "workloads" | "services"): unknown => copiedSelector(selector, about, renamed, namesOne);
  const { workloads, services, ...others } = policy.select;
  const select = {
    ...others,
    ...(workloads === undefined ? {} : { workloads: twin(workloads, "workloads") }),
    ...(services === undefined ? {} : { services: twin(services, "services") }),
  } as PolicyDocument["select"];
  const parameters = Object.fromEntries(Object.entries(policy.require.parameters).map(([name, value]) =>
    [name, selectsWorkloads(policy.require.entry, name) ? (Array.isArray(value) ? value.map((one) => twin(one, "workloads")) : twin(value, "workloads")) : value]));
  if (!namesOne.value) return null;
  return {
    ...policy, id: `${policy.id}${renamed.suffix}` as PolicyDocument["id"], title: `${policy.title} (for the copies)`,
    select, require: { entry: policy.require.entry, parameters }, exceptions: [], tests: [],
  };
}

function selectsWorkloads(entry: string, parameter: string): boolean {
  const kinds: Readonly<Record<string, AnyConstraintKind>> = catalogue;
  return Object.hasOwn(kinds, entry) && kinds[entry]?.selectors[parameter] === "workloads";
}

function copiedSelector(selector: unknown, about: "workloads" | "services", renamed: Renamed, namesOne: { value: boolean }): unknown {
  if (typeof selector !== "object" || selector === null) return selector;
  if ("ids" in selector && Array.isArray(selector.ids)) {
    const own: unknown[] = selector.ids.filter((id: unknown) => typeof id === "string" && renamed[about].has(id));
    if (own.length === 0) return selector;
    namesOne.value = true;
    return { ids: own.map((id) => `${String(id)}${renamed.suffix}`) };
  }
  return "where" in selector ? { where: copiedCondition(selector.where, about, renamed, namesOne) } : selector;
}

/** Facts that hold a name: their values are renamed. */
function namesOfFact(fact: unknown, about: "workloads" | "services", renamed: Renamed): ReadonlySet<string> | null {
  switch (fact) {
    case "id": return renamed[about];
    case "application": case "applications": return renamed.applications;
    case "service": case "services": return renamed.services;
    case "replicaGroup": return renamed.replicaGroups;
    default: return null;
  }
}

function copiedCondition(condition: unknown, about: "workloads" | "services", renamed: Renamed, namesOne: { value: boolean }): unknown {
  if (Array.isArray(condition)) return condition.map((one) => copiedCondition(one, about, renamed, namesOne));
  if (typeof condition !== "object" || condition === null) return condition;
  const names = "fact" in condition ? namesOfFact(condition.fact, about, renamed) : null;
  const rename = (value: unknown): unknown => {
    if (typeof value !== "string" || names === null || !names.has(value)) return value;
    namesOne.value = true;
    return `${value}${renamed.suffix}`;
  };
  return Object.fromEntries(Object.entries(condition).map(([key, value]) => {
    if (key === "value") return [key, Array.isArray(value) ? value.map(rename) : rename(value)];
    return [key, key === "all" || key === "any" || key === "not" ? copiedCondition(value, about, renamed, namesOne) : value];
  }));
}
