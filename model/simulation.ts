import type { Host } from "./fleet.ts";
import type { HostId, PolicyId, SiteId, WorkloadId } from "./ids.ts";
import type { TraceFormatName } from "./load.ts";
import type { Mode } from "./plan.ts";

/** A time of a simulation: so long after it began, or an instant. */
export type Moment = { readonly kind: "after"; readonly ms: number } | { readonly kind: "instant"; readonly utc: string };

/** Load that grows from a moment on, by so many thousandths a month of what it was then, or of what it has become. */
export interface LoadGrowth {
  readonly kind: "linear" | "compound";
  readonly permillePerMonth: number;
  readonly from: Moment;
}

/** Load that was measured. */
export interface TraceLoad {
  readonly kind: "trace";
  /** Files, folders or archives. */
  readonly files: readonly string[];
  /** What the files are; null: found out. */
  readonly format: TraceFormatName | null;
  /** Time between samples; null: as the format says, or found out. */
  readonly stepMs: number | null;
  readonly fill: "hold" | "zero";
  readonly fullMillicores: number;
  /** Whose load counts for which workload, by workload of the fleet; null: those of the same id. */
  readonly loadOf: Readonly<Record<WorkloadId, string>> | null;
  /** When it counts: as it is dated, from the beginning of the simulation on, or from its weekday before that on. */
  readonly begins: "as-dated" | "with-simulation" | "same-weekday";
  /** Does it begin again when it is over? */
  readonly repeat: boolean;
  /** On the slots of the simulation, or piece by piece at the times of the trace. */
  readonly times: "slots" | "exact";
  readonly factorPermille: number;
  readonly growth: LoadGrowth | null;
}

/** How made-up load goes up and down. Parts are thousandths of the mean. */
export interface LoadShape {
  /** How far the day swings around the mean: at `peakMinute` (of the day, UTC) it is as much above as it is below half a day later. */
  readonly dailyPermille: number;
  readonly peakMinute: number;
  /** Use at a weekend. */
  readonly weekendPermille: number;
  /** Standard deviation from a slot to the next. */
  readonly noisePermille: number;
  /** Times in which it uses more: how often, how long, and how much more. */
  readonly burstsPerWeek: number;
  readonly burstMinutes: number;
  readonly burstPermille: number;
}

/** Load that is made up, from the use that workloads are expected to have. */
export interface SyntheticLoadPart extends LoadShape {
  readonly kind: "synthetic";
  readonly workloads: readonly WorkloadId[];
  /** Null: the processor, and nothing else. */
  readonly resources: readonly string[] | null;
  /** Mean use on a working day, per thousand of the expected use. */
  readonly usePermille: number;
  readonly growth: LoadGrowth | null;
}

/** Load of a usual mix, drawn for each workload: most follow the day, some burst, few grow. */
export interface UsualLoad {
  readonly kind: "usual";
  readonly workloads: readonly WorkloadId[];
  readonly resources: readonly string[] | null;
  readonly usePermille: number;
}

export type LoadPart = TraceLoad | SyntheticLoadPart | UsualLoad;

/** What fails as one: a host, all hosts of a domain (`rack`, `power`, `site`), or the link between two sites. */
export type FailureScope =
  | { readonly kind: "host"; readonly host: HostId }
  | { readonly kind: "domain"; readonly key: string; readonly value: string }
  | { readonly kind: "link"; readonly a: SiteId; readonly b: SiteId };

/** A failure that is known beforehand. */
export interface PlannedFailure {
  readonly at: Moment;
  readonly scope: FailureScope;
  readonly repairMs: number;
}

/** Times that are drawn, all in milliseconds. */
export type Distribution =
  | { readonly kind: "fixed"; readonly ms: number }
  | { readonly kind: "exponential"; readonly meanMs: number }
  /** Below shape 1 the young fail more, above it the old. */
  | { readonly kind: "weibull"; readonly shape: number; readonly scaleMs: number }
  | { readonly kind: "log-normal"; readonly medianMs: number; readonly sigma: number };

