import { unreachable } from "../model/assert.ts";
import { hostIsOnWhen, type FleetIndex } from "../model/snapshot.ts";
import type { DomainsForm, ExclusiveForm, FillForm, Form, LinearForm, NearForm, PackForm, SkewForm, SurviveForm, TogetherForm } from "./form.ts";

/** Every form but `survive`, whose amount is a search of its own. */
export type PlainForm = Exclude<Form, SurviveForm>;

/** The amount of a form that needs no search, on a settled placement, from scratch. `hostOf[w]` is -1 when w is nowhere. */
export function plainAmount(form: PlainForm, index: FleetIndex, hostOf: ArrayLike<number>): number {
  switch (form.kind) {
    case "allow": {
      const host = hostOf[form.workload] ?? -1;
      return host >= 0 && form.allowed[host] !== 1 ? 1 : 0;
    }
    case "fill": return fillAmount(form, hostOf);
    case "pack": return packAmount(form, hostOf);
    case "domains": return domainsAmount(form, hostOf);
    case "together": return togetherAmount(form, hostOf);
    case "exclusive": return exclusiveAmount(form, hostOf);
    case "near": return nearAmount(form, hostOf);
    case "skew": return skewAmount(form, hostOf);
    case "linear": return linearAmount(form, index, hostOf);
  }
  return unreachable(form);
}

/** Domain of the host that a workload is on; -1 for none, and -2 when the workload is nowhere. */
function domainAt(hostOf: ArrayLike<number>, domainOfHost: Int32Array, workload: number): number {
  const host = hostOf[workload] ?? -1;
  return host < 0 ? -2 : (domainOfHost[host] ?? -1);
}

function countsOf(members: Int32Array, domainOfHost: Int32Array, domainCount: number, hostOf: ArrayLike<number>): number[] {
  const counts = Array.from({ length: domainCount }, () => 0);
  for (const workload of members) {
    const domain = domainAt(hostOf, domainOfHost, workload);
    if (domain >= 0) counts[domain] = (counts[domain] ?? 0) + 1;
  }
  return counts;
}

function placedOf(members: Int32Array, hostOf: ArrayLike<number>): number {
  return members.reduce((placed, workload) => placed + Number((hostOf[workload] ?? -1) >= 0), 0);
}

function fillAmount({ members, sizes, hosts, limit, home }: FillForm, hostOf: ArrayLike<number>): number {
  const inside = new Set(hosts);
  const load = members.reduce((sum, workload, i) => {
    const [host, kept] = [hostOf[workload] ?? -1, home?.[i] ?? -1];
    return sum + (sizes[i] ?? 0) * (Number(inside.has(host)) + Number(kept !== host && inside.has(kept)));
  }, 0);
  return Math.max(0, load - limit);
}

function packAmount({ members, sizes, domainOfHost, limits }: PackForm, hostOf: ArrayLike<number>): number {
  const loads = new Map<number, number>();
  members.forEach((workload, i) => {
    const domain = domainAt(hostOf, domainOfHost, workload);
    if (domain >= 0) loads.set(domain, (loads.get(domain) ?? 0) + (sizes[i] ?? 0));
  });
  let amount = emptyAmount(limits);
  for (const [d, load] of loads) amount += Math.max(0, load - (limits[d] ?? 0)) - Math.max(0, -(limits[d] ?? 0));
  return amount;
}

const emptyAmounts = new WeakMap<Float64Array, number>();

/** What a pack form amounts to with nobody placed; its limits are shared by many forms. */
export function emptyAmount(limits: Float64Array): number {
  const known = emptyAmounts.get(limits) ?? limits.reduce((sum, limit) => sum + Math.max(0, -limit), 0);
  emptyAmounts.set(limits, known);
  return known;
}

function domainsAmount(form: DomainsForm, hostOf: ArrayLike<number>): number {
  const domains = new Set(Array.from(form.members, (workload) => domainAt(hostOf, form.domainOfHost, workload)).filter((d) => d >= 0));
  form.alwaysUsed?.subarray(0, form.domainCount).forEach((always, d) => {
    if (always === 1) domains.add(d);
  });
  const used = domains.size;
  return Math.max(0, Math.min(form.atLeast, placedOf(form.members, hostOf)) - used) + Math.max(0, used - form.atMost);
}

function togetherAmount(form: TogetherForm, hostOf: ArrayLike<number>): number {
  const counts = countsOf(form.members, form.domainOfHost, form.domainCount, hostOf);
  return placedOf(form.members, hostOf) - counts.reduce((most, count) => Math.max(most, count), 0);
}

function exclusiveAmount(form: ExclusiveForm, hostOf: ArrayLike<number>): number {
  const a = countsOf(form.a, form.domainOfHost, form.domainCount, hostOf);
  const b = countsOf(form.b, form.domainOfHost, form.domainCount, hostOf);
  return a.reduce((sum, count, d) => sum + Math.min(count, b[d] ?? 0), 0);
}

function nearAmount(form: NearForm, hostOf: ArrayLike<number>): number {
  const near = countsOf(form.near, form.domainOfHost, form.domainCount, hostOf);
  return form.members.reduce((sum, workload) => {
    const domain = domainAt(hostOf, form.domainOfHost, workload);
    return sum + Number(domain === -1 || (domain >= 0 && near[domain] === 0));
  }, 0);
}

function skewAmount(form: SkewForm, hostOf: ArrayLike<number>): number {
  if (form.domainCount === 0) return 0;
  const counts = countsOf(form.members, form.domainOfHost, form.domainCount, hostOf);
  const most = counts.reduce((a, b) => Math.max(a, b));
  const least = counts.reduce((a, b) => Math.min(a, b));
  return Math.max(0, most - least - form.atMost);
}

function linearAmount(form: LinearForm, index: FleetIndex, hostOf: ArrayLike<number>): number {
  let sum = form.base;
  for (const workload of form.members) {
    const host = hostOf[workload] ?? -1;
    if (host >= 0) sum += form.at(workload, host);
  }
  const { hosts } = form;
  if (hosts !== null) {
    const used = usedHosts(index, hostOf);
    index.hosts.forEach((host, h) => {
      if (hosts[h] === 1 && hostIsOnWhen(host, used[h] === 1)) sum += form.on(h);
    });
  }
  return Math.max(0, sum - form.limit);
}

/** 1 for each host with a workload on it. */
export function usedHosts(index: FleetIndex, hostOf: ArrayLike<number>): Uint8Array {
  const used = new Uint8Array(index.hosts.length);
  for (let w = 0; w < index.workloads.length; w++) {
    const host = hostOf[w] ?? -1;
    if (host >= 0) used[host] = 1;
  }
  return used;
}
