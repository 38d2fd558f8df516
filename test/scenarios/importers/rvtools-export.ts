import { Random } from "../../../model/random.ts";
import type { Cell, SheetContent } from "./workbook-file.ts";

/** How an export deviates from a tidy one. */
export interface Untidiness {
  readonly machines: number;
  readonly unit?: "MB" | "MiB";
  /** Columns of custom attributes in the middle. */
  readonly customColumns?: boolean;
  readonly blankRows?: boolean;
  /** vHost has names with their domain, machines name hosts without it. */
  readonly domains?: boolean;
  /** Headings that lost a letter, or all of them. */
  readonly damagedHeadings?: boolean;
  /** Flags as `TRUE`, `False`, `1`. */
  readonly oddFlags?: boolean;
  readonly padding?: number;
}

/** What must come out, by cluster. */
export interface AnswerKey { hosts: number; cores: number; machines: number; running: number; vcpus: number; memoryMiB: number; storageMiB: number }

/** An export of RVTools with its answer key, counted while it is written. */
export function rvtoolsExport(seed: number, untidy: Untidiness): { readonly sheets: readonly SheetContent[]; readonly key: ReadonlyMap<string, AnswerKey> } {
  const random = new Random(seed);
  const unit = untidy.unit ?? "MiB";
  const key = new Map<string, AnswerKey>();
  const hosts: { name: string; cluster: string }[] = [];
  const hostRows: Cell[][] = [];
  for (let c = 0; c < 3; c++) {
    const cluster = ["Production", "Test & Dev", "DMZ"][c] ?? "";
    const count = 2 + random.below(4);
    const cores = 16 * (1 + random.below(3));
    key.set(cluster, { hosts: count, cores: count * cores, machines: 0, running: 0, vcpus: 0, memoryMiB: 0, storageMiB: 0 });
    for (let h = 0; h < count; h++) {
      const name = `esx${c}${h}`;
      hosts.push({ name, cluster });
      hostRows.push([untidy.domains === true ? `${name}.corp.example` : name, "Paris", cluster, "green", flag(untidy, false, h), "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz", 2095, 2, cores / 2, cores, 20, 786_096, 40]);
    }
  }
  const [info, cpu, memory, disk]: [Cell[][], Cell[][], Cell[][], Cell[][]] = [[], [], [], []];
  for (let m = 0; m < untidy.machines; m++) {
    const host = hosts[random.below(hosts.length)];
    if (host === undefined) continue;
    const [isTemplate, isOn] = [random.below(20) === 0, random.below(5) > 0];
    const [vcpus, memoryMiB, disks] = [1 + random.below(8), 1024 * (1 + random.below(32)), 1 + random.below(2)];
    const sizes = Array.from({ length: disks }, () => 10_240 * (1 + random.below(20)));
    const capacity = sizes.reduce((sum, size) => sum + size, 0);
    const [name, id, power] = [`vm-${random.below(untidy.machines)}`, `vm-${10_000 + m}`, isOn ? "poweredOn" : "poweredOff"];
    const where: Cell[] = ["Paris", host.cluster, untidy.domains === true ? host.name.toUpperCase() : host.name];
    const start: Cell[] = [name, power, flag(untidy, isTemplate, m), flag(untidy, false, m)];
    const custom: Cell[] = untidy.customColumns === true ? ["team-a", null] : [];
    const padding: Cell[] = Array.from({ length: untidy.padding ?? 0 }, (_, i) => (i % 3 === 0 ? "notConfigured" : i * 1000 + m));
    info.push([...start, "connected", m, vcpus, memoryMiB, 1, disks, capacity + memoryMiB, capacity, ...custom, ...padding, ...where, "CentOS 7 (64-bit)", id]);
    cpu.push([...start, vcpus, vcpus, 1, isOn ? 50 * vcpus : 0, ...padding.slice(0, 12), ...where, id]);
    memory.push([...start, memoryMiB, 0, Math.floor(memoryMiB / 2), ...custom, ...padding.slice(0, 20), ...where, id]);
    sizes.forEach((size, d) => disk.push([...start, `Hard disk ${d + 1}`, size, flag(untidy, false, d), `[store-${host.cluster}] ${name}/${name}.vmdk`, ...padding.slice(0, 25), ...where, id]));
    if (untidy.blankRows === true && m % 7 === 0) info.push([], [null, null, null]);
    const counted = key.get(host.cluster);
    if (isTemplate || counted === undefined) continue;
    counted.machines++;
    counted.running += isOn ? 1 : 0;
    counted.vcpus += vcpus;
    counted.memoryMiB += memoryMiB;
    counted.storageMiB += capacity + memoryMiB;
  }
  const start = ["VM", "Powerstate", "Template", "SRM Placeholder"];
  const end = ["Datacenter", "Cluster", "Host"];
  const custom = untidy.customColumns === true ? ["owner", "backup tag"] : [];
  const padding = Array.from({ length: untidy.padding ?? 0 }, (_, i) => `Extra ${i}`);
  const damaged = untidy.damagedHeadings === true;
  const stores = [...key.keys()].map((cluster): Cell[] => [`store-${cluster}`, "green", flag(untidy, true, 0), "VMFS", 5, 40_000_000, 30_000_000, 20_000_000, 20_000_000, 2, hosts.filter((host) => host.cluster === cluster).map(({ name }) => name).join(", ")]);
  return {
    key,
    sheets: [
      { name: "vInfo", rows: [[...start, "Connection state", "Change Version", damaged ? null : "CPUs", damaged ? "Memor" : "Memory", "NICs", "Disks", `Provisioned ${unit}`, `In Use ${unit}`, ...custom, ...padding, ...end, "OS according to the configuration file", "VM ID"], ...info] },
      { name: "vCPU", rows: [[...start, "CPUs", "Sockets", "Cores p/s", "Overall", ...padding.slice(0, 12), ...end, "VM ID"], ...cpu] },
      { name: "vMemory", rows: [[...start, `Size ${unit}`, "Overhead", "Consumed", ...custom, ...padding.slice(0, 20), ...end, "VM ID"], ...memory] },
      { name: "vDisk", rows: [[...start, "Disk", damaged ? `Capcity ${unit}` : `Capacity ${unit}`, "Raw", "Path", ...padding.slice(0, 25), ...end, "VM ID"], ...disk] },
      { name: "vHost", rows: [["Host", "Datacenter", "Cluster", "Config status", "in Maintenance Mode", "CPU Model", "Speed", "# CPU", "Cores per CPU", damaged ? "# Coers" : "# Cores", "CPU usage %", "# Memory", "Memory usage %"], ...hostRows] },
      { name: "vDatastore", rows: [["Name", "Config status", "Accessible", "Type", "# VMs", `Capacity ${unit}`, `Provisioned ${unit}`, `In Use ${unit}`, `Free ${unit}`, "# Hosts", "Hosts"], ...stores] },
      { name: "vHealth", rows: [["Name", "Message"], ["vm-1", "zombie file"]] },
    ],
  };
}

function flag({ oddFlags }: Untidiness, value: boolean, n: number): Cell {
  if (oddFlags !== true) return value ? "True" : "False";
  return (value ? ["TRUE", "true", 1, "Yes"] : ["FALSE", "false", 0, "No"])[n % 4] ?? null;
}

function csvField(cell: Cell): string {
  return cell === null ? "" : typeof cell === "object" ? cell.kept ?? "" : `"${String(cell).replaceAll("\"", "\"\"")}"`;
}

/** The same as a folder's CSV files, as a continental Windows writes them. */
export function csvOf({ rows }: SheetContent): string {
  return `\ufeff${rows.map((row) => row.map(csvField).join(";")).join("\r\n")}\r\n`;
}
