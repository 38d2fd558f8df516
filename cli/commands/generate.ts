import { counted } from "../../model/counted.ts";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Option, type Command } from "commander";
import { stringify } from "yaml";
import { traceFormatNames, type LoadResource, type LoadSeries, type TraceFormatName } from "../../model/load.ts";
import { generateScenario, traceScenario, type GenerateOptions, type ScenarioDocument } from "../../scenarios/index.ts";
import { readTrace } from "../../scenarios/traces/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
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
  readonly trace?: readonly string[];
  readonly traceFormat?: TraceFormatName;
  readonly fullMillicores: number;
  readonly hostProcessors: number;
  readonly processorMhz?: number;
  readonly hostMemory: number;
  readonly idleWatts: number;
  readonly peakWatts: number;
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
    .addOption(new Option("--trace <path>", "instead: the workloads of this trace on hosts that are all alike, in turn; a file, folder or archive (may be repeated)").argParser((path: string, earlier?: readonly string[]) => [...earlier ?? [], path]))
    .addOption(new Option("--trace-format <format>", "what the trace is; found out when absent").choices([...traceFormatNames]))
    .addOption(new Option("--full-millicores <n>", "what 100 % of a PlanetLab machine is").argParser(wholeNumber(1, 1_000_000_000)).default(1000))
    .addOption(new Option("--host-processors <n>", "processors of each host of a trace").argParser(wholeNumber(1, 100_000)).default(32))
    .addOption(new Option("--processor-mhz <n>", "their speed; hosts and load are then rated in MHz").argParser(wholeNumber(1, 100_000)))
    .addOption(new Option("--host-memory <GiB>", "memory of each host of a trace").argParser(wholeNumber(1, 1_000_000)).default(256))
    .addOption(new Option("--idle-watts <n>", "power of each host of a trace when nothing runs").argParser(wholeNumber(0, 1_000_000)).default(110))
    .addOption(new Option("--peak-watts <n>", "and at full load").argParser(wholeNumber(0, 1_000_000)).default(390))
    .addOption(new Option("--seed <n>", "another seed, another fleet").argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)).default(1))
    .addOption(new Option("--yaml", "YAML instead of JSON (also when --out ends in .yaml); for small fleets"))
    .addOption(new Option("--out <file>", "write it to this file"))
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage generate --hosts 20 --workloads 150 --out fleet.json", "a fleet in a file"],
        ["stowage generate --seed 7 | stowage plan -", "make a fleet and plan it"],
        ["stowage generate --hosts 5 --workloads 20 --yaml", "one to read"],
        ["stowage generate --trace traces/2026-10 --hosts 8 --out replay.yaml", "a fleet of what was measured, to simulate"],
        ["stowage generate --tight --hosts 60 --workloads 400 --policies 30 | stowage plan --mode repair -", "one that is hard to reorder"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (options: CommandOptions) => finish(await generate(options)));
}

async function generate(options: CommandOptions): Promise<CommandResult> {
  if (options.trace !== undefined) return ofTrace(options.trace, options);
  const { hosts, workloads, policies, sites, fillPermille, tight, change, seed } = options;
  const wanted: GenerateOptions = {
    seed, hosts, workloads, policies, ...(sites === undefined ? {} : { sites }), ...(fillPermille === undefined ? {} : { fillPermille }),
    ...(tight === undefined ? {} : { tight }), ...(change === undefined ? {} : { change }),
  };
  return written(generateScenario(wanted), wanted, options, [], `Fleet of ${counted(hosts, "host")} and ${counted(workloads, "workload")}`);
}

/** The trace is read once, to know whom it is about; simulating reads it again. */
async function ofTrace(paths: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { hosts, hostProcessors, processorMhz, hostMemory, idleWatts, peakWatts, traceFormat, fullMillicores, out } = options;
  if (peakWatts < idleWatts) return failed([usageProblem(`--peak-watts is ${peakWatts}, below --idle-watts, ${idleWatts}.`, "Give both, idle not above peak.")]);
  const series: LoadSeries[] = [];
  const resources: LoadResource[] = [];
  const reading = await readTrace(paths, {
    cpu: processorMhz === undefined ? "cpuMillicores" : "cpuMHz", fullMillicores, ...(traceFormat === undefined ? {} : { format: traceFormat }),
    each: (one, own) => {
      series.push(one);
      if (resources.length === 0) resources.push(...own);
    },
  });
  if (reading.trace === null || series.length === 0) return failed(reading.diagnostics);
  if (processorMhz !== undefined && resources.every(({ name }) => name !== "cpuMHz")) {
    return failed([...reading.diagnostics, usageProblem(`--processor-mhz is ${processorMhz}, but the trace measures ${resources.map(({ name }) => name).join(", ")} and no cpuMHz.`, "Leave it out: the hosts are then rated in cores.")]);
  }
  const folder = out === undefined || out === "" ? "" : path.dirname(out);
  const scenario = traceScenario(series, resources, {
    hosts, processorsPerHost: hostProcessors, processorMHz: processorMhz ?? null, memoryMiBPerHost: hostMemory * 1024, idleWatts, peakWatts, fullMillicores,
    files: paths.map((each) => (path.isAbsolute(each) || folder === "" ? each : path.relative(folder, each))), format: traceFormat ?? null, name: `trace-${path.basename(paths[0] ?? "").replace(/[^A-Za-z0-9.-]+/g, "-") || "trace"}`,
  });
  const { yaml: _yaml, out: _out, ...wanted } = options;
  return written(scenario, wanted, options, reading.diagnostics, `Fleet of ${counted(hosts, "host")} and ${counted(scenario.workloads?.length ?? 0, "workload")} of the trace`);
}

async function written(scenario: ScenarioDocument, wanted: object, { yaml, out }: Pick<CommandOptions, "yaml" | "out">, diagnostics: CommandResult["diagnostics"], words: string): Promise<CommandResult> {
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
    exitCode: exitCodes.done, diagnostics,
    document: { format: "stowage/generated/v1", options: wanted, ...(out === undefined ? { scenario } : { out }) },
    text: () => (out === undefined ? text : `${words} written to ${out}.\n`),
  };
}
