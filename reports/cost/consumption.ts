import type { SiteLink } from "../../model/fleet.ts";
import type { SiteId } from "../../model/ids.ts";
import { amountOf } from "../../model/resource.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { hourMs, microjoulesPerKWh, type Charged } from "./charged.ts";
import type { Course } from "./course.ts";
import type { Metered, PairUse } from "./meter.ts";
import { rational, rounded, times, type Rational } from "./rational.ts";

/** Bits in a gibibyte, and in what a megabit a second carries in a millisecond. */
const bitsPerGiB = 8n * 2n ** 30n;
const bitsPerMbpsMs = 1000n;

/** What each workload is charged for by itself: compute, storage, traffic, and the power of what it used. */
export function consumption(index: FleetIndex, metered: Metered): readonly Charged[] {
  return metered.pairs.flatMap((pair) => ofPair(index, pair, metered.perUnit));
}

function ofPair(index: FleetIndex, pair: PairUse, perUnit: Metered["perUnit"]): readonly Charged[] {
  const host = index.hosts[pair.host];
  if (host === undefined) return [];
  const { prices } = host;
  const of = (charged: Pick<Charged, "category" | "item" | "unit" | "quantity" | "listPrice">): Charged =>
    ({ ...charged, host: pair.host, workload: pair.workload, detail: "", micros: rounded(times(charged.quantity, charged.listPrice)), sharing: "metered" });
  return [
    of({ category: "compute", item: "processor", unit: "core-hour", quantity: hours(pair.charged.processor, 1000n * BigInt(perUnit.processor)), listPrice: price(prices.cpuMicrosPerCoreHour) }),
    of({ category: "compute", item: "memory", unit: "GiB-hour", quantity: hours(pair.charged.memory, 1024n * BigInt(perUnit.memory)), listPrice: price(prices.memoryMicrosPerGiBHour) }),
    of({ category: "power", item: "power-used", unit: "kWh", quantity: energyOf(index, pair, BigInt(perUnit.granted)), listPrice: price(index.siteById.get(host.site)?.electricityMicrosPerKWh) }),
    of({ category: "storage", item: "storage", unit: "TiB-hour", quantity: hours(pair.charged.storage, 1_048_576n * BigInt(perUnit.storage)), listPrice: price(prices.storageMicrosPerTiBHour) }),
    of({ category: "transfer", item: "traffic", unit: "GiB", quantity: rational(pair.traffic * bitsPerMbpsMs, BigInt(perUnit.traffic) * bitsPerGiB), listPrice: price(prices.networkMicrosPerGiB) }),
  ].filter(isCharged);
}

function price(micros: number | undefined): Rational {
  return rational(BigInt(micros ?? 0));
}

function hours(amount: bigint, each: bigint): Rational {
  return rational(amount, each * hourMs);
}

/** Something that has a price was taken. */
function isCharged({ quantity, listPrice }: Charged): boolean {
  return quantity.numerator > 0n && listPrice.numerator > 0n;
}

/** Between idle and full use power grows in proportion to what the processors do. */
function energyOf(index: FleetIndex, { host: h, granted }: PairUse, perUnit: bigint): Rational {
  const host = index.hosts[h];
  const capacity = amountOf(host?.capacity ?? {}, "cpuMillicores") || amountOf(host?.capacity ?? {}, "cpuMHz");
  if (host === undefined || capacity === 0) return rational(0n);
  const rangeMilliwatts = BigInt((host.peakPowerWatts - host.idlePowerWatts) * 1000);
  return rational(granted * rangeMilliwatts, BigInt(capacity) * perUnit * microjoulesPerKWh);
}

/** What was carried in moves: each host by its own price, and the link at the host where it arrives. */
export function movesCharged(index: FleetIndex, { carried }: Course): readonly Charged[] {
  return carried.flatMap(({ workload, from, to, carriedMiB }) => {
    const [source, target] = [index.hosts[from], index.hosts[to]];
    if (source === undefined || target === undefined || from === to) return [];
    const link = linkPrice(index.fleet.links, source.site, target.site);
    const part = (host: number, micros: number, detail: string): Charged => {
      const [quantity, listPrice] = [rational(BigInt(carriedMiB), 1024n), rational(BigInt(micros))];
      return { host, workload, category: "transfer", item: "move", detail, quantity, unit: "GiB", listPrice, micros: rounded(times(quantity, listPrice)), sharing: "metered" };
    };
    return [
      part(from, source.prices.transferMicrosPerGiB, `sent to ${target.id}`), part(to, target.prices.transferMicrosPerGiB, `received from ${source.id}`),
      part(to, link, `carried from ${source.site} to ${target.site}`),
    ].filter(isCharged);
  });
}

function linkPrice(links: readonly SiteLink[], a: SiteId, b: SiteId): number {
  return links.find((link) => (link.a === a && link.b === b) || (link.a === b && link.b === a))?.transferMicrosPerGiB ?? 0;
}
