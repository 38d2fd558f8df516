/** What a measurement of one resource may be given in, and how many units of the fleet one of it is. */
const perSecond = { "bytes/s": 1e-6, "kB/s": 1e-3, "MB/s": 1 };
const sizes = { bytes: 1 / 1_048_576, KiB: 1 / 1024, MiB: 1, GiB: 1024, TiB: 1_048_576, kB: 1000 / 1_048_576, MB: 1e6 / 1_048_576, GB: 1e9 / 1_048_576 };

export const unitsOf: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  cpuMillicores: { cores: 1000, millicores: 1, "percent-of-a-core": 10 },
  cpuMHz: { Hz: 1e-6, MHz: 1, GHz: 1000 },
  memoryMiB: sizes,
  storageMiB: sizes,
  storageMBps: perSecond,
  networkMbps: { "bits/s": 1e-6, "bytes/s": 8e-6, "kbit/s": 1e-3, "Mbit/s": 1, "MB/s": 8 },
};

/** All units, for the schema of mapping files. `units` is what a resource of the fleet's own is counted in. */
export const unitNames = [...new Set(["units", ...Object.values(unitsOf).flatMap((units) => Object.keys(units))])];

/** How series of a server become load: one query, and whose load each of its series is. */
export interface SeriesRule {
  /** Where it comes from, for the report: `libvirt`, or the mapping file. */
  readonly set: string;
  readonly resource: string;
  /** What was used, or what was promised to it. */
  readonly what: "use" | "provisioned";
  /** `$window` stands for the time that rates look back. */
  readonly query: string;
  readonly unit: string;
  /** Whose it is. Either: whichever of the fleet has this name. */
  readonly of: "workload" | "host" | "either";
  /** The label that names it, and what of it is the name: all behind one text and before another. */
  readonly label: string;
  readonly after: string;
  readonly before: string;
  /** The label that names an application inside the workload; empty for the whole of it. */
  readonly application: string;
  /** Names of the fleet for names of the server. */
  readonly names: Readonly<Record<string, string>>;
}

const bare = { after: "", before: "", application: "", names: {} };

/** A domain may have several disks and links; each is a series of its own. */
const libvirt = (resource: string, unit: string, query: string, what: SeriesRule["what"] = "use"): SeriesRule =>
  ({ ...bare, set: "libvirt", resource, what, query, unit, of: "workload", label: "domain" });

const node = (resource: string, unit: string, query: string, what: SeriesRule["what"] = "use"): SeriesRule =>
  ({ ...bare, set: "node", resource, what, query, unit, of: "either", label: "instance", before: ":" });

const disks = "device!~\"dm-.*|loop.*|ram.*|md.*|sr.*|zram.*\"";
const links = "device!~\"lo|veth.*|docker.*|br-.*|virbr.*|vnet.*|tap.*|tun.*|cali.*|flannel.*|cni.*|bond.*\"";
const fileSystems = "fstype!~\"tmpfs|ramfs|devtmpfs|overlay|squashfs|iso9660|nfs.*|cifs|fuse.*|autofs\"";

/**
 * Mappings for the exporters that most sites have. Rates are Prometheus' own, which know of counters that begin anew; the
 * shares of several devices are added by the server.
 */
export const ruleSets: Readonly<Record<string, readonly SeriesRule[]>> = {
  libvirt: [
    libvirt("cpuMillicores", "cores", "sum by (domain) (rate(libvirt_domain_info_cpu_time_seconds_total[$window]))"),
    libvirt("memoryMiB", "bytes", "max by (domain) (libvirt_domain_info_memory_usage_bytes)"),
    libvirt("storageMBps", "bytes/s", "sum by (domain) (rate(libvirt_domain_block_stats_read_bytes_total[$window])) + sum by (domain) (rate(libvirt_domain_block_stats_write_bytes_total[$window]))"),
    libvirt("networkMbps", "bytes/s", "sum by (domain) (rate(libvirt_domain_interface_stats_receive_bytes_total[$window])) + sum by (domain) (rate(libvirt_domain_interface_stats_transmit_bytes_total[$window]))"),
    libvirt("cpuMillicores", "cores", "max by (domain) (libvirt_domain_info_virtual_cpus)", "provisioned"),
    libvirt("memoryMiB", "bytes", "max by (domain) (libvirt_domain_info_maximum_memory_bytes)", "provisioned"),
  ],
  node: [
    node("cpuMillicores", "cores", "sum by (instance) (rate(node_cpu_seconds_total{mode!~\"idle|iowait|steal\"}[$window]))"),
    node("memoryMiB", "bytes", "max by (instance) (node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes)"),
    node("storageMiB", "bytes", `sum by (instance) (max by (instance, device) (node_filesystem_size_bytes{${fileSystems}} - node_filesystem_free_bytes{${fileSystems}}))`),
    node("storageMBps", "bytes/s", `sum by (instance) (rate(node_disk_read_bytes_total{${disks}}[$window])) + sum by (instance) (rate(node_disk_written_bytes_total{${disks}}[$window]))`),
    node("networkMbps", "bytes/s", `sum by (instance) (rate(node_network_receive_bytes_total{${links}}[$window])) + sum by (instance) (rate(node_network_transmit_bytes_total{${links}}[$window]))`),
    node("cpuMillicores", "cores", "count by (instance) (node_cpu_seconds_total{mode=\"idle\"})", "provisioned"),
    node("memoryMiB", "bytes", "max by (instance) (node_memory_MemTotal_bytes)", "provisioned"),
  ],
};

/** The name that a series gives; empty when it gives none. */
export function nameIn({ label, after, before, names }: SeriesRule, labels: Readonly<Record<string, string>>): string {
  const whole = Object.hasOwn(labels, label) ? labels[label] ?? "" : "";
  const from = after === "" ? 0 : whole.indexOf(after) + after.length;
  if (after !== "" && !whole.includes(after)) return "";
  const rest = whole.slice(from);
  const end = before === "" ? -1 : rest.startsWith("[") ? rest.indexOf(before, rest.indexOf("]")) : rest.indexOf(before);
  const name = end < 0 ? rest : rest.slice(0, end);
  return Object.hasOwn(names, name) ? names[name] ?? "" : name;
}

/** How many units of the fleet one of the rule's units is. */
export function factorOf({ resource, unit }: SeriesRule): number {
  return unitsOf[resource]?.[unit] ?? 1;
}
