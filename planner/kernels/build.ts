import { unreachable } from "../../model/assert.ts";
import type { AllowForm, FillForm, Form, SurviveForm } from "../../policies/form.ts";
import type { EngineOptions, Problem } from "../problem.ts";
import { AllowRows, type WeightedAllow } from "./allow.ts";
import { BalanceKernel } from "./balance.ts";
import { DomainsKernel } from "./domains.ts";
import { ExclusiveKernel } from "./exclusive.ts";
import { FillTable, type FillGroup } from "./fill.ts";
import type { GroupKernel } from "./kernel.ts";
import { KeptPackKernel } from "./kept-pack.ts";
import { LinearKernel } from "./linear.ts";
import { MostMovedKernel } from "./most-moved.ts";
import { NearKernel } from "./near.ts";
import type { ObjectiveKernel } from "./objective-kernel.ts";
import { ObjectiveTable } from "./objectives.ts";
import { OverKernel } from "./over.ts";
import { PackKernel } from "./pack.ts";
import { PresenceKernel } from "./presence.ts";
import { SkewKernel } from "./skew.ts";
import { TogetherKernel } from "./together.ts";

/** A resource is kept densely when at least one workload in so many holds it, and only for so many resources. */
const denseShare = 8;
const denseResourcesMax = 12;

/** A kernel of one form, and what moves need to know of it. */
export interface Group {
  readonly kernel: GroupKernel;
  readonly must: boolean;
  /** Of the policy, for shoulds. */
  readonly weight: number;
  readonly members: Int32Array;
  /** Null for forms that know no domains. */
  readonly domainOfHost: Int32Array | null;
  /** What one unit of its amount is worth against one of others while searching. */
  readonly unit: number;
}

/** A linear form that every move may change, because it counts hosts or (nearly) everybody. */
export interface WideLinear {
  readonly kernel: LinearKernel;
  readonly must: boolean;
  readonly weight: number;
  readonly unit: number;
}

export interface WeightedSurvive {
  readonly form: SurviveForm;
  readonly must: boolean;
  readonly weight: number;
}

/** All counters of a problem, for a placement in which everybody is nowhere. */
export interface Kernels {
  readonly allow: AllowRows<Uint8Array>;
  readonly allowShoulds: AllowRows<Float64Array> | null;
  readonly fill: FillTable;
  readonly groups: readonly Group[];
  /** Workload w touches positions touchStart[w] up to touchStart[w + 1] of touchGroup and touchEntry. */
  readonly touchStart: Int32Array;
  readonly touchGroup: Int32Array;
  readonly touchEntry: Float64Array;
  readonly wide: readonly WideLinear[];
  readonly survive: readonly WeightedSurvive[];
  readonly objectives: ObjectiveTable;
  /** Objectives that are no sums over workloads. */
  readonly counted: readonly ObjectiveKernel[];
}

interface WeightedForm {
  readonly form: Form;
  readonly must: boolean;
  readonly weight: number;
}

/** Collects what the forms touch before it is laid out in rows by workload. */
interface Draft {
  readonly groups: Group[];
  readonly touches: { readonly members: Int32Array; readonly entries: Float64Array | null; readonly group: number }[];
  readonly wide: WideLinear[];
  readonly survive: WeightedSurvive[];
}

