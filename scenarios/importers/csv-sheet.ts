import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import { columnsMax, rowsMax, type Sheet } from "./sheet.ts";
import { UnreadableImport } from "./unreadable.ts";

const fileBytesMax = 128 * 1_048_576;
const recordCharactersMax = 1_048_576;

/** A CSV file as a sheet: UTF-8, UTF-16 or Latin-1; commas, semicolons or tabs; line ends inside quotes are fine. */
export function csvSheet(file: string, name: string): Sheet {
  return new CsvSheet(file, name);
}

class CsvSheet implements Sheet {
  readonly name: string;
  readonly source: string;
  decimalComma = false;
  readonly #file: string;

  constructor(file: string, name: string) {
    [this.#file, this.name, this.source] = [file, name, path.basename(file)];
  }

  async forEachRow(see: Parameters<Sheet["forEachRow"]>[0]): Promise<void> {
    const text = await readText(this.#file);
    const delimiter = delimiterOf(text);
    this.decimalComma = delimiter === ";";
    const formulas = new Set<number>();
    let rows = 0;
    try {
      parse(text, {
        delimiter, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, max_record_size: recordCharactersMax,
        on_record: (record: readonly string[], { lines }) => {
          if (++rows > rowsMax) throw new UnreadableImport("file-too-large", `${this.#file} has more than ${rowsMax} rows; that is the limit.`, "Split it.");
          if (record.length > columnsMax) throw new UnreadableImport("file-too-large", `${this.#file}, line ${lines}, has ${record.length} fields; the limit is ${columnsMax}.`, "Check what separates its fields.");
          see({ number: lines, cells: record.map((cell) => (cell === "" ? undefined : cell)), formulas });
          return null;
        },
      });
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      throw new UnreadableImport("bad-syntax", `${this.#file} is no sound CSV: ${(error.message.split("\n", 1)[0] ?? "").replace(/\.$/, "")}.`, "It may be cut off: export it again.");
    }
  }
}

/** The whole text of a file of bounded size; one whose size is not known beforehand, such as a pipe, is read no further than that. */
export async function readText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > fileBytesMax) throw tooLarge(file, `has ${Math.ceil(size / 1_048_576)} MiB`);
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    read += chunk.length;
    if (read > fileBytesMax) throw tooLarge(file, "has no end");
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

function tooLarge(file: string, what: string): UnreadableImport {
  return new UnreadableImport("file-too-large", `${file} ${what}; the limit is ${fileBytesMax / 1_048_576} MiB.`, "Split it.");
}

/** What stands most often in the first line, outside of quotes. */
function delimiterOf(text: string): string {
  const line = (/^[^\r\n]*/.exec(text.trimStart())?.[0] ?? "").replaceAll(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((mark) => ({ mark, count: line.split(mark).length }));
  return counts.reduce((most, each) => (each.count > most.count ? each : most)).mark;
}
