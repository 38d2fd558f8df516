import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { run, until, type Ran } from "./command.ts";
import { runOn } from "./host-process.ts";
import type { HostNames } from "./names.ts";

/** Where the libvirt of a host is reached from outside. */
export function libvirtSocket(host: HostNames): string {
  return join(host.folder, "run/libvirt/libvirt-sock");
}

export function libvirtUri(host: HostNames): string {
  return `qemu+unix:///system?socket=${libvirtSocket(host)}`;
}

/** Starts the libvirt of a host; guests that run there are found again. */
export async function startLibvirt(host: HostNames, pid: number, address: string): Promise<void> {
  await writeFile(join(host.folder, "etc/libvirtd.conf"), daemonSettings(host, address));
  await writeFile(join(host.folder, "etc/qemu.conf"), machineSettings(address));
  await runOn(pid, ["libvirtd", "--daemon", "--listen", "--pid-file", pidFile]);
  await until(`libvirt of host ${host.host} answers`, async () => (await virsh(host, ["list", "--name"])).status === 0);
  // Disks of guests that arrive are made only where libvirt knows the folder.
  if ((await virsh(host, ["pool-info", "default"])).status === 0) return;
  await virsh(host, ["pool-define-as", "default", "dir", "--target", "/var/lib/libvirt/images"]);
  await virsh(host, ["pool-autostart", "default"]);
  await virsh(host, ["pool-start", "default", "--build"]);
}

/** Asks the libvirt of a host. */
export function virsh(host: HostNames, args: readonly string[]): Promise<Ran> {
  return run("virsh", ["--quiet", "--connect", libvirtUri(host), ...args]);
}

const pidFile = "/run/libvirtd.pid";

/** The process of libvirt on a host, as the host sees it; null when there is none. */
export async function libvirtPid(host: HostNames): Promise<number | null> {
  const text = await readFile(join(host.folder, pidFile), "utf8").catch(() => "");
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

/**
 * The network of a lab has no way out, so other hosts need not prove who they are. A peer that is silent for 12 seconds
 * counts as gone: with less, a busy machine takes hosts for dead.
 */
function daemonSettings({ namespace }: HostNames, address: string): string {
  const digest = createHash("sha256").update(namespace).digest("hex");
  const uuid = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  return settings({
    listen_tls: 0, listen_tcp: 1, listen_addr: address, auth_tcp: "none", auth_unix_rw: "none", unix_sock_rw_perms: "0700",
    host_uuid: uuid, keepalive_interval: 2, keepalive_count: 5, log_outputs: "3:file:/var/log/libvirt/libvirtd.log",
  });
}

function machineSettings(address: string): string {
  return settings({
    user: "root", group: "root", security_driver: "none", stdio_handler: "file", namespaces: [], dynamic_ownership: 0, remember_owner: 0,
    migration_address: address, migration_host: address, keepalive_interval: 2, keepalive_count: 5,
  });
}

function settings(values: Readonly<Record<string, string | number | readonly string[]>>): string {
  return Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join("");
}
