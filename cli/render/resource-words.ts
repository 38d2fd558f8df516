/** A resource in people's words: its name, the unit in which they speak of it, and how many of ours one of theirs is. */
export interface ResourceWords {
  readonly name: string;
  readonly unit: string;
  readonly scale: number;
}

const known: Readonly<Record<string, ResourceWords>> = {
  cpuMillicores: { name: "processors", unit: "cores", scale: 1000 },
  cpuMHz: { name: "processors", unit: "GHz", scale: 1000 },
  memoryMiB: { name: "memory", unit: "GiB", scale: 1024 },
  storageMiB: { name: "storage", unit: "GiB", scale: 1024 },
  storageMBps: { name: "storage traffic", unit: "MB/s", scale: 1 },
  networkMbps: { name: "network", unit: "Mbit/s", scale: 1 },
};

/** A resource that only this fleet has keeps its name, and the unit that the fleet gives it. */
export function resourceWords(resource: string, unit = ""): ResourceWords {
  return Object.hasOwn(known, resource) ? (known[resource] ?? { name: resource, unit, scale: 1 }) : { name: resource, unit, scale: 1 };
}
