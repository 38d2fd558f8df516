import { chmod, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../../executor/agent/driver.ts";
import { pack } from "../../../../executor/agent/parcel.ts";
import { folderName, Places } from "../../../../executor/agent/place.ts";
import { unsafe } from "../../../../executor/agent/tomcat/manager.ts";
import { contextOf } from "../../../../executor/agent/tomcat/application-file.ts";
import { TomcatDriver } from "../../../../executor/agent/tomcat/tomcat-driver.ts";
import type { Found } from "../../../../executor/protocol.ts";
import { systemClock } from "../../../../executor/system-clock.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { quiet, task } from "../driver-contract.ts";
import { wired } from "../wired.ts";
import { applicationTemplate, serviceOf, settingsOf, tomcatLayer, type TomcatLayer } from "./tomcat-layer.ts";
import { hasTomcat, tomcatServices } from "./tomcat-service.ts";
import { failing, slow } from "./war.ts";

const services = tomcatServices("a", "b");
const web = "web" as WorkloadId;

async function startOf(application: object, war?: Buffer): Promise<{ readonly layer: TomcatLayer; readonly outcome: Outcome }> {
  const layer = await tomcatLayer(services);
  await applicationTemplate(join(layer.folder, "templates", "a"), web, "one", application, war);
  return { layer, outcome: await start(layer) };
}

function start({ driver, a }: TomcatLayer, workload = web): Promise<Outcome> {
  return driver(a).perform(task({ kind: "start", workload, host: a }, "absent"), quiet());
}

function stop({ driver, a }: TomcatLayer): Promise<Outcome> {
  return driver(a).perform(task({ kind: "stop", workload: web, host: a }, "running"), quiet());
}

describe.runIf(hasTomcat)("a web application", { timeout: 120_000 }, () => {
  it("comes back by itself with its Tomcat when it ran, and never when it was stopped", async () => {
    const { layer } = await startOf({ path: "/shop" });
    const tomcat = serviceOf(services, "a");
    const told: [string, Found][] = [];
    layer.driver(layer.a).watch((workload, found) => told.push([workload, found]));
    await tomcat.kill();
    expect(await layer.driver(layer.a).find(web)).toBe("paused");
    expect(await layer.driver(layer.a).workloads()).toMatchObject([{ workload: web, found: "paused" }]);
    await expect.poll(() => told, { timeout: 30_000 }).toEqual([[web, "paused"]]);
    await tomcat.serve();
    await expect.poll(() => told, { timeout: 30_000 }).toEqual([[web, "paused"], [web, "running"]]);
    expect(await stop(layer)).toEqual({ kind: "done" });
    await tomcat.kill();
    await tomcat.serve();
    expect([await layer.driver(layer.a).find(web), (await tomcat.page("/shop")).status]).toEqual(["stopped", 404]);
    expect(told.length).toBe(2);
  });

  it("that somebody stops by hand is noticed, and is taken out of Tomcat before it moves", async () => {
    const { layer } = await startOf({ path: "/shop" });
    const [tomcat, { a, b }] = [serviceOf(services, "a"), layer];
    const told: [string, Found][] = [];
    layer.driver(a).watch((workload, found) => told.push([workload, found]));
    await tomcat.manage("stop?path=/shop");
    await expect.poll(() => told, { timeout: 30_000 }).toEqual([[web, "stopped"]]);
    expect(await tomcat.manage("list")).toContain("/shop:stopped");
    expect(await layer.driver(a).perform(task({ kind: "transfer", workload: web, from: a, to: b }, "stopped"), quiet())).toEqual({ kind: "done" });
    expect(await tomcat.manage("list")).not.toContain("/shop");
  });

  it("shows how much it is used", async () => {
    const { layer } = await startOf({ path: "/shop" });
    const tomcat = serviceOf(services, "a");
    const { cookie } = await tomcat.page("/shop");
    await tomcat.page("/shop", cookie);
    await tomcat.page("/shop");
    expect(await layer.driver(layer.a).workloads()).toMatchObject([{ found: "running", use: { sessions: 2, requests: 3, errors: 0, busyMs: expect.any(Number) } }]);
    expect(await layer.drivers.get(layer.a)?.version()).toMatch(/^10\.\d/);
  });

  it.each<[string, object, RegExp]>([
    ["of Tomcat's own manager", { path: "/manager" }, /belongs to Tomcat itself/],
    ["beneath Tomcat's own manager", { path: "/manager/text" }, /belongs to Tomcat itself/],
    ["with a query", { path: "/x&update=true" }, /not in order/],
    ["with a question", { path: "/x?war=file:/etc/passwd" }, /not in order/],
    ["upwards", { path: "/../x" }, /not in order/],
    ["that is hidden", { path: "/a/.." }, /not in order/],
    ["of a version", { path: "/x##2" }, /not in order/],
    ["with a parameter", { path: "/x;y" }, /not in order/],
    ["with a line break", { path: "/x\nOK" }, /not in order/],
    ["of the root", { path: "/" }, /not in order/],
    ["that is none", { path: "" }, /not in order/],
    ["with more than that", { path: "/x", war: "/etc/passwd" }, /not in order/],
  ])("does not start at a path %s", async (_, application, words) => {
    const { layer, outcome } = await startOf(application);
    expect(outcome).toMatchObject({ kind: "failed", again: false, ran: false, found: "absent", because: expect.stringMatching(words) });
    expect([await layer.driver(layer.a).workloads(), await readdir(join(layer.folder, "a", "places"))]).toEqual([[], []]);
  });

  it("does not start where another one is, and leaves that one alone", async () => {
    const { layer } = await startOf({ path: "/shop" });
    const other = "other" as WorkloadId;
    await applicationTemplate(join(layer.folder, "templates", "a"), other, "two", { path: "/shop" });
    expect(await start(layer, other)).toMatchObject({ kind: "failed", again: false, ran: false, because: expect.stringContaining("something else is at path /shop") });
    expect((await serviceOf(services, "a").page("/shop")).text).toBe("1 one");
  });

  it("that cannot start is not left in Tomcat", async () => {
    const { layer, outcome } = await startOf({ path: "/shop" }, failing);
    expect(outcome).toMatchObject({ kind: "failed", ran: true, found: "absent" });
    expect([await layer.driver(layer.a).find(web), await serviceOf(services, "a").manage("list")]).toEqual(["absent", expect.not.stringContaining("/shop")]);
  });

  it.each<[string, "starting" | "running", boolean, Outcome["kind"], Found]>([
    ["before Tomcat had it", "starting", false, "failed", "stopped"],
    ["after Tomcat had it", "starting", true, "done", "running"],
  ])("whose agent died during its start, %s, is told of as it is", async (_, wanted, isDeployed, kind, found) => {
    const { layer } = await startOf({ path: "/shop" });
    const places = await Places.open(join(layer.folder, "a"));
    const state = await places.state(web);
    if (state === null) throw new Error("it has no state");
    await places.keep(web, { ...state, wanted });
    if (!isDeployed) await serviceOf(services, "a").manage("undeploy?path=/shop");
    const outcome = await layer.driver(layer.a).resolve(task({ kind: "start", workload: web, host: layer.a }, "stopped"), quiet());
    expect([outcome.kind, await layer.driver(layer.a).find(web)]).toEqual([kind, found]);
  });
});

describe.runIf(hasTomcat)("an application whose agent died", { timeout: 120_000 }, () => {
  it.each([0, 300])("%d ms after it had told Tomcat to start it is not called stopped and runs later", async (afterMs) => {
    const layer = await tomcatLayer(services);
    await applicationTemplate(join(layer.folder, "templates", "a"), web, "one", { path: "/slow" }, slow);
    const tomcat = serviceOf(services, "a");
    expect(await start(layer)).toEqual({ kind: "done" });
    expect(await stop(layer)).toEqual({ kind: "done" });
    const places = await Places.open(join(layer.folder, "a"));
    const state = await places.state(web);
    if (state === null) throw new Error("it has no state");
    await places.keep(web, { ...state, wanted: "starting" });
    const place = places.of(web);
    const deployed = tomcat.manage(`deploy?path=/slow&config=file:${join(place, "context.xml")}&war=file:${join(place, "app.war")}`);
    await new Promise((resolve) => { setTimeout(resolve, afterMs); });
    const outcome = await layer.driver(layer.a).resolve(task({ kind: "start", workload: web, host: layer.a }, "stopped"), quiet());
    await deployed;
    const isListed = (await tomcat.manage("list")).includes("/slow");
    expect([outcome.kind, isListed, await layer.driver(layer.a).find(web)]).toEqual(outcome.kind === "done" ? ["done", true, "running"] : ["failed", false, "stopped"]);
  });
});

describe.runIf(hasTomcat)("an application on its way", { timeout: 120_000 }, () => {
  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["a path of Tomcat's own", { "application.json": '{"path":"/manager/text"}' }, /belongs to Tomcat itself/],
    ["a path that is none", { "application.json": '{"path":"/../x"}' }, /not in order/],
    ["a context of its own", { "context.xml": "<Context/>" }, /nothing that belongs to the workload/],
    ["a state of its own", { "state.json": "{}" }, /nothing that belongs to the workload/],
  ])("is refused with %s, and nothing stays", async (_, files, words) => {
    const layer = await tomcatLayer(services);
    const from = join(layer.folder, "from");
    for (const name of ["data", "sessions"]) await mkdir(join(from, name), { recursive: true });
    for (const [name, content] of Object.entries({ "application.json": "{}", "app.war": "", ...files })) await writeFile(join(from, name), content);
    const driver = layer.drivers.get(layer.b);
    await expect(driver?.receive(web, "k", pack(from, await readdir(from)))).rejects.toThrow(words);
    expect([await driver?.find(web), await driver?.arrived(web, "k"), await readdir(join(layer.folder, "b", "incoming"))]).toEqual(["absent", "nothing", []]);
  });
});

