import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { file, folder, stowage, stowageAt } from "./command-line.ts";
import { growingShop } from "./forecast-shop.ts";
import { shop } from "./shop.ts";

interface Answer {
  readonly format: string;
  readonly hasDate: boolean;
  readonly historyEndMs: number;
  readonly runways: readonly {
    readonly group: string;
    readonly resource: string;
    readonly capacity: number;
    readonly runway: { readonly usable: number; readonly peakNow: number; readonly crossed: { readonly p10: number | null; readonly p50: number | null; readonly p90: number | null } };
    readonly ways: readonly { readonly words: string; readonly microsPerMonth: number; readonly isEnough: boolean; readonly until: { readonly p10: number | null } }[];
  }[];
  readonly runwaysOfInstances: readonly { readonly application: string; readonly runway: { readonly instances: number; readonly moreInstances: number } }[];
  readonly demands: readonly { readonly name: string; readonly resource: string; readonly backTest: { readonly origins: number; readonly points: number; readonly aheadMs: number } | null; readonly days?: readonly { readonly low: number; readonly mean: number; readonly high: number }[] }[];
  readonly diagnostics: readonly { readonly message: string }[];
}

const growing = file("growing-shop.yaml", growingShop);
const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 0, 5);

async function answer(...args: readonly string[]): Promise<Answer> {
  const { code, out } = await stowage("forecast", ...args, "--json");
  expect(code).toBe(0);
  return JSON.parse(out) as Answer;
}

/** A year of 10 % a month from an instant on. */
async function growingFrom(from: string): Promise<Answer> {
  const grows = file(`grows-${from}.yaml`, `apiVersion: stowage/v1\nname: grows\nsimulation:\n  length: 30d\n  start: 2026-01-05T00:00:00Z\n  load:\n    - synthetic: { workloads: { labels: {} }, dailyPermille: 0, noisePermille: 0, growth: { kind: compound, permillePerMonth: 100, from: ${from} } }\n  forecast: { horizon: 365d, history: 60d }\n`);
  return answer(growing, grows, "--per", "fleet", "--resource", "cpuMillicores");
}

