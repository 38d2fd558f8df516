import { limits, RowReader, type RowFields } from "../cells.ts";
import type { ImportLog } from "../import-log.ts";
import type { InventoryMachine } from "../inventory.ts";
import type { Table, TableRow, TableSpec } from "../table.ts";
import type { cpuSpec, diskSpec, infoSpec, memorySpec, networkSpec, partitionSpec } from "./columns.ts";

type TableOf<Spec extends TableSpec<string>> = Table<Extract<keyof Spec, string>>;
export interface MachineTables {
  readonly info: TableOf<typeof infoSpec> | null;
  readonly cpu: TableOf<typeof cpuSpec> | null;
  readonly memory: TableOf<typeof memorySpec> | null;
  readonly disk: TableOf<typeof diskSpec> | null;
  readonly partition: TableOf<typeof partitionSpec> | null;
  readonly network: TableOf<typeof networkSpec> | null;
}

/** Fields that every sheet about machines has. */
type CommonField = "name" | "id" | "uuid" | "power" | "template" | "placeholder" | "datacenter" | "cluster" | "host";

/** One machine, put together from the sheets that tell about it. */
interface Machine {
  readonly reader: RowFields<CommonField>;
  readonly info: RowFields<Extract<keyof typeof infoSpec, string>> | null;
  readonly name: string;
  id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Where it is, by the first sheet that says so. */
  host: string;
  cluster: string;
  site: string;
  cpus: number | null;
  overallMHz: number | null;
  memoryMiB: number | null;
  consumedMiB: number | null;
  disksMiB: number | null;
  filesMiB: number | null;
  stores: Set<string>;
  networks: number;
}

/**
 * Machines from all sheets. vInfo has one row for each; the others add what it lacks. Rows belong together by VM ID,
 * else by name, which alone is not unique. Where sheets contradict each other vInfo counts, and it is told.
 */
export function readMachines(tables: MachineTables, log: ImportLog): readonly InventoryMachine[] {
  const machines = new Machines(log);
  const { info, cpu, memory, disk, partition, network } = tables;
  for (const row of info?.rows ?? []) {
    if (info !== null) machines.add(new RowReader(info, row, row.texts.name ?? "", log), row);
  }
  if (cpu !== null) for (const [machine, reader] of machines.of(cpu)) {
    machine.cpus = settled(machine.cpus, reader.whole("cpus", limits.coresMax, "vCPU"), "CPUs", "vCPU", machine, reader, log);
    machine.overallMHz ??= reader.whole("overall", limits.coresMax * limits.mhzMax, "MHz");
  }
  if (memory !== null) for (const [machine, reader] of machines.of(memory)) {
    machine.memoryMiB = settled(machine.memoryMiB, reader.mebibytes("size", limits.memoryMiBMax), "Memory", "MiB", machine, reader, log);
    machine.consumedMiB ??= reader.mebibytes("consumed", limits.memoryMiBMax);
  }
  if (disk !== null) for (const [machine, reader] of machines.of(disk)) {
    machine.disksMiB = added(machine.disksMiB, reader.mebibytes("capacity", limits.storageMiBMax));
    addStore(machine, reader.text("path"));
  }
  if (partition !== null) for (const [machine, reader] of machines.of(partition)) {
    machine.filesMiB = added(machine.filesMiB, reader.mebibytes("consumed", limits.storageMiBMax));
  }
  if (network !== null) for (const [machine] of machines.of(network)) machine.networks++;
  return machines.finish();
}

function added(sum: number | null, more: number | null): number | null {
  return more === null ? sum : (sum ?? 0) + more;
}

/** What vInfo says, else what this sheet says; told when they differ. */
function settled(
  known: number | null, other: number | null, field: string, unit: string, { name }: Machine, { place }: RowFields<never>, log: ImportLog,
): number | null {
  if (known === null || other === null || known === other) return known ?? other;
  log.note({ ...place, subject: name }, "skipped", { field, found: `${other} ${unit}`, became: `${known} ${unit}`, reason: "vInfo says something else, and counts" });
  return known;
}

