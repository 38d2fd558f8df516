import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Fleet } from "../../model/fleet.ts";
import { importLoad, importOutcomes, readMapping, ruleSets, shownAddress, type ImportedLoad, type SeriesRule } from "../../scenarios/importers/index.ts";
import { durationOf, durationText, isDuration, loadScenario, scenarioYaml } from "../../scenarios/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { commandHelp } from "../help.ts";
import { reportText } from "../import/report-file.ts";
import { serverAccess, type AccessOptions } from "../import/server-access.ts";
import { unwritableTrace, writeTrace } from "../import/trace-output.ts";
import { durationAsMs, utcInstant } from "../options.ts";
import { hasErrors } from "../prepare.ts";
import { countWords } from "../render/diagnostics.ts";
import { renderEntries } from "../render/import.ts";
import { unwritableFile } from "../writable.ts";

interface PrometheusOptions extends AccessOptions {
  readonly from: string;
  readonly to?: string;
  readonly step: number;
  readonly window?: number;
  readonly metrics?: readonly string[];
  readonly mapping?: string;
  readonly base?: readonly string[];
  readonly trace: string;
  readonly hostTrace?: string;
  readonly out?: string;
  readonly report?: string;
}

const slotsMax = 1_000_000;
const dayMs = 86_400_000;

/** `stowage import prometheus`: load that was measured becomes a trace. */
export function addImportPrometheus(program: Command, context: Context, finish: Finish): void {
  program.command("prometheus")
    .description("Prometheus: the history of load, asked from a server, becomes a trace to simulate, forecast and report with.")
    .requiredOption("--url <address>", "the server, e.g. https://prometheus.example:9090")
    .requiredOption("--from <when>", "where to begin: a UTC instant, or how long before the end, e.g. 30d", instantOrAgo)
    .addOption(new Option("--to <when>", "where to end; default: now").argParser(utcInstant))
    .addOption(new Option("--step <duration>", "length of a slot of the trace").argParser(durationAsMs).default(300_000, "5min"))
    .addOption(new Option("--window <duration>", "how long rates look back; default: a slot, at least 5min").argParser(durationAsMs))
    .requiredOption("--trace <path>", "where the trace goes: a file that ends in .parquet or .csv, or a new folder")
    .addOption(new Option("--host-trace <path>", "the same for what was measured of hosts"))
    .addOption(new Option("--base <file>", "a scenario whose workloads and hosts the series are of (may be repeated)").argParser(repeated))
    .addOption(new Option("--out <file>", "write a scenario that lays the load over --base"))
    .addOption(new Option("--metrics <set>", "built-in queries to ask (may be repeated); default: all, or none with --mapping").choices(Object.keys(ruleSets)).argParser(metricSet))
    .addOption(new Option("--mapping <file>", "queries of your own, and whose load their series are"))
    .addOption(new Option("--token-file <file>", "a file with the token that lets you in"))
    .addOption(new Option("--ca <file>", "authorities to trust, PEM"))
    .addOption(new Option("--cert <file>", "your own certificate, PEM"))
    .addOption(new Option("--key <file>", "its key, PEM"))
    .addOption(new Option("--timeout <duration>", "how long to wait for one answer").argParser(durationAsMs).default(120_000, "2min"))
    .addOption(new Option("--report <file>", "write what became of each series to this file: CSV, or JSON when it ends in .json"))
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage import prometheus --url http://localhost:9090 --from 30d --base fleet.yaml --trace load.parquet", "a month of load of a fleet"],
        ["stowage import prometheus --url https://monitoring.example --token-file token --from 90d --step 1h --mapping pods.yaml --trace load", "with queries of your own"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (options: PrometheusOptions) => finish(await importPrometheus(options, context)));
}

function instantOrAgo(text: string): string {
  if (isDuration(text) && durationOf(text) > 0) return text;
  return utcInstant(text);
}

function repeated(text: string, earlier?: readonly string[]): readonly string[] {
  return [...earlier ?? [], text];
}

function metricSet(text: string, earlier?: readonly string[]): readonly string[] {
  if (!Object.hasOwn(ruleSets, text)) throw new InvalidArgumentError(`Allowed choices are ${Object.keys(ruleSets).join(", ")}.`);
  return [...earlier ?? [], text];
}

async function importPrometheus(options: PrometheusOptions, context: Context): Promise<CommandResult> {
  const unusable = [...await unwritableOutputs(options), ...options.out !== undefined && options.base === undefined ? [usageProblem("--out writes a scenario that lays the load over another; no --base says over which.", "Add --base fleet.yaml.")] : []];
  const { access, diagnostics: ofAccess } = await serverAccess(options);
  const slots = slotsOf(options, context.nowUtc);
  const fleet = await fleetOf(options.base);
  const rules = await rulesOf(options, fleet.fleet);
  const before = [...unusable, ...ofAccess, ...slots.diagnostics, ...fleet.diagnostics, ...rules.diagnostics];
  if (hasErrors(before) || access === null || slots.made === null) return failed(before);
  const { load, diagnostics } = await importLoad(
    { access, rules: rules.rules, slots: slots.made, windowMs: options.window ?? null, fleet: fleet.fleet },
    { wait: (ms) => wait(ms), progress: (stage, done, total) => context.progress(stage, done, total) });
  if (load === null) return failed([...before, ...diagnostics]);
  const problems = await writeAll(load, slots.made, options);
  const all = [...before, ...diagnostics, ...problems];
  return problems.length > 0 ? failed(all) : told(load, all, shownAddress(access.url), options, context);
}

