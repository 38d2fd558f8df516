import type { Command } from "commander";
import type { Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { commandHelp } from "../help.ts";
import { addReportCost } from "../report/cost-command.ts";
import { addReportForecast } from "../report/budget-command.ts";
import { addReportPlan } from "../report/plan-command.ts";
import { addReportPrice } from "../report/price-command.ts";
import { addReportVariance } from "../report/variance-command.ts";
import { addReportFocus } from "../report/focus-command.ts";
import { addReportUsage } from "./report-usage.ts";

/** `stowage report`: what it costs, why that changed, and what it will be. */
export function addReport(program: Command, context: Context, finish: Finish): void {
  const report = program.command("report")
    .description("Reports for finance and planning: costs, why they changed, what they will be.")
    .addHelpText("after", commandHelp({ examples: [["stowage report cost scenarios/e-commerce.yaml", "what does each service cost?"], ["stowage report usage scenarios/e-commerce.yaml", "what is used too much or too little?"]] }));
  for (const add of [addReportCost, addReportVariance, addReportForecast, addReportPlan, addReportPrice, addReportFocus, addReportUsage]) add(report, context, finish);
}
