import { Type, type Static } from "typebox";
import { formatMicros } from "../../model/money.ts";
import type { Host } from "../../model/fleet.ts";
import { currentHosts, currentInstant, type FleetIndex } from "../../model/snapshot.ts";
import { formAmount } from "../amount.ts";
import { billAt, chargeAt, onAt } from "../bill.ts";
import type { ConstraintKind, Part, Request } from "../constraint.ts";
import { moveMicros } from "../cost.ts";

const parameters = Type.Object({
  days: Type.Integer({ minimum: 1, maximum: 3650, description: "Within so many days the saving pays for the moves." }),
}, { additionalProperties: false });

interface Params {
  /** Workloads whose moves must pay: placed now, and on a host that they need not leave. */
  readonly members: Int32Array;
  /** Hosts whose fixed cost counts as saved or added; 1 each. */
  readonly hosts: Uint8Array;
  readonly hours: number;
  readonly settings: Request<unknown>["settings"];
  otherMusts: Request<unknown>["otherMusts"];
}

/**
 * Moves pay for themselves: what they cost once is not more than what they save within the days. Moves that had to be
 * made are exempt: those away from hosts in maintenance or failed, and all of them while the fleet breaks a must.
 */
export const payback: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "payback",
  meaning: "sum over moved w of once(w) <= days x 24 x (bill before - bill after), unless the fleet breaks a must before",
  parameters,
  selectors: {},
  subject: "plan",
  holds: { default: "at-end", allowed: ["at-end"] },
  monotone: false,

  parts(request): readonly Part<Params>[] {
    const { raw, workloads, index, settings } = request;
    const before = currentHosts(index);
    const stayed = (w: number): boolean => hostAt(index, before[w])?.state === "on" && index.workloads[w]?.desired === "running";
    const members = workloads.filter(stayed);
    const isPure = index.workloads.every((_, w) => stayed(w));
    const isOn = currentInstant(index);
    const hosts = Uint8Array.from(index.hosts, (_, h) => Number(isPure || isOn.isOn(h)));
    return [{ params: { members, hosts, hours: raw.days * 24, settings, otherMusts: () => request.otherMusts() }, subject: "plan", workloads: null, hosts: null }];
  },

  check(params, instant) {
    const { members, hosts, hours } = params;
    const { index } = instant;
    if (breaksMust(params, index)) return [];
    const before = currentHosts(index);
    const moved = [...members].filter((w) => ![-1, before[w]].includes(instant.where(w).host));
    const once = moved.reduce((sum, w) => sum + onceAt(params, index, w, before[w], instant.where(w).host), 0);
    const limit = hours * (billAt(members, hosts, currentInstant(index)) - billAt(members, hosts, instant));
    return once <= limit ? [] : [{ key: "payback", amount: once - limit, workloads: moved, hosts: [], value: once, limit }];
  },

  lower(params, index) {
    const { members, hosts, hours } = params;
    if (breaksMust(params, index)) return [];
    const before = currentHosts(index);
    return [{
      kind: "linear", members, hosts, base: 0, limit: hours * billAt(members, hosts, currentInstant(index)),
      at: (w, h) => hours * chargeAt(index, w, h) + onceAt(params, index, w, before[w], h),
      on: (h) => hours * onAt(index, h),
    }];
  },

  explain: ({ hours }, { value, limit }, { fleet: { currency } }) => {
    const effect = limit < 0 ? `add ${formatMicros(-limit)} ${currency} to the bill` : `save ${formatMicros(limit)} ${currency}`;
    return `the moves cost ${formatMicros(value)} ${currency} once, and within ${hours / 24} days they ${effect}`;
  },
};

function hostAt(index: FleetIndex, h: number | undefined): Host | null {
  return index.hosts[h ?? -1] ?? null;
}

function onceAt({ settings }: Params, index: FleetIndex, w: number, from: number | undefined, h: number): number {
  const [workload, to] = [index.workloads[w], hostAt(index, h)];
  return workload === undefined || to === null ? 0 : moveMicros(index, workload, hostAt(index, from), to, settings);
}

const broken = new WeakMap<Params, boolean>();

/** Does the fleet break a must about places as it is now? Then moves are repairs. */
function breaksMust(params: Params, index: FleetIndex): boolean {
  const known = broken.get(params);
  if (known !== undefined) return known;
  const before = currentHosts(index);
  const breaks = params.otherMusts().some((form) => formAmount(form, index, before) > 0);
  broken.set(params, breaks);
  return breaks;
}
