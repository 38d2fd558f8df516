import { describe, expect, it } from "vitest";
import { Ears, newsFor } from "../../../cli/execution/news.ts";
import type { Addressee, Inventory, Report } from "../../../executor/index.ts";
import type { HostId, WorkloadId } from "../../../model/ids.ts";
import { ARun } from "../../executor/a-run.ts";
import { given, smallFleet } from "../../planner/schedule/small-fleet.ts";

const [h1, h2] = ["h1", "h2"] as HostId[] as [HostId, HostId];

/** Agents that answer with these inventories, and say something of their own before all have. */
class Said {
  readonly #told = new Set<(report: Report, role: Addressee["role"]) => void>();
  readonly ears = new Ears({ listen: (told) => { this.#told.add(told); return () => void this.#told.delete(told); } });

  say(report: Report, role: Addressee["role"] = "agent"): void {
    for (const tell of this.#told) tell(report, role);
  }
}

const inventory = (workloads: Inventory["workloads"], silent: Inventory["silent"] = []): Inventory => ({ state: "on", capacity: {}, layers: {}, features: [], workloads, silent });
const changed = (host: HostId, workload: string, found: "running" | "stopped"): Report => ({ kind: "changed", host, workload: workload as WorkloadId, found });

/** What follows when an execution is taken over with w1 and w2 believed to run on h1, and w3 on h2. */
async function takenOver(inventories: readonly (readonly [HostId, Inventory])[], meanwhile: (said: Said) => void = () => {}): Promise<{ readonly noticed: readonly string[]; readonly asked: readonly HostId[] }> {
  const run = new ARun(await given(smallFleet({ h1: {}, h2: {}, h3: { state: "off" } }, { w1: { on: "h1" }, w2: { on: "h1" }, w3: { on: "h2" } })));
  run.begin("a1: migrate w3 h2 h1", "a2 after a1: migrate w1 h1 h2");
  run.wish("pause");
  run.hears("failed a1");
  const [said, asked]: [Said, HostId[]] = [new Said(), []];
  const link = { inventories: (hosts: readonly HostId[]) => { asked.push(...hosts); meanwhile(said); return Promise.resolve(new Map(inventories)); } };
  const news = await newsFor(run.state, { agents: new Map(["h1", "h2", "h3", "h9"].map((host) => [host, { address: "", port: 1 }])) }, link, said.ears, { status: () => {} });
  run.events.length = 0;
  run.take({ kind: "takeOver", epoch: 2, news });
  return { asked, noticed: run.events.flatMap((event) => (event.kind === "noticed" ? [`${event.workload} ${event.activity}`] : [])) };
}

const all = (...running: readonly string[]): Inventory => inventory(running.map((workload) => ({ workload: workload as WorkloadId, found: "running", layer: "libvirt" })));

describe("whoever takes an execution over", () => {
  it("asks the hosts that are on, and learns nothing where nothing has happened", async () => {
    expect(await takenOver([[h1, all("w1", "w2")], [h2, all("w3")]])).toEqual({ asked: [h1, h2], noticed: [] });
  });

  it("learns what has died, and what has vanished", async () => {
    const found = inventory([{ workload: "w1" as WorkloadId, found: "stopped", layer: "libvirt" }]);
    expect((await takenOver([[h1, found], [h2, all("w3")]])).noticed).toEqual(["w1 stopped", "w2 stopped"]);
  });

  it("learns nothing of hosts and layers that are silent", async () => {
    const silent = inventory([], [{ layer: "libvirt", sinceMs: 0, because: "it is down" }]);
    expect((await takenOver([[h1, silent]])).noticed).toEqual([]);
  });

  it("loses nothing that is said while others are waited for, and believes only agents", async () => {
    const { noticed } = await takenOver([[h1, all("w1", "w2")]], (said) => {
      said.say(changed(h1, "w2", "stopped"));
      said.say(changed(h2, "w3", "stopped"), "power");
    });
    expect(noticed).toEqual(["w2 stopped"]);
  });
});
