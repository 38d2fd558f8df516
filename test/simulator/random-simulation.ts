import type { Fleet, Host, Service, Workload } from "../../model/fleet.ts";
import type { ActionId, ApplicationId, ServiceId } from "../../model/ids.ts";
import { loadResources, type LoadSource } from "../../model/load.ts";
import type { Action, PlannedAction } from "../../model/plan.ts";
import { Random } from "../../model/random.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import type { FailureProcess } from "../../model/simulation.ts";
import { withSpareInstances, type GivenFailure, type Replan, type SimulationInput, type Task } from "../../simulator/index.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "../policies/fleet-of.ts";
import { hour, minute } from "./given.ts";

const lengthMs = 2 * hour;

/** A small fleet in which everything that can happen happens: moves, plans that fail, failures, tasks, scaling. */
export function randomSimulation(seed: number): SimulationInput {
  const random = new Random(seed);
  const index = randomFleet(random);
  return {
    index, constraints: [], load: random.chance(800) ? randomLoad(random, index) : null, startMs: random.chance(500) ? 0 : 90 * 1000, lengthMs, hasDate: false, seed,
    plan: { atMs: random.below(hour), plan: { actions: [...randomActions(random, index), ...possibleMoves(new Random(seed), index)] } },
    failures: randomFailures(random, index), processes: randomProcesses(random), tasks: randomTasks(random, index),
    ...(random.chance(700) ? { replan: firstHostThatRuns } : {}),
    carbon: random.chance(300) ? [{ site: "s1", gramsPerKWh: [50, 80, 20] }] : [],
    settings: {
      detectMs: random.below(minute), decideMs: random.below(minute), failedDraws: random.chance(500), limitToReservation: random.chance(300), sharedBy: random.pick(["workload", "workload", "virtual-processor"] as const), shareLoad: random.chance(700),
      columns: random.pick([1, 7, 240]), happeningsMax: 1000,
      moves: { pauseMs: 300, roundsMax: random.between(1, 30), longestPauseMs: random.pick([100, 10_000]), processorMillicores: random.pick([0, 500]) },
      scaling: { watchMs: minute, sustainMs: random.below(3 * minute), releasePermille: 700, releaseMs: 5 * minute },
      failuresCancelPlans: random.chance(300),
    },
    checkpoints: index.workloads.filter(() => random.chance(400)).map(({ id }) => ({ workloads: [id], intervalMs: random.between(1000, 10 * minute), durationMs: random.between(1, minute), demand: random.below(1_000_000) })),
  };
}

function randomFleet(random: Random): FleetIndex {
  const hosts = Array.from({ length: random.between(2, 5) }, (_, h): Host => hostOf(`h${h}`, {
    site: random.pick(["s1", "s2"]), domains: { rack: random.pick(["r1", "r2"]) }, state: random.pick(["on", "on", "on", "off", "maintenance", "failed"]), powerManaged: true,
    capacity: { cpuMillicores: random.between(1, 8) * 1000, networkMbps: random.between(1, 100) }, reserve: { cpuMillicores: random.below(900) },
    migrationMbps: random.between(10, 10_000), bootMs: random.below(3 * minute), shutdownMs: random.below(minute),
    prices: { onMicrosPerHour: random.below(500_000), cpuMicrosPerCoreHour: random.below(5000), memoryMicrosPerGiBHour: random.below(500), storageMicrosPerTiBHour: random.below(9000), transferMicrosPerGiB: random.below(3000) },
  }));
  const applications = ["a", "b", "c"].map((id) => ({ id: id as ApplicationId, title: "", needs: {} }));
  const workloads = Array.from({ length: random.between(1, 8) }, (_, w): Workload => {
    const host = random.chance(850) ? random.pick(hosts).id : null;
    return workloadOf(`w-${w}`, {
      applications: [random.pick(applications).id], host, state: host === null ? "new" : random.pick(["running", "running", "running", "stopped"]),
      reservation: { cpuMillicores: random.between(1, 4000), memoryMiB: random.below(4096), storageMiB: random.below(9000) }, expectedUse: { cpuMillicores: random.below(4000), networkMbps: random.below(30) },
      dataMiB: random.below(3000), memoryChangeMiBPerSecond: random.below(200), startMs: random.below(minute), stopMs: random.below(minute),
    });
  });
  const services = [["one", ["a", "b"]], ["two", ["b", "c"]]].map(([id, names]): Service => ({
    id: id as ServiceId, title: "", applications: names as ApplicationId[], redundancy: [], virtualAddress: null, labels: {},
    startOrder: random.chance(500) ? [{ application: names?.[0] as ApplicationId, needs: names?.[1] as ApplicationId }] : [],
    scale: random.chance(600) ? [{ application: "b" as ApplicationId, resource: "cpuMillicores", abovePermille: random.between(1, 900), maxInstances: random.between(1, 5) }] : [],
  }));
  const links = random.chance(700) ? [{ a: siteOf("s1").id, b: siteOf("s2").id, mbps: random.between(5, 2000), transferMicrosPerGiB: random.below(2000) }] : [];
  const sites = ["s1", "s2"].map((id) => ({ ...siteOf(id), electricityMicrosPerKWh: random.below(300_000), carbonGramsPerKWh: random.below(500) }));
  const fleet: Fleet = fleetOf(hosts, workloads, { sites, applications, services, links }).fleet;
  return indexFleet(random.chance(800) ? withSpareInstances(fleet) : fleet);
}

