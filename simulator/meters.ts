import type { Host } from "../model/fleet.ts";
import { amountOf } from "../model/resource.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { ExactTotals } from "./exact-totals.ts";
import { processorOf, type LoadWindow } from "./load-window.ts";
import { powerCurve, type PowerCurve, type PowerModel } from "./power.ts";
import { replayPool, type RowTotals } from "./replay.ts";

/** How a host draws power: not at all, as when idle, or by the use of its processors. */
export type Drawing = "nothing" | "idle" | "use";

/** Grams of carbon dioxide a kilowatt-hour of one site, by the hour since the simulation began; the last goes on. */
export interface CarbonSeries {
  readonly site: string;
  readonly gramsPerKWh: readonly number[];
}

export interface MeterOptions {
  readonly index: FleetIndex;
  readonly window: LoadWindow;
  readonly powerModels: ReadonlyMap<string, PowerModel>;
  readonly carbon: readonly CarbonSeries[];
  /** How many virtual processors each workload has that share on their own; null when workloads share as a whole. */
  readonly virtualProcessors: Int32Array | null;
  /** Length of one column of the charts. */
  readonly columnMs: number;
  readonly columns: number;
}

/** By resource and host. */
export interface Peaks {
  readonly demand: readonly Float64Array[];
  readonly granted: readonly Float64Array[];
}

const hourMs = 3_600_000;
/** Classes of use in steps of a hundredth, the last for full use. */
export const useClasses = 101;

/** Charts of one quantity: host after host, `columns` numbers each. */
export interface ColumnSeries {
  readonly sums: Float64Array;
  readonly peaks: Float64Array;
}

/**
 * What hosts and rows use over time, in whole numbers: fine units x milliseconds, milliwatts x milliseconds. A host is
 * settled up to now before anything about it changes; between two settlements everything but the load is constant.
 */
export class Meters {
  readonly processor: number;
  readonly options: MeterOptions;
  readonly curves: readonly PowerCurve[];
  /** By resource and host, in fine units; what workloads can share. */
  readonly capacity: readonly Float64Array[];
  readonly demand: readonly ExactTotals[];
  readonly stolen: readonly ExactTotals[];
  /** By resource: what a host was asked for and gave at most. */
  readonly demandPeak: readonly Float64Array[];
  readonly grantedPeak: readonly Float64Array[];
  /** Microjoules by host; and multiplied by the milligrams a kilowatt-hour of the time. */
  readonly energy: ExactTotals;
  readonly carbon: ExactTotals;
  /** Milliseconds in each class of processor use, by host. */
  readonly classes: Float64Array;
  /** Processor granted (fine units x ms) and its peaks, and energy (microjoules), by host and column. */
  readonly use: ColumnSeries;
  readonly energyColumns: Float64Array;
  readonly #rowTotals: RowTotals[];
  readonly #rows: { readonly demand: ExactTotals; readonly stolen: ExactTotals }[];
  #weights: Int32Array | null;
  readonly #physical: Float64Array;
  readonly #since: Float64Array;
  readonly #series: (readonly number[] | null)[];
  /** Milligrams of carbon dioxide a kilowatt-hour. */
  readonly #milligrams: Float64Array;
  #sums = new Float64Array(256);

  constructor(options: MeterOptions) {
    const { index, window, powerModels, carbon, columns } = options;
    this.options = options;
    this.#weights = options.virtualProcessors;
    const hostCount = index.hosts.length;
    this.processor = processorOf(window.resources);
    this.#physical = Float64Array.from(index.hosts, (host) => physical(host, window.resources[this.processor]));
    this.curves = index.hosts.map((host, h) => powerCurve(
      powerModels.get(host.id) ?? { kind: "linear", idleMilliwatts: host.idlePowerWatts * 1000, peakMilliwatts: host.peakPowerWatts * 1000 }, this.#physical[h] ?? 0,
    ));
    const numbers = (): Float64Array => new Float64Array(hostCount);
    this.capacity = window.resources.map((resource) => Float64Array.from(index.hosts, (host) => sharedCapacity(host, resource)));
    this.demand = window.resources.map(() => new ExactTotals(hostCount));
    this.stolen = window.resources.map(() => new ExactTotals(hostCount));
    this.demandPeak = window.resources.map(numbers);
    this.grantedPeak = window.resources.map(numbers);
    this.energy = new ExactTotals(hostCount);
    this.carbon = new ExactTotals(hostCount);
    this.classes = new Float64Array(hostCount * useClasses);
    this.use = { sums: new Float64Array(hostCount * columns), peaks: new Float64Array(hostCount * columns) };
    this.energyColumns = new Float64Array(hostCount * columns);
    this.#since = numbers();
    this.#rowTotals = window.resources.map(() => ({ demand: new Float64Array(window.rows), stolen: new Float64Array(window.rows) }));
    this.#rows = window.resources.map(() => ({ demand: new ExactTotals(window.rows), stolen: new ExactTotals(window.rows) }));
    const seriesOf = new Map(carbon.map(({ site, gramsPerKWh }) => [site, gramsPerKWh.map((grams) => Math.round(grams * 1000))]));
    this.#series = index.hosts.map(({ site }) => seriesOf.get(site) ?? null);
    this.#milligrams = Float64Array.from(index.hosts, ({ site }) => Math.round((index.siteById.get(site)?.carbonGramsPerKWh ?? 0) * 1000));
    this.#sums = new Float64Array(Math.max(1, window.slots));
  }

