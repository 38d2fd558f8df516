import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { folderName } from "../../../executor/agent/place.ts";
import { holdersOf, signal } from "../../../executor/agent/process/processes.ts";
import type { ApplicationId, ServiceId, WorkloadId } from "../../../model/ids.ts";
import type { Fleet, Service } from "../../../model/fleet.ts";
import { smallFleet, type WorkloadSpec } from "../../planner/schedule/small-fleet.ts";
import { agentsHere, type AgentsHere } from "./agents-here.ts";
import { containerTemplate, idle, serviceOf as podmanOf, volumeAt } from "./podman/podman-layer.ts";
import { hasPodman, podmanServices } from "./podman/podman-service.ts";
import { sleeper, template } from "./process-layer.ts";
import { applicationTemplate, serviceOf as tomcatOf } from "./tomcat/tomcat-layer.ts";
import { hasTomcat, tomcatServices } from "./tomcat/tomcat-service.ts";

const podmen = podmanServices("a", "b");
const tomcats = tomcatServices("a", "b");
const [web, db, app] = ["web" as WorkloadId, "db" as WorkloadId, "app" as WorkloadId];
const moved = ["stop", "transfer", "start", "deleteSource"];

/** Two hosts with three layers each, and their agents in one process. */
async function threeLayers(): Promise<AgentsHere> {
  const here = await agentsHere(["a", "b"], (host, folder) => ({
    process: { folder: join(folder, host, "process"), templates: join(folder, "templates", host), programs: ["/bin/sleep"] },
    podman: { folder: join(folder, host, "podman"), templates: join(folder, "templates", host), socket: podmanOf(podmen, host).socket, networks: ["none"] },
    tomcat: { folder: join(folder, host, "tomcat"), templates: join(folder, "templates", host), manager: tomcatOf(tomcats, host).url, credentials: tomcatOf(tomcats, host).credentials },
  }));
  onTestFinished(async () => {
    for (const host of ["a", "b"]) {
      await podmanOf(podmen, host).clear();
      for (const holder of await holdersOf(join(here.folder, host, "process", "places", folderName(app))).catch(() => [])) await signal(holder, "SIGKILL");
    }
  });
  return here;
}

function fleetOf(workloads: Record<string, WorkloadSpec>, services: readonly Service[] = []): Fleet {
  const layers = { process: "1", podman: "4.3.1", tomcat: "10" };
  const each = Object.entries(workloads).map(([id, spec]) => [id, { liveMove: false, mayStop: true, ...spec }] as const);
  return smallFleet({ a: { layers }, b: { layers } }, Object.fromEntries(each), { services });
}

