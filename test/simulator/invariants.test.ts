import { describe, expect, it } from "vitest";
import { Engine } from "../../simulator/engine.ts";
import { brokenAtRest, brokenNow, brokenTotals } from "../../simulator/invariants.ts";
import { resultOf, type SimulationResult } from "../../simulator/result.ts";
import { randomSimulation } from "./random-simulation.ts";

/** Runs a seed and looks at everything after each event, and at shares after each instant. */
async function inspected(seed: number): Promise<{ readonly broken: readonly string[]; readonly result: SimulationResult; readonly events: number }> {
  const engine = new Engine(randomSimulation(seed));
  const broken: string[] = [];
  let events = 0;
  await engine.run((now) => {
    events++;
    if (broken.length === 0) broken.push(...brokenNow(now));
  }, (now) => {
    if (broken.length === 0) broken.push(...brokenAtRest(now));
  });
  return { broken: [...broken, ...brokenNow(engine), ...brokenTotals(engine)], result: resultOf(engine), events };
}

function inText(result: SimulationResult): string {
  return JSON.stringify(result, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
}

describe("a simulation in which everything happens", () => {
  it("keeps what must hold, after every event and in its sums, over many seeds", async () => {
    const seen = new Set<string>();
    let events = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const found = await inspected(seed);
      expect(found.broken, `seed ${seed}`).toEqual([]);
      events += found.events;
      for (const happening of found.result.happenings) seen.add(`${happening.kind} ${"outcome" in happening ? happening.outcome : "state" in happening ? happening.state : ""}`);
      for (const { state } of found.result.tasks) seen.add(`task ${state}`);
      for (const { planned: { action }, outcome } of found.result.actions) seen.add(`${action.kind} ${outcome}`);
    }
    expect(events).toBeGreaterThan(10_000);
    // The seeds are worth something only if they reach all of it.
    for (const what of ["action done", "action failed", "action given up", "host failed", "host booting", "host off", "service down", "service degraded", "service operational", "link broken", "limit ", "answer ", "task done", "task waiting", "migrate done", "stop done", "start done", "shutdownHost done"]) {
      expect(seen, what).toContain(what);
    }
  });

  it("gives the same bytes for the same seed", async () => {
    for (let seed = 1; seed <= 20; seed++) expect(inText((await inspected(seed)).result)).toBe(inText((await inspected(seed)).result));
  });
});
