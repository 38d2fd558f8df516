import { describe, expect, it } from "vitest";
import { defaultSimulation, type Simulation } from "../../model/simulation.ts";
import { parseScenarioText, parseScenarioTexts, serializeScenario, type ScenarioDocument } from "../../scenarios/index.ts";

/** Two sites, three hosts of two types, three workloads of two applications. */
const fleet = {
  apiVersion: "stowage/v1", name: "small",
  sites: [{ id: "paris" }, { id: "lyon" }],
  links: [{ a: "paris", b: "lyon", mbps: 1000 }],
  hostTypes: { big: { capacity: { cpuMillicores: 32_000 }, idlePowerWatts: 100, peakPowerWatts: 300 }, small: { capacity: { cpuMillicores: 8000 } } },
  hosts: [
    { id: "h1", site: "paris", type: "big", domains: { rack: "r1" }, labels: { pool: "a" } }, { id: "h2", site: "paris", type: "small", domains: { rack: "r1" } },
    { id: "h3", site: "lyon", type: "big", domains: { rack: "r2" } },
  ],
  applications: [{ id: "web" }, { id: "db" }],
  workloads: [
    { id: "w1", layer: "process", applications: ["web"], host: "h1", reservation: { cpuMillicores: 1000 }, labels: { tier: "front" } },
    { id: "w2", layer: "process", applications: ["web"], host: "h3", reservation: { cpuMillicores: 1000 }, labels: { tier: "front" } },
    { id: "d1", layer: "process", applications: ["db"], host: "h2", reservation: { cpuMillicores: 2000 } },
  ],
  policies: [{ id: "apart", select: { workloads: { labels: { tier: "front" } } }, require: { spread: { key: "host" } } }],
} as const;

type Section = NonNullable<ScenarioDocument["simulation"]>;

function withSection(...sections: readonly object[]): ReturnType<typeof parseScenarioText> {
  return parseScenarioTexts(sections.map((simulation, n) => ({
    fileName: `part-${n}.json`, text: JSON.stringify(n === 0 ? { ...fleet, simulation } : { apiVersion: "stowage/v1", simulation }, null, 1),
  })));
}

function read(...sections: readonly object[]): Simulation {
  const { scenario, diagnostics } = withSection(...sections);
  expect(diagnostics).toEqual([]);
  if (scenario?.simulation === undefined) throw new Error("it was refused");
  return scenario.simulation;
}

