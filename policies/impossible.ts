import { counted } from "../model/counted.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { DomainsForm, ExclusiveForm, Form, NearForm, PackForm, SkewForm, TogetherForm } from "./form.ts";

/** Hosts on which a workload may be; null when it is not restricted. */
export type Allowed = (workload: number) => Uint8Array | null;

/** Why no placement of all workloads keeps both of two demands. */
export interface Impossible {
  readonly workload: number;
  readonly words: string;
}

/**
 * Proves that a form cannot be kept together with another form, or with where its members are allowed at all, however
 * large the hosts are. Null when there is no such proof, which says nothing.
 */
export function whyImpossible(
  demand: { readonly form: Form; readonly other: Form } | { readonly form: Form; readonly allowed: Allowed }, index: FleetIndex,
): Impossible | null {
  if ("allowed" in demand) return againstRows(demand.form, demand.allowed, index);
  return inOrder(demand.form, demand.other, index) ?? inOrder(demand.other, demand.form, index);
}

/** Hosts that are in both rows. */
export function allowedTogether(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((allowed, h) => (allowed === 1 && b[h] === 1 ? 1 : 0));
}

function againstRows(form: Form, allowed: Allowed, index: FleetIndex): Impossible | null {
  switch (form.kind) {
    case "together": return togetherInRows(form, allowed, index);
    case "pack": return packInRows(form, allowed, index);
    case "domains": return domainsInRows(form, allowed, index);
    case "exclusive": return exclusiveInRows(form, allowed, index);
    case "near": return nearInRows(form, allowed, index);
    case "skew": return skewInRows(form, allowed, index);
    case "allow": case "fill": case "linear": case "survive": return null;
  }
}

/** The proofs about two forms that depend on which is which. */
function inOrder(form: Form, other: Form, index: FleetIndex): Impossible | null {
  if (form.kind === "together") {
    if (other.kind === "pack") return togetherAndPack(form, other, index);
    if (other.kind === "domains") return togetherAndDomains(form, other, index);
    if (other.kind === "exclusive") return togetherAndExclusive(form, other, index);
    if (other.kind === "skew") return togetherAndPack(form, evenly(other, placedMembers(other.members, index).length, false), index);
  }
  if (form.kind === "skew" && other.kind === "pack") return skewAndPack(form, other, index);
  if (form.kind === "domains" && other.kind === "skew") return fewDomainsAndSkew(form, other, index);
  if (form.kind === "domains" && other.kind === "domains") return fewAndManyDomains(form, other, index);
  if (form.kind === "domains" && other.kind === "pack") return fewDomainsAndPack(form, other, index);
  if (form.kind === "near" && other.kind === "exclusive") return nearAndExclusive(form, other, index);
  return null;
}

function togetherInRows({ members, domainOfHost }: TogetherForm, allowed: Allowed, index: FleetIndex): Impossible | null {
  let common: ReadonlySet<number> | null = null;
  for (const { w, domains } of restricted(members, domainOfHost, allowed, index)) {
    if (domains === common) continue;
    const here: ReadonlySet<number> = common === null ? domains : new Set([...common].filter((d) => domains.has(d)));
    if (here.size === 0) return { workload: w, words: "workloads that must be together are allowed in no common domain" };
    common = here;
  }
  return null;
}

function packInRows({ members, sizes, domainOfHost, limits }: PackForm, allowed: Allowed, index: FleetIndex): Impossible | null {
  const sizeOf = sizesByMember(members, sizes);
  const inside = restricted(members, domainOfHost, allowed, index).filter(({ outside }) => !outside);
  const load = inside.reduce((sum, { w }) => sum + (sizeOf.get(w) ?? 0), 0);
  const reached = new Set<number>();
  let room = 0;
  for (const domains of new Set(inside.map((member) => member.domains))) {
    for (const d of domains) {
      if (room >= load) return null;
      if (!reached.has(d)) room += Math.max(0, limits[d] ?? 0);
      reached.add(d);
    }
  }
  return load > room ? { workload: inside.at(-1)?.w ?? -1, words: `they are allowed only in domains that may hold ${room} of ${load} together` } : null;
}

function domainsInRows(form: DomainsForm, allowed: Allowed, index: FleetIndex): Impossible | null {
  const members = placedMembers(form.members, index);
  const rows = restricted(form.members, form.domainOfHost, allowed, index);
  const [first] = rows;
  if (first === undefined) return null;
  const wanted = Math.min(form.atLeast, members.length);
  const free = members.length - rows.length;
  const reached = new Set<number>();
  for (const domains of new Set(rows.map((member) => member.domains))) {
    for (const d of domains) if (reached.size < wanted) reached.add(d);
  }
  const most = Math.min(reached.size, rows.length) + free;
  if (form.alwaysUsed === null && most < wanted) return { workload: first.w, words: `they are allowed in ${counted(most, "domain")}, ${wanted} are wanted` };
  return form.atMost < rows.length ? tooFarApart(form, rows) : null;
}

