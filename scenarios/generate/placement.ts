import type { Random } from "../../model/random.ts";
import type { Amounts, GeneratedHost, GeneratedSite } from "./hosts.ts";
import type { GeneratedService, GeneratedWorkload } from "./services.ts";

/** The hosts that a group of workloads with the same needs may use. */
interface Needs {
  readonly layer: string;
  readonly securityLevel: number;
  readonly internal: boolean;
  /** Zone or rack that the service has settled in; null for none. */
  readonly within: { readonly key: "zone" | "rack"; readonly name: string } | null;
}

/** Some hosts stay nearly empty and a few quite empty, so that a planner has something to gain. */
const sparsePermille = 120;
const workloadsOnSparse = 2;
const emptyPermille = 30;
const unlimited = 1_000_000;
/** In a fleet fuller than this every host is needed. */
const fullPermille = 750;

/**
 * Puts workloads where they fit, first fit from a random start, and respects what the generated rules will ask for:
 * capacity, layer, security level, offsite ban, replicas on distinct hosts, services in one zone or rack, services
 * apart. Where that is not possible it gives up the zone, rack or distance first, and at last makes the workload
 * smaller; one that finds no room even then keeps no host: it is new.
 */
export class Placement {
  readonly hosts: readonly GeneratedHost[];
  readonly #random: Random;
  readonly #internal: ReadonlySet<string>;
  readonly #free: { readonly cpu: Float64Array; readonly memory: Float64Array; readonly storage: Float64Array; readonly network: Float64Array };
  readonly #count: Int32Array;
  readonly #countMost: Int32Array;
  readonly #candidates = new Map<string, Int32Array>();
  readonly #hostsOfGroup = new Map<string, Set<number>>();
  readonly #hostsOfService = new Map<string, Set<number>>();

