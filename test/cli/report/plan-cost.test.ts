import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Plan } from "../../../model/plan.ts";
import { file, folder, stowage } from "../command-line.ts";
import { shop } from "../shop.ts";

const small = file("plan-cost-shop.yaml", shop);
const planFile = join(folder, "plan-cost-plan.json");
const january = ["--from", "2026-01-05", "--to", "2026-01-06"] as const;

interface PlanCost {
  readonly withoutMicros: string;
  readonly plannedMicros: string;
  readonly transferMicros: string;
  readonly thenOn: {
    readonly micros: string; readonly changeMicrosPerMonth: string; readonly expectedMicrosPerMonth: string;
    readonly kinds: readonly { readonly kind: string; readonly withoutMicros: string; readonly thenMicros: string; readonly changeMicrosPerMonth: string; readonly expectedMicrosPerMonth: string }[];
  };
  readonly diagnostics: readonly { readonly message: string }[];
}

async function json<Document>(...args: readonly string[]): Promise<Document> {
  const { code, out } = await stowage(...args, "--json");
  expect(code).toBe(0);
  return JSON.parse(out) as Document;
}

const total = async (...args: readonly string[]): Promise<string> => (await json<{ readonly totalMicros: string }>("report", "cost", ...args, ...january)).totalMicros;

beforeAll(async () => { expect((await stowage("plan", small, "--out", planFile)).code).toBe(0); });

describe("what is paid from then on", () => {
  it("is what report cost finds where the plan has been done, to the last micro-unit", async () => {
    const { target } = JSON.parse(readFileSync(planFile, "utf8")) as Plan;
    const used = new Set<string>(target.map(({ host }) => host));
    // The shop as it is once the plan is done, written by hand: everybody elsewhere, and who is left alone is off.
    const moved = target.reduce((text, { workload, host }) => text.replace(new RegExp(`(id: ${workload},.*host: )h\\d`), `$1${host}`), shop);
    const after = ["h1", "h2", "h3"].filter((id) => !used.has(id)).reduce((text, id) => text.replace(`{ id: ${id}, site: home,`, `{ id: ${id}, site: home, state: off,`), moved);
    const { thenOn, withoutMicros } = await json<PlanCost>("report", "plan", planFile, small, ...january);
    expect([withoutMicros, thenOn.micros]).toEqual([await total(small), await total(file("plan-cost-after.yaml", after))]);
    expect(BigInt(thenOn.micros)).toBeLessThan(BigInt(withoutMicros));
    expect(await total(small, "--plan", planFile, "--plan-at", "2020-01-01T00:00:00Z")).toBe(thenOn.micros);
  });

  it("is told by what is paid for, and adds up", async () => {
    const { thenOn: { kinds, micros, changeMicrosPerMonth }, withoutMicros } = await json<PlanCost>("report", "plan", planFile, small, ...january);
    const sum = (of: (kind: PlanCost["thenOn"]["kinds"][number]) => string): string => String(kinds.reduce((all, kind) => all + BigInt(of(kind)), 0n));
    expect([sum((kind) => kind.withoutMicros), sum((kind) => kind.thenMicros), sum((kind) => kind.changeMicrosPerMonth)]).toEqual([withoutMicros, micros, changeMicrosPerMonth]);
  });

  it("says that the planner expects the same where both know the same", async () => {
    const { out } = await stowage("report", "plan", planFile, small, ...january);
    expect(out).toContain("from then on 379.60 EUR a month less; as the planner expects");
  });

  it("says by what it is apart from what the planner expects where the load is another", async () => {
    const trace = file("plan-cost-load.csv", `workload,timeMs,durationMs,cpuMillicores\ndb-1,${Date.parse("2026-01-05T00:00:00Z")},86400000,8000\n`);
    const dearPower = file("plan-cost-power.yaml", shop.replace("{ id: h1, site: home, type: box,", "{ id: h1, site: home, type: box, peakPowerWatts: 1100,"));
    const plan = join(folder, "plan-cost-power.json");
    expect((await stowage("plan", dearPower, "--out", plan)).code).toBe(0);
    const { thenOn: { kinds } } = await json<PlanCost>("report", "plan", plan, dearPower, "--load", trace, ...january);
    const apart = kinds.filter((kind) => kind.changeMicrosPerMonth !== kind.expectedMicrosPerMonth).map(({ kind }) => kind);
    expect(apart).toEqual(["power"]);
    expect((await stowage("report", "plan", plan, dearPower, "--load", trace, ...january)).out.replaceAll(/\s+/g, " ")).toMatch(/the planner expects [\d.,]+ EUR a month less, apart by power as used [+-]\d/);
  });
});

/** The shop, with one thing changed. */
const changed = (name: string, from: string, to: string): string => {
  expect(shop).toContain(from);
  return file(`plan-cost-${name}.yaml`, shop.replace(from, to));
};