/** Members of which no two are allowed in the same domain, more of them than domains may be used. */
function tooFarApart({ atMost }: DomainsForm, rows: readonly Restricted[]): Impossible | null {
  const taken = new Set<number>();
  let apart = 0;
  for (const { w, domains, outside } of rows) {
    if (outside || [...domains].some((d) => taken.has(d))) continue;
    for (const d of domains) taken.add(d);
    apart++;
    if (apart > atMost) return { workload: w, words: `they are allowed only in domains that differ, at most ${atMost} may be used` };
  }
  return null;
}

function exclusiveInRows({ a, b, domainOfHost }: ExclusiveForm, allowed: Allowed, index: FleetIndex): Impossible | null {
  const only = (members: Int32Array): readonly { readonly w: number; readonly d: number }[] =>
    restricted(members, domainOfHost, allowed, index).flatMap(({ w, domains, outside }) => (outside || domains.size !== 1 ? [] : Array.from(domains, (d) => ({ w, d }))));
  const taken = new Set(only(a).map(({ d }) => d));
  const clash = only(b).find(({ d }) => taken.has(d));
  return clash === undefined ? null : { workload: clash.w, words: "workloads of groups that share no domain are allowed in the same one only" };
}

function skewInRows(form: SkewForm, allowed: Allowed, index: FleetIndex): Impossible | null {
  const count = placedMembers(form.members, index).length;
  const rows = restricted(form.members, form.domainOfHost, allowed, index);
  const reached = new Set<number>();
  for (const domains of new Set(rows.map((member) => member.domains))) for (const d of domains) reached.add(d);
  const oneIsEmpty = rows.length === count && reached.size < form.domainCount;
  return packInRows(evenly(form, count, oneIsEmpty), allowed, index);
}

/**
 * What evenness demands of each domain for itself. With one domain empty no other may have more than `atMost`; else the
 * fullest has x when all others have x - atMost or more, and together they are no more than the members.
 */
function evenly({ members, domainOfHost, domainCount, atMost }: SkewForm, count: number, oneIsEmpty: boolean): PackForm {
  const most = oneIsEmpty ? atMost : Math.max(Math.min(atMost, count), Math.floor((count + (domainCount - 1) * atMost) / domainCount));
  return { kind: "pack", members, sizes: new Float64Array(members.length).fill(1), domainOfHost, limits: new Float64Array(domainCount).fill(most) };
}

function nearInRows({ members, near, domainOfHost }: NearForm, allowed: Allowed, index: FleetIndex): Impossible | null {
  const neighbours = placedMembers(near, index);
  const restrictedNear = restricted(near, domainOfHost, allowed, index);
  if (neighbours.length === 0 || restrictedNear.length < neighbours.length) return null;
  const reached = new Set<number>();
  for (const { domains } of restrictedNear) for (const d of domains) reached.add(d);
  const far = restricted(members, domainOfHost, allowed, index).find(({ domains }) => ![...domains].some((d) => reached.has(d)));
  return far === undefined ? null : { workload: far.w, words: "it is allowed in no domain in which what it must be near is allowed" };
}

function togetherAndPack(form: TogetherForm, other: PackForm, index: FleetIndex): Impossible | null {
  const sizeOf = sizesByMember(other.members, other.sizes);
  const shared = sharedMembers(form.members, other.members, index);
  const load = shared.reduce((sum, w) => sum + (sizeOf.get(w) ?? 0), 0);
  const cells = cellsOf(form.domainOfHost, other.domainOfHost);
  if (load === 0 || cells.size === 0) return null;
  if ([...cells.values()].some(({ inside, outside }) => outside || sumOf(inside, other.limits) >= load)) return null;
  return { workload: shared[0] ?? -1, words: `${load} must be together, but no domain may hold so many` };
}

function togetherAndDomains(form: TogetherForm, other: DomainsForm, index: FleetIndex): Impossible | null {
  const members = placedMembers(other.members, index);
  const shared = sharedMembers(form.members, other.members, index);
  const wanted = Math.min(other.atLeast, members.length);
  const cells = cellsOf(form.domainOfHost, other.domainOfHost);
  if (shared.length === 0 || other.alwaysUsed !== null || cells.size === 0) return null;
  const apart = members.length - shared.length;
  if ([...cells.values()].some(({ inside }) => Math.min(inside.size, shared.length) + apart >= wanted)) return null;
  return { workload: shared[0] ?? -1, words: `what must be together cannot use ${counted(wanted, "domain")}` };
}

