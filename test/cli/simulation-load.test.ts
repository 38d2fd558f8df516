import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { prepare } from "../../cli/prepare.ts";
import { gridOfHistory, historyOf, simulationInput, type SimulationOptions } from "../../cli/simulation-input.ts";
import { simulate, type SimulationResult } from "../../simulator/index.ts";
import { file, folder, stowage } from "./command-line.ts";

const hour = 3_600_000;
const monday = Date.parse("2026-11-02T00:00:00Z");

/** Rows of our own format: a value an hour for each workload, from an instant on. */
function trace(name: string, startMs: number, rows: Readonly<Record<string, readonly (number | null)[]>>): string {
  const lines = Object.entries(rows).flatMap(([workload, values]) => values.map((value, i) => `${workload},${startMs + i * hour},${hour},${value ?? ""}`));
  return file(name, ["workload,timeMs,durationMs,cpuMillicores", ...lines].join("\n"));
}

let made = 0;

/** Two workloads of 1000 and 2000 millicores on one host, and what is said about time. */
function scenario(simulation: object, more: object = {}): string {
  return file(`load-${++made}.json`, JSON.stringify({
    apiVersion: "stowage/v1", name: "load", sites: [{ id: "home" }],
    hosts: [{ id: "h1", site: "home", capacity: { cpuMillicores: 10_000 }, layers: { process: "1" } }],
    workloads: [{ id: "a", layer: "process", host: "h1", reservation: { cpuMillicores: 1000 } }, { id: "b", layer: "process", host: "h1", reservation: { cpuMillicores: 2000 } }],
    simulation: { step: "1h", ...simulation }, ...more,
  }));
}

async function prepared(path: string): Promise<NonNullable<Awaited<ReturnType<typeof prepare>>["ready"]>> {
  const { ready, diagnostics } = await prepare({ paths: [path], asOf: null, nowUtc: "2026-11-22T00:00:00Z", evacuate: [] });
  expect(diagnostics).toEqual([]);
  if (ready === null) throw new Error("it was refused");
  return ready;
}

