import type { FleetIndex } from "../model/snapshot.ts";
import { licenceCharges } from "../policies/index.ts";
import { ExactTotals } from "./exact-totals.ts";

/** What licences cost over time: a host pays while any licensed workload is there, running or not. */
export class LicenceMeter {
  /** By host, micro-units an hour x milliseconds. */
  readonly paid: ExactTotals;
  readonly #index: FleetIndex;
  readonly #licensed: ReadonlySet<number>;
  readonly #hostOf: Int32Array;
  readonly #rates: Float64Array;
  #sinceMs = 0;

  constructor(index: FleetIndex) {
    this.#index = index;
    this.#licensed = new Set((index.fleet.licences ?? []).flatMap(({ workloads }) => workloads.flatMap((id) => index.workloadIndex.get(id) ?? [])));
    this.paid = new ExactTotals(index.hosts.length);
    this.#hostOf = new Int32Array(index.workloads.length).fill(-1);
    this.#rates = new Float64Array(index.hosts.length);
  }

  /** From now on a workload is on a host; -1 for nowhere. */
  place(workload: number, host: number, nowMs: number): void {
    if (!this.#licensed.has(workload) || this.#hostOf[workload] === host) return;
    this.settle(nowMs);
    this.#hostOf[workload] = host;
    this.#rates.fill(0);
    for (const { host: h, micros } of licenceCharges(this.#index, (w) => this.#hostOf[w] ?? -1)) this.#rates[h] = (this.#rates[h] as number) + micros;
  }

  /** Everything up to now is paid. */
  settle(nowMs: number): void {
    const ms = nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    if (ms > 0 && this.#licensed.size > 0) this.#rates.forEach((rate, host) => this.paid.addProduct(host, rate, ms));
  }
}
