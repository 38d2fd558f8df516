import { Command, Option } from "commander";
import type { Finish } from "./command-result.ts";
import { commandHelp } from "./help.ts";
import type { Context } from "./context.ts";
import { addAgent } from "./commands/agent.ts";
import { addApplication } from "./commands/application.ts";
import { addApply } from "./commands/apply.ts";
import { addApprove } from "./commands/approve.ts";
import { addCa } from "./commands/ca.ts";
import { addCompletion } from "./commands/completion.ts";
import { addControl } from "./commands/control.ts";
import { addDiff } from "./commands/diff.ts";
import { addEvacuate } from "./commands/evacuate.ts";
import { addExplain } from "./commands/explain.ts";
import { addForecast } from "./commands/forecast.ts";
import { addGenerate } from "./commands/generate.ts";
import { addImport } from "./commands/import.ts";
import { addLab } from "./commands/lab.ts";
import { addInventory } from "./commands/inventory.ts";
import { addLog } from "./commands/log.ts";
import { addPlan } from "./commands/plan.ts";
import { addPolicies } from "./commands/policies.ts";
import { addReport } from "./commands/report.ts";
import { addSchema } from "./commands/schema.ts";
import { addService } from "./commands/service.ts";
import { addShow } from "./commands/show.ts";
import { addSimulate } from "./commands/simulate.ts";
import { addStudy } from "./commands/study.ts";
import { addSweep } from "./commands/sweep.ts";
import { version } from "./version.ts";
import { addValidate } from "./commands/validate.ts";
import { addVerify } from "./commands/verify.ts";

/** The whole command line. `write` gets the text of `--help` and `--version`. */
export function buildProgram(context: Context, finish: Finish, write: (text: string) => void): Command {
  const program = new Command("stowage")
    .description("Plans where applications run on a fleet of machines, and proves what a plan will do before anyone signs it.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "explain the command, with examples")
    .addOption(new Option("--json", "print one JSON document (errors too) instead of text"))
    .addOption(new Option("--no-color", "print without colours (also: NO_COLOR=1)"))
    .configureHelp({ showGlobalOptions: true, helpWidth: context.columns, minWidthToWrap: 16 })
    .configureOutput({ writeOut: write, writeErr: () => undefined, outputError: () => undefined })
    .showSuggestionAfterError(true)
    .exitOverride()
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage validate fleet.yaml", "find every mistake in a scenario"],
        ["stowage plan fleet.yaml", "where should everything run, and what does that save?"],
        ["stowage plan fleet.yaml close-site.yaml --out plan.json", "what if the site closes? Keep the plan"],
        ["stowage verify plan.json fleet.yaml close-site.yaml", "replay the plan, check every rule"],
        ["stowage explain web-1 fleet.yaml", "why is web-1 where it is?"],
      ],
    }));
  for (const add of [
    addValidate, addPlan, addSimulate, addVerify, addExplain, addDiff, addShow, addPolicies, addForecast, addSweep, addStudy, addReport, addGenerate, addImport, addSchema, addLab,
    addInventory, addApprove, addApply, addControl, addEvacuate, addService, addApplication, addLog, addAgent, addCa,
  ]) add(program, context, finish);
  addCompletion(program, finish);
  return program;
}
