/**
 * Amounts of resources by name, whole numbers, zero when absent. The four standard names carry their unit; a fleet may
 * declare more (`gpuCount`, `licenceCount`). Network is a capacity reserved, not a speed of a move.
 */
export type Resources = Readonly<Record<string, number>>;

/**
 * How a resource counts while a workload moves: on both hosts, or only where it runs. With `running` its landing adds
 * to the target, so that the scheduler must take the moves of a host one after the other.
 */
export interface ResourceKind {
  readonly name: string;
  readonly unit: string;
  readonly whileMoving: "both" | "running";
  /** Does a stopped workload still hold it where its data lies? */
  readonly whileStopped: boolean;
}

/**
 * All are promised on the target from the first byte on: memory and storage because they fill, processors and links
 * because a live move may land at any time, perhaps before another workload has left.
 */
export const standardResourceKinds: readonly ResourceKind[] = [
  { name: "cpuMillicores", unit: "millicores", whileMoving: "both", whileStopped: false },
  { name: "memoryMiB", unit: "MiB", whileMoving: "both", whileStopped: false },
  { name: "storageMiB", unit: "MiB", whileMoving: "both", whileStopped: true },
  { name: "networkMbps", unit: "Mbit/s", whileMoving: "both", whileStopped: false },
];

/** The amount of one resource; zero when absent. */
export function amountOf(resources: Resources, name: string): number {
  return Object.hasOwn(resources, name) ? (resources[name] ?? 0) : 0;
}

export function addResources(a: Resources, b: Resources): Resources {
  const sum: Record<string, number> = { ...a };
  for (const [name, amount] of Object.entries(b)) sum[name] = amountOf(sum, name) + amount;
  return sum;
}
