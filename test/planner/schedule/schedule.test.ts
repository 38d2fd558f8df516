import { describe, expect, it } from "vitest";
import { schedule, type ScheduleResult } from "../../../planner/schedule.ts";
import { given, policy, smallFleet, targetOf, type Given } from "./small-fleet.ts";

function run(world: Given, moves: Record<string, string | null>): ScheduleResult {
  return schedule({ index: world.index, constraints: world.constraints, hostOf: targetOf(world, moves), startsAtMs: null, stopped: () => false });
}

/** `a1 migrate w h1>h2 after a0` for each action. */
function lines({ actions }: ScheduleResult): readonly string[] {
  return actions.map(({ id, action, after }) => {
    const places = "to" in action ? `${action.from}>${action.to}` : action.host;
    return `${id} ${action.kind}${"workload" in action ? ` ${action.workload}` : ""} ${places}${after.length === 0 ? "" : ` after ${after.join(" ")}`}`;
  });
}

describe("schedule", () => {
  it("moves live in one action", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {} }, { w: { on: "h1" } }));
    expect(lines(run(world, { w: "h2" }))).toEqual(["a1 migrate w h1>h2"]);
  });

  it("swaps two that fill their hosts over a third host", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {}, h3: {} }, { a: { on: "h1", memoryMiB: 80 }, b: { on: "h2", memoryMiB: 70 } }));
    const result = run(world, { a: "h2", b: "h1" });
    expect(result.kind).toBe("scheduled");
    expect(lines(result)).toEqual(["a1 migrate b h2>h3", "a2 migrate a h1>h2 after a1", "a3 migrate b h3>h1 after a2"]);
  });
});
