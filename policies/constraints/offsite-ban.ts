import { Type, type Static } from "typebox";
import type { Host } from "../../model/fleet.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { workloadAlone } from "../alone.ts";
import type { ConstraintKind } from "../constraint.ts";
import { misplaced, placesOf } from "../presence.ts";

const parameters = Type.Object({
  sites: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: "Ids of the sites that are permitted; every internal site when absent." })),
}, { additionalProperties: false });

interface Params {
  readonly workload: number;
  /** Null: every internal site. */
  readonly sites: ReadonlySet<string> | null;
  /** Hosts that an exception takes out. */
  readonly excepted: ReadonlySet<number>;
  readonly allowed: Uint8Array;
}

/** The ban on delocalised placement: never relaxed, so it always holds at every instant, data left behind included. */
export const offsiteBan: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "offsite-ban",
  meaning: "for each workload w: site(host(w)) is internal, or in sites where sites are named; also for its data on the way",
  parameters,
  selectors: {},
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously"] },
  monotone: true,

  faults({ raw, index }) {
    const known = index.fleet.sites.map((site) => site.id);
    return (raw.sites ?? []).filter((name) => !known.some((id) => id === name)).map((name) => ({
      parameter: "sites", message: `site ${name} does not exist`, advice: `Name one of the fleet's sites: ${known.join(", ")}.`,
    }));
  },

  parts({ raw, workloads, excepted, index }) {
    const sites = raw.sites === undefined ? null : new Set(raw.sites);
    const allowed = Uint8Array.from(index.hosts, (host, h) => Number(excepted.hosts.has(h) || isPermitted(index, host, sites)));
    return Array.from(workloads, (w) => ({
      params: { workload: w, sites, excepted: excepted.hosts, allowed },
      subject: `workload ${index.workloads[w]?.id}`,
      workloads: workloadAlone(index, w),
      hosts: null,
    }));
  },

  check({ workload, sites, excepted }, instant) {
    const where = instant.where(workload);
    const places = new Set(where.leaving < 0 ? placesOf(where) : [...placesOf(where), where.leaving]);
    return misplaced(instant, workload, [...places], (h) => excepted.has(h) || isPermitted(instant.index, instant.index.hosts[h] as Host, sites));
  },

  lower: ({ workload, allowed }) => [{ kind: "allow", workload, allowed }],

  explain({ sites }, { workloads, hosts }, index) {
    const host = index.hosts[hosts[0] ?? -1];
    const kind = host === undefined ? "" : `${index.siteById.get(host.site)?.kind} `;
    const permitted = sites === null ? "internal sites" : [...sites].join(", ");
    return `${index.workloads[workloads[0] ?? -1]?.id} is on ${host?.id} at ${kind}site ${host?.site}, it may only be at ${permitted}`;
  },
};

function isPermitted(index: FleetIndex, host: Host, sites: ReadonlySet<string> | null): boolean {
  return sites === null ? index.siteById.get(host.site)?.kind === "internal" : sites.has(host.site);
}
