import type { Diagnostic } from "../../../model/diagnostic.ts";
import type { Fleet } from "../../../model/fleet.ts";
import type { LoadTrace } from "../../../model/load.ts";
import { ImportLog, type ImportEntry } from "../import-log.ts";
import { importProblem, UnreadableImport } from "../unreadable.ts";
import type { ServerAccess } from "./exchange.ts";
import { History } from "./history.ts";
import type { SeriesRule } from "./rule.ts";
import { PrometheusServer } from "./server.ts";
import type { Slots } from "./slots.ts";
import { tellSeries } from "./tell.ts";
import { Owners } from "./whose.ts";

export interface LoadImport {
  readonly access: ServerAccess;
  readonly rules: readonly SeriesRule[];
  /** What the load is of, in time. */
  readonly slots: Slots;
  /** How long rates look back; null: as long as a slot, at least five minutes. */
  readonly windowMs: number | null;
  /** Whose names count; null: every name is a workload's. */
  readonly fleet: Fleet | null;
}

export interface ImportedLoad {
  readonly workloads: LoadTrace;
  readonly hosts: LoadTrace;
  readonly entries: readonly ImportEntry[];
}

export type LoadImportResult = { readonly load: ImportedLoad | null; readonly diagnostics: readonly Diagnostic[] };

export interface ImportEdge {
  wait(ms: number): Promise<void>;
  progress(stage: string, done: number, total: number): void;
}

/** What a Prometheus server answers to at most for one series. */
const pointsMax = 11_000;
/** Of what was promised so many points are looked at, over the whole time. */
const promisePoints = 100;

/** Loads history from a Prometheus server. What cannot be asked for at all gives diagnostics. */
export async function importLoad(wanted: LoadImport, edge: ImportEdge): Promise<LoadImportResult> {
  const server = new PrometheusServer(wanted.access, (ms) => edge.wait(ms));
  const log = new ImportLog();
  try {
    const history = new History(wanted.slots, new Owners(wanted.fleet));
    await ask(server, history, wanted, log, edge);
    const [workloads, hosts] = [history.trace("workload"), history.trace("host")];
    tellSeries(history.records, { ...wanted, server: server.name, workloads, hosts }, log);
    const nothing = workloads.trace.series.length + hosts.trace.series.length === 0;
    return { load: { workloads: workloads.trace, hosts: hosts.trace, entries: log.entries }, diagnostics: nothing ? [nothingFound(server.name)] : [] };
  } catch (error) {
    if (error instanceof UnreadableImport) return { load: null, diagnostics: [importProblem(server.name, error)] };
    throw error;
  }
}

async function ask(server: PrometheusServer, history: History, { rules, slots, windowMs }: LoadImport, log: ImportLog, edge: ImportEdge): Promise<void> {
  const window = windowWords(windowMs ?? Math.max(300_000, slots.stepMs));
  let atOnce = pointsMax;
  for (const [n, rule] of rules.entries()) {
    edge.progress(`asking for ${rule.resource} (${rule.set})`, n, rules.length);
    atOnce = await askRule(server, history, rule, { query: rule.query.replaceAll("$window", window), slots: rule.what === "use" ? slots : coarse(slots), atOnce }, log);
  }
}

/** Walks over the time piece by piece; pieces become shorter when an answer is too much. Says how long they are now. */
async function askRule(server: PrometheusServer, history: History, rule: SeriesRule, { query, slots, ...pieces }: { readonly query: string; readonly slots: Slots; readonly atOnce: number }, log: ImportLog): Promise<number> {
  let { atOnce } = pieces;
  const told = new Set<string>();
  for (let from = 0; from < slots.count;) {
    const count = Math.min(atOnce, slots.count - from);
    const endOf = (slot: number): number => slots.startMs + (slot + 1) * slots.stepMs;
    const answer = await server.queryRange({ query, startMs: endOf(from), endMs: endOf(from + count - 1), stepMs: slots.stepMs });
    if (answer.kind === "too-much") {
      if (count === 1) throw new UnreadableImport("file-too-large", `${server.name} has too much to tell for ${JSON.stringify(query)} at one instant: ${answer.why}.`, "Ask for fewer series with a mapping file: --mapping FILE.");
      atOnce = Math.ceil(count / 2);
      continue;
    }
    for (const words of answer.matrix.warnings) told.add(words);
    if (answer.matrix.otherKinds > 0) told.add(`${answer.matrix.otherKinds} series are no plain numbers (histograms); they are left out`);
    for (const series of answer.matrix.series) history.take(rule, series);
    from += count;
  }
  const place = { source: server.name, row: null, subject: "" };
  for (const words of told) log.note(place, "skipped", { field: rule.resource, found: query, reason: `the server says: ${words.slice(0, 300)}` });
  return atOnce;
}

/** Fewer and longer slots that end with the same instant, for what seldom changes. */
function coarse({ startMs, stepMs, count }: Slots): Slots {
  const every = Math.ceil(count / promisePoints);
  const points = Math.floor((count - 1) / every) + 1;
  return { startMs: startMs + (count - points * every) * stepMs, stepMs: every * stepMs, count: points };
}

function windowWords(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

function nothingFound(server: string): Diagnostic {
  return { code: "missing-key", severity: "warning", file: server, line: null, column: null, path: "", message: `${server} has no load for any workload or host in this time.`, advice: "Look at the report for what was skipped, and at --from, --to and --mapping." };
}
