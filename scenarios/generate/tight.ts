import { assert } from "../../model/assert.ts";
import { Random } from "../../model/random.ts";
import type { ScenarioDocument } from "../schema.ts";
import type { GenerateOptions } from "./options.ts";
import { Disturbance } from "./tight-disturbance.ts";
import { TightRoom, type TightHost } from "./tight-room.ts";

/** Memory of every host. */
const memoryMiB = 131_072;
/** How full the full hosts are; with the spare ones the fleet is 95 % full. */
const fullPermille = 970;
/** One host in so many is spare. */
const hostsPerSpare = 50;
const hostsPerRack = 16;
/** Below so many hosts a fleet is on one site. */
const hostsForTwoSites = 8;
/** Workloads of which one in so many has a twin that must never be on the same host. */
const workloadsPerTwin = 10;

/** A tight fleet, and the answer that it was built from. */
export interface TightFleet {
  readonly document: ScenarioDocument;
  /** Host of each workload in the answer, by id. */
  readonly answer: ReadonlyMap<string, string>;
  /** Moves that lead from the fleet to the answer, one after the other, each into room that is there. */
  readonly way: readonly { readonly workload: string; readonly from: string; readonly to: string }[];
}

/**
 * A fleet that is hard to reorder and known to have an answer and a way to it. It is built backwards: from an answer in
 * which nearly all hosts are full, by moves each of which had room and kept the rules; then the policies ask for the
 * places of the answer. The moves taken back in reverse order are a schedule.
 */
export function tightFleet(options: GenerateOptions): TightFleet {
  const random = new Random(options.seed);
  const hostCount = Math.max(2, options.hosts);
  const spareCount = Math.max(1, Math.floor(hostCount / hostsPerSpare));
  const hosts = hostsOf(random.split(), hostCount);
  const order = random.shuffle([...hosts.keys()]);
  const spares = order.slice(0, spareCount);
  const full = order.slice(spareCount).sort((a, b) => a - b);
  const room = new TightRoom(hostCount, memoryMiB);
  const names = fill(random.split(), room, full, hosts.map(({ id }) => id), options.workloads);
  makeTwins(random.split(), room);
  const answer = new Map(names.map((name, w) => [name, hosts[room.hostOf(w)]?.id ?? ""]));
  const disturbance = new Disturbance(random.split(), room, { hosts, full, spares, policiesMost: options.policies, names });
  disturbance.run();
  assert(room.isSound(), "a tight fleet was disturbed by a move that had no room");
  const hostName = (h: number): string => hosts[h]?.id ?? "";
  return {
    answer,
    way: [...room.moves].reverse().map(({ workload, from, to }) => ({ workload: names[workload] ?? "", from: hostName(to), to: hostName(from) })),
    document: {
      apiVersion: "stowage/v1",
      name: `tight-${options.seed}`,
      title: `Full hosts in circles, ${hostCount} hosts and ${names.length} workloads`,
      description: `Made by stowage generate with seed ${options.seed}: 95 % full of memory, built backwards from an answer.`,
      sites: [...new Set(hosts.map(({ site }) => site))].map((id) => ({ id, kind: "internal" as const })),
      hosts: hosts.map(({ id, site, rack }) => ({
        id, site, domains: { rack }, labels: { site }, capacity: { memoryMiB, cpuMillicores: 64_000 }, layers: { libvirt: "10.0.0" },
        idlePowerWatts: 120, peakPowerWatts: 400, prices: { onMicrosPerHour: 300_000 },
      })),
      workloads: names.map((id, w) => ({
        id, layer: "libvirt", reservation: { memoryMiB: room.sizeOf(w), cpuMillicores: 100 }, host: hostName(room.hostOf(w)),
        ...twinsOf(room, w), labels: disturbance.labelsOf(w),
      })),
      policies: disturbance.policies(),
      ...disturbance.changes(),
    },
  };
}

/** The document of a tight fleet. */
export function generateTight(options: GenerateOptions): ScenarioDocument {
  return tightFleet(options).document;
}

function hostsOf(random: Random, count: number): readonly TightHost[] {
  const digits = Math.max(3, String(count).length);
  const sites = count < hostsForTwoSites ? 1 : random.between(2, 3);
  return Array.from({ length: count }, (_, h) => ({
    id: `h${String(h + 1).padStart(digits, "0")}`, site: `site-${"abc"[h % sites]}`, rack: `r${1 + Math.floor(h / sites / hostsPerRack)}`,
  }));
}

/** Fills the full hosts, each with its share of the workloads; returns their names. */
function fill(random: Random, room: TightRoom, full: readonly number[], ids: readonly string[], workloads: number): readonly string[] {
  const names: string[] = [];
  full.forEach((h, i) => {
    const share = Math.floor(workloads / full.length) + (i < workloads % full.length ? 1 : 0);
    sizes(random, share).forEach((size, s) => {
      room.add(size, h);
      names.push(`${ids[h]}-w${String(s + 1).padStart(3, "0")}`);
    });
  });
  return names;
}

/** Whole sizes that together fill a host. */
function sizes(random: Random, count: number): readonly number[] {
  if (count === 0) return [];
  const wanted = Math.floor((memoryMiB * fullPermille) / 1000);
  const weights = Array.from({ length: count }, () => random.between(3, 12));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const amounts = weights.map((weight) => Math.floor((wanted * weight) / total));
  amounts[0] = (amounts[0] ?? 0) + wanted - amounts.reduce((sum, amount) => sum + amount, 0);
  return amounts;
}

/** Pairs of workloads on different hosts that must stay apart. */
function makeTwins(random: Random, room: TightRoom): void {
  for (let pair = 0; pair < Math.floor(room.count / (2 * workloadsPerTwin)); pair++) {
    const [a, b] = [random.below(room.count), random.below(room.count)];
    if (room.hostOf(a) !== room.hostOf(b) && room.twinOf(a) < 0 && room.twinOf(b) < 0) room.makeTwins(a, b);
  }
}

function twinsOf(room: TightRoom, w: number): { replicaGroup?: string } {
  const twin = room.twinOf(w);
  return twin < 0 ? {} : { replicaGroup: `twins-${Math.min(w, twin)}` };
}
