import type { Random } from "../../model/random.ts";

/** What goes wrong in one simulated execution: chances per thousand, and times in milliseconds. */
export interface Faults {
  /** Nothing goes wrong any more from here on, and what was cut off or down is back; except hosts that stay dead. */
  readonly endMs: number;
  readonly loss: number;
  readonly duplicates: number;
  readonly late: number;
  readonly cuts: number;
  /** Of the executor, at each append of its journal. */
  readonly executorCrashes: number;
  readonly executorStalls: number;
  readonly rivals: number;
  /** Of an agent, at each write to its own journal. */
  readonly agentCrashes: number;
  readonly powerCuts: number;
  /** Of a host that loses power: that it never comes back. */
  readonly deaths: number;
  readonly fullDisks: number;
  /** Of a live migration that it never ends by itself; of a guest, that it ignores being told to stop. */
  readonly endless: number;
  /** Of a workload: that it dies by itself. */
  readonly guestDeaths: number;
  readonly driverFailures: number;
  readonly clockJumps: number;
  readonly wishes: number;
}

const none: Faults = {
  endMs: 0, loss: 0, duplicates: 0, late: 0, cuts: 0, executorCrashes: 0, executorStalls: 0, rivals: 0, agentCrashes: 0,
  powerCuts: 0, deaths: 0, fullDisks: 0, endless: 0, guestDeaths: 0, driverFailures: 0, clockJumps: 0, wishes: 0,
};

/** One execution in ten is calm; some suffer from one thing, most from everything. */
export function drawFaults(random: Random): Faults {
  const endMs = random.between(1, 40) * 60_000;
  const rare = (most: number): number => (random.chance(500) ? random.below(most) : 0);
  const network = (): Partial<Faults> => ({ loss: random.below(300), duplicates: random.below(200), late: random.below(100), cuts: random.below(400) });
  switch (random.below(10)) {
    case 0: return none;
    case 1: return { ...none, endMs, ...network() };
    case 2: return { ...none, endMs, executorCrashes: random.between(50, 400), rivals: random.below(500), executorStalls: random.below(300) };
    case 3: return { ...none, endMs, agentCrashes: random.between(20, 300) };
    case 4: return { ...none, endMs, powerCuts: random.between(100, 700), deaths: rare(500), guestDeaths: random.below(300) };
    case 5: return { ...none, endMs, driverFailures: random.between(50, 900), fullDisks: rare(900), endless: rare(900), wishes: random.below(1000) };
    default: return {
      endMs, loss: rare(200), duplicates: rare(200), late: rare(100), cuts: rare(300), executorCrashes: rare(200), executorStalls: rare(200),
      rivals: rare(300), agentCrashes: rare(150), powerCuts: rare(400), deaths: rare(400), fullDisks: rare(500), endless: rare(400), guestDeaths: rare(200),
      driverFailures: rare(600), clockJumps: rare(500), wishes: rare(500),
    };
  }
}
