import type { DomainsForm, ExclusiveForm, FillForm, LinearForm, NearForm, PackForm, SkewForm, TogetherForm } from "../../policies/form.ts";
import type { PlainForm } from "../../policies/plain-amount.ts";
import { Sum, type Milp } from "./milp.ts";
import { hostsByDomain, type Spots } from "./spots.ts";

/**
 * How much of a breach is allowed: none (the rows hold as they are), or any, counted in columns that `amount` sums.
 * A counted amount can be more than the form's, never less; minimised it is equal.
 */
export class Breach {
  readonly amount: Sum | null;
  readonly #milp: Milp;

  constructor(milp: Milp, counted: boolean) {
    this.#milp = milp;
    this.amount = counted ? new Sum() : null;
  }

  /** Adds `-breach` to a sum that must stay within a limit, with a new column when breaches are counted. */
  forgive(sum: Sum, most: number): Sum {
    if (this.amount === null) return sum;
    const column = this.#milp.column(0, most, false);
    this.amount.add(column, 1);
    return sum.add(column, -1);
  }
}

/** Adds the rows of a form. With `counted` its breach may be anything and is given back as a sum; else it must be 0. */
export function encodeForm(spots: Spots, form: PlainForm, counted: boolean): Sum {
  const breach = new Breach(spots.milp, counted);
  switch (form.kind) {
    case "allow": {
      const outside = Array.from(form.allowed.keys()).filter((h) => form.allowed[h] !== 1);
      const sum = spots.atAny(form.workload, outside);
      if (sum !== null) spots.milp.atMost(breach.forgive(sum, 1), 0);
      break;
    }
    case "fill": encodeFill(spots, form, breach); break;
    case "pack": encodePack(spots, form, breach); break;
    case "domains": encodeDomains(spots, form, breach); break;
    case "together": encodeTogether(spots, form, breach); break;
    case "exclusive": encodeExclusive(spots, form, breach); break;
    case "near": encodeNear(spots, form, breach); break;
    case "skew": encodeSkew(spots, form, breach); break;
    case "linear": encodeLinear(spots, form, breach); break;
  }
  return breach.amount ?? new Sum();
}

function loadOn(spots: Spots, members: Int32Array, sizes: ArrayLike<number>, hosts: Iterable<number>): Sum {
  const load = new Sum();
  for (const host of hosts) {
    members.forEach((w, i) => {
      const there = spots.at(w, host);
      if (there !== null) load.addSum(there, sizes[i] ?? 0);
    });
  }
  return load;
}

function encodeFill(spots: Spots, { members, sizes, hosts, limit, home }: FillForm, breach: Breach): void {
  const load = new Sum();
  for (const host of new Set(hosts)) {
    members.forEach((w, i) => {
      const there = spots.at(w, host);
      // What counts on its home counts there wherever it is.
      if (home?.[i] === host) load.constant += sizes[i] ?? 0;
      else if (there !== null) load.addSum(there, sizes[i] ?? 0);
    });
  }
  spots.milp.atMost(breach.forgive(load, Infinity), limit);
}

function encodePack(spots: Spots, { members, sizes, domainOfHost, limits }: PackForm, breach: Breach): void {
  const domains = hostsByDomain(domainOfHost, limits.length);
  limits.forEach((limit, d) => {
    spots.milp.atMost(breach.forgive(loadOn(spots, members, sizes, domains[d] ?? []), Infinity), limit);
  });
}

/** Members in one domain. */
function countIn(spots: Spots, members: Int32Array, hosts: readonly number[]): Sum {
  const count = new Sum();
  for (const w of members) {
    const there = spots.atAny(w, hosts);
    if (there !== null) count.addSum(there, 1);
  }
  return count;
}

function encodeDomains(spots: Spots, form: DomainsForm, breach: Breach): void {
  const { milp } = spots;
  const domains = hostsByDomain(form.domainOfHost, form.domainCount).slice(0, form.domainCount);
  const always = (d: number): boolean => form.alwaysUsed?.[d] === 1;
  if (form.atLeast > 0) {
    // A column here may claim that a domain is used only when it is; claiming is what helps, so no whole numbers are needed.
    const wanted = new Sum();
    domains.forEach((hosts, d) => {
      if (always(d)) wanted.constant -= 1;
      else {
        const column = milp.column(0, 1, false);
        milp.atMost(new Sum().add(column, 1).addSum(countIn(spots, form.members, hosts), -1), 0);
        wanted.add(column, -1);
      }
    });
    encodeAtLeast(spots, form, breach.forgive(wanted, form.members.length));
  }
  if (form.atMost >= form.domainCount) return;
  const used = new Sum();
  domains.forEach((hosts, d) => {
    if (always(d)) used.constant += 1;
    else used.add(anyIn(spots, form.members, hosts), 1);
  });
  milp.atMost(breach.forgive(used, form.domainCount), form.atMost);
}

