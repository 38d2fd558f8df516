import { describe, expect, it } from "vitest";
import { file, stowage } from "./command-line.ts";

/** What `simulate --json` prints, as far as these tests read it. */
interface Document {
  readonly diagnostics: readonly unknown[];
  readonly lengthMs: number;
  readonly hosts: readonly { readonly activeMs: number; readonly stealMs: number; readonly carbonMilligrams: string }[];
  readonly tasks: readonly { readonly id: string; readonly endedMs: number | null; readonly saved: number; readonly lostWork: number }[];
  readonly workloads: readonly { readonly checkpoints: { readonly saved: number; readonly restarts: number; readonly undoneHours: number } | null; readonly uses: readonly { readonly demandHours: number; readonly stolenHours: number }[] }[];
  readonly totals: { readonly microjoules: string };
}

/** One host of so many MHz, 100 W when idle and 200 W at full load. */
async function simulated(name: string, cpuMHz: number, simulation: object, workloads: readonly object[] = []): Promise<Document> {
  const scenario = {
    apiVersion: "stowage/v1", name, resources: [{ name: "cpuMHz", unit: "MHz" }], sites: [{ id: "home" }], workloads,
    hosts: [{ id: "h1", site: "home", capacity: { cpuMHz }, layers: { process: "1" }, idlePowerWatts: 100, peakPowerWatts: 200 }],
    simulation: { length: "1h", step: "1min", processors: [{ hosts: ["h1"], count: Math.floor(cpuMHz / 2000) }], ...simulation },
  };
  const { out, err } = await stowage("simulate", "--json", file(`${name.replaceAll(/\W+/g, "-")}.json`, JSON.stringify(scenario)));
  expect(err).toBe("");
  return JSON.parse(out) as Document;
}

/** A task of so many seconds at so many MHz. */
const task = (id: string, seconds: number, demand: number, more: object = {}): object => ({ id, host: "h1", stages: [{ duration: `${seconds}s`, demand }], ...more });
const failure = (at: number, repair: number): object => ({ host: "h1", at: `${at}s`, repair: `${repair}s` });
const power = (said: object): object => ({ power: [{ hosts: ["h1"], ...said }], tasks: [task("a", 600, 1000)] });
const saving = { checkpoints: { interval: "100s", duration: "10s" } };

/** [case, section, processors of 2000 MHz, ends of tasks in s, J, active s]. */
const cases: readonly (readonly [string, object, number, readonly number[], number, number])[] = [
  ["three tasks wait for one another", { tasks: [task("a", 300, 2000), task("b", 600, 500), task("c", 200, 1000)] }, 1, [300, 900, 1100], 300 * 200 + 600 * 125 + 200 * 150, 300 + 150 + 100],
  ["one waits, one comes when all are gone", { tasks: [task("a", 100, 2000), task("b", 100, 1000, { at: "50s" }), task("c", 100, 2000, { at: "500s" })] }, 1, [100, 200, 600], 100 * 200 + 100 * 150 + 300 * 100 + 100 * 200, 250],
  ["of two that arrive at once the first said is first", { tasks: [task("b", 100, 2000, { at: "10s" }), task("a", 100, 1000, { at: "10s" })] }, 1, [110, 210], 10 * 100 + 100 * 200 + 100 * 150, 150],
  ["two failures, nothing saved", { tasks: [task("a", 600, 1000)], failures: [failure(300, 300), failure(900, 300)] }, 1, [1800], (300 + 300 + 600) * 150 + 600 * 100, 600],
  ["two failures that overlap are one", { tasks: [task("a", 600, 1000)], failures: [failure(300, 300), failure(500, 400)] }, 1, [1500], (300 + 600) * 150 + 600 * 100, 450],
  ["two failures, and failed hosts draw nothing", { tasks: [task("a", 600, 1000)], failures: [failure(300, 300), failure(900, 300)], failedHostsDrawPower: false }, 1, [1800], 1200 * 150, 600],
  ["a failure while one runs and one waits", { tasks: [task("a", 600, 1000), task("b", 300, 2000)], failures: [failure(300, 300)] }, 1, [1200, 1500], 900 * 150 + 300 * 100 + 300 * 200, 450 + 300],
  ["a failure at the instant of the end comes too late", { tasks: [task("a", 600, 1000)], failures: [failure(600, 300)] }, 1, [600], 90_000, 300],
  // Saved at 110 s; what was being written at 215 s is lost, and so are the 100 s before. Then 500 s and four more.
  ["a failure in the middle of a checkpoint", { tasks: [task("a", 600, 1000, saving)], failures: [failure(215, 85)] }, 1, [840], 700 * 150 + 55 * 100 + 85 * 100, 350],
  // Nothing is written at the end, and nothing between the two stages but by the interval, which counts on.
  ["checkpoints over two stages", { tasks: [{ id: "a", host: "h1", stages: [{ duration: "150s", demand: 2000 }, { duration: "150s", demand: 1000 }], ...saving }] }, 1, [320], 150 * 200 + 150 * 150 + 20 * 100, 225],
  ["square power", power({ curve: "square" }), 1, [600], 600 * 125, 300],
  ["cubic power", power({ curve: "cubic" }), 1, [600], 600 * 112.5, 300],
  ["power by the root, rounded to the milliwatt", power({ curve: "sqrt" }), 1, [600], 600 * 170.711, 300],
  ["power by measured points", { power: [{ hosts: ["h1"], points: [{ usePermille: 0, milliwatts: 90_000 }, { usePermille: 500, milliwatts: 120_000 }, { usePermille: 1000, milliwatts: 210_000 }] }], tasks: [task("a", 600, 1500)] }, 1, [600], 600 * 165, 450],
  ["power of its own", power({ curve: "linear", idleMilliwatts: 0, peakMilliwatts: 50_000 }), 1, [600], 600 * 25, 300],
  // 2000 each until b has its 900,000 MHz s at 450 s; the 900,000 that a lacks take 300 s.
  ["two tasks share two processors", { tasks: [task("a", 600, 3000), task("b", 300, 3000)] }, 2, [750, 450], 450 * 200 + 300 * 175, 450 + 225],
  ["who needs two processors is not overtaken", { tasks: [task("a", 300, 2000), task("b", 300, 4000, { processors: 2 }), task("c", 300, 2000)] }, 2, [300, 600, 900], 300 * 150 + 300 * 200 + 300 * 150, 600],
  ["time counts, whatever is granted", { tasks: [task("a", 600, 3000, { measure: "time" }), task("b", 300, 3000, { measure: "time" })] }, 2, [600, 300], 300 * 200 + 300 * 175, 300 + 225],
];

