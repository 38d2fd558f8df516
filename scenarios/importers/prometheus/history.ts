import { compareIds, type ApplicationId, type WorkloadId } from "../../../model/ids.ts";
import { compareSubjects, loadResources, type LoadResource, type LoadSeries, type LoadTrace } from "../../../model/load.ts";
import { UnreadableImport } from "../unreadable.ts";
import type { MatrixSeries } from "./answer.ts";
import { factorOf, type SeriesRule } from "./rule.ts";
import { fineValue, instantMs, noFaults, slotEndingAt, type Slots, type ValueFaults } from "./slots.ts";
import type { Owners, Whose } from "./whose.ts";

/** One series of the server, and what became of it. */
export interface SeriesRecord {
  readonly rule: SeriesRule;
  readonly name: string;
  readonly whose: Whose;
  slotsTaken: number;
  readonly faults: ValueFaults;
}

/** What is known of one workload or host. */
interface Known {
  readonly kind: "workload" | "host";
  readonly workload: WorkloadId;
  readonly application: ApplicationId | null;
  /** Per resource; -1 where nothing was measured. */
  readonly samples: Map<string, Int32Array>;
  readonly provisioned: Map<string, number>;
  /** Which series fills a resource: the first that was seen. */
  readonly filledBy: Map<string, string>;
}

/** Values of a resource that stand for none: the last one before them, or 0 where there is none at all (`values` is null). */
export interface HeldValues {
  readonly subject: string;
  readonly resource: string;
  readonly values: number | null;
}

const seriesMax = 500_000;
/** 800 MB of samples. */
const samplesMax = 200_000_000;

/** Collects answers into load, series by series. */
export class History {
  readonly #slots: Slots;
  readonly #owners: Owners;
  readonly #known = new Map<string, Known>();
  readonly #records = new Map<string, SeriesRecord>();
  #samples = 0;