describe("a forecast of a load that grows", () => {
  it("says when the host is full: what the history does not show is planned", async () => {
    const found = await answer(growing);
    const pool = found.runways.find(({ group }) => group === "databases");
    // 2000 of 8000 millicores now, 200 more a month: 30 months on, which is beyond two years. The whole fleet has more room still.
    expect([found.format, found.hasDate, found.historyEndMs]).toEqual(["stowage/forecast/v1", true, startMs]);
    expect([pool?.capacity, pool?.runway.peakNow, pool?.runway.crossed]).toEqual([8000, 2000, { p10: null, p50: null, p90: null }]);
    expect(found.runways.every(({ ways }) => ways.length === 0)).toBe(true);
  });

  it("has the growth that is planned in its demand and in its runways, and what has grown in the history already goes on", async () => {
    for (const from of ["2026-01-05T00:00:00Z", "2025-10-05T00:00:00Z"]) {
      const { demands: [fleet], runways } = await growingFrom(from);
      // A year of 10 % a month is 3.14 times as much.
      expect((fleet?.days?.at(-1)?.mean ?? 0) / (fleet?.days?.[0]?.mean ?? 1), from).toBeCloseTo(1.1 ** (364 / 30.4375), 1);
      const { peakNow = 0, usable = 0, crossed } = runways.find(({ group }) => group === "databases")?.runway ?? {};
      const months = Math.log(usable / peakNow) / Math.log(1.1);
      expect(Math.abs(((crossed?.p50 ?? 0) - startMs) / dayMs - months * 30.4375), from).toBeLessThan(8);
    }
  });

  it("finds the smallest purchase, and what keeping less free would do", async () => {
    // 70 % kept free: 2400 usable, reached after two months of 30.4 days.
    const careful = file("careful.yaml", "apiVersion: stowage/v1\nname: careful\nsimulation: { forecast: { bufferPermille: 700 } }\n");
    const pool = (await answer(growing, careful)).runways.find(({ group }) => group === "databases");
    expect(pool?.runway.usable).toBe(2400);
    const days = (pool?.runway.crossed.p50 ?? 0) / dayMs - startMs / dayMs;
    // A path's level may drift by what its weeks did, which is nothing here: the first day that is above, to the day.
    expect([days, pool?.runway.crossed.p10 === pool?.runway.crossed.p90]).toEqual([61, true]);
    // Within a year it grows to 4400, which two boxes hold (4800), and the host alone when nothing is kept free.
    expect(pool?.ways.map(({ words, microsPerMonth, isEnough }) => [words, microsPerMonth, isEnough])).toEqual([
      ["keep no buffer", 0, true], ["buy 1 box", 250_000_000, true],
    ]);
  });

  it("asks the planner how many more instances fit", async () => {
    const found = await answer(growing);
    const web = found.runwaysOfInstances.find(({ application }) => application === "web");
    // The third host has no web server yet, and the rule keeps them apart.
    expect([web?.runway.instances, web?.runway.moreInstances]).toEqual([2, 1]);
  });

  it("tells demand by whatever is asked for, lows below means below highs", async () => {
    for (const [per, names] of [["workload", ["db-1", "web-1", "web-2"]], ["host", ["h1", "h2", "h3"]], ["site", ["home"]], ["fleet", ["fleet"]], ["service", ["shop"]]] as const) {
      const { demands } = await answer(growing, "--per", per, "--resource", "cpuMillicores", "--horizon", "7d");
      expect(demands.map(({ name, resource }) => [name, resource])).toEqual(names.map((name) => [name, "cpuMillicores"]));
      for (const { days = [] } of demands) {
        expect(days).toHaveLength(7);
        expect(days.every(({ low, mean, high }) => 0 <= low && low <= mean && mean <= high)).toBe(true);
      }
    }
  });

  it("is the same for the same seed, in words too", async () => {
    const [one, other] = [await stowage("forecast", growing, "--seed", "4"), await stowage("forecast", growing, "--seed", "4")];
    expect(one).toEqual(other);
    expect(one.out).toContain("Runway under the rules");
  });

  it("is tested on the second half of the history, or on as much of its end as is chosen", async () => {
    const args = ["--per", "fleet", "--resource", "cpuMillicores", "--horizon", "30d"];
    const held = file("held.yaml", "apiVersion: stowage/v1\nname: held\nsimulation: { forecast: { held: 60h } }\n");
    const tests = await Promise.all([args, [...args, "--held", "7d"], [held, ...args]].map(async (these) => (await answer(growing, ...these)).demands[0]?.backTest));
    // Of twenty days: looks of five days each from the tenth on, or one look over all that is held.
    expect(tests.slice(1).map((test) => [test?.origins, test?.points, test?.aheadMs])).toEqual([[1, 168, 7 * dayMs], [1, 60, 2.5 * dayMs]]);
    expect([(tests[0]?.origins ?? 0) > 1, tests[0]?.aheadMs]).toEqual([true, 5 * dayMs]);
    const page = join(folder, "held.html");
    expect((await stowage("forecast", growing, ...args, "--held", "7d", "--full", "--html", page)).out.replaceAll(/\s+/g, " ")).toContain("Tested on the last 7 d of its own past, learnt from all before: what the band held");
    expect(readFileSync(page, "utf8").replaceAll(/<[^>]*>/g, "")).toContain("Tested on the last 7 d of the history, learnt from all before");
  });

  it("writes a page and tables", async () => {
    const out = join(folder, "forecast-tables");
    const page = join(folder, "forecast.html");
    expect((await stowage("forecast", growing, "--csv", out, "--parquet", out, "--html", page)).code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(["demand-slots", "demands", "runways", "runways-of-instances", "ways-out"].flatMap((name) => [`${name}.csv`, `${name}.parquet`]).sort());
    const slots = readFileSync(join(out, "demand-slots.csv"), "utf8").split("\n");
    expect(slots[0]).toBe("service,resource,at,measured,low,middle,high");
    // Twenty days that were measured and a year ahead, hour by hour.
    expect(slots).toHaveLength(1 + 24 * (20 + 365) + 1);
    expect(readFileSync(page, "utf8")).toContain("<title>Forecast for shop</title>");
  });
});

describe("a history that was not measured whole", () => {
  /** Twenty days from 5 January on, hour by hour: the level triples after ten, and five hours of the sixteenth day are missing. */
  const hours = Array.from({ length: 480 }, (_, hour) => hour).filter((hour) => hour < 365 || hour >= 370);
  const trace = file("shifts.csv", `workload,timeMs,durationMs,cpuMillicores\n${hours.map((hour) => `db-1,${startMs + hour * 3_600_000},3600000,${(hour < 240 ? 500 : 1500) + (hour % 24) * 5}`).join("\n")}\n`);

  it.each([null, 60, 40])("says where, at a terminal of %s columns", async (columns) => {
    const { code, out } = await stowageAt(columns, "forecast", growing, "--load", trace, "--per", "workload", "--horizon", "7d");
    expect(code).toBe(0);
    const words = out.replaceAll(/\s+/g, " ");
    expect(words).toContain("Level shifts: db-1 cpuMillicores (on 2026-01-15).");
    expect(words).toContain("Holes, in which nothing was measured: db-1 cpuMillicores (5 h, from 2026-01-20 on).");
  });

  it("says nothing of the kind where there is nothing to say", async () => {
    const { out } = await stowage("forecast", growing, "--full");
    expect(out).not.toMatch(/Level shifts|Holes/);
  });
});

describe("what cannot be forecast", () => {
  it.each<[string, readonly string[], string]>([
    ["a horizon of an hour", ["--horizon", "1h"], "The horizon is 1 h; it can be from 1d to 730d."],
    ["a horizon of ten years", ["--horizon", "3650d"], "it can be from 1d to 730d"],
    ["a resource without load", ["--resource", "gpus"], "--resource gpus is nothing of which there is load."],
    ["a test that leaves nothing to learn from", ["--held", "17d"], "17 d of a history of 20 d in slots of 1 h; that must be a slot or more, and at least 4 days must be left to learn from."],
    ["a test of less than a slot", ["--held", "1min"], "that must be a slot or more"],
    ["nobody's demand", ["--per", "moon"], "'moon' is invalid"],
    ["a trace that is not there", ["--load", join(folder, "no-such-trace")], "no-such-trace"],
    ["a horizon beyond all durations", ["--horizon", "1000000d"], "of at most 9999d"],
    ["tables in a file", ["--csv", growing], "which is a file; the tables need a folder"],
    ["a page in no folder", ["--html", join(folder, "nowhere", "page.html")], "page.html"],
  ])("is %s", async (_, args, message) => {
    const { code, out, err } = await stowage("forecast", growing, ...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(message);
    expect(err).not.toContain("    at ");
  });

  it("is a history of a day", async () => {
    const short = file("short.yaml", "apiVersion: stowage/v1\nname: short\nsimulation: { forecast: { history: 1d } }\n");
    expect((await stowage("forecast", growing, short)).err).toContain("at least 2 days and 12 slots are needed");
  });

  it("is told with errors of the scenario, and no load at all is constant", async () => {
    const plain = file("plain-shop.yaml", shop);
    expect((await answer(plain, "--horizon", "7d")).runways.every(({ ways }) => ways.length === 0)).toBe(true);
    expect((await stowage("forecast", file("broken.yaml", "apiVersion: stowage/v1\nname: [\n"))).code).toBe(1);
  });
});
