import { eventsOf, planOutcome, type SimulationReport } from "./simulation-report.ts";

/** The whole result for programs: exact sums as texts of digits, charts as lists. */
export function simulationDocument(report: SimulationReport): Readonly<Record<string, unknown>> {
  const { made: { scenario, simulation, startMs, lengthMs, hasDate, answers, traces, carried, ownTasks }, result } = report;
  const runways = report.runways.map(({ outlook: _outlook, ways: _ways, ...pool }) => pool);
  const { charts, tasks, happenings: _told, actions, ...rest } = result;
  const planned = new Set(carried?.plan.actions ?? []);
  return plain({
    scenario: scenario.name, currency: scenario.fleet.currency, start: hasDate ? new Date(startMs).toISOString() : null, startMs, wantedLengthMs: lengthMs, seed: simulation.seed, answers,
    traces: traces.map(({ part, report: read }) => ({ paths: part.files, ...read })),
    plan: carried === null ? null : { digest: carried.plan.digest, atMs: carried.atMs, ...planOutcome(report) },
    ...rest, runways, tasks: tasks.slice(0, ownTasks), events: eventsOf(report),
    actions: actions.map(({ planned: own, ...record }) => ({ of: planned.has(own) ? "plan" : "answer", id: own.id, ...own.action, ...record })),
    charts,
  }) as Readonly<Record<string, unknown>>;
}

/** The same without what JSON does not know: numbers of any size become texts, typed arrays lists, and what is not there null. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Float64Array) return Array.from(value, (number) => (Number.isNaN(number) ? null : number));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
