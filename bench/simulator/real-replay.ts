import { spanMs } from "../../model/load.ts";
import { readTrace } from "../../scenarios/traces/index.ts";
import { replayPool, sumRows } from "../../simulator/replay.ts";
import { gridOver } from "../../simulator/load/grid.ts";
import { sourceOf } from "../../simulator/load/source.ts";
import { simulate } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../../test/policies/fleet-of.ts";
import { megahertz } from "../../test/simulator/given.ts";

const slots = 256;

/** The machines of a real trace, each ten times, ten to a host of 15,000 MHz: the kernels, and the engine. */
export async function realReplay(folder: string): Promise<readonly string[]> {
  const { trace, diagnostics } = await readTrace([folder]);
  if (trace === null) return diagnostics.map(({ message }) => message);
  const grid = gridOver(trace, 300_000);
  const source = sourceOf(trace, grid);
  const processor = source.resources.findIndex(({ name }) => name.startsWith("cpu"));
  const copies = 10;
  const machines = trace.series.length;
  const workloads = machines * copies;
  const hosts = Math.ceil(workloads / 10);
  const cursor = source.open(0);
  const blocks: Int32Array[] = [];
  const read = source.resources.map(() => new Int32Array(machines * slots));
  // eslint-disable-next-line unicorn/no-array-fill-with-reference-type -- a cursor is no array
  while (cursor.fill({ slots, samples: read }) > 0) {
    const block = new Int32Array(workloads * slots);
    for (let copy = 0; copy < copies; copy++) block.set(read[processor] as Int32Array, copy * machines * slots);
    blocks.push(block);
  }
  const capacity = 15_000_000;
  const rows = Array.from({ length: hosts }, (_, h) => Array.from({ length: workloads }, (_unused, w) => w).filter((w) => hostFor(w, machines, hosts) === h));
  const sums = new Float64Array(slots);
  const totals = { demand: new Float64Array(workloads), stolen: new Float64Array(workloads) };
  const samples = workloads * slots * blocks.length;
  const rate = (times: number, each: (samples: Int32Array, own: readonly number[]) => void): string => {
    const began = process.cpuUsage();
    for (let turn = 0; turn < times; turn++) for (const block of blocks) for (const own of rows) each(block, own);
    return ((times * samples) / process.cpuUsage(began).user).toFixed(0);
  };
  const atHost = (block: Int32Array, own: readonly number[]): void => sumRows({ samples: block, slots, rows: own, capacity }, 0, slots, sums);
  const fairly = (block: Int32Array, own: readonly number[]): void => replayPool({ samples: block, slots, rows: own, capacity }, 0, slots, sums, totals);
  rate(2, atHost);
  rate(2, fairly);
  totals.demand.fill(0);
  totals.stolen.fill(0);
  const fair = rate(20, fairly);
  const stolen = totals.stolen.reduce((sum, of) => sum + of, 0) / totals.demand.reduce((sum, of) => sum + of, 0);
  return [
    `${machines} machines, ${grid.slots} slots of five minutes (${Math.round((spanMs({ kind: "regular", ...grid, count: grid.slots }).endMs - grid.startMs) / 86_400_000)} days), ${copies} of each, ${hosts} hosts`,
    `at host level: ${rate(40, atHost)} million samples/s`,
    `with fair shares, ${(100 * stolen).toFixed(1)} % of the demand stolen: ${fair} million samples/s`,
    await wholeEngine(trace.series.map(({ subject }) => subject.workload), sourceOf(trace, grid)),
  ];
}

/** Copies of one machine are on different hosts, each with other neighbours. */
function hostFor(w: number, machines: number, hosts: number): number {
  return ((w % machines) + 7 * Math.floor(w / machines) ** 2) % hosts;
}

async function wholeEngine(ids: readonly string[], load: ReturnType<typeof sourceOf>): Promise<string> {
  const hosts = Array.from({ length: 5 }, (_, h) => hostOf(`h${h}`, { capacity: { cpuMHz: 15_000 } }));
  const index = fleetOf(hosts, ids.map((id, w) => workloadOf(id, { host: `h${w % 5}`, state: "running" })), { resources: [megahertz] });
  const input = { index, constraints: [], load, startMs: load.startMs, lengthMs: load.slots * load.stepMs, hasDate: false, seed: 1 };
  await simulate(input);
  const began = process.cpuUsage();
  for (let turn = 0; turn < 5; turn++) await simulate(input);
  const samples = 5 * load.resources.length * ids.length * load.slots;
  return `the engine, with power, carbon, cost and charts: ${(samples / process.cpuUsage(began).user).toFixed(0)} million samples/s (${load.resources.length} resources)`;
}
