import { domainOf, isUsable, type Host } from "../../model/fleet.ts";
import { amountOf } from "../../model/resource.ts";
import type { ForecastSettings } from "../../model/simulation.ts";
import type { Pool } from "./runway.ts";

/** What is kept free of the capacity of a group. */
export type KeptFree = Pick<ForecastSettings, "bufferPermille" | "failoverReserve">;

/** Capacity, reserve and buffer of some hosts for one resource. */
export type Room = Pick<Pool, "capacity" | "failoverReserve" | "buffer">;

/**
 * What some hosts have of a resource, those that are on or may be switched on. Null when one of them does not limit it, or
 * there is none.
 */
export function roomOf(hosts: readonly Host[], resource: string, { bufferPermille, failoverReserve }: KeptFree): Room | null {
  const usable = hosts.filter(isUsable);
  if (usable.length === 0 || usable.some(({ capacity }) => amountOf(capacity, resource) === 0)) return null;
  const capacity = usable.reduce((sum, host) => sum + capacityOf(host, resource), 0);
  return { capacity, failoverReserve: reserveOf(usable, resource, failoverReserve), buffer: (capacity * bufferPermille) / 1000 };
}

/** What workloads may use of a host. */
function capacityOf({ capacity, reserve }: Host, resource: string): number {
  return Math.max(0, amountOf(capacity, resource) - amountOf(reserve, resource));
}

/** What the largest failure that is planned for would take away. A host without the domain fails alone. */
function reserveOf(hosts: readonly Host[], resource: string, failoverReserve: KeptFree["failoverReserve"]): number {
  if (failoverReserve.kind === "none") return 0;
  const domains = new Map<string, number>();
  for (const host of hosts) {
    const domain = failoverReserve.kind === "largest-domain" ? domainOf(host, failoverReserve.key) : null;
    const key = domain === null ? `host ${host.id}` : `domain ${domain}`;
    domains.set(key, (domains.get(key) ?? 0) + capacityOf(host, resource));
  }
  return [...domains.values()].reduce((most, amount) => Math.max(most, amount), 0);
}

/** So many new hosts of one kind beside others. */
export function withBought(hosts: readonly Host[], bought: Host, count: number): readonly Host[] {
  return [...hosts, ...Array.from({ length: count }, (_, i) => ({ ...bought, id: `${bought.id}-${i + 1}` as Host["id"] }))];
}
