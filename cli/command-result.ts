import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "./exit-code.ts";

/** What a command hands to the edge: one document for programs, one text for people, never both printed. */
export interface CommandResult {
  readonly exitCode: ExitCode;
  /** Printed with `--json`. The format names what it is and its version. */
  readonly document: { readonly format: `stowage/${string}/v1` } & Readonly<Record<string, unknown>>;
  /** Printed without `--json`, on standard output. */
  readonly text: () => string;
  /** Problems of the input; without `--json` they go to standard error. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Takes what a command found; called once in a run. */
export type Finish = (result: CommandResult) => void;
