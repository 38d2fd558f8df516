import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Lab } from "../../../../cli/lab/index.ts";
import { AddressDriver } from "../../../../executor/agent/address/address-driver.ts";
import { interfaceOf } from "../../../../executor/agent/address/network-tools.ts";
import type { Carrier } from "../../../../executor/agent/carrier.ts";
import { folderName } from "../../../../executor/agent/place.ts";
import { systemClock } from "../../../../executor/system-clock.ts";
import type { HostId, WorkloadId } from "../../../../model/ids.ts";
import type { Layer } from "../driver-contract.ts";

/** Two hosts of a lab, whose drivers pass data on to each other directly, over a way that can be cut. */
export interface AddressLayer extends Layer {
  readonly folder: string;
  /** The address that the next workloads prepared with this content have. */
  addressOf(content: string): string;
}

let layers = 0;
const contentsPerTest = 3;

export async function addressLayer(lab: Lab): Promise<AddressLayer> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-address-"));
  const [a, b] = ["h1" as HostId, "h2" as HostId];
  const tables = new Map<HostId, Map<string, string>>([[a, new Map()], [b, new Map()]]);
  const drivers = new Map<HostId, AddressDriver>();
  let isCut = false;
  const at = (host: HostId): AddressDriver => {
    const driver = drivers.get(host);
    if (driver === undefined || isCut) throw new Error(`${host} does not answer`);
    return driver;
  };
  const carrier: Carrier = {
    objection: (to) => (tables.has(to) ? null : `nobody knows ${to}`),
    send: async (to, workload, key, data) => at(to).receive(workload, key, data),
    arrived: async (host, workload, key) => at(host).arrived(workload, key),
    discard: async (host, workload, key) => at(host).discard(workload, key),
  };
  for (const [host, addresses] of tables) {
    const network = interfaceOf("br0", systemClock, ["ip", "netns", "exec", lab.host(host).namespace]);
    drivers.set(host, await AddressDriver.open({ root: join(folder, host), network, addresses }, { clock: systemClock, carrier, note: () => {} }));
  }
  // Each test has addresses of its own: announcements of the last one may still be on their way.
  const first = 130 + contentsPerTest * (layers++ % 40);
  const contents = ["one", "another", "copy of one"];
  const addressOf = (content: string): string => `${lab.network}.${first + contents.indexOf(content)}/32`;
  for (const table of tables.values()) table.set("web-2", addressOf("copy of one"));
  onTestFinished(async () => {
    for (const driver of drivers.values()) await driver.close();
    for (const host of tables.keys()) await lab.run(lab.host(host), ["ip", "address", "flush", "dev", "br0", "to", `${lab.network}.128/25`]);
    await rm(folder, { recursive: true, force: true });
  });
  return {
    folder, a, b, addressOf, driver: (host) => {
      const driver = drivers.get(host);
      if (driver === undefined) throw new Error(`there is no host ${host}`);
      return driver;
    },
    prepare: async (host, workload, content) => {
      tables.get(host)?.set(workload, addressOf(content));
      // Hosts agree on what they have not been told otherwise.
      for (const table of tables.values()) if (!table.has(workload)) table.set(workload, addressOf(content));
    },
    content: async (host, workload: WorkloadId) => {
      const text = await readFile(join(folder, host, "places", folderName(workload), "address.json"), "utf8").catch(() => null);
      return text === null ? null : (contents.find((content) => text.includes(addressOf(content))) ?? null)?.replace("copy of ", "") ?? null;
    },
    cut: (cut) => { isCut = cut; },
    surroundings: async (host) => JSON.stringify([await readdir(folder), await readdir(join(folder, host)), await readdir(join(folder, host, "incoming")), await readdir(join(folder, host, "leaving"))]),
  };
}
