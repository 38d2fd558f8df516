import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { counted } from "../../../model/counted.ts";
import { compareIds } from "../../../model/ids.ts";
import { csvSheet } from "../csv-sheet.ts";
import type { ImportLog } from "../import-log.ts";
import type { Inventory } from "../inventory.ts";
import type { Sheet } from "../sheet.ts";
import { readTable, type Table, type TableSpec } from "../table.ts";
import { UnreadableImport } from "../unreadable.ts";
import { openWorkbook } from "../xlsx/workbook.ts";
import { clusterSpec, cpuSpec, diskSpec, hostSpec, infoSpec, memorySpec, networkSpec, partitionSpec, storeSpec } from "./columns.ts";
import { readHosts, readStores } from "./hosts.ts";
import { readMachines } from "./machines.ts";

const filesMax = 200;

/** Reads what RVTools exported: a workbook, or a folder of its CSV files. `labels` are columns to keep as labels. */
export async function readRvtools(input: string, labels: readonly string[], log: ImportLog): Promise<Inventory> {
  const sheets = new Map<string, Sheet>();
  for (const sheet of await sheetsOf(input)) {
    const name = sheet.name.toLowerCase().replace(/^(rvtools_)?tab/, "");
    if (sheets.has(name)) log.note({ source: sheet.source, row: null, subject: sheet.name }, "skipped", { reason: "a second sheet of this name" });
    else sheets.set(name, sheet);
  }
  const table = async <Field extends string>(name: string, spec: TableSpec<Field>): Promise<Table<Field> | null> => {
    const sheet = sheets.get(name.toLowerCase());
    sheets.delete(name.toLowerCase());
    if (sheet === undefined) return null;
    const read = await readTable(sheet, spec, labels, log);
    if (read === null) log.note({ source: sheet.source, row: null, subject: name }, "skipped", { reason: "no row of it has the headings that RVTools writes" });
    else {
      tellUnits(read, log);
      log.note({ source: sheet.source, row: null, subject: name }, "taken", { found: counted(read.rows.length, "row"), reason: "a sheet that RVTools writes" });
    }
    return read;
  };
  const [info, cpu, memory, disk] = [await table("vInfo", infoSpec), await table("vCPU", cpuSpec), await table("vMemory", memorySpec), await table("vDisk", diskSpec)];
  const [partition, network, hosts] = [await table("vPartition", partitionSpec), await table("vNetwork", networkSpec), await table("vHost", hostSpec)];
  const [cluster, stores] = [await table("vCluster", clusterSpec), await table("vDatastore", storeSpec)];
  for (const [, { source, name }] of sheets) log.note({ source, row: null, subject: name }, "skipped", { reason: "a sheet that a fleet has no use for" });
  if (info === null && cpu === null && hosts === null) {
    throw new UnreadableImport("bad-format", `${input} has none of the sheets vInfo, vCPU and vHost of RVTools.`, "Export with RVTools: File, Export all to xlsx; or name the folder of its CSV files.");
  }
  for (const row of cluster?.rows ?? []) {
    log.note({ source: cluster?.source ?? "", row: row.number, subject: row.texts.name ?? "" }, "skipped", { found: [row.texts.hosts, row.texts.cores, row.texts.ha].filter((text) => text !== undefined).join(", "), reason: "its hosts and cores are taken from sheet vHost" });
  }
  return {
    layer: "vsphere",
    machines: readMachines({ info, cpu, memory, disk, partition, network }, log),
    hosts: hosts === null ? [] : readHosts(hosts, log),
    stores: stores === null ? [] : readStores(stores, log),
  };
}

/** RVTools has always counted mebibytes; older versions wrote MB above them. */
function tellUnits(table: Table<string>, log: ImportLog): void {
  for (const heading of table.headings.values()) {
    if (/\bMB\b/.test(heading)) log.note({ source: table.source, row: null, subject: "" }, "converted", { field: heading, found: "MB", became: "MiB", reason: "RVTools means 1,048,576 bytes by MB" });
  }
}

async function sheetsOf(input: string): Promise<readonly Sheet[]> {
  const found = await stat(input);
  if (!found.isDirectory()) return /\.(csv|txt)$/i.test(input) ? [csvSheet(input, sheetName(input))] : openWorkbook(input);
  const names = (await readdir(input)).filter((name) => /\.csv$/i.test(name)).sort(compareIds);
  if (names.length === 0) throw new UnreadableImport("bad-format", `${input} has no CSV files.`, "Name the workbook, or the folder that RVTools exported its CSV files to.");
  if (names.length > filesMax) throw new UnreadableImport("bad-format", `${input} has ${names.length} CSV files; the limit is ${filesMax}.`, "Name the folder of one export.");
  return names.map((name) => csvSheet(path.join(input, name), sheetName(name)));
}

function sheetName(file: string): string {
  return path.basename(file).replace(/\.\w+$/, "");
}
