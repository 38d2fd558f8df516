import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../../executor/agent/driver.ts";
import { folderName } from "../../../../executor/agent/place.ts";
import { containerOf, type Container } from "../../../../executor/agent/podman/container-file.ts";
import { PodmanDriver } from "../../../../executor/agent/podman/podman-driver.ts";
import { incomingName, label, Podman, settledName } from "../../../../executor/agent/podman/podman.ts";
import { join as joined } from "../../../../executor/agent/sections.ts";
import type { Found } from "../../../../executor/protocol.ts";
import { systemClock } from "../../../../executor/system-clock.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { hostileNames, quiet, task } from "../driver-contract.ts";
import { wired } from "../wired.ts";
import { containerTemplate, idle, podmanLayer, serviceOf, volumeAt } from "./podman-layer.ts";
import { hasPodman, podmanServices } from "./podman-service.ts";

const services = podmanServices("a", "b");
const web = "web" as WorkloadId;
type Layer = Awaited<ReturnType<typeof podmanLayer>>;

async function startOf(container: Container): Promise<{ readonly layer: Layer; readonly outcome: Outcome }> {
  const layer = await podmanLayer(services);
  await containerTemplate(join(layer.folder, "templates", "a"), web, container, "one");
  return { layer, outcome: await layer.driver(layer.a).perform(task({ kind: "start", workload: web, host: layer.a }, "absent"), quiet()) };
}

function stop({ driver, a }: Layer): Promise<Outcome> {
  return driver(a).perform(task({ kind: "stop", workload: web, host: a }, "running"), quiet());
}

