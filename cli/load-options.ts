import { Option, type Command } from "commander";
import { traceFormatNames, type TraceFormatName } from "../model/load.ts";
import type { TraceLoad } from "../model/simulation.ts";
import { wholeNumber } from "./options.ts";
import type { SimulationOptions } from "./simulation-input.ts";

/** Which load a command looks at, as commander hands it over. */
export interface LoadOptions {
  readonly load?: readonly string[];
  readonly loadFormat?: TraceFormatName;
  readonly loadBegins?: TraceLoad["begins"];
  readonly seed?: number;
}

/** `--load` and what belongs to it, and `--seed`. */
export function addLoadOptions(command: Command): Command {
  return command
    .addOption(new Option("--load <path>", "look at this trace instead of the load of the scenario: a file, folder or archive (may be repeated)")
      .argParser((path: string, earlier?: readonly string[]) => [...earlier ?? [], path]))
    .addOption(new Option("--load-format <format>", "what the files are; found out when absent").choices([...traceFormatNames]))
    .addOption(new Option("--load-begins <when>", "when the trace counts").choices(["as-dated", "with-simulation", "same-weekday"]))
    .addOption(new Option("--seed <n>", "same scenario, options and seed: same result").argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)));
}

/** What they change about the section `simulation`. */
export function simulationOptionsOf({ load, loadFormat, loadBegins, seed }: LoadOptions): SimulationOptions {
  return {
    ...(load === undefined ? {} : { load }), ...(loadFormat === undefined ? {} : { loadFormat }), ...(loadBegins === undefined ? {} : { loadBegins }),
    ...(seed === undefined ? {} : { seed }),
  };
}
