import { CsvError, parse } from "csv-parse/sync";
import type { DiagnosticCode } from "../model/diagnostic.ts";
import { didYouMean } from "../policies/index.ts";
import { printable, shown, type Problems, type Source } from "./problem.ts";

/** Rows of a table that a scenario names, at most: eleven years of hours. */
export const tableRowsMax = 100_000;

/** The tables that a scenario may name, each by the list that stands for it in a document. */
export type TableKind = "gramsPerKWh" | "failures";

interface TableForm {
  readonly columns: readonly string[];
  readonly needed: readonly string[];
  /** A row as the item of a document, or what is wrong with it. A number that is none is left as it was written, and refused in its words. */
  rowOf(cells: Readonly<Record<string, string>>): object | string;
}

const forms: Readonly<Record<TableKind, TableForm>> = {
  gramsPerKWh: {
    columns: ["at", "gramsPerKWh"], needed: ["gramsPerKWh"],
    rowOf: ({ gramsPerKWh = "", ...rest }) => ({ ...rest, gramsPerKWh: /^-?\d{1,15}(\.\d{1,15})?$/.test(gramsPerKWh) ? Math.round(Number(gramsPerKWh)) : gramsPerKWh }),
  },
  failures: { columns: ["at", "repair", "what"], needed: ["at", "repair", "what"], rowOf: ({ what = "", ...rest }) => {
    const scope = scopeOf(what);
    return scope === null ? `what is ${shown(what)}; it must be host:h1, rack:r1 or any other domain, or link:paris,lyon` : { ...rest, ...scope };
  } },
};

/** `host:h1`, `rack:r1`, `link:paris,lyon`, as the option --fail writes it. */
function scopeOf(what: string): object | null {
  const [, key, name = ""] = /^([^:]+):(.+)$/su.exec(what) ?? [];
  if (key === undefined) return null;
  if (key === "host") return { host: name };
  return key === "link" ? { link: name.split(",").map((site) => site.trim()) } : { domain: { [key]: name } };
}

/** The tables that the section `simulation` of a document names, with their places. */
export function tablesIn({ value }: Source): readonly { readonly file: string; readonly kind: TableKind; readonly path: readonly (string | number)[] }[] {
  const simulation = fieldOf(value, "simulation");
  return ([["carbon", "gramsPerKWh"], ["failures", "failures"]] as const).flatMap(([key, kind]) => {
    const list = fieldOf(simulation, key);
    return !Array.isArray(list) ? [] : list.flatMap((item: unknown, i) => {
      const file = fieldOf(item, "file");
      return typeof file === "string" ? [{ file, kind, path: ["simulation", key, i, "file"] }] : [];
    });
  });
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/**
 * A CSV table as a source of its own: its value is the list that would stand in a document, and each item knows its line.
 * Null when it is no table; why is told.
 */
export function readTable(text: string, file: string, kind: TableKind, problems: Problems): Source | null {
  const form = forms[kind];
  const tell = (code: DiagnosticCode, line: number, message: string, advice: string): null => {
    problems.direct({ code, severity: "error", file, line, column: 1, path: "", message, advice });
    return null;
  };
  const name = printable(file);
  const rows = rowsOf(text);
  if ("wrong" in rows) return tell("bad-syntax", rows.line, `${name} is no sound CSV: ${rows.wrong}.`, `Write one row a line, with commas between fields: ${form.columns.join(",")}.`);
  const [head, ...body] = rows.records;
  if (head === undefined) return tell("bad-syntax", 1, `${name} is empty.`, `The first row names the columns: ${form.columns.join(",")}.`);
  const columns = head.record.map((cell) => cell.trim());
  const unknown = columns.find((column) => !form.columns.includes(column));
  if (unknown !== undefined) return tell("unknown-key", head.line, `${name} has a column ${shown(unknown)}; ${form.columns.join(", ")} are known.`, didYouMean(unknown, form.columns));
  const twice = columns.find((column, i) => columns.indexOf(column) < i);
  if (twice !== undefined) return tell("duplicate-key", head.line, `${name} has a column ${twice} twice.`, "Keep one of the two.");
  const missing = form.needed.find((column) => !columns.includes(column));
  if (missing !== undefined) return tell("missing-key", head.line, `${name} has no column ${missing}.`, `The first row names the columns: ${form.columns.join(",")}.`);
  if (body.length === 0) return tell("out-of-range", head.line, `${name} has no rows; at least 1 is needed.`, "Write what it should tell, or do not name it.");
  if (body.length > tableRowsMax) return tell("file-too-large", body[tableRowsMax]?.line ?? 1, `${name} has more than ${tableRowsMax.toLocaleString("en-US")} rows; that is the limit.`, "Leave out what lies outside of the simulation.");
  const lines = body.map(({ line }) => line);
  const items = body.flatMap(({ record, line }, row) => {
    const item = form.rowOf(Object.fromEntries(columns.map((column, i) => [column, (record[i] ?? "").trim()])));
    if (typeof item !== "string") return [item];
    tell("bad-format", line, `${kind}[${row}]: ${item}.`, "Write a link in quotes, since it has a comma.");
    return [];
  });
  if (items.length < body.length) return null;
  return {
    file, value: { [kind]: items },
    positions: (wanted) => wanted.map(({ path: [, row] }) => ({ line: lines[Number(row)] ?? 1, column: 1 })),
  };
}

interface Row {
  readonly record: readonly string[];
  readonly line: number;
}

function rowsOf(text: string): { readonly records: readonly Row[] } | { readonly wrong: string; readonly line: number } {
  const records: Row[] = [];
  try {
    parse(text, {
      bom: true, skip_empty_lines: true, max_record_size: 10_000, to: tableRowsMax + 2,
      on_record: (record: readonly string[], { lines }) => {
        records.push({ record, line: lines });
        return null;
      },
    });
    return { records };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { wrong: printable(error.message.split("\n", 1)[0] ?? "").replace(/\.$/, ""), line: typeof error.lines === "number" ? error.lines : 1 };
  }
}
