import { Option, type Command } from "commander";
import { costKinds } from "../../model/finance.ts";
import type { Moment } from "../../model/simulation.ts";
import { billKinds, billTotal, causes, type BillKind, type Variance, type VarianceKind } from "../../reports/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import type { ExportTable } from "../export-tables.ts";
import { failed } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, evacuateOption, timeOfSimulation } from "../options.ts";
import { planCostPage } from "../pages/plan-cost-page.ts";
import { readPlanFile } from "../plan-file.ts";
import { inputOf, prepare } from "../prepare.ts";
import { renderPlanCost } from "../render/report-plan.ts";
import { addReportOptions, unwritableOutputs, writeOutputs, type ReportOptions } from "../report-outputs.ts";
import { addCostOptions, type CostOptions } from "./cost-options.ts";
import { planCost, type PlanCostReport } from "./plan-cost.ts";
import type { ThenOn } from "./plan-then-on.ts";

interface PlanCostOptions extends CostOptions, ReportOptions {
  readonly by: VarianceKind;
  readonly journal?: string;
  readonly planAt?: Moment;
  readonly full?: boolean;
}

/** `stowage report plan`: what would it change, and what has it changed? */
export function addReportPlan(report: Command, context: Context, finish: Finish): void {
  const command = report.command("plan")
    .description("What a plan would change about the cost of a period, before it is approved; and with the journal of its execution what it has changed, against what was planned.")
    .argument("<plan>", "what `stowage plan --out` kept")
    .argument("<files...>", "the scenario that it is of: a base file and overlays")
    .addOption(new Option("--plan-at <time>", "when the plan begins: 2h after the beginning of the period, or a UTC instant; default: with the period, and with --journal when the execution did").argParser(timeOfSimulation))
    .addOption(new Option("--journal <path>", "the journal of its execution, or the folder that it is in: reconcile planned and actual"))
    .addOption(new Option("--by <kind>", "what to show it by").choices([...costKinds]).default("service"));
  addReportOptions(addCostOptions(command))
    .addOption(new Option("--full", "do not cut long tables"))
    .addOption(evacuateOption())
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage report plan plan.json scenarios/e-commerce.yaml", "what does the plan change, and when has it paid?"],
        ["stowage report plan plan.json fleet.yaml --month 2026-11 --journal run/run.journal --html plan.html", "planned and actual, as a page"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (plan: string, files: readonly string[], options: PlanCostOptions) => finish(await planCommand(plan, files, options, context)));
}

async function planCommand(file: string, files: readonly string[], options: PlanCostOptions, context: Context): Promise<CommandResult> {
  const unwritable = await unwritableOutputs(options);
  if (unwritable.length > 0) return failed(unwritable);
  const [read, { ready, diagnostics, locate }] = [await readPlanFile(file), await prepare(inputOf(files, options, context))];
  if (read.plan === null || ready === null) return failed([...read.diagnostics, ...diagnostics]);
  context.progress("adding up with and without the plan", 0, 1);
  const made = await planCost(ready, read.plan, options, options.by);
  const all = [...diagnostics, ...locate(made.diagnostics)];
  const { report } = made;
  if (report === null) return failed(all);
  const kept = await writeOutputs(options, { page: () => planCostPage(report), tables: () => planCostTables(report) });
  if (kept.length > 0) return failed([...all, ...kept]);
  const { full = false } = options;
  return {
    exitCode: exitCodes.done, diagnostics: all, document: { format: "stowage/plan-cost/v1", exitCode: exitCodes.done, diagnostics: all, ...planCostDocument(report) },
    text: () => renderPlanCost(report, { paint: context.paint, columns: full ? context.columnsFull : context.columns, full }),
  };
}

function planCostDocument({ plan, kind, without, planned, plannedFromMs, saving, thenOn, onceMicros, standstillMs, actual }: PlanCostReport): Readonly<Record<string, unknown>> {
  const { period } = without.cost;
  return {
    plan: plan.digest, currency: plan.currency, by: kind, from: new Date(period.startMs).toISOString(), to: new Date(period.endMs).toISOString(), plannedFrom: new Date(plannedFromMs).toISOString(),
    withoutMicros: String(without.cost.totalMicros), plannedMicros: String(planned.cost.totalMicros),
    thenOn: {
      micros: String(billTotal(thenOn.after)), changeMicrosPerMonth: String(billTotal(thenOn.monthly)), expectedMicrosPerMonth: String(thenOn.statedMicros),
      kinds: thenOnRows(thenOn).map(([kindOf, ...amounts]) => ({ kind: kindOf, ...Object.fromEntries(thenOnColumns.map((name, i) => [name, String(amounts[i])])) })),
    },
    transferMicros: String(onceMicros), downtimeSeconds: standstillMs / 1000, changes: rowsOf(saving),
    actual: actual === null ? null : {
      began: new Date(actual.beganMs).toISOString(), ended: actual.ended, downtimeSeconds: actual.standstillMs / 1000, micros: String(actual.cost.cost.totalMicros), changes: rowsOf(actual.variance),
      actions: actual.actions.map(({ planned: { id, action }, estimateMs, tookMs, because }) => ({ id, ...action, estimateMs, tookMs, because })),
    },
  };
}

const thenOnColumns = ["withoutMicros", "thenMicros", "changeMicrosPerMonth", "expectedMicrosPerMonth"] as const;

/** What is paid for: in the period without the plan and from then on, and the change in a month, found and expected. */
function thenOnRows({ before, after, monthly, expected }: ThenOn): readonly (readonly [BillKind, bigint, bigint, bigint, bigint])[] {
  return billKinds.map((kind) => [kind, before[kind], after[kind], monthly[kind], expected[kind]]);
}

function rowsOf({ rows }: Variance): readonly Readonly<Record<string, string | null>>[] {
  return rows.map(({ id, a, b, by }) => ({ id, firstMicros: String(a), secondMicros: String(b), ...Object.fromEntries(causes.map((cause) => [`${cause}Micros`, String(by[cause])])) }));
}

const integer = (name: string): ExportTable["columns"][number] => ({ name, kind: "integer" });

function planCostTables({ kind, saving, thenOn, actual }: PlanCostReport): readonly ExportTable[] {
  const table = (name: string, { rows }: Variance, sides: readonly [string, string]): ExportTable => ({
    name, columns: [{ name: kind, kind: "text" }, ...[...sides, "change", ...causes].map((column) => integer(`${column}Micros`))],
    rows: rows.map(({ id, a, b, by }) => [id, a, b, b - a, ...causes.map((cause) => by[cause])]),
  });
  const forGood: ExportTable = { name: "from-then-on", columns: [{ name: "kind", kind: "text" }, ...thenOnColumns.map(integer)], rows: thenOnRows(thenOn) };
  return [table("plan-changes", saving, ["without", "planned"]), forGood, ...actual === null ? [] : [table("planned-and-actual", actual.variance, ["planned", "actual"])]];
}
