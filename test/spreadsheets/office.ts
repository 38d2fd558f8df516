import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { SaxesParser } from "saxes";

const candidates = [process.env["STOWAGE_OFFICE"], "/usr/bin/soffice", "/usr/bin/libreoffice"];

/** LibreOffice on this machine; null when there is none. */
export const officePath = candidates.find((path) => path !== undefined && path !== "" && existsSync(path)) ?? null;
export const isRequired = process.env["STOWAGE_REQUIRE_ALL"] === "1";

/** A cell as the spreadsheet took it. */
export interface SheetCell {
  readonly type: "float" | "string" | "empty" | "other";
  /** Of a number; not a number elsewhere. */
  readonly value: number;
  readonly text: string;
  readonly formula: string | null;
}

export type Sheet = readonly (readonly SheetCell[])[];

/**
 * Opens CSV files as somebody does who clicks on them and says yes: commas, UTF-8, and kinds of cells as it guesses them.
 * Keeps what it made of them. One process for all files: starting it costs more than they do.
 */
export async function openInSpreadsheet(files: readonly string[], work: string): Promise<ReadonlyMap<string, Sheet>> {
  const out = join(work, "opened");
  mkdirSync(out, { recursive: true });
  await run([`-env:UserInstallation=${pathToFileURL(join(work, "profile")).href}`, "--headless", "--norestore", `--infilter=CSV:${comma},${quote},${utf8}`, "--convert-to", "fods", "--outdir", out, ...files], work);
  const made = new Set(readdirSync(out));
  return new Map(files.map((file) => {
    const name = basename(file).replace(/\.csv$/, ".fods");
    if (!made.has(name)) throw new Error(`LibreOffice did not open ${file}`);
    return [file, sheetOf(readFileSync(join(out, name), "utf8"))];
  }));
}

/** Codes of signs, and its own number for a character set. */
const [comma, quote, utf8] = [44, 34, 76];

function run(args: readonly string[], home: string): Promise<void> {
  const child = spawn(officePath ?? "soffice", args, { env: { ...process.env, HOME: home, LC_ALL: "C.UTF-8", LANG: "C.UTF-8" }, stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => said.push(data.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`soffice ended with ${String(code)}: ${said.join("")}`))));
  });
}

/** The first table of a flat OpenDocument file, without what only fills the sheet up. */
function sheetOf(xml: string): Sheet {
  const rows: SheetCell[][] = [];
  let [row, cell, repeated, rowsRepeated, isText]: [SheetCell[] | null, { -readonly [K in keyof SheetCell]: SheetCell[K] } | null, number, number, boolean] = [null, null, 1, 1, false];
  const parser = new SaxesParser({ xmlns: false });
  parser.on("opentag", ({ name, attributes }) => {
    const times = (attribute: string): number => Number(attributes[attribute] ?? "1");
    if (name === "table:table-row") [row, rowsRepeated] = [[], times("table:number-rows-repeated")];
    if (name === "table:table-cell") {
      const type = attributes["office:value-type"] ?? "";
      repeated = times("table:number-columns-repeated");
      cell = { type: typeOf(type), value: Number(attributes["office:value"] ?? "NaN"), text: "", formula: attributes["table:formula"] ?? null };
    }
    if (name === "text:p" && cell !== null) {
      if (cell.text !== "") cell.text += "\n";
      isText = true;
    }
    if (name === "text:s" && cell !== null) cell.text += " ".repeat(times("text:c"));
  });
  parser.on("text", (text) => {
    if (isText && cell !== null) cell.text += text;
  });
  parser.on("closetag", ({ name }) => {
    if (name === "text:p") isText = false;
    if (name === "table:table-cell" && cell !== null && row !== null) {
      for (let i = 0; i < (cell.type === "empty" ? Math.min(repeated, cellsMax) : repeated); i++) row.push(cell);
      cell = null;
    }
    if (name === "table:table-row" && row !== null) {
      for (let i = 0; i < (row.every(({ type }) => type === "empty") ? 1 : rowsRepeated); i++) rows.push(row);
      row = null;
    }
  });
  parser.write(xml).close();
  return rows;
}

function typeOf(type: string): SheetCell["type"] {
  if (type === "") return "empty";
  return type === "float" || type === "string" ? type : "other";
}

/** A sheet is filled up to its right edge by one empty cell that is repeated. */
const cellsMax = 200;
