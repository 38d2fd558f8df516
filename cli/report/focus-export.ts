import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { corrections, focusColumns, isWhole, totalBilled, type BillingMonth, type Decimal, type FocusRow, type FocusVersion } from "../../reports/index.ts";
import { fileProblem } from "../file-problem.ts";
import { focusFile, focusFormats, rowsOfCsv } from "./focus-files.ts";
import { digestOf, focusProblem, readLedger, writeLedger, type ClosedMonth, type Ledger } from "./focus-ledger.ts";

/** A month and what is known of it now. */
export interface MonthOfRows {
  readonly month: BillingMonth;
  readonly rows: readonly FocusRow[];
}

export interface FocusWanted {
  readonly folder: string;
  readonly version: FocusVersion;
  /** Close the months that are whole. */
  readonly close: boolean;
  readonly nowUtc: string;
}

/** What became of a month. */
export interface MonthKept {
  readonly month: string;
  readonly state: "open" | "closed" | "closed before";
  readonly rows: number;
  /** Rows that correct earlier months in this one. */
  readonly corrections: number;
  /** In this month, with the corrections of earlier ones. */
  readonly billed: Decimal;
  /** Does everything that is kept about this month, in whichever file, say what is known of it now? */
  readonly isComplete: boolean;
  readonly files: readonly string[];
}

