/**
 * Consolidation: as few hosts on as possible, compared with first-fit-decreasing computed here.
 * npx tsx bench/consolidate.ts [--hosts 113] [--workloads 15769] [--seeds 1] [--from 1] [--time 30] [--iterations N]
 */
import { parseArgs } from "node:util";
import type { Plan } from "../model/plan.ts";
import { Random } from "../model/random.ts";
import { indexFleet, type FleetIndex } from "../model/snapshot.ts";
import { planScenario } from "../planner/index.ts";
import { compilePolicies, verifyPlan } from "../policies/index.ts";
import { parseScenarioText, type ScenarioDocument } from "../scenarios/index.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "113" }, workloads: { type: "string", default: "15769" }, seeds: { type: "string", default: "1" },
    from: { type: "string", default: "1" }, time: { type: "string", default: "30" }, iterations: { type: "string" },
  },
});

/** Sizes as clouds offer them: virtual processors, GiB of memory, how many in a hundred. */
const flavours = [
  { cpus: 1, memoryGiB: 1, percent: 22 }, { cpus: 1, memoryGiB: 2, percent: 26 }, { cpus: 2, memoryGiB: 4, percent: 27 },
  { cpus: 4, memoryGiB: 8, percent: 12 }, { cpus: 2, memoryGiB: 8, percent: 5 }, { cpus: 8, memoryGiB: 8, percent: 4 },
  { cpus: 8, memoryGiB: 16, percent: 3 }, { cpus: 4, memoryGiB: 32, percent: 1 },
] as const;
const host = { cpuMillicores: 96_000, memoryMiB: 786_432 } as const;
const cpuOvercommitPermille = 4000;

type Flavour = (typeof flavours)[number];

function drawFlavour(random: Random): Flavour {
  let left = random.below(100);
  for (const flavour of flavours) {
    if (left < flavour.percent) return flavour;
    left -= flavour.percent;
  }
  return flavours[0];
}

/** Hosts of one kind, all on, with the workloads spread over them at random. */
function fleetOf(seed: number, hostCount: number, workloadCount: number): ScenarioDocument {
  const random = new Random(seed);
  const free = Array.from({ length: hostCount }, () => ({ cpu: (host.cpuMillicores * cpuOvercommitPermille) / 1000, memory: host.memoryMiB as number }));
  const workloads = Array.from({ length: workloadCount }, (_, w) => {
    const { cpus, memoryGiB } = drawFlavour(random);
    const need = { cpuMillicores: 1000 * cpus, memoryMiB: 1024 * memoryGiB };
    let h = random.below(hostCount);
    for (let tries = 0; tries < hostCount && !fits(need, free[h]); tries++) h = (h + 1) % hostCount;
    const room = free[h];
    if (room === undefined || !fits(need, room)) throw new Error(`${hostCount} hosts have no room for ${workloadCount} workloads`);
    room.cpu -= need.cpuMillicores;
    room.memory -= need.memoryMiB;
    return { id: `vm-${String(w + 1).padStart(6, "0")}`, layer: "libvirt", reservation: need, host: `host-${String(h + 1).padStart(4, "0")}` };
  });
  return {
    apiVersion: "stowage/v1", name: `consolidate-${seed}`, sites: [{ id: "site" }],
    hosts: free.map((_, h) => ({
      id: `host-${String(h + 1).padStart(4, "0")}`, site: "site", capacity: { ...host }, overcommitPermille: { cpuMillicores: cpuOvercommitPermille },
      layers: { libvirt: "10.0.0" }, powerManaged: true, prices: { onMicrosPerHour: 1_000_000 }, migrationMbps: 25_000,
    })),
    workloads,
    objectives: [{ terms: [{ objective: "money" }] }, { terms: [{ objective: "moving" }] }],
  };
}

function fits(need: { readonly cpuMillicores: number; readonly memoryMiB: number }, room: { readonly cpu: number; readonly memory: number } | undefined): boolean {
  return room !== undefined && room.cpu >= need.cpuMillicores && room.memory >= need.memoryMiB;
}

