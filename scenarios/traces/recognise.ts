import { ParquetTable } from "./parquet-table.ts";
import type { TraceFormatName } from "./reading.ts";

/** What a file is, judged by how it begins: a format, or words for what it is instead. */
export type Recognised = { readonly format: TraceFormatName } | { readonly instead: string };

const others: readonly (readonly [RegExp, string])[] = [
  [/^PK\p{Cc}{2}/u, "a zip archive or an Excel workbook"],
  [/^\p{Cc}\u008b/u, "a gzip file inside another file"],
  [/^\xef\xbb\xbf?\s*[{[]|^\s*[{[]/, "JSON"],
  [/^\s*<(\?xml|!doctype|html)/i, "XML or HTML"],
  [/^SQLite format 3/, "an SQLite database"],
  [/^ARROW1/, "an Arrow file"],
  [/^%PDF/, "a PDF document"],
];

export async function recognise(head: Uint8Array, path: string | null): Promise<Recognised> {
  if (head.length === 0) return { instead: "empty" };
  const text = Buffer.from(head).toString("latin1");
  if (text.startsWith("PAR1")) return path === null ? { instead: "Parquet inside another file" } : recogniseParquet(path);
  const other = others.find(([pattern]) => pattern.test(text));
  if (other !== undefined) return { instead: other[1] };
  const line = (text.split("\n", 1)[0] ?? "").replace(/^\u00ef\u00bb\u00bf/, "").trim();
  if (/^"?timestamp \[ms\]"?\s*;/i.test(line)) return { format: "bitbrains" };
  if (/^[-+]?\d+$/.test(line)) return { format: "planetlab" };
  const names = new Set(line.split(",").map((name) => name.trim().replaceAll('"', "")));
  if (names.has("workload") && (names.has("time") || names.has("timeMs"))) return { format: "csv" };
  if (head.some((byte) => byte < 9)) return { instead: "a binary file of no known kind" };
  return { instead: `text that begins with ${JSON.stringify(line.slice(0, 60))}` };
}

async function recogniseParquet(path: string): Promise<Recognised> {
  const { columns } = await ParquetTable.open(path);
  const has = (...names: readonly string[]): boolean => names.every((name) => columns.includes(name));
  if (has("id", "submission_time", "duration") || has("id", "duration", "cpu_usage")) return { format: "opendc" };
  if (has("workload")) return { format: "parquet" };
  return { instead: `Parquet with the columns ${columns.slice(0, 12).join(", ")}` };
}
