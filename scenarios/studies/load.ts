import path from "node:path";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { durationOf } from "../duration.ts";
import { readSources, type LoadOptions } from "../load.ts";
import { shown, type Path, type Problems, type Source } from "../problem.ts";
import { hasShape } from "../shape.ts";
import { didYouMean } from "../../policies/index.ts";
import { studySchema, type StudyDocument } from "./schema.ts";
import type { NamedFiles, Study } from "./study.ts";

/** A study, or null, and all that is to be said about its file. The scenarios that it names are not read. */
export interface LoadedStudy {
  readonly study: Study | null;
  readonly diagnostics: readonly Diagnostic[];
}

const asWritten: NamedFiles = { name: "as-is", title: "Policies as they are", files: [] };

/** Reads a study from its file; "-" is standard input. */
export async function loadStudy(file: string, options: LoadOptions = {}): Promise<LoadedStudy> {
  const { sources: [source], problems } = await readSources([file], options);
  if (source === undefined || !hasShape(source, problems, studySchema)) return { study: null, diagnostics: problems.diagnostics() };
  const document = source.value as StudyDocument;
  const study = studyOf(document, file === "-" ? "." : path.dirname(file));
  checkFiles(source, "scenarios", document.scenarios, problems);
  checkFiles(source, "policies", document.policies ?? [], problems);
  checkNames(source, "scenarios", study.scenarios, problems);
  checkNames(source, "policies", study.policies, problems);
  checkNames(source, "whatIfs", study.whatIfs, problems);
  checkBaseline(source, study, problems);
  study.whatIfs.forEach(({ moves }, n) => checkMoves(source, n, moves, problems));
  return { study: problems.hasErrors ? null : study, diagnostics: problems.diagnostics() };
}

function studyOf(document: StudyDocument, folder: string): Study {
  const filesOf = ({ name, title, files }: { readonly name: string; readonly title?: string; readonly files: readonly string[] }): NamedFiles =>
    ({ name, title: title ?? "", files: files.map((file) => path.join(path.isAbsolute(file) ? "" : folder, file)) });
  const scenarios = document.scenarios.map(filesOf);
  const policies = document.policies?.map(filesOf) ?? [asWritten];
  const { first = 1, count = 10 } = document.seeds ?? {};
  return {
    name: document.name, title: document.title ?? "", scenarios, policies,
    seeds: Array.from({ length: count }, (_, n) => first + n),
    baseline: { scenario: document.baseline?.scenario ?? scenarios[0]?.name ?? "", policies: document.baseline?.policies ?? policies[0]?.name ?? "" },
    start: document.start ?? null, lengthMs: document.length === undefined ? null : durationOf(document.length), runway: document.runway ?? false,
    whatIfs: document.whatIfs?.map(({ name, moves }) => ({ name, moves: moves.map(({ workload, to }) => ({ workload, to: to ?? null })) })) ?? [],
  };
}

function checkNames(source: Source, list: "scenarios" | "policies" | "whatIfs", named: readonly { readonly name: string }[], problems: Problems): void {
  const first = new Map<string, number>();
  named.forEach(({ name }, n) => {
    const before = first.get(name);
    if (before === undefined) first.set(name, n);
    else tell(source, problems, "duplicate-id", [list, n, "name"], `${list}[${n}] has the name ${shown(name)}, as ${list}[${before}] has`, "Give each a name of its own.");
  });
}

/** Every run reads its files anew, in a worker; standard input can be read but once. */
function checkFiles(source: Source, list: "scenarios" | "policies", named: readonly { readonly files: readonly string[] }[], problems: Problems): void {
  named.forEach(({ files }, n) => files.forEach((file, at) => {
    if (file === "-") tell(source, problems, "not-allowed", [list, n, "files", at], `${list}[${n}].files[${at}] is "-", but a study reads its files anew for every run`, "Keep what comes on standard input in a file, and name that.");
  }));
}

function checkBaseline(source: Source, { baseline, scenarios, policies }: Study, problems: Problems): void {
  for (const [key, name, known] of [["scenario", baseline.scenario, scenarios], ["policies", baseline.policies, policies]] as const) {
    const names = known.map((each) => each.name);
    if (!names.includes(name)) tell(source, problems, "unknown-reference", ["baseline", key], `baseline.${key} is ${shown(name)}, which the study does not have`, didYouMean(name, names));
  }
}

function checkMoves(source: Source, question: number, moves: readonly { readonly workload: string }[], problems: Problems): void {
  const seen = new Set<string>();
  moves.forEach(({ workload }, n) => {
    if (seen.has(workload)) tell(source, problems, "contradiction", ["whatIfs", question, "moves", n, "workload"], `workload ${shown(workload)} is moved twice by whatIfs[${question}]`, "Say once where it would be.");
    seen.add(workload);
  });
}

function tell(source: Source, problems: Problems, code: "duplicate-id" | "unknown-reference" | "contradiction" | "not-allowed", at: Path, what: string, advice: string): void {
  problems.error(code, { source, path: at }, () => ({ message: `${what}.`, advice }));
}
