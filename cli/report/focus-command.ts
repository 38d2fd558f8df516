import { Option, type Command } from "commander";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { billingMonths, decimalText, focusRows, focusVersions, isWhole, type BillingMonth, type CostReport, type FocusVersion, type Period, type Step } from "../../reports/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, evacuateOption } from "../options.ts";
import { hasErrors, inputOf, prepare, type Ready } from "../prepare.ts";
import { renderFocus } from "../render/report-focus.ts";
import { momentMs } from "../simulation-load.ts";
import { unwritableFolder } from "../writable.ts";
import { costReportOf, costWith, stepsOf } from "./cost-input.ts";
import { addCostOptions, addPlanOptions, wantedPeriod, type CostOptions } from "./cost-options.ts";
import { exportFocus, type MonthOfRows } from "./focus-export.ts";
import type { MadeCost } from "./made-cost.ts";

interface FocusOptions extends CostOptions {
  readonly out: string;
  readonly focusVersion: FocusVersion;
  readonly close?: boolean;
  readonly provider?: string;
  readonly account?: string;
}

const monthsMax = 120;

/** `stowage report focus`: costs in the standard of finance people. */
export function addReportFocus(report: Command, context: Context, finish: Finish): void {
  const command = report.command("focus")
    .description("The charges of a period as FOCUS, the FinOps Open Cost and Usage Specification: one CSV and one Parquet file for each month. A closed month stays as it is; corrections are new rows in the next one.")
    .argument("<files...>", "a base file and overlays, in this order; - reads standard input")
    .requiredOption("--out <folder>", "where the files go, and the ledger of what is closed")
    .addOption(new Option("--focus-version <version>", "of the specification").choices([...focusVersions]).default("1.2"))
    .addOption(new Option("--close", "close the months that are whole: they are never written otherwise again"))
    .addOption(new Option("--provider <name>", "who runs the hosts and writes the bills; default: the scenario's name"))
    .addOption(new Option("--account <name>", "who is billed; default: the scenario's name"));
  addPlanOptions(addCostOptions(command))
    .addOption(evacuateOption())
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage report focus fleet.yaml --month 2026-10 --load traces/2026-10 --out focus", "last month for the tools of finance"],
        ["stowage report focus fleet.yaml --month 2026-10 --load traces/2026-10 --out focus --close", "the same, and that is the bill"],
        ["stowage report focus fleet.yaml --from 2026-10-01 --to 2026-12-01 --out focus --focus-version 1.3", "two months, with what October has to be corrected by in November"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (files: readonly string[], options: FocusOptions) => finish(await focusCommand(files, options, context)));
}

async function focusCommand(files: readonly string[], options: FocusOptions, context: Context): Promise<CommandResult> {
  const unusable = [...await unwritableFolder("--out", options.out), ...namesProblems(options)];
  if (unusable.length > 0) return failed(unusable);
  const { ready, diagnostics, locate } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  context.progress("reading the load and adding up", 0, 1);
  const billed = await billedMonths(ready, options);
  const before = [...diagnostics, ...locate(billed.diagnostics)];
  if (billed.months === null) return failed(before);
  const early = options.close === true ? notEnded(billed.months, ready, context.nowUtc) : [];
  if (early.length > 0) return failed([...before, ...early]);
  context.progress("writing", 0, 1);
  const { folder, version } = { folder: options.out, version: options.focusVersion };
  const kept = await exportFocus(billed.months, { folder, version, close: options.close ?? false, nowUtc: context.nowUtc });
  const all = [...before, ...kept.diagnostics];
  if (hasErrors(kept.diagnostics)) return failed(all);
  const { currency } = ready.scenario.fleet;
  const view = { scenario: ready.scenario.name, folder, version, currency, kept: kept.months };
  return {
    exitCode: exitCodes.done, diagnostics: all,
    document: {
      format: "stowage/focus/v1", exitCode: exitCodes.done, diagnostics: all, focusVersion: version, folder,
      currency, months: kept.months.map((month) => ({ ...month, billed: decimalText(month.billed) })),
    },
    text: () => renderFocus(view, context),
  };
}

type Billed = { readonly months: readonly MonthOfRows[] | null; readonly diagnostics: readonly Diagnostic[] };

