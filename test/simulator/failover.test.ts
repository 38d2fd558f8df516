import { describe, expect, it } from "vitest";
import type { Service, Workload } from "../../model/fleet.ts";
import type { ApplicationId, HostId, ServiceId } from "../../model/ids.ts";
import { simulate, type Question, type Replan, type SimulationInput } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf, type Said } from "../policies/fleet-of.ts";
import { hour, loadOf, minute, second, simulationOf } from "./given.ts";
import { on, planOf, power } from "./plan-of.ts";

const webNeedsDb = { application: "web" as ApplicationId, needs: "db" as ApplicationId };
const service: Service = {
  id: "shop" as ServiceId, title: "", applications: ["web", "db"] as ApplicationId[], startOrder: [webNeedsDb], redundancy: [], virtualAddress: null, scale: [], labels: {},
};

function instance(id: string, application: string, host: string, said: Said<Workload> = {}): Workload {
  return workloadOf(id, { applications: [application as ApplicationId], host: host as HostId, state: "running", expectedUse: { cpuMillicores: 1000 }, ...said });
}

const index = fleetOf(
  [hostOf("h1", { domains: { rack: "r1" } }), hostOf("h2", { domains: { rack: "r1" } }), hostOf("h3")],
  [instance("db", "db", "h1", { startMs: 30_000 }), instance("web-1", "web", "h1"), instance("web-2", "web", "h2")], { services: [service] },
);

function failing(host: string, repairMs: number): Pick<SimulationInput, "failures"> {
  return { failures: [{ atMs: 10 * minute, scope: { kind: "host", host: host as HostId }, repairMs }] };
}

/** Knows one thing: web-2 may start on h3. */
const webOnThird: Replan = async ({ fleet }) => (fleet.hosts[2]?.state === "on" ? planOf([on("start", "web-2", "h3")]) : null);

