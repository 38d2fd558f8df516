import type { WorkloadId } from "../../../model/ids.ts";
import { disksOf } from "./definition.ts";
import { actMs, type LibvirtHost } from "./libvirt-host.ts";

/**
 * Deletes a machine that is off, with those of its disks that are only this host's and no other machine's. What hosts
 * share stays, also when it is wanted nowhere: nobody here can know who else uses it.
 */
export async function deleteDomain(host: LibvirtHost, workload: WorkloadId): Promise<void> {
  const domain = await host.domains.of(workload);
  if (domain === null) return host.arrivals.forget(workload);
  if (domain.activity !== "off") throw new Error(`${workload} is not off, and is not deleted`);
  const used = await usedByOthers(host, domain.uuid);
  for (const { source, target, device, isReadonly } of disksOf(await host.domains.definition(domain))) {
    const way = source === null || device !== "disk" || isReadonly ? null : host.images.ours(source);
    if (source === null || device !== "disk") continue;
    if (way === null || used.has(source)) host.note(`disk ${target} of ${workload}, ${source}, stays: ${way === null ? "it is not among the images of this host alone" : "another machine uses it"}`);
    // First the disks: while the definition is there, it is known that something is left to delete.
    else await host.images.delete(way);
  }
  const called = await host.virsh.call(["undefine", `--domain=${domain.uuid}`, "--managed-save", "--snapshots-metadata", "--checkpoints-metadata", "--nvram"], actMs);
  if (await host.domains.byUuid(domain.uuid) !== null) throw new Error(`it cannot be deleted: ${called.because}`);
  await host.arrivals.forget(workload);
}

async function usedByOthers({ domains }: LibvirtHost, uuid: string): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const domain of await domains.all()) {
    if (domain.uuid === uuid) continue;
    for (const { source } of disksOf(await domains.definition(domain))) if (source !== null) used.add(source);
  }
  return used;
}
