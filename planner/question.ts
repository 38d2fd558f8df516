import { indexFleet, type FleetIndex } from "../model/snapshot.ts";
import type { Form } from "../policies/form.ts";
import { formAmount } from "../policies/amount.ts";
import type { Problem } from "./problem.ts";

/**
 * The part of a problem that some rules and some workloads make: a small fleet of only these workloads on all hosts, so
 * that an engine can answer quickly. Everybody else is nowhere.
 */
export interface SmallProblem {
  readonly problem: Problem;
  /** Workload of the whole problem for each of the small one. */
  readonly original: Int32Array;
}

/** Rules about some workloads only; rules that then cannot be broken are left out. */
export function smallProblem({ index, current }: Problem, forms: readonly Form[], workloads: readonly number[]): SmallProblem {
  const original = Int32Array.from(new Set(workloads)).sort();
  const small = new Map([...original].map((w, s) => [w, s]));
  const ownIndex = indexFleet({ ...index.fleet, workloads: [...original].flatMap((w) => index.workloads[w] ?? []) });
  const project = projection(original, small);
  const nowhere = new Int32Array(original.length).fill(-1);
  return {
    original,
    problem: {
      index: ownIndex,
      current: Int32Array.from(original, (w) => current[w] ?? -1),
      wanted: Int32Array.from(original.keys()),
      musts: forms.flatMap((form) => {
        const own = project(form);
        return own === null || cannotBreak(own, ownIndex, nowhere) ? [] : [own];
      }),
      shoulds: [], levels: [], constraints: [],
    },
  };
}

/** Requires of a workload that it has a place: broken by one while it has none. */
export function demandForm(w: number): Form {
  return { kind: "linear", members: Int32Array.of(w), at: () => -1, hosts: null, on: () => 0, base: 1, limit: 0 };
}

type Projection = (form: Form) => Form | null;

function projection(original: Int32Array, small: ReadonlyMap<number, number>): Projection {
  const kept = new Map<Int32Array, { readonly members: Int32Array; readonly places: Int32Array }>();
  const keep = (members: Int32Array): { readonly members: Int32Array; readonly places: Int32Array } => {
    const known = kept.get(members);
    if (known !== undefined) return known;
    const places: number[] = [];
    members.forEach((w, i) => { if (small.has(w)) places.push(i); });
    const made = { members: Int32Array.from(places, (i) => small.get(members[i] ?? -1) ?? -1), places: Int32Array.from(places) };
    kept.set(members, made);
    return made;
  };
  const sizesKept = new Map<Float64Array, Float64Array>();
  const sized = (members: Int32Array, sizes: Float64Array): Float64Array => {
    const known = sizesKept.get(sizes) ?? Float64Array.from(keep(members).places, (i) => sizes[i] ?? 0);
    sizesKept.set(sizes, known);
    return known;
  };
  const homesKept = new Map<Int32Array, Int32Array>();
  const homed = (members: Int32Array, home: Int32Array): Int32Array => {
    const known = homesKept.get(home) ?? Int32Array.from(keep(members).places, (i) => home[i] ?? -1);
    homesKept.set(home, known);
    return known;
  };
  const project: Projection = (form) => {
    switch (form.kind) {
      case "allow": {
        const workload = small.get(form.workload);
        return workload === undefined ? null : { ...form, workload };
      }
      case "fill": return {
        ...form, members: keep(form.members).members, sizes: sized(form.members, form.sizes), ...(form.home === undefined ? {} : { home: homed(form.members, form.home) }),
      };
      case "pack": return { ...form, members: keep(form.members).members, sizes: sized(form.members, form.sizes) };
      case "domains": case "together": case "skew": return { ...form, members: keep(form.members).members };
      case "exclusive": return { ...form, a: keep(form.a).members, b: keep(form.b).members };
      case "near": return { ...form, members: keep(form.members).members, near: keep(form.near).members };
      case "linear": return { ...form, members: keep(form.members).members, at: (w, h) => form.at(original[w] ?? -1, h) };
      case "survive": return {
        ...form, members: keep(form.members).members,
        keep: () => form.keep().flatMap((each) => (each.kind === "survive" ? [] : (project(each) ?? []))),
      };
    }
  };
  return project;
}

/** Is the form kept wherever its members are? Says so only where that is plain to see. */
function cannotBreak(form: Form, index: FleetIndex, nowhere: Int32Array): boolean {
  switch (form.kind) {
    case "allow": return !form.allowed.includes(0);
    case "fill": return form.sizes.reduce((sum, size) => sum + size, 0) * (form.home === undefined ? 1 : 2) <= form.limit;
    case "domains": case "together": case "skew": case "near": case "pack":
      return form.members.length === 0 && formAmount(form, index, nowhere) === 0;
    case "exclusive": return form.a.length === 0 || form.b.length === 0;
    case "survive": return form.members.length === 0;
    case "linear": return form.members.length === 0 && form.hosts === null && form.base <= form.limit;
  }
}