async function unwritableOutputs({ trace, hostTrace, out, report }: PrometheusOptions): Promise<readonly Diagnostic[]> {
  return [
    ...await unwritableTrace("--trace", trace),
    ...hostTrace === undefined ? [] : await unwritableTrace("--host-trace", hostTrace),
    ...out === undefined ? [] : await unwritableFile("--out", out, "measured.yaml"),
    ...report === undefined ? [] : await unwritableFile("--report", report, "report.csv"),
  ];
}

/** Whole slots from the beginning to the end. Without an end it is now, cut to a whole slot. */
function slotsOf({ from, to, step }: PrometheusOptions, nowUtc: string): { readonly made: Slots | null; readonly diagnostics: readonly Diagnostic[] } {
  const endMs = to === undefined ? Math.floor(Date.parse(nowUtc) / step) * step : Date.parse(to);
  const startMs = isDuration(from) ? endMs - durationOf(from) : Date.parse(from);
  const count = Math.floor((endMs - startMs) / step);
  const wrong = step < 1000 || step > dayMs ? `--step is ${step} ms; it can be from 1s to 1d.`
    : count < 1 ? `From ${new Date(startMs).toISOString()} to ${new Date(endMs).toISOString()} there is no whole slot of ${step / 1000} s.`
      : count > slotsMax ? `From --from to --to there are ${count} slots; the limit is ${slotsMax}.` : null;
  if (wrong !== null) return { made: null, diagnostics: [usageProblem(wrong, "Change --from, --to or --step.")] };
  return { made: { startMs, stepMs: step, count }, diagnostics: [] };
}

async function fleetOf(base: readonly string[] | undefined): Promise<{ readonly fleet: Fleet | null; readonly diagnostics: readonly Diagnostic[] }> {
  if (base === undefined) return { fleet: null, diagnostics: [] };
  const { scenario, diagnostics } = await loadScenario(base);
  return { fleet: scenario?.fleet ?? null, diagnostics };
}

async function rulesOf({ metrics, mapping }: PrometheusOptions, fleet: Fleet | null): Promise<{ readonly rules: readonly SeriesRule[]; readonly diagnostics: readonly Diagnostic[] }> {
  const sets = metrics ?? (mapping === undefined ? Object.keys(ruleSets) : []);
  const own = mapping === undefined ? { rules: [], diagnostics: [] } : await readMapping(mapping, fleet?.resources.map(({ name }) => name) ?? []);
  return { rules: [...own.rules, ...sets.flatMap((set) => ruleSets[set] ?? [])], diagnostics: own.diagnostics };
}

/** Whole slots from a beginning on. */
interface Slots {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

async function writeAll(load: ImportedLoad, { startMs, stepMs, count }: Slots, { trace, hostTrace, out, base, report }: PrometheusOptions): Promise<readonly Diagnostic[]> {
  const problems = [...await writeTrace(trace, load.workloads), ...hostTrace === undefined ? [] : await writeTrace(hostTrace, load.hosts)];
  const write = async (file: string, text: string): Promise<void> => {
    try {
      await writeFile(file, text);
    } catch (error) {
      problems.push(fileProblem(file, error, "written"));
    }
  };
  if (report !== undefined) await write(report, reportText(report, load.entries));
  if (out !== undefined) {
    const from = (file: string): string => path.relative(path.dirname(out), file).split(path.sep).join("/");
    await write(out, scenarioYaml({
      apiVersion: "stowage/v1", include: (base ?? []).map(from),
      simulation: { start: new Date(startMs).toISOString(), length: durationText(count * stepMs), load: [{ trace: { files: [from(trace)] } }] },
    }) ?? "");
  }
  return problems;
}

function told({ workloads, hosts, entries }: ImportedLoad, diagnostics: readonly Diagnostic[], server: string, { trace, hostTrace, out, report }: PrometheusOptions, context: Context): CommandResult {
  const counts = Object.fromEntries(importOutcomes.map((outcome) => [outcome, entries.filter((entry) => entry.outcome === outcome).length]));
  const ofHosts = hosts.series.length;
  return {
    exitCode: exitCodes.done, diagnostics,
    document: {
      format: "stowage/import/v1", kind: "prometheus", server, counts, workloads: workloads.series.length, hosts: ofHosts,
      resources: workloads.resources.map(({ name }) => name), trace, hostTrace: hostTrace ?? null, out: out ?? null, report: entries, diagnostics,
    },
    text: () => [
      renderEntries(`${context.paint.bold(server)}: load of ${countWords(workloads.series.length, "workload")}${ofHosts === 0 ? "" : ` and ${countWords(ofHosts, "host")}`}`, entries, context),
      `Load kept in ${trace}.`,
      ...ofHosts === 0 ? [] : [hostTrace === undefined ? "What was measured of hosts was not kept: --host-trace hosts.parquet keeps it." : `What was measured of hosts: ${hostTrace}.`],
      ...out === undefined ? [] : [`A scenario with it: ${out}.`],
      ...report === undefined ? [] : [`What became of each series: ${report}.`], "",
    ].join("\n"),
  };
}
