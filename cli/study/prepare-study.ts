import type { Diagnostic } from "../../model/diagnostic.ts";
import { didYouMean } from "../../policies/index.ts";
import type { Study } from "../../scenarios/index.ts";
import { hasErrors, prepare, type Ready } from "../prepare.ts";
import { formatDuration } from "../render/duration.ts";
import { simulationInput, type PreparedSimulation } from "../simulation-input.ts";
import { problemIn } from "../simulation-problem.ts";
import type { Variant } from "./compare.ts";
import { InputDigests } from "./input-digest.ts";
import { inputOfJob, simulationOptions, type StudyJob } from "./job.ts";

/** A variant whose files are sound, with the runs that it takes. */
export interface PreparedVariant extends Variant {
  readonly currency: string;
  readonly lengthMs: number;
  readonly runs: readonly { readonly seed: number; readonly job: StudyJob; readonly digest: string }[];
}

/** Every variant, or what is wrong with any of them, each thing told once. */
export interface PreparedStudy {
  readonly variants: readonly PreparedVariant[] | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads all scenarios under all policies, so that nothing is found wrong after an hour. */
export async function prepareStudy(study: Study, nowUtc: string, progress: (done: number, total: number) => void): Promise<PreparedStudy> {
  const told = new Map<string, Diagnostic>();
  const tell = (diagnostics: readonly Diagnostic[]): void => {
    for (const each of diagnostics) told.set([each.file, each.line, each.path, each.message].join("\n"), each);
  };
  const digests = new InputDigests();
  const variants: PreparedVariant[] = [];
  const pairs = study.scenarios.flatMap((scenario) => study.policies.map((policies) => ({ scenario, policies })));
  for (const [done, { scenario, policies }] of pairs.entries()) {
    progress(done, pairs.length);
    const jobs = study.seeds.map((seed): StudyJob => ({
      paths: [...scenario.files, ...policies.files], nowUtc, seed, start: study.start, lengthMs: study.lengthMs, runway: study.runway,
    }));
    const opened = await openJob(jobs[0]);
    tell(opened.diagnostics);
    if (opened.simulation === null || opened.ready === null) continue;
    const { ready, simulation } = opened;
    tell(unknownMoves(study, simulation, scenario.name));
    const runs: PreparedVariant["runs"][number][] = [];
    for (const job of jobs) runs.push({ seed: job.seed, job, digest: await digests.of(ready.scenario, job) });
    variants.push({ scenario: scenario.name, policies: policies.name, currency: ready.scenario.fleet.currency, lengthMs: simulation.lengthMs, runs });
  }
  tell(unlike(variants));
  const diagnostics = [...told.values()];
  return { variants: hasErrors(diagnostics) ? null : variants, diagnostics };
}

/** A job's simulation, ready to run but for its plan, which takes long and is made when it runs. */
export async function openJob(job: StudyJob | undefined): Promise<{ readonly ready: Ready | null; readonly simulation: PreparedSimulation | null; readonly diagnostics: readonly Diagnostic[] }> {
  if (job === undefined) return { ready: null, simulation: null, diagnostics: [] };
  const { ready, diagnostics } = await prepare(inputOfJob(job));
  if (ready === null) return { ready, simulation: null, diagnostics };
  const { made, diagnostics: found } = await simulationInput(ready, { ...simulationOptions(job), plan: null });
  return { ready, simulation: made, diagnostics: [...diagnostics, ...found] };
}

/** Sums over different times, or in different currencies, cannot be compared. */
function unlike(variants: readonly PreparedVariant[]): readonly Diagnostic[] {
  const [first] = variants;
  if (first === undefined) return [];
  return variants.flatMap(({ scenario, lengthMs, currency }) => [
    ...lengthMs === first.lengthMs ? [] : [problemIn("contradiction", "length", `scenario ${scenario} lasts ${formatDuration(lengthMs)}, scenario ${first.scenario} ${formatDuration(first.lengthMs)}`, "Write `length` into the study: all of it lasts as long.")],
    ...currency === first.currency ? [] : [problemIn("contradiction", "currency", `scenario ${scenario} counts in ${currency}, scenario ${first.scenario} in ${first.currency}`, "Give all scenarios the same currency.")],
  ]);
}

function unknownMoves({ whatIfs }: Study, { input: { index } }: PreparedSimulation, scenario: string): readonly Diagnostic[] {
  const [workloads, hosts] = [index.workloads.map(({ id }): string => id), index.hosts.map(({ id }): string => id)];
  const known = { workload: new Set(workloads), host: new Set(hosts) };
  return whatIfs.flatMap(({ moves }, n) => moves.flatMap(({ workload, to }, at) => [
    ...known.workload.has(workload) ? [] : [problemIn("unknown-reference", `whatIfs[${n}].moves[${at}].workload`, `scenario ${scenario} has no workload ${workload}`, didYouMean(workload, workloads))],
    ...to === null || known.host.has(to) ? [] : [problemIn("unknown-reference", `whatIfs[${n}].moves[${at}].to`, `scenario ${scenario} has no host ${to}`, didYouMean(to, hosts))],
  ]));
}