export interface FocusKept {
  readonly months: readonly MonthKept[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Keeps months in a folder. A closed month is never written again but byte by byte the same; where more is known of it
 * now, rows that correct it go into the first open month. Nothing is written when anything is wrong.
 */
export async function exportFocus(months: readonly MonthOfRows[], wanted: FocusWanted): Promise<FocusKept> {
  const { ledger, diagnostics } = await readLedger(wanted.folder);
  if (ledger === null) return { months: [], diagnostics };
  try {
    return await new FocusFolder(months, wanted, ledger).keep();
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return { months: [], diagnostics: [fileProblem("path" in error ? String(error.path) : wanted.folder, error, "written")] };
  }
}

class FocusFolder {
  readonly #months: readonly MonthOfRows[];
  readonly #wanted: FocusWanted;
  readonly #closed: ReadonlyMap<string, ClosedMonth>;
  readonly #ledger: Ledger;
  readonly #problems: Diagnostic[] = [];
  readonly #writes = new Map<string, Uint8Array>();
  /** The rows of what is written, so that it need not be read again. */
  readonly #written = new Map<string, readonly FocusRow[]>();

  constructor(months: readonly MonthOfRows[], wanted: FocusWanted, ledger: Ledger) {
    [this.#months, this.#wanted, this.#ledger] = [months, wanted, ledger];
    this.#closed = new Map(ledger.closed.map((entry) => [entry.month, entry]));
  }

  async keep(): Promise<FocusKept> {
    const before = this.#months.filter(({ month }) => this.#closed.has(month.name));
    const open = this.#months.filter(({ month }) => !this.#closed.has(month.name));
    this.#refuseOtherVersions();
    if (hasErrors(this.#problems)) return { months: [], diagnostics: this.#problems };
    for (const entry of this.#ledger.closed) await this.#restore(entry);
    if (!hasErrors(this.#problems)) await this.#correct(before, open[0]);
    for (const { month, rows } of open) this.#put(mainName(month.name), rows);
    if (hasErrors(this.#problems)) return { months: [], diagnostics: this.#problems };
    await mkdir(this.#wanted.folder, { recursive: true });
    for (const [name, bytes] of this.#writes) await writeFile(path.join(this.#wanted.folder, name), bytes);
    const nowClosed = await this.#close(open);
    const told = await this.#told(nowClosed);
    return { diagnostics: this.#problems, months: told };
  }

  /** What is in the files of each month, and whether it is all. */
  async #told(nowClosed: ReadonlySet<string>): Promise<readonly MonthKept[]> {
    const names = new Set((await readdir(this.#wanted.folder)).filter((name) => /^focus-\d{4}-\d{2}(-corrections)?\.(csv|parquet)$/.test(name)));
    const rowsOf = new Map<string, readonly FocusRow[]>();
    for (const name of names) if (name.endsWith(".csv")) rowsOf.set(name.slice(0, -".csv".length), await this.#rowsIn(name));
    const everything = [...rowsOf.values()].flat();
    const total = (rows: readonly FocusRow[]): Decimal => totalBilled(this.#wanted.version, rows);
    const months = this.#months.map(({ month, rows }): MonthKept => {
      const [main = [], corrected = []] = [rowsOf.get(mainName(month.name)), rowsOf.get(correctionsName(month.name))];
      const charged = everything.filter((row) => this.#isChargedIn(row, month));
      const own = [mainName(month.name), correctionsName(month.name)].flatMap(filesOf).filter((name) => names.has(name));
      return {
        month: month.name, state: this.#closed.has(month.name) ? "closed before" : nowClosed.has(month.name) ? "closed" : "open",
        rows: main.length, corrections: corrected.length, files: own, billed: total([...main, ...corrected]), isComplete: !isWhole(month) || this.#says(month, charged, rows),
      };
    });
    const waiting = months.filter(({ isComplete }) => !isComplete).map(({ month }) => month);
    if (waiting.length > 0) this.#warn(`${waiting.join(", ")}: closed, and what is known of it now is not what is billed.`, "Let the period reach into a month that is open: corrections are billed there.");
    return months;
  }

  /** Do kept rows say what is known of a month? Amounts that only went to somebody else have the same total, and yet do not. */
  #says({ month: openPeriod }: BillingMonth, closed: readonly FocusRow[], now: readonly FocusRow[]): boolean {
    return corrections({ version: this.#wanted.version, closed, now, openPeriod }).length === 0;
  }

  #refuseOtherVersions(): void {
    const other = this.#ledger.closed.find(({ focusVersion }) => focusVersion !== this.#wanted.version);
    if (other === undefined) return;
    this.#problems.push(focusProblem("contradiction", null, `${this.#wanted.folder} holds ${other.month}, closed in version ${other.focusVersion}; version ${this.#wanted.version} is asked for.`,
      `Ask for \`--focus-version ${other.focusVersion}\`, or choose another folder.`));
  }

  /** Every file of a closed month is as it was, or is made again exactly so. */
  async #restore({ month, files }: ClosedMonth): Promise<void> {
    for (const { name, sha256 } of files) {
      const file = path.join(this.#wanted.folder, name);
      const bytes = await readIfThere(file);
      if (bytes !== null && digestOf(bytes) === sha256) continue;
      if (bytes !== null) {
        this.#problems.push(focusProblem("contradiction", file, `File ${file} is not what it was when ${month} was closed.`, "Bring it back from a backup; a closed month is corrected by new rows only."));
        continue;
      }
      const again = this.#again(month, name);
      if (again !== null && digestOf(again) === sha256) this.#writes.set(name, again);
      else this.#problems.push(focusProblem("file-not-found", file, `File ${file} of the closed month ${month} is missing, and what is known now does not make it again.`, "Bring it back from a backup."));
    }
  }

  #again(month: string, name: string): Uint8Array | null {
    const known = this.#months.find((each) => each.month.name === month);
    const kind = focusFormats.find((each) => name === `${mainName(month)}.${each}`);
    return known === undefined || kind === undefined ? null : focusFile(kind, this.#wanted.version, known.rows);
  }

  /** What closed months have wrong is made good in the first month that is open. */
  async #correct(before: readonly MonthOfRows[], open: MonthOfRows | undefined): Promise<void> {
    const { version } = this.#wanted;
    const whole = before.filter(({ month }) => isWhole(month));
    for (const { month } of before) if (!whole.some((each) => each.month === month)) this.#warn(`${month.name} is closed and only a part of it is asked for: it is left as it is.`, "Ask for the whole month to have it corrected.");
    if (whole.length === 0 || open === undefined) return;
    const kept = (await Promise.all(this.#ledger.closed.flatMap(({ files }) => files.filter(({ name }) => name.endsWith(".csv")).map(({ name }) => this.#rowsIn(name))))).flat();
    const found = whole.flatMap(({ month, rows: now }) => corrections({ version, now, openPeriod: open.month.month, closed: kept.filter((row) => this.#isChargedIn(row, month)) }));
    const name = correctionsName(open.month.name);
    const earlier = (await this.#rowsIn(`${name}.csv`)).filter((row) => !whole.some(({ month }) => this.#isChargedIn(row, month)));
    const all = [...earlier, ...found];
    if (all.length > 0 || (await readIfThere(path.join(this.#wanted.folder, `${name}.csv`))) !== null) this.#put(name, all);
  }

  async #rowsIn(name: string): Promise<readonly FocusRow[]> {
    const written = this.#written.get(name);
    if (written !== undefined) return written;
    const file = path.join(this.#wanted.folder, name);
    const bytes = this.#writes.get(name) ?? (await readIfThere(file));
    if (bytes === null) return [];
    const rows = rowsOfCsv(bytes, this.#wanted.version);
    if (rows === null) this.#problems.push(focusProblem("bad-format", file, `File ${file} is no export of version ${this.#wanted.version}.`, "Was it changed? Move it away, or choose another folder."));
    return rows ?? [];
  }

  #isChargedIn(row: FocusRow, { month }: BillingMonth): boolean {
    const place = focusColumns(this.#wanted.version).findIndex(({ name }) => name === "ChargePeriodStart");
    const startMs = Date.parse(row[place] ?? "");
    return startMs >= month.startMs && startMs < month.endMs;
  }

  #put(name: string, rows: readonly FocusRow[]): void {
    for (const kind of focusFormats) this.#writes.set(`${name}.${kind}`, focusFile(kind, this.#wanted.version, rows));
    this.#written.set(`${name}.csv`, rows);
  }

  async #close(open: readonly MonthOfRows[]): Promise<ReadonlySet<string>> {
    if (!this.#wanted.close) return new Set();
    const entries: ClosedMonth[] = [];
    for (const { month } of open) {
      if (!isWhole(month)) {
        this.#warn(`${month.name} is not closed: only a part of it is asked for.`, "Close it with the whole month.");
        continue;
      }
      const files = [];
      for (const name of [mainName(month.name), correctionsName(month.name)].flatMap(filesOf)) {
        const bytes = await readIfThere(path.join(this.#wanted.folder, name));
        if (bytes !== null) files.push({ name, sha256: digestOf(bytes) });
      }
      entries.push({ month: month.name, focusVersion: this.#wanted.version, closedAt: this.#wanted.nowUtc, files });
    }
    if (entries.length > 0) await writeLedger(this.#wanted.folder, { closed: [...this.#ledger.closed, ...entries].sort((a, b) => (a.month < b.month ? -1 : 1)) });
    return new Set(entries.map(({ month }) => month));
  }

  #warn(message: string, advice: string): void {
    this.#problems.push(focusProblem("out-of-range", null, message, advice, "warning"));
  }
}

function mainName(month: string): string {
  return `focus-${month}`;
}

function correctionsName(month: string): string {
  return `focus-${month}-corrections`;
}

function filesOf(name: string): readonly string[] {
  return focusFormats.map((kind) => `${name}.${kind}`);
}

function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

async function readIfThere(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
