import type { PolicyId } from "../../model/ids.ts";
import type { PolicyDocument } from "../../model/policy.ts";
import { defaultObjectives, defaultSettings, type Scenario } from "../../model/scenario.ts";
import type { FleetIndex } from "../../model/snapshot.ts";

/** A policy of which a test says what matters: what it selects and what it asks for. */
export function policyOf(
  id: string, select: PolicyDocument["select"], entry: string, parameters: Readonly<Record<string, unknown>> = {}, rest: Partial<PolicyDocument> = {},
): PolicyDocument {
  return {
    id: id as PolicyId, title: `Policy ${id}`, why: "A test asks for it.", enabled: true, select, require: { entry, parameters },
    strength: "must", weight: 1, holds: null, mayBeEmpty: false, exceptions: [], tests: [], ...rest,
  };
}

/** A scenario of a fleet and policies, at no particular time unless a test says so. */
export function scenarioOf(index: FleetIndex, policies: readonly PolicyDocument[], rest: Partial<Scenario> = {}): Scenario {
  return {
    name: "test", title: "", description: "", asOf: null, fleet: index.fleet, policies,
    objectives: defaultObjectives, settings: defaultSettings, changes: [], ...rest,
  };
}

/** Selects by id, ids in a row. */
export function ids(text: string): { readonly ids: readonly string[] } {
  return { ids: text.split(" ") };
}
