import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stowage } from "../cli/command-line.ts";
import { isRequired, officePath, openInSpreadsheet, type Sheet } from "./office.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "stowage-sheets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names that a spreadsheet would run, instead of those of the shop. */
const hostile: Readonly<Record<string, string>> = {
  "par-1": "=1+1", "cloud-1": "@SUM(A1:A9)", "web-1": "+cmd|' /C calc'!A0", lyon: '=HYPERLINK("http://example.org")', checkout: "＝1+1", reporting: "+1+2", "lyo-2": "=A1,B2",
};

function hostileShop(): string {
  const names = Object.keys(hostile).join("|");
  const text = readFileSync(join(root, "scenarios/e-commerce.yaml"), "utf8").replaceAll(new RegExp(`(?<![\\w/-])(${names})(?![\\w-])(?!\\.yaml)`, "g"), (name) => `'${(hostile[name] ?? "").replaceAll("'", "''")}'`)
    .replace("team: sales", "team: '-2+3'");
  return written("shop.yaml", text);
}

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function study(shop: string): string {
  return written("study.yaml", [
    "apiVersion: stowage/study/v1", "name: small", `scenarios: [{ name: "=1+1", files: [${JSON.stringify(shop)}] }]`, "policies: [{ name: \"@as-is\", files: [] }]", "seeds: { first: 1, count: 1 }", "length: 6h", "",
  ].join("\n"));
}

/** A machine with the worst of names, in somebody else's inventory. */
function inventory(): readonly [string, string] {
  const hosts = written("hosts.csv", "Server,Cores,Memory GiB\n=1+1,8,64\n@host,16,128\n");
  return [hosts, written("machines.csv", "VM,vCPU,Memory GiB,Runs on\n=2+2,2,8,=1+1\n+cmd,x,8,@host\n")];
}

/** Every command that writes tables for spreadsheets, and where. */
const commands: readonly { readonly name: string; readonly args: (shop: string, into: string) => readonly string[] }[] = [
  { name: "simulate", args: (shop, into) => ["simulate", shop, "--length", "6h", "--fail", "host:=1+1@1h+2h", "--csv", into] },
  { name: "forecast", args: (shop, into) => ["forecast", shop, "--resource", "memoryMiB", "--csv", into] },
  { name: "sweep", args: (shop, into) => ["sweep", shop, "--length", "6h", "--scopes", "host,site", "--csv", into] },
  { name: "study", args: (shop, into) => ["study", study(shop), "--out", join(folder, "runs"), "--csv", into] },
  { name: "report-cost", args: (shop, into) => ["report", "cost", shop, "--month", "2026-11", "--out", join(folder, "cost.json"), "--csv", into] },
  { name: "report-variance", args: (_, into) => ["report", "variance", join(folder, "cost.json"), join(folder, "cost.json"), "--by", "host", "--csv", into] },
  { name: "report-forecast", args: (shop, into) => ["report", "forecast", shop, "--month", "2026-11", "--csv", into] },
  { name: "report-plan", args: (shop, into) => ["report", "plan", join(folder, "plan.json"), shop, "--month", "2026-11", "--csv", into] },
  { name: "report-price", args: (shop, into) => ["report", "price-of-policy", shop, "--policy", "at-night", "--engine", "search", "--iterations", "20000", "--threads", "1", "--csv", into] },
  { name: "report-usage", args: (shop, into) => ["report", "usage", shop, "--no-effect", "--csv", into] },
  { name: "report-focus", args: (shop, into) => ["report", "focus", shop, "--month", "2026-11", "--out", into] },
  { name: "import", args: (_, into) => ["import", "csv", ...inventory(), "--column", "name=Server", "--column", "host=Runs on", "--out", join(folder, "fleet.yaml"), "--csv", into] },
];
const topics = ["sites", "hosts", "workloads", "services"] as const;

/** What stands in a CSV file, and what a spreadsheet made of it. */
interface Opened {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly sheet: Sheet;
}