async function run(path: string, options: SimulationOptions = {}): Promise<{ readonly result: SimulationResult; readonly startMs: number; readonly diagnostics: readonly Diagnostic[] }> {
  const { made: input, diagnostics } = await simulationInput(await prepared(path), options);
  if (input === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return { result: await simulate(input.input), startMs: input.startMs, diagnostics };
}

/** Core-hours that each workload asked for, in thousandths. */
function asked({ workloads }: SimulationResult): Readonly<Record<string, number>> {
  return Object.fromEntries(workloads.map(({ workload, uses: [use] }) => [workload, use?.demandHours ?? 0]));
}

const three = trace("three.csv", monday, { a: [100, 200, 300], b: [10, 20, 30] });
const stranger = trace("stranger.csv", monday, { "vm 1": [100, 200, 300] });

describe("load of a simulation", () => {
  it.each<[string, object, number, Readonly<Record<string, number>>, number]>([
    ["is a trace, from its beginning to its end", { load: [{ trace: { files: [three] } }] }, monday, { a: 600, b: 60 }, 3],
    ["is what is expected where nothing is said", { length: "2h" }, 0, { a: 2000, b: 4000 }, 2],
    ["is nothing where nothing is said, when that is wanted", { length: "2h", otherLoad: "none" }, 0, { a: 0, b: 0 }, 2],
    ["is the load of another name", { load: [{ trace: { files: [stranger], loadOf: { b: "vm 1" } } }] }, monday, { a: 3000, b: 600 }, 3],
    ["may count for several", { load: [{ trace: { files: [stranger], loadOf: { a: "vm 1", b: "vm 1" } } }] }, monday, { a: 600, b: 600 }, 3],
    ["begins when the simulation does", { start: "2026-12-24T06:00:00Z", load: [{ trace: { files: [three], begins: "with-simulation" } }] }, Date.parse("2026-12-24T06:00:00Z"), { a: 600, b: 60 }, 3],
    ["begins on the same weekday", { start: "2026-11-16T01:00:00Z", length: "2h", load: [{ trace: { files: [three], begins: "same-weekday" } }] }, Date.parse("2026-11-16T01:00:00Z"), { a: 500, b: 50 }, 2],
    ["repeats", { start: "2026-11-02T00:00:00Z", length: "7h", load: [{ trace: { files: [three], repeat: true } }] }, monday, { a: 1300, b: 130 }, 7],
    ["is scaled", { load: [{ trace: { files: [three], factorPermille: 1500 } }] }, monday, { a: 900, b: 90 }, 3],
    ["adds up from several parts", { load: [{ trace: { files: [three] } }, { synthetic: { workloads: ["a"], usePermille: 100 } }] }, monday, { a: 900, b: 60 }, 3],
    ["is replayed piece by piece", { load: [{ trace: { files: [three], times: "exact" } }] }, monday, { a: 0, b: 0 }, 3],
  ])("%s", async (_, simulation, startMs, demand, hours) => {
    const { result, diagnostics, startMs: began } = await run(scenario(simulation));
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect([began, result.lengthMs / hour, asked(result)]).toEqual([startMs, hours, demand]);
  });

  it("that is replayed piece by piece asks the host for as much", async () => {
    const slots = await run(scenario({ load: [{ trace: { files: [three] } }] }));
    const exact = await run(scenario({ step: "1h", load: [{ trace: { files: [three], times: "exact" } }] }));
    expect(exact.result.hosts.map(({ activeMs, uses: [use] }) => [activeMs, use?.demandHours])).toEqual(slots.result.hosts.map(({ activeMs, uses: [use] }) => [activeMs, use?.demandHours]));
  });

  it.each<[string, object, RegExp]>([
    ["of nobody in the fleet", { load: [{ trace: { files: [stranger] } }] }, /none of the 1 workloads of the trace is one of the fleet: vm 1/],
    ["of an unknown name", { load: [{ trace: { files: [stranger], loadOf: { a: "vm 2" } } }] }, /has no load of vm 2/],
    ["at another time", { start: "2027-01-01T00:00:00Z", length: "1h", load: [{ trace: { files: [three] } }] }, /has load from 2026-11-02T00:00:00Z to 2026-11-02T03:00:00Z; the simulation is from 2027/],
    ["that ends before the beginning", { start: "2027-01-01T00:00:00Z", load: [{ trace: { files: [three] } }] }, /before the simulation begins/],
    ["of a file that is not there", { load: [{ trace: { files: ["nowhere.csv"] } }] }, /nowhere.csv does not exist/],
  ])("%s is refused in words", async (_, simulation, words) => {
    const { made: input, diagnostics } = await simulationInput(await prepared(scenario(simulation)));
    expect(input).toBeNull();
    expect(diagnostics.map(({ message }) => message).join("\n")).toMatch(words);
  });

  it("that covers a part of the time only is told", async () => {
    const { diagnostics } = await run(scenario({ length: "6h", load: [{ trace: { files: [three] } }] }));
    expect(diagnostics.map(({ severity, message }) => [severity, /where it has none its workloads ask for nothing/.test(message)])).toEqual([["warning", true]]);
  });

  it("is refused where hosts rate their processors in different units", async () => {
    const path = scenario({ length: "1h" }, {
      resources: [{ name: "cpuMHz" }], hosts: [{ id: "h1", site: "home", capacity: { cpuMillicores: 1000 }, layers: { process: "1" } }, { id: "h2", site: "home", capacity: { cpuMHz: 1000 } }],
    });
    expect((await simulationInput(await prepared(path))).diagnostics.map(({ code }) => code)).toEqual(["unit-mismatch"]);
  });
});

describe("load beyond what can be counted", () => {
  it("is refused, never cut", async () => {
    const path = scenario({ length: "1h", load: [{ trace: { files: [trace("much.csv", monday, { a: [4000, 4000] })], factorPermille: 1_000_000 } }] });
    expect((await simulationInput(await prepared(path))).diagnostics.map(({ code, path: at }) => [code, at])).toContainEqual(["overflow", "simulation.load[0].trace.factorPermille"]);
  });

  it.each([
    ["by its weekends", { usePermille: 1_000_000, dailyPermille: 0, weekendPermille: 1200 }],
    ["by its swing", { usePermille: 900_000, dailyPermille: 900 }],
    ["by its growth", { usePermille: 1000, growth: { kind: "compound", permillePerMonth: 99_000 } }],
  ])("that is made up is refused beforehand: %s", async (_, part) => {
    const huge = { workloads: [{ id: "a", layer: "process", host: "h1", reservation: { cpuMillicores: 2000 } }] };
    const path = scenario({ length: "60d", load: [{ synthetic: { workloads: ["a"], ...part } }] }, huge);
    const { made: input, diagnostics } = await simulationInput(await prepared(path));
    expect([input, diagnostics.map(({ code, path: at, severity }) => [code, at, severity])]).toEqual([null, [["overflow", "simulation.load[0].synthetic", "error"]]]);
    expect(diagnostics[0]?.message).toMatch(/workload a comes to [\d,]+ cpuMillicores at the height of a day; at most 2,147,483 can be counted/);
  });

  it("by the growth of a trace is refused too", async () => {
    const growing = { trace: { files: [trace("growing.csv", monday, { a: [2_000_000, 2_000_000, 2_000_000] })], factorPermille: 500, growth: { kind: "linear", permillePerMonth: 100_000, from: "2026-10-01T00:00:00Z" } } };
    expect((await simulationInput(await prepared(scenario({ length: "1h", load: [growing] })))).diagnostics.map(({ code, severity }) => [code, severity])).toContainEqual(["overflow", "error"]);
  });
});

describe("the history of the load", () => {
  it("is what was measured, with its holes", async () => {
    const holed = trace("holed.csv", monday, { a: [100, null, null, 400] });
    const { made: history } = await historyOf(await prepared(scenario({ load: [{ trace: { files: [holed] } }] })));
    const series = history?.history.series.find(({ subject }) => subject.workload === "a");
    expect([history === null ? null : gridOfHistory(history), [...series?.gaps ?? []], [...series?.samples[0] ?? []]]).toEqual([
      { startMs: monday, stepMs: hour, slots: 4 }, [1, 3], [100_000, 100_000, 100_000, 400_000],
    ]);
  });

  it("is what is made up, before the beginning", async () => {
    const { made: history } = await historyOf(await prepared(scenario({ start: "2026-11-10T00:00:00Z", load: [{ synthetic: { workloads: ["a"], usePermille: 500 } }], forecast: { history: "2d" } })));
    expect(history === null ? null : gridOfHistory(history)).toEqual({ startMs: Date.parse("2026-11-08T00:00:00Z"), stepMs: hour, slots: 48 });
    expect(new Set(history?.history.series[0]?.samples[0])).toEqual(new Set([500_000]));
    expect(new Set(history?.history.series[1]?.samples[0])).toEqual(new Set([2_000_000]));
  });
});

describe("a fleet of a trace", () => {
  it("has its workloads on hosts in turn, in the order of the trace, and simulates", async () => {
    const path = file("order.csv", ["workload,timeMs,durationMs,cpuMillicores,provisioned.cpuMillicores", `z,0,${hour},500,4000`, `a,0,${hour},1000,`, `m,0,${hour},1500,`, `m,${hour},${hour},100,`].join("\n"));
    const out = join(folder, "of-trace.json");
    expect((await stowage("generate", "--trace", path, "--hosts", "2", "--host-processors", "4", "--idle-watts", "100", "--peak-watts", "200", "--out", out)).out).toBe(`Fleet of 2 hosts and 3 workloads of the trace written to ${out}.\n`);
    const ready = await prepared(out);
    expect(ready.scenario.fleet.workloads.map(({ id, host, reservation }) => [id, host, reservation["cpuMillicores"]])).toEqual([["a", "h2", 1000], ["m", "h1", 1500], ["z", "h1", 4000]]);
    const { result } = await run(out);
    // h1: (500 + 1500) of 4000 for an hour, then 100; h2: 1000 of 4000, then nothing.
    expect(result.hosts.map(({ host, activeMs, microjoules }) => [host, activeMs, microjoules])).toEqual([
      ["h1", hour / 2 + hour / 40, BigInt(3600 * (150 + 102.5)) * 1_000_000n], ["h2", hour / 4, BigInt(3600 * (125 + 100)) * 1_000_000n],
    ]);
  });

  it.each([
    ["a folder that is not there", ["--trace", "nowhere"], /nowhere does not exist/],
    ["less at the peak than when idle", ["--trace", three, "--idle-watts", "300", "--peak-watts", "200"], /below --idle-watts/],
    ["a speed of processors where the trace counts cores", ["--trace", three, "--processor-mhz", "1500"], /no cpuMHz/],
    ["another format than was said", ["--trace", three, "--trace-format", "bitbrains"], /is said to be GWA-T-12/],
  ])("%s is refused in words", async (_, args, words) => {
    const { code, err } = await stowage("generate", ...args);
    expect([code, words.test(err)]).toEqual([1, true]);
  });

  it("reserves only what hosts have: of the rest there is always enough", async () => {
    const path = file("disk.csv", ["workload,timeMs,durationMs,cpuMillicores,storageMBps", `a,0,${hour},500,30`].join("\n"));
    const out = join(folder, "of-disk.json");
    await stowage("generate", "--trace", path, "--hosts", "1", "--out", out);
    expect((await prepared(out)).scenario.fleet.workloads.map(({ reservation }) => reservation)).toEqual([{ cpuMillicores: 500 }]);
  });

  it("names its files so that they are found from where it lies", async () => {
    const inside = join(folder, "below");
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, "x.csv"), `workload,timeMs,durationMs,cpuMillicores\na,0,${hour},5\na,${hour},${hour},5\n`);
    const out = join(inside, "fleet.yaml");
    await stowage("generate", "--trace", join(inside, "x.csv"), "--hosts", "1", "--out", out);
    expect(asked((await run(out)).result)).toEqual({ a: 10 });
  });
});