/** A section that uses every key. */
const whole: Section = {
  start: "2026-11-20T21:30:00Z", length: "2d", step: "15min", seed: 7, otherLoad: "none", resources: ["cpuMillicores", "networkMbps"],
  load: [
    { trace: { files: ["traces/a"], format: "csv", step: "5min", fill: "zero", fullMillicores: 2000, loadOf: { w1: "vm 1" }, begins: "same-weekday", repeat: true, times: "slots", factorPermille: 1500, growth: { kind: "linear", permillePerMonth: -20, from: "2026-01-01T00:00:00Z" } } },
    { synthetic: { workloads: { application: "web" }, resources: ["cpuMillicores"], usePermille: 500, dailyPermille: 300, peakMinute: 600, weekendPermille: 400, noisePermille: 50, burstsPerWeek: 2, burstMinutes: 30, burstPermille: 700, growth: { kind: "compound", permillePerMonth: 30 } } },
    { usual: { workloads: ["d1"], usePermille: 400 } },
  ],
  plan: { at: "1h", mode: "repair", engine: "search", seed: 3, iterations: 5000 },
  failures: [{ at: "2h", host: "h1", repair: "30min" }, { at: "2026-11-21T00:00:00Z", domain: { rack: "r2" }, repair: "1h" }, { at: "3h", link: ["lyon", "paris"], repair: "5min" }],
  breakdowns: [
    { hosts: { domains: { site: "paris" } }, lifetime: { exponential: { mean: "60d" } }, repair: { logNormal: { median: "4h", sigmaPermille: 500 } } },
    { lifetime: { weibull: { shapePermille: 700, scale: "90d" } }, repair: { fixed: "1h" } },
    { hosts: ["h3"], turns: [{ after: "5d", repair: "10min" }], repeat: true },
    { together: "rack", lifetime: { exponential: { mean: "900d" } }, repair: { fixed: "2h" } },
  ],
  recovery: { detect: "20s", decide: "1s", mode: "repair", iterations: 100, setAside: ["apart"], planUnderWay: "cancel" },
  scaling: { watch: "2min", sustain: "3min", releasePermille: 600, release: "20min" },
  moves: { pause: "100ms", roundsMax: 10, longestPause: "5s", processorMillicores: 250 },
  sharing: { by: "virtual-processor", limitToReservation: true, evenAmongInstances: false, limits: [{ workloads: ["w1"], most: 700 }] },
  failedHostsDrawPower: false,
  power: [{ hosts: ["h1"], curve: "cubic", idleMilliwatts: 90_000, peakMilliwatts: 310_000 }, { hosts: ["h2", "h3"], points: [{ usePermille: 0, milliwatts: 50_000 }, { usePermille: 1000, milliwatts: 90_000 }] }],
  carbon: [{ site: "paris", gramsPerKWh: [30, 60], from: "1h", repeat: true }],
  tasks: [
    { id: "t1", host: "h1", at: "1min", processors: 2, measure: "time", stages: [{ duration: "10min", demand: 1500 }], checkpoints: { interval: "1min", duration: "1s", demand: 100, intervalPermille: 1500 } },
    { id: "t2", workload: "w1", stages: [{ duration: "1h", demand: 10 }] },
  ],
  processors: [{ hosts: { everything: true }, count: 4 }],
  untilTasksAreDone: true, chartColumns: 100, happeningsMax: 10,
  forecast: {
    history: "30d", horizon: "60d", step: "30min", held: "10d", bandPermille: 800, resources: ["cpuMillicores"], bufferPermille: 150, failoverReserve: { largestDomain: "rack" }, groupBy: ["rack", "label.pool"],
    purchases: [{ type: "big", site: "lyon", microsPerMonth: 500_000_000, max: 4 }, { name: "another", like: "h2" }],
  },
};

