import path from "node:path";
import { limits, RowReader } from "./cells.ts";
import { cpuVendorOf } from "./cpu-vendor.ts";
import { csvSheet } from "./csv-sheet.ts";
import { ImportLog } from "./import-log.ts";
import type { Importer, ReadOptions } from "./importer.ts";
import type { InventoryHost, InventoryMachine } from "./inventory.ts";
import { readTable, type ColumnSpec, type Table, type TableSpec } from "./table.ts";
import { UnreadableImport } from "./unreadable.ts";

const hostColumns = {
  name: { names: ["name", "host", "hostname"] },
  site: { names: ["site", "datacenter", "location"] },
  cluster: { names: ["cluster"] },
  cores: { names: ["cores", "cpu cores"] },
  memory: { names: ["memory", "ram"], isAmount: true },
  storage: { names: ["storage", "disk"], isAmount: true },
  cpu: { names: ["cpu model", "processor"] },
  state: { names: ["state", "status"] },
} as const satisfies TableSpec<string>;

const machineColumns = {
  name: { names: ["name", "machine", "vm", "workload"] },
  id: { names: ["id"] },
  host: { names: ["host", "node"] },
  site: { names: ["site", "datacenter", "location"] },
  cluster: { names: ["cluster"] },
  vcpus: { names: ["vcpus", "vcpu", "cpus", "cpu"] },
  memory: { names: ["memory", "ram"], isAmount: true },
  storage: { names: ["storage", "disk"], isAmount: true },
  usedMemory: { names: ["used memory", "memory used"], isAmount: true },
  usedStorage: { names: ["used storage", "storage used"], isAmount: true },
  state: { names: ["state", "status", "power"] },
} as const satisfies TableSpec<string>;

/** Any table: a file of hosts has a column of cores, a file of machines one of virtual processors. */
export const plainCsv: Importer = {
  name: "csv",
  title: "Tables in CSV",
  input: "a file of hosts (name, site, cluster, cores, memory, storage, cpu model, state) and one of machines (name, host, cluster, vcpus, memory, storage, state); a unit may end a heading (memory GiB), and --column FIELD=HEADING names headings of your own",
  example: "hosts.csv machines.csv",
  read: async (files, options, log) => {
    const hosts: InventoryHost[] = [];
    const machines: InventoryMachine[] = [];
    refuseUnknown(options);
    for (const file of files) {
      const sheet = csvSheet(file, path.basename(file));
      const asHosts = await readTable(sheet, mapped(hostColumns, options), options.labels, new ImportLog());
      if (asHosts?.headings.has("cores") === true) {
        const table = await readTable(sheet, mapped(hostColumns, options), options.labels, log);
        if (table !== null) hosts.push(...hostsOf(table, log));
        continue;
      }
      const table = await readTable(sheet, mapped(machineColumns, options), options.labels, log);
      if (table === null || !table.headings.has("name")) {
        throw new UnreadableImport("bad-format", `${file} has no headings that are known: it is neither a table of hosts nor of machines.`, `Say which column is which: --column name=HEADING. Fields: ${[...new Set([...Object.keys(hostColumns), ...Object.keys(machineColumns)])].join(", ")}.`);
      }
      machines.push(...machinesOf(table, log));
    }
    return { layer: "libvirt", hosts, machines, stores: [] };
  },
};

function refuseUnknown({ columns }: ReadOptions): void {
  const known = new Set([...Object.keys(hostColumns), ...Object.keys(machineColumns)]);
  const unknown = Object.keys(columns).filter((field) => !known.has(field));
  if (unknown.length > 0) throw new UnreadableImport("usage", `--column names ${unknown.join(", ")}; there is no such field.`, `Fields: ${[...known].join(", ")}.`);
}

function mapped<Field extends string>(spec: TableSpec<Field>, { columns }: ReadOptions): TableSpec<Field> {
  const entries = (Object.entries(spec) as [Field, ColumnSpec][]).map(([field, column]) => [field, columns[field] === undefined ? column : { ...column, names: [columns[field], ...column.names] }] as const);
  return Object.fromEntries(entries) as TableSpec<Field>;
}

const offWords = /^(off|stopped|down|poweredoff|powered off|shut off|shutoff|halted|false|0|suspended|paused)$/i;

function hostsOf(table: Table<keyof typeof hostColumns>, log: ImportLog): readonly InventoryHost[] {
  return table.rows.flatMap((row) => {
    const reader = new RowReader(table, row, row.texts.name ?? "", log);
    const name = reader.text("name");
    if (name === "") log.note(reader.place, "skipped", { reason: "no name" });
    const state = reader.text("state").toLowerCase();
    return name === "" ? [] : [{
      name, origin: reader.place, site: reader.text("site"), cluster: reader.text("cluster"), cores: reader.whole("cores", limits.coresMax, "cores"),
      memoryMiB: reader.mebibytes("memory", limits.memoryMiBMax), storageMiB: reader.mebibytes("storage", limits.storageMiBMax), cpuMHz: null,
      cpuVendor: cpuVendorOf(reader.text("cpu")), cpuLevel: 0, state: state === "maintenance" || state === "failed" ? state : offWords.test(state) ? "off" as const : "on" as const,
      layerVersion: "", domains: {}, labels: row.labels,
    }];
  });
}

function machinesOf(table: Table<keyof typeof machineColumns>, log: ImportLog): readonly InventoryMachine[] {
  return table.rows.flatMap((row) => {
    const reader = new RowReader(table, row, row.texts.name ?? "", log);
    const name = reader.text("name");
    if (name === "") log.note(reader.place, "skipped", { reason: "no name" });
    const millicores = reader.thousandths("vcpus", limits.coresMax, "vCPU");
    return name === "" ? [] : [{
      name, key: reader.text("id"), origin: reader.place, host: reader.text("host"), site: reader.text("site"), cluster: reader.text("cluster"),
      isRunning: !offWords.test(reader.text("state")), cpuMillicores: millicores, memoryMiB: reader.mebibytes("memory", limits.memoryMiBMax),
      storageMiB: reader.mebibytes("storage", limits.storageMiBMax), usedMillicores: null, usedMHz: null, usedMemoryMiB: reader.mebibytes("usedMemory", limits.memoryMiBMax),
      usedStorageMiB: reader.mebibytes("usedStorage", limits.storageMiBMax), stores: [], canMoveLive: true, labels: row.labels,
    }];
  });
}
