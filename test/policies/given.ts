import { Value } from "typebox/value";
import { expect } from "vitest";
import type { Fleet, Host, Workload } from "../../model/fleet.ts";
import { defaultSettings } from "../../model/scenario.ts";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import type { FleetIndex, Instant, Whereabouts } from "../../model/snapshot.ts";
import { totalAmount, type AnyConstraintKind, type ParameterFault, type Part, type Request, type Violation } from "../../policies/constraint.ts";
import { fleetOf, hostOf, workloadOf, type Said } from "./fleet-of.ts";
import { instantOf, nowhere } from "./instant-of.ts";

/** What the fleet has beyond what the whereabouts name. */
export interface Facts {
  readonly hosts?: Readonly<Record<string, Said<Host>>>;
  readonly workloads?: Readonly<Record<string, Said<Workload>>>;
  readonly fleet?: Partial<Fleet>;
}

/** What a policy selects and asks for, by id; selectors among the parameters are resolved ids here. */
export interface Asked {
  readonly raw?: object;
  /** All when absent. */
  readonly workloads?: string;
  readonly hosts?: string;
  /** Workloads by group; one group of all selected when absent. */
  readonly groups?: Readonly<Record<string, string>>;
  /** Ids by parameter; a list of them for a list of selectors. */
  readonly selected?: Readonly<Record<string, string | readonly string[]>>;
  readonly excepted?: string;
}

/** An instant in which a rule is tried. */
export interface Given {
  /** The rule finds exactly this, explained: one sentence a violation, in the order found. */
  violates(kind: AnyConstraintKind, asked: Asked, ...sentences: readonly string[]): void;
  keeps(kind: AnyConstraintKind, asked?: Asked): void;
  amounts(kind: AnyConstraintKind, asked: Asked, amount: number): void;
  found(kind: AnyConstraintKind, asked: Asked): readonly Violation[];
  parts(kind: AnyConstraintKind, asked: Asked): readonly Part<unknown>[];
  faults(kind: AnyConstraintKind, asked: Asked): readonly ParameterFault[];
}

/**
 * Whereabouts in short: `a:h1` is on h1, `a:h1>h2` moves live to h2, `a:>h2` is new and arrives, `a:h2<h1` is on h2
 * with data left on h1, where it was before; `a:h1!` is stopped there (also `a:h1>h2!`), `a:-` is nowhere. The place that
 * it comes from is also where the fleet has it now, unless the facts say otherwise.
 */
export function given(text: string, facts: Facts = {}): Given {
  const said = new Map(text.split(" ").map((word): [string, string] => [word.slice(0, word.indexOf(":")), word.slice(word.indexOf(":") + 1)]));
  const named = [...said.values()].flatMap((place) => place.split(/[<>!-]/u)).filter((name) => name !== "");
  const hosts = [...new Set([...named, ...Object.keys(facts.hosts ?? {})])].map((id) => hostOf(id, facts.hosts?.[id]));
  const workloads = [...said].map(([id, place]) => workloadOf(id, { ...placedNow(place), ...facts.workloads?.[id] }));
  const index = fleetOf(hosts, workloads, facts.fleet);
  const instant = instantOf(index, index.workloads.map(({ id }) => whereabouts(index, said.get(id) ?? "-")));
  const found = (kind: AnyConstraintKind, asked: Asked): readonly { words: string; amount: number }[] => findings(kind, asked, instant);
  return {
    violates: (kind, asked, ...sentences) => expect(found(kind, asked).map(({ words }) => words)).toEqual(sentences),
    keeps: (kind, asked = {}) => expect(found(kind, asked)).toEqual([]),
    amounts: (kind, asked, amount) => expect(found(kind, asked).reduce((sum, each) => sum + each.amount, 0)).toBe(amount),
    found: (kind, asked) => kind.parts(requestOf(kind, asked, index)).flatMap(({ params }) => kind.check(params, instant)),
    parts: (kind, asked) => kind.parts(requestOf(kind, asked, index)),
    faults: (kind, asked) => kind.faults?.(requestOf(kind, asked, index)) ?? [],
  };
}