describe.runIf(hasPodman)("a container", { timeout: 120_000 }, () => {
  it("gets its limits, and nothing beyond the usual rights; what it uses is measured", async () => {
    const { layer, outcome } = await startOf({ ...idle, limits: { memoryMiB: 32, cpuMillicores: 500, processes: 20 } });
    expect(outcome).toEqual({ kind: "done" });
    const inspected = JSON.parse(await serviceOf(services, "a").podman("inspect", settledName(web))) as readonly { readonly HostConfig: Readonly<Record<string, unknown>> }[];
    expect(inspected[0]?.HostConfig).toMatchObject({ Memory: 33_554_432, CpuQuota: 50_000, CpuPeriod: 100_000, PidsLimit: 20, Privileged: false, NetworkMode: "none", SecurityOpt: ["no-new-privileges"] });
    await layer.driver(layer.a).workloads();
    expect(await layer.driver(layer.a).workloads()).toMatchObject([{ found: "running", dataMiB: 2, liveMove: false, reservation: { memoryMiB: 32, cpuMillicores: 500 }, use: { memoryMiB: expect.any(Number), cpuMillicores: expect.any(Number) } }]);
    expect(await layer.drivers.get(layer.a)?.version()).toMatch(/^\d+\.\d+/);
  });

  it("gets its arguments as they are, whatever they look like", async () => {
    const args = [...hostileNames];
    const { layer } = await startOf({ ...idle, command: ["/bin/sh", "-c", 'for each; do printf "%s\\0" "$each" >> /data/args; done; while :; do sleep 1; done', "sh", ...args] });
    const volume = await volumeAt(services, "a", web) ?? "";
    await expect.poll(() => readFile(join(volume, "args"), "utf8").catch(() => ""), { timeout: 20_000 }).toBe(args.map((each) => `${each}\0`).join(""));
    expect(await layer.driver(layer.a).find(web)).toBe("running");
  });

  it.each<[string, Container, Partial<Outcome>]>([
    ["whose program is missing", { ...idle, command: ["/bin/missing"] }, { again: false, ran: false }],
    ["whose image is missing", { ...idle, image: "localhost/other:1" }, { because: "image localhost/other:1 is not on this host", again: false, ran: false }],
    ["that ends at once", { ...idle, command: ["/bin/sh", "-c", "exit 3"], settleMs: 2000 }, { ran: true }],
    ["on a network that this host does not allow", { ...idle, network: "host" }, { because: "network host is not among those that this host allows (none)", again: false, ran: false }],
    ["with ports and no network", { ...idle, ports: [{ host: 80, container: 80 }] }, { because: "ports are only for network private, and its network is none", ran: false }],
    ["with two volumes at one place", { ...idle, volumes: { a: "/data", b: "/data" } }, { because: "two of its volumes are at the same place", ran: false }],
  ])("%s is not started, and nothing is left of it", async (_, container, expected) => {
    const { layer, outcome } = await startOf(container);
    expect(outcome).toMatchObject({ kind: "failed", found: "absent", ...expected });
    expect([await layer.driver(layer.a).workloads(), (await serviceOf(services, "a").podman("volume", "ls", "--quiet")).trim()]).toEqual([[], ""]);
  });

  it("that does not listen is killed after its time", async () => {
    const { layer } = await startOf({ ...idle, command: ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"], graceMs: 1000 });
    expect(await stop(layer)).toEqual({ kind: "done" });
    expect(await layer.driver(layer.a).find(web)).toBe("stopped");
  });

  it("that dies is started again a few times, and then everybody is told that it is down", async () => {
    const told: [string, Found][] = [];
    const { layer } = await startOf({ ...idle, command: ["/bin/sh", "-c", "echo >> /data/began; sleep 1; exit 1"], restarts: 2, settleMs: 0 });
    layer.driver(layer.a).watch((workload, found) => told.push([workload, found]));
    await expect.poll(() => told.at(-1), { timeout: 30_000 }).toEqual([web, "stopped"]);
    expect((await readFile(join(await volumeAt(services, "a", web) ?? "", "began"), "utf8")).split("\n").length - 1).toBe(3);
  });

  it("that somebody else stops, starts or removes is noticed; what the agent does itself is no news", async () => {
    const told: [string, Found][] = [];
    const { layer } = await startOf(idle);
    layer.driver(layer.a).watch((workload, found) => told.push([workload, found]));
    const service = serviceOf(services, "a");
    await service.podman("stop", settledName(web));
    await expect.poll(() => told.length, { timeout: 30_000 }).toBe(1);
    await service.podman("start", settledName(web));
    await expect.poll(() => told.length, { timeout: 30_000 }).toBe(2);
    expect(await stop(layer)).toEqual({ kind: "done" });
    await service.podman("rm", settledName(web));
    await expect.poll(() => told.length, { timeout: 30_000 }).toBe(3);
    expect(told).toEqual([[web, "stopped"], [web, "running"], [web, "absent"]]);
  });

  it("runs on when podman's service dies; until it is back nothing is said of it", async () => {
    const { layer } = await startOf(idle);
    await serviceOf(services, "a").kill();
    await expect(layer.driver(layer.a).find(web)).rejects.toThrow(/podman does not answer at .*podman\.sock/);
    await serviceOf(services, "a").serve();
    expect(await layer.driver(layer.a).find(web)).toBe("running");
  });

  it("is kept in the middle of its work where criu can, and otherwise the reason is said and it runs on", async () => {
    const { layer } = await startOf(idle);
    const driver = layer.drivers.get(layer.a);
    const because = await driver?.checkpoint(web).then(() => null, (error: unknown) => String(error));
    if (because !== null) {
      console.warn(`\n!!! containers cannot be kept in the middle of their work on this machine: ${because ?? ""}\n`);
      expect(because).toContain("podman refuses");
    } else {
      expect(await driver?.find(web)).toBe("stopped");
      await driver?.restore(web);
    }
    expect(await driver?.find(web)).toBe("running");
  });
});

async function* chunks(...list: readonly string[]): AsyncGenerator<Buffer> {
  for (const each of list) yield await Promise.resolve(Buffer.from(each));
}

describe.runIf(hasPodman)("a container on its way", { timeout: 120_000 }, () => {
  const image = "0".repeat(64);
  const head = (container: object, id = image): string => JSON.stringify({ container: JSON.stringify(container), image: id });

  it.each<[string, readonly (readonly [string, string])[], RegExp]>([
    ["nothing", [], /not in order/],
    ["data without a container", [["image", ""]], /must come before its data/],
    ["a container that says too much", [["container", head({ ...idle, privileged: true })]], /not in order/],
    ["an image that is no digest", [["container", head(idle, "../../etc")]], /not in order/],
    ["a network that is not allowed here", [["container", head({ ...idle, network: "host" })]], /network host is not among those/],
    ["a volume that it does not have", [["container", head(idle)], ["volume other", ""]], /nothing that belongs to the container/],
    ["an odd section", [["container", head(idle)], ["../x", ""]], /nothing that belongs to the container/],
    ["no volume", [["container", head(idle)]], /volume data is missing/],
    ["a volume that is no archive", [["container", head(idle)], ["volume data", "x".repeat(2000)]], /tar cannot write/],
    ["no image", [["container", head({ ...idle, volumes: {} })]], /image not known|no longer/],
    ["an image that is none", [["container", head(idle)], ["image", "x".repeat(2000)]], /podman refuses/],
  ])("is refused with %s, and nothing stays", async (_, sections, words) => {
    const layer = await podmanLayer(services);
    const driver = layer.drivers.get(layer.b);
    const data = joined(sections.map(([name, content]) => ({ name, data: chunks(content) })));
    await expect(driver?.receive(web, "k", data)).rejects.toThrow(words);
    expect([await driver?.find(web), await driver?.arrived(web, "k"), (await serviceOf(services, "b").podman("volume", "ls", "--quiet")).trim()]).toEqual(["absent", "nothing", ""]);
  });

  it("of which an agent that died has left some is incoming, and gone when it is discarded", async () => {
    const layer = await podmanLayer(services);
    const podman = new Podman(serviceOf(services, "b").socket);
    const labels = { [label.workload]: web, [label.place]: folderName(web) };
    await podman.createVolume("v-left", labels);
    await podman.create({ name: incomingName(web), image: "localhost/tiny:1", command: ["/bin/sh"], labels });
    const driver = layer.drivers.get(layer.b);
    expect([await driver?.find(web), await driver?.arrived(web, "k"), await driver?.workloads()]).toEqual(["incoming", "part", [{ workload: web, found: "incoming" }]]);
    await driver?.discard(web, "k");
    expect([await driver?.find(web), await driver?.arrived(web, "k"), await podman.volumes()]).toEqual(["absent", "nothing", []]);
    // And volumes of which nobody remembers anything go with the next start.
    await podman.createVolume("v-left", labels);
    const root = join(layer.folder, "again");
    await mkdir(root);
    const { carrier } = wired(new Map());
    const again = await PodmanDriver.open({ socket: serviceOf(services, "b").socket, root, templates: null, networks: [] }, { clock: systemClock, carrier, note: () => {} });
    expect(await podman.volumes()).toEqual([]);
    await again.close();
  });
});

describe("container.json", () => {
  it.each<[string, object]>([
    ["an option as image", { image: "--help" }], ["a path as image", { image: "../x" }], ["a command in an image", { image: "$(x)" }], ["a line break in an image", { image: "a\nb" }],
    ["a volume upwards", { image: "x", volumes: { "../x": "/data" } }], ["a volume with an option", { image: "x", volumes: { "--x": "/data" } }], ["a place upwards", { image: "x", volumes: { data: "/a/../../etc" } }],
    ["a place with an option", { image: "x", volumes: { data: "/data:exec" } }], ["a relative place", { image: "x", volumes: { data: "data" } }],
    ["a variable with a sign", { image: "x", environment: { "A=B": "c" } }], ["a zero byte", { image: "x", command: ["a\0b"] }], ["an odd user", { image: "x", user: "-u root" }],
    ["a folder of the host", { image: "x", mounts: ["/etc"] }], ["a device", { image: "x", devices: ["/dev/sda"] }], ["the network of another container", { image: "x", network: "container:other" }],
  ])("is refused with %s", (_, value) => {
    expect(containerOf(JSON.stringify(value))).toBeNull();
  });

  it("is read when it is in order", () => {
    expect(containerOf(JSON.stringify(idle))).toEqual(idle);
  });
});
