import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instanceRunway, instancesNeeded, mostThatFit } from "../../../simulator/forecast/instances.ts";
import { RunwayModel } from "../../../simulator/index.ts";
import { dayMs } from "../../../simulator/forecast/history.ts";
import { hourly, startMs } from "./history-of.ts";

/** A load that grows by exactly one a day from 100 on; four instances of 50 hold 200. */
const load = { name: "web", resource: "cpuMillicores", history: hourly(60, (hour) => 100 + Math.floor(hour / 24)) };
const pool = { ...load, instances: 4, usableNow: 200, perInstance: 50, moreMax: 1000 };
const model = new RunwayModel(load, { seed: 7, paths: 100 });

describe("a runway under the rules", () => {
  // The last known day is at 159, so that a limit is first passed limit - 159 days later, and the first day to come is day 0.
  it.each([[0, 200, 41], [1, 250, 91], [3, 350, 191]])("of %d more that fit ends above %d, after %d days", async (room, usable, after) => {
    const runway = await instanceRunway(pool, model, (more) => Promise.resolve(more <= room));
    expect([runway.moreInstances, runway.usable, runway.instances, runway.moreMayFit]).toEqual([room, usable, 4, false]);
    expect(((runway.crossed.p50 ?? 0) - startMs) / dayMs - 60).toBe(after);
  });

  it("says when still more may fit", async () => {
    const runway = await instanceRunway({ ...pool, moreMax: 2 }, model, () => Promise.resolve(true));
    expect([runway.moreInstances, runway.moreMayFit]).toEqual([2, true]);
  });

  it.each([[41, 0], [42, 1], [91, 1], [92, 2]])("within %d days needs %d more", (days, more) => expect(instancesNeeded(pool, model, days)).toBe(more));

  it("asks about few counts and finds the most that fit", async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 3000 }), async (room, most) => {
      let asked = 0;
      const fits = (count: number): Promise<boolean> => {
        asked++;
        expect(count <= most && count > 0).toBe(true);
        return Promise.resolve(count <= room);
      };
      expect(await mostThatFit(fits, most)).toBe(Math.min(room, most));
      expect(asked).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(most + 2)) + 1);
    }), { seed: 3 });
  });
});
