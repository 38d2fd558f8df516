import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Study } from "../../scenarios/index.ts";
import type { Context } from "../context.ts";
import { fileProblem } from "../file-problem.ts";
import { formatDuration } from "../render/duration.ts";
import { compareVariants, type ComparedVariant, type Variant } from "./compare.ts";
import type { StudyJob } from "./job.ts";
import type { RunFigures } from "./measures.ts";
import { runJobs } from "./pool.ts";
import { openJob, prepareStudy, type PreparedVariant } from "./prepare-study.ts";
import { RunFiles } from "./run-file.ts";
import { WhatIfs, type WhatIfAnswer } from "./what-ifs.ts";

/** What a study found. The same study gives the same report, on however many cores and however often interrupted. */
export interface StudyReport {
  readonly name: string;
  readonly title: string;
  readonly currency: string;
  readonly lengthMs: number;
  readonly seeds: readonly number[];
  readonly baseline: Variant;
  readonly variants: readonly ComparedVariant[];
  readonly whatIfs: readonly WhatIfAnswer[];
  readonly runsDone: number;
  readonly runsWanted: number;
}

export interface StudySettings {
  /** Finished runs are kept here; null: nowhere. */
  readonly out: string | null;
  /** Runs that are there already are taken from there. */
  readonly resume: boolean;
  readonly workers: number;
}

export interface StudyOutcome {
  readonly report: StudyReport | null;
  readonly interrupted: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Prepares everything, runs what is missing, compares. */
export async function runStudy(study: Study, settings: StudySettings, context: Context): Promise<StudyOutcome> {
  const { variants, diagnostics } = await prepareStudy(study, context.nowUtc, (done, total) => context.progress("reading scenarios", done, total));
  if (variants === null) return { report: null, interrupted: false, diagnostics };
  const runner = new Runner(settings, context);
  const interrupted = await runner.run(variants);
  const found = [...diagnostics, ...runner.diagnostics];
  if (runner.failed) return { report: null, interrupted, diagnostics: found };
  const whatIfs = interrupted ? [] : await answersOf(study, variants, context);
  const compared = compareVariants(variants.map(({ scenario, policies, runs }) => ({
    scenario, policies, runs: runs.map(({ seed, digest }) => ({ seed, figures: runner.figures.get(digest) ?? null })),
  })), study.baseline);
  const runs = compared.flatMap((variant) => variant.runs);
  return {
    interrupted, diagnostics: [...found, ...warnings(compared)],
    report: {
      name: study.name, title: study.title, currency: variants[0]?.currency ?? "", lengthMs: variants[0]?.lengthMs ?? 0, seeds: study.seeds, baseline: study.baseline,
      variants: compared, whatIfs, runsDone: runs.filter(({ figures }) => figures !== null).length, runsWanted: runs.length,
    },
  };
}

/** Runs each input once, whatever variants share it. */
class Runner {
  readonly figures = new Map<string, RunFigures>();
  readonly diagnostics: Diagnostic[] = [];
  readonly #settings: StudySettings;
  readonly #context: Context;
  readonly #files: RunFiles | null;
  failed = false;

  constructor(settings: StudySettings, context: Context) {
    this.#settings = settings;
    this.#context = context;
    this.#files = settings.out === null ? null : new RunFiles(settings.out);
  }

  /** True when somebody pressed Ctrl-C. */
  async run(variants: readonly PreparedVariant[]): Promise<boolean> {
    const jobs = new Map<string, StudyJob>(variants.flatMap(({ runs }) => runs.map(({ digest, job }) => [digest, job] as const)));
    const all = jobs.size;
    await this.#files?.make();
    if (this.#settings.resume) for (const digest of jobs.keys()) if (await this.#takeKept(digest)) jobs.delete(digest);
    const missing = [...jobs.keys()];
    const beganMs = this.#context.clock.nowMs();
    const progress = (): void => {
      const done = missing.length - jobs.size;
      const leftMs = done === 0 ? null : ((this.#context.clock.nowMs() - beganMs) / done) * jobs.size;
      this.#context.progress(leftMs === null ? "simulating" : `simulating, about ${formatDuration(1000 * Math.ceil(leftMs / 1000))} left`, all - jobs.size, all);
    };
    progress();
    return runJobs([...jobs.values()], {
      workers: this.#settings.workers,
      onDone: async (number, { figures, diagnostics }) => {
        const digest = missing[number] ?? "";
        jobs.delete(digest);
        if (figures === null) this.#fail(diagnostics);
        else await this.#keep(digest, figures);
        progress();
      },
    });
  }

  async #takeKept(digest: string): Promise<boolean> {
    const kept = await this.#files?.read(digest);
    if (kept?.kind === "damaged") {
      const file = this.#files?.fileOf(digest) ?? null;
      this.diagnostics.push({ code: "bad-syntax", severity: "warning", file, line: null, column: null, path: "", message: `Run ${file} is not whole or was changed; it is done again.`, advice: "Nothing needs to be done." });
    }
    if (kept?.kind !== "kept") return false;
    this.figures.set(digest, kept.figures);
    return true;
  }

  async #keep(digest: string, figures: RunFigures): Promise<void> {
    this.figures.set(digest, figures);
    try {
      await this.#files?.write(digest, figures);
    } catch (error) {
      this.#fail([fileProblem(this.#files?.fileOf(digest) ?? "", error, "written")]);
    }
  }

  #fail(diagnostics: readonly Diagnostic[]): void {
    this.failed = true;
    for (const each of diagnostics) if (!this.diagnostics.some(({ message }) => message === each.message)) this.diagnostics.push(each);
  }
}

/** One scenario after the other, under the first set of policies: nothing is decided in a what-if. */
async function answersOf({ whatIfs, scenarios }: Study, variants: readonly PreparedVariant[], context: Context): Promise<readonly WhatIfAnswer[]> {
  if (whatIfs.length === 0) return [];
  const answers: WhatIfAnswer[] = [];
  for (const { name } of scenarios) {
    const asked = new WhatIfs(name, whatIfs);
    const runs = variants.find(({ scenario }) => scenario === name)?.runs ?? [];
    for (const [done, { job }] of runs.entries()) {
      context.progress(`asking what if in ${name}`, done, runs.length);
      const { simulation } = await openJob(job);
      if (simulation !== null) asked.add(simulation);
    }
    answers.push(...asked.answers());
  }
  return answers;
}

function warnings(variants: readonly ComparedVariant[]): readonly Diagnostic[] {
  const sum = (of: (figures: RunFigures) => number): number =>
    variants.reduce((total, { runs }) => total + runs.reduce((ofRuns, { figures }) => ofRuns + (figures === null ? 0 : of(figures)), 0), 0);
  return [
    ...warn(sum(({ answersRefused }) => answersRefused), "answers of the planner were refused by the verifier and not carried out.", "Give recovery.iterations more, or set policies aside that cannot be kept in an emergency."),
    ...warn(sum(({ samplesAtLimit }) => samplesAtLimit), "samples were more than can be counted, and stayed at the limit.", "Use larger units, or less load."),
    ...warn(sum(({ actionsFailed }) => actionsFailed), "actions of plans failed, were given up, or nobody knows how they ended.", "See `stowage simulate` of one seed: it says which and why."),
  ];
}

function warn(count: number, message: string, advice: string): readonly Diagnostic[] {
  return count === 0 ? [] : [{ code: "out-of-range", severity: "warning", file: null, line: null, column: null, path: "", message: `${count} ${message}`, advice }];
}
