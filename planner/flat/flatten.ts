import type { AllowForm, DomainsForm, FillForm, NearForm, PackForm } from "../../policies/form.ts";
import type { MostMovedObjective, MoveTables, OverObjective } from "../../policies/objective.ts";
import type { Problem } from "../problem.ts";
import type { Domains, FlatProblem, Grouping, Lists } from "./problem.ts";

/**
 * The problem as tables, when it has the shape that they hold; null otherwise: everybody is placed now and stays wanted,
 * there is one level without shoulds, and no rule or objective but those of `FlatProblem`.
 */
export function flatten(problem: Problem): FlatProblem | null {
  const { index, current, wanted, musts, shoulds, levels } = problem;
  const [workloadCount, hostCount] = [index.workloads.length, index.hosts.length];
  const level = levels[0];
  if (levels.length !== 1 || level === undefined || level.shouldsWeight !== 0 || shoulds.length > 0) return null;
  if (hostCount === 0 || workloadCount === 0 || wanted.length !== workloadCount || current.some((h) => h < 0)) return null;
  const forms = byKind(musts);
  const terms = byTerm(level.terms);
  if (forms === null || terms === null) return null;
  const dimensions = dimensionsOf(forms.fill, terms.over, workloadCount, hostCount, current);
  const apart = apartOf(forms.pack, workloadCount, hostCount, current);
  const spread = spreadOf(forms.domains, workloadCount);
  const near = nearOf(forms.near, workloadCount);
  if (dimensions === null || apart === undefined || spread === undefined || near === undefined) return null;
  const flat: FlatProblem = {
    workloadCount, hostCount, ...dimensions, home: current, apart, spread, near,
    perMove: terms.moves?.perMove ?? new Float64Array(workloadCount),
    between: betweenOf(terms.moves?.between ?? null),
    mostMoved: terms.mostMoved, allowed: allowedOf(forms.allow, workloadCount),
  };
  return mostCost(flat) <= Number.MAX_SAFE_INTEGER ? flat : null;
}

/** What no placement costs more than; beyond 2^53 a sum may have been rounded. */
function mostCost({ workloadCount, dimensionCount, sizes, softWeights, softLimits, perMove, between, mostMoved }: FlatProblem): number {
  let most = perMove.reduce((sum, cost) => sum + cost, 0) + (mostMoved?.weight ?? 0) * workloadCount;
  sizes.forEach((size, i) => { most += Math.max(1, softWeights[i % dimensionCount] as number) * Math.abs(size); });
  softLimits.forEach((limit, i) => { most += limit < 0 ? -limit * (softWeights[i % dimensionCount] as number) : 0; });
  if (between === null) return most;
  let dearest = 0;
  for (const value of between.values) dearest = Math.max(dearest, value);
  return most + between.weight * dearest * workloadCount;
}

interface Forms {
  readonly fill: FillForm[];
  readonly pack: PackForm[];
  readonly domains: DomainsForm[];
  readonly near: NearForm[];
  readonly allow: AllowForm[];
}

function byKind(musts: Problem["musts"]): Forms | null {
  const forms: Forms = { fill: [], pack: [], domains: [], near: [], allow: [] };
  for (const form of musts) {
    switch (form.kind) {
      case "fill": forms.fill.push(form); break;
      case "pack": forms.pack.push(form); break;
      case "domains": forms.domains.push(form); break;
      case "near": forms.near.push(form); break;
      case "allow": forms.allow.push(form); break;
      case "together": case "exclusive": case "skew": case "linear": case "survive": return null;
    }
  }
  return forms;
}

interface Terms {
  readonly over: readonly (OverObjective & { readonly weight: number })[];
  readonly moves: MoveTables | null;
  readonly mostMoved: (Grouping & { readonly weight: number }) | null;
}

/** Moving costs have to be tables already. */
function byTerm(terms: Problem["levels"][number]["terms"]): Terms | null {
  const over: (OverObjective & { weight: number })[] = [];
  let moves: MoveTables | null = null;
  let mostMoved: (MostMovedObjective & { weight: number }) | null = null;
  for (const { objective, weight } of terms) {
    if (objective.kind === "over") over.push({ ...objective, weight });
    else if (objective.kind === "linear" && objective.structure !== undefined && moves === null) moves = weighted(objective.structure, weight);
    else if (objective.kind === "most-moved" && mostMoved === null) mostMoved = { ...objective, weight };
    else return null;
  }
  return { over, moves, mostMoved };
}

