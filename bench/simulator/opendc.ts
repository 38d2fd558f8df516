import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { loadResources } from "../../model/load.ts";
import { simulate, type Task } from "../../simulator/index.ts";
import { fleetOf, hostOf } from "../../test/policies/fleet-of.ts";
import { megahertz } from "../../test/simulator/given.ts";

/** What OpenDC says of its own sample on five hosts of 10 x 1500 MHz, 200 W idle to 350 W, for thirty days. */
const peer = { activeMs: 8_600_819_894, stealMs: 5_224_528_969, joules: 3_882_122_993.1 };
const lengthMs = 2_592_000_000;
const hostCount = 5;

interface TaskRow { readonly id: string; readonly submission_time: bigint | number }
interface FragmentRow { readonly id: string; readonly duration: bigint | number; readonly cpu_usage: number }

/** Replays the sample as the peer does: stage after stage from the submission on, workload i on host i mod 5. */
export async function comparedWithOpenDC(folder: string): Promise<readonly string[]> {
  const tasks = await tasksIn(folder);
  const hosts = Array.from({ length: hostCount }, (_, h) => hostOf(`h${h}`, { capacity: { cpuMHz: 15_000 }, idlePowerWatts: 200, peakPowerWatts: 350 }));
  const input = { index: fleetOf(hosts, [], { resources: [megahertz] }), constraints: [], load: null, startMs: 0, lengthMs, hasDate: false, seed: 1, tasks };
  const result = await simulate(input);
  const began = process.cpuUsage();
  await simulate(input);
  const seconds = process.cpuUsage(began).user / 1e6;
  const sum = (of: (host: (typeof result.hosts)[number]) => number): number => result.hosts.reduce((total, host) => total + of(host), 0);
  const ours = { activeMs: sum(({ activeMs }) => activeMs), stealMs: sum(({ stealMs }) => stealMs), joules: Number(result.totals.microjoules) / 1e6 };
  const lines = (["activeMs", "stealMs", "joules"] as const).map((name) =>
    `${name}: ours ${ours[name].toFixed(1)}, OpenDC ${peer[name]}, difference ${((ours[name] - peer[name]) / peer[name]).toExponential(2)}`);
  const stages = tasks.reduce((count, task) => count + task.stages.length, 0);
  return [...lines, `${tasks.length} tasks, ${stages} stages, ${seconds.toFixed(2)} s of user time: ${(stages / seconds / 1e6).toFixed(2)} million samples/s event by event, once warm`];
}

async function tasksIn(folder: string): Promise<readonly Task[]> {
  const read = async (name: string): Promise<unknown[]> => parquetReadObjects({ file: await asyncBufferFromFile(join(folder, name)), compressors });
  const rows = (await read("tasks.parquet")) as TaskRow[];
  const stages = new Map<string, { durationMs: number; demand: number }[]>();
  for (const { id, duration, cpu_usage } of (await read("fragments.parquet")) as FragmentRow[]) {
    const known = stages.get(id) ?? [];
    known.push({ durationMs: Number(duration), demand: Math.round(cpu_usage * loadResources.cpuMHz.perUnit) });
    stages.set(id, known);
  }
  const first = Math.min(...rows.map(({ submission_time }) => Number(submission_time)));
  return rows.map(({ id, submission_time }, i) => ({
    id, host: hostOf(`h${i % hostCount}`).id, atMs: Number(submission_time) - first, processors: 0, measure: "time", stages: stages.get(id) ?? [],
  }));
}
