import { writeFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import type { Diagnostic } from "../model/diagnostic.ts";
import { writeTables, type ExportTable } from "./export-tables.ts";
import { fileProblem } from "./file-problem.ts";
import { unwritableFile, unwritableFolder } from "./writable.ts";

/** Where else a report goes, as commander hands it over. */
export interface ReportOptions {
  readonly html?: string;
  readonly csv?: string;
  readonly parquet?: string;
}

/** `--html`, `--csv` and `--parquet`, the same on every command that makes a report. */
export function addReportOptions(command: Command): Command {
  return command
    .addOption(new Option("--html <file>", "keep the report as one page with charts, readable offline"))
    .addOption(new Option("--csv <folder>", "keep the tables as CSV files in this folder"))
    .addOption(new Option("--parquet <folder>", "keep the tables as Parquet files in this folder"));
}

/** What stands in the way of keeping the report; asked before the work begins. */
export async function unwritableOutputs({ html, csv, parquet }: ReportOptions): Promise<readonly Diagnostic[]> {
  return [
    ...html === undefined ? [] : await unwritableFile("--html", html, "report.html"),
    ...csv === undefined ? [] : await unwritableFolder("--csv", csv),
    ...parquet === undefined ? [] : await unwritableFolder("--parquet", parquet),
  ];
}

/** Keeps the report wherever the options say. Page and tables are made only when they are asked for, tables once for each folder. */
export async function writeOutputs(
  { html, csv, parquet }: ReportOptions, report: { readonly page: () => string; readonly tables: () => readonly ExportTable[] },
): Promise<readonly Diagnostic[]> {
  return [
    ...html === undefined ? [] : await writePage(html, report.page()),
    ...csv === undefined ? [] : await writeTables(csv, report.tables(), ["csv"]),
    ...parquet === undefined ? [] : await writeTables(parquet, report.tables(), ["parquet"]),
  ];
}

async function writePage(file: string, page: string): Promise<readonly Diagnostic[]> {
  try {
    await writeFile(file, page);
    return [];
  } catch (error) {
    return [fileProblem(file, error, "written")];
  }
}