function weighted({ perMove, between }: MoveTables, weight: number): MoveTables {
  return { perMove: perMove.map((cost) => cost * weight), between: between === null ? null : { ...between, weight: between.weight * weight } };
}

function betweenOf(between: MoveTables["between"]): FlatProblem["between"] {
  return between === null ? null : { rows: between.row, values: between.values, weight: between.weight };
}

type Dimensions = Pick<FlatProblem, "dimensionCount" | "bothEndsCount" | "sizes" | "softLimits" | "softWeights" | "hardLimits">;

interface Dimension {
  readonly sizes: Float64Array;
  readonly bothEnds: boolean;
  softLimits: Float64Array | null;
  softWeight: number;
  readonly hardLimits: Float64Array | null;
}

/** Limits of one resource are one dimension, and what is too much of the same sizes is its soft limit. */
function dimensionsOf(fills: readonly FillForm[], overs: Terms["over"], workloadCount: number, hostCount: number, current: Int32Array): Dimensions | null {
  const hard = hardDimensions(fills, workloadCount, hostCount, current);
  if (hard === null) return null;
  const dimensions: Dimension[] = [...hard];
  for (const { sizes, limits, weight } of overs) {
    const same = dimensions.find((dimension) => dimension.softLimits === null && sizes.every((size, w) => size === dimension.sizes[w]));
    if (same === undefined) dimensions.push({ sizes, bothEnds: false, softLimits: limits, softWeight: weight, hardLimits: null });
    else [same.softLimits, same.softWeight] = [limits, weight];
  }
  dimensions.sort((a, b) => Number(b.bothEnds) - Number(a.bothEnds));
  const count = dimensions.length;
  const table = (rows: number, value: (dimension: Dimension, row: number) => number): Float64Array =>
    Float64Array.from({ length: rows * count }, (_, i) => value(dimensions[i % count] as Dimension, Math.floor(i / count)));
  return {
    dimensionCount: count, bothEndsCount: dimensions.filter(({ bothEnds }) => bothEnds).length,
    sizes: table(workloadCount, ({ sizes }, w) => sizes[w] as number),
    softLimits: table(hostCount, ({ softLimits }, h) => softLimits?.[h] ?? Infinity),
    softWeights: Float64Array.from(dimensions, ({ softWeight }) => softWeight),
    hardLimits: table(hostCount, ({ hardLimits }, h) => hardLimits?.[h] ?? Infinity),
  };
}

function hardDimensions(fills: readonly FillForm[], workloadCount: number, hostCount: number, current: Int32Array): readonly Dimension[] | null {
  const known = new Map<Float64Array, Dimension & { readonly hardLimits: Float64Array }>();
  for (const { sizes, members, hosts, limit, home } of fills) {
    if (hosts.length !== 1) return null;
    let dimension = known.get(sizes);
    if (dimension === undefined) {
      if (home?.some((h, i) => h !== current[members[i] as number]) === true) return null;
      const dense = new Float64Array(workloadCount);
      members.forEach((w, i) => { dense[w] = sizes[i] as number; });
      dimension = { sizes: dense, bothEnds: home !== undefined, softLimits: null, softWeight: 0, hardLimits: new Float64Array(hostCount).fill(Infinity) };
      known.set(sizes, dimension);
    }
    const h = hosts[0] as number;
    dimension.hardLimits[h] = Math.min(dimension.hardLimits[h] as number, limit);
  }
  return [...known.values()];
}

/** Undefined when a rule has another shape: more than one of a group on a host, or domains larger than hosts. Who is alone in a group meets nobody. */
function apartOf(packs: readonly PackForm[], workloadCount: number, hostCount: number, current: Int32Array): Grouping | null | undefined {
  const groupOf = new Int32Array(workloadCount).fill(-1);
  const hosts = new Set<number>();
  let groupCount = 0;
  for (const { members, sizes, domainOfHost, limits } of packs) {
    hosts.clear();
    if (limits.length !== hostCount || limits.some((limit) => limit !== 1) || sizes.some((size) => size !== 1) || domainOfHost.some((d, h) => d !== h)) return undefined;
    if (members.length < 2) continue;
    for (const w of members) {
      if (groupOf[w] !== -1 || hosts.has(current[w] as number)) return undefined;
      hosts.add(current[w] as number);
      groupOf[w] = groupCount;
    }
    groupCount++;
  }
  return groupCount === 0 ? null : { groupOf, groupCount };
}

