import { InvalidArgumentError, Option, type Command } from "commander";
import { defaultFinance, reserveMethods, type CostKind, type Finance, type ReserveMethod } from "../../model/finance.ts";
import type { Moment } from "../../model/simulation.ts";
import type { CostGrouping } from "../../reports/index.ts";
import { addLoadOptions, type LoadOptions } from "../load-options.ts";
import { timeOfSimulation, type ScenarioOptions } from "../options.ts";
import type { Wanted } from "./cost-load.ts";

/** What costs are shown by: a kind of thing, or a label by its name. */
export type GroupChoice = { readonly kind: CostKind; readonly label: string | null };

/** Which period, which load, which methods. */
export interface CostOptions extends ScenarioOptions, LoadOptions {
  readonly from?: number;
  readonly to?: number;
  readonly month?: Wanted;
  readonly share?: ReserveMethod;
  readonly plan?: string;
  readonly planAt?: Moment;
}

/** `--from`, `--to`, `--month`, `--share` and the options of the load. */
export function addCostOptions(command: Command): Command {
  return addLoadOptions(command
    .addOption(new Option("--from <utc>", "when the period begins: a date or a UTC instant; default: when the load or the simulation does").argParser(dateOrInstant))
    .addOption(new Option("--to <utc>", "when it ends, not included").argParser(dateOrInstant))
    .addOption(new Option("--month <month>", "a whole month in UTC instead, e.g. 2026-11").conflicts(["from", "to"]).argParser(monthOf))
    .addOption(new Option("--share <method>", "who pays for what nobody holds of a host; default: what the section finance says").choices([...reserveMethods])));
}

/** The period that the options name. */
export function wantedPeriod({ from, to, month }: CostOptions): Wanted {
  return month ?? { fromMs: from ?? null, toMs: to ?? null };
}

/** The methods of the scenario, as the command line changes them. Nobody has asked for idle: it then goes in proportion. */
export function financeWith(finance: Finance = defaultFinance, share: ReserveMethod | undefined): Finance {
  if (share === undefined) return finance;
  return { ...finance, reserve: share, idle: share === "requester" ? "proportional" : share };
}

/** `--by service`, or `--by team=costCentre` for another label. */
export function groupChoice(text: string): GroupChoice {
  const [, kind = "", label] = /^([a-z]+)(?:=(.+))?$/.exec(text) ?? [];
  const known: readonly CostKind[] = ["host", "workload", "application", "service", "site", "team"];
  const found = known.find((one) => one === kind);
  if (found === undefined || (label !== undefined && found !== "team")) throw new InvalidArgumentError(`It must be ${known.slice(0, -1).join(", ")}, team, or team=LABEL for a label of another name.`);
  return { kind: found, label: label ?? null };
}

/** How the lines are grouped for a choice. */
export function groupingOf({ kind, label }: GroupChoice, { teamLabel }: Finance): CostGrouping {
  return kind === "team" ? { label: label ?? teamLabel } : kind;
}

/** A plan whose actions are taken to be done in the period. */
export function addPlanOptions(command: Command): Command {
  return command
    .addOption(new Option("--plan <plan>", "take the actions of this plan file to be done, as long as it predicts"))
    .addOption(new Option("--plan-at <time>", "when the plan begins: 2h after the beginning of the period, or a UTC instant").argParser(timeOfSimulation));
}

/** A date, or a UTC instant, in milliseconds since 1970. */
export function dateOrInstant(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text.slice(0, 10))) throw new InvalidArgumentError("It must be a date, e.g. 2026-11-01, or a UTC instant, e.g. 2026-11-01T08:00:00Z.");
  return ms;
}

function monthOf(text: string): Wanted {
  const [, year = "", month = ""] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === "") throw new InvalidArgumentError("It must be a month, e.g. 2026-11.");
  return { fromMs: Date.UTC(Number(year), Number(month) - 1, 1), toMs: Date.UTC(Number(year), Number(month), 1) };
}
