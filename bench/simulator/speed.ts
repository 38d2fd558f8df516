import type { LoadBlock } from "../../model/load.ts";
import { Random } from "../../model/random.ts";
import { EventQueue } from "../../simulator/queue.ts";
import { replayPool, sumRows } from "../../simulator/replay.ts";
import { simulate } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../../test/policies/fleet-of.ts";
import { dailyLoad } from "./load.ts";

/** Millions a second of user time that so many take. */
function rate(count: number, work: () => void): string {
  const began = process.cpuUsage();
  work();
  return (count / process.cpuUsage(began).user).toFixed(1);
}

/** Takes and adds so many events while so many are pending. */
function hold(pending: number, events: number, steps: Float64Array): void {
  const queue = new EventQueue(pending);
  for (let i = 0; i < pending; i++) queue.add(steps[i & 65_535] as number, i & 3, 1, i);
  for (let i = 0; i < events; i++) {
    queue.take();
    const { atMs, kind, subject } = queue.taken;
    queue.add(atMs + (steps[i & 65_535] as number), i & 3, kind, subject);
  }
}

function twentyTimes(work: () => void): () => void {
  return () => {
    for (let turn = 0; turn < 20; turn++) work();
  };
}

/** The hold model: each event that is taken adds another, so many are pending at all times. */
export function queueSpeed(): readonly string[] {
  const random = new Random(1);
  const gaps = Float64Array.from({ length: 65_536 }, () => -Math.log((random.uint32() + 1) / 4_294_967_297) * 1000);
  hold(1000, 1_000_000, gaps);
  return [100, 1000, 10_000, 100_000].map((pending) =>
    `${pending} pending: ${rate(10_000_000, () => hold(pending, 10_000_000, gaps))} million events/s, ${rate(10_000_000, () => hold(pending, 10_000_000, gaps.map(Math.round)))} with whole milliseconds`);
}

/** Samples in memory: 500 workloads x 8,640 slots on 50 hosts, some of the slots beyond what a host has. */
export function replaySpeed(): readonly string[] {
  const [slots, hosts, perHost, blocks] = [256, 50, 10, 34];
  const index = fleetOf([hostOf("h")], Array.from({ length: hosts * perHost }, (_, w) => workloadOf(`w${w}`)));
  const cursor = dailyLoad(index, 300_000, slots * blocks, 4_000_000).open(0);
  const data = Array.from({ length: blocks }, () => {
    const samples = new Int32Array(hosts * perHost * slots);
    const block: LoadBlock = { slots, samples: [samples] };
    // eslint-disable-next-line unicorn/no-array-fill-with-reference-type -- a cursor is no array
    cursor.fill(block);
    return samples;
  });
  const rows = Array.from({ length: hosts }, (_, h) => Array.from({ length: perHost }, (_, i) => i * hosts + h));
  const sums = new Float64Array(slots);
  const totals = { demand: new Float64Array(hosts * perHost), stolen: new Float64Array(hosts * perHost) };
  let granted = 0;
  const atHosts = (capacity: number): void => {
    for (const samples of data) for (const own of rows) {
      sumRows({ samples, slots, rows: own, capacity }, 0, slots, sums);
      for (let s = 0; s < slots; s++) granted += Math.min(sums[s] as number, capacity);
    }
  };
  let crowded = 0;
  const fairly = (capacity: number): void => {
    crowded = 0;
    for (const samples of data) for (const own of rows) {
      replayPool({ samples, slots, rows: own, capacity }, 0, slots, sums, totals);
      for (let s = 0; s < slots; s++) if ((sums[s] as number) > capacity) crowded++;
    }
  };
  const samples = 20 * hosts * perHost * slots * blocks;
  atHosts(2e7);
  fairly(2e7);
  return [
    `at host level: ${rate(samples, twentyTimes(() => atHosts(2e7)))} million samples/s`,
    ...[4e7, 3e7, 2.5e7, 2e7, 1.5e7, 1e7].map((capacity) => {
      const measured = rate(samples, twentyTimes(() => fairly(capacity)));
      return `with fair shares, ${((100 * crowded) / (hosts * slots * blocks)).toFixed(0)} % of the slots beyond the capacity: ${measured} million samples/s`;
    }),
    ...(granted < 0 ? ["impossible"] : []),
  ];
}

/** The engine itself, a year in steps of five minutes. */
export async function yearSpeed(workloads: number, hosts: number): Promise<readonly string[]> {
  const stepMs = 300_000;
  const slots = 105_120;
  const index = fleetOf(
    Array.from({ length: hosts }, (_, h) => hostOf(`h${h}`, { capacity: { cpuMillicores: 32_000 } })),
    Array.from({ length: workloads }, (_, w) => workloadOf(`w${w}`, { host: `h${w % hosts}`, state: "running" })),
  );
  const began = process.cpuUsage();
  const result = await simulate({ index, constraints: [], load: dailyLoad(index, stepMs, slots, 4_000_000), startMs: 0, lengthMs: slots * stepMs, hasDate: false, seed: 1 });
  const used = process.cpuUsage(began);
  const stolen = result.hosts.reduce((sum, { uses }) => sum + (uses[0]?.stolenHours ?? 0), 0) / result.hosts.reduce((sum, { uses }) => sum + (uses[0]?.demandHours ?? 0), 0);
  return [
    `${workloads} workloads on ${hosts} hosts for a year of five-minute steps: ${(used.user / 1e6).toFixed(1)} s user, ${(used.system / 1e6).toFixed(1)} s system, ` +
    `peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB; ${((workloads * slots) / used.user).toFixed(0)} million samples/s, generated and shared; ${(100 * stolen).toFixed(2)} % stolen, ${(Number(result.totals.microjoules) / 3.6e12).toFixed(0)} kWh`,
  ];
}
