import type { Random } from "../../model/random.ts";
import type { Amounts } from "./hosts.ts";

/** One application of a service with its replicas. */
export interface Tier {
  /** Also the replica group of its workloads. */
  readonly application: string;
  readonly role: "front" | "app" | "cache" | "db";
  readonly layer: string;
  readonly replicas: number;
  /** Relative size of one instance; scaled to the fleet later. */
  readonly weight: number;
}

/** A service before it is placed; `shape` is the rule that its placement will respect. */
export interface GeneratedService {
  readonly id: string;
  readonly tiers: readonly Tier[];
  readonly labels: { readonly env: string; readonly team: string; readonly data: string };
  readonly securityLevel: number;
  readonly offsiteBanned: boolean;
  readonly shape: "free" | "one-zone" | "one-rack" | "apart-from-next";
}

/** A workload as it is written in a scenario document; `host` is filled in when it is placed. */
export interface GeneratedWorkload {
  readonly id: string;
  readonly layer: string;
  readonly applications: readonly [string];
  reservation: Amounts;
  expectedUse: { readonly cpuMillicores: number; readonly memoryMiB: number };
  readonly dataMiB: number;
  readonly memoryChangeMiBPerSecond: number;
  readonly securityLevel: number;
  readonly offsiteBanned: boolean;
  readonly replicaGroup: string;
  readonly priority: number;
  host?: string;
  readonly labels: { readonly service: string; readonly tier: string; readonly env: string; readonly team: string; readonly data: string };
}

const roles = ["front", "app", "db", "cache"] as const;
const teams = ["shop", "search", "billing", "logistics", "identity", "analytics", "media", "platform"] as const;
const replicasMost = { front: 4, app: 5, cache: 3, db: 3 } as const;

/** Services whose tiers add up to the wanted number of workloads. */
export function generateServices(random: Random, workloads: number, hostCount: number): readonly GeneratedService[] {
  const services: GeneratedService[] = [];
  const replicasLimit = Math.max(1, Math.min(5, Math.floor(hostCount / 3)));
  for (let left = workloads; left > 0;) {
    const service = generateService(random, services.length, left, { replicasLimit, hostCount });
    services.push(service);
    left -= service.tiers.reduce((sum, { replicas }) => sum + replicas, 0);
  }
  return services;
}

function generateService(
  random: Random, number: number, left: number, { replicasLimit, hostCount }: { readonly replicasLimit: number; readonly hostCount: number },
): GeneratedService {
  const id = `svc-${String(number + 1).padStart(4, "0")}`;
  const env = random.chance(650) ? "prod" : random.chance(500) ? "test" : "dev";
  const data = random.pick(["public", "public", "internal", "internal", "internal", "personal", "personal", "card"]);
  const securityLevel = data === "card" ? 3 : data === "personal" ? 2 : data === "internal" ? 1 : 0;
  const tiers: Tier[] = [];
  let room = left;
  for (const role of roles.slice(0, random.between(1, roles.length))) {
    if (room === 0) break;
    const replicas = Math.min(room, replicasLimit, env === "dev" ? 1 : random.between(1, replicasMost[role]));
    room -= replicas;
    tiers.push({ application: `${id}-${role}`, role, layer: layerOf(random, role, hostCount), replicas, weight: weightOf(random, role) });
  }
  return {
    id, tiers, securityLevel,
    labels: { env, team: random.pick(teams), data },
    offsiteBanned: data === "card",
    shape: (["one-zone", "one-rack", "apart-from-next"] as const)[random.below(16)] ?? "free",
  };
}

/** One host in six offers tomcat: a small fleet may have fewer of them than a tier has replicas. */
const hostsForTomcat = 40;

function layerOf(random: Random, role: Tier["role"], hostCount: number): string {
  if (role === "db") return "libvirt";
  if (role === "app" && hostCount >= hostsForTomcat && random.chance(80)) return "tomcat";
  return random.chance(350) ? "podman" : "libvirt";
}

/** Sizes spread like a log-normal distribution: eight fair coins choose the power of two, a draw fills the gap between. */
function weightOf(random: Random, role: Tier["role"]): number {
  let exponent = role === "db" ? 1 : 0;
  for (let coin = 0; coin < 8; coin++) exponent += random.below(2);
  return 2 ** exponent * random.between(8, 15);
}

/** The workloads of all services, scaled so that together they reserve `memoryMiB`. */
export function generateWorkloads(
  random: Random, services: readonly GeneratedService[], sizes: { readonly memoryMiB: number; readonly largestMiB: number },
): readonly GeneratedWorkload[] {
  const weight = services.reduce((sum, { tiers }) => sum + tiers.reduce((inner, tier) => inner + tier.weight * tier.replicas, 0), 0);
  return services.flatMap((service) => service.tiers.flatMap((tier) => {
    const wanted = Math.floor((sizes.memoryMiB * tier.weight) / Math.max(1, weight));
    const memoryMiB = Math.max(64, Math.min(sizes.largestMiB, wanted - (wanted % 64)));
    const cpuMillicores = Math.max(50, Math.floor((memoryMiB * random.between(120, 360)) / 1024 / 50) * 50);
    const storageMiB = memoryMiB * random.between(2, 12);
    return Array.from({ length: tier.replicas }, (_, replica): GeneratedWorkload => ({
      id: `${tier.application}-${replica + 1}`,
      layer: tier.layer,
      applications: [tier.application],
      reservation: { cpuMillicores, memoryMiB, storageMiB, networkMbps: Math.max(1, Math.floor(cpuMillicores / 40)) },
      expectedUse: {
        cpuMillicores: Math.floor((cpuMillicores * random.between(150, 600)) / 1000),
        memoryMiB: Math.floor((memoryMiB * random.between(550, 950)) / 1000),
      },
      dataMiB: tier.role === "db" ? storageMiB : Math.floor(storageMiB / 4),
      memoryChangeMiBPerSecond: Math.floor((memoryMiB * random.between(1, 8)) / 4096),
      securityLevel: service.securityLevel,
      offsiteBanned: service.offsiteBanned,
      replicaGroup: tier.application,
      priority: service.labels.env === "prod" ? 500 : service.labels.env === "test" ? 200 : 100,
      labels: { service: service.id, tier: tier.role, ...service.labels },
    }));
  }));
}
