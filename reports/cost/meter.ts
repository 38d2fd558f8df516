import { assert } from "../../model/assert.ts";
import type { ChargeBasis } from "../../model/finance.ts";
import { newLoadBlock, type LoadBlock, type LoadSource } from "../../model/load.ts";
import { amountOf } from "../../model/resource.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { promiseLimit } from "../promise.ts";
import type { Period } from "./charge.ts";
import type { Course } from "./course.ts";
import { stretchesOf, type Stretch } from "./stretches.ts";

/** A whole host, in the parts in which holding is counted. */
export const wholeHost = 1_000_000_000;

/** What is measured: the load of whom is told of which resource. Of others their expected use counts. */
export interface Measured {
  readonly source: LoadSource;
  has(workload: number, resource: string): boolean;
}

/** A resource as it is counted: samples are `perUnit` parts of its unit. */
interface Counted {
  readonly name: string;
  readonly perUnit: number;
  readonly isProcessor: boolean;
  /** Does a stopped workload hold it? */
  readonly whileStopped: boolean;
  /** Place in the load; -1 when nobody measures it. */
  readonly inLoad: number;
}

/** What one workload held and used on one host. Amounts are in fine parts of the unit, times milliseconds. */
export interface PairUse {
  readonly workload: number;
  readonly host: number;
  presentMs: bigint;
  runningMs: bigint;
  /** Parts of the host while it was on; on a host of which too much was promised or used, parts of what there was. */
  held: bigint;
  /** Processor that the host could give it: what its power is counted by. */
  granted: bigint;
  /** Megabits a second that were measured, times milliseconds, in fine parts. */
  traffic: bigint;
  readonly charged: { processor: bigint; memory: bigint; storage: bigint };
}

/** What nobody held of a host while it was on. */
export interface HostUse {
  onMs: bigint;
  held: bigint;
  reserve: bigint;
  idle: bigint;
}

export interface MeterInput {
  readonly index: FleetIndex;
  readonly period: Period;
  readonly course: Course;
  readonly measured: Measured | null;
  readonly basis: ChargeBasis;
  /** Of each host, the part that is to be kept free. */
  readonly reserveOf: (host: number) => number;
}

export interface Metered {
  readonly pairs: readonly PairUse[];
  readonly hosts: readonly HostUse[];
  /** Fine parts of the unit of each resource that is charged for. */
  readonly perUnit: { readonly processor: number; readonly memory: number; readonly storage: number; readonly traffic: number; readonly granted: number };
}

const dayMs = 86_400_000;
/** A block of the load: its slots are short enough for exact sums of doubles, and few enough for memory. */
const blockSlotsMax = 288;

/** Runs over the load once, a block at a time, and over each host's stretches within it. */
export function meter(input: MeterInput): Metered {
  const metering = new Metering(input);
  metering.run();
  return metering.result();
}

/** How a workload counts on a host while it runs there, or is stopped there. */
interface Member {
  readonly use: PairUse;
  readonly isRunning: boolean;
  /** Its part of the host by what does not change: reservations, and use that is not measured. */
  readonly steadyHeld: number;
  /** Charged per millisecond where that does not change. */
  readonly steady: { readonly processor: number; readonly memory: number; readonly storage: number };
  readonly steadyProcessor: number;
  readonly samples: readonly Sampled[];
}

/** A measured resource of a member. */
interface Sampled {
  readonly inLoad: number;
  readonly row: number;
  /** What a sample is worth in parts of the host; 0 where the host does not limit it. */
  readonly partOfSample: number;
  readonly isProcessor: boolean;
  readonly isTraffic: boolean;
  readonly charge: "processor" | "memory" | "storage" | null;
  /** Charged at least: the reservation where the greater counts, 0 where only use does. */
  readonly floor: number;
}

class Metering {
  readonly #input: MeterInput;
  readonly #counted: readonly Counted[];
  readonly #pairs = new Map<number, PairUse>();
  readonly #members = new Map<string, Member>();
  readonly #hosts: HostUse[];
  readonly #rowOf: ReadonlyMap<string, number>;
  readonly #slotMs: number;
  readonly #capacities: Float64Array;
  #held = new Float64Array(0);
  readonly #sum = new Float64Array(blockSlotsMax);
  readonly #processor = new Float64Array(blockSlotsMax);

