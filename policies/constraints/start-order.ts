import { Type, type Static } from "typebox";
import type { ConstraintKind, Part, Timeline, Violation } from "../constraint.ts";
import { workloadsHolding } from "../groups.ts";

const parameters = Type.Object({}, { additionalProperties: false });

/** Workloads of one service that hold an application, and those that hold what it needs. */
export interface StartOrderParams {
  readonly application: string;
  readonly needs: string;
  readonly holders: Int32Array;
  readonly needed: Int32Array;
}

/** Applications start after those they need, and stop before them; taken from the start order of each service. */
export const startOrder: ConstraintKind<Static<typeof parameters>, StartOrderParams> = {
  name: "start-order",
  meaning: "for each a that needs b in a service: start(a) after an instance of b runs, if any ever does; last stop(a) before last stop(b)",
  parameters,
  selectors: {},
  subject: "services",
  holds: { default: "continuously", allowed: ["continuously"] },
  monotone: false,
  aboutTheWay: true,

  parts({ services, excepted, index }): readonly Part<StartOrderParams>[] {
    const holding = (application: string): Int32Array =>
      workloadsHolding(index, new Set([application])).filter((w) => !excepted.workloads.has(w));
    return Array.from(services).flatMap((s) => (index.fleet.services[s]?.startOrder ?? []).flatMap(({ application, needs }) => {
      const [holders, needed] = [holding(application), holding(needs)];
      if (holders.length === 0 || needed.length === 0) return [];
      return [{
        params: { application, needs, holders, needed },
        subject: `service ${index.fleet.services[s]?.id} ${application} after ${needs}`,
        workloads: Int32Array.from(new Set([...holders, ...needed])).sort(),
        hosts: null,
      }];
    }));
  },

  check: () => [],

  checkPlan({ application, needs, holders, needed }, timeline) {
    const switches = switchesOf(timeline);
    const changes = (w: number): boolean => switches.has(w);
    if (!holders.some(changes) && !needed.some(changes)) return [];
    const needing = new Set(needed);
    const dependents = runsOf(timeline, new Set(holders)).filter(({ workload }) => !needing.has(workload));
    const providers = runsOf(timeline, needing);
    if (providers.every(({ periods }) => periods.length === 0)) return [];
    const early = dependents.flatMap(({ workload, periods }) => periods.flatMap(({ start }) => {
      if (start === null || providers.some((provider) => runsAt(provider, start, timeline))) return [];
      return [violation(`start of ${application} before ${needs}`, timeline, [workload])];
    }));
    const late = dependents.flatMap((dependent) => providers.flatMap((provider) => {
      const [first, second] = [lastStop(dependent, timeline), lastStop(provider, timeline)];
      if (first === null || second === null || timeline.precedes(first, second)) return [];
      return [violation(`stop of ${needs} before ${application}`, timeline, [dependent.workload, provider.workload])];
    }));
    return [...early, ...late];
  },

  lower: () => [],

  explain: (_, { key, workloads }, index) => `${key}: ${workloads.map((w) => index.workloads[w]?.id).join(", ")}`,
};

/** When a workload runs: from a start action (null: since before the plan) to a stop action (null: for good). */
interface Runs {
  readonly workload: number;
  readonly periods: readonly { readonly start: number | null; readonly stop: number | null }[];
}

function runsOf(timeline: Timeline, workloads: Iterable<number>): readonly Runs[] {
  const switches = switchesOf(timeline);
  return Array.from(workloads, (workload) => {
    const { host, activity } = timeline.before.where(workload);
    const periods: { readonly start: number | null; readonly stop: number | null }[] = host >= 0 && activity === "running" ? [{ start: null, stop: null }] : [];
    for (const { kind, at } of switches.get(workload) ?? []) {
      const last = periods.at(-1);
      if (kind === "start") periods.push({ start: at, stop: null });
      else if (last?.stop === null) periods[periods.length - 1] = { ...last, stop: at };
    }
    return { workload, periods };
  });
}

interface Switch {
  readonly kind: "start" | "stop";
  /** Position of the action. */
  readonly at: number;
}

const switchesOfTimelines = new WeakMap<Timeline, ReadonlyMap<number, readonly Switch[]>>();

/** The starts and stops of a plan by workload; looked up once for the thousands of start orders of a large fleet. */
function switchesOf(timeline: Timeline): ReadonlyMap<number, readonly Switch[]> {
  const known = switchesOfTimelines.get(timeline);
  if (known !== undefined) return known;
  const switches = new Map<number, Switch[]>();
  timeline.actions.forEach(({ action }, at) => {
    if (action.kind !== "start" && action.kind !== "stop") return;
    const w = timeline.index.workloadIndex.get(action.workload) ?? -1;
    const own = switches.get(w);
    if (own === undefined) switches.set(w, [{ kind: action.kind, at }]);
    else own.push({ kind: action.kind, at });
  });
  switchesOfTimelines.set(timeline, switches);
  return switches;
}

/** Does a workload surely run, in every execution, when action `at` starts? */
function runsAt({ periods }: Runs, at: number, timeline: Timeline): boolean {
  return periods.some(({ start, stop }) =>
    (start === null || timeline.precedes(start, at)) && (stop === null || timeline.precedes(at, stop)));
}

/** The stop after which a workload does not run again; null when it runs in the end or never did. */
function lastStop({ workload, periods }: Runs, { after }: Timeline): number | null {
  const { host, activity } = after.where(workload);
  return host >= 0 && activity === "running" ? null : (periods.at(-1)?.stop ?? null);
}

function violation(key: string, { index }: Timeline, workloads: readonly number[]): Violation {
  return { key: `${key} (${workloads.map((w) => index.workloads[w]?.id).join(", ")})`, amount: 1, workloads: [...workloads].sort((a, b) => a - b), hosts: [], value: 1, limit: 0 };
}
