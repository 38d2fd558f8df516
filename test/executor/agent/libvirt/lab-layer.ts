import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { cacheFolder, type Lab, type LabHost } from "../../../../cli/lab/index.ts";
import type { Carrier, Receiver } from "../../../../executor/agent/carrier.ts";
import type { Driver } from "../../../../executor/agent/driver.ts";
import { openLibvirtDriver } from "../../../../executor/agent/libvirt/libvirt-hands.ts";
import type { LibvirtSettings, LiveMoves } from "../../../../executor/agent/libvirt/libvirt-host.ts";
import { folderName } from "../../../../executor/agent/place.ts";
import { systemClock } from "../../../../executor/system-clock.ts";
import type { HostId, WorkloadId } from "../../../../model/ids.ts";
import type { Layer } from "../driver-contract.ts";

/** What the hypervisors of the lab see where we see `LabHost.images`. */
export const imagesSeen = "/var/lib/libvirt/images";

/** How the drivers of a test are to behave. */
export interface Ways {
  readonly graceMs?: number;
  readonly mayDestroy?: boolean;
  readonly live?: Partial<Omit<LiveMoves, "peers">>;
}

/** Two hosts of a lab with a driver each, which pass data on to each other directly, over a way that can be cut. */
export interface LabLayer extends Layer {
  readonly notes: string[];
  /** Where the drivers keep what they remember: a folder each. */
  readonly folder: string;
  readonly hostOf: (host: HostId) => LabHost;
  /** As after a crash of the agent: another driver with the same memory. */
  readonly reopen: (host: HostId) => Promise<Driver & Receiver>;
}

export async function labLayer(lab: Lab, ways: Ways = {}): Promise<LabLayer> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-libvirt-"));
  const drivers = new Map<HostId, Driver & Receiver>();
  const notes: string[] = [];
  let isCut = false;
  const [a, b] = ["h1" as HostId, "h2" as HostId];
  const at = (host: HostId): Driver & Receiver => {
    const driver = drivers.get(host);
    if (driver === undefined || isCut) throw new Error(`${host} does not answer`);
    return driver;
  };
  const carrier: Carrier = {
    objection: (to) => (drivers.has(to) ? null : `nobody knows ${to}`),
    send: async (to, workload, key, data) => at(to).receive(workload, key, data),
    arrived: async (host, workload, key) => at(host).arrived(workload, key),
    discard: async (host, workload, key) => at(host).discard(workload, key),
  };
  const hostOf = (host: HostId): LabHost => lab.host(host);
  const reopen = async (host: HostId): Promise<Driver & Receiver> => {
    await drivers.get(host)?.close();
    const driver = await openLibvirtDriver(settingsOf(lab, folder, host, ways), { clock: systemClock, carrier, note: (words) => notes.push(`${host}: ${words}`) });
    drivers.set(host, driver);
    return driver;
  };
  for (const host of [a, b]) await reopen(host);
  onTestFinished(async () => {
    for (const host of [a, b]) {
      await drivers.get(host)?.close();
      await removeAll(lab, hostOf(host));
    }
    await rm(folder, { recursive: true, force: true });
  });
  return {
    a, b, notes, folder, hostOf, reopen,
    driver: (host) => drivers.get(host) ?? at(host),
    prepare: (host, workload, content) => template(join(folder, "templates", host), workload, content),
    content: async (host, workload) => {
      const disk = await readFile(join(hostOf(host).images, folderName(workload), "vda.img")).catch(() => null);
      return disk === null ? null : disk.toString("utf8", contentAt, disk.indexOf(0, contentAt));
    },
    cut: (cut) => { isCut = cut; },
    surroundings: async (host) => JSON.stringify([(await readdir(folder)).filter((name) => name !== "templates"), (await readdir(join(folder, host))).sort(), await readdir(join(folder, host, "definitions")), (await readdir(hostOf(host).images)).filter((name) => !/^[wx]-/.test(name)).sort(), await readdir(join(hostOf(host).images, ".stowage-incoming"))]),
  };
}

export function settingsOf(lab: Lab, folder: string, host: string, { graceMs = 50, mayDestroy = true, live = {} }: Ways): LibvirtSettings {
  const { libvirtUri, images } = lab.host(host);
  return {
    uri: libvirtUri, root: join(folder, host), templates: join(folder, "templates", host), networks: new Set(["br0"]), graceMs, mayDestroy, settleMs: 50,
    images: { folder: images, seenAs: imagesSeen, shared: [], others: [cacheFolder, "/var/log/libvirt"] },
    live: {
      peers: new Map(lab.hosts.filter((other) => other.host !== host).map((other) => [other.host as HostId, { uri: other.peerUri, memoryUri: `tcp://${other.address}` }])),
      bandwidth: null, compressed: false, autoConverge: true, postCopyAfterMs: null, handOver: true, emulated: true, ...live,
    },
  };
}

const contentAt = 4096;

/** A machine that boots nothing: it runs, and that is all. */
export async function template(folder: string, workload: WorkloadId, content: string): Promise<void> {
  const place = join(folder, folderName(workload));
  await mkdir(place, { recursive: true });
  const disk = await open(join(place, "disk.img"), "w");
  await disk.truncate(1_048_576);
  await disk.write(`${content}\u0000`, contentAt);
  await disk.close();
  await writeFile(join(place, "domain.xml"), `<domain type="qemu"><name>any</name><memory unit="MiB">16</memory><vcpu>1</vcpu>
    <os><type arch="x86_64" machine="pc">hvm</type></os><features><acpi/></features><cpu mode="custom" match="exact" check="none"><model>qemu64</model></cpu>
    <on_poweroff>destroy</on_poweroff><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type="file" device="disk"><driver name="qemu" type="raw" cache="none"/><source file="${imagesSeen}/disk.img"/><target dev="vda" bus="virtio"/></disk>
    <controller type="usb" model="none"/><memballoon model="none"/></devices></domain>`);
}

/** Ends and deletes every machine of a host, whatever state a test has left it in. */
export async function removeAll(lab: Lab, host: LabHost): Promise<void> {
  const uuids = (await lab.virsh(host, ["list", "--all", "--uuid"])).out.split("\n").filter((line) => line !== "");
  for (const uuid of uuids) {
    await lab.virsh(host, ["destroy", uuid]);
    await lab.virsh(host, ["undefine", uuid, "--managed-save", "--snapshots-metadata", "--checkpoints-metadata"]);
  }
  for (const name of await readdir(host.images).catch(() => [])) await rm(join(host.images, name), { recursive: true, force: true });
}
