import { Command, Option } from "commander";
import type { Finish } from "./command-result.ts";
import { addCompletion } from "./commands/completion.ts";
import { commandHelp } from "./help.ts";
import type { Context } from "./context.ts";
import { version } from "./version.ts";

type Add = (program: Command, context: Context, finish: Finish) => void;

/** What each word calls, in the order of `--help`. Only what is called is loaded: all of it would take a second. */
const commands: readonly { readonly names: readonly string[]; readonly load: () => Promise<Add> }[] = [
  { names: ["validate"], load: async () => (await import("./commands/validate.ts")).addValidate },
  { names: ["plan"], load: async () => (await import("./commands/plan.ts")).addPlan },
  { names: ["simulate"], load: async () => (await import("./commands/simulate.ts")).addSimulate },
  { names: ["verify"], load: async () => (await import("./commands/verify.ts")).addVerify },
  { names: ["explain"], load: async () => (await import("./commands/explain.ts")).addExplain },
  { names: ["diff"], load: async () => (await import("./commands/diff.ts")).addDiff },
  { names: ["show"], load: async () => (await import("./commands/show.ts")).addShow },
  { names: ["policies"], load: async () => (await import("./commands/policies.ts")).addPolicies },
  { names: ["forecast"], load: async () => (await import("./commands/forecast.ts")).addForecast },
  { names: ["sweep"], load: async () => (await import("./commands/sweep.ts")).addSweep },
  { names: ["study"], load: async () => (await import("./commands/study.ts")).addStudy },
  { names: ["report"], load: async () => (await import("./commands/report.ts")).addReport },
  { names: ["generate"], load: async () => (await import("./commands/generate.ts")).addGenerate },
  { names: ["import"], load: async () => (await import("./commands/import.ts")).addImport },
  { names: ["schema"], load: async () => (await import("./commands/schema.ts")).addSchema },
  { names: ["lab"], load: async () => (await import("./commands/lab.ts")).addLab },
  { names: ["inventory"], load: async () => (await import("./commands/inventory.ts")).addInventory },
  { names: ["approve"], load: async () => (await import("./commands/approve.ts")).addApprove },
  { names: ["apply"], load: async () => (await import("./commands/apply.ts")).addApply },
  { names: ["status", "pause", "resume", "cancel", "rollback"], load: async () => (await import("./commands/control.ts")).addControl },
  { names: ["evacuate"], load: async () => (await import("./commands/evacuate.ts")).addEvacuate },
  { names: ["service"], load: async () => (await import("./commands/service.ts")).addService },
  { names: ["workload"], load: async () => (await import("./commands/workload.ts")).addWorkload },
  { names: ["application"], load: async () => (await import("./commands/application.ts")).addApplication },
  { names: ["log"], load: async () => (await import("./commands/log.ts")).addLog },
  { names: ["agent"], load: async () => (await import("./commands/agent.ts")).addAgent },
  { names: ["ca"], load: async () => (await import("./commands/ca.ts")).addCa },
];

/** Nothing for the version, one command where it is named, else all of them. */
function calledBy(args: readonly string[]): typeof commands {
  const word = args.find((each) => !each.startsWith("-"));
  if (word === undefined && args.some((each) => each === "--version" || each === "-V")) return [];
  const called = commands.filter(({ names }) => names.includes(word ?? ""));
  return called.length > 0 ? called : commands;
}

/** The command line as far as `args` call it. `write` gets the text of `--help` and `--version`. */
export async function buildProgram(args: readonly string[], context: Context, finish: Finish, write: (text: string) => void): Promise<Command> {
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
  for (const add of await Promise.all(calledBy(args).map(({ load }) => load()))) add(program, context, finish);
  addCompletion(program, finish);
  return program;
}
