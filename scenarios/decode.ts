import { isUtf8 } from "node:buffer";
import type { Diagnostic } from "../model/diagnostic.ts";

/** Bytes to text: UTF-8 with or without byte order mark, nothing else. Says where the first wrong byte is. */
export function decode(bytes: Uint8Array, file: string): { readonly text: string } | { readonly problem: Diagnostic } {
  const wrong = (message: string, at: { line: number; column: number } | null = null): { problem: Diagnostic } => ({
    problem: {
      code: "bad-encoding", severity: "error", file, line: at?.line ?? null, column: at?.column ?? null, path: "",
      message: `${file} ${message}; only UTF-8 is read.`, advice: "Save the file as UTF-8 and try again.",
    },
  });
  const wide = wideEncoding(bytes);
  if (wide !== null) return wrong(`is written in ${wide}`);
  if (!isUtf8(bytes)) return wrong("has bytes that are not UTF-8", firstWrong(bytes));
  const nul = bytes.indexOf(0);
  if (nul >= 0) return wrong("has a NUL character", position(bytes, nul));
  return { text: new TextDecoder("utf-8").decode(bytes) };
}

/** Byte order marks of the encodings that editors offer beside UTF-8; without a mark, NULs at every other byte. */
function wideEncoding(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? "UTF-32" : "UTF-16";
  if (a === 0xfe && b === 0xff) return "UTF-16";
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return "UTF-32";
  if (bytes.length >= 4 && ((a === 0 && c === 0 && b !== 0) || (b === 0 && d === 0 && a !== 0))) return "UTF-16 without a byte order mark";
  return null;
}

function firstWrong(bytes: Uint8Array): { line: number; column: number } {
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const row = bytes.subarray(start, end);
    if (!isUtf8(row)) return { line, column: firstDifference(row) + 1 };
    start = end + 1;
  }
  return { line: 1, column: 1 };
}

/** Length, in characters, of the longest prefix of a row that is UTF-8. */
function firstDifference(row: Uint8Array): number {
  let [good, bad] = [0, row.length];
  // A prefix may end inside a character, so the search looks only at starts of characters.
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    let cut = middle;
    while (cut > good && cut > middle - 4 && ((row[cut] ?? 0) & 0xc0) === 0x80) cut--;
    if (cut <= good) cut = middle;
    if (isUtf8(row.subarray(0, cut))) good = cut;
    else bad = cut;
  }
  return new TextDecoder("utf-8").decode(row.subarray(0, good)).length;
}

function position(bytes: Uint8Array, offset: number): { line: number; column: number } {
  let [line, start] = [1, 0];
  for (let newline = bytes.indexOf(0x0a); newline >= 0 && newline < offset; newline = bytes.indexOf(0x0a, newline + 1)) {
    line++;
    start = newline + 1;
  }
  return { line, column: new TextDecoder("utf-8").decode(bytes.subarray(start, offset)).length + 1 };
}
