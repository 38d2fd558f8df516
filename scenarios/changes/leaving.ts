import type { Host } from "../../model/fleet.ts";

/** Label of hosts that will not come back, with the reason: the plan empties them and switches them off. */
export const leavingLabel = "stowage.leaving";

/**
 * A host that takes nothing more. One that is on goes into maintenance, so that the plan evacuates it; one that is off
 * stays off and may no longer be switched on; one that has failed stays failed.
 */
export function drained(host: Host): Host {
  if (host.state === "failed") return host;
  return host.state === "off" ? { ...host, powerManaged: false } : { ...host, state: "maintenance" };
}

/** A drained host that will be switched off once it is empty, and so costs nothing any more. */
export function leaving(host: Host, why: string): Host {
  const empty = drained(host);
  return { ...empty, powerManaged: empty.state === "maintenance", labels: { ...host.labels, [leavingLabel]: why } };
}
