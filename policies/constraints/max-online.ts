import { Type, type Static } from "typebox";
import { hostIsOnWhen } from "../../model/snapshot.ts";
import type { ConstraintKind } from "../constraint.ts";

const parameters = Type.Object({
  atMost: Type.Integer({ minimum: 0, description: "So many of the selected hosts may be on at once." }),
}, { additionalProperties: false });

interface Params {
  readonly hosts: Int32Array;
  readonly atMost: number;
}

/** At most so many of the selected hosts are on. */
export const maxOnline: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "max-online",
  meaning: "|{h in hosts : h is on}| <= atMost",
  parameters,
  selectors: {},
  subject: "hosts",
  holds: { default: "continuously", allowed: ["continuously", "at-end"] },
  monotone: true,

  parts: ({ raw, hosts }) => [{ params: { hosts, atMost: raw.atMost }, subject: "hosts", workloads: null, hosts }],

  check({ hosts, atMost }, instant) {
    const on = Array.from(hosts).filter((h) => instant.isOn(h));
    return on.length <= atMost ? [] : [{ key: "hosts on", amount: on.length - atMost, workloads: [], hosts: on, value: on.length, limit: atMost }];
  },

  lower({ hosts, atMost }, index) {
    const domainOfHost = new Int32Array(index.hosts.length).fill(-1);
    // A failed host is never on, whatever lies there.
    const able = Array.from(hosts).filter((h) => hostIsOnWhen(index.hosts[h], true));
    able.forEach((h, d) => { domainOfHost[h] = d; });
    return [{
      kind: "domains", members: Int32Array.from(index.workloads.keys()), domainOfHost, domainCount: able.length, atLeast: 0, atMost,
      alwaysUsed: Uint8Array.from(able, (h) => Number(hostIsOnWhen(index.hosts[h], false))),
    }];
  },

  explain: (_, { value, limit }) => `${value} of the selected hosts are on, at most ${limit} may be`,
};
