import type { PolicyId } from "../../model/ids.ts";
import { amountOf } from "../../model/resource.ts";
import { currentHosts, type FleetIndex } from "../../model/snapshot.ts";
import type { Constraint, Form } from "../../policies/index.ts";
import { promiseLimit } from "../promise.ts";
import { wholeHost } from "./meter.ts";

/** Room that a policy asks to keep free. */
export interface ReserveAsk {
  readonly policy: PolicyId;
  readonly title: string;
  /** Of each host, the part that is to be kept free: billionths of it. */
  readonly parts: Float64Array;
  /** For whom; null for those who are on the host. */
  readonly requesters: ReadonlySet<number> | null;
}

/**
 * What the policies in force ask to keep free: `capacity` its headroom on each host, and `failover` the most that any one
 * of its losses would bring, spread over the hosts that may take it, as they have room now. Rules that are only watched
 * (`audit`) ask for nothing.
 */
export function reserveAsks(index: FleetIndex, constraints: readonly Constraint[]): readonly ReserveAsk[] {
  const asks = new Map<PolicyId, { readonly title: string; readonly parts: Float64Array; requesters: Set<number> | null }>();
  for (const constraint of constraints) {
    if (constraint.strength === "audit" || (constraint.kind !== "capacity" && constraint.kind !== "failover")) continue;
    const { policy, title } = constraint;
    for (const form of constraint.forms()) {
      const wanted = wantedBy(index, form);
      if (wanted === null) continue;
      const ask = asks.get(policy) ?? { title, parts: new Float64Array(index.hosts.length), requesters: null };
      asks.set(policy, ask);
      wanted.parts.forEach((part, host) => { ask.parts[host] = Math.max(ask.parts[host] ?? 0, part); });
      if (wanted.requesters !== null) ask.requesters = new Set([...ask.requesters ?? [], ...wanted.requesters]);
    }
  }
  return [...asks].map(([policy, ask]) => ({ policy, ...ask })).filter(({ parts }) => parts.some((part) => part > 0));
}

type Wanted = Pick<ReserveAsk, "parts"> & { readonly requesters: readonly number[] | null };

function wantedBy(index: FleetIndex, form: Form): Wanted | null {
  if (form.kind === "survive") return forFailover(index, form);
  const [only] = form.kind === "fill" && form.hosts.length === 1 ? form.hosts : [];
  const host = index.hosts[only ?? -1];
  if (form.kind !== "fill" || form.resource === undefined || only === undefined || host === undefined) return null;
  const promised = promiseLimit(host, form.resource.name);
  if (promised <= form.limit) return null;
  const parts = new Float64Array(index.hosts.length);
  parts[only] = Math.round((promised - form.limit) * (wholeHost / promised));
  return { parts, requesters: null };
}

function forFailover(index: FleetIndex, { losses, takers, members }: Extract<Form, { readonly kind: "survive" }>): Wanted {
  const parts = new Float64Array(index.hosts.length);
  const hostOf = currentHosts(index);
  const carried = new Set(members);
  for (const { name } of index.fleet.resources) {
    const here = new Float64Array(index.hosts.length);
    const free = Float64Array.from(index.hosts, (host) => promiseLimit(host, name));
    index.workloads.forEach((workload, w) => {
      const [h, amount] = [hostOf[w] ?? -1, amountOf(workload.reservation, name)];
      if (h < 0) return;
      free[h] = Math.max(0, (free[h] ?? 0) - amount);
      if (carried.has(w)) here[h] = (here[h] ?? 0) + amount;
    });
    const most = losses.reduce((worst, loss) => Math.max(worst, loss.reduce((sum, h) => sum + (here[h] ?? 0), 0)), 0);
    const room = free.reduce((sum, amount, h) => sum + (takers[h] === 1 ? amount : 0), 0);
    if (most === 0 || room === 0) continue;
    index.hosts.forEach((host, h) => {
      const limit = promiseLimit(host, name);
      if (takers[h] !== 1 || limit === 0) return;
      const part = Math.min(wholeHost, Math.round(((free[h] ?? 0) * Math.min(1, most / room)) * (wholeHost / limit)));
      parts[h] = Math.max(parts[h] ?? 0, part);
    });
  }
  return { parts, requesters: [...members] };
}
