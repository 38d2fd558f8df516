import type { Whereabouts } from "../../model/snapshot.ts";
import type { Constraint, Form } from "../../policies/index.ts";
import type { FleetState } from "./fleet-state.ts";
import { arrivesAt, type Step } from "./step.ts";
import { KeptTally, ScannedTally, type Group, type Tally } from "./tally.ts";

/** Groups up to this size are counted when they are asked for; larger ones keep their sums. */
const scannedMax = 64;

/** Shows that a rule is kept where a workload has just come to; false when that is not sure. */
type Screen = (workload: number, host: number) => boolean;

const unsure: Screen = () => false;

/**
 * Cheap proofs that a step breaks no rule. A monotone rule that was kept, or no worse than it may be, before a step can
 * only be broken where the step brings something. There everything that any member has counts in full, old data too,
 * so what passes here passes `check`; what does not pass is left to `check`.
 */
export class Presence {
  readonly #constraints: readonly Constraint[];
  readonly #state: FleetState;
  readonly #screens: (Screen | undefined)[];
  readonly #kept: KeptTally[] = [];
  readonly #sizes = new Map<Int32Array, ReadonlyMap<number, number>>();

  constructor(constraints: readonly Constraint[], state: FleetState) {
    this.#constraints = constraints;
    this.#state = state;
    this.#screens = constraints.map(() => undefined);
  }

  moved(workload: number, before: Whereabouts, after: Whereabouts): void {
    for (const tally of this.#kept) tally.moved(workload, before, after);
  }

  /** Asked while the step is under way. */
  surelyKept(k: number, step: Step): boolean {
    if (step.workload < 0) return false;
    const screen = this.#screens[k] ??= this.#screenOf(k);
    const host = arrivesAt(step);
    return host < 0 ? screen !== unsure : screen(step.workload, host);
  }

  #screenOf(k: number): Screen {
    const rule = this.#constraints[k];
    if (rule === undefined || !rule.monotone) return unsure;
    const forms = rule.forms();
    if (forms.length === 0) return unsure;
    if (forms.every((form) => form.kind === "allow")) return this.#allowing(forms);
    const screens = forms.map((form) => this.#screen(form));
    return screens.includes(unsure) ? unsure : (workload, host) => screens.every((screen) => screen(workload, host));
  }

  #allowing(forms: readonly Form[]): Screen {
    const rows = new Map<number, Uint8Array>();
    for (const form of forms) {
      if (form.kind !== "allow" || rows.has(form.workload)) return unsure;
      rows.set(form.workload, form.allowed);
    }
    return (workload) => {
      const allowed = rows.get(workload);
      if (allowed === undefined) return true;
      const permits = (h: number): boolean => h < 0 || allowed[h] === 1;
      return permits(this.#state.hostOf(workload)) && permits(this.#state.arrivingAt(workload)) && permits(this.#state.leavingFrom(workload));
    };
  }

  #screen(form: Form): Screen {
    switch (form.kind) {
      case "pack": {
        const { members, sizes, domainOfHost, limits } = form;
        const tally = this.#tally({ members, sizes, domainOfHost, domainCount: limits.length });
        return atDomain(domainOfHost, [tally], (domain) => tally.at(domain) <= (limits[domain] ?? 0));
      }
      case "domains": {
        const { members, domainOfHost, domainCount, atLeast, atMost, alwaysUsed } = form;
        if (atLeast > 0 || alwaysUsed !== null) return unsure;
        const tally = this.#tally({ members, sizes: null, domainOfHost, domainCount });
        return atDomain(domainOfHost, [tally], () => tally.used() <= atMost);
      }
      case "exclusive": {
        const [a, b] = [form.a, form.b].map((members) => this.#tally({ members, sizes: null, domainOfHost: form.domainOfHost, domainCount: form.domainCount }));
        return a === undefined || b === undefined ? unsure
          : atDomain(form.domainOfHost, [a, b], (domain) => a.at(domain) === 0 || b.at(domain) === 0);
      }
      case "fill": {
        const only = form.hosts.length === 1 ? (form.hosts[0] ?? -1) : -1;
        if (only < 0 || form.resource !== undefined || form.home !== undefined) return unsure;
        const sizes = this.#sizesOf(form.members, form.sizes);
        const load = (): number => this.#state.present(only).reduce((sum, w) => sum + (sizes.get(w) ?? 0), 0);
        return (_, host) => host !== only || load() <= form.limit;
      }
      case "allow":
      case "together":
      case "near":
      case "skew":
      case "linear":
      case "survive": return unsure;
    }
  }

  #tally(group: Group): Tally {
    if (group.members.length <= scannedMax) return new ScannedTally(group, this.#state);
    const tally = new KeptTally(group, this.#state);
    this.#kept.push(tally);
    return tally;
  }

  /** Shared by the rules of all hosts that count the same workloads. */
  #sizesOf(members: Int32Array, sizes: Float64Array): ReadonlyMap<number, number> {
    const known = this.#sizes.get(members) ?? new Map(Array.from(members, (w, m) => [w, sizes[m] ?? 0]));
    this.#sizes.set(members, known);
    return known;
  }
}

/** Hosts in no domain, and workloads that are in none of the groups, change nothing. */
function atDomain(domainOfHost: Int32Array, groups: readonly Tally[], kept: (domain: number) => boolean): Screen {
  return (workload, host) => {
    const domain = domainOfHost[host] ?? -1;
    return domain < 0 || !groups.some((group) => group.has(workload)) || kept(domain);
  };
}