export function buildKernels(problem: Problem, forbidden: EngineOptions["forbidden"] = []): Kernels {
  const { index, musts, shoulds, levels } = problem;
  const workloadCount = index.workloads.length;
  const hostCount = index.hosts.length;
  const forms: readonly WeightedForm[] = [
    ...musts.map((form) => ({ form, must: true, weight: 1 })),
    ...shoulds.map(({ form, weight }) => ({ form, must: false, weight })),
  ];
  const draft: Draft = { groups: [], touches: [], wide: [], survive: [] };
  const dense = addFills(draft, forms, workloadCount, hostCount);
  for (const entry of forms) addForm(draft, entry, problem);
  const shouldAllows = allowsOf(forms, false);
  return {
    allow: new AllowRows(workloadCount, () => new Uint8Array(hostCount), allowsOf(forms, true), forbidden),
    allowShoulds: shouldAllows.length === 0 ? null : new AllowRows(workloadCount, () => new Float64Array(hostCount), shouldAllows),
    fill: new FillTable(workloadCount, hostCount, dense),
    groups: draft.groups,
    ...layOut(draft, workloadCount),
    wide: draft.wide,
    survive: draft.survive,
    objectives: new ObjectiveTable(problem),
    counted: levels.flatMap(({ terms }, level) => terms.flatMap(({ objective, weight }): ObjectiveKernel[] => {
      switch (objective.kind) {
        case "linear": return [];
        case "balance": return [new BalanceKernel(objective, level, weight, workloadCount, hostCount)];
        case "over": return [new OverKernel(objective, level, weight)];
        case "most-moved": return [new MostMovedKernel(objective, level, weight)];
        case "presence": return [new PresenceKernel(objective, level, weight, workloadCount, hostCount)];
      }
    })),
  };
}

function allowsOf(forms: readonly WeightedForm[], must: boolean): WeightedAllow[] {
  return forms.flatMap((entry) => (entry.must === must && entry.form.kind === "allow" ? [{ form: entry.form satisfies AllowForm, weight: entry.weight }] : []));
}

/** Sorts fill forms into the dense table and, where few hold the resource or many hosts share a limit, packs. */
function addFills(draft: Draft, forms: readonly WeightedForm[], workloadCount: number, hostCount: number): readonly FillGroup[] {
  const bySizes = new Map<Float64Array, { readonly form: FillForm; readonly must: boolean; readonly weight: number }[]>();
  for (const { form, must, weight } of forms) {
    if (form.kind !== "fill") continue;
    const known = bySizes.get(form.sizes);
    if (known === undefined) bySizes.set(form.sizes, [{ form, must, weight }]);
    else known.push({ form, must, weight });
  }
  const dense: FillGroup[] = [];
  const homeOf = new Int32Array(workloadCount).fill(-1);
  for (const [sizes, ofResource] of bySizes) {
    const members = ofResource[0]?.form.members ?? new Int32Array(0);
    const home = ofResource[0]?.form.home;
    const single = ofResource.filter(({ form }) => form.hosts.length === 1);
    const isDense = single.length > 0 && members.length * denseShare >= workloadCount && dense.length < denseResourcesMax && agrees(homeOf, members, home);
    if (isDense) dense.push({ members, sizes, home, forms: single });
    addPacks(draft, ofResource.filter(({ form }) => !isDense || form.hosts.length !== 1), hostCount);
  }
  return dense;
}

/** The dense table knows one home for each workload: notes those of a resource there, unless it has others. */
function agrees(homeOf: Int32Array, members: Int32Array, home: Int32Array | undefined): boolean {
  if (home === undefined) return true;
  if (members.some((w, i) => homeOf[w] !== -1 && home[i] !== -1 && homeOf[w] !== home[i])) return false;
  members.forEach((w, i) => { if (home[i] !== -1) homeOf[w] = home[i] as number; });
  return true;
}

/** Pools of hosts that do not overlap become the domains of one pack. */
function addPacks(draft: Draft, fills: readonly { readonly form: FillForm; readonly must: boolean; readonly weight: number }[], hostCount: number): void {
  const packs: { readonly domainOfHost: Int32Array; readonly limits: number[]; readonly must: boolean; readonly weight: number; readonly form: FillForm }[] = [];
  for (const { form, must, weight } of fills) {
    let pack = packs.find((known) => known.must === must && known.weight === weight && form.hosts.every((h) => known.domainOfHost[h] === -1));
    if (pack === undefined) {
      pack = { domainOfHost: new Int32Array(hostCount).fill(-1), limits: [], must, weight, form };
      packs.push(pack);
    }
    for (const h of form.hosts) pack.domainOfHost[h] = pack.limits.length;
    pack.limits.push(form.limit);
  }
  for (const { domainOfHost, limits, must, weight, form } of packs) {
    const { members, sizes, home } = form;
    const pack = { members, domainOfHost, limits: Float64Array.from(limits) };
    const group = { must, weight, members, domainOfHost, unit: unitOf(sizes) };
    if (home === undefined) addGroup(draft, { ...group, kernel: new PackKernel(pack) }, sizes);
    else addGroup(draft, { ...group, kernel: new KeptPackKernel({ ...pack, sizes, home }) }, Float64Array.from(members.keys()));
  }
}

