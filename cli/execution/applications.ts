import type { FoundWorkload } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { compareIds, type HostId, type WorkloadId } from "../../model/ids.ts";
import type { CommandResult } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { renderTable } from "../render/table.ts";
import { Deeds, type Deed } from "./deeds.ts";
import { Executions } from "./executions.ts";
import { askThrough, silentHost, type Taken } from "./inventory.ts";
import { Link } from "./link.ts";
import { notAllowed } from "./not-allowed.ts";
import { loadOperator, personOf, type Operator } from "./operator.ts";

export interface ApplicationOptions {
  readonly config?: string;
  /** How long agents are waited for. */
  readonly wait: number;
}

/** One application inside of a workload, and where that is. */
interface Inside {
  readonly host: HostId;
  readonly workload: WorkloadId;
  readonly application: string;
  readonly found: "running" | "stopped";
  readonly use: Readonly<Record<string, number>>;
}

/** `stowage application list`. */
export function listApplications(options: ApplicationOptions, context: Context): Promise<CommandResult> {
  return withFleet(options, context, ({ silent }, operator, _link, inventories) => {
    const rows = insideOf(inventories);
    const warnings = silent.map((host): Diagnostic => ({ ...silentHost(operator, host), severity: "warning" }));
    return Promise.resolve({
      exitCode: exitCodes.done, diagnostics: warnings, document: { format: "stowage/applications/v1", applications: rows, silent, diagnostics: warnings },
      text: () => (rows.length === 0 ? "No agent inside of a workload tells of applications.\n" : `${tableOf(rows, context.columns)}\n`),
    });
  });
}

/** `stowage application start` and `stop`. */
export function tellApplication(workload: string, application: string, wish: "running" | "stopped", options: ApplicationOptions, context: Context): Promise<CommandResult> {
  return withFleet(options, context, async (_taken, operator, link, inventories) => {
    const host = [...inventories].find(([, found]) => found.some((each) => each.workload === workload && each.found === "running"))?.[0];
    if (host === undefined) return failed([notAllowed(`workload ${JSON.stringify(workload)} runs on no host whose agent answers`, "`stowage application list` shows those that have applications inside.")]);
    const { person, diagnostics } = await personOf(undefined, options.config, context.live);
    if (person === null) return failed(diagnostics);
    const deed: Deed = { what: wish === "running" ? "startApplication" : "stopApplication", by: person.name, host, workload, name: application };
    const answer = await new Deeds(operator.folder).keep(deed, (await new Executions(operator.folder).runs()).at(-1) ?? null, async () => ({ because: await link.tellApplication(host, workload as WorkloadId, application, wish, options.wait) }));
    if ("unkept" in answer) return failed(answer.unkept);
    const { because } = answer;
    if (because !== null) return failed([notAllowed(because, "`stowage application list` shows what is there.")]);
    return {
      exitCode: exitCodes.done, diagnostics: [], document: { format: "stowage/application/v1", host, workload, application, found: wish },
      text: () => `${application} in ${workload} on host ${host} is ${wish}.\n`,
    };
  });
}

type Inventories = ReadonlyMap<HostId, readonly FoundWorkload[]>;

async function withFleet(options: ApplicationOptions, context: Context, work: (taken: Taken, operator: Operator, link: Link, inventories: Inventories) => Promise<CommandResult>): Promise<CommandResult> {
  const { operator, diagnostics } = await loadOperator(options.config, context.live);
  if (operator === null) return failed(diagnostics);
  const opened = await Link.open(operator, (words) => context.live.note(words));
  if (opened.link === null) return failed(opened.diagnostics);
  try {
    const taken = await askThrough(opened.link, operator, options.wait, context);
    return await work(taken, operator, opened.link, new Map([...taken.inventories].map(([host, { workloads }]) => [host, workloads])));
  } finally {
    opened.link.close();
  }
}

function insideOf(inventories: Inventories): readonly Inside[] {
  const all = [...inventories].flatMap(([host, workloads]) => workloads.flatMap(({ workload, inside = [] }) => inside.map(({ application, found, use = {} }): Inside => ({ host, workload, application, found, use }))));
  return all.sort((a, b) => compareIds(a.workload, b.workload) || compareIds(a.application, b.application));
}

function amount(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

function tableOf(rows: readonly Inside[], columns: number): string {
  return renderTable(
    [{ head: "workload" }, { head: "application" }, { head: "host" }, { head: "found" }, { head: "mCPU", align: "right" }, { head: "MiB", align: "right" }],
    rows.map(({ workload, application, host, found, use }) => [workload, application, host, found, amount(use["cpuMillicores"]), amount(use["memoryMiB"])]), columns,
  );
}
