import { Type, type Static } from "typebox";
import { counted } from "../../model/counted.ts";
import type { Instant } from "../../model/snapshot.ts";
import type { ConstraintKind, Request } from "../constraint.ts";
import { domainsByKey } from "../domains.ts";
import type { SurviveForm } from "../form.ts";
import { lossesNotSurvived } from "../survive.ts";
import { selectorSchema } from "../selector-schema.ts";

const maxLosses = 20_000;

const parameters = Type.Object({
  hosts: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, description: "The loss of any so many hosts at once is survived; 1 when neither this nor domain is given." })),
  domain: Type.Optional(Type.String({ minLength: 1, description: "The loss of any one domain of this key (rack, zone, site) is survived." })),
  takers: Type.Optional(selectorSchema),
  carried: Type.Optional(selectorSchema),
}, { additionalProperties: false });

type Raw = Static<typeof parameters>;

interface Params {
  readonly form: SurviveForm;
  /** Of each loss, in words. */
  readonly names: readonly string[];
}

/** What is lost can be put elsewhere: room for failover, under all other musts. */
export const failover: ConstraintKind<Raw, Params> = {
  name: "failover",
  meaning: "for each loss L of any k hosts (of any one domain): there is a placement of {w : host(w) in L} on the hosts left, under all musts, nothing else moved",
  parameters,
  selectors: { takers: "hosts", carried: "workloads" },
  subject: "hosts",
  holds: { default: "at-end", allowed: ["at-end"] },
  monotone: false,

  faults({ raw, hosts, index }) {
    if (raw.hosts !== undefined && raw.domain !== undefined) {
      return [{ parameter: "domain", message: "failover counts either hosts or a domain, not both", advice: "Write two policies." }];
    }
    if (raw.domain !== undefined) {
      return domainsByKey(index, raw.domain).names.length > 0 ? [] : [{
        parameter: "domain", message: `no host has a domain "${raw.domain}"`, advice: "Name a key that hosts have under domains, or host or site." }];
    }
    const count = countLosses(hosts.length, raw.hosts ?? 1);
    return count <= maxLosses ? [] : [{
      parameter: "hosts", message: `any ${raw.hosts ?? 1} of ${hosts.length} hosts are ${count} losses, at most ${maxLosses} are looked at`,
      advice: "Select fewer hosts, lower hosts, or name a domain." }];
  },

  parts(request) {
    const { raw, hosts, selected, index } = request;
    const takers = new Uint8Array(index.hosts.length);
    for (const h of selected["takers"] ?? index.hosts.keys()) takers[h] = 1;
    const carried = selected["carried"] ?? Int32Array.from(index.workloads.keys());
    const members = carried.filter((w) => index.workloads[w]?.desired === "running" && !request.excepted.workloads.has(w));
    const { losses, names } = lossesOf(request);
    if (losses.length === 0) return [];
    const subject = raw.domain === undefined ? `any ${raw.hosts ?? 1} of ${hosts.length} hosts` : `any ${raw.domain}`;
    const form: SurviveForm = { kind: "survive", losses, takers, members, keep: () => request.otherMusts() };
    return [{ params: { form, names }, subject, workloads: null, hosts: null }];
  },

  check({ form, names }, instant) {
    const hostOf = placesAt(instant);
    return lossesNotSurvived(form, instant.index, hostOf).map((loss) => {
      const hosts = [...(form.losses[loss] ?? [])];
      const gone = new Set(hosts);
      const lost = [...form.members].filter((w) => gone.has(hostOf[w] ?? -1));
      return { key: `loss of ${names[loss]}`, amount: 1, workloads: lost, hosts, value: lost.length, limit: 0 };
    });
  },

  lower: ({ form }) => [form],

  explain: (_, { key, value }) => `after the ${key} no room under all musts is shown for the ${counted(value, "workload that runs", "workloads that run")} there`,
};

function placesAt(instant: Instant): Int32Array {
  return Int32Array.from(instant.index.workloads, (_, w) => instant.where(w).host);
}

/** The sets of hosts that may be lost together: every one of at most k hosts, or every domain. */
function lossesOf({ raw, hosts, index }: Request<Raw>): { readonly losses: readonly Int32Array[]; readonly names: readonly string[] } {
  if (raw.domain !== undefined) {
    const { key, names, domainOfHost } = domainsByKey(index, raw.domain);
    const inside = names.map((name, d) => ({ name: `${key} ${name}`, hosts: hosts.filter((h) => domainOfHost[h] === d) })).filter((each) => each.hosts.length > 0);
    return { losses: inside.map((each) => each.hosts), names: inside.map(({ name }) => name) };
  }
  const losses = [...subsets([...hosts], raw.hosts ?? 1)];
  return {
    losses: losses.map((loss) => Int32Array.from(loss)),
    names: losses.map((loss) => `${loss.length === 1 ? "host" : "hosts"} ${loss.map((h) => index.hosts[h]?.id).join(", ")}`),
  };
}

/** All subsets with 1 to `most` items. */
function* subsets(items: readonly number[], most: number, from = 0): Generator<readonly number[]> {
  if (most === 0) return;
  for (let i = from; i < items.length; i++) {
    const item = items[i];
    if (item === undefined) continue;
    yield [item];
    for (const rest of subsets(items, most - 1, i + 1)) yield [item, ...rest];
  }
}

function countLosses(hosts: number, most: number): number {
  let [total, combinations] = [0, 1];
  for (let k = 1; k <= Math.min(most, hosts); k++) {
    combinations = (combinations * (hosts - k + 1)) / k;
    total += combinations;
  }
  return total;
}
