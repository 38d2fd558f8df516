import { counted } from "../model/counted.ts";
import { domainOf } from "../model/fleet.ts";
import { compareIds } from "../model/ids.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { ParameterFault } from "./constraint.ts";

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

/** The same domains without some hosts, which then are in none: what happens there does not count. */
export function exceptHosts(domains: Domains, hosts: ReadonlySet<number>): Domains {
  if (hosts.size === 0) return domains;
  return { ...domains, domainOfHost: domains.domainOfHost.map((d, h) => (hosts.has(h) ? -1 : d)) };
}

/** A key that no host has would make a rule that nothing can break: most likely it is misspelt. */
export function unknownKeys(index: FleetIndex, parameter: string, key: string | undefined): readonly ParameterFault[] {
  if (key === undefined || key === "host" || key === "site" || index.hosts.some((host) => Object.hasOwn(host.domains, key))) return [];
  const known = ["host", "site", ...new Set(index.hosts.flatMap((host) => Object.keys(host.domains)))].sort(compareIds);
  return [{ parameter, message: `no host has a domain "${key}"`, advice: `Use one of ${known.join(", ")}, or give hosts the domain.` }];
}

/** For rules whose breach is a host outside: there, leaving a host out of the count would be stricter, not laxer. */
export function hostExceptionFaults(entry: string, hosts: ReadonlySet<number>): readonly ParameterFault[] {
  return hosts.size === 0 ? [] : [{
    parameter: "exceptions", message: `${counted(hosts.size, "host is", "hosts are")} excepted, but ${entry} is about workloads that must be together`,
    advice: "Except the workloads instead.",
  }];
}
