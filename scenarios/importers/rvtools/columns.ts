import type { TableSpec } from "../table.ts";

/** Which machine a row is about; on every sheet about machines. */
const machineColumns = {
  name: { names: ["VM", "VM Name", "Name"], between: [["", "Powerstate"]] },
  id: { names: ["VM ID", "VM Object ID"] },
  uuid: { names: ["VM UUID", "VM Instance UUID"] },
  power: { names: ["Powerstate", "Power State"], between: [["VM", "Template"]] },
  template: { names: ["Template"], between: [["Powerstate", "SRM Placeholder"]] },
  placeholder: { names: ["SRM Placeholder"] },
  datacenter: { names: ["Datacenter"] },
  cluster: { names: ["Cluster", "Cluster Name"], between: [["Datacenter", "Host"]] },
  host: { names: ["Host", "Host Name"], between: [["Cluster", "Folder"], ["Cluster", "OS according to the configuration file"]] },
} as const;

export const infoSpec = {
  ...machineColumns,
  connection: { names: ["Connection state"] },
  cpus: { names: ["CPUs", "# CPUs", "CPU", "Num CPU", "vCPUs"], between: [["Change Version", "Memory"], ["Change Version", "Overall Cpu Readiness"], ["PowerOn", "Memory"]] },
  memory: { names: ["Memory"], isAmount: true, between: [["CPUs", "NICs"], ["CPUs", "Active Memory"], ["Overall Cpu Readiness", "Active Memory"]] },
  disks: { names: ["Total disk capacity"], isAmount: true, between: [["Disks", "Fixed Passthru HotPlug"]] },
  provisioned: { names: ["Provisioned"], isAmount: true, between: [["Vm Failover In Progress", "In Use"]] },
  inUse: { names: ["In Use"], isAmount: true, between: [["Provisioned", "Unshared"]] },
  path: { names: ["Path"] },
  os: { names: ["OS according to the configuration file", "OS"] },
  osTools: { names: ["OS according to the VMware Tools"] },
  folder: { names: ["Folder"] },
  pool: { names: ["Resource pool"] },
  rules: { names: ["Cluster rule name(s)"] },
} as const satisfies TableSpec<string>;

export const cpuSpec = {
  ...machineColumns,
  cpus: { names: ["CPUs"], between: [["SRM Placeholder", "Sockets"], ["Template", "Sockets"]] },
  overall: { names: ["Overall"] },
} as const satisfies TableSpec<string>;

export const memorySpec = {
  ...machineColumns,
  size: { names: ["Size"], isAmount: true, between: [["SRM Placeholder", "Memory Reservation Locked To Max"], ["SRM Placeholder", "Overhead"], ["Template", "Overhead"]] },
  consumed: { names: ["Consumed"], isAmount: true },
} as const satisfies TableSpec<string>;

export const diskSpec = {
  ...machineColumns,
  disk: { names: ["Disk"] },
  capacity: { names: ["Capacity"], isAmount: true, between: [["Disk Path", "Raw"], ["Disk", "Raw"]] },
  path: { names: ["Path", "Disk Path"] },
} as const satisfies TableSpec<string>;

export const partitionSpec = {
  ...machineColumns,
  disk: { names: ["Disk"] },
  capacity: { names: ["Capacity"], isAmount: true },
  consumed: { names: ["Consumed"], isAmount: true },
} as const satisfies TableSpec<string>;

export const networkSpec = {
  ...machineColumns,
  network: { names: ["Network"] },
} as const satisfies TableSpec<string>;

export const hostSpec = {
  name: { names: ["Host", "Host Name", "Name"], between: [["", "Datacenter"]] },
  datacenter: { names: ["Datacenter"], between: [["Host", "Cluster"]] },
  cluster: { names: ["Cluster", "Cluster Name"], between: [["Datacenter", "Config status"]] },
  maintenance: { names: ["in Maintenance Mode", "Maintenance Mode"] },
  model: { names: ["CPU Model"] },
  speed: { names: ["Speed"] },
  sockets: { names: ["# CPU", "#CPU", "CPU sockets"], between: [["HT Active", "Cores per CPU"]] },
  coresPerSocket: { names: ["Cores per CPU"], between: [["# CPU", "# Cores"]] },
  cores: { names: ["# Cores", "Cores"], between: [["Cores per CPU", "CPU usage %"]] },
  memory: { names: ["# Memory", "Memory"], isAmount: true, between: [["CPU usage %", "Memory usage %"], ["CPU usage %", "Memory Tiering Type"]] },
  currentEvc: { names: ["Current EVC"] },
  maxEvc: { names: ["Max EVC"] },
  version: { names: ["ESX Version", "ESXi Version"] },
  vendor: { names: ["Vendor"] },
  hardware: { names: ["Model"] },
  faultDomain: { names: ["vSAN Fault Domain Name"] },
} as const satisfies TableSpec<string>;

export const clusterSpec = {
  name: { names: ["Name", "Cluster"] },
  hosts: { names: ["NumHosts", "# Hosts"] },
  ha: { names: ["HA enabled"] },
  failoverLevel: { names: ["Failover Level", "Current Failover Level"] },
  cores: { names: ["NumCpuCores", "# Cores"] },
  memory: { names: ["TotalMemory"], isAmount: true },
} as const satisfies TableSpec<string>;

export const storeSpec = {
  name: { names: ["Name", "Datastore"], between: [["", "Config status"]] },
  capacity: { names: ["Capacity"], isAmount: true, between: [["# VMs", "Provisioned"], ["# VMs total", "Provisioned"]] },
  inUse: { names: ["In Use"], isAmount: true },
  free: { names: ["Free"], isAmount: true },
  accessible: { names: ["Accessible"] },
  hostCount: { names: ["# Hosts", "#Hosts"] },
  hosts: { names: ["Hosts"] },
} as const satisfies TableSpec<string>;
