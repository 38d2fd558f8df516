import type { Importer } from "./importer.ts";
import { UnreadableImport } from "./unreadable.ts";
import { readRvtools } from "./rvtools/read.ts";

/** VMware vSphere, by way of RVTools. */
export const rvtools: Importer = {
  name: "rvtools",
  title: "VMware vSphere, exported with RVTools",
  input: "the workbook (.xlsx) of \"Export all to xlsx\", or the folder of \"Export all to csv\"",
  example: "export.xlsx",
  read: ([input, second], { labels }, log) => {
    if (input === undefined || second !== undefined) throw new UnreadableImport("usage", "RVTools exports are read one at a time.", "Name one workbook, or one folder of CSV files.");
    return readRvtools(input, labels, log);
  },
};
