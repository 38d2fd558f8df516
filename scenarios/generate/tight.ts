import { Random } from "../../model/random.ts";
import type { GenerateOptions } from "./options.ts";
import type { ScenarioDocument } from "../schema.ts";

/** Hosts that hand their workloads on in one circle. */
const circleMost = 8;
const memoryMiB = 131_072;

/**
 * A fleet that is hard to reorder, and known to have an answer: hosts are 95 % full of memory, the workloads of each
 * host of a circle belong to the next host of the circle (a must of each host), and one host is empty. No workload
 * of a circle can move before another has made room, so every circle needs the spare host.
 */
export function generateTight(options: GenerateOptions): ScenarioDocument {
  const random = new Random(options.seed);
  const hostCount = Math.max(2, options.hosts);
  const digits = Math.max(3, String(hostCount).length);
  const hostIds = Array.from({ length: hostCount }, (_, h) => `h${String(h + 1).padStart(digits, "0")}`);
  const full = hostIds.slice(0, -1);
  const homes = random.shuffle([...full]);
  const next = circles(homes, options.policies);
  const workloads = homes.flatMap((home, h) => {
    const share = Math.floor(options.workloads / homes.length) + (h < options.workloads % homes.length ? 1 : 0);
    return sizes(random, share).map((size, i) => ({
      id: `${home}-w${String(i + 1).padStart(3, "0")}`, layer: "libvirt", reservation: { memoryMiB: size, cpuMillicores: 100 },
      host: home, labels: { circle: home },
    }));
  });
  return {
    apiVersion: "stowage/v1",
    name: `tight-${options.seed}`,
    title: `Full hosts in circles, ${hostCount} hosts and ${workloads.length} workloads`,
    description: `Made by stowage generate with seed ${options.seed}: every host but the last is 95 % full.`,
    sites: [{ id: "site-a", kind: "internal" }],
    hosts: hostIds.map((id, h) => ({
      id, site: "site-a", domains: { rack: `r${1 + Math.floor(h / 16)}` },
      capacity: { memoryMiB, cpuMillicores: 64_000 }, layers: { libvirt: "10.0.0" },
      idlePowerWatts: 120, peakPowerWatts: 400, prices: { onMicrosPerHour: 300_000 },
    })),
    workloads,
    policies: [...next].map(([home, host], i) => ({
      id: `circle-${String(i + 1).padStart(3, "0")}`,
      title: `What runs on ${home} belongs on ${host}`, why: "The answer that this fleet was built from.",
      select: { workloads: { labels: { circle: home } } }, require: { fence: { hosts: { ids: [host] } } },
    })),
  };
}

/** For each host in a circle the host after it. Circles have 2 to 8 hosts and use up at most `count` hosts. */
function circles(homes: readonly string[], count: number): ReadonlyMap<string, string> {
  const next = new Map<string, string>();
  const within = Math.min(count, homes.length);
  for (let begin = 0; begin + 2 <= within;) {
    const left = within - begin;
    const length = left <= circleMost || left - circleMost >= 2 ? Math.min(left, circleMost) : left - 2;
    for (let i = 0; i < length; i++) next.set(homes[begin + i] ?? "", homes[begin + ((i + 1) % length)] ?? "");
    begin += length;
  }
  return next;
}

/** Whole sizes that add up to 95 % of a host. */
function sizes(random: Random, count: number): readonly number[] {
  if (count === 0) return [];
  const wanted = Math.floor((memoryMiB * 950) / 1000);
  const weights = Array.from({ length: count }, () => random.between(3, 12));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const amounts = weights.map((weight) => Math.floor((wanted * weight) / total));
  amounts[0] = (amounts[0] ?? 0) + wanted - amounts.reduce((sum, amount) => sum + amount, 0);
  return amounts;
}