function locate(machine: Machine, reader: RowFields<CommonField>): void {
  if (machine.host === "") machine.host = reader.text("host");
  if (machine.cluster === "") machine.cluster = reader.text("cluster");
  if (machine.site === "") machine.site = reader.text("datacenter");
}

/** `[store] folder/machine.vmdk` is in `store`. */
function addStore(machine: Machine, path: string): void {
  const store = /^\[([^\]]+)\]/.exec(path)?.[1];
  if (store !== undefined) machine.stores.add(store);
}

class Machines {
  readonly #log: ImportLog;
  readonly #all: Machine[] = [];
  readonly #byId = new Map<string, Machine>();
  readonly #byName = new Map<string, Machine[]>();
  /** Left out on purpose, so that their rows on other sheets are not told again and again. */
  readonly #leftOut = new Set<string>();

  constructor(log: ImportLog) {
    this.#log = log;
  }

  /** A row of vInfo, or of another sheet when vInfo does not know the machine. */
  add(reader: RowFields<Extract<keyof typeof infoSpec, string>>, { labels }: Pick<TableRow<string>, "labels">): void {
    if (!this.#isWanted(reader)) return;
    const machine = this.#made(reader, reader, labels);
    machine.cpus = reader.whole("cpus", limits.coresMax, "vCPU");
    machine.memoryMiB = reader.mebibytes("memory", limits.memoryMiBMax);
    addStore(machine, reader.text("path"));
  }

  /** Rows of another sheet with their machines; machines that vInfo does not have are added. */
  *of<Field extends string>(table: Table<Field | CommonField>): Generator<readonly [Machine, RowFields<Field | CommonField>]> {
    for (const row of table.rows) {
      const reader = new RowReader(table, row, row.texts.name ?? "", this.#log);
      const [name, id] = [reader.text("name"), reader.text("id")];
      if (this.#leftOut.has(id) || (id === "" && this.#leftOut.has(name))) continue;
      let machine = this.#find(name, id, reader.text("cluster"));
      if (machine === null) {
        if (!this.#isWanted(reader)) continue;
        machine = this.#made(reader, null, row.labels);
        this.#log.note(reader.place, "guessed", { reason: "not on sheet vInfo: taken from this sheet alone" });
      }
      locate(machine, reader);
      yield [machine, reader];
    }
  }

  #find(name: string, id: string, cluster: string): Machine | null {
    const byId = id === "" ? undefined : this.#byId.get(id);
    if (byId !== undefined) return byId;
    const named = (this.#byName.get(name) ?? []).filter((machine) => machine.id === "" || id === "");
    const [first] = named;
    const found = named.length <= 1 ? first : named.find((machine) => machine.cluster === cluster) ?? first;
    if (found === undefined) return null;
    if (id !== "") {
      found.id = id;
      this.#byId.set(id, found);
    }
    return found;
  }

  #isWanted(reader: RowFields<CommonField>): boolean {
    const name = reader.text("name");
    const reason = name === "" ? "no name"
      : reader.flag("template", false) ? "a template: it never runs"
        : reader.flag("placeholder", false) ? "a placeholder of Site Recovery Manager: the machine itself is at another site" : null;
    if (reason === null) return true;
    this.#log.note(reader.place, "skipped", { found: name, reason });
    this.#leftOut.add(reader.text("id") === "" ? name : reader.text("id"));
    return false;
  }

  #made(reader: RowFields<CommonField>, info: Machine["info"], labels: Machine["labels"]): Machine {
    const [name, id] = [reader.text("name"), reader.text("id")];
    if (id !== "" && this.#byId.has(id)) this.#log.note(reader.place, "converted", { found: id, reason: "a second row with this VM ID: taken as a machine of its own" });
    const machine: Machine = {
      reader, info, name, id, labels, host: "", cluster: "", site: "", cpus: null, overallMHz: null, memoryMiB: null, consumedMiB: null, disksMiB: null, filesMiB: null, stores: new Set(), networks: 0,
    };
    locate(machine, reader);
    this.#all.push(machine);
    if (id !== "" && !this.#byId.has(id)) this.#byId.set(id, machine);
    const named = this.#byName.get(name);
    if (named === undefined) this.#byName.set(name, [machine]);
    else named.push(machine);
    return machine;
  }

  finish(): readonly InventoryMachine[] {
    return this.#all.map((machine) => inventoryMachine(machine, this.#log));
  }
}

function inventoryMachine(machine: Machine, log: ImportLog): InventoryMachine {
  const { reader, info, name } = machine;
  const isRunning = isOn(reader, log);
  const storage = storageOf(machine, log);
  const connection = info?.text("connection") ?? "";
  if (connection !== "" && connection.toLowerCase() !== "connected") log.note(reader.place, "converted", { field: "Connection state", found: connection, reason: "taken all the same: its figures may be old" });
  const rules = info?.text("rules") ?? "";
  if (rules !== "") log.note(reader.place, "skipped", { field: "Cluster rule name(s)", found: rules, reason: "the export names rules, but not what they ask for: write them as policies" });
  return {
    name, key: machine.id, origin: reader.place, host: machine.host, site: machine.site, cluster: machine.cluster,
    isRunning, cpuMillicores: machine.cpus === null ? null : machine.cpus * 1000, memoryMiB: machine.memoryMiB, ...storage,
    usedMillicores: null, usedMHz: isRunning ? machine.overallMHz : null, usedMemoryMiB: isRunning ? machine.consumedMiB : null,
    stores: [...machine.stores], canMoveLive: true, labels: labelsOf(machine),
  };
}

/** Everything but the power state `on` is off; suspended machines hold no processors and no memory either. */
function isOn(reader: RowFields<CommonField>, log: ImportLog): boolean {
  const state = reader.text("power").toLowerCase().replaceAll(/[^a-z]/g, "");
  if (state === "poweredon" || state === "on") return true;
  if (state === "poweredoff" || state === "off") return false;
  log.note(reader.place, state === "suspended" ? "converted" : "guessed", {
    field: "Powerstate", found: reader.text("power"), became: "stopped",
    reason: state === "suspended" ? "suspended: its memory is on disk" : "no power state that is known",
  });
  return false;
}

/** What vInfo calls provisioned; else the disks, as vInfo or vDisk add them up. */
function storageOf({ info, disksMiB, filesMiB, name, reader }: Machine, log: ImportLog): Pick<InventoryMachine, "storageMiB" | "usedStorageMiB"> {
  const provisioned = info?.mebibytes("provisioned", limits.storageMiBMax) ?? null;
  const disks = info?.mebibytes("disks", limits.storageMiBMax) ?? disksMiB;
  const inUse = info?.mebibytes("inUse", limits.storageMiBMax) ?? null;
  if (provisioned === null && disks !== null) log.note({ ...reader.place, subject: name }, "converted", { field: "Provisioned", became: `${disks} MiB`, reason: "no amount provisioned: the sum of its disks" });
  if (inUse === null && filesMiB !== null) log.note({ ...reader.place, subject: name }, "converted", { field: "In Use", became: `${filesMiB} MiB`, reason: "no amount in use: what its partitions hold" });
  return { storageMiB: provisioned ?? disks, usedStorageMiB: inUse ?? filesMiB };
}

function labelsOf({ info, id, cluster, labels }: Machine): Readonly<Record<string, string>> {
  const osTools = info?.text("osTools") ?? "";
  const os = osTools === "" ? info?.text("os") ?? "" : osTools;
  return { cluster, os, folder: info?.text("folder") ?? "", pool: info?.text("pool") ?? "", vmId: id, ...labels };
}