  constructor(slots: Slots, owners: Owners) {
    [this.#slots, this.#owners] = [slots, owners];
  }

  /** All series in the order in which the server gave them first. */
  get records(): readonly SeriesRecord[] {
    return [...this.#records.values()];
  }

  take(rule: SeriesRule, series: MatrixSeries): void {
    const record = this.#recordOf(rule, series.labels);
    if (record.whose.kind === "nobody") return;
    const known = this.#knownOf(record.whose);
    if (rule.what === "provisioned") this.#promise(known, record, series);
    else this.#fill(known, record, series);
  }

  #recordOf(rule: SeriesRule, labels: Readonly<Record<string, string>>): SeriesRecord {
    const name = labelText(labels);
    const key = `${rule.set}\0${rule.what}\0${rule.query}\0${name}`;
    const before = this.#records.get(key);
    if (before !== undefined) return before;
    if (this.#records.size >= seriesMax) {
      throw new UnreadableImport("file-too-large", `The server has more than ${seriesMax} series for these queries; that is the limit.`, "Ask for fewer with a mapping file: --mapping FILE.");
    }
    const record = { rule, name, whose: this.#unclaimed(this.#owners.of(rule, labels), rule, key), slotsTaken: 0, faults: noFaults() };
    this.#records.set(key, record);
    return record;
  }

  /** A second series for the same thing is told and left out: nobody knows whether it is another part or the same again. */
  #unclaimed(whose: Whose, rule: SeriesRule, key: string): Whose {
    if (whose.kind === "nobody") return whose;
    const { filledBy } = this.#knownOf(whose);
    const place = `${rule.what} ${rule.resource}`;
    if (filledBy.has(place)) return { kind: "nobody", reason: `another series before it is the ${rule.resource} of ${whose.kind} ${whose.id}` };
    filledBy.set(place, key);
    return whose;
  }

  #knownOf({ kind, id, application }: Exclude<Whose, { readonly kind: "nobody" }>): Known {
    const key = `${kind}\0${id}\0${application}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      known = { kind, workload: id as WorkloadId, application: application === "" ? null : application as ApplicationId, samples: new Map(), provisioned: new Map(), filledBy: new Map() };
      this.#known.set(key, known);
    }
    return known;
  }

  #promise({ provisioned }: Known, record: SeriesRecord, { points }: MatrixSeries): void {
    const { rule, faults } = record;
    for (const point of points) {
      const fine = fineValue(Array.isArray(point) ? point[1] : null, factorOf(rule) * perUnitOf(rule), faults);
      if (fine < 0) continue;
      record.slotsTaken++;
      provisioned.set(rule.resource, Math.max(provisioned.get(rule.resource) ?? 0, fine));
    }
  }

  #fill(known: Known, record: SeriesRecord, { points }: MatrixSeries): void {
    const { rule, faults } = record;
    const perValue = factorOf(rule) * perUnitOf(rule);
    const samples = known.samples.get(rule.resource) ?? this.#room(known, rule.resource);
    for (const point of points) {
      const slot = Array.isArray(point) ? slotEndingAt(this.#slots, instantMs(point[0])) : -1;
      if (slot < 0) faults.offGrid++;
      else {
        const fine = fineValue(Array.isArray(point) ? point[1] : null, perValue, faults);
        if (fine >= 0 && samples[slot] === -1) record.slotsTaken++;
        if (fine >= 0) samples[slot] = fine;
      }
    }
  }

  #room({ samples }: Known, resource: string): Int32Array {
    this.#samples += this.#slots.count;
    if (this.#samples > samplesMax) {
      throw new UnreadableImport("file-too-large", `The load has more than ${samplesMax.toLocaleString("en-US")} samples; that is the limit.`, "Take a longer --step, a shorter time, or fewer series with a mapping file: --mapping FILE.");
    }
    const room = new Int32Array(this.#slots.count).fill(-1);
    samples.set(resource, room);
    return room;
  }

  /** What was measured of workloads, or of hosts (named as workloads are in a trace), and what stands for what was not. */
  trace(kind: Known["kind"]): { readonly trace: LoadTrace; readonly held: readonly HeldValues[] } {
    const known = [...this.#known.values()].filter((each) => each.kind === kind && [...each.samples.values()].some(isMeasured));
    const names = [...new Set(known.flatMap(({ samples }) => [...samples].filter(([, values]) => isMeasured(values)).map(([name]) => name)))].sort(compareIds);
    const resources = names.map(resourceOf);
    const held: HeldValues[] = [];
    const series = known.map((each) => this.#seriesOf(each, resources, held)).sort((a, b) => compareSubjects(a.subject, b.subject));
    return { trace: { resources, series }, held };
  }

  #seriesOf({ workload, application, samples, provisioned }: Known, resources: readonly LoadResource[], held: HeldValues[]): LoadSeries {
    const columns = resources.map(({ name }) => samples.get(name) ?? new Int32Array(this.#slots.count).fill(-1));
    const isKnown = (slot: number): boolean => columns.some((column) => (column[slot] ?? -1) >= 0);
    let [first, last] = [0, this.#slots.count - 1];
    while (!isKnown(first)) first++;
    while (!isKnown(last)) last--;
    const gaps: number[] = [];
    for (let slot = first; slot <= last; slot++) {
      if (isKnown(slot) === (gaps.length % 2 === 1)) gaps.push(slot - first);
    }
    const { startMs, stepMs } = this.#slots;
    const measured = columns.map((column) => column.subarray(first, last + 1));
    resources.forEach(({ name }, r) => {
      const missing = measured[r]?.reduce((sum, value, i) => sum + Number(value < 0 && isKnown(first + i)), 0) ?? 0;
      const isAbsent = measured[r]?.every((value) => value < 0) ?? true;
      if (missing > 0) held.push({ subject: application === null ? workload : `${workload}, ${application}`, resource: name, values: isAbsent ? null : missing });
    });
    return {
      subject: { workload, application }, times: { kind: "regular", startMs: startMs + first * stepMs, stepMs, count: last - first + 1 },
      samples: measured.map(filled), gaps: Int32Array.from(gaps), provisioned: Float64Array.from(resources, ({ name }) => provisioned.get(name) ?? -1),
    };
  }
}

function isMeasured(samples: Int32Array): boolean {
  return samples.some((value) => value >= 0);
}

/** The last value before stands where there is none; before the first one, the first. */
function filled(samples: Int32Array): Int32Array {
  let last = Math.max(0, samples.find((value) => value >= 0) ?? 0);
  return samples.map((value) => (last = value >= 0 ? value : last));
}

function resourceOf(name: string): LoadResource {
  const known: Readonly<Record<string, LoadResource>> = loadResources;
  return known[name] ?? { name, perUnit: 1 };
}

function perUnitOf({ resource }: SeriesRule): number {
  return resourceOf(resource).perUnit;
}

/** Labels as Prometheus writes them: `{domain="web-1"}`. */
function labelText(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
}
