import type { HostId } from "../../model/ids.ts";
import { Random } from "../../model/random.ts";
import type { Distribution } from "../../model/simulation.ts";
import { drawMs } from "../../simulator/chance.ts";
import { simulate, type Task } from "../../simulator/index.ts";
import { fleetOf, hostOf } from "../../test/policies/fleet-of.ts";

/** A mean over many seeds, half the width of its interval at so many deviations, and what theory says. */
export interface Comparison {
  readonly name: string;
  readonly theory: number;
  readonly mean: number;
  readonly halfWidth: number;
}

const second = 1000;
const host = "h1" as HostId;

/** Tasks that come at random and each take one processor for a random time. */
function tasksOf(seed: number, count: number, between: Distribution, service: Distribution): readonly Task[] {
  const [arrivals, services] = [new Random(seed), new Random(seed + 1_000_000)];
  let atMs = 0;
  return Array.from({ length: count }, (_, n) => {
    atMs += drawMs(between, arrivals);
    return { id: `${n}`, host, atMs, processors: 1, measure: "work", stages: [{ durationMs: drawMs(service, services), demand: 1_000_000 }] };
  });
}

/** Mean wait, in seconds, of the later half of the tasks. */
async function meanWait(seed: number, servers: number, count: number, between: Distribution, service: Distribution): Promise<number> {
  const tasks = tasksOf(seed, count, between, service);
  const index = fleetOf([hostOf("h1", { capacity: { cpuMillicores: servers * 1000 } })], []);
  const lengthMs = (tasks.at(-1)?.atMs ?? 0) + 1e9;
  const result = await simulate({ index, constraints: [], load: null, startMs: 0, lengthMs, hasDate: false, seed, tasks, untilTasksAreDone: true });
  const later = result.tasks.slice(count / 2);
  return later.reduce((sum, { startedMs }, n) => sum + ((startedMs ?? 0) - (tasks[count / 2 + n]?.atMs ?? 0)), 0) / later.length / second;
}

/** The probability of waiting in M/M/c with `load` = arrivals / services of one server. */
function erlangC(servers: number, load: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n < servers; n++) {
    term *= load / n;
    sum += term;
  }
  const last = ((term * load) / servers) * (servers / (servers - load));
  return last / (sum + last);
}

/** M/M/c and M/G/1 waits, and the availability of a host that fails and is repaired, over so many seeds. */
export async function againstTheory(seeds: number, tasks: number, deviations: number): Promise<readonly Comparison[]> {
  const service: Distribution = { kind: "exponential", meanMs: 100 * second };
  const [servers, use] = [3, 0.7];
  const betweenThree = (100 * second) / (servers * use);
  const uneven: Distribution = { kind: "log-normal", medianMs: 100 * second * Math.exp(-0.18), sigma: 0.6 };
  const secondMoment = 100 * 100 * Math.exp(0.36);
  const arrivalsASecond = 0.6 / 100;
  const [upMs, downMs] = [100 * 3600 * second, 4 * 3600 * second];
  return [
    await compared("M/M/3 at 0.7: mean wait, s", (erlangC(servers, servers * use) * 100) / (servers * (1 - use)), seeds, deviations,
      async (seed) => meanWait(seed, servers, tasks, { kind: "exponential", meanMs: betweenThree }, service)),
    await compared("M/G/1 at 0.6, log-normal service: mean wait, s", (arrivalsASecond * secondMoment) / (2 * (1 - 0.6)), seeds, deviations,
      async (seed) => meanWait(seed, 1, tasks, { kind: "exponential", meanMs: (100 * second) / 0.6 }, uneven)),
    await compared("availability of hosts that live 100 h (Weibull) and are repaired in 4 h (log-normal), %", (100 * upMs) / (upMs + downMs), seeds, deviations,
      async (seed) => availability(seed, upMs, downMs)),
  ];
}

async function availability(seed: number, upMs: number, downMs: number): Promise<number> {
  const index = fleetOf(["h1", "h2", "h3", "h4"].map((id) => hostOf(id)), []);
  const lengthMs = 20_000 * 3600 * second;
  // The mean of Weibull times of shape 2 is sqrt(pi) / 2 of the scale; that of log-normal ones exp(sigma^2 / 2) of the median.
  const lifetime: Distribution = { kind: "weibull", shape: 2, scaleMs: upMs / (Math.sqrt(Math.PI) / 2) };
  const repair: Distribution = { kind: "log-normal", medianMs: downMs * Math.exp(-0.125), sigma: 0.5 };
  const { hosts } = await simulate({ index, constraints: [], load: null, startMs: 0, lengthMs, hasDate: false, seed, processes: [{ kind: "drawn", hosts: "all", lifetime, repair }] });
  return (100 * hosts.reduce((sum, { stateMs }) => sum + stateMs.on, 0)) / (hosts.length * lengthMs);
}

async function compared(name: string, theory: number, seeds: number, deviations: number, measure: (seed: number) => Promise<number>): Promise<Comparison> {
  const values: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) values.push(await measure(seed));
  const mean = values.reduce((sum, value) => sum + value, 0) / seeds;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds - 1);
  return { name, theory, mean, halfWidth: deviations * Math.sqrt(variance / seeds) };
}

/** The comparisons in words. */
export async function theoryLines(seeds: number): Promise<readonly string[]> {
  return (await againstTheory(seeds, 4000, 1.96)).map(({ name, theory, mean, halfWidth }) =>
    `${name}: ${mean.toFixed(3)} +- ${halfWidth.toFixed(3)} (95 %), theory ${theory.toFixed(3)}: ${Math.abs(mean - theory) <= halfWidth ? "agrees" : "DISAGREES"}`);
}
