import type { Carrier, Receiver } from "../../../executor/agent/carrier.ts";
import type { HostId } from "../../../model/ids.ts";

/** A way between drivers in this process that can be cut. */
export function wired(receivers: ReadonlyMap<HostId, Receiver>): { readonly carrier: Carrier; readonly cut: (isCut: boolean) => void } {
  let isCut = false;
  const at = (host: HostId): Receiver => {
    const receiver = receivers.get(host);
    if (receiver === undefined || isCut) throw new Error(`${host} does not answer`);
    return receiver;
  };
  return {
    carrier: {
      objection: (to) => (receivers.has(to) ? null : `nobody knows ${to}`),
      send: async (to, workload, key, data) => at(to).receive(workload, key, data),
      arrived: async (host, workload, key) => at(host).arrived(workload, key),
      discard: async (host, workload, key) => at(host).discard(workload, key),
    },
    cut: (cut) => { isCut = cut; },
  };
}
