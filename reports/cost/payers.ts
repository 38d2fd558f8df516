import type { Finance, IdleMethod } from "../../model/finance.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { shareExactly } from "../share.ts";
import type { Charged } from "./charged.ts";
import { groupedBy } from "./grouped.ts";
import type { Unheld } from "./holding.ts";
import type { Metered, PairUse } from "./meter.ts";
import { rational, times } from "./rational.ts";

/** Nobody: what is shown by itself. */
const nobody = -1;

/** What several hosts leave unheld and several workloads pay, each with its weight. */
interface Pool {
  readonly unheld: readonly Unheld[];
  readonly sharing: Charged["sharing"];
  /** Of the whole amount, so much to each. */
  readonly divide: (micros: bigint) => readonly { readonly workload: number; readonly micros: bigint }[];
}

/** Finds who pays for what nobody held, by the methods of the scenario. */
export function payersOf(index: FleetIndex, metered: Metered, finance: Finance, unheld: readonly Unheld[]): readonly Charged[] {
  const presence = new Presence(index, metered.pairs);
  const pools = groupedBy(unheld.filter(({ charged }) => charged.micros > 0n), (one) => poolKey(one, methodFor(one, finance), presence));
  return [...pools.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : filled(poolOf(members, first, methodFor(first, finance), presence, finance, index));
  });
}

type Method = Finance["reserve"];

function methodFor({ ask }: Unheld, { idle, reserve }: Finance): Method {
  if (ask === null) return idle;
  return reserve === "requester" && ask.requesters === null ? "proportional" : reserve;
}

/** Hosts with the same key are paid for together. */
function poolKey({ host, charged, ask }: Unheld, method: Method, presence: Presence): string {
  switch (method) {
    case "kept": return `kept ${host} ${charged.item} ${charged.detail}`;
    case "fixed": return `fixed ${charged.item} ${charged.detail}`;
    case "requester": return `requester ${charged.item} ${ask?.policy ?? ""}`;
    case "proportional": case "even": return `${method} ${charged.item} ${charged.detail} ${presence.nearest(host, method)}`;
  }
}

function poolOf(unheld: readonly Unheld[], first: Unheld, method: Method, presence: Presence, finance: Finance, index: FleetIndex): Pool {
  switch (method) {
    case "kept": return { unheld, sharing: "kept", divide: (micros) => [{ workload: nobody, micros }] };
    case "fixed": return { unheld, sharing: "fixed", divide: (micros) => byAgreement(micros, finance, presence, index) };
    case "requester": return { unheld, sharing: "requester", divide: (micros) => byWeight(micros, presence.heldBy([...first.ask?.requesters ?? []])) };
    case "proportional": case "even": {
      const weights = presence.at(presence.nearest(first.host, method), method);
      return weights.length === 0
        ? { unheld, sharing: "kept", divide: (micros) => [{ workload: nobody, micros }] }
        : { unheld, sharing: method, divide: (micros) => byWeight(micros, weights) };
    }
  }
}

type Weights = readonly { readonly workload: number; readonly weight: bigint }[];

function byWeight(micros: bigint, weights: Weights): ReturnType<Pool["divide"]> {
  const parts = shareExactly(micros, weights.map(({ weight }) => weight));
  return weights.map(({ workload }, i) => ({ workload, micros: parts[i] ?? 0n }));
}

/** Agreed parts of a thousand, within each by what its workloads held; what is not agreed on is kept. */
function byAgreement(micros: bigint, { fixedShares }: Finance, presence: Presence, index: FleetIndex): ReturnType<Pool["divide"]> {
  const agreed = fixedShares.reduce((sum, { permille }) => sum + permille, 0);
  const parts = shareExactly(micros, [...fixedShares.map(({ permille }) => BigInt(permille)), BigInt(Math.max(0, 1000 - agreed))]);
  return [
    ...fixedShares.flatMap(({ workloads }, i) => byWeight(parts[i] ?? 0n, presence.heldBy(workloads.map((id) => index.workloadIndex.get(id) ?? nobody)))),
    { workload: nobody, micros: parts.at(-1) ?? 0n },
  ];
}

/**
 * Hosts on one side, payers on the other, both in order: each host's amount goes to the next payer until that one has paid
 * its part. So both sides add up exactly, with no more charges than there are hosts and payers together.
 */
function filled({ unheld, sharing, divide }: Pool): readonly Charged[] {
  const payers = divide(unheld.reduce((sum, { charged }) => sum + charged.micros, 0n)).filter(({ micros }) => micros > 0n);
  const charges: Charged[] = [];
  let [payer, paid] = [0, 0n];
  for (const { host, charged } of unheld) {
    let left = charged.micros;
    while (left > 0n) {
      const next = payers[payer];
      if (next === undefined) break;
      const micros = left < next.micros - paid ? left : next.micros - paid;
      const quantity = times(charged.quantity, rational(micros, charged.micros));
      charges.push({ ...charged, host, workload: next.workload, micros, quantity, sharing: next.workload === nobody ? "kept" : sharing });
      left -= micros;
      paid += micros;
      if (paid === next.micros) [payer, paid] = [payer + 1, 0n];
    }
  }
  return charges;
}

/** Who was where, and how much of it they held: by host, by site, and in the whole fleet. */
class Presence {
  readonly #siteOf: readonly string[];
  readonly #places = { proportional: new Map<string, Map<number, bigint>>(), even: new Map<string, Map<number, bigint>>() };
  readonly #held = new Map<number, bigint>();

  constructor(index: FleetIndex, pairs: readonly PairUse[]) {
    this.#siteOf = index.hosts.map(({ site }) => site);
    for (const { workload, host, held, presentMs } of pairs) {
      this.#held.set(workload, (this.#held.get(workload) ?? 0n) + held);
      for (const place of this.#placesOf(host)) {
        this.#add("proportional", place, workload, held);
        this.#add("even", place, workload, presentMs);
      }
    }
  }

  /** The smallest place around a host where anybody was: the host, its site, or the fleet. */
  nearest(host: number, method: Exclude<IdleMethod, "kept" | "fixed">): string {
    return this.#placesOf(host).find((place) => this.#places[method].has(place)) ?? "fleet";
  }

  at(place: string, method: Exclude<IdleMethod, "kept" | "fixed">): Weights {
    return [...this.#places[method].get(place) ?? []].map(([workload, weight]) => ({ workload, weight })).sort((a, b) => a.workload - b.workload);
  }

  /** What each of these held anywhere. */
  heldBy(workloads: readonly number[]): Weights {
    return workloads.map((workload) => ({ workload, weight: this.#held.get(workload) ?? 0n }));
  }

  #placesOf(host: number): readonly string[] {
    return [`host ${host}`, `site ${this.#siteOf[host]}`, "fleet"];
  }

  #add(method: "proportional" | "even", place: string, workload: number, weight: bigint): void {
    if (weight === 0n) return;
    const places = this.#places[method];
    const weights = places.get(place) ?? new Map<number, bigint>();
    places.set(place, weights.set(workload, (weights.get(workload) ?? 0n) + weight));
  }
}
