import type { FleetIndex } from "../../model/snapshot.ts";
import type { WhatIfQuestion } from "../../scenarios/index.ts";
import { replayInput, WhatIf, type HostFigures, type ReplayInput, type RowMove } from "../../simulator/index.ts";
import type { PreparedSimulation } from "../simulation-input.ts";
import { judgedDifference, type Difference } from "./compare.ts";

/** Numbers about the hosts that some moves concern, all of them better when less. */
export const whatIfMeasures = [
  { name: "stolenMs", head: "stolen", unit: "h", scale: 3_600_000, decimals: 2 },
  { name: "overMs", head: "beyond capacity", unit: "h", scale: 3_600_000, decimals: 1 },
  { name: "peakDemandPermille", head: "peak demand", unit: "%", scale: 10, decimals: 1 },
  { name: "energyMilliwattHours", head: "energy", unit: "kWh", scale: 1_000_000, decimals: 2 },
] as const;

type WhatIfMeasure = (typeof whatIfMeasures)[number]["name"];
type Figures = Readonly<Record<WhatIfMeasure, number>>;

/** What some moves would change on the hosts that they leave and reach, over the seeds. */
export interface WhatIfAnswer {
  readonly name: string;
  readonly scenario: string;
  readonly hosts: readonly string[];
  readonly measured: readonly { readonly measure: WhatIfMeasure; readonly before: number; readonly after: number; readonly difference: Difference }[];
}

/** Answers questions about one scenario: the load of every host is read once for each seed, and only hosts concerned are looked at. */
export class WhatIfs {
  readonly #scenario: string;
  readonly #questions: readonly WhatIfQuestion[];
  readonly #answers: { readonly before: Figures[]; readonly after: Figures[] }[];
  #hosts: readonly (readonly string[])[] = [];

  constructor(scenario: string, questions: readonly WhatIfQuestion[]) {
    this.#scenario = scenario;
    this.#questions = questions;
    this.#answers = questions.map(() => ({ before: [], after: [] }));
  }

  /** Asks everything about the load of one more seed. */
  add({ input: { index, load } }: PreparedSimulation): void {
    if (load === null) return;
    const replayed = replayInput(index, load);
    const replay = new WhatIf(replayed);
    this.#hosts = this.#questions.map((question, n) => {
      const changes = replay.ask(movesOf(question, index));
      const figures = (side: "before" | "after"): Figures => figuresOf(changes.map((change) => ({ host: change.host, figures: change[side] })), replayed, load.stepMs);
      this.#answers[n]?.before.push(figures("before"));
      this.#answers[n]?.after.push(figures("after"));
      return changes.map(({ host }) => index.hosts[host]?.id ?? "");
    });
  }

  answers(): readonly WhatIfAnswer[] {
    return this.#questions.map(({ name }, n) => {
      const { before, after } = this.#answers[n] ?? { before: [], after: [] };
      return {
        name, scenario: this.#scenario, hosts: this.#hosts[n] ?? [],
        measured: before.length === 0 ? [] : whatIfMeasures.map(({ name: measure, scale, decimals }) => {
          const [were, are] = [before.map((figures) => figures[measure]), after.map((figures) => figures[measure])];
          return { measure, before: mean(were), after: mean(are), difference: judgedDifference({ better: "less", scale, decimals }, were, are) };
        }),
      };
    });
  }
}

function movesOf({ moves }: WhatIfQuestion, index: FleetIndex): readonly RowMove[] {
  const [workloads, hosts] = [new Map<string, number>(index.workloadIndex), new Map<string, number>(index.hostIndex)];
  return moves.map(({ workload, to }) => ({ row: workloads.get(workload) ?? -1, to: to === null ? -1 : (hosts.get(to) ?? -1) }));
}

function figuresOf(hosts: readonly { readonly host: number; readonly figures: HostFigures }[], { capacity }: ReplayInput, stepMs: number): Figures {
  const total = (of: (figures: HostFigures, capacity: number) => number): number => Math.round(hosts.reduce((sum, { host, figures }) => sum + of(figures, capacity[host] ?? 0), 0));
  return {
    stolenMs: total(({ stolen }, whole) => share(stolen, whole) * stepMs),
    overMs: total(({ slotsOver }) => slotsOver * stepMs),
    peakDemandPermille: Math.round(Math.max(0, ...hosts.map(({ host, figures }) => 1000 * share(figures.demandPeak, capacity[host] ?? 0)))),
    energyMilliwattHours: total(({ milliwatts }) => (milliwatts * stepMs) / 3_600_000),
  };
}

function share(amount: number, whole: number): number {
  return whole > 0 ? amount / whole : 0;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
