import type { FleetIndex } from "../model/snapshot.ts";
import { canonicalJson, sha256 } from "./canonical.ts";

/** The fact that tells whether a plan is read against the very fleet that it was made for. */
export const fleetFact = "fleet";

const known = new WeakMap<FleetIndex, string>();

/** A digest of the whole fleet, whatever the order of keys. */
export function fleetDigest(index: FleetIndex): string {
  const found = known.get(index);
  if (found !== undefined) return found;
  const { hosts, workloads, sites, links, services, applications, resources, licences = [] } = index.fleet;
  const lists: readonly (readonly unknown[])[] = [hosts, workloads, sites, links, services, applications, resources, ...licences.length === 0 ? [] : [licences]];
  const digest = sha256(lists.map((list) => list.map((item) => canonicalJson(item)).join("\n")).join("\n\n")).slice(0, 16);
  known.set(index, digest);
  return digest;
}