/**
 * Failures that come by themselves, to each of the hosts on its own, or to all of a domain `together`: a lifetime, a
 * repair, a lifetime, and so on. Drawn, or read from a trace of lifetimes and repairs, once or again and again.
 */
export type FailureProcess =
  | { readonly kind: "drawn"; readonly hosts: readonly HostId[] | "all"; readonly together?: string; readonly lifetime: Distribution; readonly repair: Distribution }
  | { readonly kind: "trace"; readonly hosts: readonly HostId[] | "all"; readonly together?: string; readonly turns: readonly { readonly afterMs: number; readonly repairMs: number }[]; readonly repeat: boolean };

/** The curves between idle and peak that power may follow. */
export const powerCurves = ["linear", "square", "cubic", "sqrt"] as const;

/** How hosts draw power, when not in proportion to use between what they say themselves. */
export interface HostPower {
  readonly hosts: readonly HostId[];
  /** Null for idle or peak: what the host says. */
  readonly model:
    | { readonly kind: (typeof powerCurves)[number]; readonly idleMilliwatts: number | null; readonly peakMilliwatts: number | null }
    | { readonly kind: "table"; readonly points: readonly { readonly usePermille: number; readonly milliwatts: number }[] };
}

/** Grams of carbon dioxide a kilowatt-hour of a site, hour by hour. */
export interface SiteCarbon {
  readonly site: SiteId;
  readonly from: Moment;
  readonly gramsPerKWh: readonly number[];
  /** Does the series begin again at its end? Otherwise the last number goes on. */
  readonly repeat: boolean;
}

/** Work that begins, waits for processors, and ends. */
export interface PlannedTask {
  readonly id: string;
  readonly place: { readonly kind: "host"; readonly host: HostId } | { readonly kind: "workload"; readonly workload: WorkloadId };
  readonly at: Moment;
  readonly processors: number;
  readonly measure: "time" | "work";
  /** Demand in the unit of the processors, millicores or MHz. */
  readonly stages: readonly { readonly durationMs: number; readonly demand: number }[];
  readonly checkpoints: { readonly intervalMs: number; readonly durationMs: number; readonly demand: number; readonly intervalPermille: number } | null;
}

/** Checkpoints of workloads, taken while they serve: a failure takes of their work what came after the last. */
export interface CheckpointPlan {
  readonly workloads: readonly WorkloadId[];
  readonly intervalMs: number;
  readonly durationMs: number;
  /** What writing one asks of the processors, in the unit of the fleet. */
  readonly demand: number;
}

/** Whom a plan is asked for, when, and how. */
export interface PlanRequestSettings {
  readonly at: Moment;
  readonly mode: Mode;
  readonly engine: "auto" | "exact" | "search";
  readonly seed: number;
  readonly iterations: number;
}

/** What the planner does in the middle of a simulation. */
export interface RecoverySettings {
  readonly detectMs: number;
  readonly decideMs: number;
  /** `none`: nobody is asked, and what is lost waits for the repair. */
  readonly mode: "place" | "repair" | "none";
  readonly iterations: number;
  /** Policies that do not bind these answers, e.g. windows: nobody waits for the night to serve a customer. */
  readonly setAside: readonly PolicyId[];
  /** What becomes of a plan under way when a host fails with workloads on it: the answer waits for its end, or it is cancelled. */
  readonly planUnderWay: "finish" | "cancel";
}

/** What may be bought, at which price. */
export interface Purchase {
  readonly name: string;
  /** The host that would be there: its id is the name. */
  readonly host: Host;
  /** Null: what the prices of the host say. */
  readonly microsPerMonth: number | null;
  readonly max: number;
}

