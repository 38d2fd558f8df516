import { counted } from "../../model/counted.ts";
import { writeFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import { stringify } from "yaml";
import { generateScenario, type GenerateOptions } from "../../scenarios/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import { exitCodes } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { commandHelp } from "../help.ts";
import { wholeNumber } from "../options.ts";
import type { Context } from "../context.ts";

interface CommandOptions {
  readonly seed: number;
  readonly hosts: number;
  readonly workloads: number;
  readonly policies: number;
  readonly sites?: number;
  readonly fillPermille?: number;
  readonly tight?: boolean;
  readonly change?: "close-site" | "maintenance";
  readonly yaml?: boolean;
  readonly out?: string;
}

/** `stowage generate`: a fleet of any size, the same for the same seed. */
export function addGenerate(program: Command, _context: Context, finish: Finish): void {
  program.command("generate")
    .description("Make a fleet of realistic shape and any size, for trying things out and for measuring. Same options, same bytes.")
    .addOption(new Option("--hosts <n>", "number of hosts").argParser(wholeNumber(1, 100_000)).default(10))
    .addOption(new Option("--workloads <n>", "number of workloads").argParser(wholeNumber(0, 1_000_000)).default(60))
    .addOption(new Option("--policies <n>", "about so many policies").argParser(wholeNumber(0, 1000)).default(8))
    .addOption(new Option("--sites <n>", "number of sites; from two on the last is external").argParser(wholeNumber(1, 100)))
    .addOption(new Option("--fill-permille <n>", "reserved part of the memory, per thousand").argParser(wholeNumber(1, 950)))
    .addOption(new Option("--tight", "95 % full: long circles of full hosts, groups that must change sites; an answer exists and can be reached"))
    .addOption(new Option("--change <what>", "a change to try").choices(["close-site", "maintenance"]))
    .addOption(new Option("--seed <n>", "another seed, another fleet").argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)).default(1))
    .addOption(new Option("--yaml", "YAML instead of JSON (also when --out ends in .yaml); for small fleets"))
    .addOption(new Option("--out <file>", "write it to this file"))
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage generate --hosts 20 --workloads 150 --out fleet.json", "a fleet in a file"],
        ["stowage generate --seed 7 | stowage plan -", "make a fleet and plan it"],
        ["stowage generate --hosts 5 --workloads 20 --yaml", "one to read"],
        ["stowage generate --tight --hosts 60 --workloads 400 --policies 30 | stowage plan --mode repair -", "one that is hard to reorder"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (options: CommandOptions) => finish(await generate(options)));
}

async function generate({ yaml, out, ...options }: CommandOptions): Promise<CommandResult> {
  const wanted: GenerateOptions = options;
  const scenario = generateScenario(wanted);
  const asYaml = yaml === true || (out !== undefined && /\.ya?ml$/i.test(out));
  const text = asYaml ? stringify(scenario, { aliasDuplicateObjects: false }) : `${JSON.stringify(scenario, null, 1)}\n`;
  if (out !== undefined) {
    try {
      await writeFile(out, text);
    } catch (error) {
      return failed([fileProblem(out, error, "written")]);
    }
  }
  return {
    exitCode: exitCodes.done, diagnostics: [],
    document: { format: "stowage/generated/v1", options: wanted, ...(out === undefined ? { scenario } : { out }) },
    text: () => (out === undefined ? text : `Fleet of ${counted(options.hosts, "host")} and ${counted(options.workloads, "workload")} written to ${out}.\n`),
  };
}
