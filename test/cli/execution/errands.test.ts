import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { stowage } from "../command-line.ts";
import { must, programs, realFleet, type RealFleet } from "./real-fleet.ts";

const stamp = { command: ["/bin/sh", "-c", "date +%s%N > started; exec /bin/sleep 1000"] };

/** A shop of a database and two fronts that need it, all new. */
async function shop(fleet: RealFleet, hosts: readonly string[]): Promise<string> {
  for (const host of hosts) for (const workload of ["db", "front-1", "front-2"]) await fleet.template(host, workload, { data: workload }, stamp);
  const file = fleet.at("shop.json");
  await writeFile(file, programs(hosts, {
    db: { applications: ["db"], state: "new", desired: "running" }, "front-1": { applications: ["front"], state: "new" }, "front-2": { applications: ["front"], state: "new" },
  }, {
    applications: [{ id: "db" }, { id: "front" }],
    services: [{ id: "shop", applications: ["db", "front"], startOrder: [{ application: "front", needs: "db" }], redundancy: [{ application: "front", minInstances: 2, minHosts: 2 }] }],
  }));
  return file;
}

async function where(fleet: RealFleet, workload: string, hosts: readonly string[]): Promise<string> {
  const running = await Promise.all(hosts.map(async (host) => (await fleet.runs(host, workload) ? [host] : [])));
  return running.flat().join(" ");
}

const fence = (id: string, host: string): unknown => ({ id, select: { workloads: { ids: [id] } }, require: { fence: { hosts: { ids: [host] } } }, holds: "at-end" });

describe("a service on real hosts", () => {
  it("starts in order, is copied with its instances apart, stops, starts again, and leaves a host that is emptied", async () => {
    const hosts = ["a", "b", "c"];
    const fleet = await realFleet({ hosts });
    const file = await shop(fleet, hosts);
    const errand = (...args: readonly string[]): Promise<unknown> => must(fleet.run(...args, "--approved-by", "bruno", "--yes", "--time", "1"));
    await errand("service", "start", "shop", file);
    const startedAt = async (workload: string): Promise<number> => Number(await fleet.content(await where(fleet, workload, hosts), workload, "started"));
    expect(await startedAt("front-1")).toBeGreaterThan(await startedAt("db"));
    expect(await startedAt("front-2")).toBeGreaterThan(await startedAt("db"));
    expect(await where(fleet, "front-1", hosts)).not.toBe(await where(fleet, "front-2", hosts));

    await must(fleet.run("inventory", "--base", file, "--out", fleet.at("now.json")));
    await errand("service", "copy", "shop", fleet.at("now.json"), "--suffix", "test");
    const copies = await Promise.all(["front-1-test", "front-2-test"].map((workload) => where(fleet, workload, hosts)));
    expect(new Set(copies).size).toBe(2);
    expect(await fleet.content(copies[0] ?? "", "front-1-test", "data")).toBe("front-1");

    await errand("service", "stop", "shop", file);
    expect(await Promise.all(["db", "front-1", "front-2"].map((workload) => where(fleet, workload, hosts)))).toEqual(["", "", ""]);
    await errand("service", "start", "shop", file);
    const dbAt = await where(fleet, "db", hosts);
    await must(fleet.run("inventory", "--base", file, "--out", fleet.at("now.json")));
    await errand("evacuate", dbAt, fleet.at("now.json"));
    expect(await where(fleet, "db", hosts)).not.toBe(dbAt);
    expect(await fleet.content(await where(fleet, "db", hosts), "db", "data")).toBe("db");
    expect(await fleet.content(dbAt, "db", "data")).toBeNull();
    await must(fleet.run("log", "--verify"));
  }, 240_000);

  it("stays where it is, with what can be done, when nothing leads back that keeps every rule", async () => {
    const hosts = ["a", "b"];
    const fleet = await realFleet({ hosts });
    for (const workload of ["one", "new"]) await fleet.template("a", workload, { data: workload }, stamp);
    const [file, now, plan] = [fleet.at("apart.json"), fleet.at("now.json"), fleet.at("plan.json")];
    const written = (host: string, workloads: Readonly<Record<string, Readonly<Record<string, unknown>>>>, more: readonly unknown[]): Promise<void> =>
      writeFile(file, programs(hosts, workloads, { policies: [fence("one", host), ...more] }));
    const carried = async (from: string, mode: string): Promise<void> => {
      await must(stowage("plan", from, "--mode", mode, "--out", plan, "--as", "anna", "--time", "1"));
      await must(fleet.run("approve", plan, from, "--as", "bruno"));
      await must(fleet.run("apply", plan, from, "--yes"));
    };
    await written("a", { one: { state: "new" } }, []);
    await carried(file, "place");
    // What is new takes the place, and nobody may be beside the other.
    await written("b", { one: { state: "new" }, new: { state: "new" } }, [fence("new", "a"), { id: "apart", select: { workloads: { ids: ["one", "new"] } }, require: "spread", holds: "continuously" }]);
    await must(fleet.run("inventory", "--base", file, "--out", now));
    await carried(now, "repair");
    const refused = await fleet.run("rollback", "--yes");
    expect({ code: refused.code, out: refused.out }).toEqual({ code: 5, out: expect.stringContaining("there is no way back: policy apart") as string });
    expect([await where(fleet, "one", hosts), await where(fleet, "new", hosts)]).toEqual(["b", "a"]);
    expect((await must(fleet.run("status"))).out).toContain("there is no way back");
  }, 240_000);

  it("comes back whole when its host was emptied and that is undone, what is needed first", async () => {
    const hosts = ["a", "b"];
    const fleet = await realFleet({ hosts });
    for (const workload of ["db", "front"]) await fleet.template("a", workload, { data: workload }, stamp);
    const file = fleet.at("shop.json");
    await writeFile(file, programs(hosts, { db: { applications: ["db"], state: "new" }, front: { applications: ["front"], state: "new" } }, {
      applications: [{ id: "db" }, { id: "front" }], services: [{ id: "shop", applications: ["db", "front"], startOrder: [{ application: "front", needs: "db" }] }],
      policies: [{ id: "begin", select: { workloads: { everything: true } }, require: { fence: { hosts: { ids: ["a"] } } }, strength: "should" }],
    }));
    const errand = (...args: readonly string[]): Promise<unknown> => must(fleet.run(...args, "--approved-by", "bruno", "--yes", "--time", "1"));
    await errand("service", "start", "shop", file);
    await errand("evacuate", "a", file);
    expect([await where(fleet, "db", hosts), await where(fleet, "front", hosts)]).toEqual(["b", "b"]);
    await must(fleet.run("rollback", "--yes"));
    expect([await where(fleet, "db", hosts), await where(fleet, "front", hosts)]).toEqual(["a", "a"]);
    expect(Number(await fleet.content("a", "front", "started"))).toBeGreaterThan(Number(await fleet.content("a", "db", "started")));
  }, 240_000);
});
