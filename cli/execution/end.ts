import { summaryOf, type RunState } from "../../executor/index.ts";
import type { CommandResult } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { renderExecution } from "../render/execution.ts";
import { isAllDone, type CarriedOut } from "./carry-out.ts";
import type { Execution } from "./executions.ts";

interface EndOptions {
  readonly json: boolean;
  readonly full?: boolean;
}

/** What a command says once an execution has come to rest. */
export async function endOf({ run, folder }: Pick<Execution, "run" | "folder">, { state, interrupted, diagnostics }: CarriedOut, options: EndOptions, context: Context): Promise<CommandResult> {
  if (state === null) return failed(diagnostics);
  const exitCode: ExitCode = interrupted ? exitCodes.interrupted : isAllDone(state) ? exitCodes.done : exitCodes.unfinished;
  const document = { format: "stowage/execution-state/v1", exitCode, run, folder, ...summaryOf(state), diagnostics } as const;
  const asLine = !context.live.isTerminal && !options.json;
  return {
    exitCode, diagnostics, document,
    text: () => (asLine ? `${JSON.stringify(document)}\n` : `${renderExecution(run, state, true, { ...context, full: options.full ?? false })}${whatNext(run, state)}`),
  };
}

function whatNext(run: string, state: RunState): string {
  const { wayThere, wayBack } = summaryOf(state);
  if (state.status === "paused") return `\nIt goes on with: stowage resume ${run}\nIt ends here with: stowage cancel ${run}, and all comes back with: stowage rollback ${run}\n`;
  if (isAllDone(state)) return "";
  if (state.hasNoWayBack) return `\nNothing was undone. A plan may find another way: stowage inventory --base FILES --out now.yaml, with the policies that say where all shall be again, then stowage plan now.yaml.\nOnce what is in the way has changed, it may be tried again: stowage rollback ${run}\n`;
  const unknown = [...wayThere, ...wayBack].some(({ outcome }) => outcome === "unknown");
  return `\n${unknown ? "Look at the hosts of what is unknown first; `stowage inventory` shows what they have.\n" : ""}For what is left: stowage inventory --base FILES --out now.yaml, then stowage plan now.yaml.\nAll that was done comes back with: stowage rollback ${run}\n`;
}

