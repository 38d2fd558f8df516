import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Carried } from "./carried.ts";
import type { Domain } from "./domains.ts";
import { actMs, type LibvirtHost } from "./libvirt-host.ts";
import { element, writeXml } from "./xml.ts";

const backupMs = 6 * 3_600_000;

/**
 * The disks of a machine that runs, all as they are at one instant; the machine runs on. Where its guest has an agent,
 * file systems are quiet at that instant; else they are as after a power cut, which journals are made for.
 */
export async function backUp(host: LibvirtHost, workload: WorkloadId, domain: Domain, carried: Carried, ended: AbortSignal): Promise<Carried & { readonly drop: () => Promise<void> }> {
  const folder = `${host.images.incoming(workload)}.backup`;
  const drop = async (): Promise<void> => rm(folder, { recursive: true, force: true });
  await host.images.mustHold(carried.disks.reduce((sum, { usedBytes }) => sum + usedBytes, 0));
  await drop();
  await mkdir(folder, { mode: 0o700 });
  const files = carried.disks.map((_, n) => join(folder, String(n)));
  const disks = carried.disks.map(({ target, format }, n) => element("disk", { name: target, backup: "yes", type: "file" },
    element("driver", { type: format }), element("target", { file: host.images.seenBackup(workload, String(n)) })));
  const wanted = writeXml(element("domainbackup", { mode: "push" }, element("disks", {}, ...disks)));
  try {
    const isQuiet = await freeze(host, domain);
    const called = await host.withFile(`${domain.uuid}.backup`, wanted, (path) => host.virsh.call(["backup-begin", `--domain=${domain.uuid}`, `--backupxml=${path}`], actMs)).finally(() => (isQuiet ? thaw(host, domain) : null));
    if (called.kind === "silent" || !called.ok) throw new Error(`its disks cannot be copied while it runs: ${called.because}`);
    await untilDone(host, domain, ended);
    const sizes = await Promise.all(files.map((file) => stat(file)));
    return { ...carried, files, disks: carried.disks.map((disk, n) => ({ ...disk, bytes: sizes[n]?.size ?? disk.bytes, usedBytes: (sizes[n]?.blocks ?? 0) * 512 })), drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

async function untilDone(host: LibvirtHost, domain: Domain, ended: AbortSignal): Promise<void> {
  const isDone = await host.until(async () => {
    const now = await host.domains.byUuid(domain.uuid);
    return now === null || await host.domains.job(now) === null;
  }, backupMs, ended);
  if (!isDone) {
    await host.virsh.call(["domjobabort", `--domain=${domain.uuid}`], actMs);
    throw new Error(ended.aborted ? "it was ended" : "its disks could not be copied in time");
  }
  const completed = await host.virsh.call(["domjobinfo", `--domain=${domain.uuid}`, "--completed"], actMs);
  if (completed.kind === "silent" || !/Job type:\s+Completed/.test(completed.output)) throw new Error("the copy of its disks did not succeed");
}

async function freeze(host: LibvirtHost, { uuid }: Domain): Promise<boolean> {
  const called = await host.virsh.call(["domfsfreeze", `--domain=${uuid}`], 30_000);
  return called.kind === "silent" || called.ok;
}

async function thaw(host: LibvirtHost, { uuid }: Domain): Promise<void> {
  const called = await host.virsh.call(["domfsthaw", `--domain=${uuid}`], 30_000);
  if (called.kind === "silent" || !called.ok) host.note(`its guest's file systems may still be frozen: ${called.because}`);
}
