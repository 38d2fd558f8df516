import { domainOf } from "../model/fleet.ts";
import { compareIds } from "../model/ids.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/** The failure domains of a fleet under one key, numbered in order of name. */
export interface Domains {
  readonly key: string;
  readonly names: readonly string[];
  /** Per host; -1 for hosts that do not say. */
  readonly domainOfHost: Int32Array;
}

const cache = new WeakMap<FleetIndex, Map<string, Domains>>();

export function domainsByKey(index: FleetIndex, key: string): Domains {
  const known = cache.get(index) ?? new Map<string, Domains>();
  cache.set(index, known);
  const found = known.get(key);
  if (found !== undefined) return found;
  const ofHost = index.hosts.map((host) => domainOf(host, key));
  const names = [...new Set(ofHost.filter((name) => name !== null))].sort(compareIds);
  const number = new Map(names.map((name, d) => [name, d]));
  const domains = { key, names, domainOfHost: Int32Array.from(ofHost, (name) => (name === null ? -1 : (number.get(name) ?? -1))) };
  known.set(key, domains);
  return domains;
}