describe.skipIf(officePath === null)("a table for spreadsheets", () => {
  const opened = new Map<string, Opened>();
  let control: Sheet = [];

  beforeAll(async () => {
    const [shop, flat] = [hostileShop(), join(folder, "flat")];
    mkdirSync(flat);
    const planned = await stowage("plan", shop, "--engine", "search", "--iterations", "20000", "--out", join(folder, "plan.json"));
    expect([planned.code, planned.err]).toEqual([0, expect.anything()]);
    for (const { name, args } of commands) {
      const into = join(folder, name);
      const ended = await stowage(...args(shop, into));
      expect([name, ended.code, ended.err]).toEqual([name, 0, expect.anything()]);
      for (const file of readdirSync(into)) if (file.endsWith(".csv")) copyFileSync(join(into, file), join(flat, `${name}__${file}`));
    }
    for (const topic of topics) {
      const shown = await stowage("show", shop, topic, "--csv", "--cost");
      expect([topic, shown.code]).toEqual([topic, 0]);
      writeFileSync(join(flat, `show__${topic}.csv`), shown.out);
    }
    writeFileSync(join(flat, "control.csv"), "name,number\n=1+1,0.5\n");
    const files = readdirSync(flat).map((file) => join(flat, file));
    const sheets = await openInSpreadsheet(files, folder);
    for (const [file, sheet] of sheets) {
      const [header = [], ...rows] = fieldsOf(readFileSync(file, "utf8"));
      if (file.endsWith("control.csv")) control = sheet;
      else opened.set(file.slice(flat.length + 1), { header, rows, sheet });
    }
  }, 600_000);

  it("would be run if it were not for us", () => {
    expect(control[1]?.[0]).toMatchObject({ formula: "of:=1+1", value: 2 });
  });

  it("comes from every command", () => {
    expect([...new Set([...opened.keys()].map((name) => name.split("__")[0]))]).toEqual(expect.arrayContaining([...commands.map(({ name }) => name), "show"]));
    expect(opened.size).toBeGreaterThan(commands.length + topics.length);
  });

  it("runs no formula", () => {
    const run = [...opened].flatMap(([name, { sheet }]) => sheet.flat().flatMap(({ formula }) => (formula === null ? [] : [`${name}: ${formula}`])));
    expect(run).toEqual([]);
  });

  it("keeps numbers as numbers, each with its value", () => {
    const wrong = [...opened].flatMap(([name, { header, rows, sheet }]) => header.flatMap((column, c) => {
      const texts = rows.map((row) => row[c] ?? "");
      if (texts.every((text) => text === "") || !texts.every((text) => text === "" || isNumber(text))) return [];
      return texts.flatMap((text, r) => {
        const cell = sheet[r + 1]?.[c];
        const isKept = text === "" ? (cell?.type ?? "empty") === "empty" : cell?.type === "float" && isNear(cell.value, Number(text));
        return isKept ? [] : [`${name} ${column} row ${r}: ${text} became ${cell?.type ?? "nothing"} ${cell?.text ?? ""}`];
      });
    }));
    expect(wrong).toEqual([]);
  });

  it("shows hostile names as the texts that they are", () => {
    const everything = new Set([...opened.values()].flatMap(({ sheet }) => sheet.flat().filter(({ type }) => type === "string").map(({ text }) => text)));
    expect(Object.values(hostile).filter((name) => !everything.has(`'${name}`))).toEqual([]);
  });

  it("has as many rows as were written", () => {
    for (const [name, { rows, sheet }] of opened) expect([name, sheet.filter((row) => row.some(({ type }) => type !== "empty")).length]).toEqual([name, rows.filter((row) => row.some((text) => text !== "")).length + 1]);
  });
});

it.runIf(officePath === null)("a table for spreadsheets: no LibreOffice found (libreoffice-calc, or STOWAGE_OFFICE)", () => {
  console.warn("No LibreOffice was found: what spreadsheets make of tables is not tested.");
  expect(isRequired).toBe(false);
});

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text);
}

/** A spreadsheet writes fifteen digits down. */
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.abs(b) * 1e-14;
}

function fieldsOf(csv: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  let record: string[] = [];
  while (field.lastIndex < csv.length || record.length > 0) {
    const [, quoted, plain = "", end] = field.exec(csv) ?? [];
    if (end === undefined) throw new Error("no CSV");
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  return records;
}