  constructor(random: Random, hosts: readonly GeneratedHost[], sites: readonly GeneratedSite[], sizes: { readonly headroomPermille: number; readonly fillPermille: number }) {
    this.hosts = hosts;
    this.#random = random;
    this.#internal = new Set(sites.filter(({ kind }) => kind === "internal").map(({ id }) => id));
    const kept = (promised: number): number => promised - Math.ceil((promised * sizes.headroomPermille) / 1000);
    this.#free = {
      cpu: Float64Array.from(hosts, ({ capacity, reserve, overcommitPermille }) =>
        kept(Math.floor(((capacity.cpuMillicores - reserve.cpuMillicores) * overcommitPermille.cpuMillicores) / 1000))),
      memory: Float64Array.from(hosts, ({ capacity, reserve }) => kept(capacity.memoryMiB - reserve.memoryMiB)),
      storage: Float64Array.from(hosts, ({ capacity }) => kept(capacity.storageMiB)),
      network: Float64Array.from(hosts, ({ capacity }) => kept(capacity.networkMbps)),
    };
    this.#count = new Int32Array(hosts.length);
    this.#countMost = Int32Array.from(hosts, () => {
      const draw = random.below(1000);
      if (sizes.fillPermille > fullPermille) return unlimited;
      return draw < emptyPermille ? 0 : draw < emptyPermille + sparsePermille ? workloadsOnSparse : unlimited;
    });
  }

  /** Places the workloads of one service; `apart` is a service that it may share no host with. */
  place(service: GeneratedService, workloads: readonly GeneratedWorkload[], apart: string | null): void {
    const away = apart === null ? undefined : this.#hostsOfService.get(apart);
    let within: Needs["within"] = null;
    for (const workload of workloads) {
      const needs: Needs = { layer: workload.layer, securityLevel: workload.securityLevel, internal: workload.offsiteBanned, within };
      const h = this.#findSomehow(needs, workload, away);
      if (h < 0) continue;
      this.#occupy(h, service, workload);
      const host = this.hosts[h];
      if (host === undefined || within !== null) continue;
      if (service.shape === "one-zone") within = { key: "zone", name: host.domains.zone };
      if (service.shape === "one-rack") within = { key: "rack", name: host.domains.rack };
    }
  }

  /** Hosts that carry workloads of a service, in no order. */
  hostsOf(service: string): ReadonlySet<number> {
    return this.#hostsOfService.get(service) ?? new Set();
  }

  /** The most workloads that any host carries. */
  get fullest(): number {
    return this.#count.reduce((most, count) => Math.max(most, count), 0);
  }

  isEmpty(h: number): boolean {
    return this.#count[h] === 0;
  }

  #findSomehow(needs: Needs, workload: GeneratedWorkload, away: ReadonlySet<number> | undefined): number {
    const wished = this.#find(needs, workload, away);
    if (wished >= 0) return wished;
    const anywhere = { ...needs, within: null };
    for (let halvings = 0; halvings < 6; halvings++) {
      const h = this.#find(anywhere, workload, undefined);
      if (h >= 0) return h;
      workload.reservation = halved(workload.reservation);
      workload.expectedUse = halved(workload.expectedUse);
    }
    return -1;
  }

  #find(needs: Needs, workload: GeneratedWorkload, away: ReadonlySet<number> | undefined): number {
    const candidates = this.#hostsFor(needs);
    if (candidates.length === 0) return -1;
    const siblings = this.#hostsOfGroup.get(workload.replicaGroup);
    const start = this.#random.below(candidates.length);
    for (let i = 0; i < candidates.length; i++) {
      const h = candidates[(start + i) % candidates.length] ?? -1;
      if (siblings?.has(h) === true || away?.has(h) === true || !this.#fits(h, workload.reservation)) continue;
      return h;
    }
    return -1;
  }

  #fits(h: number, { cpuMillicores, memoryMiB, storageMiB, networkMbps }: Amounts): boolean {
    const { cpu, memory, storage, network } = this.#free;
    return (memory[h] ?? 0) >= memoryMiB && (cpu[h] ?? 0) >= cpuMillicores && (storage[h] ?? 0) >= storageMiB &&
      (network[h] ?? 0) >= networkMbps && (this.#count[h] ?? 0) < (this.#countMost[h] ?? 0);
  }

  #hostsFor({ layer, securityLevel, internal, within }: Needs): Int32Array {
    const key = `${layer} ${securityLevel} ${internal} ${within?.key} ${within?.name}`;
    const known = this.#candidates.get(key);
    if (known !== undefined) return known;
    const found = Int32Array.from(this.hosts.flatMap((host, h) =>
      Object.hasOwn(host.layers, layer) && host.securityLevel >= securityLevel && (!internal || this.#internal.has(host.site)) &&
      (within === null || host.domains[within.key] === within.name) ? [h] : []));
    this.#candidates.set(key, found);
    return found;
  }

  #occupy(h: number, service: GeneratedService, workload: GeneratedWorkload): void {
    const { cpu, memory, storage, network } = this.#free;
    cpu[h] = (cpu[h] ?? 0) - workload.reservation.cpuMillicores;
    memory[h] = (memory[h] ?? 0) - workload.reservation.memoryMiB;
    storage[h] = (storage[h] ?? 0) - workload.reservation.storageMiB;
    network[h] = (network[h] ?? 0) - workload.reservation.networkMbps;
    this.#count[h] = (this.#count[h] ?? 0) + 1;
    add(this.#hostsOfGroup, workload.replicaGroup, h);
    add(this.#hostsOfService, service.id, h);
    const id = this.hosts[h]?.id;
    if (id !== undefined) workload.host = id;
  }
}

function add(sets: Map<string, Set<number>>, key: string, value: number): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([value]));
  else known.add(value);
}

function halved<Some extends Readonly<Record<string, number>>>(amounts: Some): { [Name in keyof Some]: number } {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, Math.max(1, Math.floor(amount / 2))])) as { [Name in keyof Some]: number };
}
