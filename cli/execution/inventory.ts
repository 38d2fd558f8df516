import { writeFile } from "node:fs/promises";
import { observe, type Drift, type FoundWorkload, type Inventory, type SilentLayer } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Fleet } from "../../model/fleet.ts";
import { compareIds, type HostId, type WorkloadId } from "../../model/ids.ts";
import { standardResourceKinds } from "../../model/resource.ts";
import type { Scenario } from "../../model/scenario.ts";
import { parseScenarioText, scenarioJson, scenarioYaml, serializeScenario, type ScenarioDocument } from "../../scenarios/index.ts";
import type { CommandResult } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { inputOf, prepare } from "../prepare.ts";
import { unwritableFile } from "../writable.ts";
import { Link } from "./link.ts";
import { notAllowed } from "./not-allowed.ts";
import { loadOperator, type Operator } from "./operator.ts";

export interface InventoryOptions {
  readonly base: readonly string[];
  readonly config?: string;
  readonly out?: string;
  readonly name: string;
  /** How long agents are waited for. */
  readonly wait: number;
  readonly allowSilent?: boolean;
}

type HostDocument = NonNullable<ScenarioDocument["hosts"]>[number];
type WorkloadDocument = NonNullable<ScenarioDocument["workloads"]>[number];

/** What agents have found, and who has not answered. */
export interface Taken {
  readonly inventories: ReadonlyMap<HostId, Inventory>;
  readonly silent: readonly HostId[];
}

/** A layer of a host of which nothing is known. */
export interface SilentLayerOf extends SilentLayer {
  readonly host: HostId;
}

/** Layers that do not answer, on hosts whose agents do. */
export function silentLayersOf({ inventories }: Pick<Taken, "inventories">): readonly SilentLayerOf[] {
  return [...inventories].flatMap(([host, { silent = [] }]) => silent.map((each) => ({ host, ...each })));
}

/** `stowage inventory`: the fleet as its agents find it, as a scenario. */
export async function inventory(options: InventoryOptions, context: Context): Promise<CommandResult> {
  const { base, out } = options;
  const unwritable = out === undefined ? [] : await unwritableFile("--out", out, "fleet.yaml");
  if (unwritable.length > 0) return failed(unwritable);
  const { operator, diagnostics } = await loadOperator(options.config, context.live);
  if (operator === null) return failed(diagnostics);
  const prepared = base.length === 0 ? null : await prepare(inputOf(base, {}, context));
  if (prepared !== null && prepared.ready === null) return failed(prepared.diagnostics);

  const taken = await askAll(operator, options.wait, context);
  if ("problems" in taken) return failed(taken.problems);
  const believed = prepared?.ready?.scenario ?? null;
  const silent = believed === null ? taken.silent : unexpected(taken.silent, believed.fleet);
  if (silent.length > 0 && options.allowSilent !== true) return failed(silent.map((host) => silentHost(operator, host)));
  const silentLayers = silentLayersOf(taken);
  // Without a base nobody knows what is there, and its room would look free.
  if (silentLayers.length > 0 && believed === null && options.allowSilent !== true) return failed(silentLayers.map((each) => ({ ...silentLayer(each), advice: `${silentLayer(each).advice} Or go on without what is there: --base FILE keeps what was believed, --allow-silent leaves it out.` })));
  const { scenario, drift, left } = scenarioOf(believed, taken.inventories, options.name);
  const isJson = out !== undefined && /\.json$/i.test(out);
  const text = isJson ? scenarioJson(scenario) : scenarioYaml(scenario);
  if (text === null) return failed([notAllowed("the fleet is too large to be written as YAML", "Write it as JSON: --out fleet.json.")]);
  const checked = parseScenarioText(text, isJson ? "inventory.json" : "inventory.yaml");
  const warnings = [...silent.map((host) => ({ ...silentHost(operator, host), severity: "warning" as const })), ...silentLayers.map((each) => ({ ...silentLayer(each), severity: "warning" as const })), ...left, ...waitingIn(taken.inventories), ...drift.map(driftWords), ...checked.diagnostics.map((each) => ({ ...each, file: null, line: null, column: null }))];
  if (checked.scenario === null) return failed(warnings);
  const kept = out === undefined ? [] : await written(out, text);
  return {
    exitCode: kept.length > 0 ? exitCodes.error : exitCodes.done, diagnostics: [...warnings, ...kept],
    document: { format: "stowage/inventory/v1", scenario, drift, silent: taken.silent, silentLayers: silentLayers.map(({ sinceMs, ...each }) => ({ ...each, since: new Date(sinceMs).toISOString() })), diagnostics: [...warnings, ...kept] },
    text: () => (out === undefined ? text : `${taken.inventories.size} hosts and ${(scenario.workloads ?? []).length} workloads in ${out}.\n`),
  };
}

