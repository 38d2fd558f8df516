import { stat } from "node:fs/promises";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Found, FoundWorkload } from "../../protocol.ts";
import type { Rates } from "../rates.ts";
import { boundDevices, disksOf, memoryMiB } from "./definition.ts";
import type { Domain } from "./domains.ts";
import { memoryRiskOf } from "./emulated.ts";
import type { LibvirtHost } from "./libvirt-host.ts";

const bytesPerMiB = 1_048_576;

type Fields = ReadonlyMap<string, string>;

/** What is known of a machine beside its state: what it is promised, what it uses, and whether and with how much it can move. */
export async function factsOf(host: LibvirtHost, workload: WorkloadId, domain: Domain, found: Found, stats: Fields, rates: Rates): Promise<FoundWorkload> {
  const definition = await host.domains.definition(domain);
  const disks = disksOf(definition).filter(({ device, source }) => device === "disk" && source !== null);
  const ways = disks.flatMap(({ source }) => (source === null ? [] : host.images.ours(source) ?? []));
  const sizes = await Promise.all(ways.map(async (way) => host.images.existing(way).then((file) => stat(file)).catch(() => null)));
  const total = (count: (size: { readonly size: number; readonly blocks: number }) => number): number => Math.ceil(sizes.reduce((sum, size) => sum + (size === null ? 0 : count(size)), 0) / bytesPerMiB);
  const storageMiB = total(({ size }) => size);
  const cpuMs = Number(stats.get("cpu.time") ?? Number.NaN) / 1_000_000;
  const cpuMillicores = found === "running" && Number.isFinite(cpuMs) ? rates.millicores(workload, cpuMs) : null;
  const usedMiB = usedMemoryMiB(stats);
  const { live } = host.settings;
  return {
    workload, found, dataMiB: storageMiB,
    reservation: { cpuMillicores: 1000 * Number(stats.get("vcpu.maximum") ?? 1), memoryMiB: memoryMiB(definition), storageMiB },
    use: { ...(cpuMillicores === null ? {} : { cpuMillicores }), ...(found !== "running" || usedMiB === null ? {} : { memoryMiB: usedMiB }), storageMiB: total(({ blocks }) => blocks * 512) },
    liveMove: live !== null && live.peers.size > 0 && boundDevices(definition).length === 0 && disks.every(({ source }) => source !== null && host.images.mayUse(source))
      && await memoryRiskOf(host, definition) === null,
  };
}

/** What its guest uses, where the guest tells; else what its machine takes of the host, which is more. */
function usedMemoryMiB(stats: Fields): number | null {
  const [available, usable, resident] = ["balloon.available", "balloon.usable", "balloon.rss"].map((name) => Number(stats.get(name) ?? Number.NaN));
  if (available !== undefined && usable !== undefined && available >= usable) return Math.ceil((available - usable) / 1024);
  return resident !== undefined && Number.isFinite(resident) ? Math.ceil(resident / 1024) : null;
}
