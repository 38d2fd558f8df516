import { Option, type Command } from "commander";
import { defaultFinance } from "../../model/finance.ts";
import { defaultSimulation } from "../../model/simulation.ts";
import { budgetOutlook, usualDay } from "../../reports/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import type { ExportTable } from "../export-tables.ts";
import { failed, usageProblem } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { simulationOptionsOf } from "../load-options.ts";
import { asOfOption, evacuateOption } from "../options.ts";
import { budgetPage } from "../pages/budget-page.ts";
import { inputOf, prepare, type Ready } from "../prepare.ts";
import { renderBudgets } from "../render/report-budget.ts";
import { addReportOptions, unwritableOutputs, writeOutputs, type ReportOptions } from "../report-outputs.ts";
import { isUnknown, type BudgetReport, type BudgetRow } from "./budget-view.ts";
import { costLoad, type CostLoad } from "./cost-load.ts";
import { addCostOptions, dateOrInstant, financeWith, wantedPeriod, type CostOptions } from "./cost-options.ts";
import { dailyCosts, withDaysAhead } from "./daily-cost.ts";

interface ForecastOptions extends CostOptions, ReportOptions {
  readonly until?: number;
}

const dayMs = 86_400_000;
const daysAheadMax = 730;
const usualDaysAhead = 90;

/** `stowage report forecast`: will the money last? */
export function addReportForecast(report: Command, context: Context, finish: Finish): void {
  const command = report.command("forecast")
    .description("Where costs are going: what a day costs, what the period will have cost when a budget ends, and the day on which it is spent.")
    .argument("<files...>", "a base file and overlays, in this order; - reads standard input")
    .addOption(new Option("--until <utc>", "how far to look where there is no budget; default: 90 days").argParser(dateOrInstant));
  addReportOptions(addCostOptions(command))
    .addOption(evacuateOption())
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage report forecast scenarios/e-commerce.yaml --from 2026-10-01 --to 2026-11-20", "how do the budgets stand, and when are they spent?"],
        ["stowage report forecast fleet.yaml --load traces/2026 --html budgets.html", "from what was measured, as a page"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (files: readonly string[], options: ForecastOptions) => finish(await forecastCommand(files, options, context)));
}

async function forecastCommand(files: readonly string[], options: ForecastOptions, context: Context): Promise<CommandResult> {
  const unwritable = await unwritableOutputs(options);
  if (unwritable.length > 0) return failed(unwritable);
  const { ready, diagnostics, locate } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  context.progress("opening the load", 0, 1);
  const opened = await costLoad(ready, wantedPeriod(options), simulationOptionsOf(options));
  const all = [...diagnostics, ...locate(opened.diagnostics)];
  if (opened.made === null) return failed(all);
  if (!opened.made.hasDate) return failed([...all, usageProblem("Nothing says when the load was; a budget needs dates.", "Give --from and --to, or a scenario with asOf.")]);
  const report = budgetReport(ready, opened.made, options, context);
  if (report === null) return failed([...all, usageProblem("The period has no whole day in it.", "Choose a longer one with --from and --to; days are days of UTC.")]);
  const kept = await writeOutputs(options, { page: () => budgetPage(report), tables: () => budgetTables(report) });
  if (kept.length > 0) return failed([...all, ...kept]);
  return {
    exitCode: exitCodes.done, diagnostics: all, document: { format: "stowage/cost-forecast/v1", exitCode: exitCodes.done, diagnostics: all, ...budgetDocument(report) },
    text: () => renderBudgets(report, context),
  };
}