describe("the section about time", () => {
  it("is all defaults, with groups and purchases of the fleet, when nothing is said", () => {
    const { forecast, ...rest } = read({});
    const { forecast: usual, ...others } = defaultSimulation;
    expect(rest).toEqual(others);
    expect({ ...forecast, groups: [], purchases: [] }).toEqual(usual);
    expect(forecast.groups).toEqual([
      { name: "type big", hosts: ["h1", "h3"], purchases: ["big at lyon", "big at paris"] }, { name: "type small", hosts: ["h2"], purchases: ["small at paris"] },
      { name: "site lyon", hosts: ["h3"], purchases: ["big at lyon"] }, { name: "site paris", hosts: ["h1", "h2"], purchases: ["big at paris", "small at paris"] },
    ]);
    expect(forecast.purchases.map(({ name, host }) => [name, host.site, host.capacity])).toEqual([
      ["big at lyon", "lyon", { cpuMillicores: 32_000 }], ["big at paris", "paris", { cpuMillicores: 32_000 }], ["small at paris", "paris", { cpuMillicores: 8000 }],
    ]);
  });

  it("says everything that the simulator can be told", () => {
    const simulation = read(whole);
    expect(simulation).toMatchObject({
      start: "2026-11-20T21:30:00Z", lengthMs: 172_800_000, stepMs: 900_000, seed: 7, otherLoad: "none",
      plan: { at: { kind: "after", ms: 3_600_000 }, mode: "repair", engine: "search", seed: 3, iterations: 5000 },
      recovery: { detectMs: 20_000, decideMs: 1000, mode: "repair", iterations: 100, setAside: ["apart"] },
      processors: [{ hosts: ["h1", "h2", "h3"], count: 4 }],
    });
    expect(simulation.load.map((part) => (part.kind === "trace" ? part.files : part.workloads))).toEqual([["traces/a"], ["w1", "w2"], ["d1"]]);
    expect(simulation.failures[1]).toEqual({ at: { kind: "instant", utc: "2026-11-21T00:00:00Z" }, repairMs: 3_600_000, scope: { kind: "domain", key: "rack", value: "r2" } });
    expect(simulation.breakdowns.map(({ hosts }) => hosts)).toEqual([["h1", "h2"], "all", ["h3"], "all"]);
    expect([simulation.breakdowns[3]?.together, simulation.sharing.limits]).toEqual(["rack", [{ workloads: ["w1"], most: 700 }]]);
    expect(simulation.tasks[1]).toMatchObject({ place: { kind: "workload", workload: "w1" }, processors: 0, measure: "work", checkpoints: null });
    expect(simulation.forecast.groups.map(({ name }) => name)).toEqual(["rack r1", "rack r2", "label.pool a"]);
  });

  it.each<[string, object]>([["all defaults", {}], ["every key", whole]])("is the same when it is written and read again: %s", (_, section) => {
    const { scenario } = withSection(section);
    if (scenario === null) throw new Error("it was refused");
    const again = parseScenarioText(JSON.stringify(serializeScenario(scenario)), "again.json");
    expect(again.diagnostics).toEqual([]);
    expect(again.scenario?.simulation).toEqual(scenario.simulation);
  });

  it("is laid over part by part: lists replace lists, objects are joined key by key", () => {
    const base = { seed: 3, length: "1d", failures: [{ at: "1h", host: "h1", repair: "1h" }], recovery: { detect: "1min", mode: "none" }, plan: { at: "1h" }, forecast: { bufferPermille: 100, horizon: "10d" } };
    const simulation = read(base, { failures: [{ at: "2h", host: "h2", repair: "1h" }], recovery: { mode: "place" }, plan: null, forecast: { horizon: "20d" } });
    expect(simulation).toMatchObject({ seed: 3, lengthMs: 86_400_000, plan: null, recovery: { detectMs: 60_000, mode: "place" }, forecast: { bufferPermille: 100, horizonMs: 1_728_000_000 } });
    expect(simulation.failures.map(({ scope }) => scope)).toEqual([{ kind: "host", host: "h2" }]);
  });
});

