import type { FleetIndex } from "../../model/snapshot.ts";
import { shareExactly } from "../share.ts";
import { hourMs, microjoulesPerKWh, type Charged } from "./charged.ts";
import { groupedBy } from "./grouped.ts";
import type { Metered } from "./meter.ts";
import { rational, rounded, times, type Rational } from "./rational.ts";
import type { ReserveAsk } from "./reserves.ts";

/** A part of a host, or of its idle power, that nobody held. */
export interface Unheld {
  readonly host: number;
  readonly charged: Pick<Charged, "category" | "item" | "detail" | "quantity" | "unit" | "listPrice" | "micros">;
  /** Who asked to keep it free; null when nobody did. */
  readonly ask: ReserveAsk | null;
}

/** What a host costs for being on, whatever runs there. */
interface Fixed {
  readonly what: "host" | "power";
  readonly quantity: Rational;
  readonly unit: Charged["unit"];
  readonly listPrice: Rational;
  readonly micros: bigint;
}

/** Divides the fixed price and the idle power of every host by what was held of it; what nobody held is left. */
export function holding(index: FleetIndex, metered: Metered, asks: readonly ReserveAsk[]): { readonly held: readonly Charged[]; readonly unheld: readonly Unheld[] } {
  const pairsOf = groupedBy(metered.pairs, ({ host }) => host);
  const [held, unheld]: [Charged[], Unheld[]] = [[], []];
  metered.hosts.forEach((use, host) => {
    const pairs = (pairsOf.get(host) ?? []).filter((pair) => pair.held > 0n);
    // Nobody is the last, so that a tie never costs a workload more than it should.
    const weights = [...pairs.map((pair) => pair.held), use.reserve, use.idle];
    const whole = weights.reduce((sum, weight) => sum + weight, 0n);
    for (const fixed of fixedOf(index, host, use.onMs)) {
      const parts = shareExactly(fixed.micros, weights);
      const quantityOf = (weight: bigint): Rational => times(fixed.quantity, rational(weight, whole));
      pairs.forEach((pair, i) => held.push({
        host, workload: pair.workload, category: fixed.what, item: fixed.what === "host" ? "host-time" : "power-held", detail: "",
        quantity: quantityOf(pair.held), unit: fixed.unit, listPrice: fixed.listPrice, micros: parts[i] ?? 0n, sharing: "held",
      }));
      const left = (weight: bigint, micros: bigint, category: "idle" | "reserve"): Omit<Unheld, "ask"> =>
        ({ host, charged: { category, item: `${category}-${fixed.what}`, detail: "", quantity: quantityOf(weight), unit: fixed.unit, listPrice: fixed.listPrice, micros } });
      if (use.reserve > 0n) unheld.push(...byAsk(left(use.reserve, parts.at(-2) ?? 0n, "reserve"), asks));
      if (use.idle > 0n) unheld.push({ ...left(use.idle, parts.at(-1) ?? 0n, "idle"), ask: null });
    }
  });
  return { held, unheld };
}

function fixedOf(index: FleetIndex, h: number, onMs: bigint): readonly Fixed[] {
  const host = index.hosts[h];
  if (host === undefined || onMs === 0n) return [];
  const of = (what: Fixed["what"], unit: Fixed["unit"], quantity: Rational, micros: number): Fixed => {
    const listPrice = rational(BigInt(micros));
    return { what, unit, quantity, listPrice, micros: rounded(times(quantity, listPrice)) };
  };
  return [
    of("host", "host-hour", rational(onMs, hourMs), host.prices.onMicrosPerHour),
    of("power", "kWh", rational(BigInt(host.idlePowerWatts) * 1000n * onMs, microjoulesPerKWh), index.siteById.get(host.site)?.electricityMicrosPerKWh ?? 0),
  ].filter(({ quantity, listPrice }) => quantity.numerator > 0n && listPrice.numerator > 0n);
}

/** Several policies may keep room on one host: each bears the part of it that it asks for. */
function byAsk({ host, charged }: Omit<Unheld, "ask">, asks: readonly ReserveAsk[]): readonly Unheld[] {
  const asking = asks.filter(({ parts }) => (parts[host] ?? 0) > 0);
  const weights = asking.map(({ parts }) => BigInt(parts[host] ?? 0));
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  const micros = shareExactly(charged.micros, weights);
  return asking.map((ask, i) => ({
    host, ask, charged: { ...charged, detail: ask.policy, micros: micros[i] ?? 0n, quantity: times(charged.quantity, rational(weights[i] ?? 0n, whole)) },
  }));
}
