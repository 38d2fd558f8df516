import { describe, expect, it } from "vitest";
import { isAllDone } from "../../cli/execution/carry-out.ts";
import type { Service } from "../../model/fleet.ts";
import type { ApplicationId } from "../../model/ids.ts";
import { given, policy, smallFleet } from "../planner/schedule/small-fleet.ts";
import { ARun } from "./a-run.ts";

const three = { h1: {}, h2: {}, h3: {} };
const cold = { liveMove: false, mayStop: true };
const shop: Service = {
  id: "shop" as Service["id"], title: "", applications: ["web", "db"] as ApplicationId[], startOrder: [{ application: "web" as ApplicationId, needs: "db" as ApplicationId }],
  redundancy: [], virtualAddress: null, scale: [], labels: {},
};
const coldMove = ["a1: stop w1 h1", "a2 after a1: transfer w1 h1 h2", "a3 after a2: start w1 h2", "a4 after a3: deleteSource w1 h1"];

/** Ends so many actions well and turns back. */
async function turnedBack(fleet: Parameters<typeof smallFleet>, done: number, lines: readonly string[], policies: Parameters<typeof given>[1] = []): Promise<ARun> {
  const run = new ARun(await given(smallFleet(...fleet), policies), { actionsAtOnce: 1 });
  run.begin(...lines);
  for (let n = 1; n < done; n++) run.hears(`done a${n}`);
  run.wish("goBack");
  if (run.state.underWay.length > 0) run.hears(`done a${done}`);
  return run;
}

