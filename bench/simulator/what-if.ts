import type { LoadBlock } from "../../model/load.ts";
import { Random } from "../../model/random.ts";
import { sweepFailures, WhatIf, type Loss } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../../test/policies/fleet-of.ts";
import { dailyLoad } from "./load.ts";

const [slots, hosts, rows] = [8640, 50, 500];
const capacity = Array.from({ length: hosts }, () => 30_000_000);

/** 500 workloads on 50 hosts, 8,640 slots: single and double moves, and every host and pair of hosts lost in every slot. */
export function whatIfSpeed(): readonly string[] {
  const samples = new Int32Array(rows * slots);
  const index = fleetOf([hostOf("h")], Array.from({ length: rows }, (_, w) => workloadOf(`w${w}`)));
  const block: LoadBlock = { slots, samples: [samples] };
  // eslint-disable-next-line unicorn/no-array-fill-with-reference-type -- a cursor is no array
  dailyLoad(index, 300_000, slots, 4_000_000).open(0).fill(block);
  const replay = new WhatIf({
    samples, slots, capacity, hostOf: Array.from({ length: rows }, (_, row) => row % hosts),
    idleMilliwatts: capacity.map(() => 100_000), peakMilliwatts: capacity.map(() => 300_000),
  });
  const random = new Random(1);
  const ask = (moves: number, times: number): number => {
    const began = process.cpuUsage();
    for (let n = 0; n < times; n++) replay.ask(Array.from({ length: moves }, () => ({ row: random.below(rows), to: random.below(hosts) })));
    return times / (process.cpuUsage(began).user / 1e6);
  };
  ask(1, 200);
  const names = (lost: readonly number[]): Loss => ({
    name: lost.join(" "), hosts: lost,
    moves: Array.from({ length: rows }, (_, row) => row).filter((row) => lost.includes(row % hosts)).map((row) => ({ row, to: takerOf(row, lost) })),
  });
  const singles = Array.from({ length: hosts }, (_, h) => names([h]));
  const pairs = singles.flatMap((_, a) => Array.from({ length: hosts - a - 1 }, (_unused, n) => names([a, a + n + 1])));
  const sweep = (losses: readonly Loss[]): string => {
    const began = process.cpuUsage();
    const outcomes = sweepFailures(replay, samples, capacity, rows, losses);
    const held = outcomes.reduce((sum, { slotsHeld }) => sum + slotsHeld, 0) / (outcomes.length * slots);
    return `${outcomes.length} losses in each of ${slots} slots: ${(process.cpuUsage(began).user / 1e6).toFixed(3)} s, held in ${(100 * held).toFixed(1)} %`;
  };
  return [`one move: ${ask(1, 5000).toFixed(0)} what-ifs/s`, `two moves: ${ask(2, 3000).toFixed(0)} what-ifs/s`, `hosts: ${sweep(singles)}`, `pairs of hosts: ${sweep(pairs)}`];
}

/** The next host that stands, another for each row. */
function takerOf(row: number, lost: readonly number[]): number {
  let to = (row + 1 + Math.floor(row / hosts)) % hosts;
  while (lost.includes(to)) to = (to + 1) % hosts;
  return to;
}
