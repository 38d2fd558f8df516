import type { FleetIndex } from "../model/snapshot.ts";
import type { CompiledPolicy } from "./compiled-policy.ts";
import type { AllowForm, FillForm, Form, PackForm } from "./form.ts";
import { membersOf } from "./gauge.ts";
import { allowedTogether } from "./impossible.ts";

/** Two or more policies that no placement of all their workloads can keep at once. The first is a written one. */
export interface Contradiction {
  readonly policies: readonly CompiledPolicy[];
  /** One of the workloads concerned. */
  readonly workload: number;
  readonly words: string;
}

/** What a policy demands of places, as the proofs of contradictions read it. */
export interface PolicyRules {
  readonly policy: CompiledPolicy;
  /** Hosts on which each workload may be, for those that the policy restricts. */
  readonly rows: ReadonlyMap<number, Uint8Array>;
  readonly groups: readonly Form[];
}

/** The forms of a policy: rows narrowed to one for each workload, limits of single hosts gathered into one form. */
export function rulesOf(policy: CompiledPolicy, index: FleetIndex): PolicyRules {
  const rows = new Map<number, Uint8Array>();
  const groups: Form[] = [];
  const fills: FillForm[] = [];
  for (const form of policy.constraints.flatMap((constraint) => constraint.forms())) {
    if (form.kind === "fill") fills.push(form);
    else if (form.kind !== "allow") groups.push(form);
    else if (index.workloads[form.workload]?.desired !== "removed") rows.set(form.workload, narrowed(rows.get(form.workload), form));
  }
  return { policy, rows, groups: [...groups, ...packsOf(fills, index)] };
}

function narrowed(row: Uint8Array | undefined, { allowed }: AllowForm): Uint8Array {
  return row === undefined || row === allowed ? allowed : allowedTogether(row, allowed);
}

/** Limits on the same members, each of hosts of its own, are one form with these hosts as its domains. */
function packsOf(fills: readonly FillForm[], index: FleetIndex): readonly PackForm[] {
  const byMembers = new Map<Float64Array, FillForm[]>();
  for (const form of fills) {
    if (form.home === undefined) listAt(byMembers, form.sizes).push(form);
  }
  return [...byMembers.values()].flatMap((alike) => {
    const [first] = alike;
    const domainOfHost = new Int32Array(index.hosts.length).fill(-1);
    for (const [d, { hosts }] of alike.entries()) {
      for (const h of hosts) {
        if (domainOfHost[h] !== -1) return [];
        domainOfHost[h] = d;
      }
    }
    return first === undefined ? [] : [{ kind: "pack" as const, members: first.members, sizes: first.sizes, domainOfHost, limits: Float64Array.from(alike, ({ limit }) => limit) }];
  });
}

/** Those of the rows that keep their workload off any host at all; many workloads share few rows. */
export function restrictingRows(rows: ReadonlyMap<number, Uint8Array>): ReadonlyMap<number, Uint8Array> {
  const known = new Map<Uint8Array, boolean>();
  return new Map([...rows].filter(([, row]) => {
    const restricts = known.get(row) ?? row.includes(0);
    known.set(row, restricts);
    return restricts;
  }));
}

const concerned = new WeakMap<Form, ReadonlySet<number>>();

/** The workloads that a group form is about; none for forms that no proof looks at. */
export function concernedBy(form: Form): ReadonlySet<number> {
  const known = concerned.get(form) ?? new Set(membersIn(form));
  concerned.set(form, known);
  return known;
}

function membersIn(form: Form): Iterable<number> {
  switch (form.kind) {
    case "exclusive": case "near": case "pack": case "domains": case "together": case "skew": return membersOf(form);
    case "allow": case "fill": case "linear": case "survive": return [];
  }
}

/** The list under a key; an empty one is made when there is none. */
export function listAt<Key, Item>(lists: Map<Key, Item[]>, key: Key): Item[] {
  const known = lists.get(key) ?? [];
  lists.set(key, known);
  return known;
}