describe("the way back", () => {
  it.each([
    ["a live move is moved back", 1, ["a1: migrate w2 h1 h2"], ["migrate w2 h2 h1"]],
    ["a stop is started again", 1, coldMove, ["start w1 h1"]],
    ["data that were carried and not used are deleted", 2, coldMove, ["start w1 h1", "deleteSource w1 h2"]],
    ["one that runs in its new place is carried back, after its old data are gone", 3, coldMove, ["deleteSource w1 h1", "stop w1 h2", "transfer w1 h2 h1", "start w1 h1", "deleteSource w1 h2"]],
    ["a whole cold move is made the other way round", 4, coldMove, ["stop w1 h2", "transfer w1 h2 h1", "start w1 h1", "deleteSource w1 h2"]],
    ["moves are undone last first", 2, ["a1: migrate w2 h1 h2", "a2 after a1: migrate w3 h3 h1"], ["migrate w3 h1 h3", "migrate w2 h2 h1"]],
    ["a copy that has not run is removed", 1, ["a1: copy w4 w2 h1 h3"], ["remove w4 h3"]],
    ["a host that was switched on for it is switched off", 1, ["a1: bootHost h4"], ["shutdownHost h4"]],
  ])("%s", async (_, done, lines, back) => {
    const run = await turnedBack([{ ...three, h4: { state: "off", powerManaged: true } }, {
      w1: { on: "h1", ...cold }, w2: { on: "h1" }, w3: { on: "h3" }, w4: { on: null, copyOf: "w2" as never },
    }], done, lines);
    expect(run.leg()).toEqual(back);
    while (run.state.underWay.length > 0) run.hears(`done ${run.state.leg.actions[run.state.underWay[0] ?? 0]?.id ?? ""}`);
    expect(run.state.status).toBe("ended");
    for (const w of [0, 1, 2]) expect(run.state.known.where(w)).toEqual({ host: w === 2 ? 2 : 0, arriving: -1, leaving: -1, activity: "running" });
  });

  it("leads past the room that others need: who came last leaves first", async () => {
    const full = { memoryMiB: 50 };
    const run = await turnedBack([{ h1: { memoryMiB: 50 }, h2: { memoryMiB: 50 }, h3: { memoryMiB: 50 } }, { w1: { on: "h1", ...full }, w2: { on: "h2", ...full } }], 3,
      ["a1: migrate w1 h1 h3", "a2 after a1: migrate w2 h2 h1", "a3 after a2: migrate w1 h3 h2"]);
    expect(run.leg()).toEqual(["migrate w1 h2 h3", "migrate w2 h1 h2", "migrate w1 h3 h1"]);
    expect(run.state.leg.actions.map(({ after }) => after)).toEqual([[], ["back-1"], ["back-1", "back-2"]]);
  });

  it("goes side by side where nothing is shared", async () => {
    const run = await turnedBack([{ h1: {}, h2: {}, h3: {}, h4: {} }, { w1: { on: "h1" }, w2: { on: "h3" } }], 2, ["a1: migrate w1 h1 h2", "a2 after a1: migrate w2 h3 h4"]);
    expect(run.state.leg.actions.map(({ after }) => after)).toEqual([[], []]);
  });

  it("leaves what nobody knows, what has been removed and what is new, and says so", async () => {
    const world = await given(smallFleet(three, { w1: { on: "h1" }, w2: { on: "h1", desired: "removed", mayStop: true }, w3: { on: null }, w4: { on: "h2" } }));
    const run = new ARun(world);
    run.begin("a1: migrate w1 h1 h2", "a2: stop w2 h1", "a3 after a2: remove w2 h1", "a4: start w3 h3", "a5: migrate w4 h2 h3");
    for (const id of ["a2", "a3", "a4", "a5"]) run.hears(`done ${id}`);
    run.at(300_000);
    expect(run.state.status).toBe("ended");
    run.wish("goBack");
    expect(run.leg()).toEqual(["migrate w4 h3 h2"]);
    expect(run.state.left).toEqual([
      "w1 stays as it is: how a1 ended is unknown, host h1 has not said how it went for 300 s",
      "w3 is new and stays on h3: going back deletes nothing that has run",
      "w2 has been removed and cannot be brought back",
    ]);
  });

  it("never goes back to data that may be old: what may have run stays", async () => {
    const run = new ARun(await given(smallFleet(three, { w1: { on: "h1", ...cold } })));
    run.begin(...coldMove);
    run.hears("done a1");
    run.hears("done a2");
    run.hears("failed a3", { found: "stopped", ran: true });
    run.wish("goBack");
    expect(run.leg()).toEqual([]);
    expect(run.state.left).toEqual(["w1 stays on h2: it may have run there, so its data on h1 are older"]);
  });

  it("lets a workload half-way count as being on its target where a neighbour needs it there", async () => {
    const near = policy("near", "neighbourhood", ["w2"], { near: { ids: ["w1", "w3"] }, key: "host" }, { holds: "continuously" });
    const workloads = { w1: { on: "h1", ...cold }, w2: { on: "h2" }, w3: { on: "h2", desired: "removed", mayStop: true } } as const;
    const lines = ["a1: stop w1 h1", "a2 after a1: transfer w1 h1 h2", "a3 after a2: stop w3 h2", "a4 after a3: remove w3 h2"];
    const free = await turnedBack([three, workloads], 4, lines);
    expect(free.leg()).toEqual(["start w1 h1", "deleteSource w1 h2"]);
    const held = await turnedBack([three, workloads], 4, lines, [near]);
    expect(held.leg()).toEqual([]);
    expect(held.state.left).toContainEqual(expect.stringMatching(/^w1 stays on h2: policy near would be broken/));
  });

  it("does not start again one that was new, started and stopped", async () => {
    const run = await turnedBack([three, { w1: { on: null, desired: "stopped", mayStop: true } }], 2, ["a1: start w1 h1", "a2 after a1: stop w1 h1"]);
    expect(run.leg()).toEqual([]);
    expect(run.state.left).toEqual(["w1 is new and stays on h1: going back deletes nothing that has run"]);
  });

  it("is taken by itself after a failure, when the settings say so", async () => {
    const run = new ARun(await given(smallFleet(three, { w1: { on: "h1" }, w2: { on: "h1" } })), { onFailure: "goBack" });
    run.begin("a1: migrate w1 h1 h2", "a2 after a1: migrate w2 h1 h2");
    run.hears("done a1");
    expect(run.hears("failed a2")).toEqual(["failed a2", "wished", "turnedBack", "dispatched back-1"]);
  });

  it("starts what a service needs first, in whatever order the stops of the way there have ended", async () => {
    const fleet = smallFleet({ h1: {}, h2: {} }, { web: { on: "h1", ...cold, applications: ["web"] as ApplicationId[] }, db: { on: "h1", ...cold, applications: ["db"] as ApplicationId[] } }, { services: [shop] });
    for (const stops of [["w1", "d1"], ["d1", "w1"]]) {
      const run = new ARun(await given(fleet));
      run.begin("w1: stop web h1", "d1: stop db h1", "w2 after w1: transfer web h1 h2", "d2 after d1: transfer db h1 h2", "d3 after d2: start db h2", "w3 after w2 d3: start web h2", "d4 after d3: deleteSource db h1", "w4 after w3: deleteSource web h1");
      for (const id of [...stops, "w2", "d2", "d3", "w3", "d4", "w4"]) run.hears(`done ${id}`);
      expect(run.wish("goBack")[1]).toBe("turnedBack");
      const words = run.leg();
      expect(words.indexOf("start db h1")).toBeLessThan(words.indexOf("start web h1"));
      while (run.state.underWay.length > 0) run.hears(`done ${run.state.leg.actions[run.state.underWay[0] ?? 0]?.id ?? ""}`);
      for (const w of [0, 1]) expect(run.state.known.where(w)).toEqual({ host: 0, arriving: -1, leaving: -1, activity: "running" });
    }
  });

  it("switches a host off only once it is empty again, also where the order of starts was changed", async () => {
    const fleet = smallFleet({ h1: {}, h2: {}, h3: { state: "off", powerManaged: true } }, { web: { on: "h1", ...cold, applications: ["web"] as ApplicationId[] }, db: { on: "h1", ...cold, applications: ["db"] as ApplicationId[] } }, { services: [shop] });
    const run = new ARun(await given(fleet));
    run.begin("b1: bootHost h3", "w1: stop web h1", "d1: stop db h1", "d2 after d1: transfer db h1 h2", "w2 after w1 b1: transfer web h1 h3", "d3 after d2: start db h2", "w3 after w2 d3: start web h3", "d4 after d3: deleteSource db h1", "w4 after w3: deleteSource web h1");
    for (const id of ["w1", "d1", "d2", "b1", "w2", "d3", "w3", "d4", "w4"]) run.hears(`done ${id}`);
    expect(run.wish("goBack")[1]).toBe("turnedBack");
    const words = run.leg();
    expect(words.indexOf("deleteSource web h3")).toBeLessThan(words.indexOf("shutdownHost h3"));
  });

  it("is refused, with the reason, where it would break a rule that was kept before", async () => {
    const lonely = policy("alone", "lonely", ["w2"]);
    const run = new ARun(await given(smallFleet(three, { w1: { on: "h1" }, w2: { on: "h2" }, w3: { on: null } }), [lonely]));
    run.begin("a1: migrate w2 h2 h3", "a2 after a1: start w3 h2");
    run.hears("done a1");
    run.hears("done a2");
    expect(run.wish("goBack")).toEqual(["wished", "ended"]);
    expect(run.state.hasNoWayBack).toBe(true);
    // The plan is done, but not what was asked for.
    expect(isAllDone(run.state)).toBe(false);
    expect(run.state.because).toMatch(/^there is no way back: policy alone: w2 must be alone on host h2/);
  });
});
