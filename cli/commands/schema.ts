import { Argument, type Command } from "commander";
import { planDocumentSchema } from "../../policies/index.ts";
import { scenarioSchema, studyFileSchema } from "../../scenarios/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { commandHelp } from "../help.ts";

/** `stowage schema`: the JSON Schema of what goes in and of what comes out. */
export function addSchema(program: Command, _context: Context, finish: Finish): void {
  program.command("schema")
    .description("Print the JSON Schema (2020-12) of scenario files, of studies, or of plan files.")
    .addArgument(new Argument("[what]", "which files").choices(["scenario", "study", "plan"]).default("scenario"))
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage schema > scenario.schema.json", "for an editor or a check of your own"],
        ["stowage schema plan", "what `plan --out` writes"],
      ],
      codes: ["done", "error"],
    }))
    .action((what: What) => finish(schema(what)));
}

const schemas = { scenario: scenarioSchema, study: studyFileSchema, plan: planDocumentSchema } as const;
type What = keyof typeof schemas;

function schema(what: What): CommandResult {
  const found = schemas[what]();
  return {
    exitCode: exitCodes.done, diagnostics: [],
    document: { format: "stowage/schema/v1", of: what, schema: found },
    text: () => `${JSON.stringify(found, null, 2)}\n`,
  };
}