  /** How many each row counts as, by row: guests count as one. */
  get weights(): Int32Array | null {
    const known = this.#weights;
    const { rows } = this.options.window;
    if (known === null || known.length >= rows) return known;
    this.#weights = new Int32Array(2 * rows).fill(1);
    this.#weights.set(known);
    return this.#weights;
  }

  /** Fine units x milliseconds that a row asked for while it drew, and did not get. */
  ofRow(resource: number, row: number): { readonly demand: bigint; readonly stolen: bigint } {
    const rows = this.#rows[resource];
    if (rows === undefined || row >= rows.demand.count) return { demand: 0n, stolen: 0n };
    return { demand: rows.demand.exact(row), stolen: rows.stolen.exact(row) };
  }

  /** Begins a stretch whose peaks are wanted by themselves; all hosts are settled. Returns the peaks until now. */
  takePeaks(): Peaks {
    const peaks = { demand: this.demandPeak.map((peak) => peak.slice()), granted: this.grantedPeak.map((peak) => peak.slice()) };
    for (const peak of [...this.demandPeak, ...this.grantedPeak]) peak.fill(0);
    return peaks;
  }

  /** The peaks of earlier stretches count again. */
  mergePeaks({ demand, granted }: Peaks): void {
    raise(this.demandPeak, demand);
    raise(this.grantedPeak, granted);
  }

  /** Accounts for a host from when it was settled last until now, in which the same rows drew on it. */
  settle(host: number, nowMs: number, rows: readonly number[], drawing: Drawing): void {
    let fromMs = this.#since[host] as number;
    if (fromMs >= nowMs) return;
    this.#since[host] = nowMs;
    const { columnMs } = this.options;
    const hours = this.#series[host] !== null;
    while (fromMs < nowMs) {
      const columnEnd = (Math.floor(fromMs / columnMs) + 1) * columnMs;
      let toMs = Math.min(nowMs, columnEnd);
      if (hours) toMs = Math.min(toMs, (Math.floor(fromMs / hourMs) + 1) * hourMs);
      this.#piece(host, fromMs, toMs, rows, drawing);
      fromMs = toMs;
    }
  }

  /** A stretch within one column, and one hour where that matters. */
  #piece(host: number, fromMs: number, toMs: number, rows: readonly number[], drawing: Drawing): void {
    const { columnMs, columns } = this.options;
    const column = host * columns + Math.min(columns - 1, Math.floor(fromMs / columnMs));
    let energy = 0;
    if (drawing === "idle") energy = (this.curves[host] as PowerCurve).idleMilliwatts * (toMs - fromMs);
    else if (drawing === "use") energy = this.#load(host, fromMs, toMs, rows, column);
    this.energy.add(host, energy);
    this.energyColumns[column] = (this.energyColumns[column] as number) + energy;
    const series = this.#series[host];
    const milligrams = series ? (series[Math.min(series.length - 1, Math.floor(fromMs / hourMs))] ?? 0) : (this.#milligrams[host] as number);
    this.carbon.addProduct(host, energy, milligrams);
  }