/** Steps that end in the middle of the simulation's minutes, and more slots than a window has. */
function randomLoad(random: Random, index: FleetIndex): LoadSource {
  const stepMs = random.pick([5 * minute, minute, 7013, 20_000]);
  const slots = Math.ceil((lengthMs + 90_000) / stepMs);
  const resources = [loadResources.networkMbps, loadResources.cpuMillicores].slice(random.below(2));
  const subjects = index.workloads.filter(() => random.chance(900)).map(({ id }) => ({ workload: id, application: null }));
  const values = resources.map(() => Int32Array.from({ length: subjects.length * slots }, () => random.below(random.chance(100) ? 9_000_000 : 2_000_000)));
  return {
    resources, subjects, startMs: 0, stepMs, slots,
    open(fromSlot) {
      let next = fromSlot;
      return {
        fill(block) {
          const count = Math.min(block.slots, slots - next);
          values.forEach((all, r) => subjects.forEach((_, subject) => {
            block.samples[r]?.set(all.subarray(subject * slots + next, subject * slots + next + count), subject * block.slots);
          }));
          next += count;
          return count;
        },
      };
    },
  };
}

function randomActions(random: Random, index: FleetIndex): readonly PlannedAction[] {
  const hosts = index.hosts.map(({ id }) => id);
  const action = (): Action => {
    const [host, to] = [random.pick(hosts), random.pick(hosts)];
    const workload = random.pick(index.workloads);
    const from = workload.host ?? host;
    switch (random.below(8)) {
      case 0: return { kind: "bootHost", host };
      case 1: return { kind: "shutdownHost", host };
      case 2: return { kind: "stop", workload: workload.id, host: from };
      case 3: return { kind: "transfer", workload: workload.id, from, to };
      case 4: return { kind: "start", workload: workload.id, host: random.chance(500) ? from : to };
      case 5: return { kind: "deleteSource", workload: workload.id, host: from };
      default: return { kind: "migrate", workload: workload.id, from, to };
    }
  };
  return Array.from({ length: random.below(15) }, (_, n): PlannedAction => ({
    id: `x${n}` as ActionId, action: action(), after: n > 0 && random.chance(400) ? [`x${random.below(n)}` as ActionId] : [],
    startMs: 0, endMs: random.between(1, 10 * minute), reason: "", ifItFails: "", critical: false,
  })).filter(({ action: made }) => !("to" in made) || made.from !== made.to).filter(({ after }, _, kept) => after.every((id) => kept.some((other) => other.id === id)));
}

/** Live moves that may well succeed: of what runs now, to hosts that are on, and after nothing. Of the other actions most find an obstacle. */
function possibleMoves(random: Random, index: FleetIndex): readonly PlannedAction[] {
  const targets = index.hosts.filter(({ state }) => state === "on");
  return index.workloads.flatMap(({ id, host, state }, w): readonly PlannedAction[] => {
    const from = index.hosts.find((each) => each.id === host && each.state !== "failed" && each.state !== "off");
    if (state !== "running" || from === undefined || targets.length === 0 || random.chance(500)) return [];
    const to = random.pick(targets);
    const action: Action = { kind: "migrate", workload: id, from: from.id, to: to.id };
    return to === from ? [] : [{ id: `m${w}` as ActionId, action, after: [], startMs: 0, endMs: 10 * minute, reason: "", ifItFails: "", critical: false }];
  });
}

function randomFailures(random: Random, index: FleetIndex): readonly GivenFailure[] {
  return Array.from({ length: random.below(5) }, (): GivenFailure => ({
    atMs: random.below(lengthMs), repairMs: random.between(1, hour),
    scope: random.pick([
      { kind: "host", host: random.pick(index.hosts).id }, { kind: "domain", key: random.pick(["rack", "site"]), value: random.pick(["r1", "s1"]) },
      { kind: "link", a: siteOf("s1").id, b: siteOf("s2").id },
    ] as const),
  }));
}

function randomProcesses(random: Random): readonly FailureProcess[] {
  if (random.chance(500)) return [];
  const lifetime = random.pick([{ kind: "exponential", meanMs: hour }, { kind: "weibull", shape: 2, scaleMs: hour }, { kind: "log-normal", medianMs: hour, sigma: 1 }] as const);
  return [{ kind: "drawn", hosts: "all", lifetime, repair: { kind: "exponential", meanMs: 10 * minute } }];
}

function randomTasks(random: Random, index: FleetIndex): readonly Task[] {
  return Array.from({ length: random.below(6) }, (_, n): Task => ({
    id: `t${n}`, ...(random.chance(500) ? { host: random.pick(index.hosts).id } : { host: null, workload: random.pick(index.workloads).id }), atMs: random.below(lengthMs), processors: random.below(2), measure: random.pick(["time", "work"] as const),
    stages: Array.from({ length: random.between(1, 3) }, () => ({ durationMs: random.below(10 * minute), demand: random.below(3_000_000) })),
    ...(random.chance(500) ? { checkpoints: { intervalMs: random.between(1000, 5 * minute), durationMs: random.between(1, 5000), demand: random.below(1_000_000) } } : {}),
  }));
}

/** A planner that knows no rules: what has no host is started on the first that runs. */
export const firstHostThatRuns: Replan = async ({ fleet }) => {
  const taker = fleet.hosts.find(({ state }) => state === "on");
  if (taker === undefined) return null;
  return {
    actions: fleet.workloads.filter(({ host }) => host === null).map(({ id }, n): PlannedAction => ({
      id: `s${n}` as ActionId, action: { kind: "start", workload: id, host: taker.id }, after: [], startMs: 0, endMs: 1, reason: "", ifItFails: "", critical: false,
    })),
  };
};