function addForm(draft: Draft, { form, must, weight }: WeightedForm, { index }: Problem): void {
  switch (form.kind) {
    case "allow":
    case "fill":
      return;
    case "pack":
      return addGroup(draft, { kernel: new PackKernel(form), must, weight, members: form.members, domainOfHost: form.domainOfHost, unit: unitOf(form.sizes) }, form.sizes);
    case "domains":
      return addGroup(draft, { kernel: new DomainsKernel(form), must, weight, members: form.members, domainOfHost: form.domainOfHost, unit: 1 }, null);
    case "together":
      return addGroup(draft, { kernel: new TogetherKernel(form), must, weight, members: form.members, domainOfHost: form.domainOfHost, unit: 1 }, null);
    case "skew":
      return addGroup(draft, { kernel: new SkewKernel(form), must, weight, members: form.members, domainOfHost: form.domainOfHost, unit: 1 }, null);
    case "exclusive":
      return addPair(draft, { kernel: new ExclusiveKernel(form), must, weight, domainOfHost: form.domainOfHost, unit: 1 }, form.a, form.b);
    case "near":
      return addPair(draft, { kernel: new NearKernel(form), must, weight, domainOfHost: form.domainOfHost, unit: 1 }, form.members, form.near);
    case "linear": {
      const kernel = new LinearKernel(form, index);
      const unit = 1 / Math.max(1, kernel.step);
      if (form.hosts !== null || form.members.length * 4 > index.workloads.length) draft.wide.push({ kernel, must, weight, unit });
      else addGroup(draft, { kernel, must, weight, members: form.members, domainOfHost: null, unit }, Float64Array.from(form.members, (_, row) => row));
      return;
    }
    case "survive":
      draft.survive.push({ form, must, weight });
      return;
    default:
      unreachable(form);
  }
}

function addGroup(draft: Draft, group: Group, entries: Float64Array | null): void {
  draft.touches.push({ members: group.members, entries, group: draft.groups.length });
  draft.groups.push(group);
}

/** Two lists of workloads with a role each: 1 in the first, 2 in the second, 3 in both. */
function addPair(draft: Draft, group: Omit<Group, "members">, first: Int32Array, second: Int32Array): void {
  const roles = new Map<number, number>();
  for (const w of first) roles.set(w, 1);
  for (const w of second) roles.set(w, (roles.get(w) ?? 0) | 2);
  addGroup(draft, { ...group, members: Int32Array.from(roles.keys()) }, Float64Array.from(roles.values()));
}

function unitOf(sizes: Float64Array): number {
  return 1 / Math.max(1, sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length));
}

function layOut({ touches }: Draft, workloadCount: number): Pick<Kernels, "touchStart" | "touchGroup" | "touchEntry"> {
  const touchStart = new Int32Array(workloadCount + 1);
  for (const { members } of touches) for (const w of members) touchStart[w + 1] = (touchStart[w + 1] as number) + 1;
  for (let w = 0; w < workloadCount; w++) touchStart[w + 1] = (touchStart[w + 1] as number) + (touchStart[w] as number);
  const next = touchStart.slice();
  const total = touchStart[workloadCount] as number;
  const touchGroup = new Int32Array(total);
  const touchEntry = new Float64Array(total);
  for (const { members, entries, group } of touches) {
    members.forEach((w, i) => {
      const position = next[w] as number;
      next[w] = position + 1;
      touchGroup[position] = group;
      touchEntry[position] = entries === null ? 1 : (entries[i] as number);
    });
  }
  return { touchStart, touchGroup, touchEntry };
}