/** Groups that need one domain only have it wherever they are. */
function spreadOf(forms: readonly DomainsForm[], workloadCount: number): FlatProblem["spread"] | undefined {
  const groupOf = new Int32Array(workloadCount).fill(-1);
  const domains = sharedDomains(forms);
  if (domains === undefined) return undefined;
  const atLeast: number[] = [];
  for (const form of forms) {
    if (form.alwaysUsed !== null || form.atMost < form.domainCount) return undefined;
    const needed = Math.min(form.atLeast, form.members.length);
    if (needed < 2) continue;
    if (!claim(groupOf, form.members, atLeast.length)) return undefined;
    atLeast.push(needed);
  }
  return domains === null || atLeast.length === 0 ? null : { groupOf, groupCount: atLeast.length, ...domains, atLeast: Int32Array.from(atLeast) };
}

function nearOf(forms: readonly NearForm[], workloadCount: number): FlatProblem["near"] | undefined {
  const groupOf = new Int32Array(workloadCount).fill(-1);
  const domains = sharedDomains(forms);
  if (domains === undefined) return undefined;
  if (domains === null) return null;
  let groupCount = 0;
  const groupOfList = new Map<Int32Array, number>();
  /** Lists of the same members are one group; those that share only some have no place in the tables. */
  const groupFor = (members: Int32Array): number => {
    const known = groupOfList.get(members);
    if (known !== undefined) return known;
    const first = members.length === 0 ? -1 : (groupOf[members[0] as number] as number);
    const group = first >= 0 ? first : groupCount++;
    if (first < 0 && !claim(groupOf, members, group)) return -1;
    if (first >= 0 && (sizes[group] !== members.length || members.some((w) => groupOf[w] !== group))) return -1;
    sizes[group] = members.length;
    groupOfList.set(members, group);
    return group;
  };
  const sizes: number[] = [];
  const needs: Set<number>[] = [];
  for (const { members, near } of forms) {
    const [group, needed] = [groupFor(members), groupFor(near)];
    if (group < 0 || needed < 0) return undefined;
    if (group !== needed) (needs[group] ??= new Set()).add(needed);
  }
  const neededBy: Set<number>[] = [];
  needs.forEach((those, group) => those.forEach((needed) => (neededBy[needed] ??= new Set()).add(group)));
  return { groupOf, groupCount, ...domains, needs: listsOf(needs, groupCount), neededBy: listsOf(neededBy, groupCount) };
}

/** Puts the members into the group; false when one is in another already. */
function claim(groupOf: Int32Array, members: Int32Array, group: number): boolean {
  for (const w of members) {
    if (groupOf[w] !== -1) return false;
    groupOf[w] = group;
  }
  return true;
}

/** The domains of all forms, when they are the same and every host is in one; null for no forms. */
function sharedDomains(forms: readonly { readonly domainOfHost: Int32Array; readonly domainCount: number }[]): Domains | null | undefined {
  const [first] = forms;
  if (first === undefined) return null;
  if (first.domainOfHost.some((d) => d < 0)) return undefined;
  const differs = forms.some(({ domainOfHost }) => domainOfHost !== first.domainOfHost && domainOfHost.some((d, h) => d !== first.domainOfHost[h]));
  return differs ? undefined : { domainOf: first.domainOfHost, domainCount: first.domainCount };
}

function listsOf(lists: readonly (ReadonlySet<number> | undefined)[], count: number): Lists {
  const starts = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) starts[i + 1] = (starts[i] as number) + (lists[i]?.size ?? 0);
  return { starts, items: Int32Array.from(lists.flatMap((list) => [...(list ?? [])])) };
}

function allowedOf(forms: readonly AllowForm[], workloadCount: number): FlatProblem["allowed"] {
  if (forms.length === 0) return null;
  const allowed = Array.from({ length: workloadCount }, (): Uint8Array | null => null);
  const both = new Map<Uint8Array, Map<Uint8Array, Uint8Array>>();
  for (const form of forms) {
    const known = allowed[form.workload] ?? null;
    if (known === null || known === form.allowed) {
      allowed[form.workload] = form.allowed;
      continue;
    }
    const shared = both.get(known) ?? new Map<Uint8Array, Uint8Array>();
    both.set(known, shared);
    const meet = shared.get(form.allowed) ?? known.map((yes, h) => (yes === 1 && form.allowed[h] === 1 ? 1 : 0));
    shared.set(form.allowed, meet);
    allowed[form.workload] = meet;
  }
  return allowed;
}