describe.runIf(hasTomcat)("Tomcat's manager", { timeout: 120_000 }, () => {
  it("is not spoken to with credentials that others may read, that are none, or that are wrong", async () => {
    const layer = await tomcatLayer(services);
    const credentials = join(layer.folder, "credentials");
    const notes: string[] = [];
    const open = async (): Promise<TomcatDriver> => TomcatDriver.open({ ...settingsOf(services, layer.folder, "a"), root: join(layer.folder, "again"), credentials }, { clock: systemClock, carrier: wired(new Map()).carrier, note: (words) => notes.push(words) });
    const driver = await open();
    const said = (): Promise<unknown> => driver.version().catch(String);
    await writeFile(credentials, "agent:s3cret:&\n");
    await chmod(credentials, 0o644);
    expect(await said()).toContain("may be read by others than its owner");
    await chmod(credentials, 0o600);
    expect(await said()).toMatch(/^10\./);
    await writeFile(credentials, "agent\n");
    expect(await said()).toContain("must hold one line: user:password");
    await writeFile(credentials, "agent:wrong\n");
    expect(await said()).toContain("does not let in the user of");
    await driver.close();
  });

  it("without the right to measure tells everything else, and that it lacks it", async () => {
    const layer = await tomcatLayer(services);
    const credentials = join(layer.folder, "credentials");
    await writeFile(credentials, "guest:guest\n", { mode: 0o600 });
    const notes: string[] = [];
    const driver = await TomcatDriver.open({ ...settingsOf(services, layer.folder, "a"), credentials }, { clock: systemClock, carrier: wired(new Map()).carrier, note: (words) => notes.push(words) });
    await layer.prepare(layer.a, web, "one");
    expect(await driver.perform(task({ kind: "start", workload: web, host: layer.a }, "absent"), quiet())).toEqual({ kind: "done" });
    expect(await driver.workloads()).toMatchObject([{ workload: web, found: "running" }]);
    await driver.workloads();
    expect(notes).toEqual([expect.stringContaining("lacks the role manager-jmx")]);
    await driver.close();
  });
});