function togetherAndExclusive(form: TogetherForm, other: ExclusiveForm, index: FleetIndex): Impossible | null {
  const [inA, inB] = [sharedMembers(form.members, other.a, index), sharedMembers(form.members, other.b, index)];
  const cells = cellsOf(form.domainOfHost, other.domainOfHost);
  if (inA.length === 0 || inB.length === 0 || cells.size === 0) return null;
  if ([...cells.values()].some(({ inside, outside }) => outside || inside.size !== 1)) return null;
  return { workload: inA[0] ?? -1, words: "what must be together belongs to groups that share no domain" };
}

/** `few` allows its members only some domains, `many` wants more of them; domains of `few` lie within those of `many`. */
function fewAndManyDomains(few: DomainsForm, many: DomainsForm, index: FleetIndex): Impossible | null {
  const members = placedMembers(many.members, index);
  const shared = sharedMembers(many.members, few.members, index);
  const wanted = Math.min(many.atLeast, members.length);
  if (shared.length === 0 || many.alwaysUsed !== null || few.atMost + members.length - shared.length >= wanted) return null;
  const escapes = few.domainOfHost.some((d, h) => d < 0 && (many.domainOfHost[h] ?? -1) >= 0);
  if (escapes || [...cellsOf(few.domainOfHost, many.domainOfHost).values()].some(({ inside }) => inside.size > 1)) return null;
  return { workload: shared[0] ?? -1, words: `at most ${counted(few.atMost, "domain")} may be used, ${wanted} are wanted` };
}

function fewDomainsAndPack(few: DomainsForm, pack: PackForm, index: FleetIndex): Impossible | null {
  if (few.atMost >= few.domainCount) return null;
  const sizeOf = sizesByMember(pack.members, pack.sizes);
  const shared = sharedMembers(few.members, pack.members, index);
  const load = shared.reduce((sum, w) => sum + (sizeOf.get(w) ?? 0), 0);
  const cells = [...cellsOf(few.domainOfHost, pack.domainOfHost).values()];
  if (load === 0 || few.atMost >= cells.length || few.domainOfHost.some((d) => d < 0) || cells.some(({ outside }) => outside)) return null;
  const rooms = cells.map(({ inside }) => sumOf(inside, pack.limits)).sort((a, b) => b - a);
  const room = rooms.slice(0, few.atMost).reduce((sum, each) => sum + each, 0);
  return load > room ? { workload: shared[0] ?? -1, words: `at most ${counted(few.atMost, "domain")} may be used, which may hold ${room} of ${load}` } : null;
}

function fewDomainsAndSkew(few: DomainsForm, skew: SkewForm, index: FleetIndex): Impossible | null {
  const members = placedMembers(skew.members, index);
  const widest = [...cellsOf(few.domainOfHost, skew.domainOfHost).values()].map(({ inside }) => inside.size).sort((a, b) => b - a).slice(0, few.atMost);
  const reached = widest.reduce((sum, size) => sum + size, 0);
  const oneIsEmpty = reached < skew.domainCount && few.domainOfHost.every((d) => d >= 0) && sharedMembers(skew.members, few.members, index).length === members.length;
  return fewDomainsAndPack(few, evenly(skew, members.length, oneIsEmpty), index);
}

/** Evenness wants so many in each domain, once everybody is in one; the limits within a domain may leave room for fewer. */
function skewAndPack(skew: SkewForm, pack: PackForm, index: FleetIndex): Impossible | null {
  const members = placedMembers(skew.members, index);
  const sizeOf = sizesByMember(pack.members, pack.sizes);
  const least = Math.ceil((members.length - (skew.domainCount - 1) * skew.atMost) / skew.domainCount);
  if (least <= 0 || skew.domainOfHost.some((d) => d < 0) || members.some((w) => (sizeOf.get(w) ?? 0) < 1)) return null;
  const tight = [...cellsOf(skew.domainOfHost, pack.domainOfHost).values()].find(({ inside, outside }) => !outside && sumOf(inside, pack.limits) < least);
  return tight === undefined ? null : { workload: members[0] ?? -1, words: `each domain must have ${least} of ${members.length}, one may hold only ${sumOf(tight.inside, pack.limits)}` };
}