/** The request that a compiler would make of what a test asks. The parameters fit the entry's schema. */
export function requestOf(kind: AnyConstraintKind, asked: Asked, index: FleetIndex): Request<object> {
  const workloadsOf = (text: string): Int32Array => Int32Array.from(ids(text), (id) => index.workloadIndex.get(id as WorkloadId) ?? -1).sort();
  const hostsOf = (text: string): Int32Array => Int32Array.from(ids(text), (id) => index.hostIndex.get(id as HostId) ?? -1).sort();
  const resolve = (field: string, text: string): Int32Array => (kind.selectors[field] === "hosts" ? hostsOf(text) : workloadsOf(text));
  const written = Object.fromEntries(Object.entries(asked.selected ?? {}).map(([field, text]) =>
    [field, typeof text === "string" ? { ids: ids(text) } : text.map((each) => ({ ids: ids(each) }))]));
  const raw = { ...asked.raw, ...written };
  expect([...Value.Errors(kind.parameters, raw)], `parameters of ${kind.name}`).toEqual([]);
  const excepted = ids(asked.excepted ?? "");
  const exceptedWorkloads = new Set(workloadsOf(excepted.filter((id) => index.workloadIndex.has(id as WorkloadId)).join(" ")));
  const exceptedHosts = new Set(hostsOf(excepted.filter((id) => index.hostIndex.has(id as HostId)).join(" ")));
  const workloads = kept(asked.workloads === undefined ? Int32Array.from(index.workloads.keys()) : workloadsOf(asked.workloads), exceptedWorkloads);
  return {
    raw, workloads, index,
    hosts: kept(asked.hosts === undefined ? Int32Array.from(index.hosts.keys()) : hostsOf(asked.hosts), exceptedHosts),
    services: Int32Array.from(index.fleet.services.keys()),
    groups: asked.groups === undefined ? [{ name: "", members: workloads }]
      : Object.entries(asked.groups).map(([name, text]) => ({ name, members: kept(workloadsOf(text), exceptedWorkloads) })),
    selected: Object.fromEntries(Object.entries(asked.selected ?? {}).flatMap(([field, text]) => (typeof text === "string" ? [[field, resolve(field, text)]] : []))),
    selectedLists: Object.fromEntries(Object.entries(asked.selected ?? {}).flatMap(([field, text]) => (typeof text === "string" ? [] : [[field, text.map((each) => resolve(field, each))]]))),
    settings: defaultSettings,
    excepted: { workloads: exceptedWorkloads, hosts: exceptedHosts },
    otherMusts: () => [],
  };
}

function findings(kind: AnyConstraintKind, asked: Asked, instant: Instant): readonly { words: string; amount: number }[] {
  const request = requestOf(kind, asked, instant.index);
  expect(kind.faults?.(request) ?? [], `faults of ${kind.name}`).toEqual([]);
  return kind.parts(request).flatMap(({ params }) => {
    const violations = kind.check(params, instant);
    expect(totalAmount(violations)).toBeGreaterThanOrEqual(violations.length);
    return violations.map((violation) => ({ words: kind.explain(params, violation, instant.index), amount: violation.amount }));
  });
}

/** Running where the text says it is before anything ends; new when that is nowhere. */
function placedNow(place: string): Said<Workload> {
  const [at = "", left] = place.replace("!", "").split("<");
  const before = left ?? at.split(">")[0] ?? "";
  return before === "" || before === "-" ? { host: null, state: "new" } : { host: before, state: place.endsWith("!") ? "stopped" : "running" };
}

function whereabouts(index: FleetIndex, place: string): Whereabouts {
  if (place === "-") return nowhere;
  const number = (id: string | undefined): number => index.hostIndex.get((id ?? "") as HostId) ?? -1;
  const parts = /^([^<>!]*)(?:>([^<>!]*))?(?:<([^<>!]*))?(!?)$/u.exec(place);
  expect(parts, `whereabouts "${place}"`).not.toBeNull();
  return { host: number(parts?.[1]), arriving: number(parts?.[2]), leaving: number(parts?.[3]), activity: parts?.[4] === "!" ? "stopped" : "running" };
}

function ids(text: string): string[] {
  return text.split(" ").filter((id) => id !== "");
}

function kept(all: Int32Array, out: ReadonlySet<number>): Int32Array {
  return all.filter((each) => !out.has(each));
}