/** Asks every agent of the configuration. */
export async function askAll(operator: Operator, waitMs: number, context: Context): Promise<Taken | { readonly problems: readonly Diagnostic[] }> {
  const { link, diagnostics } = await Link.open(operator, (words) => context.live.note(words));
  if (link === null) return { problems: diagnostics };
  try {
    return await askThrough(link, operator, waitMs, context);
  } finally {
    link.close();
  }
}

export async function askThrough(link: Link, { agents }: Operator, waitMs: number, context: Context): Promise<Taken> {
  const hosts = [...agents.keys()] as HostId[];
  context.progress("asking the agents", 0, hosts.length);
  const inventories = await link.inventories(hosts, waitMs);
  return { inventories, silent: hosts.filter((host) => !inventories.has(host)) };
}

export function silentHost(operator: Operator, host: HostId): Diagnostic {
  const where = operator.agents.get(host);
  return notAllowed(
    `the agent of host ${host} does not answer at ${where?.address ?? "an unknown address"} port ${where?.port ?? 0}`,
    `Is it running (\`stowage agent status\` there), and does this executor's certificate count (\`stowage ca list\`)? If the host is dead, make sure that it is off, and plan with the change \`hostFailure: { hosts: [${host}] }\`.`,
  );
}

/** Hosts whose agents are silent though they should answer: of those that are off or have failed nothing is heard. */
export function unexpected(silent: readonly HostId[], { hosts }: Fleet): readonly HostId[] {
  const down = new Set(hosts.filter(({ state }) => state === "off" || state === "failed").map(({ id }) => id));
  return silent.filter((host) => !down.has(host));
}

/** Since when and why nothing is known of a layer. */
export function silenceWords({ sinceMs, because }: SilentLayer): string {
  return `silent since ${new Date(sinceMs).toISOString()}: ${because}`;
}

export function silentLayer(each: SilentLayerOf): Diagnostic {
  const about = `layer ${each.layer} of host ${each.host}`;
  return notAllowed(`${about} is ${silenceWords(each)}; what runs there is not known`, `Look at its daemon on host ${each.host}; its agent and the other layers answer.`, about);
}

function driftWords({ about, believed, found }: Drift): Diagnostic {
  return { code: "change-conflict", severity: "warning", file: null, line: null, column: null, path: about, message: `drift: ${about} was believed ${believed}, found ${found}`, advice: "" };
}

/** Workloads that were on their way when their source went silent: all of them is here, and nobody has told them to go on. */
function waitingIn(inventories: Taken["inventories"]): readonly Diagnostic[] {
  return [...inventories].flatMap(([host, { workloads }]) => workloads.flatMap(({ workload, waitsFor }) => (waitsFor === undefined ? [] : [{
    ...notAllowed(
      `workload ${workload} waits on host ${host}, whole and with its memory: it came from host ${waitsFor}, and goes on once that is known to have let it go`,
      `Bring the agent of host ${waitsFor} back, which tells it to go on. If that host is dead, make sure that it is off, and take inventory with \`--base\` and the change \`hostFailure: { hosts: [${waitsFor}] }\`: a plan then has it go on on host ${host} as it is.`,
      `workload ${workload}`),
    severity: "warning" as const,
  }])));
}

