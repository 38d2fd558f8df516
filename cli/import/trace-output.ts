import { createWriteStream } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { pieceCount, type LoadSeries, type LoadTrace } from "../../model/load.ts";
import { traceCsv, writeTraceParquet } from "../../scenarios/traces/index.ts";
import { usageProblem } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { unwritableFile, unwritableFolder } from "../writable.ts";

/** A file of a folder has so many samples of each resource at most, so that it can be read file by file. */
const samplesMax = 1_000_000;

/** What stands in the way of a trace: a file that ends in .csv or .parquet, or a folder of such files that is empty still. */
export async function unwritableTrace(option: string, target: string): Promise<readonly Diagnostic[]> {
  if (isFile(target)) return unwritableFile(option, target, "load.parquet");
  const problems = await unwritableFolder(option, target);
  if (problems.length > 0) return problems;
  const inside = await readdir(target);
  return inside.length === 0 ? [] : [usageProblem(`${option} names the folder ${target}, in which there is ${inside[0]} already; a trace is all that lies in its folder.`, "Name a new folder, or a file that ends in .parquet or .csv.")];
}

/** Writes a trace as one file, or as a folder of Parquet files. */
export async function writeTrace(target: string, trace: LoadTrace): Promise<readonly Diagnostic[]> {
  try {
    if (/\.csv$/i.test(target)) await pipeline(Readable.from(traceCsv(trace)), createWriteStream(target));
    else if (isFile(target)) await writeTraceParquet(trace, target);
    else await writeFolder(target, trace);
    return [];
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return [fileProblem(target, error, "written")];
  }
}

async function writeFolder(folder: string, trace: LoadTrace): Promise<void> {
  await mkdir(folder, { recursive: true });
  let part: LoadSeries[] = [];
  let [samples, files] = [0, 0];
  const write = async (): Promise<void> => {
    await writeTraceParquet({ ...trace, series: part }, path.join(folder, `load-${String(++files).padStart(4, "0")}.parquet`));
    [part, samples] = [[], 0];
  };
  for (const series of trace.series) {
    const isNext = series.subject.workload !== part.at(-1)?.subject.workload;
    if (samples >= samplesMax && isNext) await write();
    part.push(series);
    samples += pieceCount(series.times);
  }
  if (part.length > 0) await write();
}

function isFile(target: string): boolean {
  return /\.(csv|parquet)$/i.test(target);
}
