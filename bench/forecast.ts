/**
 * Forecasts of the public Bitbrains machines against what happened: coverage of 90 % bands, error against repeating the
 * last day, for machines, for hosts of eight, and for all together.
 * npx tsx bench/forecast.ts FOLDER [--step 300] [--ahead 7] [--learn 14] [--every 2] [--mstl] [--alone]
 * --alone: sums know nothing of their members.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { initSync, MSTL } from "@bsull/augurs/mstl";
import { readTrace } from "../scenarios/traces/index.ts";
import { backTest, type BackTest, eachAlone, type Forecaster, gridOver, groupedBy, sumForecaster, useOfGroups } from "../simulator/index.ts";
import { slotsPerDay } from "../simulator/forecast/history.ts";
import { medianOf } from "../simulator/forecast/quantile.ts";

const { values, positionals: [folder] } = parseArgs({
  allowPositionals: true,
  options: {
    step: { type: "string", default: "3600" }, ahead: { type: "string", default: "7" }, learn: { type: "string", default: "14" },
    every: { type: "string", default: "2" }, mstl: { type: "boolean", default: false }, alone: { type: "boolean", default: false },
  },
});
if (folder === undefined) throw new Error("say in which folder the traces are: npx tsx bench/forecast.ts FOLDER");
const { trace, diagnostics } = await readTrace([folder]);
if (trace === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));

/** MSTL of augurs with exponential smoothing for the trend: days, and weeks when there are two. */
const mstl: Forecaster = (history, ahead, band) => {
  const day = slotsPerDay(history);
  let held = 0;
  const filled = history.values.map((value) => { held = Number.isNaN(value) ? held : value; return held; });
  const model = MSTL.ets(filled.length >= 14 * day ? [day, 7 * day] : [day]);
  model.fit(filled);
  const { point, intervals } = model.predict(ahead, band);
  model.free();
  return { at: (slot) => [intervals?.lower[slot] ?? 0, point[slot] ?? 0, intervals?.upper[slot] ?? 0] };
};

function part(value: number): string {
  return value.toFixed(3);
}

function show(what: string, tests: readonly BackTest[], cpuMs: number): void {
  const sum = (of: (test: BackTest) => number): number => tests.reduce((total, test) => total + of(test), 0);
  const points = sum((test) => test.points);
  const moving = tests.filter((test) => test.scale > 0);
  const mean = (of: (test: BackTest) => number): string => part(moving.reduce((total, test) => total + of(test) / test.points / test.scale, 0) / moving.length);
  console.log([
    what.padEnd(34), `points ${points}`, `covered ${part(sum((test) => test.covered) / points)}`,
    `(median ${part(medianOf(tests.map((test) => test.covered / test.points)))})`,
    `error / naive ${part(medianOf(moving.map((test) => test.absoluteError / test.naiveError)))}`,
    `MASE median ${part(medianOf(moving.map((test) => test.absoluteError / test.points / test.scale)))} naive ${part(medianOf(moving.map((test) => test.naiveError / test.points / test.scale)))}`,
    `MASE mean ${mean((test) => test.absoluteError)} naive ${mean((test) => test.naiveError)}`,
    `pinball ${mean((test) => test.pinball)} naive ${mean((test) => test.naivePinball)}`, `${Math.round(cpuMs)} ms CPU`,
  ].join("  "));
}

const grid = gridOver(trace, Number(values.step) * 1000);
const day = slotsPerDay(grid);
const options = { learn: Number(values.learn) * day, ahead: Number(values.ahead) * day, every: Number(values.every) * day, band: 0.9 };
const forecasters: [string, Forecaster | undefined][] = [["ours", undefined]];
if (values.mstl) {
  initSync({ module: readFileSync(createRequire(import.meta.url).resolve("@bsull/augurs/mstl").replace(/\.js$/, "_bg.wasm")) });
  forecasters.push(["MSTL", mstl]);
}
const hostOf = new Map(trace.series.map((series, i) => [series, `host ${i % 5}`]));
const levels = [
  ["machines", eachAlone(trace)],
  ["hosts", groupedBy(trace, (series) => [hostOf.get(series) ?? ""])],
  ["site", groupedBy(trace, () => ["all"])],
] as const;
console.log(`${trace.series.length} machines, slots of ${values.step} s, learning ${values.learn} days or more, looking ${values.ahead} days ahead every ${values.every} days`);
for (const resource of ["cpuMillicores", "cpuMHz", "memoryMiB"].filter((name) => trace.resources.some((each) => each.name === name))) {
  for (const [level, groups] of levels) {
    const histories = useOfGroups(trace, resource, grid, groups);
    const members = groups.map((group) => (group.members.length < 2 ? [] : useOfGroups(trace, resource, grid, group.members.map((i) => ({ name: "", members: [i] })))));
    for (const [name, forecaster] of forecasters) {
      const start = process.cpuUsage();
      const tests = histories.map((history, i) => backTest(history, options, forecaster ?? sumForecaster(values.alone ? [] : members[i] ?? [])));
      show(`${name} ${resource} ${level}`, tests, process.cpuUsage(start).user / 1000);
    }
  }
}
