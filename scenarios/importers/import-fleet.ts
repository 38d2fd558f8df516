import type { Diagnostic } from "../../model/diagnostic.ts";
import type { ScenarioDocument } from "../schema.ts";
import { ImportLog, type ImportEntry } from "./import-log.ts";
import type { Importer, ReadOptions } from "./importer.ts";
import { place, type Placed } from "./placed.ts";
import { scenarioOf, type ScenarioChoices } from "./scenario-of.ts";
import { summaryOf, type ClusterSummary } from "./summary.ts";
import { importProblem, UnreadableImport } from "./unreadable.ts";

/** What an import gave. */
export interface ImportedFleet {
  readonly document: ScenarioDocument;
  readonly summary: readonly ClusterSummary[];
  /** Everything that was taken, converted, guessed and skipped, in the order of the input. */
  readonly entries: readonly ImportEntry[];
}

export type ImportResult = { readonly fleet: ImportedFleet; readonly diagnostics: readonly Diagnostic[] } | { readonly fleet: null; readonly diagnostics: readonly Diagnostic[] };

const machinesMax = 200_000;
const hostsMax = 50_000;

/** Reads the inventory of another tool as a scenario. What cannot be read at all gives diagnostics. */
export async function importFleet(importer: Importer, inputs: readonly string[], options: ReadOptions & ScenarioChoices): Promise<ImportResult> {
  const log = new ImportLog();
  const file = inputs[0] ?? "";
  try {
    const inventory = await importer.read(inputs, options, log);
    if (inventory.machines.length > machinesMax || inventory.hosts.length > hostsMax) {
      throw new UnreadableImport("file-too-large", `${file} has ${inventory.hosts.length} hosts and ${inventory.machines.length} machines; the limits are ${hostsMax} and ${machinesMax}.`, "Import its clusters one by one.");
    }
    const placed = place(inventory, log);
    const document = scenarioOf(placed, options, log);
    tellTaken(placed, log);
    return { fleet: { document, summary: summaryOf(placed), entries: log.entries }, diagnostics: placed.machines.length + placed.hosts.length > 0 ? [] : [nothingFound(file)] };
  } catch (error) {
    return { fleet: null, diagnostics: [importProblem(file, unreadable(error, file))] };
  }
}

function tellTaken({ machines }: Placed, log: ImportLog): void {
  for (const { id, machine, host, millicores, memoryMiB, storageMiB } of machines) {
    log.note(machine.origin, "taken", {
      became: `workload ${id}: ${millicores} millicores, ${memoryMiB} MiB memory, ${storageMiB} MiB storage, ${machine.isRunning ? "running" : "stopped"}${host === null ? "" : ` on ${host.id}`}`,
      reason: "a machine",
    });
  }
}

function nothingFound(file: string): Diagnostic {
  return { code: "missing-key", severity: "warning", file, line: null, column: null, path: "", message: `${file} has neither hosts nor machines.`, advice: "Look at the report for what was skipped." };
}

function unreadable(error: unknown, file: string): UnreadableImport {
  if (error instanceof UnreadableImport) return error;
  const code = error instanceof Error && "code" in error && "syscall" in error ? String(error.code) : null;
  if (code === null) throw error;
  return code === "ENOENT"
    ? new UnreadableImport("file-not-found", `${file} does not exist.`, "Check the name and the folder.")
    : new UnreadableImport("file-unreadable", `${file} cannot be read (${code}).`, code === "EISDIR" ? "Name a file inside it." : "Check its permissions and its disk.");
}
