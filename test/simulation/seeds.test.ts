import { describe, expect, it } from "vitest";
import { simulateSeed } from "./by-seed.ts";

/** Every fault of a kind that some of these seeds must have met, or they prove less than they seem to. */
describe("an execution in a world where everything goes wrong", () => {
  it("loses nothing, runs nothing twice, breaks no rule, does nothing unapproved, and ends: 200 seeds", async () => {
    const met = { crashes: 0, back: 0, unknown: 0, failed: 0, done: 0 };
    for (let seed = 0; seed < 200; seed++) {
      const simulated = await simulateSeed(seed);
      expect({ seed, wrong: simulated.wrong }).toEqual({ seed, wrong: [] });
      met.crashes += simulated.crashes;
      if (simulated.state.wayThere !== null) met.back++;
      const kinds = [...simulated.state.steps, ...(simulated.state.wayThere?.steps ?? [])].map(({ kind }) => kind);
      if (kinds.includes("unknown")) met.unknown++;
      if (kinds.includes("failed")) met.failed++;
      met.done += kinds.filter((kind) => kind === "done").length;
    }
        expect(Object.entries(met).filter(([, count]) => count < 3)).toEqual([]);
  });

  it("is the same for the same seed", async () => {
    const [first, second] = [await simulateSeed(12), await simulateSeed(12)];
    expect(second.events).toBe(first.events);
    expect(second.state.steps).toEqual(first.state.steps);
  });

  it.each([
    [34, "a move is called failed when its host is only silent"],
    [101, "a workload is called stopped while nobody knows"],
    [300, "an attempt that was called void begins after all"],
    [366, "two attempts at one transfer are under way, and the first deletes what the second has brought"],
  ])("would notice on seed %i when %s", async (seed) => {
    expect((await simulateSeed(seed)).wrong).toEqual([]);
  });
});
