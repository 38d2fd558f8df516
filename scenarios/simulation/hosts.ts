import type { SiteId } from "../../model/ids.ts";
import type { HostPower, Simulation, SiteCarbon } from "../../model/simulation.ts";
import { items, momentOf, type Parts } from "./parts.ts";

/** How hosts draw power. A host that two parts speak of is a mistake. */
export function powerOf(parts: Parts): readonly HostPower[] {
  const seen = new Set<string>();
  return items(parts.last("power")).map((given): HostPower => {
    const { value, at, check } = given;
    const hosts = parts.hosts(given);
    const twice = hosts.find((host) => seen.has(host));
    if (twice !== undefined) check.problem("contradiction", [...at, "hosts"], () => ({ message: `${check.subject(at)} is about host ${twice}, which an earlier part speaks of.`, advice: "Choose each host once." }));
    for (const host of hosts) seen.add(host);
    if ("points" in value) {
      const uses = value.points.map(({ usePermille }) => usePermille);
      uses.forEach((use, i) => {
        if (uses.indexOf(use) < i) check.problem("contradiction", [...at, "points", i], () => ({ message: `${check.subject([...at, "points", i])} gives power at ${use} permille again.`, advice: "Keep one of the points." }));
      });
      return { hosts, model: { kind: "table", points: value.points } };
    }
    const { curve, idleMilliwatts = null, peakMilliwatts = null } = value;
    for (const id of hosts) {
      const host = parts.draft.hosts.get(id);
      const [idle, peak] = [idleMilliwatts ?? 1000 * (host?.idlePowerWatts ?? 0), peakMilliwatts ?? 1000 * (host?.peakPowerWatts ?? 0)];
      if (idle > peak) check.problem("contradiction", at, () => ({ message: `${check.subject(at)}: host ${id} draws ${idle} mW when idle, more than ${peak} mW at its peak.`, advice: "Give both, idle not above peak." }));
    }
    return { hosts, model: { kind: curve, idleMilliwatts, peakMilliwatts } };
  });
}

/** Carbon intensity of sites over time. */
export function carbonOf(parts: Parts): readonly SiteCarbon[] {
  const seen = new Set<string>();
  return items(parts.last("carbon")).map((given): SiteCarbon => {
    const { value, at, check } = given;
    check.exists("site", value.site, parts.draft.sites, [...at, "site"]);
    if (seen.has(value.site)) check.problem("duplicate-id", [...at, "site"], () => ({ message: `${check.subject([...at, "site"])} is ${value.site}, which has a series already.`, advice: "Keep one of the two." }));
    seen.add(value.site);
    return { site: value.site as SiteId, gramsPerKWh: value.gramsPerKWh, from: momentOf(value.from, given, "from"), repeat: value.repeat ?? false };
  });
}

/** How many tasks hosts run at once. */
export function processorsOf(parts: Parts): Simulation["processors"] {
  return items(parts.last("processors")).map((given) => ({ hosts: parts.hosts(given), count: given.value.count }));
}
