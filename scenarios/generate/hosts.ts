import type { Labels } from "../../model/fleet.ts";
import type { Random } from "../../model/random.ts";

/** A site as it is written in a scenario document. */
export interface GeneratedSite {
  readonly id: string;
  readonly kind: "internal" | "external";
  readonly region: string;
  readonly electricityMicrosPerKWh: number;
  readonly carbonGramsPerKWh: number;
}

/** A host as it is written in a scenario document; fields that are left out have the format's defaults. */
export interface GeneratedHost {
  readonly id: string;
  readonly site: string;
  readonly domains: { readonly rack: string; readonly zone: string; readonly power: string };
  readonly capacity: Amounts;
  readonly overcommitPermille: { readonly cpuMillicores: number };
  readonly reserve: { readonly cpuMillicores: number; readonly memoryMiB: number };
  readonly layers: Labels;
  readonly features: readonly string[];
  readonly cpuVendor: string;
  readonly cpuLevel: number;
  readonly securityLevel: number;
  state: "on" | "off";
  readonly powerManaged: boolean;
  readonly idlePowerWatts: number;
  readonly peakPowerWatts: number;
  readonly prices: {
    readonly onMicrosPerHour: number;
    readonly cpuMicrosPerCoreHour: number;
    readonly memoryMicrosPerGiBHour: number;
    readonly storageMicrosPerTiBHour: number;
    readonly transferMicrosPerGiB: number;
  };
  readonly migrationMbps: number;
  readonly labels: { readonly type: string; readonly zone: string };
}

/** The four standard resources. */
export interface Amounts extends Readonly<Record<string, number>> {
  readonly cpuMillicores: number;
  readonly memoryMiB: number;
  readonly storageMiB: number;
  readonly networkMbps: number;
}

interface HostType {
  readonly name: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly idlePowerWatts: number;
  readonly peakPowerWatts: number;
  readonly onMicrosPerHour: number;
  readonly cpuLevel: number;
  /** How many of a thousand hosts are of this type. */
  readonly permille: number;
}

const hostTypes: readonly HostType[] = [
  { name: "compact", cores: 32, memoryGiB: 256, idlePowerWatts: 90, peakPowerWatts: 310, onMicrosPerHour: 210_000, cpuLevel: 3, permille: 300 },
  { name: "general", cores: 64, memoryGiB: 512, idlePowerWatts: 140, peakPowerWatts: 560, onMicrosPerHour: 380_000, cpuLevel: 3, permille: 450 },
  { name: "large", cores: 96, memoryGiB: 1024, idlePowerWatts: 210, peakPowerWatts: 820, onMicrosPerHour: 690_000, cpuLevel: 4, permille: 100 },
  { name: "aged", cores: 24, memoryGiB: 192, idlePowerWatts: 180, peakPowerWatts: 420, onMicrosPerHour: 260_000, cpuLevel: 2, permille: 150 },
];

const regions = ["eu-west", "eu-north", "eu-central", "eu-south"] as const;
const hostsPerRack = 16;
const zonesPerSite = 3;

/** Sites of a fleet: the last of several is external, with cheaper power and processors. */
export function generateSites(random: Random, count: number): readonly GeneratedSite[] {
  return Array.from({ length: count }, (_, s) => {
    const external = count > 1 && s === count - 1;
    return {
      id: external ? "cloud" : `site-${letter(s)}`,
      kind: external ? "external" as const : "internal" as const,
      region: regions[s % regions.length] ?? regions[0],
      electricityMicrosPerKWh: external ? 0 : random.between(16, 32) * 10_000,
      carbonGramsPerKWh: random.between(4, 42) * 10,
    };
  });
}

/** Hosts of mixed types over sites, zones and racks, ids in the order of the list. */
export function generateHosts(random: Random, count: number, sites: readonly GeneratedSite[]): readonly GeneratedHost[] {
  const digits = Math.max(3, String(count).length);
  return Array.from({ length: count }, (_, h) => {
    const site = siteOfHost(h, count, sites);
    return hostOf(random, `h${String(h + 1).padStart(digits, "0")}`, site, Math.floor(h / hostsPerRack), h);
  });
}

/** Internal sites share the hosts evenly; the external one has a tenth. */
function siteOfHost(h: number, count: number, sites: readonly GeneratedSite[]): GeneratedSite {
  const external = sites.at(-1)?.kind === "external" ? Math.max(1, Math.floor(count / 10)) : 0;
  const internalSites = external > 0 ? sites.length - 1 : sites.length;
  const internalHosts = count - external;
  const s = h >= internalHosts ? sites.length - 1 : Math.floor((h * internalSites) / internalHosts);
  const site = sites[s];
  if (site === undefined) throw new Error(`broken invariant: host ${h} of ${count} has no site`);
  return site;
}

function hostOf(random: Random, id: string, site: GeneratedSite, rack: number, h: number): GeneratedHost {
  const type = pickType(random);
  const external = site.kind === "external";
  const zone = `${site.id}-z${(rack % zonesPerSite) + 1}`;
  const layers: Record<string, string> = { libvirt: random.chance(700) ? "10.0.0" : "9.0.0" };
  if (h % 5 < 3) layers["podman"] = "5.2.0";
  if (!external && h % 6 === 1) layers["tomcat"] = "10.1.0";
  return {
    id,
    site: site.id,
    domains: { rack: `${site.id}-r${String(rack + 1).padStart(3, "0")}`, zone, power: `${site.id}-feed-${h % 2 === 0 ? "a" : "b"}` },
    capacity: {
      cpuMillicores: type.cores * 1000,
      memoryMiB: type.memoryGiB * 1024,
      storageMiB: type.memoryGiB * 1024 * 16,
      networkMbps: 25_000,
    },
    overcommitPermille: { cpuMillicores: 3000 },
    reserve: { cpuMillicores: 1000, memoryMiB: 8192 },
    layers,
    features: external ? ["raid"] : ["raid", "ups"],
    cpuVendor: "amd",
    cpuLevel: type.cpuLevel,
    securityLevel: external ? 1 : h % 3 === 2 ? 2 : 3,
    state: "on",
    powerManaged: h % 5 !== 4,
    idlePowerWatts: external ? 0 : type.idlePowerWatts,
    peakPowerWatts: external ? 0 : type.peakPowerWatts,
    prices: {
      onMicrosPerHour: external ? Math.floor(type.onMicrosPerHour / 4) : type.onMicrosPerHour,
      cpuMicrosPerCoreHour: external ? 9000 : 2500,
      memoryMicrosPerGiBHour: external ? 1100 : 300,
      storageMicrosPerTiBHour: external ? 30_000 : 20_000,
      transferMicrosPerGiB: external ? 20_000 : 500,
    },
    migrationMbps: external ? 5000 : 10_000,
    labels: { type: type.name, zone },
  };
}

function pickType(random: Random): HostType {
  let left = random.below(1000);
  for (const type of hostTypes) {
    left -= type.permille;
    if (left < 0) return type;
  }
  return random.pick(hostTypes);
}

function letter(s: number): string {
  return s < 26 ? String.fromCharCode(97 + s) : `${letter(Math.floor(s / 26) - 1)}${letter(s % 26)}`;
}