/** The base as it was found, or a scenario of nothing but what was found. */
function scenarioOf(base: Scenario | null, inventories: ReadonlyMap<HostId, Inventory>, name: string): { readonly scenario: ScenarioDocument; readonly drift: readonly Drift[]; readonly left: readonly Diagnostic[] } {
  const observed = base === null ? null : observe(base.fleet, inventories);
  const fleet = observed?.fleet;
  const resources = new Set([...standardResourceKinds.map((kind) => kind.name), ...(fleet?.resources ?? []).map((kind) => kind.name)]);
  const site = fleet?.sites[0]?.id ?? "site";
  const hosts = [...inventories].filter(([id]) => fleet?.hosts.every((host) => host.id !== id) ?? true).map(([id, found]) => hostDocument(id, found, site, resources));
  const isKnown = (id: WorkloadId): boolean => fleet?.workloads.some((workload) => workload.id === id) ?? false;
  const found = foundWorkloads(inventories);
  const [fit, unfit] = [found.filter(({ workload, layer }) => isPlainId(workload) && layer !== undefined), found.filter(({ workload }) => !isPlainId(workload))];
  const workloads = fit.filter(({ workload }) => !isKnown(workload)).map((each) => workloadDocument(each, resources));
  const known = new Set(fleet?.applications.map(({ id }) => String(id)));
  const applications = [...new Set(workloads.flatMap(({ applications: names }) => names ?? []))].filter((id) => !known.has(id)).sort(compareIds).map((id) => ({ id }));
  const start: ScenarioDocument = base === null || fleet === undefined
    ? { apiVersion: "stowage/v1", name, title: "Made by stowage inventory. It knows no prices: lay a file with prices over it.", sites: [{ id: site }], hosts: [], applications: [], workloads: [] }
    : serializeScenario({ ...base, fleet });
  return {
    drift: observed?.drift ?? [],
    left: unfit.map(({ workload }) => ({ ...notAllowed(`workload ${JSON.stringify(workload)} is left out: its name is no id of a scenario`, "Give it a name that does not start with - or a space and has no control characters."), severity: "warning" })),
    scenario: { ...start, hosts: [...(start.hosts ?? []), ...hosts], applications: [...(start.applications ?? []), ...applications], workloads: [...(start.workloads ?? []), ...workloads] },
  };
}

function hostDocument(id: HostId, { state, capacity, layers, features }: Inventory, site: string, resources: ReadonlySet<string>): HostDocument {
  return { id, site, state, capacity: knownOnly(capacity, resources), layers, features: [...features] };
}

function workloadDocument({ workload, found, host, layer = "", reservation, use, dataMiB, applications, liveMove }: Placed, resources: ReadonlySet<string>): WorkloadDocument {
  return {
    id: workload, layer, host, ...(found === "running" ? {} : { state: "stopped", desired: "stopped" }), reservation: knownOnly(reservation ?? {}, resources),
    ...(use === undefined ? {} : { expectedUse: knownOnly(use, resources) }), ...(dataMiB === undefined ? {} : { dataMiB }),
    ...(applications === undefined ? {} : { applications: [...applications] }), ...(liveMove === undefined ? {} : { liveMove }),
  };
}

type Placed = FoundWorkload & { readonly host: HostId };

/** Each workload once: where it runs, else where its data are. */
function foundWorkloads(inventories: ReadonlyMap<HostId, Inventory>): readonly Placed[] {
  const found = new Map<WorkloadId, Placed>();
  for (const [host, { workloads }] of inventories) {
    for (const each of workloads) {
      const isThere = each.found === "running" || each.found === "stopped" || each.found === "paused" || each.waitsFor !== undefined;
      const other = found.get(each.workload);
      if (isThere && other?.found !== "running" && (each.found === "running" || other?.waitsFor === undefined)) found.set(each.workload, { ...each, host });
    }
  }
  return [...found.values()].sort((a, b) => compareIds(a.workload, b.workload));
}

function knownOnly(amounts: Readonly<Record<string, number>>, known: ReadonlySet<string>): Record<string, number> {
  return Object.fromEntries(Object.entries(amounts).filter(([resource]) => known.has(resource)));
}

// eslint-disable-next-line no-control-regex
const plainId = /^(?![-\s])[^\u0000-\u001f\u007f-\u009f]{1,253}(?<!\s)$/;

function isPlainId(id: string): boolean {
  return plainId.test(id);
}

async function written(file: string, text: string): Promise<readonly Diagnostic[]> {
  try {
    await writeFile(file, text);
    return [];
  } catch (error) {
    return [fileProblem(file, error, "written")];
  }
}