  constructor(input: MeterInput) {
    this.#input = input;
    const { index, measured, period } = input;
    this.#counted = countedResources(index, measured?.source ?? null);
    this.#hosts = index.hosts.map(() => ({ onMs: 0n, held: 0n, reserve: 0n, idle: 0n }));
    this.#rowOf = new Map(measured?.source.subjects.map(({ workload }, row) => [workload, row]));
    this.#slotMs = measured?.source.stepMs ?? period.endMs - period.startMs;
    this.#capacities = Float64Array.from(index.hosts, (_, host) => this.#capacityOf(host));
    assert(measured === null || (measured.source.startMs <= period.startMs && measured.source.startMs + measured.source.slots * this.#slotMs >= period.endMs), "the load covers the period");
  }

  run(): void {
    const { index, course, period, measured } = this.#input;
    const byHost = stretchesOf(index.hosts.length, course);
    const next = byHost.map(() => 0);
    const sourceMs = measured?.source.startMs ?? period.startMs;
    const first = Math.floor((period.startMs - sourceMs) / this.#slotMs);
    const last = Math.ceil((period.endMs - sourceMs) / this.#slotMs);
    const slots = Math.max(1, Math.min(blockSlotsMax, Math.floor(dayMs / this.#slotMs)));
    const cursor = measured?.source.open(first);
    const block = measured === null ? { slots, samples: [] } : newLoadBlock(measured.source, slots);
    for (let from = first; from < last; from += slots) {
      cursor?.fill(block);
      const blockMs = sourceMs + from * this.#slotMs;
      const endMs = Math.min(blockMs + slots * this.#slotMs, period.endMs);
      byHost.forEach((stretches, host) => {
        let s = next[host] ?? 0;
        for (let stretch = stretches[s]; stretch !== undefined && stretch.fromMs < endMs; stretch = stretches[s]) {
          this.#stretch(host, stretch, block, blockMs, endMs);
          if (stretch.toMs > endMs) break;
          s++;
        }
        next[host] = s;
      });
    }
  }

  result(): Metered {
    const perUnit = (name: string): number => this.#counted.find((each) => each.name === name)?.perUnit ?? 1;
    const pairs = [...this.#pairs.values()].sort((a, b) => a.host - b.host || a.workload - b.workload);
    return {
      pairs, hosts: this.#hosts,
      perUnit: { processor: perUnit("cpuMillicores"), memory: perUnit("memoryMiB"), storage: perUnit("storageMiB"), traffic: perUnit("networkMbps"), granted: this.#rated()?.perUnit ?? 1 },
    };
  }

  /** The part of a stretch inside a block: a first slot that it enters late, whole slots, and a last one that it leaves early. */
  #stretch(host: number, stretch: Stretch, block: LoadBlock, blockMs: number, endMs: number): void {
    const [fromMs, toMs] = [Math.max(stretch.fromMs, blockMs), Math.min(stretch.toMs, endMs)];
    if (toMs <= fromMs) return;
    const members = stretch.members.map(({ workload, isRunning }) => this.#member(workload, host, isRunning && stretch.isOn));
    if (members.length * blockSlotsMax > this.#held.length) this.#held = new Float64Array(2 * members.length * blockSlotsMax);
    const step = this.#slotMs;
    const slotOf = (ms: number): number => Math.floor((ms - blockMs) / step);
    let [slot, ms] = [slotOf(fromMs), fromMs];
    while (ms < toMs) {
      const slotEndMs = blockMs + (slot + 1) * step;
      const isWhole = ms === slotEndMs - step && slotEndMs <= toMs;
      const count = isWhole ? slotOf(toMs) - slot : 1;
      const length = isWhole ? step : Math.min(slotEndMs, toMs) - ms;
      this.#slots(host, members, stretch.isOn, block, slot, count, BigInt(length));
      ms += isWhole ? count * step : length;
      slot += count;
    }
  }

  /** Some slots side by side, of each of which so many milliseconds count. */
  #slots(host: number, members: readonly Member[], isOn: boolean, block: LoadBlock, from: number, count: number, ms: bigint): void {
    const [sum, processor] = [this.#sum, this.#processor];
    sum.fill(0, 0, count);
    processor.fill(0, 0, count);
    const duration = ms * BigInt(count);
    members.forEach((member, m) => {
      const { use, steady } = member;
      use.presentMs += duration;
      if (member.isRunning) use.runningMs += duration;
      for (const kind of ["processor", "memory", "storage"] as const) if (steady[kind] > 0) use.charged[kind] += BigInt(steady[kind]) * duration;
      const held = this.#held.subarray(m * blockSlotsMax, m * blockSlotsMax + count).fill(member.steadyHeld);
      for (const sampled of member.samples) this.#sample(sampled, use, held, block, from, count, ms);
      for (let s = 0; s < count; s++) sum[s] = (sum[s] as number) + (held[s] as number);
      if (member.steadyProcessor > 0) for (let s = 0; s < count; s++) processor[s] = (processor[s] as number) + member.steadyProcessor;
    });
    if (!isOn) return;
    this.#grant(host, members, block, from, count, ms);
    this.#hold(host, members, count, ms);
  }

  #sample({ inLoad, row, partOfSample, isProcessor, isTraffic, charge, floor }: Sampled, use: PairUse, held: Float64Array, block: LoadBlock, from: number, count: number, ms: bigint): void {
    const samples = block.samples[inLoad];
    if (samples === undefined) return;
    const base = row * block.slots + from;
    let [total, charged] = [0, 0];
    for (let s = 0; s < count; s++) {
      const sample = samples[base + s] as number;
      total += sample;
      charged += sample > floor ? sample : floor;
      const part = Math.floor(sample * partOfSample + 0.5);
      if (part > (held[s] as number)) held[s] = part;
    }
    if (isProcessor) for (let s = 0; s < count; s++) this.#processor[s] = (this.#processor[s] as number) + (samples[base + s] as number);
    if (isTraffic) use.traffic += BigInt(total) * ms;
    if (charge !== null) use.charged[charge] += BigInt(charged) * ms;
  }

  /** Processor time that the host could give: more than it has is given to nobody. */
  #grant(host: number, members: readonly Member[], block: LoadBlock, from: number, count: number, ms: bigint): void {
    const capacity = this.#capacities[host] ?? 0;
    const processor = this.#processor;
    let isCrowded = false;
    for (let s = 0; s < count; s++) isCrowded ||= (processor[s] as number) > capacity;
    for (const { use, steadyProcessor, samples: sampled } of members) {
      const own = sampled.find((each) => each.isProcessor);
      const samples = own === undefined ? undefined : block.samples[own.inLoad];
      const base = own === undefined ? 0 : own.row * block.slots + from;
      if (samples === undefined && steadyProcessor === 0) continue;
      let granted = 0;
      for (let s = 0; s < count; s++) {
        const asked = samples === undefined ? steadyProcessor : (samples[base + s] as number);
        const all = processor[s] as number;
        granted += isCrowded && all > capacity ? Math.floor(asked * (capacity / all)) : asked;
      }
      use.granted += BigInt(granted) * ms;
    }
  }

  /** Parts of the host: of more than a whole one each gets its part, and nothing is left. */
  #hold(host: number, members: readonly Member[], count: number, ms: bigint): void {
    const [sum, use] = [this.#sum, this.#hosts[host]];
    if (use === undefined) return;
    const wanted = this.#input.reserveOf(host);
    let [free, reserve] = [0, 0];
    for (let s = 0; s < count; s++) {
      const left = Math.max(0, wholeHost - (sum[s] as number));
      free += left;
      reserve += Math.min(left, wanted);
    }
    let all = 0;
    members.forEach((member, m) => {
      const held = this.#held.subarray(m * blockSlotsMax, m * blockSlotsMax + count);
      let total = 0;
      for (let s = 0; s < count; s++) {
        const crowd = sum[s] as number;
        total += crowd > wholeHost ? Math.floor((held[s] as number) * (wholeHost / crowd)) : (held[s] as number);
      }
      all += total;
      member.use.held += BigInt(total) * ms;
    });
    use.onMs += BigInt(count) * ms;
    use.held += BigInt(all) * ms;
    use.reserve += BigInt(reserve) * ms;
    use.idle += BigInt(free - reserve) * ms;
  }

  #capacityOf(host: number): number {
    const processor = this.#rated();
    return processor === undefined ? 0 : amountOf(this.#input.index.hosts[host]?.capacity ?? {}, processor.name) * processor.perUnit;
  }

  /** What hosts rate their processors in: millicores, or MHz. */
  #rated(): Counted | undefined {
    return this.#counted.find(({ isProcessor, name }) => isProcessor && this.#input.index.hosts.some(({ capacity }) => amountOf(capacity, name) > 0));
  }

  #pair(workload: number, host: number): PairUse {
    const key = workload * this.#hosts.length + host;
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    const pair: PairUse = { workload, host, presentMs: 0n, runningMs: 0n, held: 0n, granted: 0n, traffic: 0n, charged: { processor: 0n, memory: 0n, storage: 0n } };
    this.#pairs.set(key, pair);
    return pair;
  }

  #member(workload: number, host: number, isRunning: boolean): Member {
    const key = `${workload} ${host} ${isRunning}`;
    const known = this.#members.get(key);
    if (known !== undefined) return known;
    const member = this.#newMember(workload, host, isRunning);
    this.#members.set(key, member);
    return member;
  }

  #newMember(workload: number, host: number, isRunning: boolean): Member {
    const { index, basis, measured } = this.#input;
    const [what, where] = [index.workloads[workload], index.hosts[host]];
    assert(what !== undefined && where !== undefined, "a stay is of a workload of the fleet on one of its hosts");
    const steady = { processor: 0, memory: 0, storage: 0 };
    const samples: Sampled[] = [];
    let [steadyHeld, steadyProcessor] = [0, 0];
    for (const resource of this.#counted) {
      if (!isRunning && !resource.whileStopped) continue;
      const { name, perUnit, inLoad, isProcessor } = resource;
      const [reserved, limit] = [amountOf(what.reservation, name) * perUnit, promiseLimit(where, name) * perUnit];
      const partOf = (amount: number): number => (limit === 0 ? 0 : Math.round(amount * (wholeHost / limit)));
      steadyHeld = Math.max(steadyHeld, partOf(reserved));
      const charge = chargedAs[name] ?? null;
      const row = this.#rowOf.get(what.id) ?? -1;
      if (isRunning && row >= 0 && inLoad >= 0 && measured?.has(workload, name) === true) {
        const byUse = charge !== null && basis !== "reserved";
        if (charge !== null && !byUse) steady[charge] = reserved;
        samples.push({
          inLoad, row, isProcessor, isTraffic: name === "networkMbps", partOfSample: limit === 0 ? 0 : wholeHost / limit,
          charge: byUse ? charge : null, floor: basis === "greater" ? reserved : 0,
        });
        continue;
      }
      const expected = isRunning ? amountOf(what.expectedUse, name) * perUnit : reserved;
      steadyHeld = Math.max(steadyHeld, partOf(expected));
      if (isProcessor) steadyProcessor = expected;
      if (charge !== null) steady[charge] = basis === "reserved" ? reserved : basis === "used" ? expected : Math.max(reserved, expected);
    }
    return { use: this.#pair(workload, host), isRunning, steadyHeld, steady, steadyProcessor, samples };
  }
}

const chargedAs: Readonly<Record<string, "processor" | "memory" | "storage">> = { cpuMillicores: "processor", memoryMiB: "memory", storageMiB: "storage" };

function countedResources({ fleet }: FleetIndex, source: LoadSource | null): readonly Counted[] {
  const own = fleet.resources.map(({ name, whileStopped }) => ({ name, whileStopped }));
  const more = (source?.resources ?? []).filter(({ name }) => own.every((each) => each.name !== name)).map(({ name }) => ({ name, whileStopped: false }));
  return [...own, ...more].map(({ name, whileStopped }) => {
    const inLoad = source?.resources.findIndex((resource) => resource.name === name) ?? -1;
    return { name, whileStopped, inLoad, perUnit: source?.resources[inLoad]?.perUnit ?? 1, isProcessor: name === "cpuMillicores" || name === "cpuMHz" };
  });
}