/** Null when no day is known. */
function budgetReport(ready: Ready, load: CostLoad, options: ForecastOptions, context: Context): BudgetReport | null {
  const finance = financeWith(ready.scenario.finance ?? defaultFinance, options.share);
  const everything = { name: "everything", micros: null, about: null, from: new Date(load.period.startMs).toISOString(), to: new Date(options.until ?? load.period.endMs + usualDaysAhead * dayMs).toISOString() };
  const budgets = finance.budgets.length === 0 ? [everything] : finance.budgets;
  const daily = dailyCosts(ready, load, finance, budgets.map(({ about }) => about), (done, days) => context.progress("adding up days", done, days));
  const [first] = daily;
  if (first === undefined || first.known.length === 0) return null;
  const knownToMs = first.startMs + first.known.length * dayMs;
  const bandPermille = (ready.scenario.simulation ?? defaultSimulation).forecast.bandPermille;
  const rows = budgets.map((budget, n): BudgetRow => {
    const [fromMs, toMs] = [Date.parse(budget.from), Date.parse(budget.to)];
    const days = withDaysAhead(daily[n] ?? first, Math.min(daysAheadMax, Math.ceil((toMs - knownToMs) / dayMs)), bandPermille);
    const micros = budget.micros === null ? null : BigInt(budget.micros);
    return { name: budget.name, about: budget.about, micros, fromMs, toMs, daily: days, usualDay: usualDay(days), outlook: budgetOutlook({ micros: micros ?? 2n ** 200n, fromMs, toMs }, days) };
  });
  return { scenario: ready.scenario.name, title: ready.scenario.title, currency: ready.scenario.fleet.currency, knownFromMs: first.startMs, knownToMs, bandPermille, rows };
}

function budgetDocument({ rows, knownFromMs, knownToMs, ...report }: BudgetReport): Readonly<Record<string, unknown>> {
  return {
    ...report, knownFrom: day(knownFromMs), knownTo: day(knownToMs),
    budgets: rows.map((row) => {
      const { name, about, micros, fromMs, toMs, usualDay: usual, daily } = row;
      return {
        name, about, micros: micros === null ? null : String(micros), from: day(fromMs), to: day(toMs), usualDayMicros: String(usual),
        ...(isUnknown(row) ? { isKnown: false, spentMicros: null, assumedMicros: null, expectedMicros: null, crossed: null } : { isKnown: true, ...outlookDocument(row) }), dailyMicros: daily.known.map(String),
      };
    }),
  };
}

function outlookDocument({ outlook: { spentMicros, assumedMicros, expected, crossed } }: BudgetRow): Readonly<Record<string, unknown>> {
  return {
    spentMicros: String(spentMicros), assumedMicros: String(assumedMicros),
    expectedMicros: { low: String(expected.low), middle: String(expected.middle), high: String(expected.high) },
    crossed: { earliest: day(crossed.earliest), middle: day(crossed.middle), latest: day(crossed.latest) },
  };
}

function day(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

type Column = ExportTable["columns"][number];
const column = (name: string, kind: Column["kind"]): Column => ({ name, kind });

function budgetTables({ rows }: BudgetReport): readonly ExportTable[] {
  const integers = (...names: readonly string[]): ExportTable["columns"] => names.map((name) => column(name, "integer"));
  return [
    {
      name: "budgets",
      columns: [
        column("budget", "text"), column("kind", "text"), column("id", "text"), column("from", "instant"), column("to", "instant"),
        ...integers("budgetMicros", "spentMicros", "assumedMicros", "usualDayMicros", "expectedLowMicros", "expectedMicros", "expectedHighMicros"),
        column("crossedEarliest", "instant"), column("crossed", "instant"), column("crossedLatest", "instant"),
      ],
      rows: rows.map((row) => {
        const { name, about, micros, fromMs, toMs, usualDay: usual, outlook: { spentMicros, assumedMicros, expected, crossed } } = row;
        const first = [name, about?.kind ?? null, about?.id ?? null, fromMs, toMs, micros];
        if (isUnknown(row)) return [...first, null, null, usual, null, null, null, null, null, null];
        return [...first, spentMicros, assumedMicros, usual, expected.low, expected.middle, expected.high, crossed.earliest, crossed.middle, crossed.latest];
      }),
    },
    {
      name: "cost-by-day", columns: [column("budget", "text"), column("day", "instant"), column("isKnown", "boolean"), ...integers("lowMicros", "middleMicros", "highMicros")],
      rows: rows.flatMap(({ name, daily: { startMs, known, ahead } }) => [...known.map((micros) => ({ low: micros, middle: micros, high: micros })), ...ahead].map(({ low, middle, high }, n) => [name, startMs + n * dayMs, n < known.length, low, middle, high])),
    },
  ];
}