/** [what, section, path, code, message] */
const wrong: readonly (readonly [string, object, string, string, RegExp])[] = [
  ["a duration without a unit", { length: "60" }, "simulation.length", "bad-format", /must be a duration such as 90d/],
  ["a number for a duration", { length: 60 }, "simulation.length", "wrong-type", /must be a text/],
  ["no time at all", { length: "0s" }, "simulation.length", "out-of-range", /must be 1ms or more/],
  ["a slot that does not divide the day", { step: "7min" }, "simulation.step", "not-allowed", /does not divide the day/],
  ["a day that does not exist", { start: "2026-02-31T00:00:00Z" }, "simulation.start", "bad-format", /no such instant/],
  ["a key with a mistake", { lenght: "1d" }, "simulation.lenght", "unknown-key", /is not a key/],
  ["a failure of nobody", { failures: [{ at: "1h", host: "h9", repair: "1h" }] }, "simulation.failures[0].host", "unknown-reference", /no host/],
  ["a domain with nobody in it", { failures: [{ at: "1h", domain: { rack: "r9" }, repair: "1h" }] }, "simulation.failures[0].domain.rack", "unknown-reference", /no host is in it/],
  ["a link that does not exist", { failures: [{ at: "1h", link: ["paris", "rome"], repair: "1h" }] }, "simulation.failures[0].link", "unknown-reference", /no link/],
  ["a repair that takes no time", { failures: [{ at: "1h", host: "h1", repair: "0s" }] }, "simulation.failures[0].repair", "out-of-range", /1ms or more/],
  ["an instant that is none", { failures: [{ at: "2026-13-01T00:00:00Z", host: "h1", repair: "1h" }] }, "simulation.failures[0].at", "bad-format", /no such instant/],
  ["a task without a place", { tasks: [{ id: "t", stages: [{ duration: "1s", demand: 1 }] }] }, "simulation.tasks[0]", "missing-key", /neither a host nor a workload/],
  ["a task in two places", { tasks: [{ id: "t", host: "h1", workload: "w1", stages: [{ duration: "1s", demand: 1 }] }] }, "simulation.tasks[0]", "not-allowed", /a host and a workload/],
  ["a task twice", { tasks: [{ id: "t", host: "h1", stages: [{ duration: "1s", demand: 1 }] }, { id: "t", host: "h1", stages: [{ duration: "1s", demand: 1 }] }] }, "simulation.tasks[1].id", "duplicate-id", /there twice/],
  ["load of nobody", { load: [{ synthetic: { workloads: { application: "shop" } } }] }, "simulation.load[0].synthetic.workloads.application", "unknown-reference", /no application/],
  ["load of nothing", { load: [{ synthetic: { resources: ["gold"] } }] }, "simulation.load[0].synthetic.resources[0]", "unknown-reference", /no resource/],
  ["two kinds of load in one", { load: [{ synthetic: {}, usual: {} }] }, "simulation.load[0]", "not-allowed", /exactly one/],
  ["a trace for an unknown workload", { load: [{ trace: { files: ["x"], loadOf: { w9: "a" } } }] }, "simulation.load[0].trace.loadOf.w9", "unknown-reference", /no workload/],
  ["exact times that repeat", { load: [{ trace: { files: ["x"], times: "exact", repeat: true } }] }, "simulation.load[0].trace.times", "not-allowed", /neither repeats nor grows/],
  ["a host with two power curves", { power: [{ curve: "linear" }, { hosts: ["h1"], curve: "cubic" }] }, "simulation.power[1].hosts", "contradiction", /host h1/],
  ["more power when idle than at the peak", { power: [{ hosts: ["h1"], curve: "linear", idleMilliwatts: 400_000 }] }, "simulation.power[0]", "contradiction", /more than 300000 mW/],
  ["power measured twice at one point", { power: [{ hosts: ["h1"], points: [{ usePermille: 5, milliwatts: 1 }, { usePermille: 5, milliwatts: 2 }] }] }, "simulation.power[0].points[1]", "contradiction", /again/],
  ["two series of a site", { carbon: [{ site: "paris", gramsPerKWh: [1] }, { site: "paris", gramsPerKWh: [2] }] }, "simulation.carbon[1].site", "duplicate-id", /already/],
  ["a policy that does not exist", { recovery: { setAside: ["apar"] } }, "simulation.recovery.setAside[0]", "unknown-reference", /no policy/],
  ["a purchase of nothing", { forecast: { purchases: [{ site: "paris" }] } }, "simulation.forecast.purchases[0]", "missing-key", /neither a host type nor a host/],
  ["a purchase that stands nowhere", { forecast: { purchases: [{ type: "big" }] } }, "simulation.forecast.purchases[0].site", "missing-key", /at which site/],
  ["groups by what no host has", { forecast: { groupBy: ["floor"] } }, "simulation.forecast.groupBy[0]", "unknown-reference", /no host has it/],
];

describe("a mistake in the section", () => {
  it.each(wrong)("%s", (_, section, path, code, message) => {
    const { scenario, diagnostics } = withSection(section);
    expect(scenario).toBeNull();
    expect(diagnostics.map((each) => [each.path, each.code])).toContainEqual([path, code]);
    const found = diagnostics.find((each) => each.path === path);
    expect(found?.message).toMatch(message);
    expect(found?.advice).not.toBe("");
    expect([found?.file, (found?.line ?? 0) > 1]).toEqual(["part-0.json", true]);
  });

  it("does not hide others: all are told at once", () => {
    const { diagnostics } = withSection({ length: "0s", seed: -1, failures: [{ at: "1h", host: "h9", repair: "1h" }], tasks: [{ id: "t", host: "h8", stages: [{ duration: "1s", demand: 1 }] }] });
    expect(diagnostics.map(({ path }) => path).sort()).toEqual(["simulation.failures[0].host", "simulation.length", "simulation.seed", "simulation.tasks[0].host"]);
  });
});
