import { compareIds, type ApplicationId, type WorkloadId } from "../../model/ids.ts";
import { loadResources, sampleMax, type LoadResource } from "../../model/load.ts";
import type { Findings } from "./findings.ts";
import { fineUnits, noteAbove } from "./measured.ts";
import { finished, type FileReading, type TraceOptions } from "./reading.ts";
import { SeriesBuilder, unmeasured } from "./series-builder.ts";

/** Which column of a table holds what; -1 for none. */
export interface OwnColumns {
  readonly workload: number;
  readonly application: number;
  readonly time: number;
  readonly timeMs: number;
  readonly durationMs: number;
  readonly resources: readonly { readonly resource: LoadResource; readonly use: number; readonly provisioned: number }[];
}

const provisionedPrefix = "provisioned.";

/** The columns of our own format, or what is wrong with their names. */
export function ownColumns(names: readonly string[], further: readonly LoadResource[]): OwnColumns | { readonly wrong: string; readonly advice: string } {
  const known = new Map([...Object.values(loadResources), ...further].map((resource) => [resource.name, resource]));
  const at = (name: string): number => names.indexOf(name);
  const twice = names.find((name, i) => at(name) !== i);
  if (twice !== undefined) return { wrong: `column ${JSON.stringify(twice)} stands there twice`, advice: "Name each column once." };
  const fixed = new Set(["workload", "application", "time", "timeMs", "durationMs"]);
  const strange = names.find((name) => !fixed.has(name) && !known.has(name.startsWith(provisionedPrefix) ? name.slice(provisionedPrefix.length) : name));
  if (strange !== undefined) return { wrong: `nothing is known about column ${JSON.stringify(strange)}`, advice: `Columns are ${[...fixed, ...known.keys()].join(", ")}, and "provisioned." before a resource.` };
  const used = [...known.values()].filter(({ name }) => at(name) >= 0).sort((a, b) => compareIds(a.name, b.name));
  if (at("workload") < 0 || (at("time") < 0) === (at("timeMs") < 0) || used.length === 0) {
    return { wrong: "it needs the columns workload, time or timeMs (one of them), and at least one resource", advice: `Resources are ${[...known.keys()].join(", ")}.` };
  }
  return {
    workload: at("workload"), application: at("application"), time: at("time"), timeMs: at("timeMs"), durationMs: at("durationMs"),
    resources: used.map((resource) => ({ resource, use: at(resource.name), provisioned: at(provisionedPrefix + resource.name) })),
  };
}

/** One row of such a table, whatever it was read from. */
export interface OwnCells {
  text(column: number): string;
  value(column: number): number;
  isEmpty(column: number): boolean;
}

/** Turns rows of our own format into series. */
export class OwnRows {
  readonly #columns: OwnColumns;
  readonly #findings: Findings;
  readonly #options: TraceOptions;
  readonly #builders = new Map<string, SeriesBuilder>();
  readonly #values: number[] = [];
  /** Most rows are of the same subject as the one before. */
  #last: { readonly name: string; readonly inside: string; readonly builder: SeriesBuilder } | null = null;
  rows = 0;

  constructor(columns: OwnColumns, findings: Findings, options: TraceOptions) {
    this.#columns = columns;
    this.#findings = findings;
    this.#options = options;
  }