/** Needs of each workload and room of each host, as parts of one host. */
function sharesOf(index: FleetIndex): readonly (readonly [cpu: number, memory: number])[] {
  const cpu = (host.cpuMillicores * cpuOvercommitPermille) / 1000;
  return index.workloads.map(({ reservation }) => [(reservation["cpuMillicores"] ?? 0) / cpu, (reservation["memoryMiB"] ?? 0) / host.memoryMiB]);
}

/** Hosts that first-fit-decreasing uses: the best of four orders, by processor, memory, the larger and the sum of both. */
function firstFitDecreasing(index: FleetIndex): number {
  const shares = sharesOf(index);
  const orders: readonly ((share: readonly [number, number]) => number)[] = [([cpu]) => cpu, ([, memory]) => memory, ([a, b]) => Math.max(a, b), ([a, b]) => a + b];
  const tolerance = 1e-9;
  return Math.min(...orders.map((key) => {
    const used: [number, number][] = [];
    for (const share of [...shares].sort((a, b) => key(b) - key(a))) {
      const room = used.find(([cpu, memory]) => cpu + share[0] <= 1 + tolerance && memory + share[1] <= 1 + tolerance);
      if (room === undefined) used.push([share[0], share[1]]);
      else {
        room[0] += share[0];
        room[1] += share[1];
      }
    }
    return used.length;
  }));
}

/** No placement can use fewer: all needs of the scarcer resource, over one host. */
function fewestHosts(index: FleetIndex): number {
  const [cpu, memory] = sharesOf(index).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  return Math.ceil(Math.max(cpu, memory) - 1e-9);
}

function hostsUsed({ target }: Plan): number {
  return new Set(target.map(({ host: on }) => on)).size;
}

async function run(seed: number): Promise<boolean> {
  const text = JSON.stringify(fleetOf(seed, Number(values.hosts), Number(values.workloads)));
  const began = { wall: performance.now(), cpu: process.cpuUsage() };
  const { scenario, diagnostics } = parseScenarioText(text, "consolidate.json");
  if (scenario === null) throw new Error(diagnostics.slice(0, 5).map(({ path, message }) => `${path}: ${message}`).join("\n"));
  const index = indexFleet(scenario.fleet);
  const { constraints } = await compilePolicies(scenario, index);
  const plan = await planScenario({
    scenario, index, constraints, mode: "optimise", engine: "auto", seed: 1, timeMs: 1000 * Number(values.time),
    ...(values.iterations === undefined ? {} : { iterations: Number(values.iterations) }),
    clock: { nowMs: () => performance.now() }, stopped: () => false, startsAtMs: null,
  });
  const planned = performance.now();
  const verified = verifyPlan({ index, constraints, plan, startsAtMs: null });
  const wall = performance.now() - began.wall;
  const { user, system } = process.cpuUsage(began.cpu);
  const [used, byFit] = [hostsUsed(plan), firstFitDecreasing(index)];
  const ok = verified.ok && used <= byFit && plan.unreached.length === 0;
  console.log(
    `${ok ? "ok  " : "FAIL"} seed ${seed}: ${index.hosts.length} hosts, ${index.workloads.length} workloads: ${used} hosts on, first-fit-decreasing ${byFit}, ` +
    `no fewer than ${fewestHosts(index)}; ${(wall / 1000).toFixed(2)} s to the verified plan (${((planned - began.wall) / 1000).toFixed(2)} s to the plan, ` +
    `${((user + system) / 1e6).toFixed(2)} s of processor), ${plan.moves.length} moves, ${plan.unreached.length} not reached, ` +
    `makespan ${Math.round(plan.makespanMs / 1000)} s, ${verified.ok ? "verified" : `REFUSED: ${[...verified.problems, ...verified.violations.map(({ words }) => words)][0]}`}`,
  );
  return ok;
}

let failed = 0;
for (let s = 0; s < Number(values.seeds); s++) if (!(await run(Number(values.from) + s))) failed++;
process.exitCode = failed === 0 ? 0 : 1;
