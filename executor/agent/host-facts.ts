import { statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import type { Inventory } from "../protocol.ts";

const bytesPerMiB = 1_048_576;

/** What this machine has: processors, memory, and storage where workloads are kept. Its layers tell of themselves. */
export async function hostFacts(folder: string): Promise<Omit<Inventory, "workloads">> {
  const { blocks, bsize } = await statfs(folder);
  return {
    state: "on", layers: {}, features: [],
    capacity: { cpuMillicores: availableParallelism() * 1000, memoryMiB: Math.floor(totalmem() / bytesPerMiB), storageMiB: Math.floor((blocks * bsize) / bytesPerMiB) },
  };
}
