import { compareIds } from "../../model/ids.ts";
import type { Placed, PlacedHost, PlacedMachine } from "./placed.ts";

/** How a cluster stands. Machines are counted without templates. */
export interface ClusterSummary {
  /** Empty for hosts and machines outside of clusters. */
  readonly cluster: string;
  readonly hosts: number;
  readonly cores: number;
  /** Without the largest host: what is left whichever is lost. */
  readonly coresAfterLoss: number;
  /** Without a host of average size, which sizing sheets often count; the same where all hosts are equal. */
  readonly coresAfterAverageLoss: number;
  readonly running: MachineSums;
  /** Those that are switched off included. */
  readonly all: MachineSums;
}

export interface MachineSums {
  readonly machines: number;
  readonly vcpus: number;
  /** Per thousand, on the cores after a loss; null when no core is left. */
  readonly vcpusPerCorePermille: number | null;
  readonly memoryMiB: number;
  readonly storageProvisionedMiB: number;
  /** Null when the input does not say for any of them. */
  readonly storageUsedMiB: number | null;
}

/** One row for each cluster, in order of name. */
export function summaryOf({ hosts, machines }: Placed): readonly ClusterSummary[] {
  const clusters = [...new Set([...hosts, ...machines].map(({ cluster }) => cluster))].sort(compareIds);
  return clusters.map((cluster) => summarised(cluster, hosts.filter((host) => host.cluster === cluster), machines.filter((machine) => machine.cluster === cluster)));
}

/** The same over all clusters; what is left after a loss is what each cluster has left. */
export function totalOf(rows: readonly ClusterSummary[]): ClusterSummary {
  const sum = (amount: (row: ClusterSummary) => number): number => rows.reduce((total, row) => total + amount(row), 0);
  const coresAfterLoss = sum((row) => row.coresAfterLoss);
  const sums = (part: (row: ClusterSummary) => MachineSums): MachineSums => {
    const used = rows.map((row) => part(row).storageUsedMiB).filter((amount) => amount !== null);
    const vcpus = sum((row) => part(row).vcpus);
    return {
      machines: sum((row) => part(row).machines), vcpus, vcpusPerCorePermille: perCore(vcpus, coresAfterLoss), memoryMiB: sum((row) => part(row).memoryMiB),
      storageProvisionedMiB: sum((row) => part(row).storageProvisionedMiB), storageUsedMiB: used.length === 0 ? null : used.reduce((total, amount) => total + amount, 0),
    };
  };
  return {
    cluster: "total", hosts: sum((row) => row.hosts), cores: sum((row) => row.cores), coresAfterLoss, coresAfterAverageLoss: sum((row) => row.coresAfterAverageLoss),
    running: sums((row) => row.running), all: sums((row) => row.all),
  };
}

function summarised(cluster: string, hosts: readonly PlacedHost[], machines: readonly PlacedMachine[]): ClusterSummary {
  const cores = hosts.map(({ host }) => host.cores ?? 0);
  const total = cores.reduce((sum, each) => sum + each, 0);
  const coresAfterLoss = total - cores.reduce((most, each) => Math.max(most, each), 0);
  return {
    cluster, hosts: hosts.length, cores: total, coresAfterLoss,
    coresAfterAverageLoss: hosts.length === 0 ? 0 : Math.round((total * (hosts.length - 1)) / hosts.length),
    running: sumsOf(machines.filter(({ machine }) => machine.isRunning), coresAfterLoss),
    all: sumsOf(machines, coresAfterLoss),
  };
}

function sumsOf(machines: readonly PlacedMachine[], cores: number): MachineSums {
  const sum = (amount: (machine: PlacedMachine) => number): number => machines.reduce((total, machine) => total + amount(machine), 0);
  const vcpus = Math.ceil(sum(({ millicores }) => millicores) / 1000);
  return {
    machines: machines.length, vcpus, vcpusPerCorePermille: perCore(vcpus, cores), memoryMiB: sum(({ memoryMiB }) => memoryMiB),
    storageProvisionedMiB: sum(({ storageMiB }) => storageMiB),
    storageUsedMiB: machines.every(({ machine }) => machine.usedStorageMiB === null) ? null : sum(({ machine }) => machine.usedStorageMiB ?? 0),
  };
}

function perCore(vcpus: number, cores: number): number | null {
  return cores === 0 ? null : Math.round((vcpus * 1000) / cores);
}