describe("licences and traffic", () => {
  const priced = file("plan-cost-licensed.yaml", [
    "apiVersion: stowage/v1", "name: licensed", "sites: [{ id: a }]", "hosts:",
    ...["h1", "h2"].map((id) => `  - { id: ${id}, site: a, layers: { libvirt: "9.0.0" }, capacity: { cpuMillicores: 8000, memoryMiB: 16384 }, prices: { onMicrosPerHour: 50000, networkMicrosPerGiB: ${id === "h1" ? 9000 : 4000} } }`),
    "workloads:", ...["h1", "h2"].map((host, n) => `  - { id: db-${n + 1}, layer: libvirt, host: ${host}, reservation: { cpuMillicores: 1000 }, expectedUse: { networkMbps: 20 } }`),
    "finance:", "  licences:", "    - { name: db, per: core, microsPerMonth: 73000000, workloads: { everything: true } }", "",
  ].join("\n"));
  const plan = join(folder, "plan-cost-licensed.json");
  const apart = async (...args: readonly string[]): Promise<readonly (readonly string[])[]> => {
    const { thenOn: { kinds } } = await json<PlanCost>("report", "plan", plan, priced, ...january, ...args);
    return kinds.filter(({ expectedMicrosPerMonth }) => expectedMicrosPerMonth !== "0").map(({ kind, changeMicrosPerMonth, expectedMicrosPerMonth }) => [kind, changeMicrosPerMonth, expectedMicrosPerMonth]);
  };

  it("move a workload, and are found on the bills as the planner expects them", async () => {
    expect((await stowage("plan", priced, "--out", plan)).code).toBe(0);
    expect((JSON.parse(readFileSync(plan, "utf8")) as Plan).target).toEqual([{ workload: "db-1", host: "h2" }, { workload: "db-2", host: "h2" }]);
    const trace = file("plan-cost-traffic.csv", `workload,timeMs,durationMs,networkMbps\n${["db-1", "db-2"].map((id) => `${id},${Date.parse("2026-01-05T00:00:00Z")},86400000,20`).join("\n")}\n`);
    // 8 cores less at 0.10 EUR an hour, and 8.3819 GiB an hour for 0.005 EUR less each: 75,437.1 and 33,527.6 micro-units, which the report rounds once a day.
    expect(await apart("--load", trace)).toEqual([["traffic", String((-1_005_828 * 730) / 24), String(-730 * 41_909)], ["licences", String(-730 * 800_000), String(-730 * 800_000)]]);
  });

  it("are told apart where nobody has measured the traffic", async () => {
    expect(await apart()).toEqual([["traffic", "0", String(-730 * 41_909)], ["licences", String(-730 * 800_000), String(-730 * 800_000)]]);
    expect((await stowage("report", "plan", plan, priced, ...january)).out.replaceAll(/\s+/g, " ")).toContain("from then on 584.00 EUR a month less; the planner expects 614.59 EUR a month less, apart by traffic as measured +30.59");
  });
});

describe("a plan that does not go with the scenario or the period", () => {
  it.each([
    { of: "a beginning after the period", args: [small, "--plan-at", "2027-01-01T00:00:00Z"], code: 1, says: "begins at 2027-01-01 UTC, when the period is over, which is from 2026-01-05 to 2026-01-06 UTC" },
    { of: "a beginning at its very end", args: [small, "--plan-at", "1d"], code: 1, says: "when the period is over" },
    { of: "a beginning before the period", args: [small, "--plan-at", "2026-01-04T23:00:00Z"], code: 0, says: "begins at 2026-01-04 23:00 UTC, before the period" },
    { of: "an end after the period", args: [small, "--plan-at", "2026-01-05T23:59:59Z"], code: 0, says: "only what is done in it counts there" },
    { of: "another currency", args: [changed("currency", "name: shop", "name: shop\ncurrency: USD")], code: 1, says: "counts in EUR, shop in USD" },
    { of: "other prices", args: [changed("prices", "onMicrosPerHour: 500000", "onMicrosPerHour: 600000")], code: 0, says: "the fleet costs 1.87 EUR an hour as it is here and cost 1.57 as the plan was made" },
    { of: "another rule", args: [changed("rule", "spread: { key: host }", "spread: { key: rack }")], code: 0, says: "policy web-apart has changed" },
    { of: "a rule that is gone", args: [file("plan-cost-free.yaml", shop.slice(0, shop.indexOf("policies:")))], code: 0, says: "policy web-apart is gone" },
    { of: "a host that is not as it was", args: [changed("host", "{ id: h3, site: home,", "{ id: h3, site: home, state: maintenance,")], code: 0, says: "host h3 state was on, is maintenance" },
    { of: "a workload that has grown", args: [changed("size", "labels: { tier: db }", "reservation: { cpuMillicores: 3000 }, labels: { tier: db }")], code: 0, says: "host h3 reserved was cpuMillicores 2000, memoryMiB 4096, storageMiB 10000, is cpuMillicores 3000" },
    { of: "something else of the fleet", args: [changed("region", "region: eu", "region: us")], code: 0, says: "something of the fleet that neither costs nor is touched by the plan" },
  ])("is told of $of", async ({ args, code, says }) => {
    const [scenario = "", ...rest] = args;
    const outcome = await stowage("report", "plan", planFile, scenario, ...january, ...rest);
    expect({ code: outcome.code, err: outcome.err.replaceAll(/\s+/g, " ") }).toEqual({ code, err: expect.stringContaining(says) as string });
    const cost = await stowage("report", "cost", scenario, "--plan", planFile, ...january, ...rest);
    expect({ code: cost.code, err: cost.err.replaceAll(/\s+/g, " ") }).toEqual({ code, err: expect.stringContaining(says) as string });
  });

  it("pays once for what it carries, in the period or not", async () => {
    const carried = file("plan-cost-carried.yaml", shop.replace("prices: { onMicrosPerHour: 500000 }", "prices: { onMicrosPerHour: 500000, transferMicrosPerGiB: 10000 }"));
    const plan = join(folder, "plan-cost-carried.json");
    expect((await stowage("plan", carried, "--out", plan)).code).toBe(0);
    const once = async (at: string): Promise<string> => (await json<PlanCost>("report", "plan", plan, carried, ...january, "--plan-at", at)).transferMicros;
    expect(Number(await once("1h"))).toBeGreaterThan(0);
    expect(await once("2026-01-04T23:00:00Z")).toBe(await once("1h"));
  });

  it("says nothing where everything is as it was", async () => {
    expect(await stowage("report", "plan", planFile, small, ...january)).toMatchObject({ code: 0, err: "" });
  });
});
