import type { Clock } from "../../model/clock.ts";
import { Random } from "../../model/random.ts";
import { Cooling, looksPerRound, melting, type Heat } from "./cooling.ts";
import type { FlatProblem } from "./problem.ts";

export interface FlatOptions {
  readonly seed: number;
  /** Proposals; with it the answer does not depend on the speed of the machine. */
  readonly iterations: number;
  readonly timeMs: number;
  readonly clock: Clock;
  readonly stopped: () => boolean;
  /** Called when there is a better placement that keeps every limit. */
  readonly improved?: (cost: number) => void;
}

export interface FlatSolution {
  readonly hostOf: Int32Array;
  /** Infinity when no placement that keeps every limit was found. */
  readonly cost: number;
  readonly weighed: number;
}

export interface Round {
  readonly heat: Heat;
  /** Share of the whole search. */
  readonly share: number;
}

/** The first round is the longest; the others try to do better from the best that is known. */
export const rounds: readonly Round[] = [
  { heat: melting, share: 0.4 },
  { heat: melting, share: 0.2 },
  { heat: melting, share: 0.2 },
  { heat: melting, share: 0.2 },
];
const proposalsMin = 200;

/** Anneals within the time and the proposals given, in one thread. */
export function searchFlat(problem: FlatProblem, options: FlatOptions): FlatSolution {
  const { clock, timeMs, iterations, stopped } = options;
  const cooling = new Cooling(problem, problem.home, new Random(options.seed));
  const endMs = clock.nowMs() + timeMs;
  let sharesLeft = 1;
  for (const { heat, share } of rounds) {
    if (stopped()) break;
    cooling.begin(cooling.record.cost < Infinity ? cooling.record.hostOf : null);
    const leftMs = Math.max(1, endMs - clock.nowMs());
    runRound(cooling, heat, { ...options, timeMs: leftMs * share / sharesLeft, iterations: Math.ceil(iterations * share) });
    sharesLeft -= share;
  }
  return { hostOf: cooling.record.hostOf.slice(), cost: cooling.record.cost, weighed: cooling.weighed };
}

/** One round within the given limits. */
export function runRound(cooling: Cooling, heat: Heat, { clock, timeMs, iterations, stopped, improved }: Omit<FlatOptions, "seed">): void {
  const startMs = clock.nowMs();
  const share = (done: number): number => Math.max((clock.nowMs() - startMs) / timeMs, done / iterations);
  let pace = Math.max(proposalsMin, Math.min(5000, Math.ceil(iterations / looksPerRound)));
  let reported = cooling.record.cost;
  let done = 0;
  for (let now = share(done); now < 1 && !stopped();) {
    cooling.step(heat, now, pace);
    done += pace;
    const then = share(done);
    // A look is a small part of a round, whatever the machine's speed.
    if (then - now > 2 / looksPerRound) pace = Math.max(proposalsMin, Math.floor(pace / 2));
    else if (then - now < 0.5 / looksPerRound) pace *= 2;
    now = then;
    if (cooling.record.cost < reported) {
      reported = cooling.record.cost;
      improved?.(reported);
    }
  }
  cooling.record.keep();
}
