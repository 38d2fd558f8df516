import { existsSync } from "node:fs";
import { Option, type Command } from "commander";
import type { Scenario } from "../../model/scenario.ts";
import { nearestWord } from "../../policies/index.ts";
import { figuresOf, placedByPlan, placedNow, type Figures } from "../../reports/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, evacuateOption, type ScenarioOptions } from "../options.ts";
import { readPlanFile } from "../plan-file.ts";
import { inputOf, prepare } from "../prepare.ts";
import { formatCarbon, formatPower } from "../render/amount.ts";
import { countWords } from "../render/diagnostics.ts";
import { fleetGrid, topics, type FleetView, type Topic } from "../render/fleet.ts";
import { formatPerHour, formatPerMonth } from "../render/money.ts";
import { fleetWords } from "../render/fleet-words.ts";
import { wrap } from "../render/text.ts";

interface ShowOptions extends ScenarioOptions {
  readonly csv?: boolean;
  readonly cost?: boolean;
  readonly full?: boolean;
  readonly plan?: string;
}

/** `stowage show`: a fleet as tables. */
export function addShow(program: Command, context: Context, finish: Finish): void {
  program.command("show")
    .description("Show a fleet as tables: how full its hosts are, who runs where, and what everything costs.")
    .argument("<words...>", `FILES..., then nothing for an overview or one of: ${topics.join(", ")}`)
    .addOption(new Option("--cost", "what each row costs in an hour, split to the last micro-unit"))
    .addOption(new Option("--plan <file>", "the fleet as this plan leaves it, instead of as it is now"))
    .addOption(new Option("--csv", "for a spreadsheet, with all columns"))
    .addOption(new Option("--full", "do not cut long tables"))
    .addOption(evacuateOption())
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage show fleet.yaml", "an overview with use bars"],
        ["stowage show fleet.yaml workloads --cost", "who costs what"],
        ["stowage show fleet.yaml services --plan plan.json", "what each service will cost"],
        ["stowage show fleet.yaml hosts --csv > hosts.csv", "for a spreadsheet"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (words: readonly string[], options: ShowOptions) => finish(await show(words, options, context)));
}

async function show(words: readonly string[], options: ShowOptions, context: Context): Promise<CommandResult> {
  const last = words.at(-1);
  const topic = topics.find((each) => each === last) ?? null;
  const files = topic === null ? words : words.slice(0, -1);
  // A topic with a slip of the finger would be looked for as a file; nothing that looks like a file name is taken for one.
  const isWord = topic === null && words.length > 1 && last !== undefined && /^\w+$/.test(last);
  if (isWord && !existsSync(last)) {
    const slip = nearestWord(last, topics);
    return failed([usageProblem(`show knows no topic "${last}", and there is no such file.`, `${slip === null ? "" : `Did you mean ${slip}? `}It shows ${topics.join(", ")}; without a topic, an overview.`)]);
  }
  if (files.length === 0) {
    return failed([usageProblem(`show needs a file before "${topic ?? ""}".`, `Write \`stowage show FILES... ${topic ?? ""}\`.`)]);
  }
  const { ready, diagnostics } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);

  const read = options.plan === undefined ? null : await readPlanFile(options.plan);
  if (read !== null && read.plan === null) return failed(read.diagnostics);
  const placed = read?.plan === null || read === null ? placedNow(ready.index) : placedByPlan(ready.index, read.plan);
  const figures = figuresOf(placed);
  const view: FleetView = { scenario: ready.scenario, placed, figures, withCost: options.cost ?? false, paint: context.paint };
  const shown: readonly Topic[] = topic === null ? (options.csv === true ? ["hosts"] : topics) : [topic];
  const grids = shown.map((name) => [name, fleetGrid(name, view)] as const);
  return {
    exitCode: exitCodes.done, diagnostics,
    document: {
      format: "stowage/fleet/v1", name: ready.scenario.name, currency: ready.scenario.fleet.currency,
      totals: totalsOf(figures), ...Object.fromEntries(grids.map(([name, { records }]) => [name, records])), diagnostics,
    },
    text: () => {
      if (options.csv === true) return grids.map(([, grid]) => grid.csv()).join("");
      const rowsMax = options.full === true ? Number.POSITIVE_INFINITY : topic === null ? 20 : 200;
      const tables = grids
        .filter(([name, { records }]) => topic !== null || (records.length > 0 && name !== "workloads" && name !== "applications"))
        .map(([name, grid]) => `${context.paint.bold(name)}\n${grid.text(rowsMax, options.full === true ? context.columnsFull : context.columns)}\n`);
      return `${topic === null ? overview(ready.scenario, figures, context) : ""}${tables.join("\n")}`;
    },
  };
}

function totalsOf({ cost, powerMilliwatts, carbonMilligramsPerHour, hostsOn, placedCount }: Figures): Readonly<Record<string, number>> {
  return {
    totalMicrosPerHour: cost.totalMicrosPerHour, idleMicrosPerHour: cost.idleMicrosPerHour,
    powerMilliwatts, carbonMilligramsPerHour, hostsOn, placedCount,
  };
}

function overview({ name, title, fleet, policies }: Scenario, figures: Figures, { paint, columns }: Context): string {
  const { currency } = fleet;
  const total = figures.cost.totalMicrosPerHour;
  const lines = [
    `${paint.bold(name)}${title === "" ? "" : `: ${title}`}`,
    `${fleetWords(fleet)}, ${countWords(policies.length, "policy", "policies")}`,
    `${countWords(figures.hostsOn, "host")} on, ${countWords(figures.placedCount, "workload")} placed`,
    `${formatPerHour(total, currency)} (${formatPerMonth(total, currency)}), of which idle ${formatPerHour(figures.cost.idleMicrosPerHour, currency)}`,
    `${formatPower(figures.powerMilliwatts)}, ${formatCarbon(figures.carbonMilligramsPerHour)}`,
  ];
  return `${lines.map((line, i) => wrap(line, columns, i === 0 ? "" : "  ", i === 0 ? "  " : "    ")).join("\n")}\n\n`;
}