describe("more cases that are worked out by hand", () => {
  it.each(cases)("%s", async (name, simulation, processors, endsS, joules, activeS) => {
    const { diagnostics, lengthMs, tasks, totals, hosts: [host] } = await simulated(name, 2000 * processors, { untilTasksAreDone: true, ...simulation });
    expect(diagnostics).toEqual([]);
    expect(tasks.map(({ endedMs }) => endedMs)).toEqual(endsS.map((seconds) => seconds * 1000));
    expect([lengthMs, totals.microjoules, host?.activeMs]).toEqual([Math.max(...endsS) * 1000, `${Math.round(joules * 1e6)}`, activeS * 1000]);
  });

  it("counts checkpoints, and the work that a failure took", async () => {
    const { tasks } = await simulated("counted", 2000, { tasks: [task("a", 600, 1000, saving)], failures: [failure(215, 85)] });
    expect(tasks).toMatchObject([{ saved: 5, lostWork: 100 * 1000 * 1000 * 1000 }]);
  });

  /** [when the host fails, checkpoints that are whole, s of work undone, s of writing]: written from 60 s, 130 s, 200 s and 270 s on. */
  it.each([[300, 4, 30, 40], [275, 3, 75, 35], [270, 3, 70, 30], [50, 0, 50, 0]])("takes from a workload whose host fails at %s s what came after its last checkpoint", async (atS, saved, undoneS, writtenS) => {
    const { totals, workloads } = await simulated(`saved until ${atS}`, 2000, {
      length: "10min", failures: [failure(atS, 600 - atS)], recovery: { mode: "none" }, checkpoints: [{ workloads: ["w"], interval: "60s", duration: "10s", demand: 500 }],
    }, [{ id: "w", layer: "process", host: "h1", reservation: { cpuMHz: 1000 } }]);
    expect(totals.microjoules).toBe(`${(atS - writtenS) * 150 + writtenS * 175 + (600 - atS) * 100}000000`);
    const [{ checkpoints } = { checkpoints: null }] = workloads;
    expect([checkpoints?.saved, checkpoints?.restarts, Math.round((checkpoints?.undoneHours ?? 0) * 3600)]).toEqual([saved, 1, undoneS * 1000]);
  });

  it("has the carbon of an hour of idleness", async () => {
    const { totals, hosts: [host] } = await simulated("idle", 2000, { carbon: [{ site: "home", gramsPerKWh: [400] }] });
    expect([totals.microjoules, host?.carbonMilligrams]).toEqual(["360000000000", "40000"]);
  });
});

/** [case, what each of the workloads of one host of 4000 MHz asks for, section, what each is granted]. */
const shared: readonly (readonly [string, readonly number[], object, readonly number[]])[] = [
  ["the small have all they ask for", [500, 2000, 4000], {}, [500, 1750, 1750]],
  ["the rest is shared again and again", [100, 900, 1200, 5000], {}, [100, 900, 1200, 1800]],
  ["what does not divide goes to the first of them", [3000, 3000, 3000], {}, [1333.334, 1333.333, 1333.333]],
  ["a limit leaves room that the others have", [500, 2000, 4000], { sharing: { limits: [{ workloads: ["w3"], most: 1000 }] } }, [500, 2000, 1000]],
  ["enough is enough", [1000, 1000, 2000], {}, [1000, 1000, 2000]],
];

describe("shares that are worked out by hand", () => {
  it.each(shared)("%s", async (name, demands, section, granted) => {
    const workloads = demands.map((cpuMHz, n) => ({ id: `w${n + 1}`, layer: "process", host: "h1", reservation: { cpuMHz } }));
    const document = await simulated(name, 4000, section, workloads);
    expect(document.workloads.map(({ uses: [use] }) => (use?.demandHours ?? 0) - (use?.stolenHours ?? 0)).map((mhz) => Math.round(mhz * 1000) / 1000)).toEqual(granted);
  });
});
