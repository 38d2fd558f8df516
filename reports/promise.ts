import type { Host } from "../model/fleet.ts";
import { amountOf } from "../model/resource.ts";

/** How much of a resource a host may promise. */
export function promiseLimit(host: Host, resource: string): number {
  const overcommit = Object.hasOwn(host.overcommitPermille, resource) ? (host.overcommitPermille[resource] ?? 1000) : 1000;
  const free = Math.max(0, amountOf(host.capacity, resource) - amountOf(host.reserve, resource));
  return Number((BigInt(free) * BigInt(overcommit)) / 1000n);
}