describe("a host that fails", () => {
  it("takes its services down, and after its repair everything starts in its order", async () => {
    const { services: [shop], happenings, hosts } = await simulate(simulationOf(index, failing("h1", 20 * minute)));
    // The database first, 30 s; then the front end, 10 s.
    expect(shop).toMatchObject({ operationalMs: hour - 20 * minute - 40 * second, downMs: 20 * minute + 30 * second, degradedMs: 10 * second, interruptions: 1, recovered: 1, recoveryMsMax: 20 * minute + 40 * second });
    expect(shop?.availabilityPpm).toBe(Math.floor((1e6 * (hour - 20 * minute - 30 * second)) / hour));
    expect(hosts[0]?.stateMs).toMatchObject({ on: 40 * minute, failed: 20 * minute });
    expect(happenings.filter(({ kind }) => kind === "workload").map((happening) => JSON.stringify(happening))).toEqual([
      { atMs: 600_000, kind: "workload", workload: "db", host: null, state: "failed", because: "its host failed" },
      { atMs: 600_000, kind: "workload", workload: "web-1", host: null, state: "failed", because: "its host failed" },
      { atMs: 1_800_000, kind: "workload", workload: "db", host: "h1", state: "starting", because: "its host is back" },
      { atMs: 1_830_000, kind: "workload", workload: "web-1", host: "h1", state: "starting", because: "its host is back" },
    ].map((happening) => JSON.stringify(happening)));
  });

  it("loses the work that its workloads would have done, and counts it for their services", async () => {
    const { workloads, services: [shop] } = await simulate(simulationOf(index, failing("h1", 20 * minute)));
    const lost = workloads.map(({ uses: [use] }) => (use?.lostHours ?? 0) * hour);
    expect(lost.map(Math.round)).toEqual([(20 * minute + 30 * second) * 1000, (20 * minute + 40 * second) * 1000, 0]);
    expect(Math.round((shop?.lostHours["cpuMillicores"] ?? 0) * hour)).toBe((2 * 20 * minute + 70 * second) * 1000);
  });

  it("is not replaced by one in maintenance that was switched off", async () => {
    const asked: Question[] = [];
    const replan: Replan = async (question) => {
      asked.push(question);
      return null;
    };
    const spare = hostOf("h0", { state: "maintenance", powerManaged: true });
    const fleet = fleetOf([spare, ...index.hosts], index.workloads);
    await simulate(simulationOf(fleet, { ...failing("h1", 30 * minute), replan, plan: { plan: planOf([power("shutdownHost", "h0")]), atMs: 0 } }));
    expect(asked[0]?.fleet.hosts.map(({ id, state, powerManaged }) => [id, state, powerManaged])[0]).toEqual(["h0", "off", false]);
  });

  it("is answered by the planner, whose plan is carried out after the times to notice and to decide", async () => {
    const asked: Question[] = [];
    const replan: Replan = async (question) => {
      asked.push(question);
      return planOf([on("start", "db", "h3")], [on("start", "web-1", "h3"), "a1"]);
    };
    const { services: [shop], actions } = await simulate(simulationOf(index, { ...failing("h1", 30 * minute), replan, settings: { detectMs: 7000, decideMs: 3000 } }));
    expect(asked.map(({ atMs, why }) => [atMs, why])).toEqual([[610_000, ["host h1 failed"]]]);
    expect(asked[0]?.fleet.hosts.map(({ state }) => state)).toEqual(["failed", "on", "on"]);
    expect(asked[0]?.fleet.workloads.map(({ id, host, state, lostFrom }) => [id, host, state, lostFrom])).toEqual([
      ["db", null, "new", "h1"], ["web-1", null, "new", "h1"], ["web-2", "h2", "running", undefined],
    ]);
    expect(actions.map(({ outcome, endedMs }) => [outcome, endedMs])).toEqual([["done", 640_000], ["done", 650_000]]);
    expect(shop).toMatchObject({ downMs: 40 * second, degradedMs: 10 * second, recoveryMsMax: 50 * second });
  });

  it("is asked about once, when others fail before the answer", async () => {
    let questions = 0;
    const replan: Replan = async () => {
      questions++;
      return null;
    };
    const failures = ["h1", "h2"].map((host, n) => ({ atMs: (10 + n) * second, scope: { kind: "host", host: host as HostId }, repairMs: hour } as const));
    await simulate(simulationOf(index, { failures, replan, settings: { detectMs: 3000, decideMs: 0 } }));
    expect(questions).toBe(1);
  });

  it("is asked about again when a host is back that may take what is still lost", async () => {
    const failures = [{ atMs: minute, scope: { kind: "host", host: "h3" as HostId }, repairMs: 10 * minute }, { atMs: 2 * minute, scope: { kind: "host", host: "h2" as HostId }, repairMs: hour }] as const;
    const { workloads, happenings } = await simulate(simulationOf(index, { failures, replan: webOnThird, settings: { detectMs: 3000, decideMs: 1000 } }));
    expect(happenings.flatMap((happening) => (happening.kind === "answer" ? [[happening.atMs, happening.because, happening.moves]] : []))).toEqual([
      [2 * minute + 4000, "host h2 failed", 0], [11 * minute + 1000, "host h3 is back", 1],
    ]);
    expect(workloads.map(({ servedMs }) => servedMs)).toEqual([hour, hour, hour - 9 * minute - 1000 - 10 * second]);
  });

  it("fails with its rack, and is down until the last of the failures that overlap is repaired", async () => {
    const failures = [
      { atMs: 10 * minute, scope: { kind: "domain", key: "rack", value: "r1" }, repairMs: 10 * minute }, { atMs: 15 * minute, scope: { kind: "host", host: "h2" as HostId }, repairMs: 15 * minute },
    ] as const;
    const { hosts, failures: count } = await simulate(simulationOf(index, { failures }));
    expect(hosts.map(({ stateMs: { failed } }) => failed)).toEqual([10 * minute, 20 * minute, 0]);
    expect(count).toBe(2);
  });

  it("fails by itself, or all of a rack together, one turn after the other", async () => {
    const turns = [{ afterMs: 10 * minute, repairMs: 5 * minute }, { afterMs: 20 * minute, repairMs: 5 * minute }];
    const processes = [{ kind: "trace", hosts: "all", together: "rack", turns, repeat: false }, { kind: "trace", hosts: ["h3" as HostId], turns: turns.slice(0, 1), repeat: false }] as const;
    const { hosts, happenings, failures } = await simulate(simulationOf(index, { processes }));
    expect(hosts.map(({ stateMs: { failed } }) => failed / minute)).toEqual([10, 10, 5]);
    expect(failures).toBe(5);
    const told = happenings.flatMap((each) => (each.kind === "host" && each.state === "failed" ? [`${each.atMs / minute} ${each.host}: ${each.because}`] : []));
    expect(told).toEqual(["10 h1: rack r1 failed", "10 h2: rack r1 failed", "10 h3: it failed", "35 h1: rack r1 failed", "35 h2: rack r1 failed"]);
  });

  it("comes back switched off when it was off", async () => {
    const fleet = fleetOf([hostOf("h1", { state: "off" })], []);
    const { hosts: [host] } = await simulate(simulationOf(fleet, failing("h1", 10 * minute)));
    expect(host?.stateMs).toMatchObject({ off: 50 * minute, failed: 10 * minute });
  });
});

describe("load of instances that share it", () => {
  it("goes to those that serve", async () => {
    const scaled = { ...service, scale: [{ application: "web" as ApplicationId, resource: "cpuMillicores", abovePermille: 999, maxInstances: 2 }] };
    const fleet = fleetOf(index.hosts, index.workloads, { services: [scaled] });
    const load = loadOf("cpuMillicores", minute, { "db": Array(60).fill(0), "web-1": Array(60).fill(900), "web-2": Array(60).fill(301) });
    const { workloads } = await simulate(simulationOf(fleet, { ...failing("h1", 20 * minute), load }));
    const [, one, two] = workloads.map(({ uses: [use] }) => Math.round((use?.demandHours ?? 0) * hour));
    const downMs = 20 * minute + 40 * second;
    expect([one, two]).toEqual([(hour - downMs) * 600.5, (hour - downMs) * 600.5 + downMs * 1201]);
    expect(workloads.map(({ uses: [use] }) => use?.lostHours)).toEqual([0, 0, 0]);
  });
});
