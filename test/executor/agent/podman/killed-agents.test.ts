import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { settledName } from "../../../../executor/agent/podman/podman.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { movesThoughAgentsAreKilled } from "../killed-agents.ts";
import { twoHosts } from "../two-hosts.ts";
import { containerTemplate, idle, serviceOf, volumeAt } from "./podman-layer.ts";
import { hasPodman, podmanServices } from "./podman-service.ts";

const services = podmanServices("a", "b");
const web = "web" as WorkloadId;

/** What podman itself says, of both hosts. */
function listed(...args: readonly string[]): Promise<readonly number[]> {
  return Promise.all(["a", "b"].map(async (host) => (await serviceOf(services, host).podman(...args)).split("\n").filter((line) => line !== "").length));
}

describe.runIf(hasPodman)("agents of containers", () => {
  it("never lose one and never run it twice, whenever they are killed", async () => {
    const hosts = await twoHosts({ a: "a", b: "b" }, (host, folder) => ({
      podman: { socket: serviceOf(services, host).socket, folder: join(folder, host), templates: join(folder, "templates", host) },
    }));
    onTestFinished(async () => {
      for (const service of services.values()) await service.clear();
    });
    await containerTemplate(join(hosts.folder, "templates", "a"), web, { ...idle, settleMs: 100 }, "x".repeat(10_000_000));
    const running = async (): Promise<number> => (await listed("ps", "--quiet", "--filter", `name=^${settledName(web)}$`)).reduce((sum, count) => sum + count, 0);
    await movesThoughAgentsAreKilled(hosts, "podman", running, 20_261_122);
    expect((await readFile(join(await volumeAt(services, "b", web) ?? "", "data"), "utf8")).length).toBe(10_000_000);
    expect([await listed("ps", "--all", "--quiet"), await listed("volume", "ls", "--quiet")]).toEqual([[0, 1], [0, 1]]);
  }, 180_000);
});