describe("the address of a manager", () => {
  it.each<[string, boolean]>([
    ["http://127.0.0.1:8080/manager", true], ["http://localhost:8080/manager", true], ["http://[::1]:8080/manager", true], ["https://tomcat.example/manager", true],
    ["http://tomcat.example/manager", false], ["http://127.0.0.1.example/manager", false], ["http://127.0.0.1@other.example/manager", false], ["file:///etc/passwd", false],
    ["http://127.0.0.1:8080/manager?x=y", false], ["http://127.0.0.1:8080/manager/", false], ["--help", false], ["", false],
  ])("%s", (url, isSafe) => {
    expect(unsafe(url) === null).toBe(isSafe);
  });
});

describe("what Tomcat is told of an application", () => {
  it("stays XML, with nothing put into it, whatever the folders are called", () => {
    const context = contextOf({ data: '/a"><Evil/>&', sessions: "/b'c" });
    expect(context).toContain('value="/a&#34;&#62;&#60;Evil/&#62;&#38;"');
    expect(context).toContain('directory="/b&#39;c"');
  });

  it("is refused where Tomcat would put something else in its place", async () => {
    await expect(TomcatDriver.open({ url: "http://127.0.0.1:1/manager", credentials: "/x", root: "/tmp/${catalina.home}", templates: null, owner: null }, { clock: systemClock, carrier: wired(new Map()).carrier, note: () => {} })).rejects.toThrow("must not contain");
  });

  it.runIf(hasTomcat)("reaches it", async () => {
    const { layer } = await startOf({});
    const path = `/${folderName(web)}`;
    expect((await serviceOf(services, "a").page(path)).text).toBe("1 one");
    expect(await readFile(join(layer.folder, "a", "places", folderName(web), "context.xml"), "utf8")).toContain("PersistentManager");
  }, 60_000);
});
