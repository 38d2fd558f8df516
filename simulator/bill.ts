import type { Host, Workload } from "../model/fleet.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { chargeMicrosPerHour } from "../policies/index.ts";
import { ExactTotals, roundedQuotient } from "./exact-totals.ts";
import { LicenceMeter } from "./licence-meter.ts";

const hourMs = 3_600_000n;
/** Microjoules in a kilowatt-hour. */
export const microjoulesPerKWh = 3_600_000_000_000n;
/** A thousandth of a megabit a second carries a bit in a millisecond. */
const bitsPerGiB = 2n ** 33n;

/** What was paid at one host, micro-units, each rounded half up by itself once. */
export interface HostBill {
  /** For being on, whatever runs there. */
  readonly onMicros: bigint;
  /** For what its workloads reserve while they are there. */
  readonly workloadMicros: bigint;
  readonly energyMicros: bigint;
  /** For what its workloads sent and received, where the load tells; else what is expected of it is in `workloadMicros`. */
  readonly networkMicros: bigint;
  /** For licences of those that are there. */
  readonly licenceMicros: bigint;
}

/** All that was paid at one host. */
export function sumOfBill({ onMicros, workloadMicros, energyMicros, networkMicros, licenceMicros }: HostBill): bigint {
  return onMicros + workloadMicros + energyMicros + networkMicros + licenceMicros;
}

/**
 * Accrues the scenario's cost model over time: the price of being on, the prices of what workloads reserve where they
 * are, and the electricity and the network that were really used (the plan's own estimate uses expected use in its place).
 */
export class Bill {
  readonly #index: FleetIndex;
  readonly #trafficIsMeasured: boolean;
  /** Micro-units an hour x milliseconds. */
  readonly #on: ExactTotals;
  readonly #atHost: ExactTotals;
  readonly #ofWorkload: ExactTotals;
  readonly #onSince: Float64Array;
  readonly #isOn: Uint8Array;
  readonly #rates: Float64Array;
  readonly #rateSince: Float64Array;
  readonly #hostOf: Int32Array;
  readonly #licences: LicenceMeter;
  transferMicros = 0;

  constructor(index: FleetIndex, trafficIsMeasured: boolean) {
    this.#index = index;
    this.#trafficIsMeasured = trafficIsMeasured;
    this.#on = new ExactTotals(index.hosts.length);
    this.#atHost = new ExactTotals(index.hosts.length);
    this.#ofWorkload = new ExactTotals(index.workloads.length);
    this.#onSince = new Float64Array(index.hosts.length);
    this.#isOn = new Uint8Array(index.hosts.length);
    this.#rates = new Float64Array(index.workloads.length);
    this.#rateSince = new Float64Array(index.workloads.length);
    this.#hostOf = new Int32Array(index.workloads.length).fill(-1);
    this.#licences = new LicenceMeter(index);
  }

  /** From now on a host is on, or not. */
  setHost(host: number, isOn: boolean, nowMs: number): void {
    if (this.#isOn[host] === 1) this.#on.addProduct(host, this.#index.hosts[host]?.prices.onMicrosPerHour ?? 0, nowMs - (this.#onSince[host] as number));
    this.#isOn[host] = Number(isOn);
    this.#onSince[host] = nowMs;
  }

  /** From now on a workload is on a host, running or with its data only; -1 for nowhere. */
  place(workload: number, host: number, isRunning: boolean, nowMs: number): void {
    const before = this.#hostOf[workload] as number;
    if (before >= 0) {
      const [rate, ms] = [this.#rates[workload] as number, nowMs - (this.#rateSince[workload] as number)];
      this.#atHost.addProduct(before, rate, ms);
      this.#ofWorkload.addProduct(workload, rate, ms);
    }
    const [there, what] = [this.#index.hosts[host], this.#index.workloads[workload]];
    this.#rates[workload] = there === undefined || what === undefined ? 0 : this.#microsPerHour(what, there, isRunning);
    this.#rateSince[workload] = nowMs;
    this.#hostOf[workload] = host;
    this.#licences.place(workload, host, nowMs);
  }

  /** Everything up to now is on the bill. */
  close(nowMs: number): void {
    this.#licences.settle(nowMs);
    this.#isOn.forEach((isOn, host) => this.setHost(host, isOn === 1, nowMs));
    this.#hostOf.forEach((host, workload) => {
      const rate = this.#rates[workload] as number;
      if (host < 0) return;
      this.#atHost.addProduct(host, rate, nowMs - (this.#rateSince[workload] as number));
      this.#ofWorkload.addProduct(workload, rate, nowMs - (this.#rateSince[workload] as number));
      this.#rateSince[workload] = nowMs;
    });
  }

  /** `bits` is what its workloads were granted of the network; nothing where that is not measured. */
  ofHost(host: number, microjoules: bigint, bits: bigint): HostBill {
    const site = this.#index.siteById.get(this.#index.hosts[host]?.site ?? ("" as never));
    return {
      onMicros: roundedQuotient(this.#on.exact(host), hourMs),
      workloadMicros: roundedQuotient(this.#atHost.exact(host), hourMs),
      energyMicros: roundedQuotient(microjoules * BigInt(site?.electricityMicrosPerKWh ?? 0), microjoulesPerKWh),
      networkMicros: roundedQuotient(bits * BigInt(this.#index.hosts[host]?.prices.networkMicrosPerGiB ?? 0), bitsPerGiB),
      licenceMicros: roundedQuotient(this.#licences.paid.exact(host), hourMs),
    };
  }

  /** What a workload's reservations cost, wherever it was. */
  ofWorkload(workload: number): bigint {
    return roundedQuotient(this.#ofWorkload.exact(workload), hourMs);
  }

  /** Unrounded sums, micro-units an hour x milliseconds: by host and by workload they are the same. */
  reserved(): { readonly byHost: bigint; readonly byWorkload: bigint } {
    return { byHost: this.#atHost.sum(), byWorkload: this.#ofWorkload.sum() };
  }

  /** The hourly charge without power, which is measured, and without traffic where that is. */
  #microsPerHour(workload: Workload, host: Host, isRunning: boolean): number {
    const { cpuMillicores: _used, networkMbps = 0, ...expectedUse } = workload.expectedUse;
    const expected = this.#trafficIsMeasured ? expectedUse : { ...expectedUse, networkMbps };
    return chargeMicrosPerHour(this.#index, { ...workload, expectedUse: expected, desired: isRunning ? "running" : "stopped" }, host);
  }
}