describe.runIf(hasPodman && hasTomcat)("through approval, executor and agents", { timeout: 120_000 }, () => {
  it("a web application moves with its data and its sessions, from one Tomcat to another", async () => {
    const here = await threeLayers();
    const [from, to] = [tomcatOf(tomcats, "a"), tomcatOf(tomcats, "b")];
    await applicationTemplate(join(here.folder, "templates", "a"), web, "what it has kept", { path: "/shop" });
    await here.carryOut(fleetOf({ web: { layer: "tomcat" } }), { web: "a" });
    const first = await from.page("/shop");
    expect(first).toMatchObject({ status: 200, text: "1 what it has kept" });
    expect((await from.page("/shop", first.cookie)).text).toBe("2 what it has kept");
    expect((await here.inventory("a")).workloads).toMatchObject([{ workload: web, layer: "tomcat", found: "running", use: { sessions: 1 } }]);

    const actions = await here.carryOut(fleetOf({ web: { on: "a", layer: "tomcat" } }), { web: "b" });
    expect(actions.map(({ kind }) => kind)).toEqual(moved);
    expect((await to.page("/shop", first.cookie)).text).toBe("3 what it has kept");
    expect((await from.page("/shop", first.cookie)).status).toBe(404);
    expect([(await here.inventory("a")).workloads, (await here.inventory("b")).workloads]).toMatchObject([[], [{ workload: web, found: "running" }]]);
    await to.manage("undeploy?path=/shop");
  });

  it("a container moves with its image and its volume, owners and rights as they were", async () => {
    const here = await threeLayers();
    const content = "x".repeat(3_000_000);
    await containerTemplate(join(here.folder, "templates", "a"), db, { ...idle, image: "localhost/only-here:1" }, content);
    await podmanOf(podmen, "a").podman("tag", "localhost/tiny:1", "localhost/only-here:1");
    await here.carryOut(fleetOf({ db: { layer: "podman" } }), { db: "a" });
    const actions = await here.carryOut(fleetOf({ db: { on: "a", layer: "podman" } }), { db: "b" });
    expect(actions.map(({ kind }) => kind)).toEqual(moved);
    const volume = await volumeAt(podmen, "b", db) ?? "";
    expect(await readFile(join(volume, "data"), "utf8")).toBe(content);
    const [top, file] = [await stat(volume), await stat(join(volume, "data"))];
    expect([top.uid, top.gid, top.mode & 0o777, file.uid, file.gid, file.mode & 0o777]).toEqual([71, 72, 0o700, 71, 72, 0o700]);
    expect((await podmanOf(podmen, "a").podman("ps", "--all", "--quiet")).trim()).toBe("");
    expect((await podmanOf(podmen, "a").podman("volume", "ls", "--quiet")).trim()).toBe("");
    const images = await Promise.all(["a", "b"].map((host) => podmanOf(podmen, host).podman("images", "--format", "{{.Id}} {{.Repository}}")));
    const id = /(\w+) localhost\/only-here/.exec(images[0] ?? "")?.[1] ?? "none";
    expect(images[1]).toContain(`${id} localhost/stowage-carried`);
    await podmanOf(podmen, "a").podman("rmi", "localhost/only-here:1");
  });

  it("a service of three layers starts in order, each part only when what it needs runs", async () => {
    const here = await threeLayers();
    const templates = join(here.folder, "templates", "a");
    await containerTemplate(templates, db, idle, "tables");
    await template(here.folder, "a", app, {}, sleeper);
    await applicationTemplate(templates, web, "pages", { path: "/shop" });
    const [front, middle, back] = ["front" as ApplicationId, "middle" as ApplicationId, "back" as ApplicationId];
    const service: Service = {
      id: "shop" as ServiceId, title: "shop", applications: [front, middle, back], redundancy: [], virtualAddress: null, scale: [], labels: {},
      startOrder: [{ application: front, needs: middle }, { application: middle, needs: back }],
    };
    const fleet = fleetOf({ web: { layer: "tomcat", applications: [front] }, app: { layer: "process", applications: [middle] }, db: { layer: "podman", applications: [back] } }, [service]);
    await here.carryOut(fleet, { web: "a", app: "a", db: "a" });
    const ends = here.reports.flatMap((report) => (report.kind === "begun" || report.kind === "done" ? [`${report.kind} ${report.action}`] : []));
    const [first, second, third] = ["a1", "a2", "a3"];
    expect(ends.indexOf(`begun ${second}`)).toBeGreaterThan(ends.indexOf(`done ${first}`));
    expect(ends.indexOf(`begun ${third}`)).toBeGreaterThan(ends.indexOf(`done ${second}`));
    const { workloads, layers } = await here.inventory("a");
    expect(Object.fromEntries(workloads.map(({ workload, layer, found }) => [workload, `${layer ?? ""} ${found}`]))).toEqual({ db: "podman running", app: "process running", web: "tomcat running" });
    expect(layers).toMatchObject({ podman: expect.stringMatching(/^4\./), tomcat: expect.stringMatching(/^10\./) });
    expect((await tomcatOf(tomcats, "a").page("/shop")).text).toBe("1 pages");
    await tomcatOf(tomcats, "a").manage("undeploy?path=/shop");
  });
});