  /** The load of a stretch: part of a slot, whole ones, part of another. Microjoules. */
  #load(host: number, fromMs: number, toMs: number, rows: readonly number[], column: number): number {
    const { window } = this.options;
    const first = window.slotAt(fromMs);
    const last = window.slotAt(toMs - 1);
    if (first === last) return this.#slots(host, first, first + 1, toMs - fromMs, rows, column);
    let energy = 0;
    let begin = first;
    if (window.slotStartMs(first) < fromMs) {
      energy += this.#slots(host, first, first + 1, window.slotStartMs(first + 1) - fromMs, rows, column);
      begin++;
    }
    const rest = toMs - window.slotStartMs(last);
    const end = rest === window.stepMs ? last + 1 : last;
    if (end > begin) energy += this.#slots(host, begin, end, window.stepMs, rows, column);
    if (end === last) energy += this.#slots(host, last, last + 1, rest, rows, column);
    return energy;
  }

  /** Slots `from` to `to`, each for so many milliseconds. */
  #slots(host: number, from: number, to: number, ms: number, rows: readonly number[], column: number): number {
    const { window } = this.options;
    let energy = 0;
    for (let r = 0; r < this.capacity.length; r++) {
      const capacity = (this.capacity[r] as Float64Array)[host] as number;
      const totals = this.#totalsFor(r);
      const weights = r === this.processor ? this.weights : null;
      replayPool({ samples: window.samples(r), slots: window.slots, rows, capacity, weights }, from, to, this.#sums, totals);
      const sums = this.#sums;
      let asked = 0;
      let granted = 0;
      let askedPeak = 0;
      for (let s = 0; s < to - from; s++) {
        const sum = sums[s] as number;
        asked += sum;
        granted += sum < capacity ? sum : capacity;
        if (sum > askedPeak) askedPeak = sum;
      }
      (this.demand[r] as ExactTotals).addProduct(host, asked, ms);
      (this.stolen[r] as ExactTotals).addProduct(host, asked - granted, ms);
      const [demandPeak, grantedPeak] = [this.demandPeak[r] as Float64Array, this.grantedPeak[r] as Float64Array];
      if (askedPeak > (demandPeak[host] as number)) {
        demandPeak[host] = askedPeak;
        grantedPeak[host] = Math.min(askedPeak, capacity);
      }
      this.#account(r, rows, totals, ms);
      if (r === this.processor) energy = this.#draw(host, to - from, capacity, ms, column, granted, Math.min(askedPeak, capacity));
    }
    return this.processor < 0 ? (this.curves[host] as PowerCurve).idleMilliwatts * ms * (to - from) : energy;
  }

  /** Power by the sums of the slots, and what charts tell about use. */
  #draw(host: number, count: number, capacity: number, ms: number, column: number, granted: number, peak: number): number {
    const curve = this.curves[host] as PowerCurve;
    const { classes, use } = this;
    const sums = this.#sums;
    const whole = this.#physical[host] as number;
    const range = curve.rangeMilliwatts;
    const first = host * useClasses;
    const classesPerUnit = capacity > 0 ? 100 / capacity : 0;
    let energy = 0;
    for (let s = 0; s < count; s++) {
      const sum = sums[s] as number;
      const got = sum < capacity ? sum : capacity;
      if (range === null || whole === 0) energy += curve.at(got);
      else energy += Math.round((range * got) / whole);
      const place = first + ((got * classesPerUnit) | 0);
      classes[place] = (classes[place] as number) + ms;
    }
    if (range !== null && whole > 0) energy += count * curve.idleMilliwatts;
    use.sums[column] = (use.sums[column] as number) + granted * ms;
    if (peak > (use.peaks[column] as number)) use.peaks[column] = peak;
    return energy * ms;
  }

  /** Moves the sums of the rows to their totals. */
  #account(resource: number, rows: readonly number[], { demand, stolen }: RowTotals, ms: number): void {
    const totals = this.#rows[resource] as { readonly demand: ExactTotals; readonly stolen: ExactTotals };
    for (const row of rows) {
      totals.demand.addProduct(row, demand[row] as number, ms);
      if ((stolen[row] as number) > 0) totals.stolen.addProduct(row, stolen[row] as number, ms);
      demand[row] = 0;
      stolen[row] = 0;
    }
  }

  /** Rows may have been added since. */
  #totalsFor(resource: number): RowTotals {
    const known = this.#rowTotals[resource] as RowTotals;
    const wanted = this.options.window.rows;
    if (known.demand.length >= wanted) return known;
    const wider: RowTotals = { demand: new Float64Array(2 * wanted), stolen: new Float64Array(2 * wanted) };
    this.#rowTotals[resource] = wider;
    const rows = this.#rows[resource] as { readonly demand: ExactTotals; readonly stolen: ExactTotals };
    rows.demand.widen(2 * wanted);
    rows.stolen.widen(2 * wanted);
    return wider;
  }
}

/** Each number becomes that of `from` where that is higher. */
function raise(into: readonly Float64Array[], from: readonly Float64Array[]): void {
  into.forEach((peaks, r) => peaks.forEach((peak, h) => {
    peaks[h] = Math.max(peak, from[r]?.[h] ?? 0);
  }));
}

/** What a host has of a resource for everything on it, itself included, in fine units. */
function physical(host: Host, resource: { readonly name: string; readonly perUnit: number } | undefined): number {
  return resource === undefined ? 0 : amountOf(host.capacity, resource.name) * resource.perUnit;
}

/** What workloads share; of a resource that the host does not name they have as much as they want. */
export function sharedCapacity(host: Host, resource: { readonly name: string; readonly perUnit: number }): number {
  if (amountOf(host.capacity, resource.name) === 0) return Number.MAX_SAFE_INTEGER;
  return Math.max(0, (amountOf(host.capacity, resource.name) - amountOf(host.reserve, resource.name)) * resource.perUnit);
}
