import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { program } from "./built.ts";
import { file, folder, stowage } from "./command-line.ts";

const shop = "scenarios/e-commerce.yaml";

/** What `simulate --json` prints, as far as these tests read it. */
interface Document {
  readonly format: string;
  readonly exitCode: number;
  readonly diagnostics: readonly { readonly severity: string; readonly code: string; readonly path: string; readonly message: string }[];
  readonly lengthMs: number;
  readonly start: string | null;
  readonly answers: { readonly asked: number; readonly refused: number; readonly unplaced: number };
  readonly plan: { readonly actions: number; readonly done: number; readonly tookMs: number | null; readonly predictedMs: number } | null;
  readonly hosts: readonly { readonly host: string; readonly activeMs: number; readonly stealMs: number; readonly microjoules: string; readonly carbonMilligrams: string; readonly stateMs: Readonly<Record<string, number>>; readonly bill: Readonly<Record<string, string>> }[];
  readonly workloads: readonly { readonly workload: string; readonly servedMs: number; readonly uses: readonly { readonly resource: string; readonly demandHours: number; readonly stolenHours: number; readonly lostHours: number }[] }[];
  readonly services: readonly { readonly service: string; readonly availabilityPpm: number; readonly downMs: number }[];
  readonly scaling: readonly { readonly application: string; readonly abovePermille: number; readonly usePermille: readonly (number | null)[]; readonly instances: readonly (number | null)[] }[];
  readonly breaches: readonly { readonly strength: string }[];
  readonly runways: readonly { readonly group: string; readonly resource: string; readonly runway: { readonly crossed: { readonly p50: number | null } } }[];
  readonly tasks: readonly { readonly id: string; readonly state: string; readonly endedMs: number | null }[];
  readonly events: readonly { readonly atMs: number; readonly about: string; readonly words: string }[];
  readonly actions: readonly { readonly of: string; readonly kind: string; readonly workload?: string; readonly host?: string; readonly outcome: string }[];
  readonly failures: number;
  readonly totals: { readonly microjoules: string; readonly micros: string; readonly transferMicros: string };
}

async function simulated(...args: readonly string[]): Promise<Document> {
  const { out, code } = await stowage("simulate", "--json", ...args);
  const document = JSON.parse(out) as Document;
  expect(document.exitCode).toBe(code);
  return document;
}

