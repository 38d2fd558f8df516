import { compareIds, type ApplicationId, type WorkloadId } from "./ids.ts";

/**
 * One resource of a trace. Samples are whole numbers of its fine unit, `perUnit` of which make one unit of the fleet:
 * with `{ name: "cpuMillicores", perUnit: 1000 }` a sample of 1500 is one and a half millicores. Sums are therefore
 * exact and do not depend on order. `storageMBps` and `networkMbps` are both directions together.
 */
export interface LoadResource {
  readonly name: string;
  readonly perUnit: number;
}

/** The resources that the readers and the generator know. A workload's use fits in 31 bits of each fine unit. */
export const loadResources = {
  cpuMillicores: { name: "cpuMillicores", perUnit: 1000 },
  /** Speed of all virtual processors together, for traces and hosts that are rated in MHz. */
  cpuMHz: { name: "cpuMHz", perUnit: 1000 },
  memoryMiB: { name: "memoryMiB", perUnit: 16 },
  storageMiB: { name: "storageMiB", perUnit: 1 },
  storageMBps: { name: "storageMBps", perUnit: 1000 },
  networkMbps: { name: "networkMbps", perUnit: 1000 },
} as const satisfies Record<string, LoadResource>;

export const sampleMax = 2_147_483_647;

/** The ways in which traces are written down that can be read. */
export const traceFormatNames = ["bitbrains", "csv", "opendc", "parquet", "planetlab"] as const;
export type TraceFormatName = (typeof traceFormatNames)[number];

/** Whose load it is: a workload, or one application inside it. Ordered by workload, then application, by code unit. */
export interface LoadSubject {
  readonly workload: WorkloadId;
  readonly application: ApplicationId | null;
}

export function compareSubjects(a: LoadSubject, b: LoadSubject): number {
  return compareIds(a.workload, b.workload) || compareIds(a.application ?? "", b.application ?? "");
}

/**
 * When the samples of a series hold. Regular: sample i holds from `startMs + i * stepMs` until the next one, the last
 * for one step. Stepped: sample i holds from `atMs[i]` to `atMs[i + 1]`; `atMs` has one entry more than there are
 * samples and strictly ascends. Milliseconds since 1970 UTC, or since the beginning of a trace without a date.
 */
export type LoadTimes =
  | { readonly kind: "regular"; readonly startMs: number; readonly stepMs: number; readonly count: number }
  | { readonly kind: "stepped"; readonly atMs: Float64Array };

/**
 * Load of one subject, piecewise constant. `samples[r][i]` is its demand for resource r in piece i, 0 to `sampleMax`,
 * also inside gaps, where it is what was chosen to stand there (the last value before it, or 0). So a replay need not
 * look at gaps, and whoever learns from history must.
 */
export interface LoadSeries {
  readonly subject: LoadSubject;
  readonly times: LoadTimes;
  readonly samples: readonly Int32Array[];
  /** Pieces for which nothing was measured, as pairs [first, after last), ascending and apart. */
  readonly gaps: Int32Array;
  /** What was promised to it, per resource in fine units; -1 when the trace does not say. */
  readonly provisioned: Float64Array;
}

/** A trace in memory. Series in order of subject, each with all resources. */
export interface LoadTrace {
  readonly resources: readonly LoadResource[];
  readonly series: readonly LoadSeries[];
}

/**
 * Load on one common grid of slots, for all subjects, without being in memory: generated, grown or streamed. Slot s
 * is the time from `startMs + s * stepMs` on, for one step. Reading it twice gives the same.
 */
export interface LoadSource {
  readonly resources: readonly LoadResource[];
  readonly subjects: readonly LoadSubject[];
  readonly startMs: number;
  readonly stepMs: number;
  readonly slots: number;
  /** A cursor at a slot, 0 to `slots`. */
  open(fromSlot: number): LoadCursor;
}

/** Walks forward over a source, a block at a time. */
export interface LoadCursor {
  /**
   * Fills the first slots of a block with the next ones of the source and says how many: `block.slots`, less at the
   * end, 0 after it. The rest of the block is left as it was.
   */
  fill(block: LoadBlock): number;
}

/** Room for some slots of all subjects: `samples[r][subject * slots + s]`, one subject's slots side by side. */
export interface LoadBlock {
  readonly slots: number;
  readonly samples: readonly Int32Array[];
}

export function newLoadBlock(source: Pick<LoadSource, "resources" | "subjects">, slots: number): LoadBlock {
  return { slots, samples: source.resources.map(() => new Int32Array(source.subjects.length * slots)) };
}

export function pieceCount(times: LoadTimes): number {
  return times.kind === "regular" ? times.count : Math.max(0, times.atMs.length - 1);
}

/** When the first sample begins and the last ends. */
export function spanMs(times: LoadTimes): { readonly startMs: number; readonly endMs: number } {
  return times.kind === "regular"
    ? { startMs: times.startMs, endMs: times.startMs + times.stepMs * times.count }
    : { startMs: times.atMs[0] ?? 0, endMs: times.atMs[times.atMs.length - 1] ?? 0 };
}

/** What a reader did to rows that were not as they should be. */
export type RowFindingKind =
  | "same-row-again" | "same-stamp-other-values" | "stamp-goes-back" | "stamps-missing" | "stamp-off-grid"
  | "wrong-number-of-fields" | "not-a-number" | "negative-value" | "value-too-large" | "above-provisioned"
  | "provision-changes" | "other-unit" | "unknown-subject" | "overlap" | "nothing-measured";

/** Rows of one kind in one file. Rows are numbered from 1, a header included, as an editor shows them. */
export interface RowFinding {
  readonly kind: RowFindingKind;
  /** Left out, changed into something that counts, put in where nothing stood, or kept as it is. */
  readonly outcome: "dropped" | "repaired" | "filled" | "kept";
  readonly file: string;
  /** Rows concerned, or steps put in when the outcome is `filled`. */
  readonly count: number;
  /** The first places: rows in a run from `firstRow` to `lastRow`, and what was found there, in words. */
  readonly places: readonly { readonly firstRow: number; readonly lastRow: number; readonly found: string }[];
}

/** What was read, and everything that is not simply what stood in the files. */
export interface ReadReport {
  readonly files: number;
  readonly rows: number;
  /** Rows whose values arrived in the trace; the others are dropped ones. */
  readonly rowsKept: number;
  readonly findings: readonly RowFinding[];
}