/** min(atLeast, placed) + minusUsed <= 0. Which of the two is less is a choice of its own, unless members are few. */
function encodeAtLeast(spots: Spots, { members, atLeast }: DomainsForm, minusUsed: Sum): void {
  const { milp } = spots;
  const byPlaced = new Sum().addSum(minusUsed, 1);
  for (const w of members) byPlaced.addSum(spots.placed(w), 1);
  if (members.length <= atLeast) {
    milp.atMost(byPlaced, 0);
    return;
  }
  const few = milp.column(0, 1, true);
  milp.atMost(byPlaced.add(few, members.length), members.length);
  milp.atMost(new Sum().addSum(minusUsed, 1).add(few, -atLeast), -atLeast);
}

/** A column that is at least 1 when a member is on one of the hosts. */
function anyIn(spots: Spots, members: Int32Array, hosts: readonly number[]): number {
  const column = spots.milp.column(0, 1, false);
  for (const w of members) {
    const there = spots.atAny(w, hosts);
    if (there !== null) spots.milp.atMost(new Sum().addSum(there, 1).add(column, -1), 0);
  }
  return column;
}

/** One domain is chosen; each member that is elsewhere is a breach. */
function encodeTogether(spots: Spots, form: TogetherForm, breach: Breach): void {
  const { milp } = spots;
  const domains = hostsByDomain(form.domainOfHost, form.domainCount);
  const chosen = domains.slice(0, form.domainCount).map(() => milp.column(0, 1, true));
  const one = new Sum();
  for (const column of chosen) one.add(column, 1);
  if (chosen.length > 0) milp.row(one, 1, 1);
  for (const w of form.members) {
    const apart = breach.forgive(new Sum(), 1);
    domains.forEach((hosts, d) => {
      const there = spots.atAny(w, hosts);
      if (there === null) return;
      const rule = new Sum().addSum(apart, 1).addSum(there, 1);
      const choice = chosen[d];
      milp.atMost(choice === undefined ? rule : rule.add(choice, -1), 0);
    });
  }
}

/** Each domain is given to a or to b; each workload in a domain given to the others is a breach. */
function encodeExclusive(spots: Spots, form: ExclusiveForm, breach: Breach): void {
  const { milp } = spots;
  const domains = hostsByDomain(form.domainOfHost, form.domainCount).slice(0, form.domainCount);
  const givenToA = domains.map(() => milp.column(0, 1, true));
  const guard = (members: Int32Array, forA: boolean): void => {
    for (const w of members) {
      const astray = breach.forgive(new Sum(), 1);
      domains.forEach((hosts, d) => {
        const there = spots.atAny(w, hosts);
        const given = givenToA[d];
        if (there === null || given === undefined) return;
        milp.atMost(new Sum().addSum(astray, 1).addSum(there, 1).add(given, forA ? -1 : 1), forA ? 0 : 1);
      });
    }
  };
  guard(form.a, true);
  guard(form.b, false);
}

function encodeNear(spots: Spots, form: NearForm, breach: Breach): void {
  const domains = hostsByDomain(form.domainOfHost, form.domainCount);
  const company = domains.map((hosts, d) => (d === form.domainCount ? new Sum() : countIn(spots, form.near, hosts)));
  for (const w of form.members) {
    const alone = breach.forgive(new Sum(), 1);
    domains.forEach((hosts, d) => {
      const there = spots.atAny(w, hosts);
      if (there === null) return;
      spots.milp.atMost(new Sum().addSum(alone, 1).addSum(there, 1).addSum(company[d] ?? new Sum(), -1), 0);
    });
  }
}

function encodeSkew(spots: Spots, form: SkewForm, breach: Breach): void {
  if (form.domainCount === 0 || form.members.length <= form.atMost) return;
  const { milp } = spots;
  const domains = hostsByDomain(form.domainOfHost, form.domainCount).slice(0, form.domainCount);
  const most = milp.column(0, form.members.length, false);
  const least = milp.column(0, form.members.length, false);
  for (const hosts of domains) {
    const count = countIn(spots, form.members, hosts);
    milp.atMost(new Sum().addSum(count, 1).add(most, -1), 0);
    milp.atLeast(new Sum().addSum(count, 1).add(least, -1), 0);
  }
  milp.atMost(breach.forgive(new Sum().add(most, 1).add(least, -1), form.members.length), form.atMost);
}

function encodeLinear(spots: Spots, form: LinearForm, breach: Breach): void {
  const sum = new Sum();
  sum.constant = form.base;
  for (const w of form.members) {
    for (let h = 0; h < spots.hostCount; h++) {
      const there = spots.at(w, h);
      if (there !== null) sum.addSum(there, form.at(w, h));
    }
  }
  form.hosts?.forEach((counts, h) => {
    if (counts === 1) sum.addSum(spots.on(h), form.on(h));
  });
  spots.milp.atMost(breach.forgive(sum, Infinity), form.limit);
}
