import { crc32, deflateRawSync } from "node:zlib";

/** A text, a number, a formula with what the workbook kept of it, or nothing. */
export type Cell = string | number | { readonly formula: string; readonly kept?: string } | null;
export interface SheetContent { readonly name: string; readonly rows: readonly (readonly Cell[])[] }

/** A workbook as spreadsheets write it: shared texts, numbers as numbers. */
export function workbook(sheets: readonly SheetContent[]): Buffer {
  const texts = new Map<string, number>();
  const parts = sheets.map(({ rows }, s) => ({ name: `xl/worksheets/sheet${s + 1}.xml`, bytes: Buffer.from(sheetXml(rows, texts)) }));
  const list = sheets.map(({ name }, s) => `<sheet name="${escaped(name)}" sheetId="${s + 1}" r:id="rId${s + 1}"/>`).join("");
  const relations = sheets.map((_, s) => `<Relationship Id="rId${s + 1}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet${s + 1}.xml"/>`).join("");
  return zip([
    { name: "xl/workbook.xml", bytes: Buffer.from(`${head}<workbook xmlns="${main}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>${list}</sheets></workbook>`) },
    { name: "xl/_rels/workbook.xml.rels", bytes: Buffer.from(`${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relations}</Relationships>`) },
    ...parts,
    { name: "xl/sharedStrings.xml", bytes: Buffer.from(`${head}<sst xmlns="${main}">${[...texts.keys()].map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join("")}</sst>`) },
  ]);
}

const head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

function sheetXml(rows: readonly (readonly Cell[])[], texts: Map<string, number>): string {
  const body = rows.map((row, r) => `<row r="${r + 1}">${row.map((cell, c) => cellXml(cell, `${columnName(c)}${r + 1}`, texts)).join("")}</row>`).join("");
  return `${head}<worksheet xmlns="${main}"><sheetData>${body}</sheetData></worksheet>`;
}

function cellXml(cell: Cell, reference: string, texts: Map<string, number>): string {
  if (cell === null) return `<c r="${reference}" s="1"/>`;
  if (typeof cell === "number") return `<c r="${reference}"><v>${cell}</v></c>`;
  if (typeof cell === "object") return `<c r="${reference}" t="str"><f>${escaped(cell.formula)}</f>${cell.kept === undefined ? "" : `<v>${escaped(cell.kept)}</v>`}</c>`;
  const number = texts.get(cell) ?? texts.size;
  texts.set(cell, number);
  return `<c r="${reference}" t="s"><v>${number}</v></c>`;
}

function columnName(column: number): string {
  return (column >= 26 ? columnName(Math.floor(column / 26) - 1) : "") + String.fromCharCode(65 + (column % 26));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;");
}

/** A zip archive of these parts. */
export function zip(parts: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Buffer {
  const chunks: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes } of parts) {
    const packed = deflateRawSync(bytes, { level: bytes.length > 2 ** 24 ? 9 : 1 });
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const header = Buffer.concat([Buffer.from("PK\u0003\u0004", "latin1"), fields, Buffer.from(name)]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000", "latin1"), fields, tail, Buffer.from(name)]));
    chunks.push(header, packed);
    at += header.length + packed.length;
  }
  const table = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", 0, "latin1");
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...chunks, table, end]);
}
