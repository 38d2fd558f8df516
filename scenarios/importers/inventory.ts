/** A fleet as another tool knows it, before it becomes a scenario. Null: the tool does not say. */
export interface Inventory {
  /** What the hosts execute: `libvirt`, `vsphere`, `podman`. */
  readonly layer: string;
  readonly hosts: readonly InventoryHost[];
  readonly machines: readonly InventoryMachine[];
  readonly stores: readonly InventoryStore[];
}

/** Where something stands in its input. */
export interface Origin {
  readonly source: string;
  readonly row: number | null;
  readonly subject: string;
}

export interface InventoryHost {
  readonly name: string;
  readonly origin: Origin;
  readonly site: string;
  /** Machines stay inside their cluster; empty when there are none. */
  readonly cluster: string;
  readonly cores: number | null;
  readonly memoryMiB: number | null;
  /** Disks of its own; null when its storage is shared or not known. */
  readonly storageMiB: number | null;
  readonly cpuMHz: number | null;
  readonly cpuVendor: string;
  /** Larger understands more instructions; 0 when not known. */
  readonly cpuLevel: number;
  readonly state: "on" | "off" | "maintenance" | "failed";
  readonly layerVersion: string;
  readonly domains: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

export interface InventoryMachine {
  readonly name: string;
  /** What tells two machines of one name apart; empty when nothing does. */
  readonly key: string;
  readonly origin: Origin;
  /** Name of its host as the tool writes it; empty when it has none. */
  readonly host: string;
  readonly site: string;
  readonly cluster: string;
  readonly isRunning: boolean;
  readonly cpuMillicores: number | null;
  readonly memoryMiB: number | null;
  /** What its disks may grow to. */
  readonly storageMiB: number | null;
  readonly usedMillicores: number | null;
  readonly usedMHz: number | null;
  readonly usedMemoryMiB: number | null;
  readonly usedStorageMiB: number | null;
  /** Stores that its files are in; empty when not known. */
  readonly stores: readonly string[];
  /** What must be carried when it moves, where the tool tells. */
  readonly carriedMiB?: number;
  readonly canMoveLive: boolean;
  /** Executes it, where that differs from the inventory's layer. */
  readonly layer?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A place for the files of machines that one or more hosts see. */
export interface InventoryStore {
  readonly name: string;
  readonly origin: Origin;
  readonly capacityMiB: number;
  readonly usedMiB: number | null;
  /** Names of hosts as the tool writes them; empty when it does not say. */
  readonly hosts: readonly string[];
  readonly isShared: boolean;
}
