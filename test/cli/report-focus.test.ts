import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkFocus } from "../reports/focus/checker/check.ts";
import { readCsv, readParquet } from "../reports/focus/checker/dataset.ts";
import { same } from "../reports/focus/checker/decimal.ts";
import { sumOf } from "../reports/focus/checker/table-rules.ts";
import { known } from "../reports/focus/random-export.ts";
import { file, folder, stowage, type Ended } from "./command-line.ts";

const shop = "scenarios/e-commerce.yaml";
const into = (): string => mkdtempSync(join(folder, "focus-"));

/** What `report cost` says of the same period. */
async function costMicros(...args: readonly string[]): Promise<bigint> {
  const { out } = await stowage("report", "cost", shop, "--json", ...args);
  return BigInt((JSON.parse(out) as { readonly totalMicros: string | number }).totalMicros);
}

describe("report focus", () => {
  it.each(["1.2", "1.3"] as const)("exports the shop in %s without a broken rule, and as report cost has it", async (version) => {
    const out = into();
    const ended = await stowage("report", "focus", shop, "--month", "2026-10", "--out", out, "--focus-version", version, "--provider", "Own IT");
    expect([ended.code, ended.err]).toEqual([0, ""]);
    const files = [readCsv(join(out, "focus-2026-10.csv")), await readParquet(join(out, "focus-2026-10.parquet"))];
    for (const dataset of files) {
      expect(checkFocus(dataset, known(version))).toEqual([]);
      expect(same(sumOf(dataset.rows, "BilledCost"), { digits: await costMicros("--month", "2026-10"), scale: 6 })).toBe(true);
      expect(new Set(dataset.rows.map((row) => row.get("ProviderName")))).toEqual(new Set(["Own IT"]));
      expect(dataset.rows.filter((row) => row.get("x_Detail") === "room-to-breathe").map((row) => row.get("CapacityReservationStatus"))).toContain("Unused");
    }
    expect(files[1]?.rows.length).toBe(files[0]?.rows.length);
  });

  it("bills a month the same by itself and among others, with a plan that is carried out on the way", async () => {
    const plan = join(folder, "focus-plan.json");
    expect((await stowage("plan", shop, "--out", plan)).code).toBe(0);
    const [alone, together] = [into(), into()];
    const planned = ["--plan", plan, "--plan-at", "2026-10-31T23:50:00Z"];
    await stowage("report", "focus", shop, "--month", "2026-11", "--out", alone, ...planned);
    await stowage("report", "focus", shop, "--from", "2026-10-01", "--to", "2026-12-01", "--out", together, ...planned);
    expect(readdirSync(together).sort()).toEqual(["focus-2026-10.csv", "focus-2026-10.parquet", "focus-2026-11.csv", "focus-2026-11.parquet"]);
    const [byItself, amongOthers] = [alone, together].map((of) => readFileSync(join(of, "focus-2026-11.csv"), "utf8"));
    expect(byItself).toBe(amongOthers);
    expect(byItself).toContain("Data carried in moves");
  });

  it("tells a program what it kept", async () => {
    const out = into();
    const document = JSON.parse((await stowage("report", "focus", shop, "--month", "2026-10", "--out", out, "--close", "--json")).out) as { readonly format: string; readonly months: readonly unknown[] };
    expect(document.format).toBe("stowage/focus/v1");
    expect(document.months).toEqual([{
      month: "2026-10", state: "closed", rows: expect.any(Number) as number, corrections: 0, billed: expect.stringMatching(/^\d+\.\d+$/) as string, isComplete: true, files: ["focus-2026-10.csv", "focus-2026-10.parquet"],
    }]);
  });

  it.each<{ why: string; args: () => readonly string[]; says: RegExp }>([
    { why: "no folder", args: () => [shop, "--month", "2026-10"], says: /--out/ },
    { why: "a folder that is a file", args: () => [shop, "--month", "2026-10", "--out", file("focus.txt", "")], says: /which is a file/ },
    { why: "another version", args: () => [shop, "--out", into(), "--focus-version", "2.0"], says: /Allowed choices are 1\.2, 1\.3/ },
    { why: "a name of two lines", args: () => [shop, "--out", into(), "--provider", "a\nb"], says: /--provider is "a\\nb"; it must be a name/ },
    { why: "a currency that is none", args: () => [currency("QQQ"), "--month", "2026-10", "--out", into()], says: /currency is QQQ/ },
    { why: "milliseconds", args: () => [shop, "--from", "2026-10-01T00:00:00.500Z", "--to", "2026-10-02", "--out", into()], says: /not in whole seconds/ },
    { why: "to close a month that has not ended", args: () => [shop, "--from", "2026-10-01", "--to", "2026-12-01", "--out", into(), "--close"], says: /2026-11 cannot be closed: it ends at 2026-12-01T00:00:00\.000Z, and it is 2026-11-20T21:30:00Z/ },
    { why: "a thousand years", args: () => [shop, "--from", "2026-10-01", "--to", "3026-10-01", "--out", into()], says: /The period has 12000 months; at most 120/ },
  ])("refuses $why, and writes nothing", async ({ args, says }) => {
    const asked = args();
    const { code, err } = await stowage("report", "focus", ...asked);
    expect([code, err]).toEqual([1, expect.stringMatching(says)]);
    const out = asked[asked.indexOf("--out") + 1];
    expect(out === undefined || !statSync(out).isDirectory() ? [] : readdirSync(out).filter((name) => name.startsWith("focus-2"))).toEqual([]);
  });

  it("tells when a closed month is shared otherwise than it was billed, though its total is the same, until an open month corrects it", async () => {
    const out = into();
    const ask = (...args: readonly string[]): Promise<Ended> => stowage("report", "focus", shop, "--out", out, ...args);
    expect((await ask("--month", "2026-10", "--close")).err).toBe("");
    expect((await ask("--month", "2026-10", "--share", "even")).err).toMatch(/2026-10: closed, and what is known of it now is not what is billed/);
    expect((await ask("--from", "2026-10-01", "--to", "2026-12-01", "--share", "even")).err).toBe("");
    expect((await ask("--month", "2026-10", "--share", "even")).err).toBe("");
  });

  it("closes a month that is over by the clock, or by the scenario's own instant", async () => {
    const undated = file("undated.yaml", readFileSync(shop, "utf8").replace(/^asOf:.*$/m, ""));
    const close = (month: string, ...rest: readonly string[]): Promise<Ended> => stowage("report", "focus", undated, "--month", month, "--out", into(), "--close", ...rest);
    expect((await close("2026-05")).err).toBe("");
    expect((await close("2026-06")).err).toMatch(/2026-06 cannot be closed: .* it is 2026-06-01T00:00:00\.000Z/);
    expect((await close("2026-06", "--as-of", "2026-07-01T00:00:00Z")).err).toBe("");
  });
});

function currency(name: string): string {
  const text = readFileSync(shop, "utf8").replace("currency: EUR", `currency: ${name}`);
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, text);
  return path;
}