describe("the web shop over eight days", () => {
  let week: Document;
  beforeAll(async () => {
    week = await simulated(shop);
  }, 60_000);

  it("says nothing against the scenario", () => {
    expect([week.format, week.exitCode, week.diagnostics, week.start]).toEqual(["stowage/simulation/v1", 0, [], "2026-11-20T21:30:00.000Z"]);
  });

  it("carries out the plan, and no must is broken on the way", () => {
    expect(week.plan).toMatchObject({ actions: 19, done: 19 });
    expect(week.breaches.filter(({ strength }) => strength === "must")).toEqual([]);
    expect(week.services.map(({ downMs }) => downMs)).toEqual([0, 0, 0]);
  });

  it("passes the limit of the front end on weekend evenings, and starts another one where the policies allow", () => {
    const [limit] = week.scaling;
    expect(limit).toMatchObject({ application: "web", abovePermille: 800 });
    expect(Math.max(...(limit?.usePermille ?? []).slice(1).map((use) => use ?? 0))).toBeGreaterThan(800);
    expect(new Set(limit?.instances)).toEqual(new Set([3, 4]));
    const starts = week.actions.filter(({ of, kind }) => of === "answer" && kind === "start");
    expect(starts.length).toBeGreaterThanOrEqual(2);
    expect(new Set(starts.map(({ workload, outcome }) => `${workload} ${outcome}`))).toEqual(new Set(["web-4 done"]));
    // The other three are on lyo-1, par-1 and cloud-1 by then: replicas never share a host.
    expect(["lyo-1", "par-1", "cloud-1"]).not.toContain(starts[0]?.host);
    expect(week.answers).toMatchObject({ refused: 0, unplaced: 0 });
    // Asked for each further instance, and when one that is let go leaves a host empty, which is switched off.
    const calls = week.events.filter(({ words }) => words.includes("one more instance is called for")).length;
    const switchedOff = week.actions.filter(({ of, kind }) => of === "answer" && kind === "shutdownHost").length;
    expect(switchedOff).toBeGreaterThan(0);
    expect(week.answers.asked).toBe(calls + switchedOff);
  });

  it("tells the bill to the micro-unit, and the runway", () => {
    const sum = week.hosts.reduce((total, { bill }) => total + Object.values(bill).reduce((all, part) => all + BigInt(part), 0n), BigInt(week.totals.transferMicros));
    expect(sum).toBe(BigInt(week.totals.micros));
    expect(week.runways.map(({ group }) => group)).toContain("whole fleet");
    const order = week.runways.map(({ runway }) => runway.crossed.p50 ?? Infinity);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it("is the same to the byte when it is run again, and not with another seed", async () => {
    const day = ["simulate", "--json", shop, "--length", "22h", "--plan", "none"];
    const first = await stowage(...day);
    expect((await stowage(...day)).out).toBe(first.out);
    expect((await stowage(...day, "--seed", "2")).out).not.toBe(first.out);
  }, 60_000);

  it("is told in tables for people", async () => {
    const { out, err, code } = await stowage("simulate", shop, "--length", "6h", "--plan", "none", "--fail", "host:par-2@1h+1h");
    expect([err, code]).toEqual(["", 0]);
    for (const words of ["Simulation of e-commerce", "Hosts", "Services", "Limits of services", "What happened", "EUR", "runway"]) expect(out).toContain(words);
    expect(out).not.toContain("The plan");
  }, 30_000);

  it("keeps its tables, which say what the document says", async () => {
    const kept = join(folder, "simulated");
    const { code } = await stowage("simulate", shop, "--length", "6h", "--plan", "none", "--csv", kept, "--parquet", kept, "--html", join(folder, "simulated.html"));
    expect(code).toBe(0);
    const names = readdirSync(kept).sort();
    expect(names.filter((name) => name.endsWith(".csv")).map((name) => name.replace(".csv", ".parquet"))).toEqual(names.filter((name) => name.endsWith(".parquet")));
    const hosts = readFileSync(join(kept, "hosts.csv"), "utf8").trim().split("\n");
    expect(hosts[0]).toContain("energyMicrojoules");
    expect(hosts).toHaveLength(9);
    expect(readFileSync(join(folder, "simulated.html"), "utf8")).toContain("e-commerce");
  }, 30_000);
});

/** [case, end in s, energy in J, active in s]: worked out by hand in the files themselves. */
const cases: readonly (readonly [string, number, number, number])[] = [
  ["task", 600, 90_000, 300], ["queue", 900, 150_000, 600], ["failure", 1200, 165_000, 450], ["checkpoints", 965, 130_200, 337],
];

describe("cases that are worked out by hand", () => {
  it.each(cases)("%s", async (name, endS, joules, activeS) => {
    const { lengthMs, totals, hosts: [host], tasks, diagnostics } = await simulated(`scenarios/cases/${name}.yaml`);
    expect(diagnostics).toEqual([]);
    expect([lengthMs, totals.microjoules, host?.activeMs]).toEqual([endS * 1000, `${joules}000000`, activeS * 1000]);
    expect(tasks.every(({ state }) => state === "done")).toBe(true);
  });

  it("shares, slot by slot", async () => {
    const { workloads } = await simulated("scenarios/cases/shares.yaml");
    const granted = workloads.map(({ uses: [use] }) => 60 * ((use?.demandHours ?? 0) - (use?.stolenHours ?? 0)));
    expect(granted.map(Math.round)).toEqual([1000 + 1500 + 2000 + 1000, 3000 + 2500 + 2000 + 3000]);
  });

  it("constant demands of 3000 and 1500 on 4000", async () => {
    const overlay = file("constant.json", JSON.stringify({
      apiVersion: "stowage/v1", simulation: { length: "1h", load: [] }, changes: [{ growLoad: { workloads: ["a"], factorPermille: 1500, resources: ["cpuMHz"] } }],
    }));
    const { workloads } = await simulated("scenarios/cases/shares.yaml", overlay);
    expect(workloads.map(({ uses: [use] }) => (use?.demandHours ?? 0) - (use?.stolenHours ?? 0))).toEqual([1500, 2500]);
  });
});

const breakdowns = file("breakdowns.json", JSON.stringify({
  apiVersion: "stowage/v1", simulation: { length: "60d", untilTasksAreDone: false, breakdowns: [{ lifetime: { exponential: { mean: "5d" } }, repair: { exponential: { mean: "1d" } } }] },
}));

describe("failures", () => {
  it("are drawn by the seed, the same on one core and on all", async () => {
    const args = ["scenarios/cases/task.yaml", breakdowns, "--seed", "5"];
    const here = await simulated(...args);
    expect(here.failures).toBeGreaterThan(3);
    expect((await simulated("scenarios/cases/task.yaml", breakdowns, "--seed", "6")).hosts[0]?.stateMs).not.toEqual(here.hosts[0]?.stateMs);
    if (!existsSync("/usr/bin/taskset")) return;
    const { out } = await stowage("simulate", "--json", ...args);
    const alone = spawnSync("/usr/bin/taskset", ["-c", "0", process.execPath, program, "simulate", "--json", ...args], { encoding: "utf8" });
    expect(alone.stdout).toBe(out);
  }, 30_000);

  it("are added on the command line", async () => {
    const { failures, hosts: [host], events } = await simulated("scenarios/cases/task.yaml", "--fail", "host:h1@5min+2min", "--fail", "site:home@20min+30s");
    expect([failures, host?.stateMs["failed"]]).toEqual([1, 120_000]);
    expect(events.map(({ words }) => words)).toContain("failed: it failed");
  });

  it("that come too late are told, and do not happen", async () => {
    const { diagnostics, failures } = await simulated("scenarios/cases/shares.yaml", "--fail", "host:h1@1h+2min");
    expect(failures).toBe(0);
    expect(diagnostics.map(({ severity, path, message }) => [severity, path, message.includes("after the end")])).toEqual([["warning", "--fail", true]]);
  });

  it("may stand in a table beside the scenario, and so may carbon intensity", async () => {
    file("outages.csv", "at,repair,what\n5min,2min,host:h1\n8d,1h,host:h1\n9d,1h,host:h1\n");
    file("carbon.csv", "gramsPerKWh\n100\n");
    const tables = file("tables.yaml", `apiVersion: stowage/v1\ninclude: [${process.cwd()}/scenarios/cases/task.yaml]\nsimulation:\n  failures: [{ file: outages.csv }]\n  carbon: [{ site: home, file: carbon.csv }]\n`);
    const { failures, hosts: [host], diagnostics } = await simulated(tables);
    expect(failures).toBe(1);
    // 100 g for 3.6 MJ.
    expect(Number(host?.carbonMilligrams)).toBe(Math.round((Number(host?.microjoules) * 100_000) / 3.6e12));
    expect(diagnostics.map(({ severity, path, message }) => [severity, path, message.includes("2 failures are outside of the simulation")])).toEqual([["warning", "simulation.failures", true]]);
  });

  it.each(["h1@2h+1h", "host:h1", "host:h1@2h", "host:h1@2+1h", "host:h1@2h+0s", "host:h1@yesterday+1h"])("%s is no failure", async (text) => {
    const { code, err } = await stowage("simulate", "scenarios/cases/task.yaml", "--fail", text);
    expect(code).toBe(1);
    expect(err).toContain("--fail");
  });
});

describe("a plan", () => {
  it("from a file is verified first, and carried out when it is said", async () => {
    const kept = join(folder, "plan-to-simulate.json");
    await stowage("plan", shop, "--out", kept, "--engine", "search", "--iterations", "20000");
    const { plan, actions } = await simulated(shop, "--plan", kept, "--plan-at", "1h", "--length", "3h");
    expect(plan?.done).toBe(plan?.actions);
    expect(actions.filter(({ of }) => of === "plan")).toHaveLength(plan?.actions ?? -1);
    // At noon the window of the policy at-night is shut.
    const { code, err } = await stowage("simulate", shop, "--plan", kept, "--start", "2026-11-21T12:00:00Z", "--length", "1h");
    expect(code).toBe(1);
    expect(err).toMatch(/plan is refused/);
  }, 60_000);

  it("that is none is refused in words", async () => {
    const { code, err } = await stowage("simulate", shop, "--plan", shop);
    expect([code, err.includes("is no plan file")]).toEqual([1, true]);
  });
});

describe("what only a run can find", () => {
  it("has its line in the file all the same, and all is told at once", async () => {
    const path = file("too-much.json", JSON.stringify({
      apiVersion: "stowage/v1", simulation: { tasks: [{ id: "t", host: "h1", processors: 5, stages: [{ duration: "9999d", demand: 2_147_483 }] }] },
    }, null, 1));
    const { code, err } = await stowage("simulate", "scenarios/cases/task.yaml", path);
    expect(code).toBe(1);
    expect(err).toContain(`${path}:8:19  simulation.tasks[0].processors`);
    expect(err).toContain("task t needs 5 processors at once, host h1 has 1");
    expect(err).toContain("more work than can be counted exactly");
  });
});
