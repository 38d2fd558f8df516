import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { FileJournal } from "../../executor/file-journal.ts";
import { beginning } from "../../executor/journal.ts";
import type { RunEvent } from "../../executor/event.ts";
import type { RunId } from "../../model/ids.ts";
import type { Plan } from "../../model/plan.ts";
import { file, folder, stowage } from "./command-line.ts";
import { shop } from "./shop.ts";

/** Three hosts at 0.52 EUR an hour with their idle power, and 0.01 EUR for what runs on them. */
const small = file("report-shop.yaml", shop);
const dayMicros = 24 * 1_570_000;
const january = ["--from", "2026-01-05", "--to", "2026-01-06"] as const;

async function json<Document>(...args: readonly string[]): Promise<Document> {
  const { code, out, err } = await stowage(...args, "--json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as Document;
}

interface Cost { readonly totalMicros: string; readonly rows: readonly { readonly name: string; readonly totalMicros: string }[]; readonly lines: readonly { readonly costMicros: string }[] }
const sum = (amounts: readonly string[]): number => amounts.reduce((total, amount) => total + Number(amount), 0);

describe("report cost", () => {
  it.each(["host", "workload", "application", "service", "site", "team", "team=tier"])("adds up to the bills by %s", async (by) => {
    const { totalMicros, rows, lines } = await json<Cost>("report", "cost", small, ...january, "--by", by);
    expect([Number(totalMicros), sum(rows.map((row) => row.totalMicros)), sum(lines.map(({ costMicros }) => costMicros))]).toEqual([dayMicros, dayMicros, dayMicros]);
  });

  it("charges what was measured: half a host for who uses half of it", async () => {
    const trace = file("half.csv", `workload,timeMs,durationMs,cpuMillicores\nweb-1,${Date.parse("2026-01-05T00:00:00Z")},86400000,4000\n`);
    const { rows } = await json<Cost>("report", "cost", small, "--load", trace, "--share", "kept", "--by", "workload");
    // Half of 0.50 and of 0.02 EUR, and 50 W at 0.20 EUR a kilowatt-hour.
    expect(Number(rows.find(({ name }) => name === "web-1")?.totalMicros)).toBe(24 * (250_000 + 10_000 + 10_000));
  });

  it("says for people what the period cost and how it was shared", async () => {
    const { code, out } = await stowage("report", "cost", small, ...january);
    expect(code).toBe(0);
    expect(out).toContain("2026-01-05 to 2026-01-06 UTC: 37.68 EUR for 3 hosts");
    expect(out).toContain("✓ adds up to the bills of the hosts, to the last micro-unit");
  });

  it("keeps tables whose sums are the total", async () => {
    const tables = join(folder, "cost-tables");
    expect((await stowage("report", "cost", small, ...january, "--csv", tables, "--parquet", tables)).code).toBe(0);
    const total = (name: string, column: string): number => sum((parse(readFileSync(join(tables, `${name}.csv`)), { columns: true }) as Readonly<Record<string, string>>[]).map((row) => row[column] ?? ""));
    for (const name of ["cost-by-host", "cost-by-workload", "cost-by-application", "cost-by-service", "cost-by-site", "cost-by-team", "host-bills"]) {
      expect([name, total(name, "totalMicros"), existsSync(join(tables, `${name}.parquet`))]).toEqual([name, dayMicros, true]);
    }
    expect(total("cost-lines", "costMicros")).toBe(dayMicros);
  });

  it("keeps of each line what the scenario asks for a unit, and what that unit cost in effect", async () => {
    const tables = join(folder, "line-tables");
    expect((await stowage("report", "cost", small, ...january, "--by", "team=tier", "--csv", tables)).code).toBe(0);
    const lines = parse(readFileSync(join(tables, "cost-lines.csv")), { columns: true }) as Readonly<Record<string, string>>[];
    for (const { quantity, unitPriceMicros, listPriceMicros, costMicros } of lines) {
      expect(Math.round(Number(quantity) * Number(unitPriceMicros))).toBe(Number(costMicros));
      expect(Math.abs(Number(quantity) * Number(listPriceMicros) - Number(costMicros))).toBeLessThanOrEqual(1);
    }
    expect(new Set(lines.map(({ team }) => team))).toEqual(new Set(["db", "web"]));
  });

  it("tells who should run and is on nobody's bill", async () => {
    const waiting = file("waiting.yaml", shop.replace("services:", "  - { id: web-3, layer: libvirt, applications: [web] }\nservices:"));
    const { code, err } = await stowage("report", "cost", waiting, ...january);
    expect({ code, err: err.split("\n")[0] }).toEqual({ code: 0, err: "warning 1 workload that should run has no host and costs nothing: web-3. [usage]" });
  });

  it("tells that agreed parts are none", async () => {
    const { code, err } = await stowage("report", "cost", small, ...january, "--share", "fixed");
    expect({ code, err: err.split("\n")[0] }).toEqual({ code: 0, err: "warning By agreed parts nobody pays for idle and reserve, since finance.fixedShares names nobody. [usage]" });
  });

  it("tells a zero that is none: no team, no price, no host", async () => {
    const noPrices = file("no-prices.yaml", shop.replace("prices: { onMicrosPerHour: 500000 }", "").replace("electricityMicrosPerKWh: 200000, ", ""));
    const noHosts = file("no-hosts.yaml", "apiVersion: stowage/v1\nname: empty\nasOf: 2026-01-05T00:00:00Z\nworkloads: []\n");
    for (const [scenario, by, says] of [[small, "team", "has a label \"team\""], [noPrices, "host", "none of 3 has a price"], [noHosts, "host", "the fleet has no host"]] as const) {
      const { code, err } = await stowage("report", "cost", scenario, ...january, "--by", by);
      expect({ code, says: err.includes(says) ? says : err }).toEqual({ code: 0, says });
    }
  });

  it.each([
    { args: ["--from", "2026-01-06", "--to", "2026-01-05"], says: "the period ends at 2026-01-05T00:00:00.000Z, not after it begins at 2026-01-06T00:00:00.000Z" },
    { args: ["--to", "1990-01-01"], says: "Say --from as well" },
    { args: ["--from", "2026-02-30"], says: "must be a date" },
    { args: ["--month", "2026-13"], says: "must be a month" },
    { args: ["--month", "2026-01", "--from", "2026-01-05"], says: "'--month <month>' cannot be used with option '--from <utc>'" },
    { args: ["--month", "2026-01", "--to", "2026-01-05"], says: "'--month <month>' cannot be used with option '--to <utc>'" },
    { args: ["--by", "team=nothere"], says: "a label \"nothere\". [usage]\n  -> Name a label that workloads, services or hosts have. Known is tier." },
    { args: ["--by", "team=teir"], says: "Did you mean tier?" },
    { args: ["--by", "team=constructor"], says: "Known is tier." },
    { args: ["--by", "colour"], says: "must be host" },
    { args: ["--share", "luck"], says: "luck" },
    { args: ["--plan", "nowhere.json"], says: "nowhere.json" },
    { args: ["--load", "$(touch x)"], says: "$(touch x)" },
  ])("refuses $args", async ({ args, says }) => {
    const { code, err } = await stowage("report", "cost", small, ...args);
    expect(code).toBe(1);
    expect(err).toContain(says);
  });
});

describe("report variance", () => {
  const [first, second] = [join(folder, "first.json"), join(folder, "second.json")];

  it("says over and under, and why", async () => {
    const dearer = file("dearer.yaml", shop.replace("onMicrosPerHour: 500000", "onMicrosPerHour: 600000"));
    expect((await stowage("report", "cost", small, ...january, "--out", first)).code).toBe(0);
    expect((await stowage("report", "cost", dearer, "--from", "2026-01-05", "--to", "2026-01-07", "--out", second)).code).toBe(0);
    const { out } = await stowage("report", "variance", first, second);
    expect(out).toContain("52.08 EUR over (138.2 %)"); // twice 37.68, and 0.30 EUR an hour more for two days
    const { total } = await json<{ readonly total: Readonly<Record<string, string>> }>("report", "variance", first, second);
    expect(Number(total["priceMicros"])).toBe(48 * 300_000);
    expect(sum(["volumeMicros", "mixMicros", "policyMicros", "idleMicros"].map((cause) => total[cause] ?? ""))).toBe(dayMicros);
    expect((await stowage("report", "variance", second, first)).out).toContain("under");
    expect((await stowage("report", "variance", first, first)).out).toContain("the same");
  });

  it("refuses teams of two labels", async () => {
    const byTier = join(folder, "by-tier.json");
    expect((await stowage("report", "cost", small, ...january, "--by", "team=tier", "--out", byTier)).code).toBe(0);
    expect((await stowage("report", "variance", byTier, byTier, "--by", "team")).out).toContain("db");
    expect(await stowage("report", "variance", first, byTier, "--by", "team")).toMatchObject({ code: 1, err: expect.stringContaining("are by label team, of") as string });
  });

  it.each([
    { name: "something else", text: "{}", says: "is no cost report" },
    { name: "half a file", text: "{\"format\": \"stowage/cost/v1\", \"lines\": [", says: "is no cost report" },
    { name: "a report whose lines were changed", text: null, says: "was changed: its lines do not add up to its total" },
  ])("refuses $name", async ({ text, says }) => {
    const changed = file("changed.json", text ?? readFileSync(first, "utf8").replace(/"totalMicros":"37680000"/, "\"totalMicros\":\"37680001\""));
    const { code, err } = await stowage("report", "variance", first, changed);
    expect({ code, says: err.includes(says) }).toEqual({ code: 1, says: true });
  });
});

const budget = (name: string, from: string, to: string): string => `    - { name: ${name}, micros: 200000000, from: ${from}T00:00:00Z, to: ${to}T00:00:00Z }\n`;

describe("report forecast", () => {
  it("finds the day on which a budget is spent", async () => {
    const budgets = file("budgets.yaml", `${shop}finance:\n  budgets:\n    - { name: year, micros: 200000000, from: 2026-01-01T00:00:00Z, to: 2026-02-01T00:00:00Z }\n    - { name: web, micros: 2000000000, from: 2026-01-01T00:00:00Z, to: 2026-02-01T00:00:00Z, about: { application: web } }\n`);
    const { budgets: [year, web] } = await json<{ readonly budgets: readonly { readonly spentMicros: string; readonly assumedMicros: string; readonly usualDayMicros: string; readonly expectedMicros: { readonly middle: string }; readonly crossed: { readonly middle: string | null } }[] }>(
      "report", "forecast", budgets, "--from", "2026-01-05", "--to", "2026-01-10");
    expect(year).toMatchObject({ usualDayMicros: String(dayMicros), spentMicros: String(5 * dayMicros), assumedMicros: String(4 * dayMicros), expectedMicros: { middle: String(31 * dayMicros) }, crossed: { middle: "2026-01-06T00:00:00.000Z" } });
    expect(web?.crossed.middle).toBeNull();
    const { out } = await stowage("report", "forecast", budgets, "--from", "2026-01-05", "--to", "2026-01-10");
    expect(out).toMatch(/spent on[^]*2026-01-06/);
    expect(out).toContain("lasts");
  });

  it("says that nothing is known of a budget that was over before the first known day, and that one that is over needs no more days", async () => {
    const budgets = file("past-budgets.yaml", `${shop}finance:\n  budgets:\n${budget("past", "2025-12-01", "2026-01-01")}${budget("touching", "2025-12-01", "2026-01-05")}${budget("over", "2026-01-05", "2026-01-07")}${budget("begun", "2025-12-01", "2026-02-01")}`);
    const page = join(folder, "past-budgets.html");
    const { out } = await stowage("report", "forecast", budgets, "--from", "2026-01-05", "--to", "2026-01-25", "--html", page);
    const words = out.replaceAll(/\s+/g, " ");
    expect(words).toContain("past: nothing of it is known: it ended on 2026-01-01, and the first day that is known is 2026-01-05; at the mean of the 20 days that are known it would have cost 1,168.08 EUR");
    expect(words).not.toMatch(/past: [^:]*% of the budget/);
    const { budgets: told } = JSON.parse((await stowage("report", "forecast", budgets, "--from", "2026-01-05", "--to", "2026-01-25", "--json")).out) as { readonly budgets: readonly Readonly<Record<string, unknown>>[] };
    expect(told.find(({ name }) => name === "past")).toMatchObject({ isKnown: false, spentMicros: null, expectedMicros: null, crossed: null });
    expect(told.find(({ name }) => name === "over")).toMatchObject({ isKnown: true, expectedMicros: { middle: expect.stringMatching(/^\d+$/) as string } });
    expect(words).toContain("touching: nothing of it is known: it ended on 2026-01-05, ");
    expect(words).toContain("over: 75.36 EUR by 2026-01-07, when it ended; 37.7 % of the budget");
    expect(words).toMatch(/past everything [\d,.]+ 200\.00 - - not known not known /);
    expect(words).not.toMatch(/goes on|(past|touching|over): of what is spent/);
    const spent = readFileSync(page, "utf8").replaceAll(/<[^>]*>/g, "").replaceAll(/\s+/g, " ").match(/.{12}spent on 2025-12-\d\d/g);
    expect(new Set(spent)).toEqual(new Set(["taken to be spent on 2025-12-06"]));
  });

  it("has no band where no day differs from another", async () => {
    const { out } = await stowage("report", "forecast", small, "--from", "2026-01-01", "--to", "2026-02-01", "--until", "2026-03-01");
    expect(out.replace(/\s+/g, " ")).toContain("the 31 days that are known do not differ, so there is no band");
  });
});

/** A journal in which each action ran when the plan says, but so much later. */
async function journal(name: string, plan: Plan, lateMs: number): Promise<string> {
  const path = join(folder, name);
  const { journal: opened } = await FileJournal.open(path);
  if (opened === null) throw new Error("no journal");
  const startMs = Date.parse("2026-01-05T00:00:00Z") + lateMs;
  const at = (ms: number): RunEvent["at"] => ({ nowMs: ms, utcMs: startMs + ms });
  const times = plan.actions.flatMap(({ id, startMs: from, endMs: to }): readonly RunEvent[] => [{ at: at(from), kind: "dispatched", action: id, attempt: 1 }, { at: at(to), kind: "succeeded", action: id, attempt: 1 }]);
  await opened.append(beginning, [{ at: at(0), kind: "began", run: "r" as RunId, epoch: 1, digest: plan.digest, actions: plan.actions }, ...times.sort((a, b) => a.at.nowMs - b.at.nowMs), { at: at(plan.makespanMs), kind: "ended", because: "" }]);
  await opened.close();
  return path;
}

describe("report plan", () => {
  const planFile = join(folder, "shop-plan.json");

  it("says what a plan would change, and afterwards what it has changed", async () => {
    expect((await stowage("plan", small, "--out", planFile)).code).toBe(0);
    const plan = JSON.parse(readFileSync(planFile, "utf8")) as Plan;
    interface PlanCost { readonly withoutMicros: string; readonly plannedMicros: string; readonly thenOn: { readonly changeMicrosPerMonth: string; readonly expectedMicrosPerMonth: string }; readonly actual: { readonly micros: string; readonly ended: string; readonly actions: readonly { readonly estimateMs: number; readonly tookMs: number }[] } | null }
    const before = await json<PlanCost>("report", "plan", planFile, small, ...january);
    expect(before).toMatchObject({ withoutMicros: String(dayMicros), actual: null, thenOn: { changeMicrosPerMonth: String(-730 * 520_000), expectedMicrosPerMonth: String(-730 * 520_000) } });
    expect(Number(before.plannedMicros)).toBeLessThan(dayMicros - 23 * 520_000);

    const onTime = await json<PlanCost>("report", "plan", planFile, small, ...january, "--journal", await journal("on-time", plan, 0));
    expect(onTime.actual?.micros).toBe(before.plannedMicros);
    expect(onTime.actual?.actions.every(({ estimateMs, tookMs }) => estimateMs === tookMs)).toBe(true);
    const late = await journal("late", plan, 3_600_000);
    const hourLate = await json<PlanCost>("report", "plan", planFile, small, ...january, "--journal", late);
    expect(Number(hourLate.actual?.micros) - Number(before.plannedMicros)).toBe(520_000); // one host on for one hour more
    expect((await stowage("report", "plan", planFile, small, ...january, "--journal", late)).out).toContain("carried out: ");
  });

  it("counts as paid once what moves carry, and not the traffic that is paid for ever after", async () => {
    const layers = 'site: a, layers: { libvirt: "10.0.0" }, capacity: { cpuMillicores: 8000, memoryMiB: 16384, networkMbps: 1000 }';
    const traffic = file("traffic.yaml", [
      "apiVersion: stowage/v1", "name: traffic", "sites: [{ id: a }]", "hosts:",
      `  - { id: dear, ${layers}, prices: { onMicrosPerHour: 50000, cpuMicrosPerCoreHour: 900000, transferMicrosPerGiB: 1000 } }`,
      `  - { id: cheap, ${layers}, prices: { onMicrosPerHour: 50000, networkMicrosPerGiB: 1000 } }`,
      "workloads:", "  - { id: w, layer: libvirt, host: dear, dataMiB: 0, reservation: { cpuMillicores: 1000, memoryMiB: 2048, networkMbps: 100 } }",
      "simulation:", "  load:", "    - synthetic: { workloads: { everything: true }, resources: [networkMbps], usePermille: 500 }", "",
    ].join("\n"));
    const plan = join(folder, "traffic-plan.json");
    expect((await stowage("plan", traffic, "--out", plan)).code).toBe(0);
    interface Once { readonly transferMicros: string; readonly withoutMicros: string; readonly plannedMicros: string }
    const { transferMicros, withoutMicros, plannedMicros } = await json<Once>("report", "plan", plan, traffic, ...january);
    // Two gibibytes of memory at the price of the host that they leave; its traffic costs more than that every hour.
    expect(transferMicros).toBe("2000");
    expect(Number(withoutMicros) - Number(plannedMicros)).toBeLessThan(24 * 900_000 - 2_000);
  });

  it("refuses the plan of another fleet", async () => {
    const says = /^error Plan [0-9a-f]{12} is of another fleet: e-commerce has no workload /;
    expect(await stowage("report", "plan", planFile, "scenarios/e-commerce.yaml")).toMatchObject({ code: 1, err: expect.stringMatching(says) as string });
    expect(await stowage("report", "cost", "scenarios/e-commerce.yaml", "--plan", planFile)).toMatchObject({ code: 1, err: expect.stringMatching(says) as string });
  });

  it("refuses the journal of another plan, and what is none", async () => {
    const plan = JSON.parse(readFileSync(planFile, "utf8")) as Plan;
    const other = await journal("other", { ...plan, digest: "0".repeat(64) }, 0);
    expect((await stowage("report", "plan", planFile, small, "--journal", other)).err).toContain("is of plan 000000000000, not of");
    expect((await stowage("report", "plan", planFile, small, "--journal", join(folder, "nothing"))).err).toContain("does not exist");
  });
});

describe("report price-of-policy", () => {
  it("is the host that the rule keeps on, proved", async () => {
    const { base, rows } = await json<{ readonly base: { readonly microsPerHour: number; readonly claim: string }; readonly rows: readonly { readonly id: string; readonly answer: { readonly microsPerHour: number; readonly claim: string } }[] }>(
      "report", "price-of-policy", small, "--policy", "web-apart", "--threads", "1");
    expect(rows.map(({ id, answer }) => [id, base.microsPerHour - answer.microsPerHour, answer.claim, base.claim])).toEqual([["web-apart", 520_000, "optimal", "optimal"]]);
  });

  it.each([
    { args: [], says: "not said which rule to price" },
    { args: ["--policy", "web-aprt"], says: "web-apart" },
    { args: ["--policy", "built-in/offsite-ban"], says: "is no rule in force here" },
  ])("refuses $args", async ({ args, says }) => {
    const { code, err } = await stowage("report", "price-of-policy", small, ...args);
    expect({ code, says: err.includes(says) ? says : err }).toEqual({ code: 1, says });
  });
});