/** Each month of the period by itself, so that a month is billed the same whichever others are asked for. */
async function billedMonths(ready: Ready, options: FocusOptions): Promise<Billed> {
  const known = knownMonths(options);
  if (known !== null && known.length > monthsMax) return { months: null, diagnostics: [tooManyMonths(known.length)] };
  const first = await costReportOf(ready, known?.[0] === undefined ? options : within(options, known[0].charged));
  if (first.made === null) return { months: null, diagnostics: first.diagnostics };
  const { cost, plan } = first.made;
  const months = known ?? billingMonths(cost.period);
  const problems = periodProblems(first.made, months);
  if (problems.length > 0) return { months: null, diagnostics: [...first.diagnostics, ...problems] };
  const steps = stepsIn(first.made, options);
  const billed: MonthOfRows[] = [];
  const diagnostics = [...first.diagnostics];
  for (const month of months) {
    const isMade = month.charged.startMs === cost.period.startMs && month.charged.endMs === cost.period.endMs;
    const part = isMade ? first : await costWith(ready, within(options, month.charged), plan, () => steps);
    if (!isMade) diagnostics.push(...part.diagnostics.filter((found) => !diagnostics.some(({ message }) => message === found.message)));
    if (part.made === null) return { months: null, diagnostics };
    billed.push({ month, rows: rowsOf(ready, options, part.made.cost, month.month) });
  }
  return { months: billed, diagnostics };
}

/** The months that the options name; null when the load decides. */
function knownMonths(options: FocusOptions): readonly BillingMonth[] | null {
  const { fromMs, toMs } = wantedPeriod(options);
  return fromMs === null || toMs === null ? null : billingMonths({ startMs: fromMs, endMs: toMs });
}

function within(options: FocusOptions, { startMs, endMs }: Period): CostOptions {
  return { ...options, month: { fromMs: startMs, toMs: endMs } };
}

function stepsIn({ plan, cost }: MadeCost, { planAt }: FocusOptions): readonly Step[] {
  return plan === null ? [] : stepsOf(plan, momentMs(planAt ?? { kind: "after", ms: 0 }, cost.period.startMs));
}

function rowsOf({ index, scenario }: Ready, { focusVersion, provider, account }: FocusOptions, cost: CostReport, billingPeriod: CostReport["period"]): MonthOfRows["rows"] {
  return focusRows(cost, { version: focusVersion, index, billingPeriod, provider: provider ?? scenario.name, account: account ?? scenario.name });
}

function tooManyMonths(months: number): Diagnostic {
  return usageProblem(`The period has ${months} months; at most ${monthsMax} are exported at once.`, "Ask for fewer.");
}

function periodProblems({ hasDate, cost: { currency } }: MadeCost, months: readonly BillingMonth[]): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const period = { startMs: months[0]?.charged.startMs ?? 0, endMs: months.at(-1)?.charged.endMs ?? 0 };
  if (!hasDate) problems.push(usageProblem("The load has no dates, and bills need them.", "Say `--month 2026-10`, or `--from` and `--to`."));
  if (period.startMs % 1000 !== 0 || period.endMs % 1000 !== 0) problems.push(usageProblem(`The period from ${new Date(period.startMs).toISOString()} to ${new Date(period.endMs).toISOString()} is not in whole seconds, which FOCUS counts in.`, "Leave the milliseconds out."));
  if (months.length > monthsMax) problems.push(tooManyMonths(months.length));
  if (!isNationalCurrency(currency)) problems.push(usageProblem(`The fleet's currency is ${currency}; FOCUS wants a national one by its three letters.`, "Set the scenario's key currency, e.g. to EUR."));
  return problems;
}

/** A month is over when the clock says so, or the scenario's own instant does: before that nobody knows all of it. */
function notEnded(months: readonly MonthOfRows[], { scenario: { asOf } }: Ready, nowUtc: string): readonly Diagnostic[] {
  const now = asOf === null || Date.parse(asOf) < Date.parse(nowUtc) ? nowUtc : asOf;
  return months.filter(({ month }) => isWhole(month) && month.month.endMs > Date.parse(now)).map(({ month: { name, month } }) =>
    usageProblem(`${name} cannot be closed: it ends at ${new Date(month.endMs).toISOString()}, and it is ${now}.`, "Leave --close out, or close the months before it; nothing was written."));
}

function isNationalCurrency(currency: string): boolean {
  return Intl.supportedValuesOf("currency").includes(currency);
}

function namesProblems(options: FocusOptions): readonly Diagnostic[] {
  return (["provider", "account"] as const).flatMap((name) => {
    const value = options[name];
    const isName = value === undefined || (value.trim() !== "" && value.length <= 253 && !/\p{C}/u.test(value));
    return isName ? [] : [usageProblem(`--${name} is ${JSON.stringify(value)}; it must be a name of at most 253 characters in one line.`, `Write \`--${name} "Own IT"\`.`)];
  });
}