function nearAndExclusive(near: NearForm, other: ExclusiveForm, index: FleetIndex): Impossible | null {
  const neighbours = placedMembers(near.near, index);
  if (neighbours.length === 0) return null;
  const cells = cellsOf(near.domainOfHost, other.domainOfHost);
  if (cells.size === 0 || [...cells.values()].some(({ inside, outside }) => outside || inside.size !== 1)) return null;
  for (const [one, another] of [[other.a, other.b], [other.b, other.a]] as const) {
    const [w] = sharedMembers(near.members, one, index);
    if (w !== undefined && sharedMembers(near.near, another, index).length === neighbours.length) {
      return { workload: w, words: "it must be near workloads with which it may share no domain" };
    }
  }
  return null;
}

/** Members that are to be placed. */
function placedMembers(members: Int32Array, index: FleetIndex): readonly number[] {
  return [...members].filter((w) => index.workloads[w]?.desired !== "removed");
}

function sharedMembers(a: Int32Array, b: Int32Array, index: FleetIndex): readonly number[] {
  const inB = setsOfMembers.get(b) ?? new Set(b);
  setsOfMembers.set(b, inB);
  return placedMembers(a, index).filter((w) => inB.has(w));
}

/** A group that covers the fleet is compared with thousands of small ones. */
const setsOfMembers = new WeakMap<Int32Array, ReadonlySet<number>>();
const sizesOfMembers = new WeakMap<Float64Array, { readonly members: Int32Array; readonly sizeOf: ReadonlyMap<number, number> }>();

function sizesByMember(members: Int32Array, sizes: Float64Array): ReadonlyMap<number, number> {
  const known = sizesOfMembers.get(sizes);
  if (known?.members === members) return known.sizeOf;
  const sizeOf = new Map<number, number>();
  members.forEach((w, i) => sizeOf.set(w, sizes[i] ?? 0));
  sizesOfMembers.set(sizes, { members, sizeOf });
  return sizeOf;
}

function sumOf(domains: ReadonlySet<number>, limits: Float64Array): number {
  let sum = 0;
  for (const d of domains) sum += Math.max(0, limits[d] ?? 0);
  return sum;
}

/** Which domains some hosts are in; `outside` when one of the hosts is in none. */
interface Cell {
  readonly inside: ReadonlySet<number>;
  readonly outside: boolean;
}

const cellCache = new WeakMap<Int32Array, WeakMap<Int32Array, ReadonlyMap<number, Cell>>>();

/** For each domain of one key the domains of another key that its hosts are in. */
function cellsOf(outer: Int32Array, inner: Int32Array): ReadonlyMap<number, Cell> {
  const known = cellCache.get(outer) ?? new WeakMap<Int32Array, ReadonlyMap<number, Cell>>();
  cellCache.set(outer, known);
  const found = known.get(inner);
  if (found !== undefined) return found;
  const cells = new Map<number, { inside: Set<number>; outside: boolean }>();
  outer.forEach((d, h) => {
    if (d < 0) return;
    const cell = cells.get(d) ?? { inside: new Set<number>(), outside: false };
    cells.set(d, cell);
    const other = inner[h] ?? -1;
    if (other < 0) cell.outside = true;
    else cell.inside.add(other);
  });
  known.set(inner, cells);
  return cells;
}

const reachCache = new WeakMap<Uint8Array, WeakMap<Int32Array, Cell>>();

interface Restricted {
  readonly w: number;
  readonly domains: ReadonlySet<number>;
  /** May it be on a host that is in no domain? */
  readonly outside: boolean;
}

/** Members that are restricted to some hosts, and the domains of these. One that is allowed nowhere is left out. */
function restricted(
  members: Int32Array, domainOfHost: Int32Array, allowed: Allowed, index: FleetIndex,
): readonly Restricted[] {
  return placedMembers(members, index).flatMap((w) => {
    const row = allowed(w);
    if (row === null) return [];
    const { inside, outside } = reachOf(row, domainOfHost);
    return inside.size === 0 && !outside ? [] : [{ w, domains: inside, outside }];
  });
}

function reachOf(row: Uint8Array, domainOfHost: Int32Array): Cell {
  const known = reachCache.get(row) ?? new WeakMap<Int32Array, Cell>();
  reachCache.set(row, known);
  const found = known.get(domainOfHost);
  if (found !== undefined) return found;
  const inside = new Set<number>();
  let outside = false;
  row.forEach((allowed, h) => {
    if (allowed !== 1) return;
    const d = domainOfHost[h] ?? -1;
    if (d < 0) outside = true;
    else inside.add(d);
  });
  const made = { inside, outside };
  known.set(domainOfHost, made);
  return made;
}
