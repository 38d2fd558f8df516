import { availableParallelism } from "node:os";
import { Option, type Command } from "commander";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { didYouMean } from "../../policies/index.ts";
import type { EngineChoice } from "../../planner/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import type { ExportTable } from "../export-tables.ts";
import { failed, usageProblem } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, evacuateOption, secondsAsMs, wholeNumber, type ScenarioOptions } from "../options.ts";
import { pricePage } from "../pages/price-page.ts";
import { inputOf, prepare } from "../prepare.ts";
import { renderPrices } from "../render/report-price.ts";
import { addReportOptions, unwritableOutputs, writeOutputs, type ReportOptions } from "../report-outputs.ts";
import { pricedRules, type PriceAnswer, type PriceJob } from "./price-of-policy.ts";
import { priceAnswers } from "./price-pool.ts";
import { priceMicros, type PriceReport, type PriceRow } from "./price-view.ts";

interface PriceOptions extends ScenarioOptions, ReportOptions {
  readonly policy?: readonly string[];
  readonly all?: boolean;
  readonly engine: EngineChoice;
  readonly seed: number;
  readonly time: number;
  readonly iterations?: number;
  readonly threads?: number;
}

const defaultTimeMs = 30_000;

/** `stowage report price-of-policy`: what do the rules cost? */
export function addReportPrice(report: Command, context: Context, finish: Finish): void {
  const command = report.command("price-of-policy")
    .description("What a rule costs: the cheapest placement under all rules, and without this one. Each plan is made anew and replayed by the verifier, on all cores.")
    .argument("<files...>", "a base file and overlays, in this order; - reads standard input")
    .addOption(new Option("--policy <id>", "a rule to price (may be repeated); built-in/offsite-ban for the bans that workloads carry").argParser((id: string, earlier?: readonly string[]) => [...earlier ?? [], id]))
    .addOption(new Option("--all", "price every rule"))
    .addOption(new Option("--engine <engine>", "exact proves, search scales").choices(["auto", "exact", "search"]).default("auto"))
    .addOption(new Option("--seed <n>", "same input, seed and --iterations: same prices").argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)).default(1))
    .addOption(new Option("--time <seconds>", "for each plan").argParser(secondsAsMs).default(defaultTimeMs, "30"))
    .addOption(new Option("--iterations <n>", "moves that the search tries in each plan; makes a run repeatable on any machine").argParser(wholeNumber(1, 1_000_000_000_000)))
    .addOption(new Option("--threads <n>", "plans that are made at once (default: one for each processor)").argParser(wholeNumber(1, 256)));
  addReportOptions(command)
    .addOption(evacuateOption())
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage report price-of-policy scenarios/e-commerce.yaml --policy payment-at-home", "what does it cost that payment stays at home?"],
        ["stowage report price-of-policy fleet.yaml --all --html prices.html", "every rule, the dearest first, as a page"],
      ],
      codes: ["done", "error", "refused"],
    }))
    .action(async (files: readonly string[], options: PriceOptions) => finish(await prices(files, options, context)));
}

async function prices(files: readonly string[], options: PriceOptions, context: Context): Promise<CommandResult> {
  const unwritable = await unwritableOutputs(options);
  if (unwritable.length > 0) return failed(unwritable);
  const { ready, diagnostics } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  const { scenario } = ready;
  const known = pricedRules(scenario);
  const wrong = misnamed(options, known.map(({ id }) => id));
  if (wrong.length > 0) return failed([...diagnostics, ...wrong]);
  const rules = options.all === true ? known : known.filter(({ id }) => options.policy?.includes(id) === true);
  const job = (without: readonly string[]): PriceJob => ({ scenario, without, engine: options.engine, seed: options.seed, timeMs: options.time, iterations: options.iterations ?? null });
  const jobs = [job([]), ...rules.map(({ id }) => job([id])), ...options.all === true ? [job(rules.map(({ id }) => id))] : []];
  context.progress("planning with and without", 0, jobs.length);
  const answers = await priceAnswers(jobs, options.threads ?? availableParallelism(), (done) => context.progress("planning with and without", done, jobs.length));
  const [base = null, ...others] = answers;
  if (base === null) return failed([...diagnostics, usageProblem("No plan under all rules was found that the verifier accepts.", "Look at `stowage plan` first.")]);
  const rows = rules.map((rule, n): PriceRow => ({ ...rule, answer: others[n] ?? null }));
  const report: PriceReport = { scenario: scenario.name, title: scenario.title, currency: scenario.fleet.currency, base, rows: sorted(base, rows), together: options.all === true ? (others[rules.length] ?? null) : null };
  const kept = await writeOutputs(options, { page: () => pricePage(report), tables: () => [priceTable(report)] });
  if (kept.length > 0) return failed([...diagnostics, ...kept]);
  return {
    exitCode: exitCodes.done, diagnostics, document: { format: "stowage/price-of-policy/v1", exitCode: exitCodes.done, diagnostics, ...report },
    text: () => renderPrices(report, context),
  };
}

function misnamed({ policy = [], all = false }: PriceOptions, known: readonly string[]): readonly Diagnostic[] {
  if (!all && policy.length === 0) return [usageProblem("It is not said which rule to price.", "Write --policy ID, or --all for every rule.")];
  return policy.filter((id) => !known.includes(id)).map((id) => usageProblem(`--policy ${id} is no rule in force here.`, didYouMean(id, known)));
}

/** The dearest first; those without a price last. */
function sorted(base: PriceAnswer, rows: readonly PriceRow[]): readonly PriceRow[] {
  const price = ({ answer }: PriceRow): number => priceMicros(base, answer) ?? -1;
  return [...rows].sort((a, b) => price(b) - price(a) || (a.id < b.id ? -1 : 1));
}

function priceTable({ base, rows, together }: PriceReport): ExportTable {
  const all = together === null ? [] : [{ id: "(all of them)", title: "Without any of them", answer: together }];
  return {
    name: "price-of-policy",
    columns: [
      { name: "policy", kind: "text" }, { name: "title", kind: "text" }, ...["withMicrosPerHour", "withoutMicrosPerHour", "priceMicrosPerHour", "placedWith", "placedWithout", "movesWithout"].map((name) => ({ name, kind: "integer" as const })),
      { name: "claimWith", kind: "text" }, { name: "claimWithout", kind: "text" },
    ],
    rows: [...rows, ...all].map(({ id, title, answer }) => [
      id, title, base.microsPerHour, answer?.microsPerHour ?? null, priceMicros(base, answer), base.placed, answer?.placed ?? null, answer?.moves ?? null, base.claim, answer?.claim ?? null,
    ]),
  };
}
