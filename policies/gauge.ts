import { hostIsOnWhen, type FleetIndex } from "../model/snapshot.ts";
import type { AllowForm, DomainsForm, ExclusiveForm, FillForm, Form, LinearForm, NearForm, PackForm, SkewForm, SurviveForm, TogetherForm } from "./form.ts";

/** Forms about several workloads at once, apart from the pools that `survive` keeps in a table of its own. */
export type GaugedForm = Exclude<Form, AllowForm | FillForm | SurviveForm>;

/** Keeps the amount of one form while workloads come and go, one at a time. */
export interface Gauge {
  /** True when another workload can never make the amount smaller. */
  readonly growing: boolean;
  /** Workload `w` comes to host `h`, or leaves it when `by` is -1. */
  change(w: number, h: number, by: 1 | -1): void;
  amount(): number;
}

/** A gauge of a form at a placement; `hostOf[w]` is -1 when w is nowhere. */
export function gaugeOf(form: GaugedForm, index: FleetIndex, hostOf: ArrayLike<number>): Gauge {
  const gauge = emptyGauge(form, index);
  const everybody = form.kind === "linear" && form.hosts !== null;
  const members = everybody ? index.workloads.map((_, w) => w) : membersOf(form);
  for (const w of members) {
    const h = hostOf[w] ?? -1;
    if (h >= 0) gauge.change(w, h, 1);
  }
  return gauge;
}

/** The workloads whose place the form looks at, each once; a form that counts hosts looks at everybody beside them. */
export function membersOf(form: GaugedForm): Iterable<number> {
  switch (form.kind) {
    case "exclusive": return new Set([...form.a, ...form.b]);
    case "near": return new Set([...form.members, ...form.near]);
    case "pack": case "domains": case "together": case "skew": case "linear": return form.members;
  }
}

function emptyGauge(form: GaugedForm, index: FleetIndex): Gauge {
  switch (form.kind) {
    case "pack": return packGauge(form);
    case "domains": return domainsGauge(form);
    case "together": return togetherGauge(form);
    case "exclusive": return exclusiveGauge(form);
    case "near": return nearGauge(form);
    case "skew": return skewGauge(form);
    case "linear": return linearGauge(form, index);
  }
}

function packGauge({ members, sizes, domainOfHost, limits }: PackForm): Gauge {
  const sizeOf = new Map<number, number>();
  members.forEach((w, i) => sizeOf.set(w, sizes[i] ?? 0));
  const loads = new Float64Array(limits.length);
  let total = limits.reduce((sum, limit) => sum + Math.max(0, -limit), 0);
  return {
    growing: true,
    change(w, h, by) {
      const d = domainOfHost[h] ?? -1;
      if (d < 0) return;
      const [load, limit] = [loads[d] ?? 0, limits[d] ?? 0];
      const next = load + by * (sizeOf.get(w) ?? 0);
      loads[d] = next;
      total += Math.max(0, next - limit) - Math.max(0, load - limit);
    },
    amount: () => total,
  };
}

function domainsGauge({ domainOfHost, domainCount, atLeast, atMost, alwaysUsed }: DomainsForm): Gauge {
  const counts = new Int32Array(domainCount);
  let used = alwaysUsed?.reduce((sum, always) => sum + Number(always === 1), 0) ?? 0;
  let placed = 0;
  return {
    growing: atLeast === 0,
    change(_, h, by) {
      placed += by;
      const d = domainOfHost[h] ?? -1;
      if (d < 0) return;
      const next = (counts[d] ?? 0) + by;
      counts[d] = next;
      if (alwaysUsed?.[d] !== 1 && next === (by === 1 ? 1 : 0)) used += by;
    },
    amount: () => Math.max(0, Math.min(atLeast, placed) - used) + Math.max(0, used - atMost),
  };
}

function togetherGauge({ domainOfHost, domainCount }: TogetherForm): Gauge {
  const counts = new Int32Array(domainCount);
  let placed = 0;
  return {
    growing: true,
    change(_, h, by) {
      placed += by;
      const d = domainOfHost[h] ?? -1;
      if (d >= 0) counts[d] = (counts[d] ?? 0) + by;
    },
    amount: () => placed - counts.reduce((most, count) => Math.max(most, count), 0),
  };
}

function exclusiveGauge({ a, b, domainOfHost, domainCount }: ExclusiveForm): Gauge {
  const [inA, inB] = [new Set(a), new Set(b)];
  const [countA, countB] = [new Int32Array(domainCount), new Int32Array(domainCount)];
  let total = 0;
  return {
    growing: true,
    change(w, h, by) {
      const d = domainOfHost[h] ?? -1;
      if (d < 0) return;
      total -= Math.min(countA[d] ?? 0, countB[d] ?? 0);
      if (inA.has(w)) countA[d] = (countA[d] ?? 0) + by;
      if (inB.has(w)) countB[d] = (countB[d] ?? 0) + by;
      total += Math.min(countA[d] ?? 0, countB[d] ?? 0);
    },
    amount: () => total,
  };
}

function nearGauge({ members, near, domainOfHost, domainCount }: NearForm): Gauge {
  const [inMembers, inNear] = [new Set(members), new Set(near)];
  const [memberCount, nearCount] = [new Int32Array(domainCount), new Int32Array(domainCount)];
  let total = 0;
  const alone = (d: number): number => (nearCount[d] === 0 ? (memberCount[d] ?? 0) : 0);
  return {
    growing: false,
    change(w, h, by) {
      const d = domainOfHost[h] ?? -1;
      if (d < 0) {
        if (inMembers.has(w)) total += by;
        return;
      }
      total -= alone(d);
      if (inMembers.has(w)) memberCount[d] = (memberCount[d] ?? 0) + by;
      if (inNear.has(w)) nearCount[d] = (nearCount[d] ?? 0) + by;
      total += alone(d);
    },
    amount: () => total,
  };
}

function skewGauge({ domainOfHost, domainCount, atMost }: SkewForm): Gauge {
  const counts = new Int32Array(domainCount);
  return {
    growing: false,
    change(_, h, by) {
      const d = domainOfHost[h] ?? -1;
      if (d >= 0) counts[d] = (counts[d] ?? 0) + by;
    },
    amount() {
      if (domainCount === 0) return 0;
      let [least, most] = [Infinity, -Infinity];
      for (const count of counts) [least, most] = [Math.min(least, count), Math.max(most, count)];
      return Math.max(0, most - least - atMost);
    },
  };
}

function linearGauge(form: LinearForm, index: FleetIndex): Gauge {
  const { members, hosts, base, limit } = form;
  const inMembers = new Set(members);
  const population = new Int32Array(index.hosts.length);
  let sum = base;
  const onAmount = (h: number, used: boolean): number => (hosts?.[h] === 1 && hostIsOnWhen(index.hosts[h], used) ? form.on(h) : 0);
  if (hosts !== null) index.hosts.forEach((_, h) => { sum += onAmount(h, false); });
  return {
    growing: false,
    change(w, h, by) {
      if (inMembers.has(w)) sum += by * form.at(w, h);
      const next = (population[h] ?? 0) + by;
      population[h] = next;
      if (next === (by === 1 ? 1 : 0)) sum += by * (onAmount(h, true) - onAmount(h, false));
    },
    amount: () => Math.max(0, sum - limit),
  };
}
