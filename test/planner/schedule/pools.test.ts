import { describe, expect, it } from "vitest";
import { Random } from "../../../model/random.ts";
import type { Activity, Whereabouts } from "../../../model/snapshot.ts";
import { FleetState } from "../../../planner/schedule/fleet-state.ts";
import { Pools } from "../../../planner/schedule/pools.ts";
import { given, policy, smallFleet } from "./small-fleet.ts";

const activities: readonly Activity[] = ["running", "starting", "stopping", "stopped"];

describe("the pools of the fast path", () => {
  it("hold at every instant what check finds", async () => {
    const names = ["h1", "h2", "h3"];
    const world = await given(
      smallFleet(Object.fromEntries(names.map((id, h) => [id, { memoryMiB: 0, capacity: { cpuMillicores: 0, storageMiB: 0, networkMbps: 0 }, domains: { rack: `r${h % 2}` } }])),
        Object.fromEntries(Array.from({ length: 6 }, (_, w) => [`w${w}`, { on: names[w % 3] ?? null, memoryMiB: w + 1, reservation: { storageMiB: 10 * w, cpuMillicores: 100 * w } }]))),
      [
        policy("rack", "capacity", null, { perDomain: "rack", atMost: 0 }, { hosts: names }),
        policy("kept", "capacity", null, { countBothEnds: ["cpuMillicores", "storageMiB"] }, { hosts: names }),
        policy("kept-by-rack", "capacity", null, { perDomain: "rack", atMost: 0, countBothEnds: ["memoryMiB", "cpuMillicores"] }, { hosts: names }),
      ],
    );
    const { index, constraints } = world;
    const random = new Random(5);
    const state = new FleetState(index);
    const numbers = constraints.flatMap(({ kind }, k) => (kind === "capacity" ? [k] : []));
    const pools = new Pools(index, constraints, numbers, state);
    state.watch((w, before, after) => pools.moved(w, before, after));
    for (let step = 0; step < 400; step++) {
      const [host = -1, other = -1] = random.shuffle([-1, 0, 1, 2]).slice(0, 2);
      const where: Whereabouts = { host, arriving: random.chance(300) ? other : -1, leaving: -1, activity: random.pick(activities) };
      state.set(random.below(index.workloads.length), random.chance(300) ? { ...where, arriving: -1, leaving: other } : where);
      const held = numbers.map((k) => constraints[k]?.check(state)[0]?.value ?? 0);
      expect({ step, held: numbers.map((k) => pools.loadOf(k)) }).toEqual({ step, held });
    }
    expect(numbers.length).toBeGreaterThan(35);
  });
});