/** How far and how carefully to look ahead. */
export interface ForecastSettings {
  /** How much load before the beginning of the simulation to learn from, where load is made up. */
  readonly historyMs: number;
  readonly horizonMs: number;
  readonly stepMs: number;
  /** Kept from the end of the history to test the forecast on; null: the second half, up to seven days ahead each time. */
  readonly heldMs: number | null;
  readonly bandPermille: number;
  /** Null: all that the load has. */
  readonly resources: readonly string[] | null;
  /** Kept free of the capacity, per thousand. */
  readonly bufferPermille: number;
  /** What must be able to fail: nothing, the largest host of a group, or its largest domain of a key. */
  readonly failoverReserve: { readonly kind: "none" | "largest-host" } | { readonly kind: "largest-domain"; readonly key: string };
  /** Hosts that run out together, and the names of the purchases that would join them. */
  readonly groups: readonly { readonly name: string; readonly hosts: readonly HostId[]; readonly purchases: readonly string[] }[];
  readonly purchases: readonly Purchase[];
}

/** What a scenario says about time: the load, what happens, what is taken for granted. Lists in the order given. */
export interface Simulation {
  /** Null: when the traces begin, else the instant of the scenario. */
  readonly start: string | null;
  /** Null: as long as the traces, or a week. */
  readonly lengthMs: number | null;
  /** Length of a slot of the load. */
  readonly stepMs: number;
  readonly seed: number;
  readonly load: readonly LoadPart[];
  /** What workloads ask for of which no load tells. */
  readonly otherLoad: "expected-use" | "none";
  /** Resources that are replayed; null: all that the load has. */
  readonly resources: readonly string[] | null;
  readonly plan: PlanRequestSettings | null;
  readonly failures: readonly PlannedFailure[];
  readonly breakdowns: readonly FailureProcess[];
  readonly recovery: RecoverySettings;
  readonly scaling: { readonly watchMs: number; readonly sustainMs: number; readonly releasePermille: number; readonly releaseMs: number };
  readonly moves: { readonly pauseMs: number; readonly roundsMax: number; readonly longestPauseMs: number; readonly processorMillicores: number };
  readonly sharing: {
    readonly by: "workload" | "virtual-processor"; readonly limitToReservation: boolean; readonly evenAmongInstances: boolean;
    /** The most of the processor that workloads get, in the unit of the fleet. */
    readonly limits: readonly { readonly workloads: readonly WorkloadId[]; readonly most: number }[];
  };
  readonly failedHostsDrawPower: boolean;
  readonly power: readonly HostPower[];
  readonly carbon: readonly SiteCarbon[];
  readonly tasks: readonly PlannedTask[];
  readonly checkpoints: readonly CheckpointPlan[];
  /** How many tasks hosts run at once, where not one for each whole processor. */
  readonly processors: readonly { readonly hosts: readonly HostId[]; readonly count: number }[];
  readonly untilTasksAreDone: boolean;
  readonly chartColumns: number;
  readonly happeningsMax: number;
  readonly forecast: ForecastSettings;
}

export const defaultSimulation: Simulation = {
  start: null, lengthMs: null, stepMs: 300_000, seed: 1, load: [], otherLoad: "expected-use", resources: null, plan: null,
  failures: [], breakdowns: [],
  recovery: { detectMs: 10_000, decideMs: 5000, mode: "place", iterations: 20_000, setAside: [], planUnderWay: "finish" },
  scaling: { watchMs: 60_000, sustainMs: 60_000, releasePermille: 700, releaseMs: 900_000 },
  moves: { pauseMs: 300, roundsMax: 30, longestPauseMs: 10_000, processorMillicores: 500 },
  sharing: { by: "workload", limitToReservation: false, evenAmongInstances: true, limits: [] },
  failedHostsDrawPower: true, power: [], carbon: [], tasks: [], checkpoints: [], processors: [], untilTasksAreDone: false, chartColumns: 480, happeningsMax: 50_000,
  forecast: {
    historyMs: 5_184_000_000, horizonMs: 7_776_000_000, stepMs: 3_600_000, heldMs: null, bandPermille: 900, resources: null, bufferPermille: 0,
    failoverReserve: { kind: "largest-host" }, groups: [], purchases: [],
  },
};
