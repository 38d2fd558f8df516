import { expect, it } from "vitest";
import { paintFor } from "../../../cli/render/paint.ts";
import { renderExecution } from "../../../cli/render/execution.ts";
import { ARun } from "../../executor/a-run.ts";
import { given, smallFleet } from "../../planner/schedule/small-fleet.ts";

it("shows how long an action took to the nearest tenth of a second, and what was predicted in whole ones", async () => {
  const run = new ARun(await given(smallFleet({ h1: {}, h2: {} }, { w1: { on: "h1" } })));
  run.begin("a1: migrate w1 h1 h2");
  run.nowMs = 4053;
  run.hears("done a1");
  const words = renderExecution("r", run.state, true, { paint: paintFor(false), columns: 100, full: false });
  expect(words).toMatch(/a1 +migrate w1 h1 -> h2 +done +10 s +4\.1 s/);
  expect(words).toContain("in 4.1 s of work against 10 s predicted");
});
