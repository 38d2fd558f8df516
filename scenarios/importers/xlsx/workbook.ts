import path from "node:path";
import { columnsMax, rowsMax, type Sheet, type SheetRow } from "../sheet.ts";
import { UnreadableImport } from "../unreadable.ts";
import { readXml } from "../xml.ts";
import { ZipArchive } from "./zip.ts";

const sharedTextsMax = 4_000_000;
const sharedCharactersMax = 128 * 1_048_576;
/** A cell of Excel holds no more. */
const cellCharactersMax = 32_767;

/** The sheets of a workbook (.xlsx), in its order. Only what is asked for is unpacked. */
export async function openWorkbook(file: string): Promise<readonly Sheet[]> {
  const zip = await ZipArchive.open(file);
  if (!zip.has("xl/workbook.xml")) {
    throw new UnreadableImport("bad-format", `${file} is a zip archive, but no workbook: xl/workbook.xml is missing.`, "Name the .xlsx file itself.");
  }
  const targets = await relations(zip, file);
  const listed: { name: string; part: string }[] = [];
  await readXml(zip.bytes("xl/workbook.xml"), `${file}: xl/workbook.xml`, {
    open: (name, attributes) => {
      if (name !== "sheet") return;
      const part = targets.get(Object.entries(attributes).find(([key]) => key.endsWith(":id"))?.[1] ?? "");
      if (part !== undefined) listed.push({ name: attributes.name ?? "", part });
    },
    close: () => undefined, text: () => undefined,
  });
  let texts: Promise<readonly string[]> | null = null;
  return listed.map(({ name, part }) => ({
    name, source: `${path.basename(file)}: ${name}`, decimalComma: false,
    forEachRow: async (see) => {
      texts ??= sharedTexts(zip, file);
      await readSheet(zip, part, `${file}: ${part}`, await texts, see);
    },
  }));
}

/** Where the parts of the workbook are, by their id. */
async function relations(zip: ZipArchive, file: string): Promise<ReadonlyMap<string, string>> {
  const targets = new Map<string, string>();
  await readXml(zip.bytes("xl/_rels/workbook.xml.rels"), `${file}: xl/_rels/workbook.xml.rels`, {
    open: (name, { Id, Target }) => {
      if (name !== "Relationship" || Id === undefined || Target === undefined) return;
      targets.set(Id, Target.startsWith("/") ? Target.slice(1) : path.posix.join("xl", Target));
    },
    close: () => undefined, text: () => undefined,
  });
  return targets;
}

/** The texts that cells refer to by number. */
async function sharedTexts(zip: ZipArchive, file: string): Promise<readonly string[]> {
  const texts: string[] = [];
  if (!zip.has("xl/sharedStrings.xml")) return texts;
  let [text, inText, spoken, characters] = ["", false, 0, 0];
  await readXml(zip.bytes("xl/sharedStrings.xml"), `${file}: xl/sharedStrings.xml`, {
    open: (name) => {
      if (name === "si") text = "";
      if (name === "rPh") spoken++;
      inText = name === "t" && spoken === 0;
    },
    close: (name) => {
      inText = false;
      if (name === "rPh") spoken--;
      if (name !== "si") return;
      characters += text.length;
      if (texts.length === sharedTextsMax || characters > sharedCharactersMax) {
        throw new UnreadableImport("file-too-large", `${file} shares more than ${sharedTextsMax} texts or ${sharedCharactersMax / 1_048_576} MiB of them; that is the limit.`, "Export fewer sheets, or clusters one by one.");
      }
      texts.push(text);
    },
    text: (part) => {
      if (inText) text += part;
    },
  });
  return texts;
}

/** A row under way. */
class RowUnderWay implements SheetRow {
  number = 0;
  cells: (string | undefined)[] = [];
  formulas = new Set<number>();

  begin(number: number): void {
    this.number = number;
    this.cells = [];
    if (this.formulas.size > 0) this.formulas = new Set();
  }
}

async function readSheet(zip: ZipArchive, part: string, name: string, texts: readonly string[], see: (row: SheetRow) => void): Promise<void> {
  const row = new RowUnderWay();
  let [column, kind, text, reading] = [-1, "n", "", false];
  await readXml(zip.bytes(part), name, {
    open: (element, attributes) => {
      if (element === "row") {
        const number = Number(attributes.r ?? row.number + 1);
        row.begin(Number.isSafeInteger(number) && number > 0 ? number : row.number + 1);
        column = -1;
      } else if (element === "c") {
        column = columnOf(attributes.r) ?? column + 1;
        if (column >= columnsMax) throw tooLarge(name, `column ${column + 1}`, `${columnsMax} columns`);
        [kind, text] = [attributes.t ?? "n", ""];
      } else if (element === "f") row.formulas.add(column);
      reading = element === "v" || element === "t";
    },
    close: (element) => {
      reading = false;
      if (element === "c" && text !== "") row.cells[column] = kind === "s" ? texts[Number(text)] : text;
      if (element !== "row") return;
      if (row.cells.length > 0 && row.number > rowsMax) throw tooLarge(name, `something in row ${row.number}`, `${rowsMax} rows`);
      see(row);
    },
    text: (found) => {
      if (reading && text.length < cellCharactersMax) text += found;
    },
  });
}

/** `AB12` is column 27; null when there is none. */
function columnOf(reference: string | undefined): number | null {
  if (reference === undefined) return null;
  let column = 0;
  for (let i = 0; i < reference.length; i++) {
    const code = reference.charCodeAt(i);
    if (code < 65 || code > 90) break;
    column = column * 26 + code - 64;
  }
  return column > 0 ? column - 1 : null;
}

function tooLarge(name: string, what: string, limit: string): UnreadableImport {
  return new UnreadableImport("file-too-large", `${name} has ${what}; the limit is ${limit}.`, "Export fewer rows, or clusters one by one.");
}
