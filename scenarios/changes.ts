import type { Diagnostic } from "../model/diagnostic.ts";
import type { Fleet } from "../model/fleet.ts";
import type { PolicyDocument } from "../model/policy.ts";
import { defaultObjectives, type ObjectiveLevel } from "../model/scenario.ts";
import { changeKinds } from "./changes/catalogue.ts";
import type { ChangeKind } from "./changes/change.ts";
import { Checker } from "./checks.ts";
import { fleetOf, type Draft } from "./draft.ts";
import type { HostTypeDocument } from "./fields/fleet.ts";
import { Problems, type Path, type Source } from "./problem.ts";
import type { ChangeDocument } from "./schema.ts";

/** Applies one change to a draft; its words, or null when a mistake was reported. */
export function applyToDraft(draft: Draft, change: ChangeDocument, path: Path, check: Checker): string | null {
  const [entry] = Object.entries(change);
  if (entry === undefined) return null;
  const [name, parameters] = entry;
  const kinds: Readonly<Record<string, ChangeKind<never>>> = changeKinds;
  // The shape has been checked: parameters belong to the kind that their key names.
  return kinds[name]?.apply(parameters as never, { draft, check, at: [...path, name], name: `change ${Number(path.at(-1)) + 1} (${name})` }) ?? null;
}

/** What applyChanges gives: the fleet and rules as they would be, and each change in words. */
export interface Changed {
  readonly fleet: Fleet;
  readonly policies: readonly PolicyDocument[];
  readonly objectives: readonly ObjectiveLevel[];
  readonly words: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Tries changes on a fleet, one after the other; each sees what those before it did. The fleet given is not touched.
 * A change with a mistake is reported and left out.
 */
export function applyChanges(
  fleet: Fleet, policies: readonly PolicyDocument[], changes: readonly ChangeDocument[],
  options: { readonly objectives?: readonly ObjectiveLevel[]; readonly hostTypes?: ReadonlyMap<string, HostTypeDocument> } = {},
): Changed {
  const draft: Draft = {
    resources: fleet.resources,
    hostTypeOf: new Map(),
    hostTypes: options.hostTypes ?? new Map<string, HostTypeDocument>(),
    sites: byId(fleet.sites), hosts: byId(fleet.hosts), applications: byId(fleet.applications), workloads: byId(fleet.workloads), services: byId(fleet.services),
    links: [...fleet.links],
    policies: byId(policies),
    objectives: options.objectives ?? defaultObjectives,
    decided: new Map(),
  };
  const problems = new Problems();
  const source: Source = { file: null, value: { changes }, positions: (wanted) => wanted.map(() => null) };
  const check = new Checker(source, problems, new Set());
  const words = changes.flatMap((change, i) => applyToDraft(draft, change, ["changes", i], check) ?? []);
  const changed = { ...fleetOf(draft, fleet.currency), ...(fleet.licences === undefined ? {} : { licences: fleet.licences }) };
  return { fleet: changed, policies: [...draft.policies.values()], objectives: draft.objectives, words, diagnostics: problems.diagnostics() };
}

function byId<Thing extends { readonly id: string }>(things: readonly Thing[]): Map<Thing["id"], Thing> {
  return new Map(things.map((thing) => [thing.id, thing]));
}
