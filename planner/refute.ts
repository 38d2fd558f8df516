import { formAmount } from "../policies/amount.ts";
import type { DomainsForm, FillForm, PackForm } from "../policies/form.ts";
import { whyImpossible } from "../policies/impossible.ts";
import type { Problem } from "./problem.ts";

/**
 * Shows in a blink that not all wanted workloads can be placed under the musts, where that is so for a plain reason:
 * somebody is allowed nowhere, or some together need more room than all the places that they may go to have. False says
 * nothing. Sound, because it only leaves rules out.
 */
export function isPlainlyImpossible(problem: Problem): boolean {
  const { musts, wanted } = problem;
  if (wanted.length === 0) return musts.some((form) => formAmount(form, problem.index, new Int32Array()) > 0);
  const pools = poolsOf(problem);
  const rows = allowedRows(problem, pools);
  const reach = new Map<string, { readonly row: Uint8Array; readonly members: number[] }>();
  for (const w of wanted) {
    const row = rows[w] ?? new Uint8Array();
    if (!row.includes(1)) return true;
    const key = row.join("");
    const known = reach.get(key);
    if (known === undefined) reach.set(key, { row, members: [w] });
    else known.members.push(w);
  }
  const kinds = [...reach.values()];
  const everywhere = { row: unionOf(kinds.map(({ row }) => row)) };
  if (isContradictory(problem, rows)) return true;
  const counts = musts.filter((form) => form.kind === "domains");
  return [...kinds, everywhere].some(({ row }) => {
    const inside = kinds.filter((kind) => isWithin(kind.row, row)).flatMap(({ members }) => members);
    return pools.some((pool) => needOf(pool, inside) > roomOf(pool, row) ||
      counts.some((form) => isTooNarrow(pool, form, inside, row)));
  });
}

/** Rules about groups looked at pair by pair. */
const groupRulesMax = 60;

/** Do two rules about groups exclude each other, or one and where its members are allowed, whatever the room? */
function isContradictory({ index, musts }: Problem, rows: readonly Uint8Array[]): boolean {
  const groups = musts.filter((form) => form.kind !== "allow" && form.kind !== "fill" && form.kind !== "linear" && form.kind !== "survive" && form.kind !== "near");
  if (groups.length > groupRulesMax) return false;
  const allowed = (w: number): Uint8Array | null => (rows[w]?.includes(0) === true ? (rows[w] ?? null) : null);
  return groups.some((form, i) => whyImpossible({ form, allowed }, index) !== null ||
    groups.slice(i + 1).some((other) => whyImpossible({ form, other }, index) !== null));
}

/** Limits by domain, of which no host is in two: the hosts' limits of a resource, or a `pack` form. */
interface Pool {
  readonly sizeOf: Float64Array;
  readonly domainOfHost: Int32Array;
  readonly limits: Float64Array;
}

function poolsOf({ index, musts }: Problem): readonly Pool[] {
  const pools: Pool[] = [];
  const tables = new Map<Int32Array, { readonly form: FillForm; readonly limits: Float64Array }[]>();
  for (const form of musts) {
    if (form.kind === "pack") pools.push({ sizeOf: dense(form, index.workloads.length), domainOfHost: form.domainOfHost, limits: form.limits });
    if (form.kind !== "fill" || form.hosts.length === 0) continue;
    if (form.hosts.length > 1) {
      const domainOfHost = new Int32Array(index.hosts.length).fill(-1);
      for (const h of form.hosts) domainOfHost[h] = 0;
      pools.push({ sizeOf: dense(form, index.workloads.length), domainOfHost, limits: Float64Array.of(form.limit) });
      continue;
    }
    const known = tables.get(form.members) ?? [];
    tables.set(form.members, known);
    const table = known.find((each) => each.form.sizes === form.sizes) ?? { form, limits: new Float64Array(index.hosts.length).fill(Infinity) };
    if (!known.includes(table)) known.push(table);
    const h = form.hosts[0] ?? -1;
    table.limits[h] = Math.min(table.limits[h] ?? Infinity, form.limit);
  }
  const each = Int32Array.from(index.hosts.keys());
  for (const { form, limits } of [...tables.values()].flat()) pools.push({ sizeOf: dense(form, index.workloads.length), domainOfHost: each, limits });
  return pools;
}

function dense({ members, sizes }: FillForm | PackForm, count: number): Float64Array {
  const sizeOf = new Float64Array(count);
  members.forEach((w, i) => { sizeOf[w] = sizes[i] ?? 0; });
  return sizeOf;
}

/** 1 for each host that no rule about the workload alone keeps it off, its own size included. */
function allowedRows({ index, musts, wanted }: Problem, pools: readonly Pool[]): readonly Uint8Array[] {
  const rows = Array.from(wanted, () => new Uint8Array(index.hosts.length).fill(1));
  for (const form of musts) {
    const row = form.kind === "allow" ? rows[form.workload] : undefined;
    if (form.kind === "allow" && row !== undefined) form.allowed.forEach((allowed, h) => { if (allowed !== 1) row[h] = 0; });
  }
  for (const { sizeOf, domainOfHost, limits } of pools) {
    rows.forEach((row, w) => {
      const size = sizeOf[w] ?? 0;
      domainOfHost.forEach((d, h) => { if (d >= 0 && size > (limits[d] ?? Infinity)) row[h] = 0; });
    });
  }
  return rows;
}

function needOf({ sizeOf }: Pool, workloads: readonly number[]): number {
  return workloads.reduce((sum, w) => sum + (sizeOf[w] ?? 0), 0);
}

/** Room of the domains that some of these hosts are in; without end when a host is in none. */
function roomOf({ domainOfHost, limits }: Pool, row: Uint8Array): number {
  const reached = new Set<number>();
  for (let h = 0; h < row.length; h++) if (row[h] === 1) reached.add(domainOfHost[h] ?? -1);
  if (reached.has(-1)) return Infinity;
  let room = 0;
  for (const d of reached) room += Math.max(0, limits[d] ?? Infinity);
  return room;
}

/** Do some workloads that may use only so many domains need more than the roomiest of these have? */
function isTooNarrow(pool: Pool, { members, domainOfHost, atMost }: DomainsForm, inside: readonly number[], row: Uint8Array): boolean {
  const counted = new Set(members);
  const need = needOf(pool, inside.filter((w) => counted.has(w)));
  if (need === 0) return false;
  const rooms = new Map<number, Map<number, number>>();
  for (let h = 0; h < row.length; h++) {
    if (row[h] !== 1) continue;
    const [outer, inner] = [domainOfHost[h] ?? -1, pool.domainOfHost[h] ?? -1];
    // Hosts that do not count may be used beside the others, and take what they can.
    if (outer < 0 || inner < 0) return false;
    const room = rooms.get(outer) ?? new Map<number, number>();
    room.set(inner, Math.max(0, pool.limits[inner] ?? Infinity));
    rooms.set(outer, room);
  }
  const largest = [...rooms.values()].map((room) => [...room.values()].reduce((sum, each) => sum + each, 0)).sort((a, b) => b - a);
  return need > largest.slice(0, atMost).reduce((sum, each) => sum + each, 0);
}

function unionOf(rows: readonly Uint8Array[]): Uint8Array {
  const union = new Uint8Array(rows[0]?.length ?? 0);
  for (const row of rows) row.forEach((allowed, h) => { if (allowed === 1) union[h] = 1; });
  return union;
}

function isWithin(inner: Uint8Array, outer: Uint8Array): boolean {
  for (let h = 0; h < inner.length; h++) if (inner[h] === 1 && outer[h] !== 1) return false;
  return true;
}