  add(row: number, cells: OwnCells): void {
    this.rows++;
    const { workload, durationMs } = this.#columns;
    if (cells.isEmpty(workload)) return this.#drop("unknown-subject", row, "no workload stands there");
    const atMs = this.#atMs(cells);
    if (atMs === null) return this.#drop("not-a-number", row, `the time is ${JSON.stringify(cells.text(this.#timeColumn()))}`);
    const duration = durationMs < 0 || cells.isEmpty(durationMs) ? 0 : cells.value(durationMs);
    if (!(duration >= 0)) return this.#drop(duration < 0 ? "negative-value" : "not-a-number", row, `durationMs is ${JSON.stringify(cells.text(durationMs))}`);
    const builder = this.#builder(cells);
    this.#columns.resources.forEach(({ resource, use, provisioned }, r) => {
      const value = this.#fine(row, cells, use, resource);
      this.#values[r] = value;
      if (provisioned >= 0) this.#provision(builder, r, row, value, this.#fine(row, cells, provisioned, resource), resource);
    });
    builder.add(atMs, row, this.#values, Math.round(duration));
  }

  /** The same for many rows of a table by columns: where every value is a number that can be counted, they go the short way. */
  addGroup(firstRow: number, length: number, columns: readonly ArrayLike<unknown>[], cells: (i: number) => OwnCells): void {
    const plain = this.#plainGroup(columns);
    for (let i = 0; i < length; i++) {
      const from = i;
      if (plain !== null) while (i < length && this.#last?.name === plain.names[i]) i++;
      if (plain !== null && this.#last !== null && i > from) {
        this.rows += i - from;
        this.#last.builder.addRun(firstRow + from, plain.at.subarray(from, i), plain.durations.subarray(from, i), plain.uses.map((use) => use.subarray(from, i)));
      }
      if (i < length) this.add(firstRow + i, cells(i));
    }
  }

  /** Columns in which nothing is missing or out of the ordinary; null when something may be. */
  #plainGroup(columns: readonly ArrayLike<unknown>[]): { readonly names: ArrayLike<unknown>; readonly at: Float64Array; readonly durations: Float64Array; readonly uses: readonly Int32Array[] } | null {
    const { workload, application, timeMs, durationMs, resources } = this.#columns;
    const [names, at, durations] = [columns[workload], wholeNumbers(columns[timeMs]), wholeNumbers(columns[durationMs])];
    const uses = resources.flatMap(({ use, provisioned, resource }) => (provisioned < 0 ? fineColumn(columns[use], resource.perUnit) ?? [] : []));
    const isPlain = names !== undefined && at !== null && durations !== null && application < 0 && uses.length === resources.length && isNeverNegative(durations);
    return isPlain ? { names, at, durations, uses } : null;
  }

  #drop(kind: "unknown-subject" | "not-a-number" | "negative-value", row: number, found: string): void {
    this.#findings.note(kind, "dropped", row, () => found);
  }

  #timeColumn(): number {
    return Math.max(this.#columns.time, this.#columns.timeMs);
  }

  #atMs(cells: OwnCells): number | null {
    const column = this.#timeColumn();
    if (cells.isEmpty(column)) return null;
    if (this.#columns.time < 0) {
      const value = cells.value(column);
      return Number.isSafeInteger(Math.round(value)) ? Math.round(value) : null;
    }
    return utcMs(cells.text(column));
  }

  #fine(row: number, cells: OwnCells, column: number, resource: LoadResource): number {
    if (cells.isEmpty(column)) return unmeasured;
    return fineUnits(cells.value(column), resource.perUnit, row, this.#findings, resource.name, () => cells.text(column));
  }

  #provision(builder: SeriesBuilder, r: number, row: number, use: number, amount: number, { name, perUnit }: LoadResource): void {
    if (amount === unmeasured) return;
    noteAbove(use, amount, row, this.#findings, name, perUnit);
    const before = builder.provisioned[r] ?? unmeasured;
    if (before >= 0 && before !== amount) {
      this.#findings.note("provision-changes", "kept", row, () => `${amount / perUnit} of ${name}; ${before / perUnit} before; the largest counts`);
    }
    builder.provision(r, amount);
  }

  #builder(cells: OwnCells): SeriesBuilder {
    const { workload, application, resources } = this.#columns;
    const name = cells.text(workload);
    const inside = application < 0 ? "" : cells.text(application);
    if (this.#last !== null && this.#last.name === name && this.#last.inside === inside) return this.#last.builder;
    const key = `${name}\0${inside}`;
    let builder = this.#builders.get(key);
    if (builder === undefined) {
      const subject = { workload: name as WorkloadId, application: inside === "" ? null : inside as ApplicationId };
      this.#builders.set(key, builder = new SeriesBuilder(subject, resources.length, this.#findings));
    }
    this.#last = { name, inside, builder };
    return builder;
  }

  finish(): FileReading {
    const resources = this.#columns.resources.map(({ resource }) => resource);
    return finished(this.#builders.values(), resources, this.#findings, this.rows, this.#options);
  }
}

/** A column of whole numbers of 64 bits as doubles, without making a number of any size of each; null when it is none, or one is too large. */
function wholeNumbers(column: ArrayLike<unknown> | undefined): Float64Array | null {
  if (column === undefined) return null;
  const numbers = new Float64Array(column.length);
  if (column instanceof BigInt64Array) {
    const halves = new Int32Array(column.buffer, column.byteOffset, 2 * column.length);
    for (let i = 0; i < numbers.length; i++) numbers[i] = (halves[2 * i + 1] as number) * 2 ** 32 + ((halves[2 * i] as number) >>> 0);
  } else {
    // From a dictionary: the same ones again and again.
    let [last, number]: [unknown, number] = [null, Number.NaN];
    for (let i = 0; i < numbers.length; i++) {
      const cell = column[i];
      if (cell !== last) [last, number] = [cell, typeof cell === "bigint" ? Number(cell) : Number.NaN];
      numbers[i] = number;
    }
  }
  for (let i = 0; i < numbers.length; i++) if (!Number.isSafeInteger(numbers[i])) return null;
  return numbers;
}

function isNeverNegative(numbers: Float64Array): boolean {
  for (let i = 0; i < numbers.length; i++) if ((numbers[i] as number) < 0) return false;
  return true;
}

/** A column of uses in fine units; null when one of them cannot be counted. */
function fineColumn(column: ArrayLike<unknown> | undefined, perUnit: number): Int32Array | null {
  if (!(column instanceof Float64Array)) return null;
  const fine = new Int32Array(column.length);
  for (let i = 0; i < column.length; i++) {
    const amount = Math.round((column[i] as number) * perUnit);
    if (!(amount >= 0 && amount <= sampleMax)) return null;
    fine[i] = amount;
  }
  return fine;
}

/** `2026-11-22T04:38:00Z`, with seconds or parts of them; null when it is something else or no such instant. */
function utcMs(text: string): number | null {
  const [, date, clock, hours] = /^(\d{4}-\d\d-\d\d)[T ]((\d\d):\d\d(?::\d\d(?:\.\d{1,9})?)?)Z$/.exec(text) ?? [];
  if (date === undefined || clock === undefined || hours === "24") return null;
  const ms = Date.parse(`${date}T${clock}Z`);
  // 31 February is taken for 3 March by some and refused by others; it is refused here.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? null : ms;
}
